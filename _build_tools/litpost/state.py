"""What the slots hold at one place of a source, as far as it is known without running anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from litpost.versions import Versions
from litpost.world import existence, file_digest, importable_names, listing, text_digest, times

Slots = Mapping[str, str | None]


class State:
    """Slots with the digests of what is in them.

    Parameters
    ----------
    root
        The folder that cells run in.
    versions
        Tells the versions of distributions.
    environment
        The variables of the environment that sessions get.
    layouts
        The digest of each step's text, by its key.
    """

    def __init__(
        self,
        root: Path,
        versions: Versions,
        environment: Mapping[str, str],
        layouts: Mapping[str, str],
    ) -> None:
        self._root = str(root)
        self._environment, self._layouts, self._versions = environment, layouts, versions
        self._found: dict[str, str | None] = {}
        self.written: dict[str, str] = {}
        self.shorts: dict[str, str] = {}
        self._looks: dict[str, Callable[[str], str | None]] = {
            "f": lambda name: file_digest(self._path(name)),
            "s": lambda name: file_digest(self._path(name)),
            "d": lambda name: listing(self._path(name)),
            "x": lambda name: existence(self._path(name)),
            "t": lambda name: times(self._path(name)),
            "n": lambda name: importable_names(self._path(name)),
            "e": self._variable,
            "p": versions.of,
            "l": layouts.get,
        }

    def get(self, slot: str) -> str | None:
        """Return the digest of what a slot holds."""
        if slot == "v:*":
            return text_digest(" ".join(sorted(s for s in self.written if s.startswith("v:"))))
        if slot in self.written or slot[0] in "vma":
            return self.written.get(slot)
        if slot not in self._found:
            self._found[slot] = self._looks[slot[0]](slot[2:])
        return self._found[slot]

    def look_again(self) -> None:
        """Forget what files were, since something has run that may have changed them."""
        self._found.clear()

    def apply(self, writes: Slots, shorts: Mapping[str, str]) -> None:
        """Take over what a step has written, but for files: those lie where they lie."""
        for slot, digest in writes.items():
            if slot[0] == "f":
                continue
            if digest is None:
                self.written.pop(slot, None)
            else:
                self.written[slot] = digest
            self.shorts.pop(slot, None)
        self.shorts |= shorts

    def copy(self) -> dict[str, str]:
        """Return the slots that steps have written."""
        return dict(self.written)

    def _path(self, name: str) -> str:
        return os.path.normpath(os.path.join(self._root, name))  # noqa: PTH118

    def _variable(self, name: str) -> str | None:
        if name == "*":
            return text_digest(repr(sorted(self._environment.items())))
        value = self._environment.get(name)
        return None if value is None else text_digest(value)
