"""Notebooks, R Markdown and scripts: jupytext and nbformat read them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from litpost.errors import LitpostError, UsageError
from litpost.header import read_mapping
from litpost.imports.cell_options import directives
from litpost.imports.document import Code, Document, fenced

MISSING = (
    "jupytext, which reads notebooks, R Markdown and scripts, isn't installed; "
    "`pip install 'litpost[import]'` brings it"
)
_HEADER = re.compile(r"---\s*\n(.*?)\n---\s*\Z", re.S)
_OPTION = re.compile(r"#\|\s?(.*:.*)")


def read_notebook(file: Path) -> Document:
    """Read a notebook, an R Markdown document or a script.

    Raises
    ------
    UsageError
        jupytext isn't installed.
    LitpostError
        The file isn't what its name says.
    """
    try:
        import jupytext
    except ImportError:
        raise UsageError(MISSING) from None
    try:
        notebook = jupytext.read(file)
    except Exception as error:  # jupytext and nbformat raise all kinds
        raise LitpostError(f"{file}: can't be read: {error}") from None
    return _document(notebook)


def _document(notebook: Any) -> Document:
    language = _language(notebook.metadata)
    header: dict[str, Any] = {}
    parts: list[str | Code] = []
    notes: list[str] = []
    files: dict[str, bytes] = {}
    for number, cell in enumerate(notebook.cells, start=1):
        text = cell.source.strip("\n")
        if cell.cell_type == "raw" and (found := _HEADER.match(text)) and not header:
            header = read_mapping(found[1], path="", line=1)[0]
        elif cell.cell_type == "raw":
            notes.append(f"cell {number}: raw text isn't taken over: {text[:40]!r}")
        elif cell.cell_type == "markdown":
            for name, bundle in (cell.get("attachments") or {}).items():
                files[name] = base64.b64decode(next(iter(bundle.values())))
            if "title" not in header and (match := re.match(r"# (.+)\n*", text)):
                header["title"], text = match[1].strip(), text[match.end() :]
            parts.append(text)
        elif text and (other := _other_language(text, language)):
            notes.append(f"cell {number}: code in {other} is shown, and doesn't run")
            parts.append(fenced(re.sub(r"\A%%\w+\n", "", text), other.lower()))
        elif text:
            code = _code(cell, text)
            parts.append(code)
            if _shows_image(cell) and not {"fig-alt", "fig.alt"} & code.options.keys():
                notes.append(f"cell {number}: it shows a figure: say in `#| fig-alt:` which")
    return Document(header, parts, notes, files)


def _language(metadata: Mapping[str, Any]) -> str:
    kernel = metadata.get("kernelspec") or {}
    return str(kernel.get("language") or "python").lower()


def _other_language(text: str, language: str) -> str:
    match = re.match(r"%%(R|julia|bash|sh|javascript|js|sql|perl|ruby)\b", text)
    return match[1] if match and match[1] not in ("bash", "sh") else language * (
        language != "python"
    )  # fmt: skip


def _code(cell: Any, text: str) -> Code:
    text, tags = directives(text)
    lines = text.split("\n")
    count = next((n for n, line in enumerate(lines) if not _OPTION.match(line)), len(lines))
    given = "\n".join(line[2:].removeprefix(" ") for line in lines[:count])
    try:
        options = read_mapping(given, path="", line=1)[0]
    except yaml.YAMLError:
        options, count = {}, 0
    metadata = {**cell.metadata, "tags": [*cell.metadata.get("tags", []), *tags]}
    code = "\n".join(lines[count:]).strip("\n")
    return Code(code, {**metadata, **options})


def _shows_image(cell: Any) -> bool:
    return any(
        kind.startswith("image/")
        for output in cell.get("outputs", ())
        for kind in output.get("data", {})
    )
