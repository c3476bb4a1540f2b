"""The JSON schema: takes what the parser and the theme's checks take, refuses what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from litpost.checks import check_header
from litpost.errors import SourceError
from litpost.header import read_mapping
from litpost.options import NAMES, read_options
from litpost.parser import SETTINGS, parse
from litpost.schema import make_schema, meanings, schema_comment, schema_file
from litpost.source import FrontMatter, Source
from litpost.theme import load_theme, themes
from tests.litpost.blog import Blog

REPOSITORY = Path(__file__).parents[2]
SOURCES = sorted((REPOSITORY / "_literate").glob("*.md"))


def takes(schema: dict[str, Any], value: object) -> bool:
    return bool(Draft202012Validator(schema).is_valid(value))


def options_schema() -> dict[str, Any]:
    schema: dict[str, Any] = make_schema(load_theme("mrgreen"))["$defs"]["options"]
    return schema


@pytest.mark.parametrize("theme", themes())
def test_it_is_a_schema(theme: str) -> None:
    Draft202012Validator.check_schema(make_schema(load_theme(theme)))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_it_takes_every_source_and_all_its_cells(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    header = read_mapping(text.split("---\n")[1], path="", line=1)[0]
    assert takes(make_schema(load_theme("mrgreen")), header)
    lines = text.split("\n")
    for cell in parse(text, "").cells():
        given = [line[2:] for line in lines[cell.line :] if line.startswith("#|")]
        first = next((n for n, t in enumerate(lines[cell.line :]) if not t.startswith("#|")), 0)
        assert takes(options_schema(), read_mapping("\n".join(given[:first]), path="", line=1)[0])


OPTIONS = {
    "label": ["a-b_1", "", "-a", "a b", 3, True],
    "echo": [True, False, "yes", 1, None],
    "cache": [True, "document", "no", 1.5],
    "depends": ["a", ["a", "b"], "/a", ["~/a"], 3],
    "timeout": [1, 0.5, 0, -1, "1", True, 1e9],
    "fig-cap": ["text", 3, True, [1]],
    "out-width": ["480", 480, "480px", "60%", "wide", True, "60em"],
    "highlight": [2, "2, 4-6", "x", "0", True, "2-"],
    "fold": [True, "a"],
    "labl": ["a"],
    "use": ["a", "a b", 3],
    "fig-format": ["svg", "png", "pdf"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(n, v) for n, values in OPTIONS.items() for v in values]
)
def test_it_takes_the_options_that_the_parser_takes(name: str, value: object) -> None:
    import yaml

    line = yaml.safe_dump({name: value}, default_flow_style=True).strip()[1:-1]
    _, _, problems = read_options([line], path="", line=1)
    assert takes(options_schema(), {name: value}) == (not problems)


HEADERS: list[dict[str, Any]] = [
    {"title": "A"}, {"title": 'A "b"'}, {"title": ["a"]}, {"title": True}, {"tags": ["a"]},
    {"tags": "a"}, {"tags": ["a, b"]}, {"date": "2024-01-02 12:00:00 +0900"},
    {"date": "2024-01-02"}, {"date": "soon"}, {"img": "/a.png"}, {"img": "a.png"},
    {"img": "/a.svg"}, {"meta_description": "x" * 150}, {"meta_description": "x" * 151},
    {"comments_disable": True}, {"comments_disable": "yes"}, {"mine": [1, {"a": 2}]},
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS, ids=str)
def test_it_takes_the_front_matter_that_the_theme_takes(header: dict[str, Any]) -> None:
    theme = load_theme("mrgreen")
    source = Source("", "", FrontMatter(header, {}, {}), ())
    problems = list(check_header(header, source, theme, complete=False))
    assert takes(make_schema(theme), header) == (not problems)


SETTINGS_TRIED: list[dict[str, Any]] = [
    {}, {"cache": "document"}, {"cache": "x"}, {"math": False}, {"math": 1}, {"timeout": 3},
    {"timeout": 0}, {"timeout": True}, {"environment": ["A"]}, {"environment": "A"},
    {"environment": [1]}, {"cver": "a"}, {"cover": 3},
    {"revision": 3},
]  # fmt: skip


@pytest.mark.parametrize("settings", SETTINGS_TRIED, ids=str)
def test_it_takes_the_settings_that_the_parser_takes(settings: dict[str, Any]) -> None:
    import yaml

    header = {"title": "t", "litpost": settings}
    try:
        parse(f"---\n{yaml.safe_dump(header)}---\n", "")
        is_right = True
    except SourceError:
        is_right = False
    assert takes(make_schema(load_theme("mrgreen")), header) == is_right


def test_computed_values_are_taken() -> None:
    schema = make_schema(load_theme("mrgreen"))
    assert takes(schema, {"meta_description": "`{python} x` " + "x" * 200, "date": "`{python} d`"})


def test_every_option_and_setting_has_its_meaning() -> None:
    assert set(meanings()["options"]) == set(NAMES)
    assert set(meanings()["settings"]) == set(SETTINGS)


def test_new_sources_are_wired_to_it(blog: Blog) -> None:
    path = blog.litpost("new", "A").stdout.strip()
    assert blog.read(path).startswith(f"---\n{schema_comment()}\n")
    assert blog.read("_literate/.schema.json").encode() == schema_file(load_theme("mrgreen"))
    assert blog.litpost("build").returncode == 0
    assert "yaml-language-server" not in blog.read(path.replace("_literate", "_posts"))
