"""What the cells and the project's modules import, and where that was looked for."""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from litpost.session.askers import asking_library
from litpost.session.modules import OWN, STANDARD, Modules
from litpost.session.notes import Notes
from litpost.world import distribution_name, existence, importable_names


class Imports:
    """Notes which modules the running step asks for, as slots ``n:``, ``x:`` and ``p:``.

    Attributes
    ----------
    asked
        Modules that the cells' or the project's code has asked for.
    filters
        The warning filters that libraries have set as they were loaded, as text.
    wishes
        By library: other modules that it has looked for, whether they are installed or not.
    """

    def __init__(self, notes: Notes, modules: Modules, filters: set[str]) -> None:
        self._notes, self._modules, self.filters = notes, modules, filters
        self.asked: set[str] = set()
        self.wishes: dict[str, set[str]] = {}
        self._loaded: set[str] = set()

    def install(self) -> None:
        """Hear of what is imported by name or looked for, from now on."""
        sys.meta_path.insert(0, _Wishes(self._wish))
        importlib.import_module = self._import_module
        find_spec = importlib.util.find_spec

        def find(name: str, package: str | None = None) -> Any:
            if self._notes.are_open:
                full = importlib.util.resolve_name(name, package)
                self._note_places(full)
                self._note_version(full.partition(".")[0])
            return find_spec(name, package)

        importlib.util.find_spec = find

    def watch_metadata(self, metadata: Any) -> None:
        """Hear of the distributions that are asked about by name, from now on."""
        from_name = vars(metadata.Distribution)["from_name"].__func__

        def named(kind: Any, name: str) -> Any:
            if isinstance(name, str):
                self._note_version(f"={distribution_name(name)}")
            return from_name(kind, name)

        metadata.Distribution.from_name = classmethod(named)

    def _note_version(self, name: str) -> None:
        """Note what is asked about, unless a library asks what it may work with."""
        if self._notes.are_open and not asking_library(sys._getframe(), self._modules):
            self._notes.reads.setdefault(f"p:{name}", "")

    def _wish(self, name: str) -> None:
        """Note that a library looks for a module: what it does depends on whether there is one."""
        library = asking_library(sys._getframe(), self._modules)
        if library not in ("", name):
            self.wishes.setdefault(library, set()).add(name)

    def wished_by(self, libraries: Iterable[str]) -> set[str]:
        """Return what libraries have looked for, and what those have looked for, and so on."""
        found, todo = set[str](), {*libraries}
        while todo:
            new = set().union(*(self.wishes.get(each, ()) for each in todo)) - found
            found |= new
            todo = new
        return found

    def begin(self) -> None:
        """Forget all, as a step begins."""
        self.asked, self._loaded = set(), set(sys.modules)
        self._modules.compiled.clear()

    def end(self) -> None:
        """Note where what was loaded has been looked for."""
        if sys.modules.keys() - self._loaded:
            self._note_places()

    def import_(
        self,
        name: str,
        globals: dict[str, Any] | None = None,
        locals: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """Do what ``__import__`` does for the code of the cells and the project."""
        asked = name
        if level and globals:
            package = globals.get("__package__") or globals.get("__name__", "")
            asked = ".".join([*package.split(".")[: len(package.split(".")) - level + 1], name])
        self._ask(asked.rstrip("."))
        before = warnings.filters[:]
        try:
            module = builtins.__import__(name, globals, locals, fromlist, level)
        except ImportError as error:
            self._note_places(error.name or asked)
            raise
        if warnings.filters != before and not self._modules.is_local(asked):
            self.filters.update(str(entry) for entry in warnings.filters if entry not in before)
        for item in _items(module, fromlist or ()):
            if f"{asked}.{item}" in sys.modules:
                self._ask(f"{asked}.{item}")
            elif hasattr(module, "__path__") and item not in vars(module):
                self._note_places(f"{asked}.{item}")  # `from` will complain, after we return
        return module

    def _import_module(self, name: str, package: str | None = None) -> Any:
        asked = importlib.util.resolve_name(name, package) if package else name
        self._ask(asked)
        try:
            return importlib._bootstrap._gcd_import(asked)  # type: ignore[attr-defined]
        except ImportError as error:
            self._note_places(error.name or asked)
            raise

    def _ask(self, name: str) -> None:
        if self._notes.are_open:
            self.asked.add(name)

    def _note_places(self, name: str = "") -> None:
        """Note where modules were looked for, and perhaps one, by name, that may not be there."""
        with self._notes.paused():
            loaded = self.asked | (sys.modules.keys() - self._loaded)
            packages = {part for each in loaded for part in _packages(each)}
            for package in filter(self._modules.is_local, packages):
                self._look_at(_places(package))
            self._look_at(sys.path)
            for part in (*_packages(name), name) if name else ():
                package, _, last = part.rpartition(".")
                for folder in self._look_at(_places(package) if package else sys.path):
                    self._notes.note("x", os.path.join(folder, last), existence)  # noqa: PTH118

    def _look_at(self, entries: Iterable[str]) -> list[str]:
        """Note the modules that local folders have: a new one may be found first."""
        folders = []
        for entry in entries:
            folder = os.path.abspath(entry)  # noqa: PTH100
            if OWN.startswith(folder + os.sep):
                continue
            if self._modules.is_local_file(os.path.join(folder, "x.py")) and os.path.isdir(folder):  # noqa: PTH112, PTH118
                self._notes.note("n", folder, importable_names)
                folders.append(folder)
        return folders


class _Wishes:
    """Is asked first for a top-level module that isn't loaded, tells of it, and finds nothing."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        """Find nothing."""
        if path is None and fullname not in STANDARD:
            self._tell(fullname)


def _items(module: Any, asked: Iterable[str]) -> Iterator[str]:
    """Yield the names that are imported from a module: a star stands for all that it lists."""
    for item in asked:
        yield from map(str, getattr(module, "__all__", ())) if item == "*" else (item,)


def _packages(name: str) -> Iterator[str]:
    """Yield the names of the packages that a module lies in."""
    for number, character in enumerate(name):
        if character == ".":
            yield name[:number]


def _places(package: str) -> Sequence[str]:
    """Return the folders in which the modules of a package are looked for."""
    return [*map(str, getattr(sys.modules.get(package), "__path__", ()))]
