"""Sessions that are forked, for tests that need thousands of them; see `fork_server`."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import IO, Any

import pytest

from litpost import runner
from litpost.environment import session_environment

SERVER = Path(__file__).with_name("fork_server.py")


class Fork:
    """What `litpost.runner` needs of `subprocess.Popen`, of a process that another has forked.

    `mutation` is code that changes the session before it starts.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        mutation: str,
        env: Mapping[str, str],
        stdout: IO[bytes],
        stderr: IO[bytes],
        pass_fds: Sequence[int],
        **others: Any,
    ) -> None:
        self._teller, teller = os.pipe()
        request = {"root": arguments[-4], "environment": dict(env), "mutation": mutation}
        descriptors = [stdout.fileno(), stderr.fileno(), *pass_fds, teller]
        server = _server(*(env.get(name) for name in ("PYTHONPATH", "PYTHONUSERBASE")))
        socket.send_fds(server, [json.dumps(request).encode() + b"\n"], descriptors)
        os.close(teller)
        self._lock = Lock()
        self._status: int | None = None
        self.pid = self._next_number()

    def _next_number(self) -> int:
        digits = b""
        while not digits.endswith(b"\n"):
            digits += os.read(self._teller, 1)
        return int(digits)

    def poll(self) -> int | None:
        """Return how the process has ended, if it has."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the process has ended."""
        with self._lock:  # a thread may wait for what another kills
            if self._status is None:
                if not select.select([self._teller], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired("session", timeout or 0)
                self._status = self._next_number()
                os.close(self._teller)
            return self._status


@functools.cache
def _server(*places: str | None) -> socket.socket:
    """Start a server, for sessions that find modules in these places; it ends with this process."""
    own, its = socket.socketpair()
    subprocess.run(
        [sys.executable, "-P", str(SERVER), str(its.fileno())],
        env=session_environment("en"), pass_fds=[its.fileno()], stdin=subprocess.DEVNULL,
        check=True,
    )  # fmt: skip
    its.close()
    return own


@contextlib.contextmanager
def forking(mutation: str = "") -> Iterator[None]:
    """Let the sessions of this process be forked, and be changed by some code before they start."""
    shim = SimpleNamespace(
        Popen=functools.partial(Fork, mutation=mutation),
        DEVNULL=subprocess.DEVNULL,
        TimeoutExpired=subprocess.TimeoutExpired,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "subprocess", shim)
        yield
