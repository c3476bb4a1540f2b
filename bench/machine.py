"""What the numbers were measured on, and with."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.tools import FLOOR, Tool

ASK = """
import importlib.metadata, json, sys
versions = {}
for name in sys.argv[1:]:
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        versions[name] = "missing"
print(json.dumps(versions))
"""

PREFIXES = ("OPENBLAS_", "OMP_", "MKL_", "TF_ENABLE_ONEDNN_OPTS", "TF_NUM_")
"""Beginnings of variables that make numerical libraries faster or slower."""


@dataclass(frozen=True)
class Machine:
    """A machine and what is installed on it.

    Attributes
    ----------
    processor, cores, system
        Its hardware and operating system.
    versions
        Versions of what was measured, by name.
    variables
        Environment variables that change the speed of numerical libraries, `NAME=value`.
    """

    processor: str
    cores: int
    system: str
    versions: tuple[tuple[str, str], ...]
    variables: tuple[str, ...]


def describe_machine(tools: Iterable[Tool]) -> Machine:
    """Return this machine."""
    versions = [("Python", platform.python_version())]
    for tool in (FLOOR, *(tool for tool in tools if tool is not FLOOR)):
        versions += _versions(tool)
        if "codebraid" in tool.distributions:
            versions.append(("pandoc", _pandoc()))
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 0,
        system=platform.system(),
        versions=tuple(dict(versions).items()),
        variables=tuple(
            f"{name}={value}" for name, value in sorted(os.environ.items())
            if name.startswith(PREFIXES)
        ),
    )  # fmt: skip


def _versions(tool: Tool) -> list[tuple[str, str]]:
    command: list[str | Path] = [tool.folder / "python", "-c", ASK, *tool.distributions]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout).items())


def _pandoc() -> str:
    try:
        done = subprocess.run(["pandoc", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "missing"
    return done.stdout.split()[1]


def _processor() -> str:
    try:
        listed = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        listed = ""
    found = re.search(r"^model name\s*:\s*(.+)$", listed, re.M)
    return found[1] if found else platform.processor() or platform.machine()
