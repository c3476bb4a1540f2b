"""What lay where cells have written, kept so that their steps can run anew from the start."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

KEPT = "kept"
"""The folder of the copies, in a session's scratch folder."""
_INDEX = "index.jsonl"
_entry = json.JSONEncoder(separators=(",", ":")).encode  # before cells can replace json's defaults


class Kept:
    """Copies of files and folders as they were before a session has changed them.

    Parameters
    ----------
    folder
        Where the copies are put.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: set[str] = set()

    def keep(self, path: str, *, whole: bool = False) -> None:
        """Keep what is at a path, if it is the first time; of a folder its content if `whole`."""
        if path in self._paths:
            return
        self._folder.mkdir(exist_ok=True)
        copy = self._folder / str(len(self._paths))
        self._paths.add(path)
        is_folder = os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114
        if is_folder and whole:
            shutil.copytree(path, copy, symlinks=True)
        elif is_folder:
            copy.mkdir()
        elif os.path.lexists(path):
            shutil.copy2(path, copy, follow_symlinks=False)
        with (self._folder / _INDEX).open("a", encoding="utf-8") as index:
            index.write(_entry([path, copy.name, whole]) + "\n")


def restore(folder: Path) -> None:
    """Put back what a session has kept, and remove what wasn't there."""
    index = folder / _INDEX
    lines = index.read_text(encoding="utf-8").splitlines() if index.is_file() else []
    for path, name, whole in map(json.loads, reversed(lines)):
        place, copy = Path(path), folder / name
        if copy.is_dir() and not copy.is_symlink() and not whole:
            place.mkdir(exist_ok=True)
            continue
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
        if os.path.lexists(copy):
            place.parent.mkdir(parents=True, exist_ok=True)  # it may have been changed first
            shutil.move(copy, place)
