"""Runs the steps of a plan in a session process, and watches over that process."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from litpost.plan import Plan, Step
from litpost.source import Cell
from litpost.trace import Failure, Reads, Trace

PRINTED_LIMIT = 10_000_000  # bytes that the programs a cell starts may print
FLOOD = f"the cell and what it started printed more than {PRINTED_LIMIT:,} characters"
WATCH = 0.25  # seconds between two looks at how much that is
GRACE = 3.0  # seconds that a cell has to end after it was interrupted

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://litpost.session.backend",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "PYTHONDONTWRITEBYTECODE": "",
    "NO_COLOR": "1",
    "COLUMNS": "88",
    "LINES": "24",
    "TERM": "dumb",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
}
"""What a session's environment says, so that machines don't differ in it."""


class SessionError(Exception):
    """A session didn't answer; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.summary)
        self.failure = failure


class Session:
    """A process in which steps run one after the other, in one namespace."""

    def __init__(self, root: Path) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="litpost-")
        self._printed = [tempfile.TemporaryFile() for _ in ("stdout", "stderr")]  # noqa: SIM115
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "litpost.session", str(root), str(requests), str(answers)],
            cwd=root,
            env={**os.environ, **ENVIRONMENT, "IPYTHONDIR": self._scratch.name},
            stdin=subprocess.DEVNULL,
            stdout=self._printed[0],
            stderr=self._printed[1],
            pass_fds=(requests, answers),
            start_new_session=True,
        )
        os.close(requests)
        os.close(answers)
        self._buffer = b""

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        os.close(self._requests)
        os.close(self._answers)
        for file in self._printed:
            file.close()
        self._scratch.cleanup()

    def ask(self, request: Mapping[str, Any], *, timeout: float) -> dict[str, Any]:
        """Send a request and wait for its answer.

        Raises
        ------
        SessionError
            The time is over, or the process has died.
        """
        try:
            data = (json.dumps(request) + "\n").encode()
            while data:
                data = data[os.write(self._requests, data) :]
            answer = self._wait(timeout)
        except BrokenPipeError:
            raise SessionError(self._death()) from None
        if answer is None:
            raise SessionError(self._stop(timeout))
        return answer

    def _wait(self, timeout: float) -> dict[str, Any] | None:
        """Return the next answer, or None when the time is over."""
        end = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            left = end - time.monotonic()
            if left <= 0:
                return None
            if any(os.fstat(file.fileno()).st_size > PRINTED_LIMIT for file in self._printed):
                self.kill()
                raise SessionError(Failure("too much output", FLOOD))
            if not select.select([self._answers], [], [], min(left, WATCH))[0]:
                continue
            data = os.read(self._answers, 1 << 20)
            if not data:
                raise SessionError(self._death())
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _stop(self, timeout: float) -> Failure:
        """Interrupt a step whose time is over, to learn where it was; then kill the session."""
        failure: Mapping[str, Any] = {}
        with contextlib.suppress(ProcessLookupError, SessionError):
            os.kill(self._process.pid, signal.SIGINT)
            failure = (self._wait(GRACE) or {}).get("failure") or {}
        self.kill()
        return Failure(
            "Timeout",
            f"stopped after {timeout:g} s; a longer `#| timeout:` allows more",
            failure.get("line"),
            failure.get("traceback", ""),
        )

    def _death(self) -> Failure:
        code = self._process.wait(GRACE)
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        return Failure("the session died", f"its process ended by {how} while this cell ran")

    def kill(self) -> None:
        """End the process and all that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@dataclass(frozen=True)
class Run:
    """What came of a plan.

    `traces` holds one trace a step, up to and with the first that failed.
    """

    traces: Mapping[str, Trace]
    reads: Reads | None
    failed: Step | None = None


def run(
    plan: Plan,
    root: Path,
    *,
    covers: Mapping[str, Sequence[int]],
    report: Callable[[Step, int, int], None] = lambda step, number, count: None,
) -> Run:
    """Run the steps of a plan.

    Parameters
    ----------
    plan
        What to run.
    root
        Folder in which it runs.
    covers
        The images to make of the plan's cover figure: name to width and height, in pixels.
    report
        Is told of each step before it runs, with its number and the count of all.
    """
    traces: dict[str, Trace] = {}
    if not plan.steps:
        return Run(traces, Reads({}, {}, {}))
    with Session(root) as session:
        for number, step in enumerate(plan.steps, start=1):
            report(step, number, len(plan.steps))
            trace = _run_step(session, step, covers if step.key == plan.cover else {})
            traces[step.key] = trace
            if trace.failure and not _is_expected(step, trace.failure):
                return Run(traces, None, step)
        reads = session.ask({"do": "reads"}, timeout=plan.steps[-1].timeout)
    return Run(traces, Reads(**reads))


def _run_step(session: Session, step: Step, covers: Mapping[str, Sequence[int]]) -> Trace:
    options = step.block.options if isinstance(step.block, Cell) else None
    request = {
        "do": "run",
        "kind": "cell" if options else "value",
        "key": step.key,
        "code": step.code,
        "error": bool(options and options.error),
        "figsize": [options.fig_width, options.fig_height]
        if options and (options.fig_width or options.fig_height)
        else None,
        "covers": covers,
    }
    start = time.monotonic()
    try:
        answer = session.ask(request, timeout=step.timeout)
    except SessionError as error:
        return Trace(step.key, failure=error.failure, seconds=time.monotonic() - start)
    return Trace.from_json(step.key, answer, time.monotonic() - start)


def _is_expected(step: Step, failure: Failure) -> bool:
    """Say whether the author wants this error shown."""
    lost = ("Timeout", "the session died", "ExpectationError", "too much output")
    return isinstance(step.block, Cell) and step.block.options.error and failure.name not in lost
