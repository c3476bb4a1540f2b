"""What a source consists of, as the parser hands it to all later stages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from litpost.errors import Problem
from litpost.options import Options


@dataclass(frozen=True)
class Value:
    """An inline value, ``{python} expression`` between backticks."""

    expression: str
    line: int
    key: str

    @property
    def name(self) -> str:
        """Say which value this is, for messages."""
        return f"inline value `{self.expression}`"


Text = tuple[str | Value, ...]
"""Text with inline values in it, such as a caption."""


@dataclass(frozen=True)
class Prose:
    """Text that the author wrote and that goes to the post as it is."""

    text: str
    line: int


@dataclass(frozen=True)
class Verbatim:
    """Code in prose (a plain fence or a code span): only Liquid is escaped in it."""

    text: str
    line: int


@dataclass(frozen=True)
class Formula:
    """LaTeX between dollars: in a line, or on lines of its own (`is_block`)."""

    text: str
    latex: str
    line: int
    display: bool = False
    is_block: bool = False
    label: str | None = None
    indent: str = ""
    first_indent: str = ""


@dataclass(frozen=True)
class Reference:
    """A reference to a figure, table, formula or listing, ``@fig-label``."""

    anchor: str
    line: int


@dataclass(frozen=True)
class Cell:
    """An executable fence.

    `given` are the names of the options that it has. `home` is the path of the source in which its
    code stands, at `code_line`, if that is another one: the original of a translation.
    """

    code: str
    options: Options
    key: str
    line: int
    code_line: int
    indent: str = ""
    first_indent: str = ""
    caption: Text = ()
    alt: Text = ()
    table_caption: Text = ()
    listing_caption: Text = ()
    given: frozenset[str] = frozenset()
    home: str = ""

    @property
    def name(self) -> str:
        """Say which cell this is, for messages."""
        return f"cell `{self.options.label}`" if self.options.label else "cell"


@dataclass(frozen=True)
class Snippet:
    """Code shown from a file: the cell that asked for it, and what was found."""

    cell: Cell
    path: str
    first_line: int
    last_line: int
    code: str


Block = Prose | Verbatim | Formula | Reference | Value | Cell | Snippet


@dataclass(frozen=True)
class FrontMatter:
    """The YAML header of a source.

    `settings` is what stood under ``litpost:``; `lines` tells where each key of `values` stands.
    """

    values: Mapping[str, Any]
    settings: Mapping[str, Any]
    lines: Mapping[str, int]
    inline: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Source:
    """A parsed source.

    `original` is what a translation translates, and `warnings` what it lacks of that.
    """

    path: str
    text: str = field(repr=False)
    front_matter: FrontMatter
    blocks: tuple[Block, ...]
    original: Source | None = field(default=None, repr=False)
    warnings: tuple[Problem, ...] = ()

    def cells(self) -> Iterator[Cell]:
        """Yield the executable cells, in order."""
        return (block for block in self.blocks if isinstance(block, Cell))

    def steps(self) -> Iterator[Cell | Value]:
        """Yield what runs, in the order in which it runs.

        The values of a cell's captions follow it; those of the header come last.
        """
        for block in self.blocks:
            if isinstance(block, Value):
                yield block
            cell = block.cell if isinstance(block, Snippet) else block
            if not isinstance(cell, Cell):
                continue
            if cell is block and cell.options.eval:
                yield cell
            texts = (cell.caption, cell.alt, cell.table_caption, cell.listing_caption)
            yield from (part for text in texts for part in text if isinstance(part, Value))
        yield from self.front_matter.inline

    def path_of(self, cell: Cell) -> str:
        """Return the path of the source that `cell.line` is a line of."""
        return cell.home if cell.home and not cell.options.use else self.path

    def home(self, step: Cell | Value) -> Source:
        """Return the source in which the code of a step stands: this one, or its original."""
        is_borrowed = isinstance(step, Cell) and step.home
        return self.original if is_borrowed and self.original else self


def first_line(step: Cell | Value) -> int:
    """Return the line of the source where the code of a cell or an inline value starts."""
    return step.code_line if isinstance(step, Cell) else step.line


def split_lines(text: str) -> list[str]:
    """Split a text at the line ends that CommonMark knows, and no others."""
    return re.split(r"\r\n|\r|\n", text)


def digest(text: str | bytes) -> str:
    """Return the SHA-256 of a text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()
