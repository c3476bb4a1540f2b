"""`litpost new`: what it writes builds at once, in every theme; nothing is overwritten."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml

from litpost import builder
from litpost.project import find_project
from litpost.theme import themes
from tests.litpost.blog import Blog

PATH = "_literate/2024-05-01-powers-of-two.md"


def new(blog: Blog, *arguments: str) -> str:
    done = blog.litpost("new", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(blog: Blog, *arguments: str) -> str:
    before = {path for path in blog.root.rglob("*") if path.is_file()}
    done = blog.litpost("new", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert before == {path for path in blog.root.rglob("*") if path.is_file()}
    return done.stderr


@pytest.mark.parametrize("theme", themes())
def test_a_new_source_builds_at_once_in_every_theme(blog: Blog, theme: str) -> None:
    blog.write("_config.yml", f"litpost: {{theme: {theme}}}\n")
    path = new(blog, "Powers of two", "--date", "2024-05-01")
    assert path == PATH
    report = builder.build(path, find_project(blog.root))
    assert report.status == "written", report.message
    post = blog.read("_posts/2024-05-01-powers-of-two.md")
    assert "title: Powers of two\n" in post
    assert "The last of the 11 powers is 1024." in post


KEYS = {
    "mrgreen": "",
    "beautiful-jekyll": "language",
    "chirpy": "lang",
    "minima": "lang",
    "minimal-mistakes": "locale",
}


def test_the_themes_languages_are_all_tried() -> None:
    assert sorted(KEYS) == themes()


@pytest.mark.parametrize(("theme", "key"), KEYS.items())
def test_a_source_in_another_language_builds_in_every_theme(
    blog: Blog, theme: str, key: str
) -> None:
    listed = "" if key else "language_switch_lang_list: [en, de]\n"
    blog.write("_config.yml", f"litpost: {{theme: {theme}}}\n{listed}")
    path = new(blog, "Potenzen", "--lang", "de", "--date", "2024-05-01")
    assert path == "_literate/de/2024-05-01-potenzen.md"
    assert blog.litpost("build").returncode == 0
    header = yaml.safe_load(blog.read("de/_posts/2024-05-01-potenzen.md").split("---\n")[1])
    found = {name: header[name] for name in KEYS.values() if name in header}
    assert found == ({key: "de"} if key else {})
    assert blog.read(path).count(f"\n{key}: de\n") == bool(key)
    same = new(blog, "Powers", "--lang", "en", "--date", "2024-05-01")
    assert same == "_literate/2024-05-01-powers.md"
    assert ": en\n" not in blog.read(same)


MRGREENS = """\
# The theme
use_cdn: true
default_lng: ko

# language order is linked to array order
language_switch_lang_list: [ko, en]
html_lng_with_country_code: true
"""
LISTS = {"flow": MRGREENS, "block": MRGREENS.replace("[ko, en]", "\n  - ko\n  - en")}


@pytest.mark.parametrize("settings", LISTS.values(), ids=LISTS.keys())
def test_a_fork_of_mr_green_has_its_languages_in_the_themes_own_settings(
    blog: Blog, settings: str
) -> None:
    blog.write("_config.yml", "title: x\n")
    blog.write("_data/conf/main.yml", settings)
    assert new(blog, "둘", "--slug", "two").startswith("_literate/20")
    assert new(blog, "Two", "--slug", "two-en", "--lang", "en").startswith("_literate/en/20")
    assert "there are: `en`, `ko`" in refused(blog, "Zwei", "--lang", "de")
    assert blog.litpost("build").returncode == 0
    assert (blog.project.language, blog.project.languages) == ("ko", ("ko", "en"))
    blog.write("_config.yml", "lang: en\n")
    assert blog.project.language == "ko"
    blog.write("_config.yml", "default_lng: en\n")
    assert blog.project.language == "en"


def test_a_site_of_a_country_has_its_language(blog: Blog) -> None:
    blog.write("_config.yml", "litpost: {theme: minimal-mistakes}\nlocale: de-AT\n")
    assert new(blog, "Eins", "--lang", "de", "--slug", "a").startswith("_literate/20")
    assert new(blog, "Zwei", "--lang", "de-CH", "--slug", "b").startswith("_literate/de-CH/20")
    told = refused(blog, "Drei", "--lang", "Deutsch")
    assert "`--lang Deutsch`: isn't the code of a language, such as `de` or `pt-BR`" in told


LANGUAGES = {"ko": "11개의", "ja": "11個の", "zh": "11个", "de": "Potenzen ist", "fr": "puissances"}


@pytest.mark.parametrize(("language", "words"), LANGUAGES.items())
def test_it_speaks_the_sites_language(blog: Blog, language: str, words: str) -> None:
    blog.write("_config.yml", f"lang: {language}\n")
    path = new(blog, "Powers")
    assert builder.build(path, find_project(blog.root)).status == "written"
    assert words in blog.read(path.replace("_literate", "_posts"))


TITLES = {
    "LSTM의 게이트: 왜 셋일까?": "lstm의-게이트-왜-셋일까",
    "  --Ça va?! C++ & Rust--  ": "ça-va-c-rust",
    "../../etc/passwd": "etc-passwd",
    "가" * 200: "가" * 60,
    "word " * 40: ("word-" * 12).strip("-"),
    "\u1112\u1161\u11ab글": "한글",
}


@pytest.mark.parametrize(("title", "slug"), TITLES.items(), ids=TITLES.values())
def test_the_name_is_made_of_the_title(blog: Blog, title: str, slug: str) -> None:
    path = new(blog, title, "--date", "2024-05-01")
    assert path == f"_literate/2024-05-01-{slug}.md"
    report = builder.build(path, find_project(blog.root))
    assert report.status == "written", report.message


def test_the_date_is_today_or_what_is_named(blog: Blog) -> None:
    assert new(blog, "One") == f"_literate/{datetime.date.today()}-one.md"
    path = new(blog, "Two", "--date", "2024-05-01 18:30:00 +0900")
    assert path == "_literate/2024-05-01-two.md"
    assert "\ndate: 2024-05-01 18:30:00 +0900\n" in blog.read(path)


def test_nothing_is_overwritten_and_no_folder_of_figures_shared(blog: Blog) -> None:
    new(blog, "Powers of two", "--date", "2024-05-01")
    written = blog.read(PATH)
    assert "is there already" in refused(blog, "Powers of two", "--date", "2024-05-01")
    shared = refused(blog, "Powers of two", "--date", "2024-06-01")
    assert f"`powers-of-two` is the name of {PATH}, too" in shared
    assert blog.read(PATH) == written
    assert new(blog, "Powers of two", "--date", "2024-06-01", "--slug", "powers again")


def test_a_language_of_its_own_has_a_folder_of_its_own(blog: Blog) -> None:
    blog.write("_config.yml", "default_lng: ko\nlanguage_switch_lang_list: [ko, en]\n")
    assert new(blog, "둘", "--lang", "ko", "--date", "2024-05-01") == "_literate/2024-05-01-둘.md"
    path = new(blog, "Two", "--lang", "en", "--date", "2024-05-01")
    assert path == "_literate/en/2024-05-01-two.md"
    assert "powers is" in blog.read(path)
    assert "$schema=../.schema.json\n" in blog.read(path)
    assert "no such language; there are: `en`, `ko`" in refused(blog, "Drei", "--lang", "de")


REFUSALS = [
    (['The "best" post'], '`"` may not stand in'),
    (["?!"], "name it by `--slug NAME`"),
    (["A", "--date", "1 May"], "'1 May' isn't a date; write it as `2024-05-01`"),
    (["A", "--date", "2024-02-30"], "isn't a date"),
    (["A", "--date", "2024-05-01 03:00:00 +0900"], "another day"),
    (["A", "--date", "2024-05-01 12:00"], "has no offset"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSALS)
def test_what_the_theme_would_not_take_is_refused(
    blog: Blog, arguments: list[str], message: str
) -> None:
    assert message in refused(blog, *arguments)


def test_a_title_that_looks_like_yaml_stays_a_title(blog: Blog) -> None:
    path = new(blog, "yes: [no] # 1", "--slug", "a", "--date", "2024-05-01")
    assert builder.build(path, find_project(blog.root)).status == "written"
    assert "title: 'yes: [no] # 1'" in blog.read("_posts/2024-05-01-a.md")


def test_what_is_written_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    from litpost import writer
    from litpost.errors import LitpostError

    def full(*names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(LitpostError, match=r"a.md: can't be written: No space left"):
        writer.create(tmp_path, "a.md", b"text")
    assert list(tmp_path.iterdir()) == []


def test_a_template_of_the_blogs_own_says_what_sources_start_with(blog: Blog) -> None:
    blog.write("_literate/_templates/source.j2", "---\n{{ header -}}\n---\nMine.\n")
    path = new(blog, "A", "--date", "2024-05-01")
    assert blog.read(path) == "---\ntitle: A\ntags: []\n---\nMine.\n"
