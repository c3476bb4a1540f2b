"""Processes that are run to be measured."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO


class RunError(Exception):
    """A run failed or didn't show what it should have shown; it counts for nothing."""


@dataclass(frozen=True)
class Run:
    """A process that has ended.

    Attributes
    ----------
    seconds
        From its start to its end.
    stdout
        What it printed.
    peak
        The most memory that the process itself has held, in bytes, without its children; `None` if
        that wasn't asked for or can't be told on this system.
    """

    seconds: float
    stdout: str
    peak: int | None = None


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], *, watch: bool = False
) -> Run:
    """Run a command to its end.

    Parameters
    ----------
    command, folder, environment
        What to run, and where.
    watch
        Whether to follow its memory, which costs some time.

    Raises
    ------
    RunError
        It couldn't be started, or its exit status isn't 0.
    """
    with TemporaryFile() as stdout, TemporaryFile() as stderr:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        except OSError as error:
            raise RunError(f"{command[0]}: {error.strerror}") from error
        peak = _follow(process) if watch else None
        status = process.wait()
        seconds = time.perf_counter() - start
        printed, said = _text(stdout), _text(stderr)
    if status != 0:
        lines = (said.strip() or printed.strip()).splitlines()[-3:]
        raise RunError(f"exit status {status}: {' / '.join(lines)}")
    return Run(seconds, printed, peak)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _follow(process: subprocess.Popen[bytes]) -> int | None:
    """Read the process' peak, again and again until it ends; the last is the highest."""
    status = Path(f"/proc/{process.pid}/status")
    peak = None
    while process.poll() is None:
        try:
            found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.M)
        except OSError:
            break
        if found:
            peak = int(found[1]) * 1024
        time.sleep(0.002)
    return peak
