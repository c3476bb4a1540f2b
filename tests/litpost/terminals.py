"""Terminals, for tests: what a command writes to one."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

TAKEN = ("CI", "NO_COLOR", "TERM")
"""What says of a terminal what it can't, or isn't."""


def on_terminal(root: Path, *arguments: str, **environment: str) -> str:
    """Run the command line on a terminal; return all that it has written there."""
    ours, its = pty.openpty()
    own = {name: value for name, value in os.environ.items() if name not in TAKEN}
    command = [sys.executable, "-m", "litpost", *arguments]
    settings: Mapping[str, str] = {**own, "TERM": "xterm", **environment}
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.DEVNULL, stdout=its, stderr=its, env=settings
    ):
        os.close(its)
        written = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # nobody has it open any more
        return b""
