"""Code that a post shows from a real file: a region or a symbol of it.

``file.py#name``
    the lines between ``# region name`` and its ``# endregion``;
``file.py``
    the whole file;
``package.module:symbol``
    a function, a class, a method (``Class.method``) or an assignment, with its decorators and the
    comment lines right above it.
"""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import replace
from pathlib import Path, PurePosixPath

from litpost.errors import Problem, SourceError, nearest
from litpost.source import Block, Cell, Snippet, Source

_REGION = re.compile(r"^\s*(?:#|//|--|/\*|<!--)\s*(end)?region\b[ \t]*([\w.-]*)")
_EXPECTED = re.compile(r"#\s*=>")


class _MissingError(Exception):
    """What a snippet names isn't there; the message says what is."""


def resolve(source: Source, root: Path) -> Source:
    """Put the code that a source shows from files into its blocks.

    Raises
    ------
    SourceError
        A file, region or symbol is missing; the message names what there is.
    """
    problems: list[Problem] = []

    def resolved(block: Block) -> Block:
        if not (isinstance(block, Cell) and block.options.source):
            return block
        try:
            return find(block, root)
        except _MissingError as error:
            problems.append(Problem(source.path, block.line, str(error)))
            return block

    blocks = tuple(map(resolved, source.blocks))
    if problems:
        raise SourceError(problems)
    return replace(source, blocks=blocks)


def find(cell: Cell, root: Path) -> Snippet:
    """Find the code that a cell names in its option ``source``."""
    wanted = cell.options.source or ""
    if ":" in wanted and "#" not in wanted:
        module, _, symbol = wanted.partition(":")
        path = _module_file(module, root)
        text = _read(path, root)
        first, last = _symbol_lines(text, symbol, path)
    else:
        path, _, region = wanted.partition("#")
        text = _read(path, root)
        first, last = _region_lines(text, region, path) if region else (1, len(text.split("\n")))
    lines = text.split("\n")[first - 1 : last]
    while lines and not lines[0].strip():
        lines, first = lines[1:], first + 1
    while lines and not lines[-1].strip():
        lines, last = lines[:-1], last - 1
    code = textwrap.dedent("\n".join(lines))
    if _EXPECTED.search(code):
        message = f"`{wanted}` has `# =>` in it, which is verified in cells only; move it to a cell"
        raise _MissingError(message)
    return Snippet(cell, path, first, last, code)


def _module_file(module: str, root: Path) -> str:
    stem = PurePosixPath(*module.split("."))
    for path in (f"{stem}.py", f"{stem}/__init__.py"):
        if (root / path).is_file():
            return path
    raise _MissingError(
        f"no module `{module}` here; looked for `{stem}.py` and `{stem}/__init__.py`"
    )


def _read(path: str, root: Path) -> str:
    file = (root / path).resolve()
    if not file.is_relative_to(root.resolve()):
        raise _MissingError(f"`{path}` lies outside of this project")
    try:
        return file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        folder = file.parent
        there = [name.name for name in folder.iterdir()] if folder.is_dir() else []
        raise _MissingError(f"no file `{path}`; {nearest(file.name, there)}") from None
    except UnicodeDecodeError:
        raise _MissingError(f"`{path}` isn't text in UTF-8") from None


def _region_lines(text: str, region: str, path: str) -> tuple[int, int]:
    """Return the first and last line inside a region; regions may stand in each other."""
    open_regions: list[tuple[str, int]] = []
    found: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not (match := _REGION.match(line)):
            continue
        if not match[1]:
            open_regions.append((match[2], number))
        elif not open_regions:
            raise _MissingError(f"{path}:{number}: `endregion` without a `region` before it")
        else:
            name, start = open_regions.pop()
            if name in found:
                raise _MissingError(f"{path}:{start}: region `{name}` stands in the file twice")
            found[name] = (start + 1, number - 1)
    if open_regions:
        name, start = open_regions[-1]
        raise _MissingError(f"{path}:{start}: region `{name}` is never closed by `# endregion`")
    if region not in found:
        raise _MissingError(f"no region `{region}` in {path}; {nearest(region, found)}")
    return found[region]


def _symbol_lines(text: str, symbol: str, path: str) -> tuple[int, int]:
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise _MissingError(f"{path}:{error.lineno}: not valid Python: {error.msg}") from None
    lines = text.split("\n")
    node: ast.stmt | None = None
    for name in symbol.split("."):
        named = dict(_named(body))
        if name not in named:
            raise _MissingError(f"no symbol `{symbol}` in {path}; {nearest(name, named)}")
        node = named[name]
        body = getattr(node, "body", [])
    if node is None or node.end_lineno is None:
        raise _MissingError(f"no symbol named after the `:` for {path}")
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    while first > 1 and re.match(r"\s*#(?!\s*(?:end)?region\b)", lines[first - 2]):
        first -= 1
    return first, node.end_lineno


def _named(body: list[ast.stmt]) -> list[tuple[str, ast.stmt]]:
    """List what a body of statements defines by name."""
    named: list[tuple[str, ast.stmt]] = []
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                named.append((node.name, node))
            case ast.Assign():
                targets = [t.id for t in node.targets if isinstance(t, ast.Name)]
                named += [(name, node) for name in targets]
            case ast.AnnAssign(target=ast.Name(id=name)):
                named.append((name, node))
    return named
