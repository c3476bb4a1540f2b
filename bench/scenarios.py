"""One document, built from nothing, again, and after each kind of edit.

Each tool has two folders: one is emptied before every cold build, the other keeps its caches. In
every round, and in every scenario of it, all tools run one after the other, so that what else the
machine does hits all of them.

What plain Python prints is what every page must show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.document import Document, Revision
from bench.documents import DOCUMENTS
from bench.plan import Plan, rotated
from bench.process import Run, RunError
from bench.series import Series
from bench.tools import FLOOR, Tool
from bench.workspace import Page, Workspace

SCENARIOS = {
    "cold": "cold",
    "noop": "no-op",
    "prose": "prose edit",
    "last": "last-cell edit",
    "module": "module edit",
}
"""Names on the command line, and in tables."""

FLOORED = ("cold", "last", "module")
"""Scenarios that plain Python takes part in."""


def measure_scenarios(plan: Plan, say: Callable[[str], None]) -> list[Series]:
    """Measure all scenarios of all documents."""
    series = []
    for name in plan.documents:
        series += _Race(DOCUMENTS[name], name, plan, say).run()
    return series


@dataclass(frozen=True)
class _Lines:
    """What plain Python has printed: for the whole document, and for its last cell's slice."""

    whole: Sequence[str]
    slice: Sequence[str]

    def with_slice(self, lines: Sequence[str]) -> _Lines:
        kept = [line for line in self.whole if line not in self.slice]
        return _Lines([*kept, *lines], lines)


class _Race:
    """All tools on one document."""

    def __init__(
        self, document: Document, name: str, plan: Plan, say: Callable[[str], None]
    ) -> None:
        self.document = document
        self.name = name
        self.plan = plan
        self.say = say
        self.scenarios = [scenario for scenario in SCENARIOS if scenario in plan.parts]
        self.revision = Revision()
        self.values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        self.failed: dict[tuple[str, str], str] = {}
        self.wrong: dict[tuple[str, str], str] = {}
        self.lines = _Lines((), ())

    def run(self) -> list[Series]:
        """Run all rounds."""
        if not self.scenarios:
            return []
        tools = self._prime()
        for turn in range(1, self.plan.rounds + 1):
            for scenario in self.scenarios:
                self.say(f"{self.name}: round {turn}, {SCENARIOS[scenario]}")
                self._play(scenario, turn, rotated(tools, turn))
        return [
            Series(
                f"document {self.name}",
                title,
                tool.name,
                tuple(self.values[scenario, tool.name]),
                failed=self.failed.get((scenario, tool.name), ""),
                wrong=self.wrong.get((scenario, tool.name), ""),
            )
            for scenario, title in SCENARIOS.items()
            if scenario in self.scenarios
            for tool in self.plan.tools
            if tool is not FLOOR or scenario in FLOORED
        ]

    def _prime(self) -> list[Tool]:
        """Build everything once without measuring; return the tools that can do it."""
        able = []
        base = self.document.at(Revision())
        for tool in self.plan.tools:
            self.say(f"{self.name}: first build with {tool.name}")
            try:
                built = self._build(tool, "warm", base)
                if tool is FLOOR:
                    sliced = self._build(tool, "slice", self._slice(base))
                    self.lines = _Lines(_lines(built), _lines(sliced))
                page = self._space(tool, "warm").page(base, built)
                if lost := page.missing(self.lines.whole, _figures(base)):
                    raise RunError(lost)
                if tool.caches:
                    self._build(tool, "warm", base)
            except RunError as error:
                if tool is FLOOR:
                    raise
                for scenario in self.scenarios:
                    self.failed[scenario, tool.name] = str(error)
            else:
                able.append(tool)
        return able

    def _play(self, scenario: str, turn: int, tools: list[Tool]) -> None:
        """Let all tools run one scenario once."""
        revision = self.revision
        if scenario in ("prose", "last", "module"):
            revision = replace(revision, **{scenario: turn})
        document = self.document.at(Revision() if scenario == "cold" else revision)
        done: dict[Tool, tuple[Run, Page]] = {}
        for tool in tools:
            if tool is FLOOR and scenario not in FLOORED:
                continue
            try:
                done[tool] = self._measure(tool, scenario, document)
            except RunError as error:
                self.failed[scenario, tool.name] = str(error)
        expected = self._expect(scenario, done)
        for tool, (built, page) in done.items():
            self._judge(scenario, tool, built, page.missing(expected, self._shown(scenario, tool)))
        if scenario == "module":
            self._revert([tool for tool in done if tool.caches])
        else:
            self.revision = revision

    def _measure(self, tool: Tool, scenario: str, document: Document) -> tuple[Run, Page]:
        if scenario == "cold":
            self._space(tool, "cold").clear()
            place = "cold"
        elif scenario == "last" and tool is FLOOR:
            place, document = "slice", self._slice(document)
        else:
            place = "warm"
        built = self._build(tool, place, document)
        return built, self._space(tool, place).page(document, built)

    def _expect(self, scenario: str, done: dict[Tool, tuple[Run, Page]]) -> Sequence[str]:
        """Return the lines that pages have to show."""
        if FLOOR not in done:
            if scenario in FLOORED:
                raise RunError(f"plain Python: {self.failed[scenario, FLOOR.name]}")
            return self.lines.whole
        lines = _lines(done[FLOOR][0])
        if scenario == "last":
            self.lines = self.lines.with_slice(lines)
        return lines

    def _judge(self, scenario: str, tool: Tool, built: Run, lost: str) -> None:
        if lost and scenario == "module":
            self.wrong[scenario, tool.name] = lost
        elif lost:
            self.failed[scenario, tool.name] = lost
            return
        self.values[scenario, tool.name].append(built.seconds)

    def _revert(self, tools: list[Tool]) -> None:
        """Undo the module's edit, or pages that are stale now would be so in the next scenario."""
        for tool in tools:
            try:
                self._build(tool, "warm", self.document.at(self.revision))
            except RunError as error:
                self.failed["module", tool.name] = f"after it was undone: {error}"

    def _shown(self, scenario: str, tool: Tool) -> int:
        sliced = scenario == "last" and tool is FLOOR
        return _figures(self._slice(self.document) if sliced else self.document)

    def _build(self, tool: Tool, place: str, document: Document) -> Run:
        space = self._space(tool, place)
        space.write([document])
        return space.build([document])

    def _space(self, tool: Tool, place: str) -> Workspace:
        return Workspace(tool, self.plan.scratch / self.name / place / tool.name)

    def _slice(self, document: Document) -> Document:
        return document.slice(document.cells[-1].label)


def _figures(document: Document) -> int:
    return sum(bool(cell.figure) for cell in document.cells)


def _lines(built: Run) -> list[str]:
    return [line for line in built.stdout.splitlines() if line.strip()]
