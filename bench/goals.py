"""The goals, and whether they were met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.fingerprints import KINDS, LARGE
from bench.scale import OWN_CELLS, TABLE, no_op, one_edited
from bench.series import Results, Series, ratio, slopes
from bench.tools import FLOOR, LITPOST
from bench.warm import TABLE as WARM
from bench.warm import last_cell

LITPOST_ = LITPOST.name
FLOOR_ = FLOOR.name

COLD_RATIO = 1.15
NO_OP_SECONDS = 0.10
NO_OP_RATIO = 0.6
PROSE_SECONDS = 0.040
SHARE = 0.05
LARGE_SECONDS = 0.5
NOISE_SECONDS = 0.05
DRIVER_BYTES = 60_000_000
WARM_SECONDS = 0.030
MANY = 1000
MANY_SECONDS = 0.8
LINEAR = 1.5
"""A further source may cost at most so many times what it cost between smaller sizes."""


@dataclass(frozen=True)
class Goal:
    """Something that litpost promises.

    Attributes
    ----------
    text
        What, and how much at most.
    measured
        What was measured instead.
    met
        `None` if it wasn't measured.
    """

    text: str
    measured: str = "not measured"
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """The verdict in a word."""
        return {True: "met", False: "MISSED", None: "–"}[self.met]


def judge(results: Results, documents: tuple[str, ...]) -> list[Goal]:
    """Compare all goals with what was measured."""
    goals: list[Goal] = []
    for document in documents:
        goals += _document(results, document)
    goals += [_share(results, document) for document in documents]
    for document in documents:
        goals += _warm(results, document)
    goals += _large(results)
    goals.append(_memory(results))
    goals += _many(results)
    return goals


def _document(results: Results, name: str) -> Iterator[Goal]:
    def own(row: str) -> float | None:
        return results.median(f"document {name}", row, LITPOST_)

    def floor(row: str) -> float | None:
        return results.median(f"document {name}", row, FLOOR_)

    no_op = own("no-op")
    best = results.best(f"document {name}", "no-op", without=(LITPOST_, FLOOR_))
    prose = own("prose edit")
    added = None if prose is None or no_op is None else prose - no_op
    yield _ratio(f"{name}: cold", own("cold"), floor("cold"), COLD_RATIO, "the floor")
    yield _seconds(f"{name}: no-op", no_op, NO_OP_SECONDS)
    yield _ratio(
        f"{name}: no-op",
        no_op,
        best[1] if best else None,
        NO_OP_RATIO,
        f"the best peer ({best[0]})" if best else "the best peer",
    )
    yield _seconds(f"{name}: prose edit, beyond no-op", added, PROSE_SECONDS)
    last = "last-cell edit"
    yield _ratio(f"{name}: {last}", own(last), floor(last), 1, "the floor of its slice")
    yield _right(results, name)
    module = "module edit"
    yield _ratio(f"{name}: {module}", own(module), floor(module), 1, "the floor")


def _right(results: Results, name: str) -> Goal:
    text = f"{name}: module edit right"
    series = results.find(f"document {name}", "module edit", LITPOST_)
    if series is None or series.median is None:
        return Goal(text)
    return Goal(text, series.wrong or "right", not series.wrong)


def _share(results: Results, name: str) -> Goal:
    text = f"{name}: fingerprints ≤ {SHARE:.0%} of a cold build"
    series = results.find("fingerprints", f"share of a cold build, {name}", LITPOST_)
    if series is None or series.median is None:
        return Goal(text, series.failed if series and series.failed else "not measured")
    return Goal(text, f"{series.median:.1%}", series.median <= SHARE)


def _warm(results: Results, name: str) -> Iterator[Goal]:
    own = results.median(WARM, last_cell(name), LITPOST_)
    floor = results.median(WARM, last_cell(name), FLOOR_)
    added = None if own is None or floor is None else own - floor
    yield _seconds(f"{name}: warm session, last-cell edit, beyond the cell", added, WARM_SECONDS)


def _large(results: Results) -> Iterator[Goal]:
    for kind in ("changes", "reads"):
        yield _resolved(
            _seconds(
                f"{LARGE}: {KINDS[kind]}",
                results.median(LARGE, KINDS[kind], LITPOST_),
                LARGE_SECONDS,
            ),
            results.find(LARGE, KINDS[kind], LITPOST_),
        )
    once = results.median(LARGE, "hashing them once", FLOOR_)
    leaves = results.median(LARGE, KINDS["leaves"], LITPOST_)
    yield _resolved(
        _ratio(f"{LARGE}: {KINDS['leaves']}", leaves, once, 1, "hashing them once"),
        results.find(LARGE, KINDS["leaves"], LITPOST_),
    )


def _resolved(goal: Goal, series: Series | None) -> Goal:
    """Withhold the verdict on a cost, which is a difference, that is clearly below zero."""
    if series is None or series.median is None or series.median >= -NOISE_SECONDS:
        return goal
    return Goal(goal.text, f"lost in the machine's noise ({series.median:.3f} s)")


def _memory(results: Results) -> Goal:
    text = f"driver's memory ≤ {DRIVER_BYTES / 1e6:.0f} MB"
    found = [
        (series.median, series.row)
        for series in results.series
        if series.table == "driver's memory" and series.median is not None
    ]
    if not found:
        return Goal(text)
    peak, row = max(found)
    return Goal(text, f"{peak / 1e6:.0f} MB ({row})", peak <= DRIVER_BYTES)


def _many(results: Results) -> Iterator[Goal]:
    yield _seconds(f"{MANY} sources: no-op", _median(results, no_op(MANY)), MANY_SECONDS)
    own = results.median(TABLE, OWN_CELLS, FLOOR_)
    edited = _median(results, one_edited(MANY))
    beyond = None if own is None or edited is None else edited - own
    yield _seconds(f"{MANY} sources: one edited, beyond its own cells", beyond, MANY_SECONDS)
    points = [
        (size, value)
        for size in _sizes(results)
        if (value := _median(results, no_op(size))) is not None
    ]
    text = f"many sources: a further one costs ≤ {LINEAR} × what it cost before"
    steps = slopes(points)
    if len(steps) < 2:
        yield Goal(text)
        return
    shown = ", ".join(f"{step * 1000:.2f} ms" for step in steps)
    limit = LINEAR * max(steps[-2], 0)
    sizes = "–".join(str(size) for size, _ in points)
    yield Goal(text, f"{shown} ({sizes})", steps[-1] <= limit)


def _sizes(results: Results) -> list[int]:
    rows = {series.row for series in results.series if series.table == TABLE}
    return sorted(
        int(row.removeprefix("no-op, ").split()[0]) for row in rows if row.startswith("no-op, ")
    )


def _median(results: Results, row: str) -> float | None:
    return results.median(TABLE, row, LITPOST_)


def _seconds(text: str, value: float | None, limit: float) -> Goal:
    text = f"{text} ≤ {limit:.2f} s"
    return Goal(text) if value is None else Goal(text, f"{value:.3f} s", value <= limit)


def _ratio(text: str, value: float | None, base: float | None, limit: float, what: str) -> Goal:
    text = f"{text} ≤ {limit:g} × {what}"
    found = ratio(value, base)
    if found is None:
        return Goal(text)
    return Goal(text, f"{found:.2f} × ({value:.3f} s / {base:.3f} s)", found <= limit)
