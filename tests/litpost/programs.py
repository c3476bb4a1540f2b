"""Random programs, as trees, and random edits of them: strategies of Hypothesis."""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from tests.litpost.blog import HEADER, MANIFEST, POST, SOURCE
from tests.litpost.incremental import Tree
from tests.litpost.pieces import DRAWN, KITS, NAMES, OPTIONS, Kit

DECLARED = "LITPOST_D"  # a variable of the environment that the header names
VARIABLES = (DECLARED, "LITPOST_E", "LITPOST_C")
DIGITS = st.integers(0, 9)


@dataclass(frozen=True)
class Program:
    """A tree, what its cells are drawn from, and variables of the environment."""

    tree: Tree
    kits: Sequence[Kit] = field(repr=False)
    environment: Mapping[str, str]

    def with_cell(self, label: str, code: str) -> Program:
        """Put a code into the place of a cell's."""
        return replace(self, tree=replace(self.tree, cells={**self.tree.cells, label: code}))

    def with_file(self, path: str, text: str | None) -> Program:
        """Write or remove a file."""
        return replace(self, tree=replace(self.tree, files={**self.tree.files, path: text}))


@dataclass(frozen=True)
class Edited:
    """A program after an edit, a file that is touched besides, and what the edit was."""

    program: Program
    what: str = "the program"
    touched: str = ""

    def __str__(self) -> str:
        tree = self.program.tree
        cells = [f"[{label}]\n{code}" for label, code in tree.cells.items()]
        others = {
            "prose": tree.prose, "after cells": tree.texts, "files": tree.files,
            "environment": self.program.environment,
        }  # fmt: skip
        shown = [f"{name}: {value}" for name, value in others.items() if value]
        return "\n".join([f"--- {self.what} {self.touched}".rstrip(), *cells, *shown])

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """Show it, line by line, as a step of what Hypothesis has found."""
        printer.text(f"\n{self}\n")


@functools.cache
def names(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that a piece or a cell uses without making them, and those that it makes."""
    try:
        nodes = list(ast.walk(ast.parse(code.replace("{c}", "1"))))
    except SyntaxError:
        return frozenset(), frozenset()
    names = [node for node in nodes if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, ast.alias):
            made.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.arg):
            made.add(node.arg)
    used = {node.id for node in names} - made - vars(builtins).keys()
    return frozenset(used), frozenset(made)


def _filled(draw: st.DrawFn, text: str) -> str:
    """Put digits into a text."""
    first, *rest = text.split("{c}")
    return first + "".join(str(draw(DIGITS)) + part for part in rest)


def _as_cell(draw: st.DrawFn, pieces: Sequence[str]) -> str:
    """Join pieces into a cell: their options, each once, and their codes."""
    lines = "\n".join(_filled(draw, piece) for piece in pieces).split("\n")
    options = {line.partition(":")[0]: line for line in lines if line.startswith("#|")}
    if draw(DIGITS) > 0:
        options["#| error"] = "#| error: true"
    return "\n".join([*options.values(), *(line for line in lines if not line.startswith("#|"))])


@st.composite
def _pieces(draw: st.DrawFn, kits: Sequence[Kit], known: set[str]) -> str:
    """Draw a piece, mostly one that uses no names but the known ones, and make its own known."""
    for _ in range(5):
        piece = draw(st.sampled_from(draw(st.sampled_from(kits)).pieces))
        if names(piece)[0] <= known:
            break
    known |= names(piece)[1]
    return piece


@st.composite
def _codes(draw: st.DrawFn, kits: Sequence[Kit], known: set[str]) -> str:
    """Write a cell: some pieces, and perhaps an option."""
    pieces = [draw(_pieces(kits, known)) for _ in range(draw(st.integers(1, 3)))]
    alone = [piece for piece in pieces if piece.startswith("%%")]
    return _as_cell(draw, alone[:1] or pieces)


def _made(cells: Mapping[str, str]) -> set[str]:
    """Return the names that some cells make."""
    return set[str]().union(*(names(code)[1] for code in cells.values()))


def _draw_code(draw: st.DrawFn, program: Program) -> str:
    """Write a cell for a program."""
    return draw(_codes(program.kits, _made(program.tree.cells)))


@st.composite
def programs(draw: st.DrawFn) -> Edited:
    """Write a program with its files."""
    taken = {draw(st.sampled_from(DRAWN)) for _ in range(draw(st.integers(1, 4)))}
    kits = [NAMES, *(KITS[name] for name in sorted(taken))]
    bases = [kit.base for kit in kits if kit.base]
    setups = [draw(st.sampled_from(kit.setup)) for kit in kits if kit.setup]
    cells = {"c0": _as_cell(draw, bases), "c1": _as_cell(draw, setups)}
    files = {path: _filled(draw, text) for kit in kits for path, text in kit.files.items()}
    settings = f"litpost:\n  environment: [{DECLARED}]\n  timeout: 60\n"
    header = HEADER.replace("---\n\n", f"{settings}---\n\n", 1)
    values = {"c2": "Here `{python} n` is"} if draw(DIGITS) > 6 else {}
    drawn = draw(st.lists(_codes(kits, _made(cells)), min_size=1, max_size=5))
    cells |= {f"c{number}": code for number, code in enumerate(drawn, 2)}
    return Edited(Program(Tree(cells, files, header=header, texts=values), kits, {}))


def _change(draw: st.DrawFn, program: Program, label: str) -> Program:
    """Change a constant of a cell, if it has one."""
    code = program.tree.cells[label]
    places = [n for n, char in enumerate(code) if char.isdigit() and code[n - 1] in " =[(+'"]
    if not places:
        return _replace(draw, program, label)
    at = draw(st.sampled_from(places))
    return program.with_cell(label, f"{code[:at]}{draw(DIGITS)}{code[at + 1 :]}")


def _replace(draw: st.DrawFn, program: Program, label: str) -> Program:
    return program.with_cell(label, _draw_code(draw, program))


def _insert(draw: st.DrawFn, program: Program, label: str) -> Program:
    new = next(f"n{n}" for n in range(99) if f"n{n}" not in program.tree.cells)
    cells: dict[str, str] = {}
    for name, code in program.tree.cells.items():
        cells |= {new: _draw_code(draw, program)} if name == label else {}
        cells[name] = code
    return replace(program, tree=replace(program.tree, cells=cells))


def _delete(draw: st.DrawFn, program: Program, label: str) -> Program:
    cells = {name: code for name, code in program.tree.cells.items() if name != label}
    return replace(program, tree=replace(program.tree, cells=cells)) if cells else program


def _swap(draw: st.DrawFn, program: Program, label: str) -> Program:
    names = list(program.tree.cells)
    a, b = names.index(label), draw(st.integers(0, len(names) - 1))
    names[a], names[b] = names[b], names[a]
    cells = {name: program.tree.cells[name] for name in names}
    return replace(program, tree=replace(program.tree, cells=cells))


def _option(draw: st.DrawFn, program: Program, label: str) -> Program:
    """Give a cell an option, or take it away."""
    option = f"#| {draw(st.sampled_from(OPTIONS))}"
    lines = program.tree.cells[label].split("\n")
    name = option.partition(":")[0]
    others = [line for line in lines if line.partition(":")[0] != name]
    return program.with_cell(label, "\n".join(others if option in lines else [option, *others]))


def _comment(draw: st.DrawFn, program: Program, label: str) -> Program:
    return program.with_cell(label, f"{program.tree.cells[label]}\n\n# note {draw(DIGITS)}")


def _prose(draw: st.DrawFn, program: Program, label: str) -> Program:
    return replace(program, tree=replace(program.tree, prose=f"Prose {draw(DIGITS)}."))


def _value(draw: st.DrawFn, program: Program, label: str) -> Program:
    """Put an inline value after a cell, or take it away."""
    expression = draw(st.sampled_from(["n", "len(xs)", "n + k", "'n' in globals()"]))
    texts = {} if program.tree.texts else {label: f"It is `{{python}} {expression}`"}
    return replace(program, tree=replace(program.tree, texts=texts))


def _file(draw: st.DrawFn, program: Program, label: str) -> Program:
    """Write one of the program's files anew, or one that comes and goes."""
    texts = {p: t for kit in program.kits for p, t in {**kit.files, **kit.others}.items()}
    if not texts:
        return _change(draw, program, label)
    path = draw(st.sampled_from(sorted(texts)))
    return program.with_file(path, _filled(draw, texts[path]))


def _remove(draw: st.DrawFn, program: Program, label: str) -> Program:
    """Remove a file, be it one that a cell has written."""
    paths = {p for kit in program.kits for p in kit.others} | program.tree.files.keys()
    if not paths:
        return _delete(draw, program, label)
    return program.with_file(draw(st.sampled_from(sorted(paths))), None)


def _lose(draw: st.DrawFn, program: Program, label: str) -> Program:
    """Remove what litpost has written."""
    return program.with_file(
        draw(st.sampled_from([POST, MANIFEST, "assets/css/litpost.css"])), None
    )


def _set(draw: st.DrawFn, program: Program, label: str) -> Program:
    """Set or unset a variable of the environment."""
    name = draw(st.sampled_from(VARIABLES))
    others = {n: v for n, v in program.environment.items() if n != name}
    if name in program.environment and draw(st.booleans()):
        return replace(program, environment=others)
    return replace(program, environment={**others, name: str(draw(DIGITS))})


EDITS: dict[str, Callable[[st.DrawFn, Program, str], Program]] = {
    "change": _change, "replace": _replace, "insert": _insert, "delete": _delete, "swap": _swap,
    "option": _option, "comment": _comment, "prose": _prose, "value": _value, "file": _file,
    "remove": _remove, "lose": _lose, "set": _set,
}  # fmt: skip
KINDS = ["nothing", "change", "change", "change", "change", "replace", "file", "file", "file",
         "revert", "revert", "touch", *EDITS]  # fmt: skip
"""How often what is done. A failure's steps that have nothing to do with it become the first."""


@st.composite
def edits(draw: st.DrawFn, history: Sequence[Edited]) -> Edited:
    """Edit the last of some programs, go back to one before it, or touch a file."""
    program = history[-1].program
    kind = draw(st.sampled_from(KINDS))
    if kind == "nothing":
        return Edited(program, kind)
    if kind == "revert":
        return Edited(draw(st.sampled_from(history)).program, kind)
    if kind == "touch":
        return Edited(program, kind, draw(st.sampled_from(sorted(program.tree.files) or [SOURCE])))
    label = draw(st.sampled_from(list(program.tree.cells)))
    return Edited(EDITS[kind](draw, program, label), f"{kind} {label}")
