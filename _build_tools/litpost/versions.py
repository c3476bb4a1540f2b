"""The distributions that bring modules, with all that they require, and their versions."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
from typing import TYPE_CHECKING

from litpost.store import Store

if TYPE_CHECKING:
    from concurrent.futures import Future

_INSTALLED = (".dist-info", ".egg-info", ".egg-link")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


class Versions:
    """Versions by the top-level module that a distribution brings.

    Finding them takes a tenth of a second or more, so that they are noted in the store.
    """

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._table: dict[str, str] | None = None
        self._found: Future[dict[str, str]] | None = None

    def prepare(self) -> None:
        """Begin to find them beside what is done until they are asked for, if they aren't noted."""
        if self._table is None and self._found is None and self._note() is None:
            from concurrent.futures import ThreadPoolExecutor

            self._found = ThreadPoolExecutor(1).submit(_table)

    def close(self) -> None:
        """Wait for what was begun and that nobody has asked for."""
        if self._found:
            self._found.result()

    def of(self, module: str) -> str | None:
        """Return what brings a module: ``numpy 2.0; …`` with its requirements, or nothing."""
        if self._table is None:
            self._table = self._noted()
        return self._table.get(module)

    def _noted(self) -> dict[str, str]:
        if (note := self._note()) is not None:
            return note
        table = self._found.result() if self._found else _table()
        if self._store:
            self._store.put_note(self._name, table)
        return table

    def _note(self) -> dict[str, str] | None:
        return self._store.note(self._name) if self._store else None

    @functools.cached_property
    def _name(self) -> str:
        return f"versions {_installed()}"


def parse(text: str) -> dict[str, str]:
    """Read what `Versions.of` has returned: distribution to version.

    >>> parse("numpy 2.0; pandas 3.0")
    {'numpy': '2.0', 'pandas': '3.0'}
    """
    pairs = (entry.partition(" ") for entry in text.split("; ") if entry)
    return {name: version for name, _, version in pairs}


def _installed() -> str:
    """Return a digest of what is installed."""
    found = [sys.version]
    for folder in sys.path:
        try:
            found += sorted(
                name
                for name in os.listdir(folder)  # noqa: PTH208
                if name.endswith(_INSTALLED)
            )
        except OSError:
            continue
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _table() -> dict[str, str]:
    from importlib.metadata import distributions, packages_distributions

    told: dict[str, str] = {}
    requires: dict[str, list[str]] = {}
    for distribution in distributions():
        metadata = distribution.metadata  # is read anew each time
        if (name := metadata["Name"]) and _plain(name) not in told:
            told[_plain(name)] = f"{name} {metadata['Version']}"
            requires[_plain(name)] = [
                _plain(match[0])
                for text in distribution.requires or ()
                if "extra ==" not in text and (match := _NAME.match(text))
            ]

    def described(tops: list[str]) -> str:
        todo, seen = [_plain(name) for name in tops], set()
        while todo:
            if (name := todo.pop()) in told and name not in seen:
                seen.add(name)
                todo += requires[name]
        return "; ".join(told[name] for name in sorted(seen))

    return {module: described(tops) for module, tops in packages_distributions().items()}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
