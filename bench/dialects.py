"""A document in the notation of each tool: text in, files out.

A tool that shows figures by itself gets the code as it is. For the others, a line that saves the
figure stands below the code, the way their own documentation does it; all figures are SVG.
"""

from __future__ import annotations

import json

from bench.document import Cell, Document

Files = dict[str, str]

DAY = "2024-01-01"
"""The day in the names of litpost's sources."""

HEADLESS = 'import matplotlib\n\nmatplotlib.use("Agg")'
"""Keeps plain Python from looking for a window; notebooks and litpost do so by themselves."""

VECTORS = '%config InlineBackend.figure_formats = ["svg"]'
"""Makes notebooks write figures as SVG, as all others do."""


def write_litpost(document: Document) -> Files:
    """Write a source and what it reads."""
    parts = [
        f"---\ntitle: {document.title}\n---",
        "<!-- outline-start -->\nA post to measure.\n<!-- outline-end -->",
    ]
    for cell in document.cells:
        options = [f"#| label: {cell.label}"]
        options += [f"#| fig-alt: {cell.figure}"] if cell.figure else []
        parts += [cell.prose, _fence("{python}", *options, cell.lines)]
    return {f"_literate/{DAY}-{document.name}.md": _join(parts), **dict(document.files)}


def write_notebook(document: Document) -> Files:
    """Write a notebook for nbconvert and what it reads."""
    cells: list[dict[str, object]] = [_markdown_cell("title", f"# {document.title}")]
    for cell in document.cells:
        cells.append(_markdown_cell(f"{cell.label}-prose", cell.prose))
        cells.append(
            {
                "cell_type": "code",
                "id": cell.label,
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": _notebook_code(document, cell),
            }
        )
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return {f"{document.name}.ipynb": json.dumps(notebook, indent=1), **dict(document.files)}


def write_myst(document: Document) -> Files:
    """Write a text notebook for MyST-NB and what it reads."""
    parts = [
        "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---",
        f"# {document.title}",
    ]
    for cell in document.cells:
        code = _notebook_code(document, cell)
        parts += [cell.prose, _fence("{code-cell} ipython3", code)]
    return {f"{document.name}.md": _join(parts), **dict(document.files)}


def write_codebraid(document: Document) -> Files:
    """Write Pandoc's Markdown for codebraid and what it reads."""
    parts = [f"# {document.title}"]
    for cell in document.cells:
        info, lines = "{.python .cb-nb}", _headless(document, cell)
        if cell.figure:
            info = "{.python .cb-nb show=code+stdout:raw}"
            lines += _saving(cell)
            lines.append(f'print("\\n![{cell.figure}]({cell.label}.svg)")')
        parts += [cell.prose, _fence(info, *lines)]
    return {f"{document.name}.md": _join(parts), **dict(document.files)}


def write_markdown_exec(document: Document) -> Files:
    """Write a page for MkDocs with markdown-exec and what it reads."""
    parts = [f"# {document.title}"]
    for cell in document.cells:
        lines = _headless(document, cell)
        options = f'exec="on" source="above" session="{document.name}"'
        if cell.figure:
            options += ' html="on"'
            lines += [
                "from io import StringIO",
                "",
                "buffer = StringIO()",
                'fig.savefig(buffer, format="svg")',
                "plt.close(fig)",
                "print(buffer.getvalue())",
            ]
        else:
            options += ' result="text"'
        parts += [cell.prose, _fence(f"python {options}", *lines)]
    return {f"docs/{document.name}.md": _join(parts), **dict(document.files)}


def write_script(document: Document) -> Files:
    """Write a plain Python program, the floor, and what it reads."""
    parts = []
    for cell in document.cells:
        lines = _headless(document, cell)
        lines += _saving(cell) if cell.figure else []
        parts.append("\n".join(lines))
    return {f"{document.name}.py": _join(parts), **dict(document.files)}


def _draws(document: Document) -> bool:
    return any(cell.figure for cell in document.cells)


def _is_first(document: Document, cell: Cell) -> bool:
    return _draws(document) and cell is document.cells[0]


def _headless(document: Document, cell: Cell) -> list[str]:
    return [HEADLESS, "", cell.lines] if _is_first(document, cell) else [cell.lines]


def _notebook_code(document: Document, cell: Cell) -> str:
    return f"{VECTORS}\n{cell.lines}" if _is_first(document, cell) else cell.lines


def _saving(cell: Cell) -> list[str]:
    return [f'fig.savefig("{cell.label}.svg")', "plt.close(fig)"]


def _markdown_cell(label: str, text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "id": label, "metadata": {}, "source": text}


def _fence(info: str, *lines: str) -> str:
    return "\n".join([f"```{info}", *lines, "```"])


def _join(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n"
