"""Which cell is running, on a terminal; nothing in a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

from litpost.plan import Step
from litpost.source import Cell


class Progress:
    """One line of a terminal that tells which step of a source runs."""

    def __init__(self, path: str, stream: TextIO) -> None:
        self._path, self._stream = path, stream
        self._shows = stream.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clear()

    def step(self, step: Step, number: int, count: int) -> None:
        """Show that a step begins."""
        if self._shows and isinstance(step.block, Cell):
            self._clear()
            self._stream.write(f"{self._path}:{step.line}: {step.block.name} ({number} of {count})")
            self._stream.flush()

    def _clear(self) -> None:
        if self._shows:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
