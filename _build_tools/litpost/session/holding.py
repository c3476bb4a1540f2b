"""What objects hold that can't be looked into: others may be held by variables, too."""

from __future__ import annotations

import gc
import itertools
import operator
import re
import sys
import types
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litpost.session.namespace import Namespace
from litpost.session.tensors import held_by_tensor, is_tensor, memory_of

ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes})
"""Types of plain data that hold nothing, and can't be changed."""

SEARCHED = 100_000
"""How many objects that an opaque one holds are searched."""

identity: Callable[[object], int] = object.__hash__
"""Tells an object from all others that are alive, as ``id`` does, which tells audit hooks too."""


@dataclass(frozen=True, eq=False)
class Held:
    """What an opaque object holds, however deep.

    Attributes
    ----------
    objects
        The identities of the objects, and its own.
    modules
        The names of the modules that their classes, and functions among them, come from, also of
        libraries' functions, whose own objects aren't searched.
    """

    objects: set[int]
    modules: set[str]


def held_by(value: Any, *, is_local: Callable[[str], bool]) -> Held:
    """Search an object. A figure holds some ten thousand: a level is looked at in a few calls.

    What libraries hold for themselves is passed over: two figures don't share objects because both
    have their callbacks from matplotlib. `is_local` says whether a module is the project's.
    """
    numpy = sys.modules.get("numpy")
    array: Any = (numpy.ndarray, numpy.void) if numpy is not None else ()
    objects, seen, found = {identity(value)}, {identity(value)}, [value]
    passed = _settings()
    modules: set[Any] = set()
    kinds: set[type] = set()
    holders: set[Any] = set()
    while found and len(seen) < SEARCHED:
        special = itertools.compress(found, map(_SPECIAL_TYPES.__getitem__, map(type, found)))
        modules.update(each.__module__ for each in special if isinstance(each, types.FunctionType))
        new = {*map(type, found)} - kinds
        kinds |= new
        if "torch" in sys.modules:
            tensors = itertools.compress(found, map(_TENSOR_TYPES.__getitem__, map(type, found)))
            objects.update(filter(None, map(memory_of, tensors)))
        modules.update(kind.__module__ for kind in new)
        classes = {base for kind in new for base in kind.__mro__ if base.__module__ == "__main__"}
        objects.update(map(identity, classes))
        refs = [*_held(found), *(item for each in classes for item in vars(each).values())]
        refs = list(itertools.compress(refs, map(_SEARCHED_TYPES.__getitem__, map(type, refs))))
        held = dict(zip(map(identity, refs), refs, strict=True))
        for known in seen.intersection(held):  # which goes through what is held, not all of `seen`
            del held[known]
        seen.update(held)
        found_kinds = {*map(type, held.values())}
        for holder in _holders(found_kinds - kinds, is_local) - holders:
            passed.update(map(identity, list(getattr(holder, "__dict__", {}).values())))
            holders.add(holder)
        if types.FunctionType in found_kinds:
            functions = [each for each in held.values() if type(each) is types.FunctionType]
            modules.update(each.__module__ for each in functions)
            passed.update(identity(each) for each in functions if _is_librarys(each, is_local))
        for known in passed.intersection(held):
            del held[known]
        found = list(held.values())
        objects.update(
            itertools.compress(held, map(_CHANGEABLE_TYPES.__getitem__, map(type, found)))
        )
        if any(issubclass(kind, array) for kind in found_kinds):
            views = [e for e in found if isinstance(e, array) and e.base is not None]
            objects.update(identity(owner_of(each, numpy)) for each in views)
    return Held(objects, {name for name in modules if isinstance(name, str)})


def is_own(kind: type, is_local: Callable[[str], bool]) -> bool:
    """Say whether a class is of the cells or the project."""
    return kind.__module__ == "__main__" or is_local(kind.__module__)


def _settings() -> set[int]:
    """Return the identities of lists that are matplotlib's settings, which artists take over."""
    matplotlib: Any = sys.modules.get("matplotlib")
    settings = getattr(matplotlib, "rcParams", {})
    return {identity(each) for each in dict.values(settings) if type(each) is list}


def _holders(kinds: Iterable[type], is_local: Callable[[str], bool]) -> set[Any]:
    """Return the classes among some that are libraries', and the modules that these come from."""
    librarys = {kind for kind in kinds if not is_own(kind, is_local)}
    modules = {sys.modules.get(kind.__module__) for kind in librarys}
    return librarys | (modules - {None})


def _is_librarys(function: types.FunctionType, is_local: Callable[[str], bool]) -> bool:
    """Say whether a function is a library's, and holds nothing but what is the library's."""
    module = function.__module__
    if not isinstance(module, str) or module == "__main__" or is_local(module):
        return False
    home = sys.modules.get(module)
    is_home = home is not None and function.__globals__ is vars(home)
    return is_home and not function.__dict__ and not any(map(_holds, function.__closure__ or ()))


def _holds(cell: types.CellType) -> bool:
    try:
        return _SEARCHED_TYPES[type(cell.cell_contents)]
    except ValueError:  # it is empty
        return False


_PROXIES = (weakref.ProxyType, weakref.CallableProxyType)


class _Types(dict[type, bool]):
    """Whether something is so of the objects of a type, asked once for each type."""

    def __init__(self, ask: Callable[[type], bool]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, kind: type) -> bool:
        answer = self[kind] = self._ask(kind)
        return answer


def _is_searched(kind: type) -> bool:
    """Say whether what objects of a type hold may be held by variables too."""
    unsearched = (types.ModuleType, type, types.CodeType, types.FrameType, Namespace, re.Pattern)
    is_plain = kind in ATOMS or kind is object or str(kind.__module__).startswith("litpost.")
    return not is_plain and not issubclass(kind, unsearched)


def _is_special(kind: type) -> bool:
    kinds = (types.FunctionType, weakref.ref, *_PROXIES)
    return issubclass(kind, kinds) or kind in _iterators() or is_tensor(kind)


def _iterators() -> Mapping[type, str]:
    """Return NumPy's types that hide from the garbage collector whose elements they go through.

    Each comes with the attribute that has it.
    """
    numpy: Any = sys.modules.get("numpy")
    return {numpy.flatiter: "base", numpy.nditer: "operands"} if hasattr(numpy, "nditer") else {}


def _is_changeable(kind: type) -> bool:
    return not issubclass(kind, (tuple, frozenset))


_SEARCHED_TYPES, _SPECIAL_TYPES = _Types(_is_searched), _Types(_is_special)
_CHANGEABLE_TYPES, _TENSOR_TYPES = _Types(_is_changeable), _Types(is_tensor)


def _held(values: Sequence[Any]) -> Iterable[Any]:
    """Return the objects that objects refer to."""
    are_special = list(map(_SPECIAL_TYPES.__getitem__, map(type, values)))
    if not any(are_special):
        return gc.get_referents(*values)
    special = itertools.compress(values, are_special)
    others = itertools.compress(values, map(operator.not_, are_special))
    return itertools.chain(gc.get_referents(*others), *map(_held_by, special))


def _held_by(value: Any) -> Iterable[Any]:
    """Return what a function has for itself, what others hide from the garbage collector."""
    if isinstance(value, types.FunctionType):
        return (value.__defaults__, value.__kwdefaults__, value.__closure__, value.__dict__)
    if type(value) in _PROXIES:
        try:
            return (value.__init__.__self__,)
        except ReferenceError:
            return ()
    if is_tensor(type(value)):
        return held_by_tensor(value)
    if name := _iterators().get(type(value)):
        try:
            return (getattr(value, name),)
        except ValueError:  # it is closed
            return ()
    return (*gc.get_referents(value), value())


def owner_of(array: Any, numpy: Any) -> Any:
    """Return the object whose memory an array, or a row of one, shows."""
    base = array
    while (inner := getattr(base, "base", None)) is not None:
        if not isinstance(inner, numpy.ndarray) and not hasattr(inner, "__array_interface__"):
            return inner.obj if isinstance(inner, memoryview) else inner
        base = inner
    return base
