"""What cells and local modules set in libraries, as ``pd.DataFrame.mine = f`` does.

No variable holds it. So their code is compiled to tell, each time just before it sets or deletes an
attribute or an item, of what: what is a library's is noted, with what was there before.

The exception is what a function knows by a parameter or another variable of its own: it tells of
that only when it calls ``setattr`` or ``delattr``. Loops mostly set the attributes of ``self``.
"""

from __future__ import annotations

import ast
import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from litpost.session.holding import identity

TELL = "__litpost_sets__"
TELL_NAME = "__litpost_sets_name__"

Tree = TypeVar("Tree", bound=ast.AST)

_NOTHING = object()
_OWN = frozenset({"__main__", "builtins"})
"""Modules whose variables are seen otherwise."""
_CHANGING = frozenset(
    """add append clear discard extend insert pop popitem remove reverse setdefault sort
    update""".split()
)
"""Methods that change what lists, dictionaries and sets hold."""


@dataclass(frozen=True)
class _Place:
    """What was set: of which object, and what was there, with digests of that."""

    owner: Any
    name: str | None
    label: str
    there: Mapping[str, Any]
    before: Mapping[str, object]


class Patches:
    """Attributes and items of libraries that were set.

    Parameters
    ----------
    is_local
        Says whether a module, by its name, is one of the project's own.
    told
        Digests a value; of what can't be looked into, it tells that it is this object.
    """

    def __init__(self, is_local: Callable[[str], bool], told: Callable[[Any], object]) -> None:
        self._is_local, self._told = is_local, told
        self._globals: dict[str, tuple[int, frozenset[int]]] = {}
        self._places: dict[tuple[int, str | None], _Place] = {}

    def install(self, builtins: dict[str, Any]) -> None:
        """Hear of what is set."""
        builtins[TELL], builtins[TELL_NAME] = self.tell, self._tell_name

    def tell(self, owner: Any, name: str | None, text: str, *root: Any) -> Any:
        """Note that an attribute of an object is about to be set, or an item; return the object.

        Parameters
        ----------
        owner
            The object.
        name
            The attribute's name; nothing for an item.
        text
            What the code calls the object.
        root
            The value of the variable by which it was reached, if it was by one.
        """
        with contextlib.suppress(Exception):  # whatever looking at it leads to
            if any(map(self._is_library, (owner, *root))) and not _is_known(owner):
                self._note(owner, name, text)
        return owner

    def _note(self, owner: Any, name: str | None, text: str) -> None:
        place = identity(owner), name
        if place not in self._places:
            there = _content(owner, name)
            before = self._digests(there)
            self._places[place] = _Place(owner, name, _label(owner, text), there, before)

    def _tell_name(self, owner: Any, name: str) -> tuple[Any, str]:
        return self.tell(owner, name, ""), name

    def state(self) -> list[str]:
        """List what isn't as it was before it was set."""
        found = []
        for place in self._places.values():
            now = self._digests(_content(place.owner, place.name))
            changed = (k for k in {*now, *place.before} if now.get(k) != place.before.get(k))
            found += [f"{place.label} {place.name} {key} {now.get(key)}" for key in changed]
        return sorted(found)

    def _has(self, name: str, value: object) -> bool:
        """Say whether a value is one of a module's globals."""
        module = sys.modules.get(name)
        if module is None:
            return False
        count, found = self._globals.get(name, (-1, frozenset()))
        if count != len(vars(module)):
            found = frozenset(map(identity, vars(module).values()))
            self._globals[name] = len(vars(module)), found
        return identity(value) in found

    def _digests(self, content: Mapping[str, Any]) -> dict[str, object]:
        return {key: self._told(value) for key, value in content.items()}

    def _is_library(self, value: Any) -> bool:
        """Say whether something is a library's module or class, or an object that one has."""
        if isinstance(value, ModuleType):
            name = value.__name__
        elif isinstance(value, type):
            name = value.__module__
        else:
            name = type(value).__module__
            homes = {name, name.partition(".")[0]} if isinstance(name, str) else set()
            if not any(self._has(home, value) for home in homes - _OWN):
                return False
        return name not in _OWN and isinstance(name, str) and not self._is_local(name)


def _is_known(owner: Any) -> bool:
    """Say whether something is seen otherwise, or is changed by whatever is loaded."""
    kind = type(owner)
    mpl = sys.modules.get("matplotlib")
    known = (sys.modules, sys.path, sys.argv, vars(sys.modules["linecache"])["cache"],
             getattr(mpl, "rcParams", None))  # fmt: skip
    is_environment = (kind.__module__, kind.__name__) == ("os", "_Environ")
    return is_environment or any(owner is each for each in known)


def _content(owner: Any, name: str | None) -> dict[str, Any]:
    """Return what an attribute is, or all items are, by their names."""
    if name is None:
        if isinstance(owner, dict):
            return {repr(key): item for key, item in dict.items(owner)}
        if isinstance(owner, (set, frozenset)):
            return {repr(item): item for item in owner}
        if isinstance(owner, list):
            return {str(place): item for place, item in enumerate(owner)}
        return {"": owner}
    value = getattr(owner, "__dict__", {}).get(name, _NOTHING)
    if value is _NOTHING and hasattr(type(owner), name):
        value = getattr(owner, name, _NOTHING)
    return {} if value is _NOTHING else {name: value}


def _label(owner: Any, text: str) -> str:
    """Name an object by the variable of a library's that holds it, and as the code does."""
    if isinstance(owner, ModuleType):
        return owner.__name__
    if isinstance(owner, type):
        return f"{owner.__module__}.{owner.__qualname__}"
    home = type(owner).__module__
    variables = vars(sys.modules[home]) if home in sys.modules else {}
    names = sorted(name for name, value in variables.items() if value is owner)
    return f"{home}.{type(owner).__qualname__} {names} {text}"


def instrumented(tree: Tree) -> Tree:
    """Let code tell what it sets."""
    Telling().visit(tree)
    return ast.fix_missing_locations(tree)


class Telling(ast.NodeTransformer):
    """Puts calls around what attributes and items are set of."""

    def __init__(self) -> None:
        self._own: list[set[str]] = []
        self._classes: list[str] = []

    def _function(self, node: Any) -> Any:
        self._own.append(set(_bound(node)))
        self.generic_visit(node)
        self._own.pop()
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _function  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        """Know the class that private names are named by."""
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()
        return node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        """Tell of an attribute that is set or deleted."""
        roots = self._roots(node.value)
        self.generic_visit(node)
        if roots is not None and not isinstance(node.ctx, ast.Load):
            node.value = _told(node.value, self._mangled(node.attr), roots)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        """Tell of an item that is set or deleted, of what is reached by dots."""
        roots = self._roots(node.value)
        self.generic_visit(node)
        is_reached = not isinstance(node.value, ast.Name)
        if roots is not None and is_reached and not isinstance(node.ctx, ast.Load):
            node.value = _told(node.value, None, roots)
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        """Tell of methods that change what is reached by dots, and of `setattr`."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        roots = self._roots(owner) if isinstance(owner, (ast.Attribute, ast.Subscript)) else None
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and roots and node.func.attr in _CHANGING:
            node.func.value = _told(node.func.value, None, roots)
        is_setting = isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr")
        first = node.args[:2]
        if is_setting and len(first) == 2 and not any(isinstance(x, ast.Starred) for x in first):
            call = ast.Call(ast.Name(TELL_NAME, ast.Load()), first, [])
            node.args[:2] = [ast.copy_location(ast.Starred(call, ast.Load()), node)]
        return node

    def _roots(self, node: ast.expr) -> list[ast.expr] | None:
        """Return the variable by which something is reached by dots and in brackets, if by one.

        It is None for a function's own variable.
        """
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        if not isinstance(node, ast.Name):
            return []
        is_own = any(node.id in own for own in self._own)
        return None if is_own else [ast.Name(node.id, ast.Load())]

    def _mangled(self, name: str) -> str:
        is_private = self._classes and name.startswith("__") and not name.endswith("__")
        return f"_{self._classes[-1].lstrip('_')}{name}" if is_private else name


def _told(node: ast.expr, name: str | None, roots: list[ast.expr]) -> ast.expr:
    """Put the call around an expression."""
    told = [node, ast.Constant(name), ast.Constant(ast.unparse(node)), *roots]
    call = ast.Call(ast.Name(TELL, ast.Load()), told, [])
    return ast.copy_location(call, node)


def _bound(function: Any) -> set[str]:
    """Return the names of a function's own variables, but of modules that it imports."""
    given = function.args
    arguments = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    names = {each.arg for each in arguments if each is not None}
    shared: set[str] = set()
    todo = [*function.body] if isinstance(function.body, list) else [function.body]
    for node in todo:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue  # what it sets is its own
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            shared.update(node.names)
        todo += ast.iter_child_nodes(node)
    return names - shared
