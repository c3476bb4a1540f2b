"""Fingerprints of values: equal ones mean that no code can tell the values apart.

A value is walked as deep as it goes. What it consists of is told to a hash in one unambiguous
order; an object that is met again is told by its number, so that ``[a, a]`` and ``[a, copy(a)]``
differ. What can't be looked into is *opaque*: it is told by the run that made or last touched it.

=====================================  ========================================================
plain data, NumPy arrays               by their content
functions and classes of the cells     by their code, defaults, closure, attributes
functions and classes of modules       by their name
modules                                by their name
instances of the cells' and the        by their class and attributes
project's classes
instances of well-behaved libraries    by what they tell pickle
all others                             opaque; what they hold is only searched for objects that
                                       other variables hold too
=====================================  ========================================================
"""

from __future__ import annotations

import abc
import copyreg
import enum
import functools
import gc
import marshal
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

import xxhash

from litpost.session.holding import ATOMS, Held, held_by, identity, is_own, owner_of
from litpost.session.namespace import Namespace
from litpost.session.ranks import Ranks, in_order, slots_of

PICKLED = frozenset(
    """__future__ array builtins collections copyreg dataclasses datetime decimal fractions
    functools ipaddress itertools logging numpy operator pandas pathlib random re string types
    typing uuid zoneinfo _collections _random""".split()
)
"""Libraries whose instances are what they tell pickle; of others this isn't known."""

_ODD_ATOMS = (type(...), type(NotImplemented))
_BY_NAME = (
    types.BuiltinFunctionType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
)
_CONTAINERS = (list, tuple, dict, set, frozenset, bytearray)
_FROZEN = frozenset(
    """dtype range slice date datetime time timedelta timezone ZoneInfo Decimal Fraction UUID
    Pattern PosixPath PurePosixPath WindowsPath PureWindowsPath GenericAlias UnionType Timestamp
    Timedelta Period NaTType Interval _FIELD_BASE _MISSING_TYPE _KW_ONLY_TYPE
    _HAS_DEFAULT_FACTORY_CLASS""".split()
)
_CHANGEABLE = 1 << 9
"""What classes say that weren't made by C code once and for all."""

_CONSTANTS = ("torch.dtype", "torch.layout", "torch.memory_format")
_ITERATORS = ("iterator", "generator", "zip", "map", "filter", "enumerate", "reversed")
_CLASS_NOISE = frozenset({"__dict__", "__weakref__", "_abc_impl", "__module__", "__firstlineno__"})
_CODES: dict[int, tuple[types.CodeType, str]] = {}
_TYPING = ("__bound__", "__constraints__", "__covariant__", "__contravariant__", "__supertype__")
_MODULE_NOISE = frozenset(
    """__name__ __builtins__ __loader__ __spec__ __package__ __file__ __cached__ __path__
    __warningregistry__""".split()
)


@dataclass
class Fingerprint:
    """What was learnt of one value.

    Attributes
    ----------
    digest
        Of all that it consists of, but for what is opaque.
    objects
        The mutable objects in it, by id, each with its number in the order of the walk.
    held
        What those among them hold that can't be looked into.
    modules
        The modules that it reaches by name.
    names
        The names of globals that functions of the cells in it use.
    opaque
        What in it can't be looked into, by the names of the types.
    kept
        Objects that were made by walking; alive as long as their ids are used.
    short
        The value as text, if that is short.
    """

    digest: str = ""
    objects: dict[int, int] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    opaque: set[str] = field(default_factory=set)
    kept: list[Any] = field(default_factory=list)
    short: str = ""

    def all_objects(self) -> Iterator[Set[int]]:
        """Yield sets of the ids of all objects that may be shared; an id may be in several."""
        yield self.objects.keys()
        for held in self.held:
            yield held.objects


def fingerprint(
    value: Any, *, is_local: Callable[[str], bool], searched: list[Held] | None = None
) -> Fingerprint:
    """Take the fingerprint of a value.

    Parameters
    ----------
    value
        Anything.
    is_local
        Says whether a module, by its name, is one of the project's own.
    searched
        What opaque objects held that were searched just before: one that is among it isn't
        searched again, and taken to hold all that was found with it. What is found here is added.
    """
    walk = _Walk(is_local, searched if searched is not None else [])
    try:
        walk.visit(value)
    except RecursionError:
        walk.opaque("too deep to walk", value)
    walk.found.digest = walk.hash.hexdigest()
    if type(value) in ATOMS and not _is_huge(value) and len(text := repr(value)) <= 40:
        walk.found.short = text
    return walk.found


def module_fingerprint(
    module: types.ModuleType, place: str, *, is_local: Callable[[str], bool]
) -> Fingerprint:
    """Take the fingerprint of the globals of a local module, as of one value; `place` is its file.

    Its functions are told by name: that, and the source of the file, tell what they do.
    """
    walk = _Walk(is_local, [])
    walk.tell(place)
    walk.home = module.__name__
    walk.found.objects[identity(vars(module))] = 0
    for name, value in sorted(vars(module).items()):
        if name not in _MODULE_NOISE:
            walk.tell(name)
            try:
                walk.visit(value)
            except RecursionError:
                walk.opaque("too deep to walk", value)
    walk.found.digest = walk.hash.hexdigest()
    return walk.found


class _Walk:
    """One walk through a value."""

    home = ""
    """The module whose globals are walked: its own functions and classes are told by name."""

    def __init__(self, is_local: Callable[[str], bool], searched: list[Held]) -> None:
        self._searched = searched
        self.hash = xxhash.xxh3_128()
        self.found = Fingerprint()
        self.is_local = is_local
        self._numbers: dict[int, int] = {}
        self._ranks = Ranks()
        self._alive: list[Any] = []  # so that no id is used twice during the walk

    def tell(self, *parts: object) -> None:
        """Tell the hash something, with its length, so that nothing can be read two ways."""
        for part in parts:
            data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
            self.hash.update(b"%d:" % len(data))
            self.hash.update(data)

    def is_known(self, value: Any) -> bool:
        """Tell a value by its number if it was met before; else give it one."""
        number = self._numbers.get(identity(value))
        if number is not None:
            self.tell("again", number)
            return True
        self._numbers[identity(value)] = len(self._numbers)
        self._alive.append(value)
        return False

    def mutable(self, value: Any) -> None:
        """Note that a value can be changed, and so be shared."""
        self.found.objects[identity(value)] = self._numbers.get(identity(value), len(self._numbers))

    def opaque(self, kind: str, value: Any) -> None:
        """Note that a value can't be looked into; search it for objects that others hold too."""
        self.tell("opaque", kind)
        self.found.opaque.add(kind)
        self.mutable(value)
        self._search(value)

    def _search(self, value: Any) -> None:
        """Note the objects that an opaque one holds, without order."""
        held = next((h for h in self._searched if identity(value) in h.objects), None)
        if held is None:
            self._searched.append(held := held_by(value, is_local=self.is_local))
        if held not in self.found.held:
            self.found.held.append(held)
        self.found.modules |= held.modules

    def visit(self, value: Any) -> None:
        """Tell a value."""
        kind = type(value)
        try:
            if kind in ATOMS:
                self.tell(kind.__name__, marshal.dumps(value, 2))
            elif kind in _ODD_ATOMS:
                self.tell(kind.__name__)
            elif isinstance(value, types.ModuleType):
                self._module(value)
            elif not self.is_known(value):
                self._visit_new(value, kind)
        except RecursionError:
            raise
        except Exception:  # of the cells' own code, such as a `__getattr__`
            self.opaque("one that can't be looked at", value)

    def _module(self, value: types.ModuleType) -> None:
        name = value.__name__
        self.tell("module", name, self.is_local(name))
        self.found.modules.add(name)
        if sys.modules.get(name) is not value and not self.is_known(value):  # nobody else's
            self.mutable(value)
            self._globals(vars(value))

    def _globals(self, variables: Mapping[str, Any]) -> None:
        self.mutable(variables)
        for name, item in list(variables.items()):
            if name != "__builtins__":
                self.tell(name)
                self.visit(item)

    def _visit_new(self, value: Any, kind: type) -> None:
        if kind in _CONTAINERS:
            self._container(value, kind)
        elif isinstance(value, type):
            self._class(value)
        elif isinstance(value, types.FunctionType):
            self._function(value)
        elif isinstance(value, types.MethodType):
            self.tell("method")
            self.visit(value.__func__)
            self.visit(value.__self__)
        elif isinstance(value, types.BuiltinMethodType) and not isinstance(
            value.__self__, (types.ModuleType, type(None))
        ):
            self.tell("bound", value.__name__)
            self.visit(value.__self__)
        elif isinstance(value, _BY_NAME):
            self._by_name(value)
        elif isinstance(value, types.CodeType):
            self._code(value)
        elif isinstance(value, types.CellType):
            self._cell(value)
        elif isinstance(value, (types.MappingProxyType, types.GetSetDescriptorType,
                                types.MemberDescriptorType)):  # fmt: skip
            self._proxy(value)
        elif isinstance(value, (property, classmethod, staticmethod, functools.cached_property)):
            self._descriptor(value, kind)
        elif isinstance(value, functools._lru_cache_wrapper):
            self._cached(value)
        else:
            self._object(value, kind)

    def _container(self, value: Any, kind: type) -> None:
        self.tell(kind.__name__, len(value))
        if kind in (list, dict, set, bytearray):
            self.mutable(value)
        if kind is bytearray:
            self.tell(bytes(value))
        elif kind is dict:
            self._items(list(value.keys()))
            self._items(list(value.values()))
        elif kind in (set, frozenset):
            self._set(value)
        else:
            self._items(value)

    def _items(self, items: Any) -> None:
        """Tell items in their order: plain ones at once."""
        if ATOMS.issuperset(map(type, items)):
            self.tell("plain", marshal.dumps(list(items), 2))
        else:
            for item in items:
                self.visit(item)

    def _set(self, value: Any) -> None:
        """Tell a set: of what is hashed by its content in its order, which shows."""
        kind: Any = set if isinstance(value, set) else frozenset
        self.tell(kind.__sizeof__(value))  # that of its table decides the order of what is added
        self._items(in_order(kind.__iter__(value), self._ranks))

    # Code

    def _by_name(self, value: Any) -> None:
        module = getattr(value, "__module__", None) or getattr(
            getattr(value, "__objclass__", None), "__module__", ""
        )
        self.tell("name", module, getattr(value, "__qualname__", repr(value)))
        if isinstance(module, str) and module:
            self.found.modules.add(module)

    def _is_named(self, value: Any) -> bool:
        """Say whether a module of the project's or a library's has this value by its name."""
        module = getattr(value, "__module__", None)
        if not isinstance(module, str) or module == "__main__":
            return False
        found: Any = sys.modules.get(module)
        for part in value.__qualname__.split("."):
            found = vars(found).get(part) if hasattr(found, "__dict__") else None
        return found is value or (found is not None and getattr(found, "__func__", None) is value)

    def _function(self, value: types.FunctionType) -> None:
        module = value.__module__
        if self._is_named(value) and not self.is_local(module):
            self._by_name(value)
            return
        if self._is_named(value):
            self._by_name(value)
            if module == self.home:  # its state belongs to the module's
                self.tell(self._code_digest(value.__code__))
                self.visit(value.__closure__)  # a decorator's wrapper has the function's name
                self._function_state(value)
            return
        self.tell("function", value.__qualname__, module)
        if module != "__main__" and isinstance(module, str):
            self.found.modules.add(module)
        self.mutable(value)
        self._code(value.__code__)
        self.visit(value.__closure__)
        self.visit(value.__annotations__ or None)
        self._function_state(value)
        if not self._is_modules(value.__globals__):
            self._globals(value.__globals__)

    def _is_modules(self, variables: Mapping[str, Any]) -> bool:
        """Say whether variables are the cells' or a module's, which are told by themselves."""
        if isinstance(variables, Namespace):
            return True
        module = sys.modules.get(str(variables.get("__name__")))
        return module is not None and vars(module) is variables

    def _function_state(self, value: types.FunctionType) -> None:
        self.tell(value.__name__)
        for part in (value.__defaults__, value.__kwdefaults__, value.__doc__,
                     value.__dict__ or None):  # fmt: skip
            self.visit(part)

    def _code(self, code: types.CodeType) -> None:
        """Tell a code object by what it does, not by where it stands."""
        self.tell(
            "code", code.co_code, code.co_names, code.co_varnames, code.co_freevars,
            code.co_cellvars, code.co_flags, code.co_argcount, code.co_posonlyargcount,
            code.co_kwonlyargcount, getattr(code, "co_exceptiontable", b""),
            code.co_filename.rpartition("/")[2],
        )  # fmt: skip
        self.found.names.update(code.co_names)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self._code(constant)
            else:
                self.visit(constant)

    def _code_digest(self, code: types.CodeType) -> str:
        """Digest the code of a module's function, once."""
        known = _CODES.get(identity(code))
        if known is None:
            walk = _Walk(self.is_local, [])
            walk._code(code)
            known = _CODES[identity(code)] = code, walk.hash.hexdigest()
        return known[1]

    def _cell(self, value: types.CellType) -> None:
        self.mutable(value)
        try:
            content = value.cell_contents
        except ValueError:
            self.tell("empty cell")
        else:
            self.tell("cell")
            self.visit(content)

    def _class(self, value: type) -> None:
        module = value.__module__
        is_fixed = not value.__flags__ & _CHANGEABLE
        if module != "__main__" and (is_fixed or self._is_named(value)):
            self._by_name(value)
            if module == self.home:
                self.mutable(value)
                self._class_state(value)
            return
        self.tell("class", value.__qualname__, value.__name__, module)
        self.mutable(value)
        self.mutable(*gc.get_referents(vars(value)))  # `vars` of it may be a variable
        self.visit(type(value))
        self.visit(value.__bases__)
        self._class_state(value)

    def _class_state(self, value: type) -> None:
        for name, item in vars(value).items():
            if name not in _CLASS_NOISE:
                self.tell(name)
                self.visit(item)
        if isinstance(value, abc.ABCMeta):
            registered = _registered(value)[0]
            kinds = [kind for each in registered if (kind := each()) is not None]
            self.tell(*sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds))

    def _proxy(self, value: Any) -> None:
        if isinstance(value, types.MappingProxyType) and not _is_no_metadata(value):
            self.tell("proxy")
            self.visit(*gc.get_referents(value))
        else:
            self.tell("descriptor", getattr(value, "__qualname__", ""))

    def _descriptor(self, value: Any, kind: type) -> None:
        self.tell(kind.__name__)
        if isinstance(value, property):
            for part in (value.fget, value.fset, value.fdel, value.__doc__):
                self.visit(part)
        elif isinstance(value, functools.cached_property):
            self.visit(value.func)
        else:
            self.visit(value.__func__)

    def _cached(self, value: Any) -> None:
        """Tell a function with a cache; what is in the cache can't be looked into."""
        if self._is_named(value) and value.__module__ != self.home:
            self._by_name(value)
            return
        self.tell("lru_cache", sorted(value.cache_parameters().items()), value.cache_info())
        self.mutable(value)
        self.visit(value.__wrapped__)
        info = value.cache_info()
        if info.hits or info.misses or info.currsize:
            self.opaque("lru_cache", value)

    # Instances

    def _object(self, value: Any, kind: type) -> None:
        home = str(kind.__module__)  # a class may say anything
        module = home.partition(".")[0]
        if isinstance(_attribute(value, "__qualname__"), str) and self._is_named(value):
            self._by_name(value)
            return
        if module == "numpy" and self._array(value):
            return
        if isinstance(value, enum.Enum):
            if is_own(kind, self.is_local):
                self.mutable(value)
            self.visit(kind)
            self.tell("member", value.name)
            self._attributes({n: v for n, v in vars(value).items() if n not in _MEMBER_NOISE})
            return
        self.found.modules.add(home)
        if self._is_ours(kind):
            self._instance(value, kind)
        elif module == "litpost":  # `sys.stdout`
            self.tell("litpost's own")
        elif f"{module}.{kind.__name__}" in _CONSTANTS:
            self.tell("constant", repr(value))
        elif kind.__name__ == "EagerTensor" and self._tensor(value):
            return
        elif isinstance(value, BaseException) and module == "builtins":
            self._exception(value, kind)
        elif module in PICKLED and not kind.__name__.endswith(_ITERATORS):
            self._pickled(value, kind)
        else:
            for base in kind.__mro__:
                if is_own(base, self.is_local):
                    self.visit(base)
            self.opaque(f"{home}.{kind.__qualname__}", value)

    def _array(self, value: Any) -> bool:
        numpy: Any = sys.modules.get("numpy")
        if numpy is None:  # a cell shows what happens without it
            return False
        if isinstance(value, numpy.generic) and not value.dtype.hasobject:
            self.found.modules.add("numpy")
            self._dtype(value.dtype)
            self.tell("scalar", value.tobytes())
            if isinstance(value, numpy.void):  # a row of an array, which shows its memory
                self.mutable(value)
                self._share_memory(value)
            return True
        if isinstance(value, numpy.ndarray) and type(value) is not numpy.ndarray:
            self._share_memory(value)
        if type(value) is not numpy.ndarray:
            return False
        self.found.modules.add("numpy")
        owner = owner_of(value, numpy)
        offset = 0
        if isinstance(owner, numpy.ndarray):
            offset = value.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        self._dtype(value.dtype)
        self.tell("array", value.shape, value.strides, offset)
        self.tell(value.flags.num, value is not owner)
        self.mutable(value)
        if isinstance(value.base, numpy.ndarray):  # all that it holds can be asked for
            self.visit(value.base)
        self._share_memory(value)
        if type(value.base) is numpy.ndarray:
            return True
        if value.dtype.hasobject:
            self._items(value.ravel().tolist())
        elif value.size:
            flat = value if value.flags.c_contiguous else numpy.ascontiguousarray(value)
            self.hash.update(flat.reshape(-1).view(numpy.uint8).data)
        return True

    def _dtype(self, dtype: Any) -> None:
        self.tell("dtype", repr(dtype), dtype.char)
        self._attributes(dict(dtype.metadata or {}))

    def _share_memory(self, value: Any) -> None:
        """Note whose memory an array shows: a change of one is a change of all that show it."""
        owner = owner_of(value, sys.modules["numpy"])
        if owner is not value and not isinstance(owner, bytes):
            self._numbers.setdefault(identity(owner), len(self._numbers))
            self.mutable(owner)

    def _tensor(self, value: Any) -> bool:
        """Tell an eager tensor, which never changes."""
        array = value.numpy()
        if getattr(array, "dtype", None) is None or array.dtype.hasobject:
            return False
        self.tell("tensor", array.dtype.str, array.shape, array.tobytes())
        return True

    def _is_ours(self, kind: type) -> bool:
        """Say whether a class and its bases are of the cells or the project, or plain data."""
        return any(is_own(base, self.is_local) for base in kind.__mro__) and all(
            base in (object, *_CONTAINERS, int, float, str, bytes, BaseException)
            or is_own(base, self.is_local)
            or base.__module__ in ("abc", "typing", "enum", "builtins", "collections.abc", "types")
            for base in kind.__mro__
        )

    def _instance(self, value: Any, kind: type) -> None:
        self.tell("instance")
        self.mutable(value)
        self.visit(kind)
        if isinstance(value, dict):
            self._items(list(dict.keys(value)))
            self._items(list(dict.values(value)))
        elif isinstance(value, (set, frozenset)):
            self._set(value)
        elif isinstance(value, (list, tuple)):
            base: Any = list if isinstance(value, list) else tuple
            self._items([*base.__iter__(value)])
        elif isinstance(value, bytearray):
            self.tell(bytes(value))
        if isinstance(value, int):
            self.tell(int.__format__(value, "x"))  # which takes any number of digits
        for atom in (float, str, bytes):
            if isinstance(value, atom):
                self.tell(atom.__repr__(value))
        if isinstance(value, BaseException):
            self._error(value)
        attributes = _attribute(value, "__dict__")
        if attributes is not None:
            self.found.objects[identity(attributes)] = -1
            self._attributes(attributes)
        for name, item in slots_of(value):
            self.tell("slot", name)
            self.visit(item)

    def _attributes(self, attributes: Mapping[str, Any]) -> None:
        self.tell("attributes", len(attributes))
        for name, item in list(attributes.items()):
            self.tell(name)
            self.visit(item)

    def _exception(self, value: BaseException, kind: type) -> None:
        self._pickled(value, kind)
        self._error(value)

    def _error(self, value: BaseException) -> None:
        """Tell of an error what it says, what it came from, and by which lines it came."""
        self.visit(value.args)
        for part in (value.__cause__, value.__context__, value.__suppress_context__):
            self.visit(part)
        trace = value.__traceback__
        while trace is not None:
            self.tell(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
            trace = trace.tb_next

    def _pickled(self, value: Any, kind: type) -> None:
        """Tell an object by what it tells pickle."""
        try:
            reduce = copyreg.dispatch_table.get(kind)
            parts: Any = reduce(value) if reduce else value.__reduce_ex__(4)
        except Exception:
            self.opaque(f"{kind.__module__}.{kind.__qualname__}", value)
            return
        if isinstance(parts, str):
            self._constant(value, kind, parts)
            return
        self.tell("pickled", kind.__module__, kind.__qualname__, getattr(value, "_hardmask", None))
        self._attributes(_added(value, kind))
        if not _is_frozen(kind):
            self.mutable(value)
        parts = (*parts[:2], *(_own_state(state, kind) for state in parts[2:3]), *parts[3:])
        self.found.kept.append(parts)
        for part in parts[:3]:
            self.visit(part)
        for items in parts[3:5]:
            if items is None:
                continue
            for item in items:
                self.found.kept.append(item)
                self.visit(item)

    def _constant(self, value: Any, kind: type, name: str) -> None:
        """Tell what pickle tells by the name that it has in a module, if it has."""
        module = getattr(value, "__module__", None) or kind.__module__
        if kind.__module__ == "typing":  # those of the cells have their names there, and more
            parts = [getattr(value, part, None) for part in _TYPING]
        elif getattr(sys.modules.get(module), name, None) is value:
            parts = []
        else:
            self.opaque(f"{kind.__module__}.{kind.__qualname__}", value)
            return
        self.tell("name", module, name)
        for part in parts:
            self.visit(part)


def _attribute(value: Any, name: str) -> Any:
    """Return an attribute, or nothing, without asking code of the value's own for it."""
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return None


def _added(value: Any, kind: type) -> dict[str, Any]:
    """Return the attributes that somebody has given an object, and that pickle isn't told of."""
    attributes = getattr(value, "__dict__", {})
    module = kind.__module__.partition(".")[0]
    usual = vars(sys.modules["logging"].root) if module == "logging" else {}
    if module not in ("logging", "numpy", "pandas"):
        return {}
    return {n: attributes[n] for n in attributes if n[:1] != "_" and n not in usual}


def _is_no_metadata(value: Any) -> bool:
    """Say whether a proxy is the one that all fields of dataclasses share."""
    return value is getattr(sys.modules.get("dataclasses"), "_EMPTY_METADATA", None)


def _own_state(state: Any, kind: type) -> Any:
    """Return what an object tells pickle, but for what its class has: pandas tells that, too."""
    if type(state) is not dict:
        return state
    known = {name: getattr(kind, name, None) for name in state}
    return {n: v for n, v in state.items() if v is not known[n] or type(v) is not list}


def _is_frozen(kind: type) -> bool:
    """Say whether nothing can change an instance of a library's type."""
    name, module = kind.__name__, kind.__module__
    return (
        name in _FROZEN
        or name.endswith(("DType", "Dtype"))
        or module == "typing"
        or module.startswith("pandas._libs.tslibs")
    )


def _is_huge(value: Any) -> bool:
    """Say whether a number has more digits than Python writes."""
    return type(value) is int and value.bit_length() > 1_000


_registered: Any = vars(abc)["_get_dump"]
_MEMBER_NOISE = frozenset({"_value_", "_name_", "__objclass__", "_sort_order_"})
