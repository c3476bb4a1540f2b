"""Themes as data: the same source for each, what each one's schema refuses, and overrides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from litpost import builder
from litpost.site import read_config
from litpost.theme import load_theme, themes
from tests.litpost.blog import HEADER, Blog, cell
from tests.litpost.golden_posts import FOLDER, post

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"


@pytest.mark.parametrize("theme", themes())
def test_the_golden_post(theme: str, tmp_path: Path) -> None:
    blog = post(theme, tmp_path)
    golden = (FOLDER / f"{theme}.md").read_text(encoding="utf-8")
    assert blog.read() == golden, "if this is meant: python -m tests.litpost.golden_posts"
    for path in re.findall(r"/(assets/[\w./-]+\.(?:svg|css))", golden):
        assert (blog.root / path).is_file(), path


ERRORS = {
    ("mrgreen", "tags: a"): "`tags`: takes a list such as `[one, two]`, found 'a'",
    ("mrgreen", "img: /assets/a.svg"): "`img`: '/assets/a.svg' is an SVG",
    ("beautiful-jekyll", "cover-img: a.png"): "`cover-img`: 'a.png' is a relative path",
    ("beautiful-jekyll", "subtitel: x"): "unknown front matter key `subtitel`; did you mean",
    ("beautiful-jekyll", "mathjax: 1"): "`mathjax`: takes true or false, found 1",
    ("chirpy", "tags: [LSTM]"): "`tags`: `L` may not stand in 'LSTM': the theme wants tags in",
    ("chirpy", "categories: [a, b, c]"): "`categories`: 3 of them, at most 2 allowed",
    ("chirpy", "math: maybe"): "`math`: takes true or false, found 'maybe'",
    ("minimal-mistakes", "header: /a.png"): "`header`: takes keys and values, found '/a.png'",
    ("minimal-mistakes", "toc: 1"): "`toc`: takes true or false, found 1",
    ("minima", "image: /a.svg"): "`image`: '/a.svg' is an SVG; a PNG or JPEG is needed",
    ("minima", "modified_date: soon"): "`modified_date`: 'soon' isn't a date",
}  # fmt: skip


@pytest.mark.parametrize(("case", "message"), ERRORS.items(), ids=map(" ".join, ERRORS))
def test_what_a_schema_refuses(blog: Blog, case: tuple[str, str], message: str) -> None:
    theme, line = case
    blog.write("_config.yml", f"litpost: {{theme: {theme}}}\n")
    header = HEADER.replace("title: A title", f"title: A title\n{line}")
    assert f":3: {message}" in blog.failure("Text.\n", header=header)


def test_every_theme_has_an_error_case() -> None:
    assert {theme for theme, _ in ERRORS} == set(themes())


@pytest.mark.parametrize("theme", themes())
def test_a_relative_image_path_is_an_error_in_every_theme(blog: Blog, theme: str) -> None:
    blog.write("_config.yml", f"litpost: {{theme: {theme}}}\n")
    assert "a relative image path is broken" in blog.failure("![x](y.png)\n")


@pytest.mark.parametrize(
    ("theme", "keys"),
    [("chirpy", ["image"]), ("minimal-mistakes", ["header.og_image", "header.teaser"]),
     ("beautiful-jekyll", ["cover-img", "thumbnail-img", "share-img"])],
)  # fmt: skip
def test_covers_stand_under_the_themes_keys(blog: Blog, theme: str, keys: list[str]) -> None:
    blog.write("_config.yml", f"litpost: {{theme: {theme}}}\n")
    header = HEADER.replace("title: A title", "title: A title\nlitpost: {cover: c}")
    blog.build(cell(PLOT, "label: c", "include: false"), header=header)
    values = yaml.safe_load(blog.read().split("---\n")[1])
    for key in keys:
        name, _, within = key.partition(".")
        path = values[name][within] if within else values[name]
        assert (blog.root / path.lstrip("/")).is_file()


@pytest.mark.parametrize(
    ("theme", "line"),
    [("minima", "lang: ko"), ("chirpy", "lang: ko"), ("minimal-mistakes", "locale: ko"),
     ("beautiful-jekyll", "language: ko"), ("mrgreen", "lng_pair: try")],
)  # fmt: skip
def test_a_post_in_another_language_says_so_as_its_theme_reads_it(
    blog: Blog, theme: str, line: str
) -> None:
    blog.write("_config.yml", f"lang: en\nlitpost: {{theme: {theme}}}\n")
    blog.write("_literate/ko/2024-01-02-try.md", HEADER + "글.\n")
    report = builder.build("_literate/ko/2024-01-02-try.md", blog.project)
    assert report.status == "written", report.message
    assert line in blog.read("ko/_posts/2024-01-02-try.md").split("---\n")[1].splitlines()
    blog.build("Text.\n")
    said = line.partition(":")[0] + ":"
    assert (said in blog.read()) == (theme == "mrgreen")


@pytest.mark.parametrize("key", ["default_lng", "lang", "locale", "language"])
def test_the_sites_language_stands_under_any_themes_key(blog: Blog, key: str) -> None:
    blog.write("_config.yml", f"{key}: ko\n")
    assert blog.project.language == read_config(blog.root).language == "ko"


def test_the_style_sheet_gets_dark_as_the_theme_does() -> None:
    green, chirpy, minima = (load_theme(name).sheet().decode() for name in
                             ("mrgreen", "chirpy", "minima"))  # fmt: skip
    assert '[data-color-scheme="dark"] .litpost-dark { display: block; }' in green
    assert "html[data-mode=dark] .litpost-dark { display: block; }" in chirpy
    dark = "@media screen and (prefers-color-scheme: dark) {\n  html:not([data-mode]) {"
    assert dark in chirpy
    assert "data-color-scheme" not in chirpy + minima
    for sheet in (green, chirpy, minima):
        assert sheet.count("{") == sheet.count("}")


def test_a_blog_says_what_is_different_in_its_theme(blog: Blog) -> None:
    blog.write("_config.yml", "litpost: {theme: minima}\n")
    blog.write(
        "_literate/_templates/theme.toml",
        'layout = "article"\n[keys.mood]\ntype = "text"\nforbidden = "x"\n[colours.dark]\n'
        'ink = "#eeeeee"\nground = "#181818"\n[[dark]]\n'
        'media = "screen and (prefers-color-scheme: dark)"\nselector = ":root"\n',
    )
    blog.build(cell(PLOT, "label: a", "fig-alt: a"))
    assert "layout: article" in blog.read()
    assert "#181818" in blog.read(blog.image("a", "dark.svg"))
    assert ":root .litpost-dark { display: block; }" in blog.read("assets/css/litpost.css")
    header = HEADER.replace("title: A title", "title: A title\nmood: xx")
    assert "`mood`: `x` may not stand in 'xx'" in blog.failure("Text.\n", header=header)


@pytest.mark.parametrize("text", ["layout = ", "keys = 3\n", "[keys.a]\nkind = 'text'\n"])
def test_an_override_that_cannot_be_read_is_an_error(blog: Blog, text: str) -> None:
    blog.write("_literate/_templates/theme.toml", text)
    assert "theme.toml: can't be read" in blog.failure("Text.\n")


def test_the_themes_are_listed(blog: Blog) -> None:
    done = blog.litpost("themes")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == themes()
    assert all(len(line.split()) > 4 for line in done.stdout.splitlines())
