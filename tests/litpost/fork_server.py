"""Forks sessions from a process that has loaded what they load: a start takes 10 ms, not 100.

``python -P fork_server.py SOCKET`` gets a message for each session: its environment, its root, and
descriptors for its output, its requests, its answers, and for what becomes of it. It is kept from
loading anything that a session hasn't loaded when its first step runs.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main(descriptor: int) -> None:
    """Answer requests until there are no more."""
    if os.fork():
        return  # it is nobody's child, and ends when its socket does
    import litpost.session.__main__
    import litpost.session.recorder
    import litpost.session.shell  # noqa: F401

    needed = {name for name in sys.modules if name.partition(".")[0] != "litpost"}
    import signal
    import socket

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    data, descriptors = b"", []
    while True:
        part, some, _, _ = socket.recv_fds(control, 1 << 16, 6)
        if not part:
            return
        data, descriptors = data + part, descriptors + some
        if not data.endswith(b"\n"):
            continue
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _wait_for(json.loads(data), descriptors, needed)
        for each in descriptors:
            os.close(each)
        data, descriptors = b"", []


def _wait_for(request: dict[str, Any], descriptors: list[int], needed: set[str]) -> None:
    """Start a session; tell its process' number, and, at its end, how it ended."""
    *others, teller = descriptors
    process = os.fork()
    if process == 0:
        os.setpgid(0, 0)
        os.close(teller)
        _become(request, others, needed)
    os.setpgid(process, process)
    for each in others:
        os.close(each)
    os.write(teller, b"%d\n" % process)
    _, status = os.waitpid(process, 0)
    os.write(teller, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(request: dict[str, Any], descriptors: list[int], needed: set[str]) -> None:
    stdout, stderr, *pipes = descriptors
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, each in enumerate((nothing, stdout, stderr)):
        os.dup2(each, number)
        os.close(each)
    os.chdir(request["root"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for name in set(sys.modules) - needed - {"__main__"}:
        del sys.modules[name]
    from litpost.session.__main__ import main as answer

    exec(request["mutation"], {})
    answer(request["root"], *map(str, pipes))
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
