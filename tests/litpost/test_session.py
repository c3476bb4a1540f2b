"""What cells show and how they fail, in real sessions."""

from __future__ import annotations

import pytest

from tests.litpost.blog import Blog, cell
from tests.litpost.running import Shown, failures, outputs, run_all, texts

SHOWN: list[tuple[str, Shown]] = [
    ("print('a')\nprint('b')", [("stdout", "a\nb\n")]),
    ("import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')",
     [("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c\n")]),
    ("1 + 1", [("result", "2")]),
    ("_ + 1", [("result", "3")]),
    ("3;", []),
    ("3; # a comment", []),
    ("'#';", []),
    ("'a;'  # b;", [("result", "'a;'")]),
    ("'#;'", [("result", "'#;'")]),
    ("x = 4  # a comment", []),
    ("None", []),
    ("", []),
    ("await __import__('asyncio').sleep(0, 5)", [("result", "5")]),
    ("async def six():\n    return 6\ntask = __import__('asyncio').create_task(six())\nawait task",
     [("result", "6")]),
    ("%precision 3\n3.14159", [("result", "3.142")]),
    ("%matplotlib inline", []),
    ("breakpoint()", []),
    ("f'{__name__} {sys.argv}'", [("result", "\"__main__ ['']\"")]),
    ("class A: pass\nA()", [("result", "<__main__.A at 0x…>")]),
    ("import pickle, __main__\ntype(pickle.loads(pickle.dumps(A()))) is A, __main__.x",
     [("result", "(True, 4)")]),
    ("from dataclasses import dataclass\n@dataclass\nclass P:\n    a: 'int' = 1\nP()",
     [("result", "P(a=1)")]),
    ("import inspect\ndef f():\n    return 1  # one\nprint(inspect.getsource(f))",
     [("stdout", "def f():\n    return 1  # one\n\n")]),
    ("import random\na = random.random()\nrandom.seed(0)\na == random.random()",
     [("result", "True")]),
]  # fmt: skip

BELOW: list[tuple[str, Shown]] = [
    ("import os\nprint('a')\nos.system('echo b; echo err >&2')\nprint('c')",
     [("stdout", "a\nb\n"), ("stderr", "err\n"), ("stdout", "c\n")]),
    ("import subprocess\nsubprocess.run(['echo', 'child']).returncode",
     [("stdout", "child\n"), ("result", "0")]),
    ("print('a', end='')\nos.system('printf b')\nprint('c')", [("stdout", "abc\n")]),
    ("import ctypes\nctypes.CDLL(None).puts(b'C')\nprint('Python')", [("stdout", "C\nPython\n")]),
    ("pid = os.fork()\nif not pid:\n    print('forked'); os._exit(0)\nos.waitpid(pid, 0);",
     [("stdout", "forked\n")]),
    ("if os.fork() == 0:\n    print('child')\nelse:\n    os.wait()\nprint('both')",
     [("stdout", "child\nboth\nboth\n")]),
    ("!echo shell", [("stdout", "shell\n")]),
    ("%%bash\necho bash", [("stdout", "bash\n")]),
    ("import sys\nsys.stdout.buffer.write(b'bytes\\n');", [("stdout", "bytes\n")]),
    ("for byte in '한'.encode():\n    sys.stdout.buffer.write(bytes([byte]))", [("stdout", "한")]),
    ("os.close(1)\nprint('closed')", [("stdout", "closed\n")]),
]  # fmt: skip

STABLE: list[tuple[str, Shown]] = [
    ("import os, sys\nos.getcwd() == sys.path[0]", [("result", "True")]),
    ("print(os.getcwd(), os.getcwd() + '/a.py')", [("stdout", ". a.py\n")]),
    ("print(os.__file__)", [("stdout", "os.py\n")]),
    ("print('<A at', hex(id(sys)), end='>')", [("stdout", "<A at 0x…>")]),
    ("print('\\ud800')", [("stdout", "\\ud800\n")]),
    ("print('10%\\r 20%\\r100%\\r\\n\\x1b[31mred\\x1b[0m \\0')", [("stdout", "100%\nred ␀\n")]),
    ("import warnings\nwarnings.warn('again')",
     [("stderr", "<w>:2: UserWarning: again\n  warnings.warn('again')\n")]),
    ("import warnings\nwarnings.warn('again')",
     [("stderr", "<w>:2: UserWarning: again\n  warnings.warn('again')\n")]),
    ("from uuid import uuid4\na = uuid4()\na == uuid4()", [("result", "False")]),
    ("from IPython.display import clear_output, display\nprint(1)\nclear_output()\nprint(2)",
     [("stdout", "2\n")]),
    ("handle = display(1, display_id=True)\nprint('between')\nhandle.update(2)",
     [("display", "2"), ("stdout", "between\n")]),
]  # fmt: skip


@pytest.mark.parametrize("table", [SHOWN, BELOW, STABLE], ids=["Python", "below", "stable"])
def test_cells_show_what_a_notebook_shows(blog: Blog, table: list[tuple[str, Shown]]) -> None:
    ran = run_all(blog, *(cell(code, f"label: w{n}") for n, (code, _) in enumerate(table)))
    for n, ((code, expected), shown) in enumerate(zip(table, outputs(ran), strict=True)):
        found = [(out.kind, out.text.replace(f"<w{n}>", "<w>")) for out in shown]
        assert found == expected, code


def test_rich_outputs_come_as_mime_bundles(blog: Blog) -> None:
    ran = run_all(
        blog,
        cell("from IPython.display import HTML, Markdown, display\ndisplay(HTML('<b>x</b>'))"),
        cell("display(Markdown('*m*'))\nHTML('<i>y</i>')"),
        cell("import pandas as pd\npd.DataFrame({'a': [1]})"),
        cell("class R:\n    def _repr_svg_(self):\n        return '<svg></svg>'\nR()"),
        cell("from IPython.display import Latex\nLatex('$x$')"),
    )
    html, both, table, svg, latex = outputs(ran)
    assert html[0].bundle["text/html"] == "<b>x</b>"
    assert both[0].bundle["text/markdown"] == "*m*"
    assert both[1].bundle["text/html"] == "<i>y</i>"
    assert "<table" in table[0].bundle["text/html"]
    assert svg[0].bundle["image/svg+xml"] == "<svg></svg>"
    assert latex[0].bundle["text/latex"] == "$x$"


NODE = "class Node: pass\nnode = Node()\nnode.own = node\ngone = weakref.ref(node)\n"
COLLECTED = {
    "a cell's": f"import gc, weakref, wave\n{NODE}import cmd\ndel node\ngc.collect()\ngone()",
    "a module's": "import gc, helper\nimport filecmp\ndel helper.node\ngc.collect()\nhelper.gone()",
}


@pytest.mark.parametrize("code", COLLECTED.values(), ids=COLLECTED)
def test_what_only_garbage_refers_to_is_collected_whatever_is_loaded(blog: Blog, code: str) -> None:
    blog.write("helper.py", f"import weakref\n{NODE}")
    assert texts(blog, cell(f"{code} is None")) == [[("result", "True")]]


def test_what_libraries_leave_as_garbage_is_collected_if_a_cell_asks_for_that(blog: Blog) -> None:
    code = (
        "import gc, typing\nimport markdown_it.ruler\ngc.collect()\n"
        "[c.__name__ for c in typing.Generic.__subclasses__() if c.__module__.endswith('ruler')]"
    )
    assert texts(blog, cell(code)) == [[("result", "['Rule', 'Ruler']")]]


def test_what_libraries_make_first_is_left_to_them_but_found(blog: Blog) -> None:
    shown = texts(
        blog,
        cell("import filecmp, gc\ngc.get_freeze_count() > 1000"),
        cell("import colorsys\nany(each is filecmp.dircmp for each in gc.get_objects())"),
        cell("gc.get_freeze_count()"),
    )
    assert [text for [(_, text)] in shown] == ["True", "True", "0"]


DRAWN = {
    "one, and no artists": ("plt.plot([1])\nplt.title('한글 −1', weight='bold')", ["display"]),
    "shown in the middle": (
        "plt.plot([1]); plt.show(); print('between'); plt.plot([2]);",
        ["display", "stdout", "display"],
    ),
    "a figure as last expression": (
        "from matplotlib.figure import Figure\nfigure = Figure()\nfigure.subplots()\nfigure",
        ["result"],
    ),
    "pyplot's as last expression": ("figure, axes = plt.subplots()\nfigure", ["display"]),
    "of two kinds": (
        "plt.plot([1])\nfigure = Figure()\nfigure.subplots()\nfigure",
        ["result", "display"],
    ),
    "several": ("plt.figure(); plt.figure()", ["display", "display"]),
    "numbers and artists": ("plt.hist([1, 2, 2])", ["display"]),
    "an array of axes": ("plt.subplots(1, 2)[1]", ["display"]),
    "artists without a figure": ("axes.title", ["result"]),
    "nothing": ("plt.figure(); plt.close()", []),
    "in Agg": ("import matplotlib\nmatplotlib.use('agg')\nplt.plot([1]);", ["display"]),
    "none after a failure": ("plt.plot([1])\n1 / 0", ["error"]),
    "none left by a failure": ("2", ["result"]),
    "seeded": (
        "import numpy as np\nnp.random.rand() == np.random.RandomState(0).rand()",
        ["result"],
    ),
    "a styled table": ("import pandas\npandas.DataFrame({'a': [1]}).style", ["result"]),
}  # fmt: skip


def test_figures_are_shown_once_where_they_are_finished_and_alike_at_every_build(
    blog: Blog,
) -> None:
    cells = [cell("import matplotlib.pyplot as plt")]
    for n, (code, _) in enumerate(DRAWN.values()):
        cells.append(cell(code, f"label: f{n}", "error: true", "fig-width: 2", "fig-height: 1"))
    first, second = run_all(blog, *cells), run_all(blog, *cells)
    for (name, (_, kinds)), shown in zip(DRAWN.items(), outputs(first)[1:], strict=True):
        assert [out.kind for out in shown] == kinds, name
        drawn = ["image/svg+xml" in out.bundle for out in shown if out.kind == "display"]
        assert all(drawn), name
    assert {key: trace.outputs for key, trace in first.traces.items()} == {
        key: trace.outputs for key, trace in second.traces.items()
    }
    assert first.traces["f13"].outputs[0].text in ("True", "np.True_")
    svg = first.traces["f3"].outputs[0].bundle["image/svg+xml"]
    assert "<dc:date>" not in svg
    width = float(svg.partition(' width="')[2].partition("pt")[0])
    assert 110 < width < 170  # two inches, cropped or grown to what is drawn


def test_a_users_matplotlib_settings_change_nothing_but_the_blogs_do(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = blog.root / "home"
    blog.write("home/matplotlib/matplotlibrc", "lines.linewidth: 7\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    asked = cell("import matplotlib\nmatplotlib.rcParams['lines.linewidth']")
    assert texts(blog, asked) == [[("result", "1.5")]]
    blog.write("matplotlibrc", "lines.linewidth: 5\n")
    assert texts(blog, asked) == [[("result", "5.0")]]


def test_a_warning_about_a_missing_glyph_would_be_shown(blog: Blog) -> None:
    [shown] = texts(
        blog, cell("import matplotlib.pyplot as plt\nplt.title('\\U0001F9EC\\u4DBF');", "label: a")
    )
    assert any("missing from font" in text for kind, text in shown if kind == "stderr")


FAILING = [
    ("1 / 0", "ZeroDivisionError", "division by zero", 1),
    ("x = 1\ndef f():\n    return undefined\n\nf()", "NameError", "'undefined'", 3),
    ("x = 1\nf()", "NameError", "'undefined'", 2),
    ("x = 1\nx = = 2", "SyntaxError", "invalid syntax", 2),
    ("x = 1\n\ts = '''", "IndentationError", "unexpected indent", 2),
    ("x = 1\nexec('= 2')", "SyntaxError", "invalid syntax", 2),
    ("x = 1\ninput('Name? ')", "EOFError", "nobody is there to type", 2),
    ("import sys\nsys.exit(3)", "SystemExit", "3", 2),
    ("1\nexit()", "SystemExit", "", 2),
    ("raise KeyboardInterrupt", "KeyboardInterrupt", "", 1),
    ("class E(Exception):\n    def __str__(self): 1 / 0\n\nraise E", "E", "`__str__` failed", 4),
    ("class R:\n    def _repr_html_(self):\n        self.no\nR()", "AttributeError", "no", 3),
    ("import fractions\n\nfractions.Fraction(1, 0)", "ZeroDivisionError", "Fraction(1, 0)", 3),
    ("async def f():\n    raise ValueError('a')\nawait f()", "ValueError", "a", 2),
    ("raise ExceptionGroup('g', [ValueError('one')])", "ExceptionGroup", "g (1 sub-exception)", 1),
    ("x = 1\n%nomagic", "UsageError", "`%nomagic` not found", 2),
    ("import matplotlib.pyplot as plt\nplt.title('$\\\\frac{$')\n3", "ValueError", "Expected", 3),
    ("class Timeout(Exception): pass\nraise Timeout", "Timeout", "", 2),
]  # fmt: skip


def test_a_failure_tells_what_and_where(blog: Blog) -> None:
    found = failures(blog, *(code for code, *_ in FAILING))
    for (code, name, message, line), failure in zip(FAILING, found, strict=True):
        assert (failure.name, failure.line) == (name, line), code
        assert message in failure.message, code
        assert "litpost/session" not in failure.traceback, code
        assert str(blog.root) not in failure.traceback, code


def test_a_traceback_starts_at_the_cell_and_shows_causes(blog: Blog) -> None:
    code = "def f():\n    {}['a']\ntry:\n    f()\nexcept KeyError as e:\n    raise OSError from e"
    [failure] = failures(blog, code)
    places = [line.strip() for line in failure.traceback.splitlines() if "File " in line]
    assert places == [
        'File "<c0>", line 4, in <module>',
        'File "<c0>", line 2, in f',
        'File "<c0>", line 6, in <module>',
    ]


def test_a_session_reports_what_it_read(blog: Blog) -> None:
    blog.write("helper.py", "from deeper import X\n")
    blog.write("deeper.py", "X = 1\n")
    blog.write("data/in.txt", "1")
    reading = "import helper, numpy\nopen('data/in.txt').read()"
    code = f"{reading}\nopen('out.txt', 'w').write('x')\nopen('out.txt').read();"
    ran = run_all(blog, cell(code))
    assert ran.reads
    assert set(ran.reads.modules) == {"helper.py", "deeper.py"}
    assert set(ran.reads.files) == {"data/in.txt"}
    assert "numpy" in ran.reads.versions


def test_what_a_value_makes_when_it_is_asked_for_an_attribute_is_not_made(blog: Blog) -> None:
    code = (
        "class Settings(dict):\n    def __getattr__(self, name):\n"
        "        return self.setdefault(name, Settings())\n"
        "class Slotted:\n    __slots__ = ()\n    asked = []\n"
        "    def __getattr__(self, name):\n        self.asked.append(name)\n"
        "settings, slotted = Settings(rate=0.1), Slotted()"
    )
    shown = texts(blog, cell(code), cell("print(settings, slotted.asked)"))
    assert shown[1] == [("stdout", "{'rate': 0.1} []\n")]


def test_what_looks_through_the_main_module_finds_the_variables(blog: Blog) -> None:
    code = (
        "import unittest\nclass Sums(unittest.TestCase):\n"
        "    def test_one(self): self.assertEqual(1 + 1, 2)"
    )
    runs = "program = unittest.main(argv=[''], exit=False)\nprint(program.result.testsRun)"
    shown = texts(blog, cell(code), cell(runs))
    assert ("stdout", "1\n") in shown[1]
