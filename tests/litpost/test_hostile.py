"""Programs that look for what nobody has thought of: incremental and clean builds still agree.

Each case is cells, an edit of them, files, and a change of these. How much runs isn't told.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.litpost.blog import Blog
from tests.litpost.incremental import Tree, build, build_clean, check

Texts = Mapping[str, str]
CASES: dict[str, tuple[Texts, ...]] = {
    "a folder that becomes a package": (
        {
            "a": "#| error: true\nimport pkg",
        },
        {},
        {},
        {
            "pkg/note.txt": "",
        },
    ),
    "a folder that becomes a package in a package": (
        {
            "a": "#| error: true\nimport pkg.sub",
        },
        {},
        {
            "pkg/__init__.py": "",
        },
        {
            "pkg/sub/note.txt": "",
        },
    ),
    "a package in the place of a module": (
        {
            "a": "import helper",
            "b": "print(helper.f())",
        },
        {},
        {
            "helper.py": "def f():\n    return 1\n",
        },
        {
            "helper/__init__.py": "def f():\n    return 2\n",
        },
    ),
    "a package in the place of a module of a package": (
        {
            "a": "from pkg import one",
            "b": "print(one.f())",
        },
        {},
        {
            "pkg/__init__.py": "",
            "pkg/one.py": "def f():\n    return 1\n",
        },
        {
            "pkg/one/__init__.py": "def f():\n    return 2\n",
        },
    ),
    "a submodule that another cell has loaded": (
        {
            "a": "import xml",
            "b": "import xml.dom.minidom",
            "c": "print(xml.dom.minidom.parseString('<a/>').documentElement.tagName)",
        },
        {
            "c": "print(xml.dom.minidom.parseString('<b/>').documentElement.tagName)",
        },
    ),
    "set without change": (
        {
            "a": "x = 1",
            "b": "x = 1",
            "c": "print(x)",
        },
        {
            "a": "x = 2",
        },
    ),
    "seed without change": (
        {
            "a": "import numpy as np\nnp.random.seed(1)",
            "b": "np.random.seed(1)",
            "c": "print(np.random.rand())",
        },
        {
            "a": "import numpy as np\nnp.random.seed(2)",
        },
    ),
    "random seed without change": (
        {
            "a": "import random\nrandom.seed(1)",
            "b": "random.seed(1)",
            "c": "print(random.random())",
        },
        {
            "a": "import random\nrandom.seed(2)",
        },
    ),
    "a name that is set and deleted again": (
        {
            "a": "pass",
            "b": "for i in [1]: pass\ndel i",
            "c": "print('i' in globals())",
        },
        {
            "a": "i = 5",
        },
    ),
    "a name of an except clause": (
        {
            "a": "pass",
            "b": "try:\n    1/0\nexcept ZeroDivisionError as e:\n    pass",
            "c": "print('e' in globals())",
        },
        {
            "a": "e = 2.7",
        },
    ),
    "builtins value": (
        {
            "a": "import builtins",
            "b": "builtins.extra = 1",
            "c": "print(extra)",
        },
        {
            "b": "builtins.extra = 2",
        },
    ),
    "builtins lambda": (
        {
            "a": "import builtins",
            "b": "builtins.extra = lambda: 1",
            "c": "print(extra())",
        },
        {
            "b": "builtins.extra = lambda: 2",
        },
    ),
    "set order": (
        {
            "a": "s = {1, 9}",
            "b": "print(s)",
        },
        {
            "a": "s = {9, 1}",
        },
    ),
    "a module taken out of sys.modules": (
        {
            "a": "import helper\nhelper.K = 9",
            "b": "import sys\nsys.modules.pop('helper', None);",
            "c": "import helper\nprint(helper.K)",
        },
        {
            "b": "pass",
        },
        {
            "helper.py": "K = 2\n",
        },
    ),
    "a module that is in no file": (
        {
            "a": "import types\nm = types.ModuleType('m')",
            "b": "m.X = 5",
            "c": "print(m.X)",
        },
        {
            "b": "m.X = 6",
        },
    ),
    "a function with globals of its own": (
        {
            "a": "ns = {}\nexec('k = 1\\ndef f(): return k', ns)\nf = ns['f']",
            "b": "ns['k'] = 2",
            "c": "print(f())",
        },
        {
            "b": "ns['k'] = 3",
        },
    ),
    "function name": (
        {
            "a": "def f(): pass",
            "b": "f.__name__ = 'x'",
            "c": "print(f.__name__)",
        },
        {
            "b": "f.__name__ = 'y'",
        },
    ),
    "function doc": (
        {
            "a": "def f(): pass",
            "b": "f.__doc__ = 'x'",
            "c": "print(f.__doc__)",
        },
        {
            "b": "f.__doc__ = 'y'",
        },
    ),
    "the cause of an error": (
        {
            "a": "try:\n"
            "    raise KeyError(1) from ValueError(2)\n"
            "except KeyError as e:\n"
            "    kept = e",
            "b": "print(repr(kept.__cause__))",
        },
        {
            "a": "try:\n"
            "    raise KeyError(1) from ValueError(3)\n"
            "except KeyError as e:\n"
            "    kept = e",
        },
    ),
    "the lines of an error": (
        {
            "a": "def f(x):\n"
            "    if x:\n"
            "        return 1 / 0\n"
            "    return 1/ 0\n"
            "try:\n"
            "    f(1)\n"
            "except ZeroDivisionError as e:\n"
            "    kept = e",
            "b": "print(kept.__traceback__.tb_next.tb_lineno)",
        },
        {
            "a": "def f(x):\n"
            "    if x:\n"
            "        return 1 / 0\n"
            "    return 1/ 0\n"
            "try:\n"
            "    f(0)\n"
            "except ZeroDivisionError as e:\n"
            "    kept = e",
        },
    ),
    "a traceback that is printed": (
        {
            "a": "def f(x):\n"
            "    if x:\n"
            "        return 1 / 0\n"
            "    return 1/ 0\n"
            "try:\n"
            "    f(1)\n"
            "except ZeroDivisionError as e:\n"
            "    kept = e",
            "b": "import traceback\ntraceback.print_exception(kept)",
        },
        {
            "a": "def f(x):\n"
            "    if x:\n"
            "        return 1 / 0\n"
            "    return 1/ 0\n"
            "try:\n"
            "    f(0)\n"
            "except ZeroDivisionError as e:\n"
            "    kept = e",
        },
    ),
    "enum attr": (
        {
            "a": "import enum\nclass C(enum.Enum):\n    R = 1",
            "b": "C.R.note = 'x'",
            "c": "print(C.R.note)",
        },
        {
            "b": "C.R.note = 'y'",
        },
    ),
    "abc register": (
        {
            "a": "import abc\nclass A(abc.ABC): pass",
            "b": "A.register(int);",
            "c": "print(isinstance(1, A))",
        },
        {
            "b": "pass",
        },
    ),
    "subclasses": (
        {
            "a": "class A: pass",
            "b": "class B(A): pass",
            "c": "print([x.__name__ for x in A.__subclasses__()])",
        },
        {
            "b": "class B(A): pass\nclass C(A): pass",
        },
    ),
    "weakref": (
        {
            "a": "import weakref\nclass O: n = 0\no = O()\nr = weakref.ref(o)",
            "b": "r().n = 5",
            "c": "print(o.n)",
        },
        {
            "b": "r().n = 6",
        },
    ),
    "weak proxy": (
        {
            "a": "import weakref\nclass O: n = 0\no = O()\nr = weakref.proxy(o)",
            "b": "r.n = 5",
            "c": "print(o.n)",
        },
        {
            "b": "r.n = 6",
        },
    ),
    "weak dict": (
        {
            "a": "import weakref\nclass O: n = 0\no = O()\nr = weakref.WeakValueDictionary(o=o)",
            "b": "r['o'].n = 5",
            "c": "print(o.n)",
        },
        {
            "b": "r['o'].n = 6",
        },
    ),
    "a view of a masked array": (
        {
            "a": "import numpy as np\nm = np.ma.masked_array(np.zeros(3))\nv = m[1:]",
            "b": "v[0] = 5",
            "c": "print(m)",
        },
        {
            "b": "v[0] = 6",
        },
    ),
    "a view of a record array": (
        {
            "a": "import numpy as np\n"
            "m = np.rec.array(np.zeros(3, dtype=[('a', float)]))\n"
            "v = m[1:]",
            "b": "v['a'] = 5",
            "c": "print(m)",
        },
        {
            "b": "v['a'] = 6",
        },
    ),
    "an array that shows a bytearray": (
        {
            "a": "import numpy as np\nba = bytearray(8)\nv = np.frombuffer(ba, dtype='u1')",
            "b": "v[0] = 5",
            "c": "print(ba)",
        },
        {
            "b": "v[0] = 6",
        },
    ),
    "memoryview": (
        {
            "a": "ba = bytearray(8)\nv = memoryview(ba)",
            "b": "v[0] = 5",
            "c": "print(ba)",
        },
        {
            "b": "v[0] = 6",
        },
    ),
    "dunder variable": (
        {
            "a": "__version__ = '1'",
            "b": "print(__version__)",
        },
        {
            "a": "__version__ = '2'",
        },
    ),
    "annotations": (
        {
            "a": "x: int = 1",
            "b": "print(__annotations__)",
        },
        {
            "a": "y: int = 1",
        },
    ),
    "the docstring of the cells": (
        {
            "a": "__doc__ = 'a'",
            "b": "print(__doc__)",
        },
        {
            "a": "__doc__ = 'b'",
        },
    ),
    "logging format": (
        {
            "a": "import logging",
            "b": "logging.basicConfig(format='A %(message)s')",
            "c": "logging.warning('x')",
        },
        {
            "b": "logging.basicConfig(format='B %(message)s')",
        },
    ),
    "logging handler to list": (
        {
            "a": "import logging\n"
            "x = []\n"
            "class H(logging.Handler):\n"
            "    def emit(self, r):\n"
            "        x.append(r.msg)\n"
            "logging.getLogger('q').addHandler(H())",
            "b": "logging.getLogger('q').warning('1')",
            "c": "print(x)",
        },
        {
            "b": "logging.getLogger('q').warning('2')",
        },
    ),
    "a warning to be shown once": (
        {
            "a": "import warnings\nwarnings.simplefilter('once')",
            "b": "warnings.warn('w')",
            "c": "warnings.warn('w')",
        },
        {
            "b": "pass",
        },
    ),
    "print formatter": (
        {
            "a": "import numpy as np",
            "b": "np.set_printoptions(formatter={'float_kind': lambda x: 'A%.1f' % x})",
            "c": "print(np.ones(2))",
        },
        {
            "b": "np.set_printoptions(formatter={'float_kind': lambda x: 'B%.1f' % x})",
        },
    ),
    "pandas format": (
        {
            "a": "import pandas as pd",
            "b": "pd.set_option('display.float_format', '{:.2f}'.format)",
            "c": "print(pd.DataFrame({'a':[1/3]}))",
        },
        {
            "b": "pd.set_option('display.float_format', '{:.3f}'.format)",
        },
    ),
    "where a link leads": (
        {
            "a": "import os\n"
            "from pathlib import Path\n"
            "Path('l').unlink(missing_ok=True)\n"
            "os.symlink(open('d.txt').read(), 'l')",
            "b": "print(Path('l').resolve().name, os.readlink('l'))",
        },
        {},
        {
            "d.txt": "one",
            "one": "1",
            "two": "1",
        },
        {
            "d.txt": "two",
        },
    ),
    "sizes in a scanned folder": (
        {
            "a": "import os\nprint([(e.name, e.stat().st_size) for e in os.scandir('data')])",
        },
        {},
        {
            "data/a": "1",
        },
        {
            "data/a": "12",
        },
    ),
    "data of a package": (
        {
            "a": "import pkgutil\nprint(pkgutil.get_data('pkg', 'x.txt'))",
        },
        {},
        {
            "pkg/__init__.py": "",
            "pkg/x.txt": "1",
        },
        {
            "pkg/x.txt": "2",
        },
    ),
    "a module that was only looked for": (
        {
            "a": "import importlib.util\nprint(importlib.util.find_spec('helper') is None)",
        },
        {},
        {},
        {
            "helper.py": "1",
        },
    ),
    "an opaque value made by a program": (
        {
            "a": "import subprocess\no = subprocess.run(['cat','d.txt'],capture_output=True)",
            "b": "print(o.stdout)",
        },
        {},
        {
            "d.txt": "1",
        },
        {
            "d.txt": "2",
        },
    ),
    "an opaque value made from a declared file": (
        {
            "a": "#| depends: d.txt\n"
            "import subprocess\n"
            "o = subprocess.run(['cat','d.txt'],capture_output=True)",
            "b": "print(o.stdout)",
        },
        {},
        {
            "d.txt": "1",
        },
        {
            "d.txt": "2",
        },
    ),
    "a file held open": (
        {
            "a": "file = open('out.txt','w')",
            "b": "print(5, file=file, flush=True)",
            "c": "print(open('out.txt').read())",
        },
        {
            "c": "print(open('out.txt').read(), 1)",
        },
    ),
    "a file that is appended to": (
        {
            "a": "print(open('out.txt','a').write('x'))",
            "b": "print(open('out.txt').read())",
        },
        {},
    ),
    "a file renamed": (
        {
            "a": "#| error: true\nimport os\nos.rename('d.txt','e.txt')",
            "b": "print(open('e.txt').read())",
        },
        {},
        {
            "d.txt": "1",
        },
    ),
    "a file removed": (
        {
            "a": "#| error: true\nimport os\nos.remove('d.txt')",
        },
        {},
        {
            "d.txt": "1",
        },
    ),
    "a folder made": (
        {
            "a": "#| error: true\nimport os\nos.mkdir('d')",
        },
        {},
    ),
    "a file overwritten between a reader and who needs it": (
        {
            "a": "x = open('out.txt').read()",
            "b": "open('out.txt','w').write('S');",
            "c": "print(x)",
        },
        {
            "b": "open('out.txt','w').write('T');",
            "c": "print(x, 1)",
        },
        {
            "out.txt": "S",
        },
    ),
    "overwrite, rerun 2": (
        {
            "a": "x = open('out.txt').read()",
            "b": "open('out.txt','w').write('S');",
            "c": "print(eval('x'))",
        },
        {
            "b": "open('out.txt','w').write('T');",
            "c": "print(eval('x'), 1)",
        },
        {
            "out.txt": "S",
        },
    ),
    "a file in a folder that isn't there": (
        {
            "a": "#| error: true\nopen('sub/x.txt','w').write('1');",
        },
        {},
        {},
        {
            "sub/y": "1",
        },
    ),
    "folder to file": (
        {
            "a": "import os\nprint(os.path.isdir('q'), os.path.isfile('q'))",
        },
        {},
        {
            "q": "1",
        },
        {},
    ),
    "the environment as bytes": (
        {
            "a": "import os\nos.environ['QQ']='1'",
            "b": "print(os.environb.get(b'QQ'))",
        },
        {
            "a": "import os\nos.environ['QQ']='2'",
        },
    ),
    "generator local": (
        {
            "a": "xs = []\n"
            "def g(l):\n"
            "    while True:\n"
            "        l.append(1)\n"
            "        yield\n"
            "it = g(xs)",
            "b": "next(it)",
            "c": "print(xs)",
        },
        {
            "b": "next(it); next(it)",
        },
    ),
    "partial": (
        {
            "a": "import functools\nxs = []\nf = functools.partial(xs.append, 1)",
            "b": "f()",
            "c": "print(xs)",
        },
        {
            "b": "f(); f()",
        },
    ),
    "singledispatch": (
        {
            "a": "import functools\n@functools.singledispatch\ndef f(x): return 'o'",
            "b": "@f.register\ndef _i(x: int): return 'i'",
            "c": "print(f(1))",
        },
        {
            "b": "@f.register\ndef _i(x: int): return 'j'",
        },
    ),
    "dataclass": (
        {
            "a": "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\np = P(1)",
            "b": "p.x = 2",
            "c": "print(p)",
        },
        {
            "b": "p.x = 3",
        },
    ),
    "contextvar": (
        {
            "a": "import contextvars\ncv = contextvars.ContextVar('cv')\ncv.set([1]);",
            "b": "cv.get().append(2)",
            "c": "print(cv.get())",
        },
        {
            "b": "cv.get().append(3)",
        },
    ),
    "threading.local": (
        {
            "a": "import threading\nl = threading.local()\nl.x = 1",
            "b": "l.x = 2",
            "c": "print(l.x)",
        },
        {
            "b": "l.x = 3",
        },
    ),
    "pickle": (
        {
            "a": "import pickle\nclass A: n = 1\npickle.dump(A(), open('o.pkl','wb'))",
            "b": "print(pickle.load(open('o.pkl','rb')).n)",
        },
        {
            "a": "import pickle\nclass A: n = 2\npickle.dump(A(), open('o.pkl','wb'))",
        },
    ),
    "style": (
        {
            "a": "import matplotlib.pyplot as plt",
            "b": "plt.style.use('ggplot')",
            "c": "print(plt.rcParams['axes.grid'])",
        },
        {
            "b": "plt.style.use('default')",
        },
    ),
    "locale": (
        {
            "a": "import locale",
            "b": "locale.setlocale(locale.LC_ALL, 'C');",
            "c": "print(locale.setlocale(locale.LC_ALL))",
        },
        {
            "b": "pass",
        },
    ),
    "a module in an archive": (
        {
            "a": "import zipfile\n"
            "z = zipfile.ZipFile('lib.zip','w')\n"
            "z.writestr(zipfile.ZipInfo('zm.py'), open('d.txt').read())\n"
            "z.close()",
            "b": "import sys\nsys.path.insert(0,'lib.zip')\nimport zm",
            "c": "print(zm.f())",
        },
        {},
        {
            "d.txt": "def f():\n    return 1\n",
        },
        {
            "d.txt": "def f():\n    return 2\n",
        },
    ),
    "append, wrong guess": (
        {
            "a": "open('out.txt','a').write('1');",
            "z": "zz = 1",
            "c": "print(eval('z' + 'z'), open('out.txt').read())",
        },
        {
            "c": "print(eval('z' + 'z'), open('out.txt').read(), 2)",
        },
    ),
    "rename, wrong guess": (
        {
            "a": "import os, shutil\n"
            "shutil.rmtree('e', ignore_errors=True)\n"
            "os.mkdir('d')\n"
            "open('d/x','w').write('1')\n"
            "os.rename('d','e')",
            "z": "zz = 1",
            "c": "print(eval('z' + 'z'), os.listdir('e'))",
        },
        {
            "c": "print(eval('z' + 'z'), os.listdir('e'), 2)",
        },
    ),
    "a folder removed with its files, wrong guess": (
        {
            "a": "print(open('data/1.txt').read())",
            "z": "zz = 1",
            "c": "import shutil\nshutil.rmtree('data')\nprint(eval('z' + 'z'))",
        },
        {
            "c": "import shutil\nshutil.rmtree('data')\nprint(eval('z' + 'z'), 2)",
        },
        {
            "data/1.txt": "1",
        },
        {
            "data/1.txt": "1",
        },
    ),
    "a folder removed that others make": (
        {
            "a": "#| error: true\nimport shutil\nshutil.rmtree('sub')",
            "b": "import os\nos.makedirs('sub/a', exist_ok=True)",
        },
        {},
    ),
    "a link copied as a link": (
        {
            "a": "import os, shutil\nos.path.lexists('l') or os.symlink('d.txt', 'l')\n"
            "shutil.copy2('l', 'm', follow_symlinks=False)",
            "b": "print(os.readlink('m'), open('m').read())",
        },
        {},
        {
            "d.txt": "1",
        },
        {
            "d.txt": "2",
        },
    ),
    "a file that NumPy opens": (
        {
            "a": "import numpy as np\nnp.array([1, 2], 'u1').tofile('m.bin')",
            "b": "print(np.fromfile('m.bin', 'u1'), np.fromfile('d.bin', 'u1'))",
        },
        {
            "a": "import numpy as np\nnp.array([1, 3], 'u1').tofile('m.bin')",
        },
        {
            "d.bin": "1",
        },
        {
            "d.bin": "2",
        },
    ),
    "a builtin that a class body finds replaced": (
        {
            "a": "open = 1",
            "b": "class A:\n    n = open\nprint(A.n)",
        },
        {
            "a": "open = 2",
        },
    ),
    "the time zone": (
        {
            "a": "import os, time\nos.environ['TZ'] = 'Asia/Seoul'",
            "b": "time.tzset()",
            "c": "print(time.localtime(0).tm_hour)",
        },
        {
            "b": "pass",
        },
    ),
    "how a warning is shown": (
        {
            "a": "import logging, warnings",
            "b": "logging.captureWarnings(True)",
            "c": "warnings.warn('careful')",
        },
        {
            "b": "pass",
        },
    ),
    "the version of a module": (
        {
            "a": "import helper",
            "b": "helper.__version__ = '2'",
            "c": "print(helper.__version__)",
        },
        {
            "b": "helper.__version__ = '3'",
        },
        {
            "helper.py": "__version__ = '1'\n",
        },
    ),
    "a proxy of a dictionary": (
        {
            "a": "import types\nd = {'a': 1}\np = types.MappingProxyType(d)",
            "b": "d['b'] = 2",
            "c": "print(p)",
        },
        {
            "b": "d['b'] = 3",
        },
    ),
    "the variables of a class": (
        {
            "a": "class A:\n    n = 1\np = A.__dict__",
            "b": "A.n = 2",
            "c": "print(p['n'])",
        },
        {
            "b": "A.n = 3",
        },
    ),
    "what NumPy's iterators go through": (
        {
            "a": "import numpy as np\nu, v = np.zeros(2), np.zeros(2)\ni = u.flat\n"
            "j = np.nditer(v, op_flags=['readwrite'])",
            "b": "i[0] = 5\nfor x in j:\n    x[...] = 7",
            "c": "print(u, v)",
        },
        {
            "b": "i[0] = 6\nfor x in j:\n    x[...] = 8",
        },
    ),
    "a stream that is replaced": (
        {"a": "import io, sys", "b": "sys.stdout = io.StringIO()", "c": "print('seen')"},
        {"b": "pass"},
    ),
    "arguments": (
        {"a": "import sys", "b": "sys.argv.append('x')", "c": "print(sys.argv)"},
        {"b": "sys.argv.append('y')"},
    ),
    "a limit of the interpreter": (
        {
            "a": "import sys",
            "b": "sys.set_int_max_str_digits(5000)",
            "c": "print(sys.get_int_max_str_digits())",
        },
        {"b": "sys.set_int_max_str_digits(6000)"},
    ),
    "copyreg": (
        {
            "a": "import copy, copyreg\nclass A: n = 1",
            "b": "copyreg.pickle(A, lambda a: (str, ('x',)))",
            "c": "print(copy.copy(A()))",
        },
        {"b": "copyreg.pickle(A, lambda a: (str, ('y',)))"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_program(name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> None:
    cells, edit, files, change = (*CASES[name], {}, {})[:4]
    Tree(cells, files).lay(blog)
    first = build(blog)
    assert first.status == "built", first.message
    build(blog)
    Tree({**cells, **edit}, change).lay(blog)
    check(blog, tmp_path_factory.mktemp("clean"))


MODEL = {
    "a": "import torch\ntorch.manual_seed(0)\nmodel = torch.nn.Linear(2, 1)",
    "b": "state = model.state_dict()",
    "c": "loss = model(torch.ones(1, 2)).sum()",
    "d": "",
    "e": "with torch.no_grad():\n    for weight in model.parameters():\n"
         "        weight -= 0.1 * weight.grad",
    "f": "print(model.weight.grad)",
    "g": "print(state['weight'])",
}  # fmt: skip

LIBRARIES: dict[str, tuple[Texts, Texts]] = {
    "TensorFlow's seed, and Keras' counters of names": (
        {
            "a": "import keras, tensorflow as tf",
            "b": "tf.random.set_seed(1)",
            "c": "print(tf.random.uniform([1]).numpy())",
            "d": "keras.layers.Dense(1);",
            "e": "print(keras.layers.Dense(1).name)",
        },
        {"b": "tf.random.set_seed(2)", "d": "[keras.layers.Dense(1), keras.layers.Dense(1)];"},
    ),
    "PyTorch's seed and print options": (
        {
            "a": "import torch\ntorch.manual_seed(3);",
            "b": "torch.manual_seed(3);",
            "c": "torch.set_printoptions(precision=2)",
            "d": "print(torch.rand(2))",
        },
        {"a": "import torch\ntorch.manual_seed(4);", "c": "torch.set_printoptions(precision=3)"},
    ),
    "PyTorch's views": (
        {
            "a": "import torch\nx = torch.arange(6.0).reshape(2, 3)\nrow, flat = x[0], x.detach()",
            "b": "row += 1;",
            "c": "print(x)",
            "d": "flat *= 2;",
            "e": "print(row)",
        },
        {"b": "row += 2;", "d": "flat *= 3;"},
    ),
    "gradients of PyTorch, and weights that share memory": (
        {**MODEL, "d": "loss.backward()"},
        {"d": "(2 * loss).backward()"},
    ),
    "a cell that shows gradients of PyTorch": (
        {**MODEL, "d": "loss.backward()", "e": ""},
        {"f": "print('its gradient:', model.weight.grad)"},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LIBRARIES)
def test_the_state_of_a_large_library(
    name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells, edit = LIBRARIES[name]
    Tree(cells).lay(blog)
    first = build(blog)
    assert first.status == "built", first.message
    Tree({**cells, **edit}).lay(blog)
    check(blog, tmp_path_factory.mktemp("clean"))


def test_a_file_that_every_build_appends_to(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    code = "open('out.txt', 'a').write('x');"
    Tree({"a": code, "b": "print(open('out.txt').read())"}).lay(blog)
    for _ in range(3):
        clean = build_clean(blog, tmp_path_factory.mktemp("clean"))
        assert blog.litpost("build").returncode == 0
        assert blog.files() == clean.files
