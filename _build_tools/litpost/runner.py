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
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any

from litpost.environment import SCRATCH, session_environment
from litpost.kept import KEPT, restore
from litpost.trace import Failure, Kind, Output, Trace, read_outputs, read_trace

if TYPE_CHECKING:
    from litpost.plan import Step

PRINTED_LIMIT = 10_000_000  # bytes that the programs a cell starts may print
FLOOD = f"the cell and what it started printed more than {PRINTED_LIMIT:,} characters"
WATCH = 0.25  # seconds between two looks at how much that is
TAIL = 10_000  # bytes of that to tell of a session that was lost
GRACE = 3.0  # seconds that a cell has to end after it was interrupted


class SessionError(Exception):
    """A session didn't answer; `failure` says why, `outputs` are what is known of its step's."""

    def __init__(self, failure: Failure, outputs: Sequence[Output]) -> None:
        super().__init__(failure.summary)
        self.failure, self.outputs = failure, tuple(outputs)


class Session:
    """A process in which steps run one after the other, in one namespace.

    Parameters
    ----------
    root
        The folder that they run in.
    language
        What `litpost.lang` is there.
    """

    def __init__(self, root: Path, language: str) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="litpost-")
        folder = Path(self._scratch.name)
        (folder / "matplotlibrc").touch()  # in the place of the user's
        self._printed: dict[Kind, IO[bytes]] = {
            "stdout": (folder / "stdout").open("a+b"),
            "stderr": (folder / "stderr").open("a+b"),
        }
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        self._leash, leash = os.pipe()
        theirs = requests, answers, leash
        variables = dict.fromkeys(SCRATCH, str(folder))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "litpost.session", str(root), *map(str, theirs)],
            cwd=root,
            env={**session_environment(language), **variables},
            stdin=subprocess.DEVNULL,
            stdout=self._printed["stdout"],
            stderr=self._printed["stderr"],
            pass_fds=theirs,
            start_new_session=True,
        )
        for descriptor in theirs:
            os.close(descriptor)
        self._buffer = b""

    def restore(self) -> None:
        """End the process, and put back the files that its steps have changed."""
        self.kill()
        restore(Path(self._scratch.name) / KEPT)

    def close(self) -> None:
        """End the process, and leave nothing of it."""
        self.kill()
        for descriptor in (self._requests, self._answers, self._leash):
            os.close(descriptor)
        for file in self._printed.values():
            file.close()
        self._scratch.cleanup()

    def ask(
        self,
        request: Mapping[str, Any],
        *,
        timeout: float,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:
        """Send a request, do something short `meanwhile`, and wait for the answer.

        Raises
        ------
        SessionError
            The time is over, or the process has died.
        """
        try:
            data = (json.dumps(request) + "\n").encode()
            while data:
                data = data[os.write(self._requests, data) :]
            meanwhile()
            answer = self._wait(timeout)
        except BrokenPipeError:
            raise self._death() from None
        if answer is None:
            raise self._stop(timeout)
        return answer

    def run(
        self,
        request: Mapping[str, Any],
        *,
        timeout: float,
        meanwhile: Callable[[], None],
        shown: Callable[[Mapping[str, Any]], None],
    ) -> tuple[dict[str, Any], float]:
        """Send the request to run a step, as `ask` does; return the answer, and the step's seconds.

        `shown` is called with the answer's first part, while the session finds out the rest.

        Raises
        ------
        SessionError
            The time is over, or the process has died.
        """
        start = time.monotonic()
        first = self.ask(request, timeout=timeout, meanwhile=meanwhile)
        seconds = time.monotonic() - start
        if "trace" in first:
            return first, seconds
        shown(first)
        try:
            rest = self._wait(timeout - seconds)  # which isn't over for what is done meanwhile
        except SessionError as error:
            raise SessionError(error.failure, read_outputs(first) or error.outputs) from None
        if rest:
            seconds += rest["trace"].get("fingerprint_seconds", 0.0)
        if rest is None or seconds > timeout:
            raise self._stop(timeout, first)
        return {**first, **rest}, seconds

    def _wait(self, timeout: float) -> dict[str, Any] | None:
        """Return the next answer, or None when the time is over."""
        end = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            left = end - time.monotonic()
            if any(
                os.fstat(file.fileno()).st_size > PRINTED_LIMIT for file in self._printed.values()
            ):
                raise self._lose(Failure("too much output", FLOOD, final=True))
            if select.select([self._answers], [], [], max(0, min(left, WATCH)))[0]:
                data = os.read(self._answers, 1 << 20)
                if not data:
                    raise self._death()
                self._buffer += data
            elif left <= 0:
                return None
            elif self._process.poll() is not None:  # while a child of it holds the pipe open
                raise self._death()
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _stop(
        self, timeout: float, known: Mapping[str, Any] = MappingProxyType({})
    ) -> SessionError:
        """Interrupt a step whose time is over, to learn where it was; then kill the session."""
        answer: Mapping[str, Any] = {}
        with contextlib.suppress(ProcessLookupError, SessionError):
            os.kill(self._process.pid, signal.SIGINT)
            answer = self._wait(GRACE) or {}
        failure = answer.get("failure") or {}
        what = f"stopped after {timeout:g} s; a longer `#| timeout:` allows more"
        line, frames = failure.get("line"), failure.get("traceback", "")
        outputs = read_outputs(known or answer)
        return self._lose(Failure("Timeout", what, line, frames, final=True), outputs)

    def _death(self) -> SessionError:
        try:
            code = self._process.wait(GRACE)
            how = f"its process ended by {_signal(-code) if code < 0 else f'exit status {code}'}"
        except subprocess.TimeoutExpired:
            how = "it closed the pipe that litpost hears it by"
        return self._lose(Failure("the session died", f"{how} while this cell ran", final=True))

    def _lose(self, failure: Failure, outputs: Sequence[Output] = ()) -> SessionError:
        """Kill the session; tell what was written below Python, if nothing else is known."""
        self.kill()
        return SessionError(failure, outputs or tuple(self._last_printed()))

    def _last_printed(self) -> Iterator[Output]:
        for kind, file in self._printed.items():
            descriptor = file.fileno()
            data = os.pread(descriptor, TAIL, max(0, os.fstat(descriptor).st_size - TAIL))
            if data:
                yield Output(kind, {"text/plain": data.decode("utf-8", "replace")})

    def stop(self) -> None:
        """Have the process end, and all that it has started, without waiting for it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the process and all that it has started."""
        self.stop()
        self._process.wait()


def _signal(number: int) -> str:
    try:
        return f"signal {signal.Signals(number).name}"
    except ValueError:
        return f"signal {number}"


def run_step(
    session: Session,
    step: Step,
    exists: Mapping[str, str],
    *,
    declared: Mapping[str, str | None] = MappingProxyType({}),
    known: Mapping[str, str | None] = MappingProxyType({}),
    ahead: bool = False,
    meanwhile: Callable[[], None] = lambda: None,
    shown: Callable[[Trace, Set[str]], None] = lambda trace, asked: None,
) -> Trace:
    """Run a step in a session.

    Parameters
    ----------
    session
        Where to run it.
    step
        What to run.
    exists
        The variables that there are at its place of the source, with their digests.
    declared
        What it is said to read besides what the session sees.
    known
        What the session has seen it read before, if it is run again.
    ahead
        Whether it is run for a build that is yet to come: it must leave nothing behind.
    meanwhile
        What to do as soon as the session has been asked: it must not take long.
    shown
        Is told what the step has shown, and for which modules it has asked, while it is found out
        what it has read and written.
    """
    request = {
        **step.request, "identity": step.identity, "is_first": step.is_first, "exists": exists,
        "declared": dict(declared), "known": dict(known),
        "vouched": bool(step.depends) and step.cache is not False, "ahead": ahead,
    }  # fmt: skip
    start = time.monotonic()
    try:
        answer, seconds = session.run(
            request, timeout=step.timeout, meanwhile=meanwhile,
            shown=lambda first: shown(read_trace(step.key, first, 0.0), {*first["asked"]}),
        )  # fmt: skip
    except SessionError as error:
        return Trace(step.key, error.outputs, error.failure, time.monotonic() - start)
    return read_trace(step.key, answer, seconds)
