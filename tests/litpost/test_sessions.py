"""Sessions that are kept warm: what a build would run again has run before it is asked for."""

from __future__ import annotations

import contextlib
import functools
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from litpost import builder
from litpost.plan import plan
from litpost.runner import Session
from litpost.sessions import Rerun, Sessions
from litpost.trace import Trace
from tests.litpost.blog import SOURCE, Blog, cell
from tests.litpost.incremental import Built, Tree, build, check
from tests.litpost.running import is_running, source_of, wait_until

Edit = Callable[[Mapping[str, str]], Built]

CELLS = {
    "a": "import helper\nx = [helper.f(1)]",
    "b": "x.append(int(open('data.txt').read()))",
    "c": "print(x)",
    "d": "print('d')",
}
FILES = {"helper.py": "def f(x):\n    return x\n", "data.txt": "2"}


@pytest.fixture
def sessions(blog: Blog) -> Iterator[Sessions]:
    with contextlib.closing(Sessions(blog.root, "en", is_warm=True)) as made:
        yield made


@pytest.fixture
def edit(blog: Blog, sessions: Sessions, tmp_path_factory: pytest.TempPathFactory) -> Edit:
    """Change cells and files (by names with a dot), and build with warm sessions and clean."""
    scratch, cells, files = tmp_path_factory.mktemp("clean"), dict(CELLS), dict(FILES)

    def edited(changes: Mapping[str, str]) -> Built:
        for name, text in changes.items():
            (files if "." in name else cells)[name] = text
        Tree(cells, files).lay(blog)
        return check(blog, scratch, functools.partial(build, sessions=sessions))

    edited({})
    assert edited({"c": "print(x, 'first')"}).asked == ["a", "b", "c"]
    return edited


def test_the_same_cell_runs_alone_when_it_is_edited_again(edit: Edit) -> None:
    for text in ("second", "third"):
        assert edit({"c": f"print(x, {text!r})"}).asked == ["c"]


def test_a_cell_that_failed_runs_alone_once_it_is_mended(edit: Edit) -> None:
    assert edit({"c": "print(x, nothing)"}).status == "failed"
    assert edit({"c": "print(x, 'something')"}).asked == ["c"]


def test_an_edit_of_prose_leaves_it_warm(edit: Edit, blog: Blog, sessions: Sessions) -> None:
    ready = sessions.reruns
    assert [rerun.step.key for rerun in ready] == ["a", "b"]
    assert edit({"c": "print(x, 'first')  # as before"}).asked == []
    assert sessions.reruns is ready
    assert edit({"c": "print(x, 'second')"}).asked == ["c"]


def test_a_later_cell_finds_what_is_there(edit: Edit) -> None:
    assert edit({"d": "x.append(3)\nprint(x)"}).asked == ["d"]


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"a": "import helper\nx = [helper.f(5)]"}, ["a", "b", "c"]),
        ({"b": "x.append(7)"}, ["a", "b", "c"]),
        ({"helper.py": "def f(x):\n    return 7 * x\n"}, ["a", "b", "c"]),
        ({"data.txt": "3"}, ["a", "b", "c"]),
        ({"data.txt": "3", "c": "print(x, 3)"}, ["a", "b", "c"]),
        ({"helper.py": "def f(x):\n    return 1\n", "c": "print(x, 3)"}, ["a", "b", "c"]),
    ],
    ids=["first cell", "second cell", "module", "data", "data and cell", "module of equal result"],
)
def test_what_was_edited_since_is_not_taken_as_it_was(
    edit: Edit, change: Mapping[str, str], asked: list[str]
) -> None:
    assert edit(change).asked == asked


def test_a_module_that_was_changed_and_changed_back_is_the_one_there_is(
    edit: Edit, sessions: Sessions
) -> None:
    edit({"helper.py": "def f(x):\n    return 7 * x\n", "c": "print(x, helper.f(1))"})
    edit({"helper.py": FILES["helper.py"]})
    assert edit({"c": "print(x, helper.f(2))"}).asked[-1] == "c"


def test_nothing_runs_ahead_that_writes_files(blog: Blog, sessions: Sessions, edit: Edit) -> None:
    edit({"a": "print(1, file=open('out.txt', 'w'))\nx = [1]"})
    edit({"c": "print(x, 'second')"})
    assert sessions.reruns == ()
    (blog.root / "out.txt").write_text("mine")
    assert edit({"c": "print(x, 'third')"}).status == "built"


SETTINGS = {
    "default": "",
    "a font that is missing, which is told of": "plt.rcParams['font.family'] = ['No Such']",
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_what_a_session_draws_ahead_shows_in_nothing(
    edit: Edit, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    asked: list[str] = []
    ask = Session.ask

    def heard(this: Session, request: Mapping[str, Any], **rest: Any) -> Any:
        asked.append(request["do"])
        return ask(this, request, **rest)

    monkeypatch.setattr(Session, "ask", heard)
    edit({"a": f"import matplotlib.pyplot as plt\n{setting}", "c": "", "d": ""})
    for title in ("one", "two", "three"):
        plot = f"#| fig-alt: A line.\nplt.plot([1, 2])\nplt.title('{title}')"
        assert edit({"b": plot}).status == "built"
    assert "run rehearse run" in " ".join(asked)


HEARD = {
    "a method that a cell has put there": (
        "from matplotlib.axes import Axes\ncalls, plot = [], Axes.plot\n"
        "def counted(self, *args, **kwargs):\n    calls.append(1)\n"
        "    return plot(self, *args, **kwargs)\nAxes.plot = counted"
    ),
    "a log": (
        "import logging\ncalls = []\nclass Keeping(logging.Handler):\n"
        "    def emit(self, record):\n        calls.append(1)\n"
        "logging.getLogger('matplotlib').addHandler(Keeping())\n"
        "plt.rcParams['font.family'] = ['No Such']"
    ),
}


@pytest.mark.parametrize("listening", HEARD.values(), ids=HEARD)
def test_nothing_is_drawn_ahead_where_a_cell_would_hear_of_it(edit: Edit, listening: str) -> None:
    edit({"a": f"import matplotlib.pyplot as plt\n{listening}", "c": "", "d": ""})
    for title in ("one", "two", "three"):
        plot = f"plt.plot([1, 2])\nplt.title('{title}')\nplt.show()\nprint(len(calls))"
        assert edit({"b": f"#| fig-alt: A line.\n{plot}"}).status == "built"


def test_an_earlier_cell_that_fails_now_is_told_of(blog: Blog, sessions: Sessions) -> None:
    cells = {
        "a": "import os\nif os.path.exists('.git/flag'):\n    raise ValueError('flag')",
        "b": "long_x = 1",
        "c": "print(eval('long' + '_x'))",
    }
    for flag, last in ((False, "1"), (True, "2")):
        if flag:
            blog.write(".git/flag", "")  # which nobody watches
        Tree({**cells, "c": f"{cells['c']}\nprint({last})"}).lay(blog)
        built = build(blog, sessions=sessions)
    assert "which has to run first, fails now: ValueError: flag" in built.message


def test_drawing_ahead_loads_no_modules() -> None:
    code = (
        "import sys, matplotlib.pyplot as plt\n"
        "from litpost.session.figures import Figures, load_backends\n"
        "load_backends(plt)\nthere = {*sys.modules}\nFigures().rehearse()\nFigures().rehearse()\n"
        "print(sorted({*sys.modules} - there), plt.get_fignums())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[] []\n"


def test_a_session_that_runs_ahead_is_ended_at_once(blog: Blog, sessions: Sessions) -> None:
    [step] = plan(source_of(cell("while True: pass")), covers={}, engine="").steps
    start = time.monotonic()
    sessions.warm_up([Rerun(step, {}, "", {}, Trace(step.key))])
    sessions.run_ahead()
    assert sessions.reruns
    sessions.close()
    assert sessions.reruns == ()
    assert time.monotonic() - start < step.timeout / 10


def test_a_session_that_is_over_ends_once_the_post_is_there(blog: Blog, sessions: Sessions) -> None:
    for last in ("1", "2"):
        Tree({"a": f"import os\nprint(os.getpid())\nprint({last})"}).lay(blog)
        build(blog, sessions=sessions)
    posts = [data.decode() for path, data in blog.files().items() if path.startswith("_posts/")]
    pid = next(iter(re.findall(r"^(\d{2,})$", "\n".join(posts), re.M)))
    wait_until(lambda: not is_running(pid), seconds=10)


def test_sessions_end_that_nothing_follows(blog: Blog) -> None:
    sessions = Sessions(blog.root, "en", is_warm=True)
    session = sessions.start()
    sessions.end(session)
    assert is_running(str(session._process.pid))
    sessions.close()
    assert not is_running(str(session._process.pid))


def test_a_session_that_nobody_took_ends_when_another_runs_ahead(
    blog: Blog, sessions: Sessions
) -> None:
    [step] = plan(source_of(cell("1")), covers={}, engine="").steps
    sessions.warm_up([Rerun(step, {}, "", {}, Trace(step.key))])
    sessions.get_ready()
    assert sessions._spare
    sessions._spare.wait()
    assert sessions._spare.session
    pid = str(sessions._spare.session._process.pid)
    sessions.run_ahead()
    assert not is_running(pid)


@pytest.mark.parametrize(
    "does",
    ["open('out.txt', 'w').write('1')", "__import__('os').system('touch out.txt')"],
    ids=["writes", "starts a program"],
)
def test_a_step_that_runs_ahead_leaves_nothing_behind(
    blog: Blog, sessions: Sessions, does: str
) -> None:
    """Since the build that it ran in, what it reads has changed."""
    cells = {"a": f"import os\nif os.path.exists('in.txt'):\n    {does}\nx = 1", "b": "print(x)"}
    for last in ("1", "2"):
        Tree({**cells, "b": f"print(x, {last})"}).lay(blog)
        assert builder.build(SOURCE, blog.project, sessions=sessions).status == "written"
    blog.write("in.txt", "")
    sessions.run_ahead()
    assert [rerun.step.key for rerun in sessions.reruns] == ["a"]
    assert sessions.take() is None
    assert not (blog.root / "out.txt").exists()
