"""What the running step has read outside of the session, as it is noted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Notes:
    """Slots with what was in them when the step first read them.

    Attributes
    ----------
    root
        The project's folder.
    reads
        Slot to digest; nothing for what isn't there.
    are_open
        Whether a step runs, so that what happens is its doing.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.reads: dict[str, str | None] = {}
        self.are_open = False

    def begin(self) -> None:
        """Forget all, as a step begins."""
        self.reads, self.are_open = {}, True

    def name(self, path: str) -> str:
        """Name a path as slots do: from the root, or absolutely outside of it."""
        if path == self.root:
            return "."
        return path[len(self.root) + 1 :] if path.startswith(self.root + os.sep) else path

    def note(self, letter: str, path: str, look: Callable[[str], str | None]) -> None:
        """Note what there is at a path, unless that was done before."""
        if (slot := f"{letter}:{self.name(path)}") not in self.reads:
            with self.paused():
                self.reads[slot] = look(path)

    def have_local_file(self) -> bool:
        """Say whether a file of the project's has been read."""
        return any(
            digest and slot[0] == "f" and not slot.startswith(("f:/", "f:.."))
            for slot, digest in self.reads.items()
        )

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Do something that isn't the step's."""
        were, self.are_open = self.are_open, False
        try:
            yield
        finally:
            self.are_open = were
