"""What `litpost site --check` finds in a built site."""

from __future__ import annotations

from pathlib import Path

import pytest

from litpost.pages import Finding, check_site, in_source
from tests.litpost.blog import Blog

PAGE = (
    "<!DOCTYPE html><html lang='en'><head><title>T</title></head>"
    "<body><article><h1 id='top-of'>T</h1>{}</article></body></html>"
)


def faults(folder: Path, body: str, *, page: str = "posts/a.html", baseurl: str = "") -> list[str]:
    files = {page: body if body.startswith("<!DOCTYPE") else PAGE.format(body),
             "index.html": PAGE.format("<p id='here'>x</p>"), "assets/a.png": ""}  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    found = check_site(folder, baseurl=baseurl, languages=("en", "ko"))
    return [finding.message for finding in found]


WRONG = {
    "<a href='/nowhere'>x</a>": "broken link: /nowhere",
    "<a href='nowhere'>x</a>": "broken link: nowhere",
    "<a href='#gone'>x</a>": "broken anchor: #gone",
    "<a href='/#gone'>x</a>": "broken anchor: /#gone",
    "<img src='/gone.png' alt='x'>": "broken image or script: /gone.png",
    "<img data-src='/gone.png' alt='x'>": "broken image or script: /gone.png",
    "<img src='/assets/a.png'>": "image without alt: /assets/a.png",
    "<figure><img src='/assets/a.png' alt=''></figure>": "image with an empty alt: /assets/a.png",
    "<img alt='x'>": "<img> without an address",
    "<p id='a'></p><p id=a></p>": "the id `a` stands 2 times",
    "<h3>x</h3>": "heading order: h3 follows h1: x",
    "<h1>x</h1>": "2 h1 headings",
    "<script type='application/ld+json'>{'a'}</script>": "invalid JSON-LD: Expecting property",
    PAGE.format("").replace("'en'", "'ko'"): "mixed-up languages: lang is `ko`, its address says",
    PAGE.format("").replace(">T</h1>", ">글</h1>"): "mixed-up languages: a page in `en` has",
    PAGE.format("").replace("<title>T", "<title>" + "T" * 121): "title of 121 characters",
    PAGE.format("").replace("<title>T</title>", ""): "no title",
    PAGE.format("").replace("</head>", f"<meta name='description' content='{'x' * 161}'></head>"):
        "description of 161 characters, at most 160",
}  # fmt: skip


@pytest.mark.parametrize(("body", "message"), WRONG.items(), ids=WRONG.values())
def test_a_fault_is_found(tmp_path: Path, body: str, message: str) -> None:
    [found] = faults(tmp_path, body)
    assert found.startswith(message)


RIGHT = [
    "<a href='/'>x</a><a href='/posts/a'>x</a><a href='/#here'>x</a><a href='#top-of'>x</a>",
    "<a href='https://example.org/#x'>x</a><a href='mailto:a@b.c'>x</a><a href='#top'>x</a>",
    "<img data-src='/assets/a.png' alt='x'><img src='../assets/a.png?v=1' alt='x'>",
    "<a href='/'><img src='/assets/a.png' alt=''></a>",
    "<img src='data:image/gif;base64,R0' alt='x'>",
    "<h2>a</h2><h3>b</h3><h2>c</h2><!-- <img> <a href='/no'> -->",
    "<!DOCTYPE html><html lang='de'><meta http-equiv='refresh' content='0; url=/'>x</html>",
    "<pre>&lt;img src='/no'&gt;</pre>",
    "<p>unclosed <b>tags <table><tr><td><a href='/'>x</a>",
]


@pytest.mark.parametrize("body", RIGHT)
def test_what_is_right_is_left_alone(tmp_path: Path, body: str) -> None:
    assert faults(tmp_path, body) == []


def test_addresses_are_checked_under_the_base_url(tmp_path: Path) -> None:
    body = "<a href='/blog/posts/a'>x</a><a href='/posts/a'>x</a>"
    assert faults(tmp_path, body, baseurl="/blog") == ["broken link: /posts/a"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("search.json", '{"a": }', "invalid JSON: "),
        ("feed.xml", "<feed><a></feed>", "invalid feed: "),
        ("feed.xml", '<feed xmlns="http://www.w3.org/2005/Atom"><id>a</id></feed>',
         "invalid feed: the feed has no title"),
    ],
)  # fmt: skip
def test_data_is_checked(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    [found] = faults(tmp_path, "")
    assert found.startswith(message)


@pytest.mark.parametrize("told", ["ko", "ko-KR", "ko_KR"])
@pytest.mark.parametrize("default", ["ko", "ko-KR"])
def test_a_language_may_name_a_country(tmp_path: Path, told: str, default: str) -> None:
    page = PAGE.format("").replace("'en'", f"'{told}'").replace(">T</h1>", ">글</h1>")
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert check_site(tmp_path, default_language=default) == []


def test_the_folders_of_sources_are_languages_where_the_configuration_names_none(
    blog: Blog,
) -> None:
    blog.write("_config.yml", "lang: en\n")
    blog.write("_literate/ko/2024-01-02-try.md", "")
    blog.write("_site/index.html", PAGE.format(""))
    blog.write("_site/ko/a.html", PAGE.format("").replace("'en'", "'ko'"))
    done = blog.litpost("site", "--check")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_finding_names_the_line_of_its_source(blog: Blog) -> None:
    blog.build("Text.\n\n[x](/nowhere)\n")
    finding = Finding("posts/2024-01-02-try.html", "broken link: /nowhere", "/nowhere")
    assert in_source(finding, blog.root) == (
        "_literate/2024-01-02-try.md:11: broken link: /nowhere (in posts/2024-01-02-try.html)"
    )
    assert in_source(Finding("index.html", "no title"), blog.root) == "index.html: no title"


def test_the_command_exits_with_1_on_any_fault(blog: Blog) -> None:
    blog.write("_config.yml", "baseurl: /b\n")
    assert blog.litpost("site", "--check").returncode == 2
    blog.write("_site/index.html", PAGE.format("<a href='/b/'>x</a>"))
    done = blog.litpost("site", "--check")
    assert (done.returncode, done.stderr) == (0, "_site/: no faults\n")
    blog.write("_site/index.html", PAGE.format("<a href='/'>x</a>"))
    done = blog.litpost("site", "--check")
    assert (done.returncode, done.stdout) == (1, "index.html: broken link: /\n")
