"""The distributions that bring modules, with all that they require, and their versions."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import sys
from collections.abc import Iterator

from litpost.store import Store
from litpost.world import distribution_name

_INSTALLED = (".dist-info", ".egg-info")
_HEADER = re.compile(r"^(Name|Version|Requires-Dist): *(.+?)\s*$", re.M)
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_TOP = re.compile(
    r'^"?([^/,".\n]+)(?:/[^,\n]*\.(?:py|so|pyd)|\.(?:py|so|pyd|[\w-]+\.(?:so|pyd)))"?,', re.M
)
"""In a RECORD, a file of Python or C code: the package that it is in, or the module that it is."""


class Versions:
    """Versions by the top-level module that a distribution brings.

    Finding them takes a while, where much is installed, so that they are noted in the store.
    """

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def prepare(self) -> None:
        """Find them now, while there is time for it."""
        self._table  # noqa: B018  (it is kept)

    def look_again(self) -> None:
        """Forget them, since something has run that may have changed what is installed."""
        self.__dict__.pop("_table", None)

    def of(self, module: str) -> str | None:
        """Return what brings a module: ``numpy 2.0; …`` with its requirements, or nothing.

        ``=name`` means a distribution itself; ``?module`` is one that may well be missing.
        """
        return self._table.get(module.removeprefix("?"))

    @functools.cached_property
    def _table(self) -> dict[str, str]:
        if self._store is None:
            return _table()
        name = f"versions 2 {_installed()}"
        table = self._store.note(name)
        if table is None:
            self._store.put_note(name, table := _table())
        return table


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
    told: dict[str, str] = {}
    requires: dict[str, list[str]] = {}
    brought: dict[str, set[str]] = {}
    for folder in _distributions():
        headers = _HEADER.findall(_read(folder, "METADATA", "PKG-INFO").partition("\n\n")[0])
        single = dict(headers)
        name = distribution_name(single.get("Name", ""))
        if not name:
            continue
        for top in _tops(folder):
            brought.setdefault(top, set()).add(name)
        if name not in told:  # the first on the path is the one that is imported
            told[name] = f"{single['Name']} {single.get('Version')}"
            needs = [text for key, text in headers if key == "Requires-Dist"]
            found = [_NAME.match(text) for text in needs if "extra ==" not in text]
            requires[name] = [distribution_name(match[0]) for match in found if match]

    def described(names: set[str]) -> str:
        todo, seen = list(names), set()
        while todo:
            if (name := todo.pop()) in told and name not in seen:
                seen.add(name)
                todo += requires[name]
        return "; ".join(told[name] for name in sorted(seen))

    themselves = {f"={name}": version for name, version in told.items()}
    return {top: described(names) for top, names in brought.items()} | themselves


def _distributions() -> Iterator[str]:
    """Yield the folders in which installed distributions tell of themselves.

    `importlib.metadata` knows the same, but takes ten times as long.
    """
    for folder in sys.path:
        with contextlib.suppress(OSError):
            names = os.listdir(folder or ".")  # noqa: PTH208
            yield from (os.path.join(folder, n) for n in names if n.endswith(_INSTALLED))  # noqa: PTH118


def _tops(folder: str) -> set[str]:
    """Return the top-level modules that a distribution brings: as it declares, or by its files."""
    declared = _read(folder, "top_level.txt").split()
    return {*declared} or {*_TOP.findall(_read(folder, "RECORD"))}


def _read(folder: str, *names: str) -> str:
    """Return the text of the first of some files that is there."""
    for name in names:
        with contextlib.suppress(OSError), open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123
            return file.read().decode("utf-8", "replace").replace("\r\n", "\n")
    return ""
