"""The cell options of Quarto, knitr, Jupyter and nbdev, as ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from litpost.errors import Problem
from litpost.header import write_mapping
from litpost.options import NAMES, read_options

TAGS = {
    "hide-input": "echo", "remove-input": "echo", "hide-output": "output",
    "remove-output": "output", "hide-cell": "include", "remove-cell": "include",
    "hide": "include", "skip-execution": "eval",
}  # fmt: skip
"""Tags of notebooks' cells, and the option that each turns off."""

SILENT = {"name", "tags", "jupyter", "execution", "colab", "id", "language", "message", "warning"}
"""What says nothing about the post, or nothing that litpost could do."""

_DIRECTIVE = re.compile(r"#\s*\|?\s*(hide|hide[-_]input|hide[-_]output|export|exporti)\s*\Z")


def mapped(options: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return our options for those of another tool, and a note for each that has none.

    >>> mapped({"fig.cap": "A line", "echo": "FALSE", "code-fold": True})
    ({'fig-cap': 'A line', 'echo': False}, ['the option `code-fold` (True) has no counterpart'])
    """
    ours: dict[str, Any] = {}
    notes = []
    if name := options.get("name"):
        ours["label"] = re.sub(r"[^A-Za-z0-9_-]+", "-", str(name)).strip("-_")
    for tag in options.get("tags") or ():
        key = str(tag).replace("_", "-")
        if key in TAGS:
            ours[TAGS[key]] = False
        elif key == "raises-exception":
            ours["error"] = True
        else:
            notes.append(f"the tag `{tag}` has no counterpart")
    for given, value in options.items():
        if given in SILENT:
            continue
        name, value = given.replace(".", "-").replace("_", "-"), _plain(value)
        if name == "results" and value == "hide":
            name, value = "output", False
        if name in NAMES and not _problems(name, value):
            ours[name] = value
        else:
            notes.append(f"the option `{given}` ({value}) has no counterpart")
    return ours, notes


def option_lines(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that stand for options on top of a cell."""
    for line in write_mapping(dict(options)).splitlines() if options else ():
        yield f"#| {line}"


def directives(code: str) -> tuple[str, list[str]]:
    r"""Take the comments that hide a cell off its code; return them as tags.

    >>> directives("#hide_input\nx = 1")
    ('x = 1', ['hide-input'])
    """
    tags = []
    lines = code.split("\n")
    while lines and (match := _DIRECTIVE.match(lines[0])):
        if not match[1].startswith("export"):
            tags.append(match[1].replace("_", "-"))
        lines.pop(0)
    return "\n".join(lines), tags


def _plain(value: Any) -> Any:
    """Read a value as R or a notebook's metadata write it."""
    words = {"TRUE": True, "T": True, "FALSE": False, "F": False}
    if isinstance(value, str):
        text = value.strip()
        return words.get(text, text[1:-1] if re.fullmatch(r"(['\"]).*\1", text, re.S) else value)
    return value


def _problems(name: str, value: Any) -> list[Problem]:
    lines = write_mapping({name: value}).splitlines()
    return read_options(lines, path="", line=1)[2]
