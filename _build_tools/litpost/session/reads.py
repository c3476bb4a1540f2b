"""What a session read from outside: local modules, data files, installed distributions."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

_NOT_LOCAL = {"site-packages", "__pycache__", ".litpost"}
_OWN = str(Path(__file__).parents[1]) + os.sep
_WRITING = os.O_WRONLY | os.O_RDWR


class Reads:
    """Watches the files that cells open below the root."""

    def __init__(self, root: Path) -> None:
        self.root = str(root.resolve())
        self._read: set[str] = set()
        self._written: set[str] = set()
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open":
            return
        path, _, flags = arguments
        if isinstance(path, int) or path is None:
            return
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  (no file may be touched here)
        if not self._is_local(name):
            return
        if isinstance(flags, int) and flags & _WRITING:
            self._written.add(name)
        elif name not in self._written:
            self._read.add(name)

    def _is_local(self, name: str) -> bool:
        if not name.startswith(self.root + os.sep) or name.startswith(_OWN):
            return False
        parts = Path(name[len(self.root) + 1 :]).parts
        return not (_NOT_LOCAL.intersection(parts))

    def as_json(self) -> dict[str, dict[str, str]]:
        """Return the paths from the root with digests, and the distributions with versions."""
        modules = {
            os.path.abspath(file)  # noqa: PTH100
            for module in list(sys.modules.values())
            if isinstance(file := getattr(module, "__file__", None), str)
        }
        return {
            "modules": self._digests(set(filter(self._is_local, modules))),
            "files": self._digests(self._read - modules),
            "versions": self._versions(),
        }

    def _digests(self, names: set[str]) -> dict[str, str]:
        import hashlib

        return {
            os.path.relpath(name, self.root): hashlib.sha256(Path(name).read_bytes()).hexdigest()
            for name in sorted(names)
            if Path(name).is_file()
        }

    def _versions(self) -> dict[str, str]:
        from importlib.metadata import packages_distributions, version

        distributions = packages_distributions()
        imported = {name.partition(".")[0] for name in sys.modules}
        names = {dist for name in imported for dist in distributions.get(name, ())}
        return {name: version(name) for name in sorted(names, key=str.lower)}
