"""Tables: values as rows of text, and HTML that themes leave as it is.

In a cell, ``litpost.table(value)`` shows a DataFrame, an array or a list of rows; nothing of NumPy
or pandas is imported for it. When a post is written, a DataFrame's own HTML is cleaned.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any
from unicodedata import east_asian_width

GAP = "–"
"""What stands for a value that is missing."""

SHORT = 12
"""Letters that a cell of some words may have to stay on one line at any width of the page."""

_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.S)
_CELL = re.compile(r"<(t[hd])((?:\s[^>]*)?)>(.*?)</\1>", re.S)
_TABLE = re.compile(r"<table\b[^>]*>")
_NUMBER = re.compile(r"[-+−]?(?:[\d,]*\.?\d+(?:e[-+]?\d+)?|inf|nan)\s*%?|NaN|None|NaT|–|", re.I)


@dataclass(frozen=True)
class Table:
    """A table that is ready to be shown: all of it is text; `left` are columns of words."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: frozenset[int]
    has_index: bool

    def _repr_html_(self) -> str:
        head = "".join(self._cell("th", text, n) for n, text in enumerate(self.head))
        rows = [
            "".join(
                self._cell("th" if self.has_index and n == 0 else "td", text, n)
                for n, text in enumerate(row)
            )
            for row in self.rows
        ]
        body = "\n".join(f"<tr>{row}</tr>" for row in rows)
        above = f"<thead>\n<tr>{head}</tr>\n</thead>\n" if any(self.head) else ""
        return f"<table>\n{above}<tbody>\n{body}\n</tbody>\n</table>"

    def __repr__(self) -> str:
        return "\n".join(" | ".join(row) for row in (self.head, *self.rows))

    def _cell(self, tag: str, text: str, column: int) -> str:
        kind = _kind(text) if column in self.left else ""
        return f"<{tag}{kind}>{html.escape(text, quote=False)}</{tag}>"


def table(
    value: Any,
    *,
    columns: Sequence[str] | None = None,
    index: Sequence[str] | None = None,
    format: str | Mapping[str, str] = "",
    units: Mapping[str, str] | None = None,
    align: Mapping[str, str] | None = None,
) -> Table:
    """Make a table of a DataFrame, an array or a list of rows.

    Parameters
    ----------
    value
        A DataFrame; an array of shape ``(rows, columns)`` or ``(columns,)``; a list of rows, each
        a sequence or a mapping from column to value.
    columns, index
        Names of the columns and of the rows; those of a DataFrame are its own.
    format
        How numbers are written (``".3f"``), for all columns or by column.
    units
        The unit of a column, shown in its head.
    align
        ``left`` or ``right`` by column; else columns of numbers stand right, of words left.

    Raises
    ------
    ValueError
        The value has another shape, or a column is named that isn't there.

    >>> table([["a", 1.5], ["b", 20]], columns=["name", "time"], format=".2f", units={"time": "ms"})
    name | time (ms)
    a | 1.50
    b | 20.00
    """
    names, labels, rows = _read(value)
    names = list(columns) if columns is not None else names
    labels = [str(label) for label in index] if index is not None else labels
    _check(names, labels, rows, (units, align, {} if isinstance(format, str) else format))
    units, align = units or {}, align or {}
    formats = dict.fromkeys(names, format) if isinstance(format, str) else format
    written = [
        [_written(item, formats.get(name, "")) for name, item in zip(names, row, strict=True)]
        for row in rows
    ]
    left = {
        number + bool(labels)
        for number, name in enumerate(names)
        if (align.get(name) or ("right" if _are_numbers(rows, number) else "left")) == "left"
    }
    heads = [f"{name} ({units[name]})" if name in units else name for name in names]
    if labels:
        heads = ["", *heads]
        written = [[label, *row] for label, row in zip(labels, written, strict=True)]
        left.add(0)
    return Table(tuple(heads), tuple(map(tuple, written)), frozenset(left), bool(labels))


def _read(value: Any) -> tuple[list[str], list[str], list[list[Any]]]:
    """Read a value as names of columns, names of rows, and rows."""
    if hasattr(value, "itertuples") and hasattr(value, "columns"):
        indexed = [list(row) for row in value.itertuples(index=True, name=None)]
        labels = [_name(row[0]) for row in indexed]
        if labels == [str(number) for number in range(len(indexed))]:
            labels = []
        return [_name(name) for name in value.columns], labels, [row[1:] for row in indexed]
    if hasattr(value, "tolist"):
        value = value.tolist()
    rows: list[Any] = list(value) if isinstance(value, (list, tuple)) else []
    if rows and all(isinstance(row, Mapping) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        return (
            [str(name) for name in names],
            [],
            [[row.get(name) for name in names] for row in rows],
        )
    if rows and not any(isinstance(row, (list, tuple)) for row in rows):
        rows = [rows]
    if not rows or not all(isinstance(row, (list, tuple)) for row in rows):
        raise ValueError(
            f"table() takes a DataFrame, an array with one or two axes or a list of rows, "
            f"found {value!r}"[:300]
        )
    if any(isinstance(item, (list, tuple)) for row in rows for item in row):
        raise ValueError("table() takes arrays with one or two axes, found more")
    return [""] * max(map(len, rows)), [], [list(row) for row in rows]


def _check(
    names: list[str],
    labels: list[str],
    rows: list[list[Any]],
    named: Sequence[Mapping[str, str] | None],
) -> None:
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise ValueError(f"row {number} has {len(row)} values, the table {len(names)} columns")
    if labels and len(labels) != len(rows):
        raise ValueError(f"{len(labels)} names for {len(rows)} rows")
    for mapping in named:
        for name in mapping or ():
            if name not in names:
                raise ValueError(f"no column {name!r}; there are: {', '.join(map(repr, names))}")


def _name(name: Any) -> str:
    return " ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _is_missing(item: Any) -> bool:
    return item is None or (isinstance(item, Real) and math.isnan(item))


def _written(item: Any, format: str) -> str:
    if _is_missing(item):
        return GAP
    is_number = isinstance(item, Real) and not isinstance(item, bool)
    return f"{item:{format}}" if is_number and format else str(item)


def _are_numbers(rows: list[list[Any]], column: int) -> bool:
    items = [row[column] for row in rows if not _is_missing(row[column])]
    return all(isinstance(item, Real) and not isinstance(item, bool) for item in items)


def clean(text: str) -> str:
    """Take from the HTML of tables what themes trip over; set columns of words to the left.

    >>> clean('<table border="1" class="dataframe"><tr style="x"><th>0</th><td>word</td></tr>')
    '<table><tr><th>0</th><td class="litpost-text">word</td></tr>'
    """
    is_frame = 'class="dataframe"' in text and "span=" not in text
    text = _TABLE.sub("<table>", text)
    if not is_frame:
        return text
    rows = [_CELL.findall(row) for row in _ROW.findall(text)]
    words = {
        column
        for row in rows
        for column, (tag, _, content) in enumerate(row)
        if tag == "td" and not _NUMBER.fullmatch(html.unescape(content).strip())
    }
    return _ROW.sub(lambda match: f"<tr>{_CELL.sub(_marker(words), match[1])}</tr>", text)


def _kind(text: str) -> str:
    """Return the class of a cell of words.

    Short ones, such as `(3, 20)`, stay on one line; long ones aren't squeezed to a word a line.

    >>> _kind("word"), _kind("(3, 20)")
    (' class="litpost-text"', ' class="litpost-text litpost-short"')
    >>> _kind("이전 은닉 상태")
    ' class="litpost-text litpost-long"'
    """
    if " " not in text:
        return ' class="litpost-text"'
    width = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
    return f' class="litpost-text litpost-{"short" if width <= SHORT else "long"}"'


def _marker(words: set[int]) -> Callable[[re.Match[str]], str]:
    """Return a function that marks the cells of one row, from its first to its last."""
    columns = iter(range(10**9))

    def marked(match: re.Match[str]) -> str:
        kind = _kind(html.unescape(match[3]).strip()) if next(columns) in words else ""
        return f"<{match[1]}{kind}>{match[3]}</{match[1]}>"

    return marked
