"""Local modules are compiled from their source at every build.

Python takes a module's bytecode for current if time (in seconds) and size of the source are what
they were. An edit right after a build may keep both, and the post would show what the code was.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
import types
from collections.abc import Sequence
from pathlib import Path


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from its source, whatever bytecode lies beside it."""

    def get_code(self, fullname: str) -> types.CodeType:
        path = self.get_filename(fullname)
        code: types.CodeType = self.source_to_code(self.get_data(path), path)
        return code


class _Finder:
    """Finds modules below the root, so that `_Loader` loads them."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        name = fullname.partition(".")[0]
        if not any((self._root / file).exists() for file in (name, f"{name}.py")):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        loader = spec and spec.loader
        is_local = str(spec and spec.origin).startswith(f"{self._root}{os.sep}")
        if spec and is_local and type(loader) is importlib.machinery.SourceFileLoader:
            spec.loader = _Loader(loader.name, loader.path)
        return spec


def install(root: str) -> None:
    """Let the cells import the modules below the root."""
    sys.path.insert(0, root)
    sys.meta_path.insert(0, _Finder(root))
