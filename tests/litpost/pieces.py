"""Pieces of code that random programs are made of; ``{c}`` stands for a digit.

A program takes some kits. Those that load large libraries are taken less often: that takes time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kit:
    """Pieces that have to do with each other.

    Attributes
    ----------
    pieces
        Codes; each may stand in any cell. One that starts with ``%%`` is a cell by itself.
    setup
        Codes of the first cells, some of which are taken.
    base
        What every program that takes the kit starts with.
    files
        Files that are there at first, and are changed; each by its path.
    others
        Files that come and go.
    weight
        How often it is taken.
    """

    pieces: tuple[str, ...]
    setup: tuple[str, ...] = ()
    base: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    weight: int = 4


NAMES = Kit(
    (
        "pass", "n = {c}", "k = n", "n += {c}", "k = k * 2 + n", "xs = [{c}, n]", "ys = xs",
        "ys = list(xs)", "xs.append({c})", "ys.append(n)", "xs[0] = ys[-1] if ys else {c}",
        "xs += [{c}]", "xs, ys = ys, xs", "zs = dict(x=xs, y=ys)", "zs['x'].append({c})",
        "zs['n'] = n", "xs.append(xs)\nprint(len(xs))\nxs.pop()", "zs = (xs, (ys, n))",
        "import copy\nys = copy.copy(xs)", "import copy\nzs = copy.deepcopy(zs)", "print(xs)",
        "print(xs, ys)", "print(zs)", "print(n, k)", "xs", "n", "xs is ys", "print(_)", "_",
        "del n", "del xs", "del ys, zs", "print('n' in globals(), 'zs' in globals())",
        "for n in range({c}): pass", "if n > {c}:\n    ys = xs\nelse:\n    ys = [n]", "xs.sort()",
        "zs = {n: xs, k: {c}}", "m = memoryview(b := bytearray(3))\nm[0] = {c}\nprint(b)",
        "s = {n, k, {c}}", "print(s)", "t = s\nt.add(n)", "n: int = {c}",
        "print(f'{n=} {len(xs)}')", "(w := xs).append({c})", "print(w)",
        "[n := n + x for x in xs if type(x) is int][:2]", "n = 'text' * {c}",
        "n = {c} if k == {c} else k",
    ),
    (
        "xs = [1, 2]", "ys = xs", "ys = [{c}]", "zs = dict(x=xs, n={c})", "n = {c}", "k = n + {c}",
    ),
    "n = {c}\nk = {c}\nxs = [1, n]",
    others={"_config.yml": "repository: a/b{c}\n"},
)  # fmt: skip
FUNCTIONS = Kit(
    (
        "def f(x=1):\n    return x * {c}", "def f(x=1):\n    return x + n", "print(f())",
        "print(f({c}))", "def f(x=n):\n    return x - k", "f = lambda x={c}: x + len(xs)",
        "n = f(n)", "g = f", "def g(x={c}, seen=[]):\n    seen.append(x)\n    return len(seen)",
        "print(g())", "g();", "def g():\n    global n\n    n = {c}\n    return n",
        "def g():\n    return f() + f({c})", "g = lambda: [xs.append({c}), len(xs)][1]",
        "def make():\n    m = [{c}]\n    def h():\n        m[0] += n\n        return m[0]\n"
        "    return h\ng = make()",
        "def make():\n    m = {c}\n    def up():\n        nonlocal m\n        m += 1\n"
        "        return m\n    return up, lambda: m\nup, get = make()",
        "up();", "print(get())", "import functools\ng = functools.partial(f, {c})",
        "import functools\n@functools.lru_cache\ndef f(x=1):\n    return x + {c}",
        "import functools\n@functools.lru_cache\ndef f(x=1):\n    return x + n", "f.cache_clear()",
        "print(f.cache_info())", "f.mark = {c}", "print(f.mark)", "print([f(i) for i in range(3)])",
        "print(f.__name__, f.__defaults__)", "f.__defaults__ = ({c},)",
        "f.__code__ = (lambda x=1: x * {c}).__code__",
        "def wrap(h):\n    return lambda *a: [h(*a), {c}]\ng = wrap(f)",
        "def rec(x):\n    return x if x < 1 else rec(x - 1) + n\nprint(rec({c}))",
        "def f(x=1, *, d={'c': {c}}):\n    d['c'] += x\n    return d['c']",
        "def g():\n    global k\n    del k", "fs = [f, g]", "print(fs[0](1))",
        "import functools\n@functools.singledispatch\ndef g(x=1): return {c}",
        "@g.register\ndef _int(x: int): return [x, {c}]", "print(g(1), g('a'))",
        "import functools\nh = functools.reduce(lambda a, b: a + b, [n, {c}])\nprint(h)",
    ),
    (
        "def f(x=1):\n    return x + {c}", "def f(x=1):\n    return x + n",
        "def g(x=1):\n    return f(x) + {c}",
    ),
)  # fmt: skip
CLASSES = Kit(
    (
        "class A:\n    n = {c}\n    def __init__(self):\n        self.xs = xs\n"
        "    def add(self, x):\n        self.xs.append(x + n)\n        return self.xs",
        "o = A()", "o.add({c})", "A.n = {c}", "print(o.n, o.xs)", "o.xs = xs", "o.n = n",
        "o.n += 1", "class B(A):\n    k = {c}", "o = B()", "A.add = lambda self, x: [x, {c}]",
        "p = o", "print(type(o).__name__, isinstance(o, A))", "zs = [o, xs]", "p.n = {c}",
        "del A.n",
        "class A:\n    n = k\n    @property\n    def xs(self): return [self.n, {c}]\n"
        "    @classmethod\n    def up(cls): cls.n += 1\n    @staticmethod\n"
        "    def s(): return {c}",
        "A.up();", "print(A.n, A.s())", "o.up();", "setattr(o, 'n', {c})", "o.__class__ = A",
        "from dataclasses import dataclass, field\n@dataclass\nclass P:\n    x: int = {c}\n"
        "    y: list = field(default_factory=lambda: xs)\np = P(n)",
        "p.y.append({c})", "print(p)", "p.x = {c}",
        "import enum\nclass E(enum.Enum):\n    R = {c}\nprint(E.R)",
        "class S:\n    __slots__ = ('a',)\np = S()\np.a = xs", "p.a.append({c})", "print(p.a)",
        "class L(list):\n    k = {c}\nxs = L(xs)", "print(type(xs).__name__)", "o.method = o.add",
        "add = o.add", "add({c});", "print(vars(o))", "p = A.__dict__", "print(p['n'])",
        "q = vars(o)", "q['n'] = {c}",
        "class A:\n    n = {c}\n    def __repr__(self): return f'A of {self.n} and {n}'", "o",
        "print(o)", "class C:\n    def __init__(self): self.o = o\nc = C()", "c.o.n = {c}",
        "print(c.o.n)",
        "class M(type):\n    def __call__(cls): return [super().__call__(), {c}]\n"
        "class A(metaclass=M):\n    n = {c}",
        "import weakref\nr = weakref.ref(o)", "r().n = {c}", "print(r().n)",
    ),
    (
        "class A:\n    n = {c}\n    def __init__(self):\n        self.xs = []\n"
        "    def add(self, x):\n        self.xs.append(x + self.n)\n        return self.xs\n"
        "o = A()",
    ),
)  # fmt: skip
ITERATORS = Kit(
    (
        "it = iter([{c}, 2, 3, 4, 5])", "it = (x + {c} for x in range(20))", "it = iter(xs)",
        "print(next(it))", "next(it);", "print(next(it), next(it))",
        "print([x for _, x in zip(range(9), it)])", "it = map(lambda x: x + n, range({c}, 30))",
        "it = zip(xs, range({c}))", "jt = it",
        "def count(m):\n    while True:\n        m += n\n        yield m\nit = count({c})",
        "import itertools\nit, jt = itertools.tee(it)", "print(next(jt))", "next(jt);",
        "import itertools\nit = itertools.count({c})", "it = enumerate(xs)", "it = reversed(xs)",
        "def give():\n    m = 0\n    while True:\n        m = (yield m) or n\nit = give()\n"
        "next(it);",
        "print(it.send({c}))", "import itertools\nit = itertools.cycle([n, {c}])",
        "import itertools\nit = itertools.chain(it, [{c}])", "it = (x for x in xs if x != {c})",
        "zs = [it, xs]", "print(next(zs[0]))", "def g(i=it):\n    return next(i)", "print(g())",
        "for _, x in zip(range(9), it):\n    print(x)\n    if x == {c} or len(xs) < {c}: break",
    ),
    (
        "it = iter(range({c}, 30))", "it = iter(xs)",
    ),
)  # fmt: skip
RANDOM = Kit(
    (
        "random.seed({c})", "print(random.randrange(99))", "rng = random.Random({c})",
        "print(rng.randrange(99))", "rng.random();", "print(random.random())", "random.random();",
        "random.shuffle(xs)", "s = random.getstate()", "random.setstate(s)", "rng.seed({c})",
        "print(random.choice([1, 2, {c}]))", "rng.shuffle(xs)", "zs = [rng, xs]",
        "def roll():\n    return random.randrange(9)", "print(roll())", "roll();",
        "n = random.randrange({c}, 20)", "draw = rng.random", "print(draw())",
        "def g(r=random.Random({c})):\n    return r.randrange(99)", "print(g())",
        "from random import randint\nprint(randint(0, 99))", "s = rng.getstate()",
        "rng.setstate(s)",
    ),
    base="import random\nrng = random.Random({c})",
)  # fmt: skip
AT_RUN_TIME = Kit(
    (
        "exec('n = {c}')", "print(eval('n + 1'))", "exec('print(xs)')", "globals()['n'] = {c}",
        "print(globals().get('n'))", "print(sorted(x for x in globals() if len(x) < 3))",
        "print(sorted(x for x in dir() if len(x) == 1))", "from math import *\nprint(floor(2.5))",
        "floor = lambda x: {c}", "print(len([1]))", "len = lambda x: {c}", "del len",
        "import __main__\n__main__.n = {c}", "import __main__\nprint(__main__.n)",
        "exec('def f(x=1):\\n    return x * n + {c}')", "print(vars().get('k'))", "print(f())",
        "globals().update(k={c}, n=n)", "globals().pop('k', None);", "exec('del n')",
        "print(eval('x' + 's'))", "f = eval('lambda x=1: x + n')",
        "globals().setdefault('n', {c});", "code = compile('n += {c}', 'x', 'exec')", "exec(code)",
        "print(locals().get('xs'))",
        "space = {'n': {c}}\nexec('n += 1\\nf = lambda x=1: x + n', space)\nf = space['f']",
        "space['n'] = {c}", "exec('xs.append(n)')", "del globals()['n']",
        "print(len(globals()) > {c})", "for x in ('n', 'k'):\n    globals()[x] = {c}",
        "from string import *\nprint(digits[{c}])",
        "import importlib\nprint(importlib.import_module('math').floor({c}.5))",
        "print({x: y for x, y in globals().items() if len(x) == 1 and type(y) is int})",
        "import inspect\nprint(inspect.getsource(f))",
        "import sys\nsys.modules['__main__'].k = {c}",
    ),
)  # fmt: skip
HELPER = """import other

K = {c}
CACHE = {}

def f(x=1):
    CACHE[x] = K
    return K * x + other.X + {c}

def g():
    return len(other.L)

def h(x):
    x.append(K)

def late(x=1):
    import later
    return later.Z + x

class A:
    n = {c}
    def get(self):
        return self.n + K
"""
MODULES = Kit(
    (
        "import helper", "import helper\nprint(helper.K)", "from helper import *", "print(K)",
        "print(helper.f({c}))", "helper.f({c});", "print(helper.CACHE)", "helper.CACHE['c'] = {c}",
        "helper.K = {c}", "from helper import f", "from helper import CACHE as zs", "zs['z'] = {c}",
        "import other", "print(other.X)", "other.L.append({c})", "print(other.L)", "xs = other.L",
        "print(helper.g())", "o = helper.A()", "print(o.get())", "import other as helper",
        "helper.h(xs)", "import importlib, helper\nimportlib.reload(helper);", "helper.A.n = {c}",
        "import sys\nsys.modules.pop('helper', None);", "other.X += {c}", "o.n = {c}",
        "def f(x=1):\n    import other\n    return other.X + x", "print(f())",
        "import importlib\nm = importlib.import_module('helper')", "print(m.K)", "m.K = {c}",
        "print(helper.late({c}))", "from helper import late", "print(late())",
        "helper.f = lambda x=1: {c}", "class B(helper.A):\n    k = {c}\no = B()",
        "import colorsys\nprint(getattr(colorsys, 'mine', None))", "del helper.K",
        "try:\n    import extra\n    n = extra.Y\nexcept ImportError:\n    n = {c}",
        "import importlib.util\nprint(importlib.util.find_spec('extra') is None)",
        "print(sorted(x for x in vars(helper) if len(x) == 1))",
        "from other import L\nL.append({c})", "import later\nlater.Z = {c}",
        "print(helper.A().n, helper.A.__name__)",
        "import runpy\nn = runpy.run_path('other.py')['X']", "helper.extra = xs",
        "print(helper.extra)",
    ),
    (
        "import helper", "from helper import f", "import helper as m, other",
    ),
    files={"helper.py": HELPER, "other.py": "X = {c}\nL = [{c}]\n", "later.py": "Z = {c}\n"},
    others={
        "colorsys.py": "mine = {c}\n", "extra.py": "Y = {c}\n", "math.py": "raise ImportError\n",
        "other/__init__.py": "X = {c}\nL = [7]\n", "later/__init__.py": "Z = 1{c}\n",
    },
    weight=6,
)  # fmt: skip
PACKAGES = Kit(
    (
        "import pkg", "print(pkg.P)", "import pkg.one", "print(pkg.one.X)", "from pkg import two",
        "print(two.Y)", "two.S.append({c})", "print(two.S, two.total())", "pkg.P = {c}",
        "from pkg.one import double", "print(double({c}))", "from pkg import *", "print(P)",
        "import importlib\nm = importlib.import_module('pkg.two')", "print(m.Y)", "m.S.append(n)",
        "from pkg import one as m", "pkg.one.X = {c}",
        "def f(x=1):\n    from pkg.one import X\n    return X * x", "print(f())",
        "import pkg.sub.deep as deep\nprint(deep.D)", "from pkg.sub import deep", "deep.D = {c}",
        "print(deep.up())", "import pkg.sub.deep",
    ),
    (
        "import pkg", "from pkg import one, two", "import pkg.two",
    ),
    files={
        "pkg/__init__.py": "P = {c}\n__all__ = ['P']\n", "pkg/one.py": "from . import P\n"
        "X = {c}\ndef double(x):\n    return 2 * x + X\n",
        "pkg/two.py": "from .one import X\nY = X + {c}\nS = []\n"
        "def total():\n    return sum(S) + {c}\n",
        "pkg/sub/__init__.py": "# {c}\n", "pkg/sub/deep.py": "D = {c}\ndef up():\n"
        "    from ..two import Y\n    return Y + D\n",
    },
    others={"pkg/sub.py": "D = {c}\n", "pkg.py": "P = 1{c}\n", "pkg/one/__init__.py": "X = 1{c}\n"},
)  # fmt: skip
FILES = Kit(
    (
        "print(open('data.txt').read())", "n = len(open('data.txt').read())",
        "import os\nprint(os.path.exists('out.txt'))", "open('out.txt', 'w').write('{c}');",
        "open('out.txt', 'w').write(str(n));", "open('out.txt', 'a').write('{c}');",
        "print(open('out.txt').read()[-9:])", "print(Path('data.txt').read_text())",
        "import os\nprint(sorted(x for x in os.listdir('.') if x[0] not in '_.'))",
        "Path('out.txt').unlink(missing_ok=True)", "import os\nos.rename('out.txt', 'data2.txt')",
        "file = open('data.txt')", "print(file.readline())", "#| depends: data.txt\nprint(n)",
        "print(open('data2.txt').read())", "file = open('out.txt', 'w')", "file.close()",
        "print({c}, file=file, flush=True)", "with open('out.txt') as r: n = r.read()[-9:]",
        "import shutil\nshutil.copy('data.txt', 'copy.txt');",
        "print(Path('copy.txt').read_text())", "import os\nprint(os.path.getsize('data.txt'))",
        "import os\nprint(os.stat('data.txt').st_size)",
        "import json\njson.dump([n, {c}], open('out.txt', 'w'))", "file.seek(0);",
        "import json\nprint(json.load(open('out.txt')))", "text = Path('data.txt').read_text()",
        "print(text)", "import pickle\nPath('o.pkl').write_bytes(pickle.dumps(xs));",
        "import pickle\nxs = pickle.loads(Path('o.pkl').read_bytes())", "print(xs)",
        "import sqlite3\nbase = sqlite3.connect(':memory:')\n"
        "print(base.execute('select {c}').fetchone())",
        "with open('data.txt', 'r+') as r: r.write('{c}')",
        "import csv\nprint(list(csv.reader(open('data.txt'))))", "import os\nos.remove('copy.txt')",
        "import subprocess\nprint(subprocess.run(['cat', 'data.txt'], capture_output=True).stdout)",
        "#| depends: data.txt\nimport subprocess\n"
        "print(subprocess.run(['cat', 'data.txt'], capture_output=True).stdout)",
        "import os\nos.symlink('data.txt', 'link.txt')", "print(open('link.txt').read())",
        "import io\nfile = io.StringIO('{c}')",
        "import tempfile\nwith tempfile.TemporaryFile() as t:\n    print(t.write(b'{c}'))",
        "import filecmp\nprint(filecmp.cmp('data.txt', 'copy.txt'))",
    ),
    base="from pathlib import Path",
    files={"data.txt": "{c}{c}\n"},
    others={"data2.txt": "{c}\n", "out.txt": "{c}\n", "copy.txt": "{c}\n", "link.txt": "{c}\n"},
    weight=6,
)  # fmt: skip
FOLDERS = Kit(
    (
        "Path('sub').mkdir(exist_ok=True)\nPath('sub/{c}.txt').write_text('{c}');",
        "print(sorted(x.name for x in Path('sub').glob('*')))",
        "import os\nprint(sorted(os.listdir('data')))",
        "import glob\nprint(sorted(glob.glob('data/*.txt')))",
        "print(sorted(x.read_text() for x in Path('data').iterdir() if x.is_file()))",
        "import os\nprint(sorted(x.name for x in os.scandir('data') if x.is_dir()))",
        "import os\nprint([sorted(b + c) for a, b, c in os.walk('data')])",
        "Path('data/m{c}.txt').write_text(str(n));", "import shutil\nshutil.rmtree('sub')",
        "import os\nprint(os.path.isdir('sub'), os.path.isdir('data/3'))",
        "import os\nos.makedirs('sub/a')", "#| depends: data\nprint(n)",
        "print(len(list(Path('data').rglob('*'))))", "import os\nos.rename('sub', 'data/sub')",
        "print(Path('sub/1.txt').exists())", "import os\nos.chdir('data')",
        "import os\nif os.path.basename(os.getcwd()) == 'data':\n    os.chdir('..')",
        "import os\nos.rmdir('sub')", "import os\nprint(os.path.basename(os.getcwd()) == 'data')",
        "print(open('1.txt').read())", "n = sum(1 for _ in Path('data').iterdir())",
        "import shutil\nshutil.copytree('data', 'sub')",
        "import os\nprint(sorted(os.listdir('sub')))",
        "for x in Path('data').glob('m*'): x.unlink()",
    ),
    base="from pathlib import Path",
    files={"data/1.txt": "{c}\n"},
    others={"data/2.txt": "{c}\n", "data/3/x": "{c}\n", "sub/1.txt": "{c}\n", "sub/a/b": "{c}\n"},
)  # fmt: skip
AMBIENT = Kit(
    (
        "import os\nos.environ['LITPOST_C'] = '{c}'",
        "import os\nprint(os.environ.get('LITPOST_C'))",
        "import os\nos.environ.pop('LITPOST_C', None);",
        "import os\nprint('LITPOST_C' in os.environ)",
        "import warnings\nwarnings.warn('careful {c}')",
        "warnings.filterwarnings('ignore', 'f is')",
        "import warnings\nwarnings.simplefilter('ignore')",
        "import warnings\nwarnings.resetwarnings()",
        "import warnings\nwarnings.simplefilter('always')", "for _i in range(3): f()", "f();",
        "f();", "import warnings\ndef f(x=1):\n    warnings.warn('f is old')\n    return x",
        "import warnings\nwarnings.simplefilter('error')", "f();\nf();",
        "import decimal\ndecimal.getcontext().prec = {c} + 1",
        "import decimal\nprint(decimal.Decimal(1) / 3)", "import sys\nsys.path.append('{c}')",
        "import decimal\nwith decimal.localcontext() as d:\n    d.prec = {c} + 1\n"
        "    print(+decimal.Decimal('1.23456'))",
        "import sys\nprint(len(sys.path) > 9, sys.path[-1][-1])",
        "import sys\nsys.path.insert(0, 'lib')", "import builtins\nbuiltins.extra = {c}",
        "print(extra)", "import inlib\nprint(inlib.X)",
        "import sys\nsys.setrecursionlimit(900 + {c})",
        "import sys\nprint(sys.getrecursionlimit())",
        "import logging\nlogging.getLogger('x').setLevel({c} + 10)",
        "import logging\nprint(logging.getLogger('x').level)",
        "import locale\nlocale.setlocale(locale.LC_ALL, 'C');",
        "import logging\nlogging.warning('w {c}')",
        "import locale\nprint(locale.setlocale(locale.LC_ALL))",
        "import sys\nsys.argv.append('{c}')", "import sys\nprint(sys.argv)",
        "import gc\ngc.disable()", "import sys\nsys.displayhook = lambda x: print('shown', x)", "n",
        "n + {c}", "import sys\nprint(sys.flags.hash_randomization, hash('a') == hash('a'))",
        "import builtins\nbuiltins.print = builtins.print",
        "import contextvars\nv = contextvars.ContextVar('v', default={c})", "v.set(n);",
        "print(v.get())", "import time, os\nprint(time.tzname[0], os.environ['TZ'])",
        "import litpost\nprint(litpost.lang)", "import uuid\nprint(uuid.uuid4())",
        "import os, time\nos.environ['TZ'] = 'UTC{c}'", "import time\ntime.tzset()",
        "import time\nprint(time.localtime(0).tm_hour)",
        "import logging\nlogging.captureWarnings({c} > 4)",
    ),
    files={"lib/inlib.py": "X = {c}\n"},
)  # fmt: skip
ENVIRONMENT = Kit(
    (
        "import os\nprint(os.environ.get('LITPOST_D'))", "n = os.environ['LITPOST_D']", "import os",
        "print(os.getenv('LITPOST_E', 'none'))", "os.environ['LITPOST_D'] = '{c}'",
        "print(sorted(x for x in os.environ if x[:9] == 'LITPOST_D'))",
        "print('LITPOST_E' in os.environ)", "print(getenv(b'LITPOST_D'))",
        "n = getenv(b'LITPOST_D')", "del os.environ['LITPOST_D']",
        "print(os.path.expandvars('$LITPOST_D'))", "print(n)",
        "print(os.environb.get(b'LITPOST_D'))", "os.environ.setdefault('LITPOST_E', '{c}');",
        "print(dict(os.environ).get('LITPOST_D'))",
    ),
    base="import os, ctypes\ngetenv = ctypes.CDLL(None).getenv\ngetenv.restype = ctypes.c_char_p",
    weight=2,
)  # fmt: skip
FAILURES = Kit(
    (
        "1 / 0", "print(undefined)", "raise ValueError(n)", "assert n < {c}", "import nowhere",
        "try:\n    n = 1 / ({c} - 3)\nexcept ZeroDivisionError as e:\n    kept = e\n    n = 0",
        "print(repr(kept))", "try:\n    print(k)\nexcept NameError as e:\n    print(e)",
        "def f(x=1):\n    return x / (n - {c})", "f()", "def f(x=1):\n    raise KeyError(x)",
        "try:\n    f()\nexcept Exception as e:\n    kept = e", "print(kept.args, kept.__context__)",
        "import traceback\ntraceback.print_exception(kept)", "raise kept",
        "raise ValueError({c}) from kept", "print(kept.__traceback__.tb_lineno)", "xs[{c}]",
        "{}['{c}']", "n.nothing", "raise SystemExit({c})", "def f(x=1):\n    return f(x + 1)",
        "class Odd(Exception):\n    n = {c}\nkept = Odd(n)", "n = (", "n = {c}\n1 / 0\nk = {c}",
        "xs.append({c})\nraise IndexError('{c}')", "int('x{c}')",
        "import contextlib\nwith contextlib.suppress(NameError):\n    print(k)\n    del k",
        "print(n)  # => {c}", "n  # => {c}", "raise ExceptionGroup('e', [ValueError({c})])",
        "import sys\nprint(sys.exc_info()[0])",
        "import sys\nprint(getattr(sys, 'last_value', None))",
        "import sys\nprint('out'); print('err {c}', file=sys.stderr)\n1 / 0",
    ),
)  # fmt: skip
TIME_OUTS = Kit(
    (
        "#| timeout: 1\nwhile True: pass", "#| timeout: 1\nn = {c}\nwhile n: pass",
        "#| timeout: 1\nimport time\ntime.sleep(3 * (n == {c}))",
    ),
    weight=1,
)  # fmt: skip
MAGICS = Kit(
    (
        "%who", "%who_ls int", "%env LITPOST_M={c}", "%env LITPOST_M", "!echo {c}",
        "out = !echo $n", "print(out)", "%xdel n", "get_ipython().run_cell('n = {c}');",
        "%run script.py", "print(made)", "get_ipython().user_ns['n'] = {c}",
        "print(get_ipython().user_ns.get('k'))", "%pdoc f",
        "get_ipython().run_line_magic('who', '')", "%reset_selective -f ^k$", "%cd data", "%cd -",
        "%%capture out\nprint(n, {c})", "print(out.stdout)", "%%writefile out.txt\n{c}",
        "%matplotlib inline", "%%python\nprint({c})", "%reset -f", "%pycat script.py",
        "%alias_magic w who", "f?", "%psearch n*",
        "from IPython.display import display, Markdown\ndisplay(Markdown(f'*{n}*'))",
        "def f(): 'Doc {c}'", "get_ipython().push({'n': {c}})", "get_ipython().ex('k = n')",
        "print(get_ipython().ev('n'))", "from IPython.display import HTML\nHTML(f'<b>{n}</b>')",
        "print(open('out.txt').read())", "who", "%precision 2", "%lsmagic;", "%sx echo {c}",
        "%timeit -n1 -r1 -q n", "%unalias x",
    ),
    files={"script.py": "made = {c}\nprint(made)\n", "data/1.txt": "{c}\n"},
    others={"out.txt": "{c}\n"},
    weight=2,
)  # fmt: skip
LIBRARIES = Kit(
    (
        "json.mine = {c}",
        "print(getattr(json, 'mine', 0))",
        "vars(json).pop('mine', 0);",
        "if hasattr(json, 'mine'):\n    del json.mine",
        "json.mine = xs",
        "json.mine.append({c})",
        "def f(m, x={c}):\n    setattr(m, 'mine', x)",
        "f(json)",
        "f(json, n)",
        "def f(m):\n    import json as j\n    j.mine = {c}",
        "json.mine = lambda: n",
        "print(json.mine())",
        "json.JSONEncoder.mine = {c}",
        "print(json.JSONEncoder().mine)",
        "setattr(json.JSONEncoder, 'item_separator', ' {c} ')",
        "print(json.dumps([1, 2]))",
        "print(json.JSONEncoder().encode([1, n]))",
        "import reprlib\nreprlib.aRepr.maxlist = {c}",
        "import reprlib\nprint(reprlib.repr([n] * 9))",
        "import patching",
        "import patching\npatching.patch({c})",
        "import patching\npatching.patch(n)",
        "import gc\nprint(gc.isenabled(), gc.get_threshold())",
        "import gc\ngc.enable()",
        "import gc\ngc.disable()",
        "import gc\ngc.set_threshold(70{c})",
        "import sys\nsys.tracebacklimit = {c}",
        "import sys\nprint(getattr(sys, 'tracebacklimit', 'none'))",
        "import csv\ncsv.register_dialect('mine', delimiter='{c}')",
        "import csv\nprint(csv.list_dialects())",
        "import socket\nsocket.setdefaulttimeout({c})",
        "import socket\nprint(socket.getdefaulttimeout())",
        "import logging\nlogging.addLevelName(35, 'M{c}')",
        "import logging\nprint(logging.getLevelName(35))",
        "import sys\nsys.excepthook = f",
        "import sys\nprint(sys.excepthook is sys.__excepthook__)",
        "import mimetypes\nmimetypes.init()\nmimetypes.types_map['.mine'] = 'a/{c}'",
        "import mimetypes\nprint(mimetypes.guess_type('x.mine'))",
    ),
    base="import json",
    files={"patching.py": "import json\n\n\ndef patch(x):\n    json.mine = x + {c}\n"},
    weight=2,
)
NUMPY = Kit(
    (
        "u = np.arange(4.) * {c}", "v = u[1:]", "v = u[::2].copy()", "v[0] = {c}", "v += 1",
        "u *= n", "print(u)", "print(u, v)", "print(u.sum(), v.base is u)",
        "w = u.reshape(2, 2).T\nw[0] = {c}", "zs = dict(x=u, y=v)", "print(np.random.rand())",
        "np.random.seed({c})", "np.random.rand({c});", "np.set_printoptions(precision={c})",
        "print(np.array([1 / 3]))", "np.seterr(divide='ignore');", "print(np.array([1.]) / 0)",
        "gen = np.random.default_rng({c})", "print(gen.integers(99))", "gen.random();",
        "old = np.random.RandomState({c})", "print(old.rand())", "u.sort()", "u = u.copy()",
        "np.save('u.npy', u)", "print(np.load('u.npy'))", "print(np.loadtxt('numbers.txt'))",
        "del u", "np.savetxt('numbers2.txt', [n])", "print(np.genfromtxt('numbers2.txt'))",
        "w = v.view()\nw[-1] = {c}", "m = np.ma.masked_array(u, u > {c})", "print(m)", "m[0] = {c}",
        "r = np.zeros(2, [('a', int)])", "r['a'] += {c}", "print(r)",
        "q = np.array([xs, n], dtype=object)", "q[0].append({c})", "print(q)",
        "u.flags.writeable = False", "s = np.random.get_state()", "np.random.set_state(s)",
        "u[{c} % 4] = n", "print(np.random.default_rng({c}).random())", "np.random.shuffle(u)",
        "f = np.vectorize(lambda x: x + n)", "print(f([1, {c}]))",
        "with np.printoptions(precision=1): print(u / 3)", "it = np.nditer(u)\nprint(next(it))",
        "b = bytearray(8)\nv = np.frombuffer(b, 'u1')\nv[0] = {c}", "print(b)", "v[:] = 7",
        "np.fill_diagonal(w, {c})", "u = np.lib.stride_tricks.sliding_window_view(u, 2)",
        "u.shape = (2, 2)", "v = u.ravel()", "np.add(u, {c}, out=u);", "it = u.flat", "it[0] = {c}",
        "np.array([n, {c}]).tofile('u.bin')", "print(np.fromfile('u.bin', int))",
    ),
    (
        "v = u[1:]", "gen = np.random.default_rng({c})", "v = u.copy()",
    ),
    base="import numpy as np\nu = np.arange(4.) + {c}",
    files={"numbers.txt": "{c} {c}\n"},
    others={"numbers2.txt": "{c}\n"},
    weight=2,
)  # fmt: skip
PANDAS = Kit(
    (
        "df['b'] = df['a'] + {c}", "print(df)", "df", "df.loc[0, 'a'] = n", "s = df['a']",
        "print(s.sum())", "df = pd.read_csv('table.csv')",
        "pd.set_option('display.precision', {c})", "print(df / 3)", "e = df", "e['c'] = {c}",
        "e = df.copy()", "df.attrs['n'] = {c}", "print(df.attrs)", "df.index = [{c}, n]",
        "df.to_csv('out.csv')", "print(pd.read_csv('out.csv'))",
        "df.rename(columns={'a': 'z'}, inplace=True)", "del df['b']",
        "print(df.groupby('a').size())", "pd.reset_option('display.precision')",
        "print(df.sample(1, random_state={c}))", "df.drop(columns='a', inplace=True)",
        "print(list(df.columns))", "s = pd.Series([n, {c}])", "s.iloc[0] = {c}", "print(s)",
        "print(pd.Timestamp(2000 + {c}, 1, 1))", "for i, row in df.iterrows(): xs.append(i)",
        "df.loc[len(df)] = {c}", "g = df.groupby('a')", "print(g.ngroups)",
        "x = df.to_numpy()\nprint(x.shape)", "df.insert(0, 'k{c}', n)",
        "other = pd.DataFrame({'b': [1.5, {c}]})", "print(other)", "print(other.sum())",
        "pd.DataFrame.mine = lambda self: {c}", "print(df.mine())", "pd.Series.mine = n",
        "@pd.api.extensions.register_series_accessor('mine')\nclass Mine:\n"
        "    def __init__(self, of):\n        self.n = {c}", "print(df['a'].mine.n)",
    ),
    base="import pandas as pd\ndf = pd.DataFrame({'a': [1, {c}]})",
    files={"table.csv": "a,b\n{c},{c}\n"},
    others={"out.csv": "a\n{c}\n"},
    weight=1,
)  # fmt: skip
FIGURES = Kit(
    (
        "#| fig-alt: a\nplt.plot([1, {c}])", "#| fig-alt: a\n#| output: false\nplt.plot([n]);",
        "print(plt.get_fignums())", "plt.rcParams['lines.linewidth'] = {c} + 1", "plt.rcdefaults()",
        "print(plt.rcParams['lines.linewidth'])", "plt.style.use('ggplot')",
        "plt.style.use('default')", "print(plt.rcParams['axes.grid'])",
        "#| fig-alt: a\nfig, ax = plt.subplots()\nax.plot([{c}, 2])",
        "#| fig-alt: a\nother, axes = plt.subplots()\naxes.plot([{c}, 1])",
        "#| fig-alt: a\nother", "print(len(axes.lines), axes.get_ylim())",
        "#| fig-alt: a\nax.set_title('{c}')\nfig", "plt.close('all')", "print(len(ax.lines))",
        "#| fig-alt: a\n#| fig-width: 3\nplt.bar(range(2), [1, {c}])",
        "plt.rc('font', size={c} + 5)",
        "#| fig-alt: a\nwith plt.rc_context({'lines.linewidth': {c}}):\n    plt.plot([1, n])\n"
        "    plt.show()",
        "#| fig-alt: a\nplt.hist(xs);", "def draw():\n    plt.plot([{c}, n])",
        "#| fig-alt: a\ndraw()", "plt.Axes.mine = {c}", "print(getattr(plt.gca(), 'mine', 0))",
        "plt.close()", "import matplotlib as mpl, matplotlib.colors as c\n"
        "mpl.colormaps.register(c.ListedColormap(['r', 'C{c}'], 'mine'), force=True)",
        "#| fig-alt: a\nplt.imshow([[1, 2]], cmap='mine')",
    ),
    base="import matplotlib.pyplot as plt",
    weight=1,
)  # fmt: skip

_TWIN = (
    "@dataclass\nclass V:\n    x: int = {c}\n    y: list = field(default_factory=list)",
    "class V(enum.Enum):\n    X = {c}", "class V(enum.Flag):\n    X = {c}\n    Y = 64",
    "@functools.cache\ndef V(x={c}):\n    return x\nV();", "V = decimal.getcontext()",
    "def V(x: Optional[int] = {c}):\n    return x", "V = [sys.stdout, {c}]",
    "V = functools.partial(print, {c}, file=sys.stdout)", "V = [random.random, {c}]",
    "V = [sqlite3.connect(':memory:'), {c}]", "V = [logging.getLogger('{c}'), {c}]",
    "V = [logging.getLogger('x'), {c}]", "V = [re.compile('{c}'), {c}]", "V = [os.environ, {c}]",
    "V = {Point({c}), Point(6), Point(2)}", "V = {Path('{c}'), Path('i'), Path('j')}",
    "V = {Node({c}), Node(1)}", "V = [ZoneInfo('UTC'), {c}]", "V = lambda: {c}",
    "V = inspect.signature(lambda x={c}: x)", "V = argparse.ArgumentParser(prog='{c}')",
    "show(V)", "show(V)", "show(V)",
)  # fmt: skip
"""What shares objects of Python's library with another of its kind."""
TWINS = Kit(
    tuple(piece.replace("V", name) for piece in _TWIN for name in ("p", "q", "r")),
    base="""import argparse, decimal, enum, functools, inspect, logging, os, random, re
import sqlite3, sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Point:
    x: int


class Node:
    def __init__(self, x):
        self.x = x


def show(value):
    if isinstance(value, list):
        print(value[-1])
    elif isinstance(value, enum.EnumMeta):
        print([each.value for each in value])
    elif isinstance(value, set):
        is_by_place = any(isinstance(each, Node) for each in value)
        print(sorted(each.x for each in value) if is_by_place else [*map(str, value)])
    elif callable(value):
        print(value())
    else:
        print(getattr(value, "prog", value))


p, q, r = {c}, [1], {Node(2)}""",
    weight=3,
)

KITS = {
    "functions": FUNCTIONS, "classes": CLASSES, "iterators": ITERATORS, "random": RANDOM,
    "at run time": AT_RUN_TIME, "modules": MODULES, "packages": PACKAGES, "files": FILES,
    "folders": FOLDERS, "ambient": AMBIENT, "environment": ENVIRONMENT, "failures": FAILURES,
    "libraries": LIBRARIES, "time-outs": TIME_OUTS, "magics": MAGICS, "NumPy": NUMPY,
    "pandas": PANDAS, "figures": FIGURES, "twins": TWINS,
}  # fmt: skip
"""What a program takes some of, besides `NAMES`."""
DRAWN = [name for name, kit in KITS.items() for _ in range(kit.weight)]
OPTIONS = (
    "output: false", "echo: false", "include: false", "cache: false", "cache: document",
    "eval: false", "timeout: 60", "fold: true", "lst-cap: Code",
)  # fmt: skip
"""Options that a cell may have or lose."""
