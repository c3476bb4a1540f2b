"""The namespace of a source's cells, which knows what a cell reads.

Before a step runs, all variables are put aside. Whatever looks one up by name, the step's own code,
a function of an earlier cell, ``eval``, a magic, finds it missing in the dictionary, and Python
asks `Namespace.__missing__`: that is the read. From then on the variable lies in the dictionary
and costs what a global of any module costs.

Class bodies look into the dictionary without asking, and then into the builtins; these are
therefore a dictionary of our own (`Builtins`), which asks back.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

BEGUN = "__litpost_begun__"
"""What a cell calls behind the imports that it begins with, if no cell has done more so far."""

_MISSING = object()
_MACHINERY = frozenset(
    """__name__ __builtins__ __loader__ __spec__ __package__ __warningregistry__
    __IPYTHON__""".split()
) | {BEGUN}
"""Names that are the session's own; any other, ``__version__`` say, may be a cell's."""


class NotProvidedError(BaseException):
    """A step looked up a variable that exists, but that nobody has brought into this session."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def is_variable(name: object) -> bool:
    """Say whether a name is one that cells share (``__name__`` and its like aren't)."""
    return isinstance(name, str) and name not in _MACHINERY


class Namespace(dict[str, Any]):
    """Globals of the cells.

    Attributes
    ----------
    reads
        The names that the running step has looked up before setting them.
    deleted
        The names that it has deleted.
    lacking
        The names of variables that exist at this place of the source, but not in this session.
    missed
        The one of those that the running step has looked up, if it has.
    """

    def __init__(self) -> None:
        super().__init__({"__name__": "__main__"})
        self.reads: set[str] = set()
        self.deleted: set[str] = set()
        self._is_listed = False
        self.lacking: set[str] = set()
        self.missed: str | None = None
        self.importer: Callable[..., Any] | None = None
        self._aside: dict[str, Any] = {}

    def begin(self, *, keep: Iterable[str] = ()) -> None:
        """Put all variables aside, as a step begins; those to `keep` count as read."""
        self.settle()
        self.reads.clear()
        self.deleted.clear()
        self._is_listed = False
        self.missed = None
        for name in self._own_names():
            self._aside[name] = super().pop(name)
        for name in keep:
            if name in self._aside or name in self.lacking:
                self[name]  # this is the read

    def _own_names(self) -> list[str]:
        """List the variables that lie in the dictionary itself."""
        return [name for name in super().__iter__() if is_variable(name)]

    def touched(self) -> set[str]:
        """Return the variables that the running step has read or set and that are there."""
        self.settle()
        return set(self._own_names())

    def settle(self) -> None:
        """Take out the builtins that were kept here to be found at once."""
        for name, value in list(super().items()):
            if is_variable(name) and _is_builtin(name, value):
                super().__delitem__(name)

    def peek(self) -> dict[str, Any]:
        """Return all variables without reading any."""
        there = {name: value for name, value in super().items() if is_variable(name)}
        kept = {name: value for name, value in there.items() if not _is_builtin(name, value)}
        return {**self._aside, **kept}

    def put(self, name: str, value: Any) -> None:
        """Bring a variable in, between two steps."""
        super().pop(name, None)
        self._aside[name] = value
        self.lacking.discard(name)

    def forget(self, name: str) -> None:
        """Take a variable out, between two steps."""
        super().pop(name, None)
        self._aside.pop(name, None)
        self.lacking.discard(name)

    def __missing__(self, name: str) -> Any:
        if name in self._aside:
            self.reads.add(name)
            value = self._aside.pop(name)
            super().__setitem__(name, value)
            return value
        if is_variable(name):
            self.reads.add(name)
            self._check(name)
        if name == "__doc__":
            return None
        if name == "__import__" and self.importer:
            return self.importer
        if (builtin := vars(builtins).get(name, _MISSING)) is not _MISSING:
            if is_variable(name) and not self._is_listed:
                super().__setitem__(name, builtin)
            return builtin
        raise KeyError(name)

    def _check(self, name: str) -> None:
        if name in self.lacking:
            self.missed = self.missed or name
            raise NotProvidedError(name)

    def __delitem__(self, name: str) -> None:
        if not super().__contains__(name) or _is_builtin(name, super().__getitem__(name)):
            self.reads.add(name)
            self._check(name)
            del self._aside[name]
        else:
            super().__delitem__(name)
            self._aside.pop(name, None)
        self.deleted.add(name)

    # Whatever asks for one name by a method reads that name, and sees no builtin there.

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return not _is_builtin(str(name), super().__getitem__(str(name)))
        if isinstance(name, str) and is_variable(name):
            self.reads.add(name)
            self._check(name)
        return name in self._aside

    def get(self, name: str, default: Any = None) -> Any:
        """Look a name up."""
        return self[name] if name in self else default  # noqa: SIM401  (this is `get`)

    def pop(self, name: str, *default: Any) -> Any:
        """Take a variable out."""
        if name not in self:
            if default:
                return default[0]
            raise KeyError(name)
        value = self[name]
        del self[name]
        return value

    def setdefault(self, name: str, default: Any = None) -> Any:
        """Look a name up, or set it."""
        if name not in self:
            self[name] = default
        return self[name]

    # Whatever asks for all names reads all of them.

    def _read_all(self) -> None:
        was_listed = self._is_listed
        self._is_listed = True  # whoever goes through the names can't bear a new one
        self.settle()
        for name in self.lacking:
            self._check(name)
        self.reads |= {EVERYTHING, *self._aside}
        super().update(self._aside)
        self._aside.clear()
        if not was_listed:  # in an order that doesn't depend on which steps have run
            for name in sorted(self._own_names()):
                super().__setitem__(name, super().pop(name))

    def __iter__(self) -> Iterator[str]:
        self._read_all()
        return super().__iter__()

    def __reversed__(self) -> Iterator[str]:
        self._read_all()
        return super().__reversed__()

    def __len__(self) -> int:
        self._read_all()
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self._read_all()
        return super().__eq__(other)

    __hash__ = None

    def __or__(self, other: Any) -> Any:
        return self.copy() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.copy()

    def __repr__(self) -> str:
        self._read_all()
        return super().__repr__()

    def keys(self) -> Any:
        """List all names."""
        self._read_all()
        return super().keys()

    def values(self) -> Any:
        """List all values."""
        self._read_all()
        return super().values()

    def items(self) -> Any:
        """List all names and values."""
        self._read_all()
        return super().items()

    def copy(self) -> dict[str, Any]:
        """Copy all variables into a dictionary."""
        self._read_all()
        return dict(super().items())

    def clear(self) -> None:
        """Take all variables out."""
        self._read_all()
        for name in self._own_names():
            super().__delitem__(name)

    def popitem(self) -> tuple[str, Any]:
        """Take the last variable out."""
        self._read_all()
        return super().popitem()


EVERYTHING = "*"
"""Read by whatever looks at all names at once, such as ``globals().items()`` or ``%who``."""


def _is_builtin(name: str, value: Any) -> bool:
    return vars(builtins).get(name, _MISSING) is value


class Builtins(dict[str, Any]):
    """The builtins as the cells' code finds them: by asking the namespace first.

    C code that looks into a dictionary without asking (NumPy's, for `open`) finds the builtins.
    """

    def __init__(self, namespace: Namespace, *, importer: Callable[..., Any]) -> None:
        super().__init__({**vars(builtins), "__import__": importer})
        self._namespace = namespace
        namespace.importer = importer

    def __getitem__(self, name: str) -> Any:
        if name == "__import__":
            return super().__getitem__(name)
        if sys._getframe(1).f_globals is self._namespace:
            return self._namespace[name]
        if (builtin := getattr(builtins, name, _MISSING)) is _MISSING:
            raise KeyError(name)
        return builtin


class Main(ModuleType):
    """The module ``__main__`` of a session: its attributes are the cells' variables."""

    def __init__(self, namespace: Namespace) -> None:
        super().__init__("__main__")
        object.__setattr__(self, "_namespace", namespace)

    @property
    def __dict__(self) -> Namespace:  # type: ignore[override]
        namespace: Namespace = object.__getattribute__(self, "_namespace")
        return namespace

    def __getattribute__(self, name: str) -> Any:
        namespace = object.__getattribute__(self, "_namespace")
        if name == "__dict__":
            return namespace
        if name in ("__class__", "__spec__", "__loader__", "__getattribute__"):
            return object.__getattribute__(self, name)
        if name in namespace or not is_variable(name):
            try:
                return namespace[name]
            except KeyError:
                pass
        return object.__getattribute__(self, name)

    def __dir__(self) -> list[str]:
        return [*object.__getattribute__(self, "_namespace")]

    def __setattr__(self, name: str, value: Any) -> None:
        object.__getattribute__(self, "_namespace")[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del object.__getattribute__(self, "_namespace")[name]
        except KeyError:
            raise AttributeError(name) from None
