"""Edits while a blog is served: what they cost beyond the code that they run.

litpost's side is one process that lives through all edits (`bench.warm_litpost`). Plain Python's is
a new one in each round (`bench.warm_python`), which has run all cells but the edited one: litpost
promises the bytes of a clean build, in which that cell runs for the first time.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from bench.document import Revision
from bench.documents import DOCUMENTS
from bench.plan import Plan, rotated
from bench.process import RunError
from bench.series import Series
from bench.tools import FLOOR, LITPOST, REPOSITORY, Tool
from bench.workspace import Workspace

TABLE = "warm session"
WARMING = 2  # edits until a session is warm: that of the first build has nothing to run ahead
SIDES = {LITPOST.name: "bench.warm_litpost", FLOOR.name: "bench.warm_python"}


def last_cell(name: str) -> str:
    """Name the row of an edit of a document's last cell."""
    return f"last-cell edit, {name}"


def prose(name: str) -> str:
    """Name the row of an edit of a document's prose."""
    return f"prose edit, {name}"


def once_more(name: str) -> str:
    """Name the row of a document's last cell as it runs a second time."""
    return f"that cell once more, {name}"


def measure_warm(plan: Plan, say: Callable[[str], None]) -> list[Series]:
    """Measure edits of the last cell, and of prose, beside that cell in plain Python."""
    if LITPOST not in plan.tools:
        return []
    series = []
    for name in plan.documents:
        try:
            series += _measure(name, plan, say)
        except RunError as error:
            series.append(Series(TABLE, last_cell(name), LITPOST.name, failed=str(error)))
    return series


def _measure(name: str, plan: Plan, say: Callable[[str], None]) -> list[Series]:
    times: dict[tuple[str, str], list[float]] = {}

    def note(row: str, tool: Tool, seconds: float) -> None:
        times.setdefault((row, tool.name), []).append(seconds)

    with _Side(LITPOST, name, plan.scratch) as own:
        for turn in range(WARMING):
            own.edit(Revision(last=turn + 1, prose=turn))
        for turn in range(WARMING, plan.rounds + WARMING):
            say(f"{name}: warm session, round {turn - WARMING + 1}")
            edited = Revision(last=turn + 1, prose=turn)
            with _Side(FLOOR, name, plan.scratch) as floor:
                for side in rotated([own, floor], turn):
                    first, *others = side.edit(edited)
                    note(last_cell(name), side.tool, first)
                    for again in others:
                        note(once_more(name), side.tool, again)
            [seconds] = own.edit(replace(edited, prose=turn + 1))
            note(prose(name), own.tool, seconds)
    return [Series(TABLE, row, tool, tuple(values)) for (row, tool), values in times.items()]


class _Side:
    """A process that builds a document, or runs it, and again after each edit."""

    def __init__(self, tool: Tool, name: str, folder: Path) -> None:
        self.tool, self._document = tool, DOCUMENTS[name]
        self._space = Workspace(tool, folder / name / f"warm-{tool.name}")
        self._space.clear()
        self._space.write([self._document.at(Revision())])
        self._stderr: IO[bytes] = TemporaryFile()  # noqa: SIM115  (closed on exit)
        self._process = subprocess.Popen(
            [str(tool.folder / "python"), "-m", SIDES[tool.name], str(self._space.folder), name],
            cwd=REPOSITORY,
            env=_environment(tool),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )

    def __enter__(self) -> _Side:
        self._answer()  # it is ready
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._stderr.close()

    def edit(self, revision: Revision) -> list[float]:
        """Edit the document; return how many seconds pass until that shows, each time.

        Raises
        ------
        RunError
            It doesn't show.
        """
        self._space.write([self._document.at(revision)])
        assert self._process.stdin
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        answer = self._answer()
        if (wanted := f"fit {revision.last}:") not in answer["shown"]:
            raise RunError(f"{self.tool.name}: doesn't show `{wanted}`")
        return [float(seconds) for seconds in answer["seconds"]]

    def _answer(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._stderr.seek(0)
            said = self._stderr.read().decode(errors="replace").strip().splitlines()
            raise RunError(f"{self.tool.name}: {' / '.join(said[-3:])}")
        return json.loads(line)


def _environment(tool: Tool) -> Mapping[str, str]:
    return {**tool.environment(), "PYTHONPATH": str(REPOSITORY)}
