"""Sessions that hang, die or flood, and what is left of them."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Set
from pathlib import Path

import pytest

from litpost.kept import Kept, restore
from litpost.plan import plan
from litpost.runner import Session, run_step
from litpost.trace import Trace
from tests.litpost.blog import Blog, cell
from tests.litpost.incremental import build
from tests.litpost.running import is_running, loss, run_all, source_of, texts, wait_until

DYING = {
    "exit": ("import os\nos._exit(3)", "exit status 3"),
    "signal": ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "signal SIGSEGV"),
    "real-time signal": ("import os\nos.kill(os.getpid(), 40)", "signal 40"),
    "pipes closed": ("import os, time\nos.closerange(3, 99)\ntime.sleep(60)", "it closed the pipe"),
    "dead beside a living child": (
        "import os, time\nif os.fork():\n    os._exit(4)\ntime.sleep(60)",
        "exit status 4",
    ),
}


@pytest.mark.parametrize(("code", "how"), DYING.values(), ids=DYING.keys())
def test_a_cell_that_ends_its_process_fails(
    blog: Blog, code: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("litpost.runner.GRACE", 0.5)
    failure = loss(blog, code)
    assert failure.name == "the session died"
    assert how in failure.message


def test_a_thread_that_ends_the_process_after_the_last_cell_is_told(blog: Blog) -> None:
    code = "import os, threading\nthreading.Timer(0.01, os._exit, [5]).start()"
    ran = run_all(blog, cell(code), cell("import time\ntime.sleep(1)"))
    assert ran.failed
    assert "exit status 5" in str(ran.traces[ran.failed.key].failure)


DEAF = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
HANGING = {
    "loop": ("print('before', flush=True)\nwhile True:\n    pass", None),
    "sleep": ("print('before')\nimport time\ntime.sleep(60)", 3),
    "program": ("print('before')\nimport os\nos.system('sleep 60')", None),
    "await": ("print('before')\nimport asyncio\nawait asyncio.sleep(60)", 3),
    "deaf": (DEAF, None),
    "deaf C": (
        "import time\nfrom signal import *\npthread_sigmask(SIG_BLOCK, [SIGINT])\ntime.sleep(60)",
        None,
    ),
}


@pytest.mark.parametrize(("code", "line"), HANGING.values(), ids=HANGING.keys())
def test_a_cell_that_hangs_is_stopped(
    blog: Blog, code: str, line: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("litpost.runner.GRACE", 0.5)
    start = time.monotonic()
    failure = loss(blog, code, timeout=0.5)
    assert time.monotonic() - start < 20
    assert failure.name == "Timeout"
    assert "stopped after 0.5 s" in failure.message
    if line:
        assert failure.line == line


FLOODING = {
    "print": "while True:\n    print('x' * 1000)",
    "one long print": "print('x' * 20_000_000)",
    "print that catches all": "while True:\n  try: print('x' * 10**6)\n  except Exception: pass",
    "display": "class H:\n    def __repr__(self): return 'x' * 10**7\nwhile True: display(H())",
    "program": "import os\nos.system('yes')",
    "program in the background": "import os\nos.system('yes &')\nwhile True:\n    pass",
}


@pytest.mark.parametrize("code", FLOODING.values(), ids=FLOODING.keys())
def test_a_flood_of_output_is_stopped(blog: Blog, code: str) -> None:
    failure = loss(blog, code)
    assert failure.name == "too much output"
    assert "printed more than 10,000,000 characters" in failure.message


def test_nothing_that_a_cell_has_started_outlives_the_build(blog: Blog) -> None:
    code = (
        "import subprocess, threading, time\n"
        "threading.Thread(target=time.sleep, args=[600]).start()\n"
        "print(subprocess.Popen(['sleep', '600']).pid)"
    )
    [[(_, pid)]] = texts(blog, cell(code))
    wait_until(lambda: not is_running(pid.strip()), seconds=10)


def test_a_request_that_comes_while_a_cell_runs_does_not_end_the_session(blog: Blog) -> None:
    """The system may tell late that something has come: when what has come runs already."""
    [sleeping] = plan(source_of(cell("import time\ntime.sleep(1)")), covers={}, engine="").steps
    session = Session(blog.root, "en")
    late = threading.Timer(0.5, lambda: os.write(session._requests, b'{"do": "keep"}\n'))
    try:
        run_step(session, sleeping, {})  # starts it
        late.start()
        assert run_step(session, sleeping, {}).failure is None
    finally:
        late.join()
        session.close()


def test_what_has_run_before_a_build_is_killed_does_not_run_again(blog: Blog) -> None:
    waits = "import time\ntime.sleep(1)\nopen('begun', 'w').close()\ntime.sleep(60)"
    blog.source(cell("x = 1", "label: a") + "\n" + cell(waits, "label: b"))
    command = [sys.executable, "-m", "litpost", "build"]
    with subprocess.Popen(command, cwd=blog.root, stderr=subprocess.DEVNULL) as process:
        wait_until((blog.root / "begun").exists)
        process.kill()
    blog.source(cell("x = 1", "label: a") + "\n" + cell("print(2)", "label: b"))
    assert build(blog).ran == ["b"]


ENDLESS = "class Endless:\n    @property\n    def __class__(self):\n        while True: pass\n"


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(
    "code",
    ["while True: pass", DEAF, f"{ENDLESS}x = Endless()"],
    ids=["loop", "deaf", "as its values are looked at"],
)
def test_a_cell_doesnt_outlive_a_build_that_is_killed(
    blog: Blog, code: str, kind: signal.Signals
) -> None:
    blog.source(cell(f"import os\nprint(os.getpid(), file=open('pid', 'w'), flush=True)\n{code}"))
    command = [sys.executable, "-m", "litpost", "build"]
    with subprocess.Popen(command, cwd=blog.root, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: (blog.root / "pid").exists() and bool(blog.read("pid")))
        process.send_signal(kind)
    wait_until(lambda: not is_running(blog.read("pid").strip()))


def test_sessions_leave_no_descriptors_and_no_files(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    gc.collect()  # what earlier tests have left open, and closes itself
    before = {path.name for path in Path("/proc/self/fd").iterdir()}
    texts(blog, cell("1"))
    loss(blog, "import os\nos._exit(1)")
    assert {path.name for path in Path("/proc/self/fd").iterdir()} <= before
    assert list(scratch.iterdir()) == []


def test_a_cell_that_hangs_in_a_scripts_background_is_interrupted_too(blog: Blog) -> None:
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for what ends with `&`
    try:
        ran = run_all(blog, cell("print('above')\nwhile True:\n    pass", "timeout: 0.5"))
    finally:
        signal.signal(signal.SIGINT, usual)
    assert ran.failed
    assert [out.text for out in ran.traces[ran.failed.key].outputs] == ["above\n"]


def test_what_was_printed_before_a_loss_is_told(blog: Blog) -> None:
    ran = run_all(blog, cell("import os\nos.system('echo below')\nos._exit(1)"))
    assert ran.failed
    assert [out.text for out in ran.traces[ran.failed.key].outputs] == ["below\n"]
    ran = run_all(blog, cell("print('above')\nwhile True:\n    pass", "timeout: 0.5"))
    assert ran.failed
    assert [out.text for out in ran.traces[ran.failed.key].outputs] == ["above\n"]


SLOW = (
    "class Slow:\n    waits = [1]\n    @property\n    def __class__(self):\n"
    "        import time\n        while self.waits: time.sleep({} * self.waits.pop())\n"
)


def run_alone(blog: Blog, source: str, shown: Callable[[Trace, Set[str]], None]) -> Trace:
    """Run one cell in a session of its own."""
    [step] = plan(source_of(source), covers={}, engine="").steps
    with contextlib.closing(Session(blog.root, "en")) as session:
        return run_step(session, step, {}, shown=shown)


def test_what_a_step_shows_is_told_while_it_is_found_out_what_it_has_read(blog: Blog) -> None:
    code = (
        "import os.path, wave\nprint('shown')\n"
        f"{SLOW.format(1)}        raise AttributeError\nx = Slow()"
    )
    shown: list[tuple[float, Trace, Set[str]]] = []
    trace = run_alone(blog, cell(code), lambda *told: shown.append((time.monotonic(), *told)))
    [(when, early, asked)] = shown
    assert asked == {"os", "wave"}
    assert time.monotonic() - when > 0.9
    assert [out.text for out in early.outputs] == ["shown\n"]
    assert early.outputs == trace.outputs
    assert not early.writes
    assert "v:x" in trace.writes
    assert trace.seconds >= trace.fingerprint_seconds > 0.9


def test_what_was_shown_before_the_time_was_over_is_told(blog: Blog) -> None:
    """The time of a step is that of its fingerprints, too."""
    code = f"print('shown')\n{SLOW.format(60)}x = Slow()"
    ran = run_all(blog, cell(code, "timeout: 1"))
    assert ran.failed
    trace = ran.traces[ran.failed.key]
    assert trace.failure
    assert trace.failure.name == "Timeout"
    assert [out.text for out in trace.outputs] == ["shown\n"]


def test_no_other_error_is_told_of_if_the_time_is_over_after_it(blog: Blog) -> None:
    swallowing = (
        "class Deaf:\n    @property\n    def __class__(self):\n"
        "        try:\n            while True: pass\n        except BaseException: pass\n"
    )
    failure = loss(blog, f"{swallowing}x = Deaf()\n1 / 0", timeout=1)
    assert failure.name == "Timeout"
    assert "ZeroDivision" not in failure.traceback


def test_the_time_that_rendering_takes_is_not_the_steps(blog: Blog) -> None:
    many = "for n in range(10_000):\n    globals()[f'variable_{n}'] = n"  # more than a pipe takes
    trace = run_alone(blog, cell(many, "timeout: 2"), lambda *told: time.sleep(3))
    assert trace.failure is None
    assert trace.seconds < 2


def test_fingerprints_that_take_too_long_are_no_less_so_as_the_post_is_rendered(blog: Blog) -> None:
    code = f"{SLOW.format(1)}        raise AttributeError\nx = Slow()"
    trace = run_alone(blog, cell(code, "timeout: 0.5"), lambda *told: time.sleep(2))
    assert trace.failure
    assert trace.failure.name == "Timeout"


def test_a_file_is_put_back_into_a_folder_that_was_changed_before_it_and_removed(
    tmp_path: Path,
) -> None:
    folder, file = tmp_path / "sub", tmp_path / "sub" / "1.txt"
    folder.mkdir()
    file.write_text("1")
    kept = Kept(tmp_path / "kept")
    for path in (folder, file):
        kept.keep(str(path))
    shutil.rmtree(folder)
    restore(tmp_path / "kept")
    assert file.read_text() == "1"
