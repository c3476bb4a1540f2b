"""A document as the text of a source, and what its author has to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litpost.checks import check_header, check_images
from litpost.errors import LitpostError, UsageError
from litpost.header import write_mapping
from litpost.imports.cell_options import mapped, option_lines
from litpost.imports.document import Code, Document, fenced
from litpost.imports.fences import read_post, read_quarto
from litpost.imports.notebooks import read_notebook
from litpost.source import FrontMatter, Source
from litpost.theme import Theme

NOTEBOOKS = (".ipynb", ".Rmd", ".py")
QUARTO, POSTS = (".qmd",), (".md", ".markdown")
_OTHERS = {
    "description": ("description", "meta_description", "subtitle"),
    "categories": ("tags",), "image": ("img", "image", "cover-img"), "keywords": ("meta_keywords",),
}  # fmt: skip
"""Where the front matter of other tools goes, by the first key that the theme has."""

_TOOLS = {"format", "output", "jupyter", "jupytext", "kernelspec", "execute", "engine", "knitr",
          "bibliography", "csl", "toc", "date-modified", "draft", "editor"}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """The text of a source, and notes on what its author has to look at."""

    text: str
    notes: tuple[str, ...]


def read_document(file: Path) -> Document:
    """Read a file by its kind.

    Raises
    ------
    UsageError
        It is of another kind.
    LitpostError
        It can't be read.
    """
    if file.suffix in NOTEBOOKS:
        return read_notebook(file)
    if file.suffix not in QUARTO + POSTS:
        known = ", ".join(sorted({*NOTEBOOKS, *QUARTO, *POSTS}))
        raise UsageError(
            f"{file}: litpost imports {known}; this is {file.suffix or 'none of them'}"
        )
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        raise LitpostError(f"{file}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LitpostError(f"{file}: isn't text in UTF-8") from None
    return (read_quarto if file.suffix in QUARTO else read_post)(text, str(file))


def write_source(
    document: Document, theme: Theme, *, title: str, folder: str, root: Path
) -> Written:
    """Write a document as a source.

    Parameters
    ----------
    title
        The title, if the document has none.
    folder
        Where its images go.
    root
        The blog's folder: images that the header names have to be there.
    """
    notes = list(document.notes)
    header = _header({"title": title} | dict(document.header), theme, root, notes)
    defaults = _defaults(document.header)
    parts = []
    number = 0
    for part in document.parts:
        if isinstance(part, str):
            parts.append(part.strip("\n"))
            continue
        number += 1
        parts.append(_cell(part, defaults, number, notes))
    body = "\n\n".join(filter(None, parts))
    body = re.sub(r"\(attachment:([^)\s]+)", rf"(/{folder}/\1", body)
    if theme.excerpt and theme.excerpt.start not in body:
        body = _with_excerpt(body, theme, notes)
    return Written(f"---\n{write_mapping(header)}---\n\n{body}\n", tuple(notes))


def _cell(part: Code, defaults: Mapping[str, Any], number: int, notes: list[str]) -> str:
    options, missing = mapped({**defaults, **part.options})
    notes += (f"cell {number}: {note}" for note in missing)
    return fenced("\n".join([*option_lines(options), part.code]), "{python}")


def _defaults(header: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a document sets for all of its cells."""
    execute = header.get("execute")
    return dict(execute) if isinstance(execute, dict) else {}


def _header(given: Mapping[str, Any], theme: Theme, root: Path, notes: list[str]) -> dict[str, Any]:
    """Return the front matter as the theme takes it; note every key that it doesn't take."""
    header: dict[str, Any] = {}
    for name, value in given.items():
        if name == "execute":
            continue
        if name in _TOOLS:
            notes.append(f"header: `{name}` says nothing to the site; left out")
            continue
        others = _OTHERS.get(name, ()) if name not in theme.keys else ()
        key = next((other for other in others if other in theme.keys), name)
        if key != name:
            notes.append(f"header: `{name}` is `{key}` in this theme")
        if name == "author" and isinstance(value, dict):
            value = value.get("name", "")
        if problems := list(_faults(key, value, theme, root)):
            notes.append(f"header: `{name}` ({value}) is left out: {'; '.join(problems)}")
        else:
            header[key] = value
    return header


def _faults(name: str, value: Any, theme: Theme, root: Path) -> Iterator[str]:
    source = Source("", "", FrontMatter({name: value}, {}, {}), ())
    for found in check_header({name: value}, source, theme, complete=False):
        yield found.message
    if isinstance(value, str):
        for found in check_images({name: value}, source, theme, made=(), root=root):
            yield found.message


def _with_excerpt(body: str, theme: Theme, notes: list[str]) -> str:
    """Make the first paragraph of plain words the excerpt."""
    assert theme.excerpt
    for match in re.finditer(r"(?:\A|\n\n)((?!\s*(?:#|```|:::|[-*+>|<!]|\d+\.|\$)).+?)(?=\n\n|\Z)",
                             body, re.S):  # fmt: skip
        if not re.search(theme.excerpt.forbidden, match[1]) and "```" not in body[: match.start()]:
            start, end = match.span(1)
            marked = f"{theme.excerpt.start}\n\n{match[1]}\n\n{theme.excerpt.end}"
            notes.append("the first paragraph is the excerpt now, between its two marks")
            return body[:start] + marked + body[end:]
    return body
