"""Which cell is running and for how long, on a terminal; nothing in a pipe or where CI is set."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TextIO

from litpost.plan import Step
from litpost.source import Cell
from litpost.terminal import columns, cut, is_terminal

PULSE = 1.0  # seconds between two looks at the clock


@dataclass(frozen=True)
class _Running:
    """A cell that runs: what is told of it, and when it began."""

    told: str
    began: float


class Progress:
    """One line of a terminal that tells which cell of a source runs, and the time that it takes.

    Parameters
    ----------
    path
        The source.
    stream
        Where the line is shown, if that is a terminal.
    clock
        Returns seconds.
    pulse
        Seconds after which the line is written anew.
    """

    def __init__(
        self,
        path: str,
        stream: TextIO,
        *,
        clock: Callable[[], float] = time.monotonic,
        pulse: float = PULSE,
    ) -> None:
        self._path, self._stream, self._clock, self._pulse = path, stream, clock, pulse
        self._shows = is_terminal(stream, os.environ) and not os.environ.get("CI")
        self._began = clock()
        self._running: _Running | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
        self._show(None)

    def step(self, step: Step, number: int, count: int) -> None:
        """Show that a step begins."""
        if not self._shows:
            return
        running = None
        if isinstance(step.block, Cell):
            told = f"{self._path}: {step.block.name} (line {step.line}), {number} of {count}"
            running = _Running(told, self._clock())
        self._show(running)
        if not self._thread:
            self._thread = threading.Thread(target=self._go_on, daemon=True)
            self._thread.start()

    def _go_on(self) -> None:
        while not self._over.wait(self._pulse):
            with self._lock:
                self._draw()

    def _show(self, running: _Running | None) -> None:
        with self._lock:
            changed, self._running = self._running is not running, running
            if changed:
                self._draw()

    def _draw(self) -> None:
        self._stream.write(f"\r\x1b[K{self._line()}")
        self._stream.flush()

    def _line(self) -> str:
        if self._running is None:
            return ""
        now = self._clock()
        times = f"{seconds(now - self._running.began)}, {seconds(now - self._began)} in all"
        room = columns(self._stream) - 1 - len(f": {times}")
        return f"{cut(self._running.told, room)}: {times}"


def seconds(time: float) -> str:
    """Write a time as one looks at it while waiting.

    >>> seconds(0.4), seconds(59.9), seconds(61), seconds(3700)
    ('0 s', '59 s', '1 min 1 s', '1 h 1 min')
    """
    whole = int(time)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
