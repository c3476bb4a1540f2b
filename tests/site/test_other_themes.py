"""The golden post in each theme but Mr. Green: built by Jekyll in a small layout of its name.

The layouts do to a post what the theme does to it: where it reads the language, how it finds
images, which math it has. The themes themselves aren't needed.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

import pytest

from litpost import builder
from litpost.pages import check_site
from litpost.site import build_site
from litpost.theme import themes
from tests.litpost.blog import HEADER, SOURCE, cell
from tests.litpost.golden_posts import post
from tests.site.building import URL

pytestmark = pytest.mark.site

BASE = "/blog"
LAYOUT = """\
<!DOCTYPE html>
<html lang="{{ page.KEY | default: site.lang }}">
<head><title>{{ page.title | escape }}</title></head>
<body><article><h1>{{ page.title | escape }}</h1>
CONTENT
</article></body>
</html>
"""
CONTENT = "{{ content }}"
REWRITTEN = """\
{% assign base = '<img src="' | append: site.baseurl | append: '/' -%}
{{ content | replace: '<img src="/', base }}"""
LEFTOVERS = ("```", "{:", "$$", '{{ "{{', "@fig-", "@eq-", "| relative_url")


@dataclass(frozen=True)
class Facts:
    """What is known of a theme apart from litpost's own data."""

    layout: str
    language_key: str
    content: str
    has_math: bool
    permalink: str = "date"


OTHERS = {
    "beautiful-jekyll": Facts(
        "post", "language", CONTENT, has_math=True, permalink="/:year-:month-:day-:title/"
    ),
    "chirpy": Facts("post", "lang", REWRITTEN, has_math=True, permalink="/posts/:title/"),
    "minima": Facts("post", "lang", CONTENT, has_math=False),
    "minimal-mistakes": Facts(
        "single", "locale", CONTENT, has_math=False, permalink="/:categories/:title/"
    ),
}


@pytest.fixture(scope="module", params=OTHERS)
def built(request: pytest.FixtureRequest, jekyll: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:  # fmt: skip
    """Build the golden post and a post in Korean; return the theme's name and the site."""
    name = str(request.param)
    theme = OTHERS[name]
    blog = post(name, tmp_path_factory.mktemp("theme") / "blog")
    settings = f"lang: en\nexclude: [_literate]\npermalink: {theme.permalink}\n"
    blog.write("_config.yml", blog.read("_config.yml") + settings)
    korean = SOURCE.replace("_literate/", "_literate/ko/")
    drawing = cell("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "label: line",
                   "fig-alt: 선", "fig-cap: 선 하나")  # fmt: skip
    blog.write(korean, HEADER.replace("A title", "제목") + f"글, @fig-line.\n\n{drawing}")
    report = builder.build(korean, blog.project)
    assert report.status == "written", report.message
    layout = LAYOUT.replace("KEY", theme.language_key)
    blog.write(f"_layouts/{theme.layout}.html", layout.replace("CONTENT", theme.content))
    blog.write("index.html", f"---\nlayout: {theme.layout}\ntitle: Home\n---\n")
    site = blog.root.with_name("site")
    build_site(blog.root, destination=site, baseurl=BASE, url=URL)
    return name, site


def test_every_theme_is_built() -> None:
    assert {*OTHERS, "mrgreen"} == set(themes())


def pages(site: Path) -> list[Path]:
    """List the pages of the posts, the Korean one first."""
    found = [page for page in site.rglob("*.html") if "try" in str(page.relative_to(site))]
    return sorted(found, key=lambda page: not page.is_relative_to(site / "ko"))


def test_the_site_has_no_faults(built: tuple[str, Path]) -> None:
    _, site = built
    assert len(pages(site)) == 2
    found = check_site(site, baseurl=BASE, default_language="en", languages=("ko",))
    assert found == []


def test_the_post_reads_as_it_was_meant(built: tuple[str, Path]) -> None:
    name, site = built
    page = pages(site)[-1].read_text(encoding="utf-8")
    text = html.unescape(page)
    assert "{{ code }}" in text
    assert '"{{ liquid }}"' in text
    assert [part for part in LEFTOVERS if part in text] == []
    has_math = OTHERS[name].has_math
    assert ("<math" in page) != has_math
    assert (r"\(" in page and r"\[" in page) == has_math
    for anchor in ("fig-two", "tbl-rows", "eq-gate", "lst-step"):
        assert page.count(f'id="{anchor}"') == 1
    assert page.count("<table") == 1
    assert page.count("<li>") == 1
    assert page.count("</li>") == 1
    assert 'class="language-text litpost-error highlighter-rouge"' in page
