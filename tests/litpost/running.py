"""Cells run in real sessions, for tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from litpost.execution import Execution, Run
from litpost.parser import parse
from litpost.plan import plan
from litpost.sessions import Sessions
from litpost.source import Source
from litpost.trace import Failure, Output
from litpost.versions import Versions
from tests.litpost.blog import Blog, cell

Shown = list[tuple[str, str]]


def source_of(*cells: str) -> Source:
    """Make a source of cells."""
    return parse("---\ntitle: t\n---\n" + "\n".join(cells), "_literate/s.md")


def run_all(blog: Blog, *cells: str) -> Run:
    """Run cells in one session."""
    planned = plan(source_of(*cells), covers={}, engine="")
    sessions = Sessions(blog.root, planned.language)
    try:
        return Execution(
            planned, blog.root, store=None, versions=Versions(None), sessions=sessions
        ).run()
    finally:
        sessions.close()


def outputs(ran: Run) -> list[list[Output]]:
    """Return what each step has shown; none of them may have failed."""
    assert ran.failed is None, ran.traces[ran.failed.key].failure
    return [list(trace.outputs) for trace in ran.traces.values()]


def texts(blog: Blog, *cells: str) -> list[Shown]:
    """Run cells; return what each has shown, as kind and text."""
    return [[(out.kind, out.text) for out in shown] for shown in outputs(run_all(blog, *cells))]


def failures(blog: Blog, *codes: str) -> list[Failure]:
    """Run failing codes as cells that may fail; return their failures."""
    ran = run_all(
        blog, *(cell(code, f"label: c{n}", "error: true") for n, code in enumerate(codes))
    )
    assert ran.failed is None, ran.traces[ran.failed.key].failure
    found = [trace.failure for trace in ran.traces.values()]
    assert None not in found
    return [failure for failure in found if failure]


def loss(blog: Blog, *codes: str, timeout: float = 30) -> Failure:
    """Run codes as cells, the last of which ends the build; return its failure."""
    ran = run_all(blog, *(cell(code, "error: true", f"timeout: {timeout}") for code in codes))
    assert ran.failed
    assert len(ran.traces) == len(codes)
    failure = ran.traces[ran.failed.key].failure
    assert failure
    assert failure.final
    return failure


def wait_until(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait until something holds; it must before the time is over."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_running(process: str) -> bool:
    """Say whether there is a process that hasn't ended (nor waits for its parent to learn that)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
