"""The order in which a set is told: its own, if that is the same in each session, or one by ranks.

A set's order follows from its items' hashes, and from the order in which they came. What is hashed
by where it lies in memory has another order in each session, of which nothing can be told.
"""

from __future__ import annotations

import enum
import marshal
import sys
import types
import weakref
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import xxhash

from litpost.session.holding import ATOMS, identity

DEPTH = 3
"""How far around an item is looked for what tells it from others."""

_WIDTH = 1_000
"""How many items of a container are looked at."""

_BY_PLACE = (
    types.MethodType, types.BuiltinMethodType, types.MethodWrapperType, weakref.ref,
)  # fmt: skip
"""Types with a hash of their own that is taken from the place of what they hold."""

_NAMED = (type, types.FunctionType, types.BuiltinFunctionType)


def in_order(items: Iterable[Any], ranks: Ranks) -> list[Any]:
    """Return the items of a set in an order that is the same in each session."""
    found = list(items)
    if all(map(_is_hashed_by_content, found)):
        return found
    return sorted(found, key=ranks.of)


class Ranks:
    """Ranks items by what they are and what is near them.

    Nothing is run for that: what is no plain data, container or array is told by its type and its
    attributes. Items of one rank can't be told from one another here, and keep their order. An
    object is looked at once for each depth, so that graphs cost no more than trees.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}

    def of(self, value: Any, depth: int = DEPTH) -> bytes:
        """Return the rank of an item, which has to live as long as these ranks."""
        kind = type(value)
        if kind in ATOMS:
            return marshal.dumps(value, 2)
        key = identity(value), depth
        if (rank := self._known.get(key)) is None:
            near = self._near(value, kind, depth - 1) if depth else ()
            rank = xxhash.xxh3_128_digest(marshal.dumps((_name(value, kind), *near), 2))
            self._known[key] = rank
        return rank

    def _near(self, value: Any, kind: type, depth: int) -> Iterator[bytes]:
        if issubclass(kind, (set, frozenset)):
            yield from sorted(self.of(item, depth) for item in _items(value, kind))
        else:
            yield from (self.of(item, depth) for item in _items(value, kind))
        if kind is getattr(sys.modules.get("numpy"), "ndarray", None) and not value.dtype.hasobject:
            yield marshal.dumps((value.dtype.str, value.shape), 2)
            yield xxhash.xxh3_128_digest(value.tobytes())
        yield from (self.of(part, depth) for pair in attributes_of(value) for part in pair)


def attributes_of(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield an instance's attributes and what is in its slots, without asking its class."""
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        attributes = {}
    if type(attributes) is dict:
        yield from list(attributes.items())
    yield from slots_of(value)


def slots_of(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is in an instance's slots, by name, without asking its class."""
    for name in _slot_names(type(value)):
        try:
            yield name, object.__getattribute__(value, name)
        except AttributeError:
            continue


def _slot_names(kind: type) -> Iterator[str]:
    """Yield the names of the slots that a class and its bases have."""
    for base in kind.__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else tuple(slots):
            if name in ("__dict__", "__weakref__"):
                continue
            private = name.startswith("__") and not name.endswith("__")
            yield f"_{base.__name__.lstrip('_')}{name}" if private else name


def _is_hashed_by_content(value: Any) -> bool:
    """Say whether a value's hash may be the same in each session.

    A class with a hash of its own may take that from anything. What looks like content is taken
    for it: if it isn't, the order is another in each session, and so is what is told of the set.
    """
    kind: Any = type(value)
    if value is None:  # it is hashed by its address, which differs from session to session
        return sys.version_info >= (3, 12)
    if kind in ATOMS or isinstance(value, enum.Enum):
        return True
    if kind.__hash__ is object.__hash__ or kind in _BY_PLACE:
        return False
    if _is_generated(kind):
        return all(_is_hashed_by_content(item) for _, item in attributes_of(value))
    return all(map(_is_hashed_by_content, _items(value, kind)))


def _is_generated(kind: Any) -> bool:
    """Say whether a class has a hash of all its fields that `dataclasses` has made."""
    code = getattr(kind.__hash__, "__code__", None)
    return hasattr(kind, "__dataclass_fields__") and getattr(code, "co_filename", "") == "<string>"


def _items(value: Any, kind: type) -> Iterator[Any]:
    """Return the first items of a container, without asking a class that is derived from one."""
    for base in (list, tuple, set, frozenset):
        if issubclass(kind, base):
            return islice(base.__iter__(value), _WIDTH)
    if issubclass(kind, dict):
        return islice(chain.from_iterable(dict.items(value)), _WIDTH)
    return iter(())


def _name(value: Any, kind: type) -> str:
    """Name an object's type, and the object itself where it is a function or a class."""
    own = object.__getattribute__(value, "__qualname__") if kind in _NAMED else ""
    return f"{kind.__module__}.{kind.__qualname__} {own}"
