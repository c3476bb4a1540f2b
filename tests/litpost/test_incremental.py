"""After any edit an incremental build writes what a clean one does, and runs no more than it must.

Each case is a tree, an edit of it, and the cells that run after the edit.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from litpost import renderer
from litpost.execution import Execution
from litpost.plan import Step
from litpost.session.recorder import are_of_one_run
from litpost.trace import Trace
from litpost.world import LOADED
from tests.litpost.blog import Blog, cell
from tests.litpost.incremental import Tree, build, check
from tests.litpost.libraries import import_from, user_site

Cells = Mapping[str, str]
Case = tuple[Cells, Cells, list[str]]

HELPER = {"helper.py": "K = 2\nCACHE = {}\n\n\ndef f(x):\n    CACHE[x] = K\n    return K * x\n"}

VALUES: dict[str, Case] = {
    "rebinding": (
        {"a": "x = 1", "b": "y = x + 1", "c": "print(y)", "d": "print('d')"},
        {"a": "x = 2"}, ["a", "b", "c"],
    ),
    "the same value": (
        {"a": "x = 1", "b": "y = x + 1", "c": "print(y)"},
        {"a": "x = 2 - 1"}, ["a"],
    ),
    "del": (
        {"a": "x = 1", "b": "del x", "c": "print('x' in globals())"},
        {"b": "pass"}, ["b", "c"],
    ),
    "a name that wasn't there": (
        {"a": "pass", "b": "try:\n    print(x)\nexcept NameError:\n    print('none')"},
        {"a": "x = 1"}, ["a", "b"],
    ),
    "a builtin that is shadowed": (
        {"a": "pass", "b": "print(len([1]))"},
        {"a": "len = lambda x: 7"}, ["a", "b"],
    ),
    "mutation through an alias": (
        {"a": "x = [1]\ny = x", "b": "y.append(2)", "c": "print(x)"},
        {"b": "y.append(3)"}, ["b", "c"],
    ),
    "an alias that is none any more": (
        {"a": "x = [1]\ny = x", "b": "y.append(2)", "c": "print(x)"},
        {"a": "x = [1]\ny = [1]"}, ["a", "b", "c"],
    ),
    "a NumPy view": (
        {"a": "import numpy as np\nx = np.zeros(3)", "b": "v = x[1:]", "c": "v += 1",
         "d": "print(x)"},
        {"c": "v += 2"}, ["c", "d"],
    ),
    "a window on an array": (
        {"a": "import numpy as np\nx = np.arange(6.0)\n"
              "v = np.lib.stride_tricks.sliding_window_view(x, 3)",
         "b": "x[2] = 10", "c": "print(v)"},
        {"b": "x[2] = 20"}, ["b", "c"],
    ),
    "a row of an array": (
        {"a": "import numpy as np\nx = np.zeros(2, dtype=[('n', float)])", "b": "row = x[0]",
         "c": "row['n'] = 5", "d": "print(x)"},
        {"c": "row['n'] = 6"}, ["c", "d"],
    ),
    "a row of an array that shows a change of it": (
        {"a": "import numpy as np\nx = np.zeros(2, dtype=[('n', float)])\nrow = [x[0]]",
         "b": "x['n'] = 5", "c": "print(row)"},
        {"b": "x['n'] = 6"}, ["b", "c"],
    ),
    "the file that a notebook says it is": (
        {"a": "__file__ = 'a.py'", "b": "print(__file__)"},
        {"a": "__file__ = 'b.py'"}, ["a", "b"],
    ),
    "the order of a set of tuples": (
        {"a": "x = {(n,) for n in (1, 2, 33)}", "b": "print(x)"},
        {"a": "x = {(n,) for n in range(99)}\nx -= {*x} - {(1,), (2,), (33,)}"}, ["a", "b"],
    ),
    "the order of what a set is yet to hold": (
        {"a": "x = {*range(990, 999)}", "b": "x |= {5, 64, 128, 7, 96}\nprint(x)"},
        {"a": "x = {*range(999)}\nx -= {*range(990)}"}, ["a", "b"],
    ),
    "a NumPy type of the same size": (
        {"a": "import numpy as np\nx = np.longlong(1)", "b": "print(type(x))"},
        {"a": "import numpy as np\nx = np.int64(1)"}, ["a", "b"],
    ),
    "a library that is missing for a while": (
        {"a": "import sys\nimport numpy as np\nx = np.arange(3)",
         "b": "sys.modules['numpy'] = None\nprint(type(x))",
         "c": "sys.modules['numpy'] = np\nprint(x)"},
        {"c": "sys.modules['numpy'] = np\nprint(x + 1)"}, ["c"],
    ),
    "what a NumPy view doesn't show": (
        {"a": "import numpy as np\nx = np.array([0, 1, 2])[1:]", "b": "print(x.base)"},
        {"a": "import numpy as np\nx = np.array([9, 1, 2])[1:]"}, ["a", "b"],
    ),
    "what a library has made, in whose place there is something else": (
        {"a": "import numpy\nx = numpy.zeros(2)\ndel numpy", "b": "x = [7]\nprint(x)"},
        {"a": "x = 1"}, ["a"],
    ),
    "what a NumPy type holds": (
        {"a": "import numpy as np\nx = np.zeros(2, np.dtype('i4', metadata={'unit': 'm'}))",
         "b": "print(x.dtype.metadata)"},
        {"a": "import numpy as np\nx = np.zeros(2, np.dtype('i4', metadata={'unit': 'km'}))"},
        ["a", "b"],
    ),
    "a view that is a copy now": (
        {"a": "import numpy as np\nx = np.zeros(3)", "b": "v = x[1:]", "c": "v += 1",
         "d": "print(x)"},
        {"b": "v = x[1:].copy()"}, ["b", "c", "d"],
    ),
    "a container that holds a variable": (
        {"a": "x = [1]", "b": "d = {'x': x}", "c": "d['x'].append(2)", "d": "print(x)"},
        {"c": "d['x'].append(3)"}, ["c", "d"],
    ),
    "a method": (
        {"a": "class A:\n    def __init__(self):\n        self.n = 0\n"
              "    def add(self, k):\n        self.n += k", "b": "a = A()", "c": "a.add(1)",
         "d": "print(a.n)"},
        {"c": "a.add(2)"}, ["c", "d"],
    ),
    "a called function": (
        {"a": "def f():\n    return 1", "b": "x = f()", "c": "print(x)", "d": "print(2)"},
        {"a": "def f():\n    return 3"}, ["a", "b", "c"],
    ),
    "a function that reads a global": (
        {"a": "k = 1", "b": "def f():\n    return k", "c": "print(f())", "d": "print(2)"},
        {"a": "k = 2"}, ["a", "c"],
    ),
    "a function that sets a global": (
        {"a": "def f(n):\n    global k\n    k = n", "b": "f(1)", "c": "print(k)"},
        {"b": "f(2)"}, ["b", "c"],
    ),
    "a function that deletes a global": (
        {"a": "k = 1\ndef f():\n    global k\n    del k", "b": "f()",
         "c": "print('k' in globals())"},
        {"b": "pass"}, ["b", "c"],
    ),
    "a default argument": (
        {"a": "def f(x, seen=[]):\n    seen.append(x)\n    return seen", "b": "f(1);",
         "c": "print(f(2))"},
        {"b": "f(3);"}, ["b", "c"],
    ),
    "a class attribute": (
        {"a": "class A:\n    n = 0", "b": "a = A()", "c": "A.n = 1", "d": "print(a.n)"},
        {"c": "A.n = 2"}, ["c", "d"],
    ),
    "a class body": (
        {"a": "k = 1", "b": "class A:\n    n = k", "c": "print(A.n)"},
        {"a": "k = 2"}, ["a", "b", "c"],
    ),
    "a closure": (
        {"a": "def make():\n    n = 0\n    def f():\n        nonlocal n\n        n += 1\n"
              "        return n\n    return f", "b": "f = make()", "c": "f();", "d": "print(f())"},
        {"c": "f(); f();"}, ["c", "d"],
    ),
    "a lambda": (
        {"a": "f = lambda x: x + 1", "b": "print(f(1))", "c": "print(2)"},
        {"a": "f = lambda x: x + 2"}, ["a", "b"],
    ),
    "an iterator": (
        {"a": "i = iter([1, 2, 3, 4])", "b": "next(i);", "c": "print(next(i))"},
        {"b": "next(i); next(i);"}, ["b", "c"],
    ),
    "a generator": (
        {"a": "g = (n for n in range(9))", "b": "next(g);", "c": "print(next(g))"},
        {"b": "pass"}, ["b", "c"],
    ),
    "a random generator": (
        {"a": "import numpy as np\nrng = np.random.default_rng(0)", "b": "rng.normal();",
         "c": "print(rng.normal())"},
        {"b": "rng.normal(size=2);"}, ["b", "c"],
    ),
    "Python's random generator as an object": (
        {"a": "import random\nr = random.Random(1)", "b": "r.random();", "c": "print(r.random())"},
        {"b": "pass"}, ["b", "c"],
    ),
    "lru_cache": (
        {"a": "from functools import lru_cache\n@lru_cache\ndef f(x):\n    return x + 1",
         "b": "f(1);", "c": "print(f.cache_info())"},
        {"b": "f(2); f(3);"}, ["b", "c"],
    ),
    "eval": (
        {"a": "x = 1", "b": "print(eval('x'))", "c": "print(2)"},
        {"a": "x = 2"}, ["a", "b"],
    ),
    "a name made at run time": (
        {"a": "xy = 1", "b": "print(eval('x' + 'y'))", "c": "print(2)"},
        {"b": "print(eval('x' + 'y'), 1)"}, ["a", "b"],
    ),
    "exec": (
        {"a": "x = 1", "b": "exec('y = x + 1')", "c": "print(y)"},
        {"a": "x = 2"}, ["a", "b", "c"],
    ),
    "globals": (
        {"a": "x = 1", "b": "print(sorted(n for n in globals() if n[0] != '_'))"},
        {"a": "x = 1\nz = 2"}, ["a", "b"],
    ),
    "the module of the cells": (
        {"a": "x = 1", "b": "import __main__\nprint(__main__.x)"},
        {"a": "x = 2"}, ["a", "b"],
    ),
    "the last result": (
        {"a": "1 + 1", "b": "print(_)", "c": "print(2)"},
        {"a": "1 + 2"}, ["a", "b"],
    ),
    "a magic": (
        {"a": "x = 1", "b": "%who", "c": "print(2)"},
        {"a": "x = 1\ny = 2"}, ["a", "b"],
    ),
    "a star import": (
        {"a": "from math import *", "b": "print(floor(2.5))", "c": "print(2)"},
        {"a": "from math import *\nfloor = ceil"}, ["a", "b"],
    ),
    "a DataFrame": (
        {"a": "import pandas as pd\nd = pd.DataFrame({'a': [1, 2]})", "b": "d['b'] = d['a'] + 1",
         "c": "print(d)"},
        {"b": "d['b'] = d['a'] + 2"}, ["b", "c"],
    ),
    "an inline value": (
        {"a": "x = 1", "b": "#| output: false\nprint('`{python} x`')"},
        {"a": "x = 2"}, ["a"],
    ),
    "an exception that is kept": (
        {"a": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    kept = e",
         "b": "print(repr(kept))"},
        {"a": "try:\n    [][1]\nexcept IndexError as e:\n    kept = e"}, ["a", "b"],
    ),
    "hidden in an opaque object": (
        {"a": "import collections\nx = [1]\nm = map(x.append, [5, 6])", "b": "next(m);",
         "c": "print(x)"},
        {"b": "next(m); next(m);"}, ["b", "c"],
    ),
    "a swap": (
        {"a": "x = 1", "b": "x += 1", "c": "x *= 3", "d": "print(x)"},
        {"b": "x *= 3", "c": "x += 1"}, ["b", "c", "d"],
    ),
}  # fmt: skip

AMBIENT: dict[str, Case] = {
    "random": (
        {"a": "import random", "b": "random.random();", "c": "print(random.random())",
         "d": "print(3)"},
        {"b": "random.random(); random.random();"}, ["b", "c"],
    ),
    "random, only asked": (
        {"a": "import random", "b": "random.random();", "c": "print(random.getstate()[1][-1])"},
        {"b": "pass"}, ["b", "c"],
    ),
    "numpy.random": (
        {"a": "import numpy as np", "b": "np.random.rand();", "c": "print(np.random.rand())",
         "d": "print(np.pi)"},
        {"b": "np.random.rand(2);"}, ["b", "c"],
    ),
    "a seed": (
        {"a": "import numpy as np", "b": "np.random.seed(1)", "c": "print(np.random.rand())"},
        {"b": "np.random.seed(2)"}, ["b", "c"],
    ),
    "print options": (
        {"a": "import numpy as np", "b": "np.set_printoptions(precision=2);",
         "c": "print(np.array([1 / 3]))", "d": "print('d')"},
        {"b": "np.set_printoptions(precision=3);"}, ["b", "c"],
    ),
    "rcParams": (
        {"a": "import matplotlib as mpl", "b": "mpl.rcParams['lines.linewidth'] = 3",
         "c": "print(mpl.rcParams['lines.linewidth'])", "d": "print('d')"},
        {"b": "mpl.rcParams['lines.linewidth'] = 4"}, ["b", "c"],
    ),
    "open figures": (
        {"a": "import matplotlib.pyplot as plt", "b": "#| fig-alt: a\n#| output: false\n"
         "plt.plot([1]);", "c": "print(plt.get_fignums())"},
        {"b": "pass"}, ["b"],
    ),
    "a warning that was shown": (
        {"a": "import warnings\ndef f():\n    warnings.warn('again')", "b": "f()", "c": "f()"},
        {"b": "pass"}, ["b"],
    ),
    "warning filters": (
        {"a": "import warnings", "b": "warnings.simplefilter('ignore')", "c": "warnings.warn('w')"},
        {"b": "pass"}, ["b", "c"],
    ),
    "os.environ": (
        {"a": "import os", "b": "os.environ['LITPOST_TRY'] = '1'",
         "c": "print(os.environ.get('LITPOST_TRY'))"},
        {"b": "os.environ['LITPOST_TRY'] = '2'"}, ["b", "c"],
    ),
    "sys.path": (
        {"a": "import sys", "b": "sys.path.append('/nowhere')", "c": "print(sys.path[-1])"},
        {"b": "sys.path.append('/somewhere')"}, ["b", "c"],
    ),
    "the decimal context": (
        {"a": "import decimal", "b": "decimal.getcontext().prec = 3",
         "c": "print(decimal.Decimal(1) / 3)"},
        {"b": "decimal.getcontext().prec = 4"}, ["b", "c"],
    ),
    "a builtin that is replaced": (
        {"a": "import builtins", "b": "builtins.answer = 42", "c": "print(answer)"},
        {"b": "builtins.answer = '42!'"}, ["b", "c"],
    ),
}  # fmt: skip


def run_case(blog: Blog, scratch: Path, before: Tree, after: Tree) -> list[str]:
    before.lay(blog)
    first = build(blog)
    assert first.status == "built", first.message
    assert build(blog).ran == []
    after.lay(blog)
    return list(check(blog, scratch).ran)


def test_what_libraries_keep_among_the_builtins_is_no_change_of_them(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = {
        "a": "import builtins\nbuiltins.__pybind11_internals_v4__ = object()\nx = 1",
        "b": "print(x)",
        "c": "print(2)",
    }
    scratch = tmp_path_factory.mktemp("c")
    edits = {"b": "print(x, x)"}
    assert run_case(blog, scratch, Tree(cells), Tree({**cells, **edits})) == ["b"]


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> None:
    cells, edit, runs = VALUES[name]
    ran = run_case(blog, tmp_path_factory.mktemp("c"), Tree(cells), Tree({**cells, **edit}))
    assert sorted(ran) == sorted(runs)


@pytest.mark.parametrize("name", AMBIENT)
def test_ambient_state(name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> None:
    cells, edit, runs = AMBIENT[name]
    ran = run_case(blog, tmp_path_factory.mktemp("c"), Tree(cells), Tree({**cells, **edit}))
    assert sorted(ran) == sorted(runs)


STATES: dict[str, tuple[str, str, str]] = {
    "the garbage collector": ("import gc", "gc.disable()", "gc.isenabled()"),
    "its threshold": ("import gc", "gc.set_threshold(5, 6, 7)", "gc.get_threshold()"),
    "a hook": ("import sys", "sys.excepthook = print", "sys.excepthook is print"),
    "a hook of threads": (
        "import threading", "threading.excepthook = print", "threading.excepthook is print",
    ),
    "a profiler": ("import sys", "sys.setprofile(lambda *a: 0)", "sys.getprofile() is None"),
    "a limit": ("import sys", "sys.tracebacklimit = 2", "getattr(sys, 'tracebacklimit', 0)"),
    "a signal": (
        "import signal", "signal.signal(signal.SIGUSR1, signal.SIG_IGN);",
        "signal.getsignal(signal.SIGUSR1).name",
    ),
    "sockets": ("import socket", "socket.setdefaulttimeout(3)", "socket.getdefaulttimeout()"),
    "how processes start": (
        "import multiprocessing as mp", "mp.set_start_method('spawn')", "mp.get_start_method()",
    ),
    "a dialect": (
        "import csv", "csv.register_dialect('mine', delimiter='!')",
        "csv.get_dialect('mine').delimiter if 'mine' in csv.list_dialects() else 0",
    ),
    "names of levels": (
        "import logging", "logging.addLevelName(35, 'MINE')", "logging.getLevelName(35)",
    ),
    "an attribute of a module": ("import json", "json.mine = 3", "getattr(json, 'mine', 0)"),
    "an attribute that was replaced": (
        "import math", "math.tau = 6", "math.tau",
    ),
    "an attribute of a class": (
        "import fractions", "fractions.Fraction.mine = lambda self: 3",
        "hasattr(fractions.Fraction, 'mine')",
    ),
    "an attribute that is gone": (
        "import string", "del string.digits", "hasattr(string, 'digits')",
    ),
    "an attribute by its name": (
        "import json", "def f(module, name):\n    setattr(module, name, 3)\n\n\nf(json, 'mine')",
        "getattr(json, 'mine', 0)",
    ),
    "an attribute that the session's answers might need": (
        "import json", "json.JSONEncoder.item_separator = '; '\njson.dumps = json.loads = None\n"
        "open('out.txt', 'w').write('1');",
        "json.JSONEncoder.item_separator",
    ),
    "an attribute of a library's object": (
        "import reprlib", "reprlib.aRepr.maxlist = 2", "reprlib.repr([1, 2, 3, 4])",
    ),
    "an item of a library's object": (
        "import mimetypes\nmimetypes.init()", "mimetypes.types_map['.mine'] = 'a/b'",
        "mimetypes.types_map.get('.mine')",
    ),
    "an attribute, from a function": (
        "import json", "def f():\n    import json as j\n    j.mine = 3\n\n\nf()",
        "getattr(json, 'mine', 0)",
    ),
    "an attribute of a library's class, from pandas": (
        "import pandas as pd",
        "@pd.api.extensions.register_dataframe_accessor('mine')\nclass Mine:\n"
        "    def __init__(self, data):\n        pass",
        "hasattr(pd.DataFrame, 'mine')",
    ),
    "a colormap": (
        "import matplotlib as mpl\nfrom matplotlib.colors import ListedColormap",
        "mpl.colormaps.register(ListedColormap(['red', 'blue'], name='mine'))",
        "'mine' in mpl.colormaps",
    ),
    "a font": (
        "import matplotlib.font_manager as fm, matplotlib as mpl",
        "fm.fontManager.addfont(mpl.get_data_path() + '/fonts/ttf/cmb10.ttf')",
        "sum(entry.name == 'cmb10' for entry in fm.fontManager.ttflist)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_states_of_libraries(
    name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    imports, change, look = STATES[name]
    cells = {"a": imports, "b": change, "c": f"print({look})"}
    scratch = tmp_path_factory.mktemp("c")
    assert run_case(blog, scratch, Tree(cells), Tree(cells | {"c": f"print({look}, 0)"})) == ["c"]
    Tree({**cells, "b": "pass", "c": f"print({look}, 0)"}).lay(blog)
    assert list(check(blog, scratch).ran) == ["b", "c"]


def test_what_local_modules_set_in_libraries(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    helper = "import json\n\n\ndef patch(value):\n    json.mine = value\n"
    cells = {"a": "import json\nimport helper", "b": "helper.patch(1)", "c": "print(json.mine)"}
    before = Tree(cells, {"helper.py": helper})
    after = Tree({**cells, "b": "helper.patch(2)"}, {"helper.py": helper})
    assert run_case(blog, tmp_path_factory.mktemp("c"), before, after) == ["b", "c"]


def test_what_cells_set_in_their_own_objects_is_no_change_of_libraries(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = {
        "a": "class A:\n    pass\n\n\na = A()\na.x = 1\nA.y = 2\nsetattr(a, 'z', 3)",
        "b": "print('b')",
        "c": "print(a.x, a.z)",
    }
    edit = {"a": cells["a"].replace("= 1", "= 4")}
    ran = run_case(blog, tmp_path_factory.mktemp("c"), Tree(cells), Tree({**cells, **edit}))
    assert ran == ["a", "c"]


def test_imports_of_a_cell_that_runs_first_are_no_reason_to_run_all(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = {
        "a": "y = 1",
        "b": "import threading\nlock = threading.Lock()",
        "c": "print(lock.locked(), 1)",
    }
    after = Tree({**cells, "c": "print(lock.locked(), 2)"})
    assert run_case(blog, tmp_path_factory.mktemp("c"), Tree(cells), after) == ["c"]


def test_what_the_collector_passes_over_is_the_same_in_a_cell_that_runs_alone(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = {"a": "x = 1", "b": "import filecmp, gc\nprint(gc.get_freeze_count(), 1)"}
    after = Tree({**cells, "b": cells["b"].replace("1", "2")})
    assert run_case(blog, tmp_path_factory.mktemp("c"), Tree(cells), after) == ["b"]


FileCase = tuple[Cells, Mapping[str, str | None], Mapping[str, str | None], list[str]]

MODULES: dict[str, FileCase] = {
    "a submodule that wasn't there": (
        {"a": "try:\n    from pkg.sub import deep\nexcept ImportError as error:\n    print(error)",
         "b": "print(2)"},
        {"pkg/__init__.py": "", "pkg/sub/__init__.py": ""}, {"pkg/sub/deep.py": ""}, ["a"],
    ),
    "a function": (
        {"a": "import helper", "b": "print(helper.f(1))", "c": "print(2)"},
        HELPER, {"helper.py": HELPER["helper.py"].replace("K * x", "K + x")}, ["a", "b"],
    ),
    "a constant": (
        {"a": "from helper import f", "b": "print(f(1))", "c": "print(2)"},
        HELPER, {"helper.py": HELPER["helper.py"].replace("K = 2", "K = 3")}, ["a", "b"],
    ),
    "a class": (
        {"a": "from helper import A", "b": "print(A().n)", "c": "print(2)"},
        {"helper.py": "class A:\n    n = 1\n"}, {"helper.py": "class A:\n    n = 2\n"}, ["a", "b"],
    ),
    "an instance of its class": (
        {"a": "import helper", "b": "x = helper.A()", "c": "print(x.get())"},
        {"helper.py": "class A:\n    def get(self):\n        return 1\n"},
        {"helper.py": "class A:\n    def get(self):\n        return 2\n"}, ["a", "b", "c"],
    ),
    "a module that it imports": (
        {"a": "import helper", "b": "print(helper.f())", "c": "print(2)"},
        {"helper.py": "import other\ndef f():\n    return other.X\n", "other.py": "X = 1\n"},
        {"other.py": "X = 2\n"}, ["a", "b"],
    ),
    "an import inside a function": (
        {"a": "import helper", "b": "print(helper.f())", "c": "print(helper.g())"},
        {"helper.py": "def f():\n    import other\n    return other.X\ndef g():\n    return 1\n",
         "other.py": "X = 1\n"},
        {"other.py": "X = 2\n"}, ["b"],
    ),
    "importlib": (
        {"a": "import importlib", "b": "m = importlib.import_module('helper')", "c": "print(m.K)"},
        HELPER, {"helper.py": "K = 5\n"}, ["b", "c"],
    ),
    "a star import": (
        {"a": "from helper import *", "b": "print(K)", "c": "print(2)"},
        {"helper.py": "K = 1\n"}, {"helper.py": "K = 2\n"}, ["a", "b"],
    ),
    "a submodule of a package": (
        {"a": "from pkg import one, two", "b": "print(one.X)", "c": "print(two.X)"},
        {"pkg/__init__.py": "", "pkg/one.py": "X = 1\n", "pkg/two.py": "X = 1\n"},
        {"pkg/one.py": "X = 2\n"}, ["a", "b"],
    ),
    "a global that a cell has mutated": (
        {"a": "import helper", "b": "helper.f(1);", "c": "print(helper.CACHE)"},
        HELPER, {"helper.py": HELPER["helper.py"].replace("K = 2", "K = 7")}, ["a", "b", "c"],
    ),
    "a new file that shadows another": (
        {"a": "import colorsys", "b": "print(hasattr(colorsys, 'mine'))", "c": "print(2)"},
        {}, {"colorsys.py": "mine = 1\n"}, ["a", "b"],
    ),
    "a module that wasn't there": (
        {"a": "try:\n    import helper\n    x = helper.K\nexcept ImportError:\n    x = 0",
         "b": "print(x)"},
        {}, HELPER, ["a", "b"],
    ),
    "a module that was loaded by path": (
        {"a": "import importlib.util as u\ns = u.spec_from_file_location('m', 'lib/m.py')\n"
              "m = u.module_from_spec(s)\ns.loader.exec_module(m)\nx = m.X", "b": "print(x)"},
        {"lib/m.py": "X = 1\n"}, {"lib/m.py": "X = 2\n"}, ["a", "b"],
    ),
    "a module that is deleted once it was used": (
        {"a": "import helper", "b": "print(helper.f(1))\ndel helper"},
        HELPER, {"helper.py": HELPER["helper.py"].replace("K * x", "K + x")}, ["a", "b"],
    ),
    "a module that is unloaded once it was used": (
        {"a": "import helper, sys", "b": "print(helper.f(1))\ndel sys.modules['helper'], helper"},
        HELPER, {"helper.py": HELPER["helper.py"].replace("K * x", "K + x")}, ["a", "b"],
    ),
    "what leads to a module, and is deleted once it was used": (
        {"a": "from helper import f", "b": "print(f(1))\ndel f"},
        {**HELPER, "helper.py": "import other\ndef f(x):\n    return other.g(x)\n",
         "other.py": "def g(x):\n    return x\n"},
        {"other.py": "def g(x):\n    return -x\n"}, ["a", "b"],
    ),
    "runpy": (
        {"a": "import runpy\nx = runpy.run_path('script.py')['X']", "b": "print(x)"},
        {"script.py": "X = 1\n"}, {"script.py": "X = 2\n"}, ["a", "b"],
    ),
    "a module in another folder": (
        {"a": "import sys\nsys.path.insert(0, 'src')", "b": "import inner", "c": "print(inner.X)"},
        {"src/inner.py": "X = 1\n"}, {"src/inner.py": "X = 2\n"}, ["b", "c"],
    ),
}  # fmt: skip

FILES: dict[str, FileCase] = {
    "read by Python": (
        {"a": "text = open('d.txt').read()", "b": "print(text)", "c": "print(2)"},
        {"d.txt": "1"}, {"d.txt": "2"}, ["a", "b"],
    ),
    "read by pathlib": (
        {"a": "from pathlib import Path", "b": "print(Path('d.txt').read_text())"},
        {"d.txt": "1"}, {"d.txt": "2"}, ["b"],
    ),
    "read by NumPy": (
        {"a": "import numpy as np", "b": "print(np.loadtxt('d.txt'))", "c": "print(2)"},
        {"d.txt": "1 2"}, {"d.txt": "1 3"}, ["b"],
    ),
    "read by pandas": (
        {"a": "import pandas as pd", "b": "print(pd.read_csv('d.csv'))", "c": "print(2)"},
        {"d.csv": "a,b\n1,2\n"}, {"d.csv": "a,b\n1,3\n"}, ["b"],
    ),
    "deleted": (
        {"a": "try:\n    x = open('d.txt').read()\nexcept OSError:\n    x = 'none'",
         "b": "print(x)"},
        {"d.txt": "1"}, {"d.txt": None}, ["a", "b"],
    ),
    "new, where one was looked for": (
        {"a": "import os\nx = os.path.exists('d.txt')", "b": "print(x)"},
        {}, {"d.txt": "1"}, ["a", "b"],
    ),
    "added to a listed folder": (
        {"a": "import os\nnames = sorted(os.listdir('data'))", "b": "print(names)",
         "c": "print(2)"},
        {"data/a.txt": "1"}, {"data/b.txt": "1"}, ["a", "b"],
    ),
    "found by a pattern": (
        {"a": "import glob\nnames = sorted(glob.glob('data/*.txt'))", "b": "print(names)"},
        {"data/a.txt": "1"}, {"data/b.txt": "1"}, ["a", "b"],
    ),
    "of another size": (
        {"a": "import os\nn = os.path.getsize('d.txt')", "b": "print(n)"},
        {"d.txt": "1"}, {"d.txt": "12"}, ["a", "b"],
    ),
    "written by one cell, read by another": (
        {"a": "x = open('in.txt').read()", "b": "open('out.txt', 'w').write(x + '!');",
         "c": "print(open('out.txt').read())"},
        {"in.txt": "1"}, {"in.txt": "2"}, ["a", "b", "c"],
    ),
    "written by a cell, and removed": (
        {"a": "open('out.txt', 'w').write('1');", "b": "print(open('out.txt').read())"},
        {}, {"out.txt": None}, ["a"],
    ),
    "written by a cell, and edited": (
        {"a": "open('out.txt', 'w').write('1');", "b": "print(open('out.txt').read())"},
        {}, {"out.txt": "edited"}, ["a"],
    ),
    "in the working directory of another cell": (
        {"a": "import os", "b": "os.chdir(open('d.txt').read())",
         "c": "print(os.path.basename(os.getcwd()))", "d": "os.chdir('..')", "e": "print(1)"},
        {"d.txt": "one", "one/x": "", "two/x": ""}, {"d.txt": "two"}, ["b", "c", "d"],
    ),
    "that only C code reads": (
        {"a": "#| depends: d.txt\nx = 1", "b": "print(x)"},
        {"d.txt": "1"}, {"d.txt": "2"}, ["a"],
    ),
    "in a folder that only C code reads": (
        {"a": "#| depends: data\nx = 1", "b": "print(x)"},
        {"data/a.txt": "1"}, {"data/sub/b.txt": "2"}, ["a"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_modules(name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> None:
    cells, files, edit, runs = MODULES[name]
    scratch = tmp_path_factory.mktemp("c")
    assert sorted(run_case(blog, scratch, Tree(cells, files), Tree(cells, edit))) == sorted(runs)


@pytest.mark.parametrize("name", FILES)
def test_files(name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> None:
    cells, files, edit, runs = FILES[name]
    scratch = tmp_path_factory.mktemp("c")
    assert sorted(run_case(blog, scratch, Tree(cells, files), Tree(cells, edit))) == sorted(runs)


def test_a_file_that_was_only_touched_runs_nothing(blog: Blog) -> None:
    tree = Tree({"a": "import helper\nx = open('d.txt').read()"}, {**HELPER, "d.txt": "1"})
    tree.lay(blog)
    build(blog)
    for path in ("d.txt", "helper.py"):
        os.utime(blog.root / path)
    assert build(blog).ran == []


def test_what_a_library_makes_in_an_empty_home_runs_nothing_again(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    Tree({"a": "import matplotlib.pyplot"}).lay(blog)
    assert build(blog).ran == ["a"]
    assert (home / ".config/matplotlib").is_dir()
    assert build(blog).ran == []


def test_what_is_made_of_a_declared_file_is_made_again_as_it_was(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = "#| depends: d.txt\nit = iter({open('d.txt').read(): 1})"
    for last in ("print(1)", "print(next(it))"):
        Tree({"a": made, "b": "print(2)", "c": last}, {"d.txt": "1"}).lay(blog)
        built = check(blog, tmp_path_factory.mktemp("c"))
    assert built.asked == ["a", "c"]


@pytest.mark.parametrize(
    ("reads", "is_same"),
    [
        ({"v:x": "1", "f:d.txt": "2", "f:/far/lib.json": "3"}, True),
        ({"v:x": "1", "f:d.txt": "2"}, True),
        ({"v:x": "1", "f:d.txt": "2", "f:/far/other.json": "4"}, True),
        ({"v:x": "1", "f:d.txt": "2", "f:/far/lib.json": "4"}, False),
        ({"v:x": "1"}, False),
        ({"v:x": "1", "f:d.txt": "2", "f:e.txt": "4"}, False),
        ({"f:d.txt": "2"}, False),
    ],
)
def test_a_step_that_is_run_again_may_look_for_less_or_more_outside_of_the_project(
    reads: Mapping[str, str], is_same: bool
) -> None:
    known = {"v:x": "1", "f:d.txt": "2", "f:/far/lib.json": "3"}
    assert are_of_one_run(reads, known) == is_same


def test_a_step_repeats_another_run_that_has_loaded_what_is_there_by_now() -> None:
    first = Trace("a", writes={"v:x": "1", "m:hmac": LOADED})
    assert Trace("a", writes={"v:x": "1"}).repeats(first)
    assert not Trace("a", writes={"v:x": "2"}).repeats(first)
    assert not Trace("a", writes={"v:x": "1", "m:helper": "3"}).repeats(first)


@pytest.mark.parametrize(
    ("typo", "asked"),
    [
        ("print(n + )", ["b", "c"]),
        ("print(m)", ["b", "c"]),
        ("print([n][1])", ["b", "c", "a", "b", "c"]),
        ("if not n:\n    m = 1\nprint(m)", ["b", "c", "a", "b", "c"]),
        ("def f():\n    return m\nf()", ["b", "c"]),
        ("eval('n +')", ["b", "c", "a", "b", "c"]),
        ("n.m", ["b", "c", "a", "b", "c"]),
        ("import json\njson.loads(n)", ["b", "c", "a", "b", "c"]),
        ("import xml\nxml.dom", ["b", "c", "a", "b", "c"]),
    ],
)
def test_a_typo_has_only_that_run_again_which_its_cell_reads(
    typo: str, asked: Sequence[str], blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for last in ("print(n)", f"print(n)\n{typo}"):
        Tree({"a": "x = 1", "b": "n = int('2')", "c": last}).lay(blog)
        built = check(blog, tmp_path_factory.mktemp("c"))
    assert built.status == "failed"
    assert built.asked == asked


@pytest.mark.parametrize(
    "code",
    [
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    os.mkdir(f'{folder}/inner')\n"
        "    print(os.listdir(folder), list(os.scandir(f'{folder}/inner')))",
        "folder = Path(tempfile.mkdtemp())\n(folder / 'x').write_text('1')\n"
        "print(*(path.name for path in folder.rglob('*')))\nshutil.rmtree(folder)",
    ],
    ids=["with", "mkdtemp"],
)
def test_a_temporary_folder_has_no_cell_run_again(code: str, blog: Blog) -> None:
    imports = "import os, shutil, tempfile\nfrom pathlib import Path"
    Tree({"imports": imports, "code": code}).lay(blog)
    assert build(blog).ran == ["imports", "code"]
    assert build(blog).ran == []


def test_a_folder_outside_of_the_project_is_read_also_where_a_cell_makes_it_if_need_be(
    blog: Blog, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    code = f"os.makedirs({str(made)!r}, exist_ok=True)\nprint(os.listdir({str(made)!r}))"
    Tree({"imports": "import os", "code": code}).lay(blog)
    assert [build(blog).ran for _ in range(3)] == [["imports", "code"], ["code"], []]
    (made / "more").touch()
    assert build(blog).ran == ["code"]
    assert b"more" in b"".join(blog.files().values())


@pytest.mark.parametrize(
    ("first", "made", "shown"),
    [
        ("import pandas as pd", "V = pd.DataFrame({'a': [@@]})", "print(V)"),
        ("import pandas as pd", "V = pd.Series([@@, None], dtype='string')", "print(V)"),
        ("import pandas as pd", "V = pd.Series([@@], [pd.Timestamp(0, tz='UTC')])", "print(V)"),
        (
            "from dataclasses import dataclass, field",
            "@dataclass\nclass V:\n    x: int = @@\n    y: list = field(default_factory=list)",
            "print(V())",
        ),
        ("import enum", "class V(enum.Enum):\n    X = @@", "print(V.X.value)"),
        ("import enum", "class V(enum.Flag):\n    X = @@", "print(V.X.value)"),
        ("import functools", "@functools.cache\ndef V():\n    return @@\nV();", "print(V())"),
        ("import typing", "def V(x: typing.Optional[int] = @@):\n    return x", "print(V())"),
        ("import sqlite3", "V = [sqlite3.connect(':memory:'), @@]", "print(V[1])"),
        ("import sys", "def V(x=@@, file=sys.stdout):\n    print(x, file=file)", "V()"),
        (
            "import matplotlib.pyplot as plt",
            "#| output: false\nV, axes_V = plt.subplots()\naxes_V.plot([1, @@])",
            "print(axes_V.get_ylim())",
        ),
    ],
)  # fmt: skip
def test_values_share_nothing_because_a_library_has_it(
    first: str, made: str, shown: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def cells(number: int) -> dict[str, str]:
        one, other = made.replace("V", "one"), made.replace("V", "other")
        one, other = one.replace("@@", str(number)), other.replace("@@", "7")
        return {"first": first, "one": one, "other": other, "last": shown.replace("V", "one")}

    for number in (1, 2):
        Tree(cells(number)).lay(blog)
        built = check(blog, tmp_path_factory.mktemp("c"))
    assert built.ran == ["one", "last"]


DATA = Path(__file__).parent / "data"
FAULTS = tomllib.loads((DATA / "faults.toml").read_text())
FAULTS_WITH_LIBRARIES = tomllib.loads((DATA / "libraries.toml").read_text())


@pytest.mark.parametrize("name", FAULTS)
def test_former_faults(name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> None:
    case = FAULTS[name]
    cells, edit = case["cells"], case.get("edit", {})
    files, change = case.get("files", {}), case.get("change", {})
    scratch = tmp_path_factory.mktemp("c")
    last = list(cells)[-1]
    run_case(blog, scratch, Tree(cells, files), Tree({**cells, **edit}, change))
    shown = {**cells, **edit, last: f"{cells[last]}\nprint('more')"}
    Tree(shown, change).lay(blog)
    check(blog, scratch)
    Tree({**cells, last: shown[last]}, files).lay(blog)
    check(blog, scratch)


@pytest.mark.parametrize("name", FAULTS_WITH_LIBRARIES)
@pytest.mark.usefixtures("_libraries")
def test_former_faults_with_libraries(
    name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case = FAULTS_WITH_LIBRARIES[name]
    before = Tree(case["cells"], case.get("files", {}))
    after = Tree({**case["cells"], **case.get("edit", {})}, case.get("change", {}))
    run_case(blog, tmp_path_factory.mktemp("c"), before, after)


def test_files_that_tensorflow_opens_in_c_code_are_known(blog: Blog) -> None:
    """An edit of them has the cells run again; those that cells have written are none."""
    kinds = ("tensor", "lines", "file", "table", "bytes", "array")
    read = {f"{kind}.txt": "1" for kind in kinds}
    cells = {
        "libraries": "import keras\nimport tensorflow as tf",
        "tensor": "tf.io.read_file(tf.constant('tensor.txt'))",
        "lines": "tf.data.TextLineDataset(tf.constant(['lines.txt']))",
        "listed": "tf.data.Dataset.list_files('texts/*/1.txt')",
        "file": "with tf.io.gfile.GFile('file.txt', 'rb') as file:\n    file.read()",
        "folder": "keras.utils.text_dataset_from_directory('texts', label_mode=None)",
        "record": "with tf.io.TFRecordWriter('w.records') as writer:\n    writer.write(b'1')",
        "text": "tf.io.write_file('w.txt', 'x')",
        "table": "tf.data.experimental.CsvDataset(['table.txt'], [0.0])",
        "bytes": "tf.io.read_file(b'bytes.txt')",
        "array": "import numpy as np\ntf.data.TextLineDataset(np.array(['array.txt']))",
        "handle": "with tf.io.gfile.GFile('w.log', 'w') as file:\n    file.write('x')",
        "again": "[open(f'w.{end}', 'rb').read() for end in ('records', 'txt', 'log')]",
        "names": "tf.io.gfile.listdir('names'), tf.io.gfile.glob('images/*.png')",
    }
    there = {**read, "texts/one/1.txt": "text", "names/1.txt": "", "images/1.txt": ""}
    Tree(cells, there).lay(blog)
    assert build(blog).status == "built"
    assert blog.manifest()["files"].keys() == {*read, "texts/one/1.txt"}
    assert {"names", "images"} <= blog.manifest()["folders"].keys()
    assert build(blog).ran == []


def test_a_folder_that_cells_write_into_is_none_of_the_inputs(blog: Blog) -> None:
    cells = {
        "a": "import os\nos.makedirs('made', exist_ok=True)\nopen('made/1.txt', 'w').close()",
        "b": "print(os.listdir('made'), os.listdir('given'))",
    }
    Tree(cells, {"given/1.txt": ""}).lay(blog)
    assert build(blog).status == "built"
    assert blog.manifest()["folders"].keys() == {"given"}


SETTERS = """
import keras
import tensorflow as tf
from litpost.session.states import tensorflow_activity
for setter in (
    tf.experimental.numpy.experimental_enable_numpy_behavior,
    tf.debugging.enable_check_numerics,
    tf.debugging.disable_traceback_filtering,
    tf.data.experimental.enable_debug_mode,
    tf.compat.v1.disable_tensor_equality,
    tf.compat.v1.disable_control_flow_v2,
    lambda: tf.config.set_soft_device_placement(False),
    lambda: tf.config.optimizer.set_jit(True),
    lambda: tf.config.optimizer.set_experimental_options({"constant_folding": False}),
    lambda: tf.config.experimental.set_device_policy("explicit"),
    lambda: tf.config.experimental.enable_tensor_float_32_execution(False),
    lambda: tf.config.run_functions_eagerly(True),
    lambda: tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    ),
    tf.compat.v1.disable_eager_execution,
):
    _, before = tensorflow_activity()  # the other one counts what is made
    setter()
    assert tensorflow_activity()[1] != before, setter
"""


def test_settings_of_tensorflow_that_make_nothing_are_seen() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SETTERS], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def _libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let cells use what `make test` installs for them, which the repository's posts don't see."""
    folder = Path(sys.prefix, "libraries")
    assert folder.is_dir(), f"{folder} is missing: `make test` installs it from tests/libraries.txt"
    import_from(folder, monkeypatch)


def test_an_inline_value_may_set_something_in_a_library(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = {"a": "import json", "b": "print(json.mine)"}
    trees = (
        Tree(cells, texts={"a": f"It is `{{python}} setattr(json, 'mine', {n})`."}) for n in (1, 2)
    )
    assert run_case(blog, tmp_path_factory.mktemp("c"), *trees) == ["b"]


def test_a_cell_that_took_longer_than_is_allowed_now_runs_again(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    code = "import time\ntime.sleep(1)\nprint(1)"
    Tree({"a": code}).lay(blog)
    assert build(blog).status == "built"
    Tree({"a": f"#| timeout: 0.5\n{code}"}).lay(blog)
    built = check(blog, tmp_path_factory.mktemp("c"))
    assert built.status == "failed"
    assert "more than `timeout` allows" in built.because["a"]


def test_what_a_cell_shows_for_lack_of_others_is_not_in_the_post(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It is rendered already when it is found out that the cell has to run again."""
    drawn = random.Random(3).gauss()
    code = f"#| error: true\nm = __import__('ran' + 'dom')\nassert m.gauss() != {drawn!r}"
    scratch = tmp_path_factory.mktemp("c")
    for last in ("1", "2"):
        Tree({"a": "import random\nrandom.seed(3)", "b": f"{code}\nprint({last})"}).lay(blog)
        built = check(blog, scratch)
    assert built.asked == ["b", "a", "b"]


def test_the_post_is_rendered_once_as_soon_as_its_last_cell_has_run(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    render, keep = renderer.render, Execution._keep

    def rendering(*args: Any, **kwargs: Any) -> renderer.Rendered:
        done.append("rendered")
        return render(*args, **kwargs)

    def keeping(this: Execution, step: Step, trace: Trace) -> Trace:
        done.append(f"{step.key} is traced")
        return keep(this, step, trace)

    monkeypatch.setattr(renderer, "render", rendering)
    monkeypatch.setattr(Execution, "_keep", keeping)
    Tree({"a": "x = 1", "b": "print(x)"}).lay(blog)
    assert build(blog).status == "built"
    assert done == ["a is traced", "rendered", "b is traced"]


DEEP = "def f(x=1):\n    return f(x + 1)\n"


@pytest.mark.parametrize("ahead", ["", "import asyncio\nawait asyncio.sleep(0)\n"])
def test_how_deep_a_recursion_goes_does_not_depend_on_how_many_cells_have_run(
    ahead: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch = tmp_path_factory.mktemp("c")
    for count in (20, 0):
        cells = {f"x{n}": f"x{n} = {n}" for n in range(count)}
        Tree({**cells, "last": f"#| error: true\n{DEEP}{ahead}f()"}).lay(blog)
        built = check(blog, scratch)
    assert not built.asked


LOOKED_AT = "class A:\n    @property\n    def __class__(self):\n        raise {}\na = A()\n"


def test_values_that_raise_when_they_are_looked_at_are_told_by_what_their_cell_has_read(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch = tmp_path_factory.mktemp("c")
    cells = {"a": "x = 1", "b": LOOKED_AT.format("ValueError") + "a.x = x", "c": "print(a.x)"}
    ran = []
    for x in ("1", "2", "2"):
        Tree({**cells, "a": f"x = {x}"}).lay(blog)
        ran.append(check(blog, scratch).ran)
    assert ran == [["a", "b", "c"], ["a", "b", "c"], []]


def test_an_interrupt_as_values_are_looked_at_fails_even_if_the_cell_may(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    code = "#| error: true\n" + LOOKED_AT.format("KeyboardInterrupt") + "print(x)"
    for x in ("1", "2"):
        Tree({"a": f"x = {x}", "b": code}).lay(blog)
        built = check(blog, tmp_path_factory.mktemp("c"))
        assert built.ran == ["a", "b"]
        assert "KeyboardInterrupt: it came as litpost looked at what" in built.message


SWALLOWING = "try:\n    eval('long' + '_x')\nexcept BaseException:\n    {}"


@pytest.mark.parametrize(
    ("prose", "does", "status"),
    [
        ("![It](/mine.png)", "open('mine.png', 'w').close()", "failed"),
        ("", "display({'image/png': 'x'}, raw=True)", "built"),
    ],
    ids=["a file that is taken back", "an image that is none"],
)
def test_what_a_run_has_shown_that_is_thrown_away_is_in_nothing(
    prose: str, does: str, status: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for code in ("print(1)", f"#| fig-alt: x\n{SWALLOWING.format(does)}"):
        Tree({"a": "long_x = 1", "b": code}, texts={"b": prose}).lay(blog)
        built = check(blog, tmp_path_factory.mktemp("c"))
    assert built.status == status
    assert built.asked == ["b", "a", "b"]


def test_the_whole_environment_is_the_same_in_every_session(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tree({"a": "import os\nprint(os.environ)\nos.environ['MATPLOTLIBRC']"}).lay(blog)
    assert build(blog).ran == ["a"]
    turned = dict(reversed([*os.environ.items()]))
    monkeypatch.setattr("litpost.environment.os", SimpleNamespace(environ=turned))
    assert check(blog, tmp_path_factory.mktemp("c")).ran == []


def test_what_a_library_looks_for_is_its_own_affair(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keras looks for what it may work with: a post isn't made of that."""
    folder = user_site(tmp_path_factory.mktemp("base"), monkeypatch)
    asking = "import importlib.metadata\nNUMPY = importlib.metadata.version('numpy')\n"
    (folder / "litpost_asking.py").write_text(asking)
    blog.build(cell("import litpost_asking\nprint(litpost_asking.NUMPY)"))
    assert "numpy" not in blog.manifest()["versions"]
    blog.build(cell("import importlib.metadata\nprint(importlib.metadata.version('numpy'))"))
    assert "numpy" in blog.manifest()["versions"]
