"""Cross-references: what in a source has a number, and what refers to it.

A figure, table or listing with a label and a caption is numbered as soon as the post refers to one
of its kind, or where its label starts with its kind (``fig-lstm``); a labelled formula and a
listing with a caption always are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from litpost.errors import Problem, nearest
from litpost.inlines import REFERENCE
from litpost.source import Cell, Formula, Reference, Snippet, Source, Text

ALWAYS = {"eq", "lst"}
OPTIONS = {"fig": "fig-cap", "tbl": "tbl-cap", "lst": "lst-cap"}


@dataclass(frozen=True)
class Target:
    """Something that can be referred to: its anchor, and where it stands."""

    kind: str
    anchor: str
    line: int


def anchor(kind: str, label: str | None) -> str | None:
    """Name a figure, table or listing as Quarto does, apart from the ids that headings get.

    >>> anchor("fig", "lstm"), anchor("fig", "fig-lstm"), anchor("tbl", None)
    ('fig-lstm', 'fig-lstm', None)
    """
    return label if label is None or label.startswith(f"{kind}-") else f"{kind}-{label}"


def numbers(source: Source) -> dict[str, int]:
    """Give numbers to what is to have one: anchor to number, counted from 1 for each kind."""
    targets = list(_targets(source))
    asked = ALWAYS | {label.partition("-")[0] for label, _ in references(source)}
    labels = (cell.options.label or "" for cell in _cells(source))
    asked |= {kind for label in labels if (kind := label.partition("-")[0]) in OPTIONS}
    counts: Counter[str] = Counter()
    numbered: dict[str, int] = {}
    for target in targets:
        if target.kind in asked:
            counts[target.kind] += 1
            numbered.setdefault(target.anchor, counts[target.kind])
    return numbered


def references(source: Source) -> Iterator[tuple[str, int]]:
    """Yield the anchor and the line of every reference, in captions too."""
    for block in source.blocks:
        if isinstance(block, Reference):
            yield block.anchor, block.line
    for cell in _cells(source):
        for text in (cell.caption, cell.table_caption, cell.listing_caption):
            for part in text:
                if isinstance(part, str):
                    yield from ((match[1], cell.line) for match in REFERENCE.finditer(part))


def check_references(source: Source) -> Iterator[Problem]:
    """Check that every reference has something to refer to, and that no anchor stands twice."""
    targets: dict[str, Target] = {}
    for target in _targets(source):
        if target.anchor in targets:
            message = f"`{target.anchor}` is taken already, in line {targets[target.anchor].line}"
            yield Problem(source.path, target.line, message)
        targets.setdefault(target.anchor, target)
    for name, line in references(source):
        if name not in targets:
            yield Problem(source.path, line, _missing(name, source, targets))


def check_shown(source: Source, numbered: Mapping[str, int], shown: set[str]) -> Iterator[Problem]:
    """Check that what is referred to has been shown by its cell."""
    for name, line in references(source):
        if name in numbered and name not in shown:
            message = f"`@{name}`: the cell of that label shows nothing of the kind"
            yield Problem(source.path, line, message)


def _missing(name: str, source: Source, targets: Mapping[str, Target]) -> str:
    kind = name.partition("-")[0]
    for cell in _cells(source):
        if kind in OPTIONS and anchor(kind, cell.options.label) == name:
            return f"`@{name}`: that cell has no `#| {OPTIONS[kind]}:`, so it has no number"
    same = [f"@{target.anchor}" for target in targets.values() if target.kind == kind]
    return f"`@{name}`: nothing here has that label; {nearest(f'@{name}', same)}"


def _targets(source: Source) -> Iterator[Target]:
    for block in source.blocks:
        if isinstance(block, Formula) and block.label:
            yield Target("eq", block.label, block.line)
        cell = block.cell if isinstance(block, Snippet) else block
        if not isinstance(cell, Cell) or not cell.options.include:
            continue
        captions: dict[str, Text] = {
            "fig": cell.caption, "tbl": cell.table_caption, "lst": cell.listing_caption,
        }  # fmt: skip
        for kind, caption in captions.items():
            if caption and (name := anchor(kind, cell.options.label)):
                yield Target(kind, name, cell.line)


def _cells(source: Source) -> Iterator[Cell]:
    for block in source.blocks:
        cell = block.cell if isinstance(block, Snippet) else block
        if isinstance(cell, Cell):
            yield cell
