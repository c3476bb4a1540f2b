"""What a build of a source has to run, in which order, and why."""

from __future__ import annotations

from dataclasses import dataclass

from litpost.source import Cell, Source, Value, first_line

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
        return first_line(self.block)


@dataclass(frozen=True)
class Plan:
    """The steps of one source, in the order in which they run."""

    source: Source
    steps: tuple[Step, ...]
    cover: str | None = None


def plan(source: Source) -> Plan:
    """Plan a build of a source: every cell, and every inline value where it stands."""
    common = float(source.front_matter.settings.get("timeout", DEFAULT_TIMEOUT))

    def step(block: Cell | Value) -> Step:
        if isinstance(block, Value):
            return Step(block.key, block, block.expression, common, EVERY_BUILD)
        return Step(block.key, block, block.code, block.options.timeout or common, EVERY_BUILD)

    return Plan(source, tuple(map(step, source.steps())), source.front_matter.settings.get("cover"))
