"""Random programs, edited at random: an incremental build writes what a clean one does.

``make test`` tries some edits, always the same; ``make soak`` tries ``EDITS=`` of them, from a seed
that it prints, and that ``SEED=`` repeats.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from tests.litpost.blog import SOURCE, Blog
from tests.litpost.incremental import Tree, build_clean, check

EDITS_EACH = 6  # of one program
PROGRAMS = 6  # of one test
SEED = int(os.environ.get("SEED", "0"))
TESTS = max(1, int(os.environ.get("EDITS", "150")) // (EDITS_EACH * PROGRAMS))

SETUP = (
    "xs = [1, 2]", "ys = xs", "ys = [{c}]", "zs = dict(x=xs, n={c})", "n = {c}", "k = n + {c}",
    "import numpy as np\nu = np.arange(4.) + {c}", "import numpy as np\nu = np.zeros(4)\nv = u[1:]",
    "def f(x=1):\n    return x + {c}", "def f(x=1):\n    return x + n",
    "class A:\n    n = {c}\n    def __init__(self):\n        self.xs = []\n"
    "    def add(self, x):\n        self.xs.append(x + self.n)\n        return self.xs",
    "it = iter(range({c}, 30))", "import random\nrng = random.Random({c})",
)  # fmt: skip
PIECES = (
    # rebinding, aliases, mutation
    "n = {c}", "k = n", "n += {c}", "k = k * 2 + n", "xs = [{c}, n]", "ys = xs", "ys = list(xs)",
    "xs.append({c})", "ys.append(n)", "xs[0] = ys[-1] if ys else {c}", "xs += [{c}]",
    "xs, ys = ys, xs", "zs = dict(x=xs, y=ys)", "zs['x'].append({c})", "zs['n'] = n",
    "xs.append(xs)\nprint(len(xs))\nxs.pop()", "zs = (xs, (ys, n))",
    "import copy\nys = copy.copy(xs)", "print(xs)", "print(xs, ys)", "print(zs)", "print(n, k)",
    "xs", "n", "xs is ys", "print(_)", "del n", "del xs", "del ys, zs",
    "print('n' in globals(), 'zs' in globals())",
    # NumPy
    "u = np.arange(4.) * {c}", "v = u[1:]", "v = u[::2].copy()", "v[0] = {c}", "v += 1", "u *= n",
    "print(u)", "print(u, v)", "print(u.sum(), v.base is u)", "w = u.reshape(2, 2).T\nw[0] = {c}",
    "zs = dict(x=u, y=v)", "print(np.random.rand())", "np.random.seed({c})", "np.random.rand({c});",
    "np.set_printoptions(precision={c})", "print(np.array([1 / 3]))", "np.seterr(divide='ignore');",
    "print(np.array([1.]) / 0)", "gen = np.random.default_rng({c})", "print(gen.integers(99))",
    # functions
    "def f(x=1):\n    return x * {c}", "def f(x=1):\n    return x + n", "print(f())",
    "print(f({c}))", "def f(x=n):\n    return x - k", "f = lambda x={c}: x + len(xs)", "n = f(n)",
    "g = f", "def g(x={c}, seen=[]):\n    seen.append(x)\n    return len(seen)", "print(g())",
    "g();", "def g():\n    global n\n    n = {c}\n    return n",
    "def g():\n    return f() + f({c})",
    "def make():\n    m = [{c}]\n    def h():\n        m[0] += n\n        return m[0]\n"
    "    return h\n" "g = make()", "import functools\ng = functools.partial(f, {c})",
    "import functools\n@functools.lru_cache\ndef f(x=1):\n    return x + {c}",
    "print(f.cache_info())", "f.mark = {c}", "print(f.mark)", "print([f(i) for i in range(3)])",
    "print(f.__name__, f.__defaults__)",
    # classes
    "class A:\n    n = {c}\n    def __init__(self):\n        self.xs = xs\n"
    "    def add(self, x):\n        self.xs.append(x + n)\n        return self.xs", "o = A()",
    "o.add({c})", "A.n = {c}", "print(o.n, o.xs)", "o.xs = xs", "o.n = n",
    "class B(A):\n    k = {c}", "o = B()", "A.add = lambda self, x: [x, {c}]",
    "print(type(o).__name__, isinstance(o, A))", "zs = [o, xs]",
    # iterators, generators
    "it = iter([{c}, 2, 3, 4, 5])", "it = (x + {c} for x in range(20))", "it = iter(xs)",
    "print(next(it))", "next(it);", "print(next(it), next(it))", "it = map(f, range({c}, 30))",
    "it = zip(xs, range({c}))", "print(list(it))",
    "def count(m):\n    while True:\n        m += n\n        yield m\nit = count({c})",
    "import itertools\nit, jt = itertools.tee(it)", "print(next(jt))",
    # random generators
    "import random\nrandom.seed({c})", "import random\nprint(random.randrange(99))",
    "import random\nrng = random.Random({c})", "print(rng.randrange(99))", "rng.random();",
    "print(random.random())", "import random\nrandom.shuffle(xs)",
    "import random\ns = random.getstate()", "random.setstate(s)",
    # names at run time
    "exec('n = {c}')", "print(eval('n + 1'))", "exec('print(xs)')", "globals()['n'] = {c}",
    "print(globals().get('n'))", "print(sorted(x for x in globals() if len(x) < 3))",
    "print(sorted(x for x in dir() if len(x) == 1))", "from math import *\nprint(floor(2.5))",
    "floor = lambda x: {c}", "print(len([1]))", "len = lambda x: {c}", "del len",
    "import __main__\n__main__.n = {c}", "import __main__\nprint(__main__.n)",
    "exec('def f(x=1):\\n    return x * n + {c}')", "print(vars().get('k'))",
    # modules
    "import helper", "import helper\nprint(helper.K)", "from helper import *", "print(K)",
    "print(helper.f({c}))", "helper.f({c});", "print(helper.CACHE)", "helper.CACHE['c'] = {c}",
    "helper.K = {c}", "from helper import f", "from helper import CACHE as zs", "zs['z'] = {c}",
    "import other", "print(other.X)", "other.L.append({c})", "print(other.L)", "xs = other.L",
    "print(helper.g())", "o = helper.A()", "print(o.get())", "import other as helper",
    "helper.h(xs)", "import importlib, helper\nimportlib.reload(helper);",
    "import sys\nsys.modules.pop('helper', None);",
    "def f(x=1):\n    import other\n    return other.X + x",
    # files
    "print(open('data.txt').read())", "n = len(open('data.txt').read())",
    "import os\nprint(os.path.exists('out.txt'))", "open('out.txt', 'w').write('{c}');",
    "open('out.txt', 'w').write(str(n));", "open('out.txt', 'a').write('{c}');",
    "print(open('out.txt').read()[-9:])",
    "import os\nprint(sorted(x for x in os.listdir('.') if x[0] != '_' and x[0] != '.'))",
    "from pathlib import Path\nprint(Path('data.txt').read_text())",
    "Path('out.txt').unlink(missing_ok=True)",
    "from pathlib import Path\nPath('sub').mkdir(exist_ok=True)\n"
    "Path('sub/{c}.txt').write_text('{c}');",
    "from pathlib import Path\nprint(sorted(x.name for x in Path('sub').glob('*')))",
    "import os\nos.rename('out.txt', 'data2.txt')", "file = open('data.txt')",
    "print(file.readline())", "#| depends: data.txt\nprint(n)", "print(open('data2.txt').read())",
    "file = open('out.txt', 'w')", "print({c}, file=file, flush=True)", "file.close()",
    # ambient state
    "import os\nos.environ['LITPOST_C'] = '{c}'", "import os\nprint(os.environ.get('LITPOST_C'))",
    "import warnings\nwarnings.warn('careful {c}')",
    "import warnings\nwarnings.simplefilter('ignore')",
    "import warnings\nwarnings.simplefilter('always')",
    "import warnings\ndef f(x=1):\n    warnings.warn('f is old')\n    return x",
    "import decimal\ndecimal.getcontext().prec = {c} + 1",
    "import decimal\nprint(decimal.Decimal(1) / 3)", "import sys\nsys.path.append('{c}')",
    "import sys\nprint(len(sys.path) > 9, sys.path[-1][-1])",
    "import builtins\nbuiltins.extra = {c}", "print(extra)",
    "import sys\nsys.setrecursionlimit(900 + {c})",
    "import logging\nlogging.getLogger('x').setLevel({c} + 10)",
    "import logging\nprint(logging.getLogger('x').level)",
    # failures
    "1 / 0", "print(undefined)", "raise ValueError(n)", "assert n < {c}", "import nowhere",
    "try:\n    n = 1 / ({c} - 3)\nexcept ZeroDivisionError as e:\n    kept = e\n    n = 0",
    "print(repr(kept))", "try:\n    print(k)\nexcept NameError as e:\n    print(e)",
)  # fmt: skip
HELPER = """import other

K = {c}
CACHE = {{}}

def f(x=1):
    CACHE[x] = K
    return K * x + other.X

def g():
    return len(other.L)

def h(x):
    x.append(K)

class A:
    n = {d}
    def get(self):
        return self.n + K
"""
OTHER = "X = {c}\nL = [{d}]\n"
TEXTS = {"helper.py": HELPER, "other.py": OTHER, "data.txt": "{c}{d}\n"}
digits = st.integers(0, 9)
Files = dict[str, "str | None"]


@dataclass(frozen=True)
class Edited:
    """A tree after an edit, files that are touched besides, and what the edit was."""

    tree: Tree
    touched: Sequence[str] = ()
    what: str = "the program"


@st.composite
def codes(draw: st.DrawFn, first: bool = False) -> str:
    """Write a cell: some pieces, and perhaps an option."""
    pieces = [draw(st.sampled_from(PIECES)) for _ in range(draw(st.integers(1, 3)))]
    if first:
        pieces = [draw(st.sampled_from(SETUP)) for _ in range(5)] + pieces[:1]
    lines = "\n".join(piece.replace("{c}", str(draw(digits))) for piece in pieces)
    options = [line for line in lines.split("\n") if line.startswith("#|")][:1]
    code = [line for line in lines.split("\n") if not line.startswith("#|")]
    if draw(st.integers(0, 9)) != 0:
        options.append("#| error: true")
    return "\n".join([*options, *code])


@st.composite
def texts(draw: st.DrawFn, name: str) -> str:
    """Write a file."""
    return TEXTS[name].format(c=draw(digits), d=draw(digits))


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Write a program with its files."""
    count = draw(st.integers(3, 7))
    cells = {"c0": draw(codes(first=True)), "c1": draw(codes(first=True))}
    cells |= {f"c{n}": draw(codes()) for n in range(2, count)}
    values = {"c2": "Here `{python} n` is"} if draw(st.integers(0, 2)) == 0 else {}
    return Tree(cells, {name: draw(texts(name)) for name in TEXTS}, texts=values)


def _change(draw: st.DrawFn, tree: Tree, label: str) -> Tree:
    """Change a constant of a cell, if it has one."""
    code = tree.cells[label]
    places = [n for n, char in enumerate(code) if char.isdigit() and code[n - 1] in " =[(+'"]
    if not places:
        return replace(tree, cells={**tree.cells, label: draw(codes())})
    at = draw(st.sampled_from(places))
    return replace(tree, cells={**tree.cells, label: f"{code[:at]}{draw(digits)}{code[at + 1 :]}"})


def _insert(draw: st.DrawFn, tree: Tree, label: str) -> Tree:
    new = next(f"n{n}" for n in range(99) if f"n{n}" not in tree.cells)
    cells: dict[str, str] = {}
    for name, code in tree.cells.items():
        cells |= {new: draw(codes())} if name == label else {}
        cells[name] = code
    return replace(tree, cells=cells)


def _swap(draw: st.DrawFn, tree: Tree, label: str) -> Tree:
    names = list(tree.cells)
    a, b = names.index(label), draw(st.integers(0, len(names) - 1))
    names[a], names[b] = names[b], names[a]
    return replace(tree, cells={name: tree.cells[name] for name in names})


def _file(draw: st.DrawFn, tree: Tree, label: str) -> Tree:
    name = draw(st.sampled_from(list(TEXTS)))
    return replace(tree, files={**tree.files, name: draw(texts(name))})


EDITS = {
    "change": _change,
    "replace": lambda draw, tree, label: replace(tree, cells={**tree.cells, label: draw(codes())}),
    "insert": _insert,
    "delete": lambda draw, tree, label: replace(
        tree, cells={n: c for n, c in tree.cells.items() if n != label or len(tree.cells) < 2}
    ),
    "swap": _swap,
    "file": _file,
    "remove": lambda draw, tree, label: replace(
        tree,
        files={**tree.files, draw(st.sampled_from(["out.txt", "data.txt", "data2.txt"])): None},
    ),
    "comment": lambda draw, tree, label: replace(
        tree, cells={**tree.cells, label: f"{tree.cells[label]}\n\n# note {draw(digits)}"}
    ),
    "prose": lambda draw, tree, label: replace(tree, prose=f"Prose {draw(digits)}."),
}


@st.composite
def histories(draw: st.DrawFn) -> list[Edited]:
    """Write a program, and edit it."""
    history = [Edited(draw(trees()))]
    kinds = ["change", "change", "change", "replace", "file", "file", "revert", "touch", *EDITS]
    for _ in range(EDITS_EACH):
        tree = history[-1].tree
        kind = draw(st.sampled_from(kinds))
        if kind == "revert":
            history.append(Edited(draw(st.sampled_from(history)).tree, (), kind))
        elif kind == "touch":
            touched = [draw(st.sampled_from(["data.txt", "helper.py", "out.txt"]))]
            history.append(Edited(tree, touched, f"{kind} {touched[0]}"))
        else:
            label = draw(st.sampled_from(list(tree.cells)))
            history.append(Edited(EDITS[kind](draw, tree, label), (), f"{kind} {label}"))
    return history


def go(history: Sequence[Edited], folder: Path) -> None:
    """Lay a program and its edits into a blog one by one, and build both ways after each."""
    blog = Blog(folder / "blog")
    (blog.root / "_literate").mkdir(parents=True)
    for edited in history:
        edited.tree.lay(blog)
        for path in edited.touched:
            if (blog.root / path).exists():
                os.utime(blog.root / path, (1, 1))
        note(f"After {edited.what}:\n{blog.read(SOURCE)}\n{edited.tree.files}")
        check(blog, folder)


@pytest.mark.parametrize("shard", range(TESTS))
def test_after_any_edits_incremental_and_clean_builds_agree(
    shard: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @seed(SEED + shard)
    @settings(
        max_examples=PROGRAMS, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate], print_blob=False,
    )  # fmt: skip
    @given(histories())
    def agree(history: list[Edited]) -> None:
        go(history, tmp_path_factory.mktemp("edits"))

    agree()


@seed(SEED)
@settings(
    max_examples=2, database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)  # fmt: skip
@given(histories())
def test_the_command_line_agrees_too(
    tmp_path_factory: pytest.TempPathFactory, history: list[Edited]
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    blog = Blog(folder / "blog")
    (blog.root / "_literate").mkdir(parents=True)
    for edited in history[:3]:
        edited.tree.lay(blog)
        for _ in range(2):  # the second time there should be nothing to do, if there is nothing
            clean = build_clean(blog, folder)
            ran = blog.litpost("build")
            assert (ran.returncode != 0) == (clean.status == "failed"), ran.stderr
            if clean.status != "failed":
                assert blog.files() == clean.files
