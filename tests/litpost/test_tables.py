"""Values as tables: what they show, and what their HTML is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from litpost.tables import clean, table
from tests.litpost.blog import Blog, cell

FRAME = pd.DataFrame({"name": ["a", "b"], "time": [1.5, float("nan")]}, index=["x", "y"])


@pytest.mark.parametrize(
    ("value", "settings", "text"),
    [
        (FRAME, {"format": ".2f", "units": {"time": "ms"}},
         " | name | time (ms)\nx | a | 1.50\ny | b | –"),
        (pd.DataFrame({"a": [1]}), {}, "a\n1"),
        (pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])), {},
         "a b | a c\n1 | 2"),
        (np.eye(2), {"format": ".1f", "columns": ["u", "v"]}, "u | v\n1.0 | 0.0\n0.0 | 1.0"),
        (np.array([1, 2]), {"index": ["n"]}, " |  | \nn | 1 | 2"),
        ([{"a": 1, "b": "x"}, {"a": 1000}], {"format": {"a": ",d"}}, "a | b\n1 | x\n1,000 | –"),
        ([(True, np.float32(0.5))], {"columns": ["f", "g"], "format": ".2f"}, "f | g\nTrue | 0.50"),
    ],
)  # fmt: skip
def test_a_value_becomes_rows_of_text(value: Any, settings: dict[str, Any], text: str) -> None:
    assert repr(table(value, **settings)) == text


def test_words_stand_left_and_numbers_right_unless_told_otherwise() -> None:
    assert table(FRAME).left == {0, 1}
    assert table(FRAME, align={"name": "right", "time": "left"}).left == {0, 2}


@pytest.mark.parametrize(
    ("value", "settings", "message"),
    [
        (FRAME, {"units": {"tme": "s"}}, "no column 'tme'; there are: 'name', 'time'"),
        ([[1], [1, 2]], {}, "row 0 has 1 values, the table 2 columns"),
        (np.zeros((2, 2, 2)), {}, "one or two axes"),
        ("text", {}, "takes a DataFrame, an array"),
        ([[1]], {"index": ["a", "b"]}, "2 names for 1 rows"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_an_error(value: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        table(value, **settings)


def test_the_html_is_escaped_and_has_no_classes_but_ours() -> None:
    text = table([["<b>&", 1]], columns=["a<", "b"])._repr_html_()
    assert text.startswith('<table>\n<thead>\n<tr><th class="litpost-text">a&lt;</th><th>b</th>')
    assert '<td class="litpost-text">&lt;b&gt;&amp;</td><td>1</td>' in text


def test_a_frames_own_html_is_cleaned() -> None:
    text = clean(FRAME.to_html())
    assert "dataframe" not in text
    assert "border" not in text
    assert "style" not in text
    assert '<th class="litpost-text">name</th>' in text
    assert '<td class="litpost-text">b</td>' in text
    assert "<td>1.5</td>" in text
    spans = '<table class="dataframe"><tr><th colspan="2">a</th></tr></table>'
    assert clean(spans) == '<table><tr><th colspan="2">a</th></tr></table>'


def test_short_words_stay_on_one_line_and_long_ones_get_room() -> None:
    rows = [["W", "(3, 20)", "multiplies the input"], ["b", "(20,)", "is added"]]
    for text in (
        table(rows, columns=["", "shape", "the use of it"])._repr_html_(),
        clean(pd.DataFrame(rows, columns=["", "shape", "the use of it"]).to_html(index=False)),
    ):
        assert '<td class="litpost-text litpost-short">(3, 20)</td>' in text
        assert '<td class="litpost-text litpost-long">multiplies the input</td>' in text
        assert '<th class="litpost-text litpost-long">the use of it</th>' in text


def test_a_table_in_a_post(blog: Blog) -> None:
    code = "from litpost import table\ntable([['a|b', 0.25]], columns=['n', 'p'], format='.0%')"
    text = blog.shown(cell(code, "echo: false", "tbl-cap: T"))
    assert '<td class="litpost-text">a|b</td><td>25%</td>' in text
    assert '<div class="litpost-table">\n<table>\n<thead>' in text
