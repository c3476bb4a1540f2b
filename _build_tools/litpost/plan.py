"""What a build of a source has to run, in which order, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from litpost.source import Cell, Snippet, Source, Text, Value

DEFAULT_TIMEOUT = 600.0
EVERY_BUILD = "every cell runs at every build"


@dataclass(frozen=True)
class Step:
    """One piece of code to run in the session: a cell or an inline value."""

    key: str
    block: Cell | Value
    code: str
    timeout: float
    because: str

    @property
    def line(self) -> int:
        """The line of the source where the step's code starts."""
        return self.block.code_line if isinstance(self.block, Cell) else self.block.line


@dataclass(frozen=True)
class Plan:
    """The steps of one source, in the order in which they run."""

    source: Source
    steps: tuple[Step, ...]
    cover: str | None = None


def plan(source: Source) -> Plan:
    """Plan a build of a source: every cell, and every inline value where it stands.

    The values of a cell's captions are computed right after it, those of the header last.
    """
    timeout = float(source.front_matter.settings.get("timeout", DEFAULT_TIMEOUT))

    def value_step(value: Value) -> Step:
        return Step(value.key, value, value.expression, timeout, EVERY_BUILD)

    def values_in(*texts: Text) -> Iterator[Step]:
        return (value_step(part) for text in texts for part in text if isinstance(part, Value))

    def steps() -> Iterator[Step]:
        for block in source.blocks:
            if isinstance(block, Value):
                yield value_step(block)
            cell = block.cell if isinstance(block, Snippet) else block
            if not isinstance(cell, Cell):
                continue
            if cell is block and cell.options.eval:
                limit = cell.options.timeout or timeout
                yield Step(cell.key, cell, cell.code, limit, EVERY_BUILD)
            yield from values_in(cell.caption, cell.alt, cell.table_caption)
        yield from map(value_step, source.front_matter.inline)

    return Plan(source, tuple(steps()), source.front_matter.settings.get("cover"))
