"""Quarto documents and plain old posts: Markdown whose fences are to be cells."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from markdown_it import MarkdownIt

from litpost.errors import LitpostError
from litpost.header import read_mapping
from litpost.imports.document import Code, Document, fenced

_HEADER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_CHUNK = re.compile(r"\{\s*(\w+)[^}]*\}")
_PYTHON = ("python", "py", "python3", "ipython", "ipython3")
_DOES = (ast.Assign, ast.AugAssign, ast.Call, ast.Import, ast.ImportFrom, ast.FunctionDef,
         ast.ClassDef, ast.For, ast.While, ast.With)  # fmt: skip
_SHORTCODE = re.compile(r"\{\{<\s*(\w+).*?>\}\}")
_DIV = re.compile(r"^:{3,}.*$", re.M)

Reading = Callable[[str, str, int], tuple[str | Code, str]]


def read_quarto(text: str, path: str) -> Document:
    """Read a Quarto document: its cells are ours but for other languages and options."""

    def reading(info: str, code: str, line: int) -> tuple[str | Code, str]:
        chunk = _CHUNK.match(info)
        if chunk is None:
            return "", ""
        if chunk[1] != "python":
            note = f"line {line}: code in {chunk[1]} is shown, and doesn't run"
            shown = "\n".join(t for t in code.split("\n") if not t.startswith("#|"))
            return fenced(shown, chunk[1]), note
        lines = code.split("\n")
        count = next((n for n, t in enumerate(lines) if not t.startswith("#|")), len(lines))
        given = "\n".join(t[2:].removeprefix(" ") for t in lines[:count])
        return Code("\n".join(lines[count:]), read_mapping(given, path=path, line=line)[0]), ""

    document = _read(text, path, reading)
    notes = list(document.notes)
    prose = "\n".join(part for part in document.parts if isinstance(part, str))
    for what in sorted({match[1] for match in _SHORTCODE.finditer(prose)}):
        notes.append(f"Quarto's shortcode `{what}` stays as it is, and does nothing")
    for what in sorted({match[0] for match in _DIV.finditer(prose) if match[0].strip(": ")}):
        notes.append(f"Quarto's block `{what}` stays as it is, and does nothing")
    return Document(document.header, document.parts, notes)


def read_post(text: str, path: str) -> Document:
    """Read a plain old post: Python in fences is to be cells that don't run yet."""

    def reading(info: str, code: str, line: int) -> tuple[str | Code, str]:
        language = info.strip("{} .").split()[0].lower() if info.strip("{} .") else ""
        if language in _PYTHON or (not language and is_python(code)):
            return Code(code, {"eval": False}), ""
        if not language:
            return "", f"line {line}: this code isn't Python that could run; it stays as it is"
        return "", ""

    return _read(text, path, reading)


def is_python(code: str) -> bool:
    """Say whether a text is a Python program that does something.

    >>> is_python("x = f(1)"), is_python("words"), is_python("$ ls -l")
    (True, False, False)
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(node, _DOES) for node in ast.walk(tree))


def _read(text: str, path: str, reading: Reading) -> Document:
    """Cut a document at its fences; ask what each is to be."""
    text = text.replace("\r\n", "\n")
    found = _HEADER.match(text)
    try:
        header: dict[str, Any] = read_mapping(found[1], path=path, line=2)[0] if found else {}
    except yaml.YAMLError as error:
        raise LitpostError(f"{path}:2: the header isn't YAML: {error}") from None
    body = text[found.end() :] if found else text
    before = text[: found.end()].count("\n") if found else 0
    parts: list[str | Code] = []
    notes: list[str] = []
    done = 0
    lines = body.split("\n")
    for first, after, info, code in _fences(body):
        try:
            part, note = reading(info, code.removesuffix("\n"), before + first + 1)
        except yaml.YAMLError as error:
            part, note = "", f"line {before + first + 1}: its options aren't YAML: {error}"
        notes += [note] if note else []
        if part:
            parts += ["\n".join(lines[done:first]), part]
            done = after
    parts.append("\n".join(lines[done:]))
    return Document(header, [p for p in parts if not isinstance(p, str) or p.strip()], notes)


def _fences(body: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield the fences that stand at the margin: lists and quotations stay as they are."""
    for token in MarkdownIt("commonmark").parse(body):
        if token.type == "fence" and token.level == 0 and token.map:
            first, after = token.map
            yield first, after, token.info, token.content
