"""What it costs to know what a cell has changed: time, and the driver's memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from bench.document import Document, Revision
from bench.documents import DOCUMENTS, large_document
from bench.plan import Plan, rotated
from bench.process import Run, RunError
from bench.series import Series
from bench.tools import FLOOR, LITPOST, OWN, Tool
from bench.workspace import Workspace

PROFILE = {"LITPOST_PROFILE": "1"}
"""Makes litpost report each cell's `fingerprint_seconds`."""

KINDS = {
    "changes": "a cell that changes them",
    "reads": "a cell that reads one number of each",
    "leaves": "a cell that leaves them alone",
}
LARGE = "1 GB of arrays"
CELLS = 24
"""How many cells of a kind are added to a document: their cost is a difference, divided by that."""

HASHING = """
import hashlib, time
data = bytes(2**30)
for name in ("sha256", "blake2b"):
    start = time.perf_counter()
    hashlib.new(name, data).digest()
    print(time.perf_counter() - start)
"""


def measure_fingerprints(plan: Plan, say: Callable[[str], None]) -> list[Series]:
    """Measure the share of a cold build that goes into fingerprints, as litpost reports it."""
    if LITPOST not in plan.tools:
        return []
    series = []
    for name in plan.documents:
        document = DOCUMENTS[name].at(Revision())
        space = Workspace(LITPOST, plan.scratch / name / "fingerprints")
        shares: list[float] = []
        failed = ""
        for turn in range(1, plan.rounds + 1):
            say(f"{name}: fingerprints, round {turn}")
            try:
                built = _cold(space, document, options=["--json"], variables=PROFILE)
                shares.append(share_of(built.stdout, built.seconds))
            except RunError as error:
                failed = str(error)
        series.append(
            Series("fingerprints", f"share of a cold build, {name}", LITPOST.name,
                   tuple(shares), failed=failed, unit="1")
        )  # fmt: skip
    return series


def share_of(report: str, seconds: float) -> float:
    """Return the share of fingerprints in a build's time.

    Raises
    ------
    RunError
        The report doesn't say how long they took.
    """
    cells = [cell for post in json.loads(report)["posts"] for cell in post["cells"]]
    spent = [cell["fingerprint_seconds"] for cell in cells if "fingerprint_seconds" in cell]
    if not spent:
        raise RunError("not reported")
    return float(sum(spent)) / seconds


def measure_memory(plan: Plan, say: Callable[[str], None]) -> list[Series]:
    """Measure the most memory that the driver holds, without the session that runs the cells."""
    if LITPOST not in plan.tools:
        return []
    series = []
    for name in plan.documents:
        document = DOCUMENTS[name].at(Revision())
        space = Workspace(LITPOST, plan.scratch / name / "memory")
        say(f"{name}: memory")
        try:
            builds = [
                ("cold", _cold(space, document, watch=True)),
                ("no-op", space.build([document], watch=True)),
            ]
            series += [_memory(f"{row}, {name}", built.peak) for row, built in builds]
        except RunError as error:
            series.append(Series("driver's memory", name, LITPOST.name, failed=str(error)))
    return series


def _memory(row: str, peak: int | None) -> Series:
    failed = "" if peak else "this system doesn't tell (no VmHWM in /proc)"
    values = (float(peak),) if peak else ()
    return Series("driver's memory", row, LITPOST.name, values, failed=failed, unit="B")


def measure_large(plan: Plan, say: Callable[[str], None]) -> list[Series]:
    """Measure what 1 GB of arrays costs each cell, beside plain Python.

    The same document is built with some cells of one kind and without; the difference, less that of
    plain Python in the same round, is what litpost adds to these cells.
    """
    if LITPOST not in plan.tools:
        return []
    times: dict[tuple[str, str], list[float]] = {}
    try:
        for turn in range(plan.rounds + 1):
            for kind in ("", *KINDS):
                say(f"1 GB of arrays: round {turn}, {KINDS.get(kind, 'the arrays alone')}")
                for tool in rotated([FLOOR, LITPOST], turn):
                    seconds = _build_large(plan, kind, tool)
                    if turn:  # the first round only warms up
                        times.setdefault((kind, tool.name), []).append(seconds)
    except RunError as error:
        return [Series(LARGE, row, LITPOST.name, failed=str(error)) for row in KINDS.values()]
    series = [_hashing(plan, say)]
    for kind, row in KINDS.items():
        series.append(Series(LARGE, row, LITPOST.name, added(times, kind)))
    for (kind, name), values in times.items():
        row = f"whole build, {CELLS} × {KINDS[kind]}" if kind else "whole build, arrays alone"
        series.append(Series(LARGE, row, name, tuple(values)))
    return series


def added(times: dict[tuple[str, str], list[float]], kind: str) -> tuple[float, ...]:
    """Return what litpost added to a cell of a kind in each round, in seconds."""
    rounds = zip(
        times[kind, LITPOST.name],
        times["", LITPOST.name],
        times[kind, FLOOR.name],
        times["", FLOOR.name],
        strict=True,
    )
    return tuple(((own - base) - (plain - least)) / CELLS for own, base, plain, least in rounds)


def _build_large(plan: Plan, kind: str, tool: Tool) -> float:
    document = large_document(kind, CELLS) if kind else large_document("leaves", 0)
    space = Workspace(tool, plan.scratch / "large" / tool.name)
    try:
        built = _cold(space, document)
        if lost := space.page(document, built).missing([f"bytes: {2**30}"]):
            raise RunError(lost)
        return built.seconds
    except RunError as error:
        raise RunError(f"{tool.name}: {error}") from error
    finally:
        space.clear()


def _hashing(plan: Plan, say: Callable[[str], None]) -> Series:
    """Measure how long it takes to hash 1 GB once, with the faster of two common functions."""
    say("1 GB of arrays: hashing once")
    plan.scratch.mkdir(parents=True, exist_ok=True)
    hasher = Workspace(_python(HASHING), plan.scratch)
    values = []
    for _ in range(plan.rounds):
        values.append(min(float(line) for line in hasher.build([]).stdout.split()))
    return Series(LARGE, "hashing them once", FLOOR.name, tuple(values))


def _python(code: str) -> Tool:
    return Tool(
        FLOOR.name, OWN, (), write=lambda _: {}, command=lambda _: ["python", "-c", code]
    )  # fmt: skip


def _cold(
    space: Workspace,
    document: Document,
    *,
    options: Sequence[str] = (),
    variables: dict[str, str] | None = None,
    watch: bool = False,
) -> Run:
    space.clear()
    space.write([document])
    return space.build([document], options=options, variables=variables, watch=watch)
