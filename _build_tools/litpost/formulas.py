"""Formulas: LaTeX in, MathML out, written so that no Markdown processor finds markup in it.

The converter is imported only when there is a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from litpost.errors import Problem
from litpost.source import Formula, Source

if TYPE_CHECKING:
    from math_core import LatexToMathML

_BETWEEN_TAGS = re.compile(r">([^<]+)<")
_MARKUP = re.compile(r"[\\`*_{}\[\]|$~\"'^#@]|-(?=-)|\.(?=\.)")
_PLACE = re.compile(r"(\d+): (.*)", re.S)


class FormulaError(ValueError):
    """A formula is wrong; `offset` is where in it, `message` why."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset, self.message = offset, message


@cache
def _converter() -> LatexToMathML:
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False)


def mathml(latex: str, *, display: bool) -> str:
    r"""Convert a formula to MathML on one line.

    Raises
    ------
    FormulaError
        It isn't LaTeX that can be read.

    >>> mathml("a_b", display=False)
    '<math><msub><mi>a</mi><mi>b</mi></msub></math>'
    >>> mathml("|x|", display=False).count("&#124;")
    2
    >>> mathml(r"\foo", display=False)
    Traceback (most recent call last):
    litpost.formulas.FormulaError: Unknown command "\foo".
    """
    from math_core import LatexError

    if not latex.strip():
        raise FormulaError(0, "it is empty")
    try:
        text = _converter().convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        match = _PLACE.match(str(error))
        raise FormulaError(*((int(match[1]), match[2]) if match else (0, str(error)))) from None
    text = text.replace("\n", " ")
    return _BETWEEN_TAGS.sub(lambda match: f">{_escaped(match[1])}<", text)


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", text)


def check_formulas(source: Source) -> Iterator[Problem]:
    """Check that every formula can be read; tell the line within it where it can't."""
    for block in source.blocks:
        if isinstance(block, Formula):
            try:
                mathml(block.latex, display=block.display)
            except FormulaError as error:
                line = block.line + block.latex[: error.offset].count("\n")
                yield Problem(source.path, line, f"`{block.text.strip()}`: {error.message}")


def one_line(latex: str) -> str:
    r"""Write a formula for kramdown's ``$$…$$`` within a line, where a pipe would make a table.

    >>> one_line("|x|\n\\le 1")
    '\\vert x\\vert \\le 1'
    """
    latex = re.sub(r"\\\|", r"\\Vert ", " ".join(latex.split("\n")))
    return re.sub(r"\|\s*", r"\\vert ", latex)
