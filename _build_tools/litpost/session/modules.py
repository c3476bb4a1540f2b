"""Local modules: compiled from their source at every build, and remembered with what it was.

Python takes a module's bytecode for current if time (in seconds) and size of the source are what
they were. An edit right after a build may keep both, and the post would show what the code was.

A module is *local* unless it lies where Python's library and installed distributions lie.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import importlib.machinery
import os
import site
import sys
import sysconfig
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from litpost.session.collector import Collector
from litpost.session.patches import instrumented

STANDARD = frozenset(sys.stdlib_module_names)
OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep  # noqa: PTH100, PTH120


def library_folders() -> tuple[str, ...]:
    """List the folders in which Python's library and installed distributions lie."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {sysconfig.get_path(name) for name in names} | {*site.getsitepackages()}
    folders |= {site.getusersitepackages(), sys.prefix, sys.base_prefix}
    usual = {folder for folder in folders if folder and folder != "/usr"}
    return tuple(os.path.realpath(folder) + os.sep for folder in sorted(usual))


class Modules:
    """The local modules of a session.

    Attributes
    ----------
    digests
        SHA-256 of the source that each was compiled from, by its path.
    compiled
        The paths of those that the running step has compiled.
    """

    def __init__(self, root: str, collector: Collector) -> None:
        self.root, self._collector = root, collector
        self.digests: dict[str, str] = {}
        self.compiled: set[str] = set()
        self.libraries = library_folders()
        self._local: dict[str, bool] = {}
        self._folders: dict[str, bool] = {}

    def install(self, importer: Callable[..., Any]) -> None:
        """Let the cells import the modules below the root, whose imports `importer` does."""
        sys.path.insert(0, self.root)
        loader = importlib.machinery.SourceFileLoader
        get_code, exec_module = loader.get_code, loader.exec_module
        own = {**vars(builtins), "__import__": importer}

        def code_of(this: Any, fullname: str) -> types.CodeType | None:
            path = this.get_filename(fullname)
            if not self.is_local_file(path):
                return get_code(this, fullname)
            data = this.get_data(path)
            self.compiled.add(real := os.path.realpath(path))
            self.digests[real] = hashlib.sha256(data).hexdigest()
            tree = compile(data, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            assert isinstance(tree, ast.Module)
            return compile(instrumented(tree), path, "exec", dont_inherit=True)

        def execute(this: Any, module: types.ModuleType) -> None:
            if self.is_local_file(this.path):
                self._collector.begin_others()
                vars(module)["__builtins__"] = own
                exec_module(this, module)
            else:
                with self._collector.loading():
                    exec_module(this, module)

        loader.get_code = code_of  # type: ignore[assignment, method-assign]
        loader.exec_module = execute  # type: ignore[assignment, method-assign]

    def is_local_file(self, path: str) -> bool:
        """Say whether a file is the project's own, or at least no library's."""
        folder = os.path.dirname(path if os.path.isabs(path) else os.path.abspath(path))  # noqa: PTH100, PTH117, PTH120
        if (known := self._folders.get(folder)) is None:  # a library has many files in few folders
            known = self._folders[folder] = self._is_local_folder(os.path.realpath(folder))
        return known

    def _is_local_folder(self, real: str) -> bool:
        inner = os.path.join(real, "")  # noqa: PTH118
        if inner.startswith(self.root + os.sep) and not inner.startswith(OWN):
            return not {"site-packages", ".litpost"}.intersection(Path(real).parts)
        return not inner.startswith((*self.libraries, OWN))

    def is_local(self, name: str) -> bool:
        """Say whether a module that has been loaded is local."""
        if (known := self._local.get(name)) is not None:
            return known
        module = sys.modules.get(name)
        if module is None or name == "__main__":
            return False
        places = [file] if (file := getattr(module, "__file__", None)) else []
        if not places and hasattr(module, "__path__"):
            places = [os.path.join(str(folder), "") for folder in module.__path__]  # noqa: PTH118
        found = bool(places) and all(isinstance(p, str) and self.is_local_file(p) for p in places)
        self._local[name] = found
        return found

    def source_digest(self, module: types.ModuleType | None) -> tuple[str, str] | None:
        """Return the path of a local module's file and the digest of what it was made from."""
        file = getattr(module, "__file__", None)
        if not isinstance(file, str):
            return None
        real = os.path.realpath(file)
        while not os.path.exists(real):  # noqa: PTH110  (a module in an archive)
            real = os.path.dirname(real)  # noqa: PTH120
        if real not in self.digests:
            try:
                with open(real, "rb") as opened:  # noqa: PTH123
                    self.digests[real] = hashlib.sha256(opened.read()).hexdigest()
            except OSError:
                return None
        return real, self.digests[real]
