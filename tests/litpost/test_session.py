"""What cells show and how they fail, in real sessions."""

from __future__ import annotations

import pytest

from litpost.parser import parse
from litpost.plan import plan
from litpost.runner import Run, run
from litpost.source import Source
from litpost.trace import Output
from tests.litpost.blog import Blog, cell


def source_of(*cells: str) -> Source:
    return parse("---\ntitle: t\n---\n" + "\n".join(cells), "_literate/s.md")


def run_all(blog: Blog, *cells: str) -> Run:
    return run(plan(source_of(*cells)), blog.root, covers={})


def outputs(ran: Run) -> list[list[Output]]:
    assert ran.failed is None, ran.traces[ran.failed.key].failure
    return [list(trace.outputs) for trace in ran.traces.values()]


def texts(blog: Blog, *cells: str) -> list[list[tuple[str, str]]]:
    return [[(out.kind, out.text) for out in shown] for shown in outputs(run_all(blog, *cells))]


SHOWN = [
    ("print('a')\nprint('b')", [("stdout", "a\nb\n")]),
    ("import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')",
     [("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c\n")]),
    ("1 + 1", [("result", "2")]),
    ("_ + 1", [("result", "3")]),
    ("3;", []),
    ("'#';", []),
    ("'a;'  # b;", [("result", "'a;'")]),
    ("x = 4  # a comment", []),
    ("None", []),
    ("import os\n_ = os.system('echo below; echo err >&2')\nprint('above')",
     [("stdout", "below\n"), ("stderr", "err\n"), ("stdout", "above\n")]),
    ("import subprocess\nsubprocess.run(['echo', 'child']).returncode",
     [("stdout", "child\n"), ("result", "0")]),
    ("pid = os.fork()\nif not pid:\n    print('forked'); os._exit(0)\nos.waitpid(pid, 0);",
     [("stdout", "forked\n")]),
    ("await __import__('asyncio').sleep(0, 5)", [("result", "5")]),
    ("%precision 3\n3.14159", [("result", "3.142")]),
    ("class A: pass\nA()", [("result", "<__main__.A at 0x…>")]),
    ("import pickle, __main__\ntype(pickle.loads(pickle.dumps(A()))) is A, __main__.x",
     [("result", "(True, 4)")]),
    ("from dataclasses import dataclass\n@dataclass\nclass P:\n    a: 'int' = 1\nP()",
     [("result", "P(a=1)")]),
    ("import inspect\ndef f():\n    return 1  # one\nprint(inspect.getsource(f))",
     [("stdout", "def f():\n    return 1  # one\n\n")]),
    ("sys.stdout.buffer.write(b'bytes\\n');", [("stdout", "bytes\n")]),
    ("import random\nrandom.seed(0)\na = random.random()\nrandom.seed(0)\na == random.random()",
     [("result", "True")]),
    ("os.getcwd() == sys.path[0]", [("result", "True")]),
    ("print(os.getcwd() + '/a.py')", [("stdout", "a.py\n")]),
    ("print('\\ud800')", [("stdout", "\\ud800\n")]),
    ("print(os.__file__)", [("stdout", "os.py\n")]),
]  # fmt: skip


def test_steps_show_what_ipython_shows(blog: Blog) -> None:
    found = texts(blog, *(cell(code) for code, _ in SHOWN))
    for (code, expected), shown in zip(SHOWN, found, strict=True):
        assert shown == expected, code


def test_rich_outputs_come_as_mime_bundles(blog: Blog) -> None:
    ran = run_all(
        blog,
        cell("from IPython.display import HTML, Markdown, display\ndisplay(HTML('<b>x</b>'))"),
        cell("display(Markdown('*m*'))\nHTML('<i>y</i>')"),
        cell("import pandas as pd\npd.DataFrame({'a': [1]})"),
        cell("class R:\n    def _repr_svg_(self):\n        return '<svg></svg>'\nR()"),
    )
    html, both, table, svg = outputs(ran)
    assert html[0].bundle["text/html"] == "<b>x</b>"
    assert both[0].bundle["text/markdown"] == "*m*"
    assert both[1].bundle["text/html"] == "<i>y</i>"
    assert "<table" in table[0].bundle["text/html"]
    assert svg[0].bundle["image/svg+xml"] == "<svg></svg>"


FIGURES = [
    cell("import matplotlib.pyplot as plt\nplt.plot([1])\nplt.title('한글 −1', weight='bold')",
         "label: one"),
    cell("plt.plot([1]); plt.show(); print('between'); plt.plot([2]);", "label: two"),
    cell("from matplotlib.figure import Figure\nfigure = Figure()\nfigure.subplots()\nfigure",
         "label: three"),
    cell("figure, axes = plt.subplots()\nfigure", "label: four", "fig-width: 2", "fig-height: 1"),
    cell("import numpy as np\nnp.random.rand() == np.random.RandomState(0).rand()"),
]  # fmt: skip


def test_figures_are_shown_once_where_they_are_finished_and_alike_at_every_build(
    blog: Blog,
) -> None:
    first, second = run_all(blog, *FIGURES), run_all(blog, *FIGURES)
    one, two, three, four, seeded = outputs(first)
    assert [out.kind for out in one] == ["display"]
    assert [out.kind for out in two] == ["display", "stdout", "display"]
    assert ["image/svg+xml" in out.bundle for out in three] == [True]
    assert ["image/svg+xml" in out.bundle for out in four] == [True]
    assert seeded[0].text in ("True", "np.True_")
    assert {key: trace.outputs for key, trace in first.traces.items()} == {
        key: trace.outputs for key, trace in second.traces.items()
    }
    assert "<dc:date>" not in one[0].bundle["image/svg+xml"]


def test_a_figure_of_a_failed_cell_is_not_shown_by_the_next(blog: Blog) -> None:
    failing = cell("import matplotlib.pyplot as plt\nplt.plot([1])\n1 / 0", "error: true")
    [[error], [after]] = texts(blog, failing, cell("2"))
    assert error[0] == "error"
    assert after == ("result", "2")


def test_a_warning_about_a_missing_glyph_would_be_shown(blog: Blog) -> None:
    [shown] = texts(
        blog, cell("import matplotlib.pyplot as plt\nplt.title('\\U0001F9EC\\u4DBF');", "label: a")
    )
    assert any("missing from font" in text for kind, text in shown if kind == "stderr")


FAILING = [
    ("1 / 0", "ZeroDivisionError", "division by zero", 1),
    ("x = 1\ndef f():\n    return undefined\n\nf()", "NameError", "'undefined'", 3),
    ("x = 1\nx = = 2", "SyntaxError", "invalid syntax", 2),
    ("input()", "EOFError", "", 1),
    ("import sys\nsys.exit(3)", "SystemExit", "3", 2),
    ("raise KeyboardInterrupt", "KeyboardInterrupt", "", 1),
    ("import os\nos._exit(3)", "the session died", "exit status 3", None),
    (
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)",
        "the session died",
        "SIGSEGV",
        None,
    ),
    ("while True:\n    print('x' * 1000)", "too much output", "10,000,000", 2),
    ("x = 1\nx + 1  # => 3", "ExpectationError", "expected 3, found 2", 2),
    ("0.27  # => 0.3\n0.27  # => 0.28", "ExpectationError", "expected 0.28, found 0.27", 2),
    ("def f():\n    return 1  # => 1", "ExpectationError", "was never reached", 2),
    ("x = 1\nx += 1  # => 2", "ExpectationError", "stands behind no value", 2),
    ("import os\nos.system('yes')", "too much output", "more than 10,000,000", None),
    ("import os  # => 1", "ExpectationError", "stands behind no value", 1),
]


@pytest.mark.parametrize(("code", "name", "message", "line"), FAILING, ids=[f[0] for f in FAILING])
def test_a_failure_tells_what_and_where(
    blog: Blog, code: str, name: str, message: str, line: int | None
) -> None:
    ran = run_all(blog, cell(code))
    assert ran.failed
    failure = ran.traces[ran.failed.key].failure
    assert failure
    assert failure.name == name
    assert message in failure.message
    assert failure.line == line
    assert "/litpost/session/" not in failure.traceback


@pytest.mark.parametrize(
    "code",
    ["while True:\n    pass", "import time\ntime.sleep(60)",
     "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
     "import os\nos.system('sleep 60')"],
)  # fmt: skip
def test_a_cell_that_hangs_is_stopped(
    blog: Blog, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("litpost.runner.GRACE", 0.5)
    ran = run_all(blog, cell(code, "timeout: 0.5"))
    assert ran.failed
    trace = ran.traces[ran.failed.key]
    assert trace.failure
    assert trace.failure.name == "Timeout"
    assert "stopped after 0.5 s" in trace.failure.message
    assert trace.seconds < 10


EXPECTED = """x = 1  # => 1
(x,
 2)  # => (1, 2)
0.26894142  # => 0.269
1e-7  # => 1e-07
[0.1 + 0.2]  # => [0.3]
def f(y):
    return y + 1  # => 3
f(2)
'a b'  # => 'a b'
str(3)  # => 3
%precision 2
x: int = 2  # => 2
"""


def test_true_expectations_pass_to_the_digits_that_are_written(blog: Blog) -> None:
    outputs(run_all(blog, cell(EXPECTED)))


def test_an_expected_error_is_shown_but_not_a_broken_promise(blog: Blog) -> None:
    [[error]] = texts(blog, cell("1 / 0", "error: true"))
    assert error[0] == "error"
    assert "ZeroDivisionError" in error[1]
    for code in ("1  # => 2", "while True: pass"):
        ran = run_all(blog, cell(code, "error: true", "timeout: 0.5"))
        assert ran.failed


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
