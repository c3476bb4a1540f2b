"""Why code of an old post doesn't run today, as far as reading it tells; nothing runs."""

from __future__ import annotations

import ast
import builtins
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from litpost.errors import Problem
from litpost.source import Source

FILE = Path(__file__).parent / "changes.toml"


def ailments(source: Source) -> Iterator[Problem]:
    """Yield why the cells of a source can't run, at their lines."""
    known = {*dir(builtins), "display", "get_ipython", "__name__", "_"}
    for cell in source.cells():
        code = re.sub(r"^([ \t]*)[%!].*$", r"\1pass", cell.code, flags=re.M)
        try:
            tree = ast.parse(code)
        except SyntaxError as error:
            at = cell.code_line + (error.lineno or 1) - 1
            yield Problem(source.path, at, f"isn't Python 3: {error.msg}")
            continue
        for line, message in [*_missing(tree, known), *_changed(cell.code)]:
            yield Problem(source.path, cell.code_line + line - 1, message)


def _missing(tree: ast.AST, known: set[str]) -> Iterator[tuple[int, str]]:
    """Yield modules that aren't installed and names that nothing defines; note what is defined."""
    for node in ast.walk(tree):
        known |= set(_defined(node))
        for name in _imported(node):
            if not _is_there(name):
                yield (
                    getattr(node, "lineno", 1),
                    f"ModuleNotFoundError: `{name}` isn't installed here",
                )
    read = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in known
    ]
    if read:
        names = ", ".join(f"`{name}`" for name in sorted({node.id for node in read}))
        yield min(node.lineno for node in read), f"NameError: nothing in this post defines {names}"


def _defined(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _changed(code: str) -> Iterator[tuple[int, str]]:
    """Yield what libraries have changed that the code still counts on."""
    for change in _changes():
        installed = _version(change["distribution"])
        if installed and _key(installed) < _key(change["since"]):
            continue
        for number, line in enumerate(code.split("\n"), start=1):
            if re.search(change["pattern"], line):
                here = f"; {installed} is installed" if installed else ""
                since = f"{change['library']} {change['since']} and newer{here}"
                yield number, f"{change['message']} ({since})"
                break


@cache
def _changes() -> tuple[dict[str, str], ...]:
    return tuple(tomllib.loads(FILE.read_text(encoding="utf-8"))["change"])


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _key(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)[:3]))
