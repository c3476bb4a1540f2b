"""Random programs, as trees, and random edits of them."""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from tests.litpost.blog import HEADER, MANIFEST, POST, SOURCE
from tests.litpost.incremental import Tree
from tests.litpost.pieces import DRAWN, KITS, NAMES, OPTIONS, Kit

DECLARED = "LITPOST_D"  # a variable of the environment that the header names
VARIABLES = (DECLARED, "LITPOST_E", "LITPOST_C")


@dataclass(frozen=True)
class Program:
    """A tree, what its cells are drawn from, and variables of the environment."""

    tree: Tree
    kits: Sequence[Kit] = field(repr=False)
    environment: Mapping[str, str]

    def draw_code(self, rng: Random) -> str:
        """Write a cell: some pieces, and perhaps an option."""
        known = set[str]().union(*(names(code)[1] for code in self.tree.cells.values()))
        drawn: list[str] = []
        for _ in range(rng.randint(1, 3)):
            piece = self._draw_piece(rng, known)
            if piece.startswith("%%"):
                return _as_cell(rng, [piece])
            drawn.append(piece)
            known |= names(piece)[1]
        return _as_cell(rng, drawn)

    def _draw_piece(self, rng: Random, known: set[str]) -> str:
        """Draw a piece, mostly one that uses no names but those that some cell makes."""
        for _ in range(5):
            piece = rng.choice(rng.choice(self.kits).pieces)
            if names(piece)[0] <= known:
                break
        return piece

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
        cells = "\n".join(f"[{label}]\n{code}" for label, code in tree.cells.items())
        others = f"{tree.texts} {tree.files} {self.program.environment}"
        return f"--- {self.what} {self.touched}\n{cells}\n{others}"


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


def _filled(rng: Random, text: str) -> str:
    """Put digits into a text."""
    first, *rest = text.split("{c}")
    return first + "".join(str(rng.randrange(10)) + part for part in rest)


def _as_cell(rng: Random, pieces: Sequence[str]) -> str:
    """Join pieces into a cell: their options, each once, and their codes."""
    lines = "\n".join(_filled(rng, piece) for piece in pieces).split("\n")
    options = {line.partition(":")[0]: line for line in lines if line.startswith("#|")}
    if rng.random() < 0.9:
        options["#| error"] = "#| error: true"
    return "\n".join([*options.values(), *(line for line in lines if not line.startswith("#|"))])


def draw_program(rng: Random) -> Program:
    """Write a program with its files."""
    taken = {rng.choice(DRAWN) for _ in range(rng.randint(1, 4))}
    kits = [NAMES, *(KITS[name] for name in sorted(taken))]
    bases = [kit.base for kit in kits if kit.base]
    setups = [rng.choice(kit.setup) for kit in kits if kit.setup]
    cells = {"c0": _as_cell(rng, bases), "c1": _as_cell(rng, setups)}
    files = {path: _filled(rng, text) for kit in kits for path, text in kit.files.items()}
    settings = f"litpost:\n  environment: [{DECLARED}]\n  timeout: 60\n"
    header = HEADER.replace("---\n\n", f"{settings}---\n\n", 1)
    values = {"c2": "Here `{python} n` is"} if rng.random() < 0.3 else {}
    program = Program(Tree(cells, files, header=header, texts=values), kits, {})
    for number in range(2, rng.randint(3, 7)):
        program = program.with_cell(f"c{number}", program.draw_code(rng))
    return program


def _change(rng: Random, program: Program, label: str) -> Program:
    """Change a constant of a cell, if it has one."""
    code = program.tree.cells[label]
    places = [n for n, char in enumerate(code) if char.isdigit() and code[n - 1] in " =[(+'"]
    if not places:
        return _replace(rng, program, label)
    at = rng.choice(places)
    return program.with_cell(label, f"{code[:at]}{rng.randrange(10)}{code[at + 1 :]}")


def _replace(rng: Random, program: Program, label: str) -> Program:
    return program.with_cell(label, program.draw_code(rng))


def _insert(rng: Random, program: Program, label: str) -> Program:
    new = next(f"n{n}" for n in range(99) if f"n{n}" not in program.tree.cells)
    cells: dict[str, str] = {}
    for name, code in program.tree.cells.items():
        cells |= {new: program.draw_code(rng)} if name == label else {}
        cells[name] = code
    return replace(program, tree=replace(program.tree, cells=cells))


def _delete(rng: Random, program: Program, label: str) -> Program:
    cells = {name: code for name, code in program.tree.cells.items() if name != label}
    return replace(program, tree=replace(program.tree, cells=cells)) if cells else program


def _swap(rng: Random, program: Program, label: str) -> Program:
    names = list(program.tree.cells)
    a, b = names.index(label), rng.randrange(len(names))
    names[a], names[b] = names[b], names[a]
    cells = {name: program.tree.cells[name] for name in names}
    return replace(program, tree=replace(program.tree, cells=cells))


def _option(rng: Random, program: Program, label: str) -> Program:
    """Give a cell an option, or take it away."""
    option = f"#| {rng.choice(OPTIONS)}"
    lines = program.tree.cells[label].split("\n")
    name = option.partition(":")[0]
    others = [line for line in lines if line.partition(":")[0] != name]
    return program.with_cell(label, "\n".join(others if option in lines else [option, *others]))


def _comment(rng: Random, program: Program, label: str) -> Program:
    return program.with_cell(label, f"{program.tree.cells[label]}\n\n# note {rng.randrange(10)}")


def _prose(rng: Random, program: Program, label: str) -> Program:
    return replace(program, tree=replace(program.tree, prose=f"Prose {rng.randrange(10)}."))


def _value(rng: Random, program: Program, label: str) -> Program:
    """Put an inline value after a cell, or take it away."""
    expression = rng.choice(["n", "len(xs)", "n + k", "'n' in globals()"])
    texts = {} if program.tree.texts else {label: f"It is `{{python}} {expression}`"}
    return replace(program, tree=replace(program.tree, texts=texts))


def _file(rng: Random, program: Program, label: str) -> Program:
    """Write one of the program's files anew, or one that comes and goes."""
    texts = {p: t for kit in program.kits for p, t in {**kit.files, **kit.others}.items()}
    if not texts:
        return _change(rng, program, label)
    path = rng.choice(sorted(texts))
    return program.with_file(path, _filled(rng, texts[path]))


def _remove(rng: Random, program: Program, label: str) -> Program:
    """Remove a file, be it one that a cell has written."""
    paths = {p for kit in program.kits for p in kit.others} | program.tree.files.keys()
    if not paths:
        return _delete(rng, program, label)
    return program.with_file(rng.choice(sorted(paths)), None)


def _lose(rng: Random, program: Program, label: str) -> Program:
    """Remove what litpost has written."""
    return program.with_file(rng.choice([POST, MANIFEST, "assets/css/litpost.css"]), None)


def _set(rng: Random, program: Program, label: str) -> Program:
    """Set or unset a variable of the environment."""
    name = rng.choice(VARIABLES)
    others = {n: v for n, v in program.environment.items() if n != name}
    if name in program.environment and rng.random() < 0.5:
        return replace(program, environment=others)
    return replace(program, environment={**others, name: str(rng.randrange(10))})


EDITS: dict[str, Callable[[Random, Program, str], Program]] = {
    "change": _change, "replace": _replace, "insert": _insert, "delete": _delete, "swap": _swap,
    "option": _option, "comment": _comment, "prose": _prose, "value": _value, "file": _file,
    "remove": _remove, "lose": _lose, "set": _set,
}  # fmt: skip
KINDS = ["change", "change", "change", "change", "replace", "file", "file", "file", "revert",
         "revert", "touch", *EDITS]  # fmt: skip


def draw_history(rng: Random, count: int) -> list[Edited]:
    """Write a program, and edit it some times."""
    edits = [Edited(draw_program(rng))]
    for _ in range(count):
        program = edits[-1].program
        kind = rng.choice(KINDS)
        if kind == "revert":
            edits.append(Edited(rng.choice(edits).program, kind))
        elif kind == "touch":
            paths = sorted(program.tree.files) or [SOURCE]
            edits.append(Edited(program, kind, rng.choice(paths)))
        else:
            label = rng.choice(list(program.tree.cells))
            edits.append(Edited(EDITS[kind](rng, program, label), f"{kind} {label}"))
    return edits
