"""What objects hold that can't be looked into: others may be held by variables, too."""

from __future__ import annotations

import functools
import gc
import itertools
import sys
import types
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from litpost.session.namespace import Namespace

ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes})
"""Types of plain data that hold nothing, and can't be changed."""

SEARCHED = 100_000
"""How many objects that an opaque one holds are searched."""

identity: Callable[[object], int] = object.__hash__
"""Tells an object from all others that are alive, as ``id`` does, which tells audit hooks too."""


def objects_in(value: Any) -> set[int]:
    """Return the identities of a value and of the objects that it holds, however deep."""
    numpy = sys.modules.get("numpy")
    array: Any = numpy.ndarray if numpy is not None else ()
    objects, seen, found = {identity(value)}, {identity(value)}, [value]
    while found and len(seen) < SEARCHED:
        refs = _held(found)
        held = dict(zip(map(identity, refs), refs, strict=True))
        for known in held.keys() & seen:
            del held[known]
        seen |= held.keys()
        found = [each for each in held.values() if _is_searched(type(each))]  # type: ignore[arg-type]
        objects.update(identity(each) for each in found if not isinstance(each, (tuple, frozenset)))
        objects.update(identity(owner_of(each, numpy)) for each in found if isinstance(each, array))
    return objects


_PROXIES = (weakref.ProxyType, weakref.CallableProxyType)


@functools.cache
def _is_searched(kind: type) -> bool:
    """Say whether what objects of a type hold may be held by variables too."""
    unsearched = (types.ModuleType, type, types.CodeType, types.FrameType, Namespace)
    return kind not in ATOMS and not issubclass(kind, unsearched)


@functools.cache
def _is_special(kind: type) -> bool:
    return issubclass(kind, (types.FunctionType, weakref.ref, *_PROXIES)) or kind in _iterators()


def _iterators() -> Mapping[type, str]:
    """Return NumPy's types that hide from the garbage collector whose elements they go through.

    Each comes with the attribute that has it.
    """
    numpy: Any = sys.modules.get("numpy")
    return {numpy.flatiter: "base", numpy.nditer: "operands"} if hasattr(numpy, "nditer") else {}


def _held(values: Iterable[Any]) -> Sequence[Any]:
    """Return the objects that objects refer to."""
    special = [value for value in values if _is_special(type(value))]  # type: ignore[arg-type]
    others = (value for value in values if not _is_special(type(value)))  # type: ignore[arg-type]
    return [*gc.get_referents(*others), *itertools.chain.from_iterable(map(_held_by, special))]


def _held_by(value: Any) -> Iterable[Any]:
    """Return what a function has for itself, what a weak reference or an iterator means."""
    if isinstance(value, types.FunctionType):
        return (value.__defaults__, value.__kwdefaults__, value.__closure__, value.__dict__)
    if type(value) in _PROXIES:
        try:
            return (value.__init__.__self__,)
        except ReferenceError:
            return ()
    if name := _iterators().get(type(value)):
        try:
            return (getattr(value, name),)
        except ValueError:  # it is closed
            return ()
    return (*gc.get_referents(value), value())


def owner_of(array: Any, numpy: Any) -> Any:
    """Return the object whose memory an array shows."""
    base = array
    while isinstance(getattr(base, "base", None), numpy.ndarray):
        base = base.base
    owner = base if base.base is None else base.base
    return owner.obj if isinstance(owner, memoryview) else owner
