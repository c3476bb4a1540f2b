"""What Jekyll writes: the image contract, languages, feed, sitemap and metadata."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.site.building import SITE_FILES, URL, build, copy_site, write_post

pytestmark = pytest.mark.site

ATOM = {"": "http://www.w3.org/2005/Atom"}
SITEMAP = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}
POST = "posts/2024-03-01-everything.html"
ENGLISH_POST = "en/2024-03-01-everything.html"


def read(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


def body(page: str) -> str:
    """Return what the layout put its content into."""
    return page.split('<main id="content" tabindex="-1">')[1].split("</main>")[0]


def json_ld(page: str) -> Any:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return json.loads(text)


# The image contract


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ('<img src=":a/b.png" alt="x">', 'src="{base}/assets/img/posts/a/b.png"'),
        ('<img src="/assets/a.png" alt="x">', 'src="{base}/assets/a.png"'),
        ("![x](:a/b.png)", 'src="{base}/assets/img/posts/a/b.png"'),
        ("![x](/assets/a.png)", 'src="{base}/assets/a.png"'),
        ('<img src="https://example.org/a.png" alt="x">', 'src="https://example.org/a.png"'),
        ('<img src="//example.org/a.png" alt="x">', 'src="//example.org/a.png"'),
        ('<img src="data:image/gif;base64,R0" alt="x">', 'src="data:image/gif;base64,R0"'),
        ('<img alt="x" src="/a.png">', 'alt="x" src="/a.png"'),
        ("<p style=\"background-image:url(':c')\">x</p>", "url('{base}/assets/img/posts/c')"),
        ("<p style=\"background-image:url('/c.png')\">x</p>", "url('{base}/c.png')"),
        ("<p style=\"background-image:url('https://e.org/c')\">x</p>", "url('https://e.org/c')"),
        ('`<img src="/a.png">`', "&lt;img src=\"/a.png\"&gt;"),
        ("    <img src=\"/a.png\">", '&lt;img src="/a.png"&gt;'),
    ],
)  # fmt: skip
def test_an_image_address(rewritten: dict[str, str], written: str, path: str, base: str) -> None:
    assert path.replace("{base}", base) in rewritten[written]


def test_the_same_image_twice_is_rewritten_once_each(rewritten: dict[str, str], base: str) -> None:
    shown = re.findall(r'src="([^"]*twice[^"]*)"', rewritten["twice"])
    assert shown == [f"{base}/assets/img/posts/twice.png"] * 2 + [f"{base}/twice.png"] * 2


@pytest.fixture(params=["", "/blog"])
def base(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def _rewritten(jekyll: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Build one post for each case of the contract, under both base URLs."""
    site = copy_site(tmp_path_factory.mktemp("images") / "site")
    marks = test_an_image_address.pytestmark  # type: ignore[attr-defined]
    [cases] = [mark.args[1] for mark in marks if mark.name == "parametrize"]
    twice = '<img src=":twice.png" alt="x">\n' * 2 + '<img src="/twice.png" alt="x">\n' * 2
    bodies = {case: case for case, _ in cases} | {"twice": twice}
    for number, text in enumerate(bodies.values()):
        write_post(site, f"2024-01-{number + 1:02}-case.md", text)
    return {
        baseurl: {
            name: body(read(built, f"posts/2024-01-{number + 1:02}-case.html"))
            for number, name in enumerate(bodies)
        }
        for baseurl in ("", "/blog")
        for built in [build(site, baseurl=baseurl)]
    }


@pytest.fixture
def rewritten(_rewritten: dict[str, dict[str, str]], base: str) -> dict[str, str]:
    return _rewritten[base]


# Addresses


def test_no_address_has_the_baseurl_twice_or_not_at_all(fixture_site: Path, baseurl: str) -> None:
    for path in fixture_site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        for address in re.findall(r'(?:href|src)="(/[^"]*)"', page):
            assert address.startswith(f"{baseurl}/"), f"{address} in {path}"
            assert not address.startswith("/blog/blog"), f"{address} in {path}"


def test_nothing_but_the_site_is_published(jekyll: None, tmp_path: Path) -> None:
    site = copy_site(tmp_path / "site")
    strangers = (
        "README.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", "requirements.lock",
        "Gemfile.lock", "_build_tools/litpost/site.py", "_literate/2024-01-01-a.md", "docs/a.md",
        "lstm_src/cell.py", "tests/site/fixture/_posts/2024-01-01-a.md", ".venv/a.html",
        ".github/workflows/a.yml", ".ci/run", "build/a.html", "dist/a.html", "shots/a.png",
    )  # fmt: skip
    for name in strangers:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("---\ntitle: no\n---\n", encoding="utf-8")
    built = build(site)
    published = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert published == {
        "index.html",
        "404.html",
        "tags/index.html",
        "feed.xml",
        "sitemap.xml",
        "assets/favicon.svg",
        "assets/js/site.js",
        "assets/js/litpost.js",
        "assets/css/site.css",
        "assets/css/litpost.css",
    }


# Languages


@pytest.mark.parametrize(
    ("name", "language"),
    [("index.html", "ko"), (POST, "ko"), ("en/index.html", "en"), (ENGLISH_POST, "en")],
)
def test_a_page_says_its_language(fixture_site: Path, name: str, language: str) -> None:
    assert f'<html lang="{language}">' in read(fixture_site, name)


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("index.html", ["모든 것이 들어 있는 글", '따옴표 "와" 꺾쇠 <b>&</script> 제목']),
        ("en/index.html", ["A post with everything, in English"]),
    ],
)
def test_home_lists_the_posts_of_its_language_newest_first(
    fixture_site: Path, name: str, titles: list[str]
) -> None:
    listed = re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", read(fixture_site, name))
    assert list(map(html.unescape, listed)) == titles


@pytest.mark.parametrize(
    ("name", "other", "link"),
    [
        (POST, "en", "/en/2024-03-01-everything"),
        (ENGLISH_POST, "ko", "/posts/2024-03-01-everything"),
    ],
)
def test_a_translated_post_links_its_translation(
    fixture_site: Path, baseurl: str, name: str, other: str, link: str
) -> None:
    page = read(fixture_site, name)
    assert f'<a href="{baseurl}{link}" lang="{other}" hreflang="{other}">' in page
    assert f'<link rel="alternate" hreflang="{other}" href="{URL}{baseurl}{link}">' in page
    default = f"{URL}{baseurl}/posts/2024-03-01-everything"
    assert f'<link rel="alternate" hreflang="x-default" href="{default}">' in page


def test_an_untranslated_post_has_no_language_switch(fixture_site: Path) -> None:
    assert "hreflang" not in read(fixture_site, "posts/2024-01-15-plain.html")


def test_the_pager_passes_over_other_languages(jekyll: None, tmp_path: Path) -> None:
    site = copy_site(tmp_path / "site")
    write_post(site, "2024-01-01-a.md", "글")
    write_post(site, "en/_posts/2024-01-02-b.md", "post")
    write_post(site, "en/_posts/2024-01-03-c.md", "post")
    write_post(site, "2024-01-04-d.md", "글")
    page = read(build(site), "posts/2024-01-04-d.html")
    assert re.findall(r'<a rel="(\w+)" href="([^"]*)"', page) == [("prev", "/posts/2024-01-01-a")]


# Home and posts


def test_an_excerpt_is_the_first_25_words_of_the_outline(fixture_site: Path) -> None:
    [excerpt, *_] = re.findall(r"<p>(데이터의.*?)</p>", read(fixture_site, "index.html"))
    assert excerpt.startswith("데이터의 시퀀스가 길어지면")
    assert excerpt.endswith("…")
    assert len(excerpt.split()) == 25


def test_home_without_posts_says_so(jekyll: None, tmp_path: Path) -> None:
    assert "아직 글이 없습니다." in read(build(copy_site(tmp_path / "site")), "index.html")


CONTENTS = {
    "## A\n\n## B": ["A", "B"],
    "## A\n\n### a\n\n## B\n\n### b\n\n#### x": ["A", "a", "B", "b"],
    "## A\n\n### a\n\n### b\n\n### c": ["a", "b", "c"],
    "### A\n\n#### a\n\n### B `code` & *more*": ["A", "a", "B code &amp; more"],
    "## only one": [],
    "text": [],
}


def test_the_table_of_contents(jekyll: None, tmp_path: Path) -> None:
    site = copy_site(tmp_path / "site")
    for number, markdown in enumerate(CONTENTS):
        write_post(site, f"2024-01-0{number + 1}-a.md", markdown)
    built = build(site)
    for number, (markdown, entries) in enumerate(CONTENTS.items()):
        page = read(built, f"posts/2024-01-0{number + 1}-a.html")
        assert re.findall(r'<li><a href="#[^"]*">(.*?)</a>', page) == entries, markdown
        assert page.count("<ol>") == page.count("</ol>")
        assert page.count("<li>") == page.count("</li>")


def test_reading_time_counts_characters_or_words(jekyll: None, tmp_path: Path) -> None:
    site = copy_site(tmp_path / "site")
    write_post(site, "2024-01-01-long.md", "가나 " * 501)
    write_post(site, "2024-01-02-short.md", "가")
    write_post(site, "en/_posts/2024-01-01-long.md", "word " * 401)
    built = build(site)
    for name, shown in (
        ("posts/2024-01-01-long.html", "3분 분량"),
        ("posts/2024-01-02-short.html", "1분 분량"),
        ("en/2024-01-01-long.html", "3 min read"),
    ):
        assert f"<span>{shown}\n</span>" in read(built, name)


def test_litpost_css_is_linked_once(fixture_site: Path) -> None:
    for name in (POST, "posts/2024-01-15-plain.html"):
        assert read(fixture_site, name).count("/assets/css/litpost.css") == 1


# Metadata


def test_a_post_describes_itself(fixture_site: Path, baseurl: str) -> None:
    page = read(fixture_site, POST)
    address = f"{URL}{baseurl}/posts/2024-03-01-everything"
    image = f"{URL}{baseurl}/assets/img/posts/everything/share.png"
    for tag in (
        "<title>모든 것이 들어 있는 글 · 딥러닝 노트</title>",
        f'<link rel="canonical" href="{address}">',
        '<meta property="og:type" content="article">',
        '<meta property="og:title" content="모든 것이 들어 있는 글">',
        f'<meta property="og:url" content="{address}">',
        f'<meta property="og:image" content="{image}">',
        '<meta property="og:locale" content="ko_KR">',
        '<meta name="twitter:card" content="summary_large_image">',
        '<meta name="keywords" content="LSTM, RNN">',
        '<meta property="article:published_time" content="2024-03-01T12:00:00+09:00">',
    ):
        assert tag in page
    [description] = re.findall(r'<meta name="description" content="(.*?)">', page)
    assert description.startswith("데이터의 시퀀스가 길어지면")
    assert len(description) <= 150


def test_json_ld_of_a_post(fixture_site: Path, baseurl: str) -> None:
    data = json_ld(read(fixture_site, POST))
    assert data["@type"] == "BlogPosting"
    assert data["headline"] == "모든 것이 들어 있는 글"
    assert data["datePublished"] == "2024-03-01T12:00:00+09:00"
    assert data["image"] == f"{URL}{baseurl}/assets/img/posts/everything/share.png"
    assert data["url"] == f"{URL}{baseurl}/posts/2024-03-01-everything"
    assert data["author"] == {"@type": "Person", "name": "필자"}
    assert data["inLanguage"] == "ko"


def test_json_ld_survives_quotes_and_tags(fixture_site: Path) -> None:
    data = json_ld(read(fixture_site, "posts/2024-01-15-plain.html"))
    assert data["headline"] == '따옴표 "와" 꺾쇠 <b>&</script> 제목'
    assert "R&D, 1 < 2가" in data["description"]


def test_titles_are_escaped_as_text(fixture_site: Path) -> None:
    page = read(fixture_site, "posts/2024-01-15-plain.html")
    title = "따옴표 &quot;와&quot; 꺾쇠 &lt;b&gt;&amp;&lt;/script&gt; 제목"
    assert f"<title>{title} · 딥러닝 노트</title>" in page
    assert f'<meta property="og:title" content="{title}">' in page
    assert f"<h1>{title}</h1>" in page


def test_every_page_has_json_ld_that_parses(fixture_site: Path) -> None:
    pages = list(fixture_site.rglob("*.html"))
    assert len(pages) == 7
    for page in pages:
        assert json_ld(page.read_text(encoding="utf-8"))["@context"] == "https://schema.org"


def test_search_engines_are_kept_out_where_asked(jekyll: None, tmp_path: Path) -> None:
    site = copy_site(tmp_path / "site")
    write_post(site, "2024-01-01-a.md", "글", front_matter="search_engine_exclude: true\ntitle: 글")
    built = build(site)
    assert '<meta name="robots" content="noindex">' in read(built, "posts/2024-01-01-a.html")
    assert "2024-01-01-a" not in read(built, "sitemap.xml")


# Feed and sitemap


def test_the_feed_has_whole_addresses(fixture_site: Path, baseurl: str) -> None:
    feed = ElementTree.fromstring(read(fixture_site, "feed.xml"))
    site = f"{URL}{baseurl}"
    assert [link.get("href") for link in feed.findall("link", ATOM)] == [
        f"{site}/",
        f"{site}/feed.xml",
    ]
    links = [link.get("href") for link in feed.findall("entry/link", ATOM)]
    assert links == [f"{site}/posts/2024-03-01-everything", f"{site}/posts/2024-01-15-plain"]
    content = feed.findtext("entry/content", namespaces=ATOM)
    assert content is not None
    images = re.findall(r'<img src="([^"]*)"', content)
    assert images
    assert all(image.startswith(f"{site}/assets/img/posts/") for image in images)


def test_the_feed_has_each_figure_once_and_no_style_sheets(fixture_site: Path) -> None:
    feed = ElementTree.fromstring(read(fixture_site, "feed.xml"))
    content = feed.findtext("entry/content", namespaces=ATOM)
    assert content is not None
    assert content.count("/fig.svg") == 3
    assert "fig.dark.svg" not in content
    assert "stylesheet" not in content
    assert "그림 3. forget gate" in content


def test_the_feed_keeps_titles_as_they_are(fixture_site: Path) -> None:
    feed = ElementTree.fromstring(read(fixture_site, "feed.xml"))
    titles = [title.text for title in feed.findall("entry/title", ATOM)]
    assert titles == ["모든 것이 들어 있는 글", '따옴표 "와" 꺾쇠 <b>&</script> 제목']


def test_the_feed_without_posts_is_a_feed(jekyll: None, tmp_path: Path) -> None:
    feed = ElementTree.fromstring(read(build(copy_site(tmp_path / "site")), "feed.xml"))
    assert feed.findtext("updated", namespaces=ATOM)
    assert feed.findall("entry", ATOM) == []


def test_the_sitemap_lists_pages_and_posts(fixture_site: Path, baseurl: str) -> None:
    sitemap = ElementTree.fromstring(read(fixture_site, "sitemap.xml"))
    assert {place.text for place in sitemap.findall("url/loc", SITEMAP)} == {
        f"{URL}{baseurl}/{name}"
        for name in (
            "",
            "tags/",
            "en/",
            "posts/2024-03-01-everything",
            "posts/2024-01-15-plain",
            "en/2024-03-01-everything",
        )
    }


# GitHub Pages

LIQUID_4 = """append at_least concat date default divided_by escape escape_once first join last
    minus plus prepend remove_first replace size slice sort_natural split strip_html truncate
    truncatewords"""
JEKYLL_3_9 = """absolute_url date_to_xmlschema jsonify normalize_whitespace push relative_url
    uri_escape where xml_escape"""


def test_layouts_use_only_filters_that_github_pages_knows(tmp_path: Path) -> None:
    site = copy_site(tmp_path / "site")
    templates = [
        path
        for name in SITE_FILES
        for path in ([site / name] if (site / name).is_file() else (site / name).rglob("*.*"))
        if path.suffix in {".html", ".xml"}
    ]
    assert len(templates) > 15
    for path in templates:
        tags = re.findall(r"\{[{%].*?[}%]\}", path.read_text(encoding="utf-8"), re.S)
        bare = [re.sub(r"\"[^\"]*\"|'[^']*'", "''", tag) for tag in tags]
        used = {name for tag in bare for name in re.findall(r"\|\s*(\w+)", tag)}
        assert used <= {*LIQUID_4.split(), *JEKYLL_3_9.split()}, path
