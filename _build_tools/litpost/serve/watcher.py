"""Sees which files have changed, by their times and sizes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

Stamp = tuple[int, int, int] | None
Stamps = dict[str, Stamp]


def stamps(paths: Iterable[str]) -> Stamps:
    """Return what tells states of files and folders apart; nothing where there is none."""
    return {path: _stamp(path) for path in paths}


def changed(before: Stamps, after: Stamps) -> set[str]:
    """Return the paths whose stamps differ.

    >>> sorted(changed({"a": None, "b": (1, 1, 1)}, {"b": (1, 1, 1), "c": (2, 2, 2)}))
    ['c']
    """
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def tree(root: Path, *, without: Iterable[str] = ()) -> Iterator[str]:
    """Yield the files below a folder, but for hidden ones.

    Parameters
    ----------
    root
        The folder.
    without
        Paths from it of the folders that aren't gone into.
    """
    skipped = {str(root / path) for path in without}
    for folder, folders, files in os.walk(root):
        folders[:] = [
            name for name in folders
            if name[0] != "." and name not in ("__pycache__", "node_modules")
            and f"{folder}/{name}" not in skipped
        ]  # fmt: skip
        yield from (f"{folder}/{name}" for name in files if name[0] != ".")


def _stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
