"""What cells and local modules set in libraries, as ``pd.DataFrame.mine = f`` does.

No variable holds it. So their code is compiled to tell, each time just before it sets or deletes an
attribute or an item, of what: what is a library's is noted, with what was there before.

The exception is what a function knows by a parameter or another variable of its own: it tells of
that only when it calls ``setattr`` or ``delattr``. Loops mostly set the attributes of ``self``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from litpost.session.holding import identity

TELL = "__litpost_sets__"
TELL_NAME = "__litpost_sets_name__"

_NOTHING = object()


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
        self._before: dict[tuple[int, str | None], tuple[Any, Mapping[str, Any], object]] = {}

    def install(self, builtins: dict[str, Any]) -> None:
        """Hear of what is set."""
        builtins[TELL], builtins[TELL_NAME] = self.tell, self._tell_name

    def tell(self, owner: Any, name: str | None, *root: Any) -> Any:
        """Note that an attribute of an object is about to be set, or an item; return the object.

        Parameters
        ----------
        owner
            The object.
        name
            The attribute's name; nothing for an item.
        root
            The value of the variable by which `owner` was reached, if it was by one.
        """
        if any(map(self._is_library, (owner, *root))) and not _is_known(owner):
            place = identity(owner), name
            if place not in self._before:
                there = _content(owner, name)
                self._before[place] = owner, there, self._digests(there)
        return owner

    def _tell_name(self, owner: Any, name: str) -> tuple[Any, str]:
        return self.tell(owner, name), name

    def state(self) -> list[str]:
        """List what isn't as it was before it was set."""
        states = ((owner, name, self._digests(_content(owner, name)), before)
                  for (_, name), (owner, _, before) in self._before.items())  # fmt: skip
        return sorted(
            f"{_label(owner)} {name} {now}" for owner, name, now, before in states if now != before
        )

    def _digests(self, content: Mapping[str, Any]) -> object:
        return sorted((key, self._told(value)) for key, value in content.items())

    def _is_library(self, value: Any) -> bool:
        if isinstance(value, ModuleType):
            name = value.__name__
        elif isinstance(value, type):
            name = value.__module__
        else:
            return False
        is_elsewhere = name not in ("__main__", "builtins")  # in variables, among the builtins
        return is_elsewhere and isinstance(name, str) and not self._is_local(name)


def _is_known(owner: Any) -> bool:
    """Say whether something is seen otherwise, or is changed by whatever is loaded."""
    kind = type(owner)
    known = (sys.modules, sys.path, vars(sys.modules["linecache"])["cache"])
    return any(owner is each for each in known) or (kind.__module__, kind.__name__) in (
        ("os", "_Environ"), ("matplotlib", "RcParams"),
    )  # fmt: skip


def _content(owner: Any, name: str | None) -> dict[str, Any]:
    """Return what an attribute is, or all items are, by their names."""
    if name is None:
        if isinstance(owner, dict):
            return {repr(key): item for key, item in dict.items(owner)}
        if isinstance(owner, list):
            return {str(place): item for place, item in enumerate(owner)}
        return {"": owner}
    value = getattr(owner, "__dict__", {}).get(name, _NOTHING)
    if value is _NOTHING and hasattr(type(owner), name):
        value = getattr(owner, name, _NOTHING)
    return {} if value is _NOTHING else {name: value}


def _label(owner: Any) -> str:
    if isinstance(owner, ModuleType):
        return owner.__name__
    kind = owner if isinstance(owner, type) else type(owner)
    return f"{kind.__module__}.{kind.__qualname__}"


def instrumented(tree: ast.Module) -> ast.Module:
    """Let code tell what it sets."""
    _Telling().visit(tree)
    return ast.fix_missing_locations(tree)


class _Telling(ast.NodeTransformer):
    """Puts calls around what attributes and items are set of."""

    def __init__(self) -> None:
        self._own: list[set[str]] = []

    def _function(self, node: Any) -> Any:
        self._own.append(set(_bound(node)))
        self.generic_visit(node)
        self._own.pop()
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _function  # noqa: N815

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        self._wrap(node, node.attr)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        self._wrap(node, None)
        return node

    def _wrap(self, node: ast.Attribute | ast.Subscript, name: str | None) -> None:
        root: ast.expr = node.value
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) or (name is None and root is node.value):
            return
        roots = []
        if isinstance(root, ast.Name):
            if any(root.id in own for own in self._own):
                return
            roots = [ast.Name(root.id, ast.Load())]
        call = ast.Call(ast.Name(TELL, ast.Load()), [node.value, ast.Constant(name), *roots], [])
        node.value = ast.copy_location(call, node.value)

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        is_setting = isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr")
        first = node.args[:2]
        if is_setting and len(first) == 2 and not any(isinstance(x, ast.Starred) for x in first):
            call = ast.Call(ast.Name(TELL_NAME, ast.Load()), first, [])
            node.args[:2] = [ast.copy_location(ast.Starred(call, ast.Load()), node)]
        return node


def _bound(function: Any) -> Iterator[str]:
    """Yield the names of a function's own variables, but of modules that it imports."""
    arguments = function.args
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs,
                 arguments.vararg, arguments.kwarg):  # fmt: skip
        if each is not None:
            yield each.arg
    body = function.body if isinstance(function.body, list) else [function.body]
    shared: set[str] = set()
    names: set[str] = set()
    for node in (inner for part in body for inner in ast.walk(part)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            shared.update(node.names)
    yield from names - shared
