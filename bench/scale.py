"""Many small sources: a build in which nothing changed, and one with one of them edited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.document import Document, Revision
from bench.documents import small_document
from bench.plan import Plan
from bench.process import Run, RunError
from bench.series import Series
from bench.tools import FLOOR, LITPOST, MARKDOWN_EXEC, MYST_NB, NBCONVERT, Tool
from bench.workspace import Workspace

TABLE = "many sources"
PEERS = (MYST_NB, MARKDOWN_EXEC, NBCONVERT)
"""Peers that build many documents as one project; codebraid joins them into one page."""

PEERS_SIZE = 100


@dataclass
class _Blog:
    """A project of some size, and what was measured with it."""

    space: Workspace
    documents: list[Document]
    values: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: str = ""

    def build(self, expected: Sequence[str], *, watch: bool = False) -> Run:
        """Build it; the last document has to show these lines."""
        self.space.write(self.documents)
        built = self.space.build(self.documents, watch=watch)
        if lost := self.space.page(self.documents[-1], built).missing(expected):
            raise RunError(lost)
        return built

    def edit(self, revision: int) -> None:
        """Edit the last cell of the last document."""
        number = len(self.documents) - 1
        self.documents[number] = small_document(number).at(Revision(last=revision))

    def measure(self, row: str, expected: Sequence[str], *, watch: bool = False) -> None:
        """Build it and keep what was measured, unless something has failed."""
        if self.failed:
            return
        try:
            built = self.build(expected, watch=watch)
        except RunError as error:
            self.failed = f"{row}: {error}"
        else:
            self.values[row].append(float(built.peak or 0) if watch else built.seconds)


def no_op(size: int) -> str:
    """Name the row of a build in which nothing changed."""
    return f"no-op, {size} sources"


def one_edited(size: int) -> str:
    """Name the row of a build in which one cell of one source changed."""
    return f"one edited, {size} sources"


def memory(size: int) -> str:
    """Name the row of the driver's memory."""
    return f"no-op, {size} sources"


OWN_CELLS = "one source by itself"
FIRST = "first build, {size} sources"


def measure_scale(plan: Plan, say: Callable[[str], None]) -> list[Series]:
    """Measure litpost with all sizes, and its peers with a hundred."""
    series: list[Series] = []
    blogs: list[_Blog] = []
    if LITPOST in plan.tools:
        blogs, passed_over = _prime(plan, say)
        series += passed_over
    plain: list[float] = []
    for turn in range(1, plan.rounds + 1):
        for blog in blogs:
            size = len(blog.documents)
            say(f"{size} sources: round {turn}")
            blog.measure(no_op(size), _expected(size, turn - 1))
            blog.edit(turn)
            blog.measure(one_edited(size), _expected(size, turn))
        plain.append(_plain(plan, turn))
    for blog in blogs:
        series += _series(blog, [FIRST.format(size=len(blog.documents))])
        series += _memory(blog, plan.rounds)
    if blogs:
        series.append(Series(TABLE, OWN_CELLS, FLOOR.name, tuple(plain)))
    for tool in PEERS:
        if tool in plan.tools:
            series += _measure_peer(tool, plan, say)
    return series


def _prime(plan: Plan, say: Callable[[str], None]) -> tuple[list[_Blog], list[Series]]:
    """Build blogs of all sizes once, as long as that is quick enough."""
    blogs: list[_Blog] = []
    passed_over: list[Series] = []
    per_source = 0.0
    for size in plan.sizes:
        if per_source * size > plan.limit:
            reason = (
                f"not run: a build would take {per_source * size:.0f} s, "
                f"more than the limit of {plan.limit:.0f} s"
            )
            passed_over += [
                Series(TABLE, row, LITPOST.name, failed=reason)
                for row in (no_op(size), one_edited(size))
            ]
            continue
        say(f"{size} sources: first builds with {LITPOST.name}")
        blog = _blog(LITPOST, size, plan)
        blog.measure(FIRST.format(size=size), _expected(size, 0))
        blog.measure("settled", _expected(size, 0))
        per_source = blog.values["settled"][0] / size if blog.values["settled"] else 0.0
        blogs.append(blog)
    return blogs, passed_over


def _measure_peer(tool: Tool, plan: Plan, say: Callable[[str], None]) -> list[Series]:
    """Measure a build in which nothing changed; only once if the tool has no cache."""
    size = min(PEERS_SIZE, max(plan.sizes))
    blog = _blog(tool, size, plan)
    expected = _expected(size, 0)
    say(f"{size} sources: {tool.name}")
    if tool.caches:
        blog.measure(FIRST.format(size=size), expected)
        blog.measure("settled", expected)
    for _ in range(plan.rounds if tool.caches else 1):
        blog.measure(no_op(size), expected)
    return _series(blog, [FIRST.format(size=size)] if tool.caches else [])


def _series(blog: _Blog, first: list[str]) -> list[Series]:
    size = len(blog.documents)
    rows = [*first, no_op(size)]
    rows += [one_edited(size)] if blog.space.tool is LITPOST else []
    return [
        Series(TABLE, row, blog.space.tool.name, tuple(blog.values[row]), failed=blog.failed)
        for row in rows
    ]


def _memory(blog: _Blog, turn: int) -> list[Series]:
    size = len(blog.documents)
    blog.measure("memory", _expected(size, turn), watch=True)
    values = tuple(value for value in blog.values["memory"] if value)
    failed = blog.failed or ("" if values else "this system doesn't tell (no VmHWM in /proc)")
    return [
        Series("driver's memory", memory(size), LITPOST.name, values, failed=failed, unit="B")
    ]  # fmt: skip


def _blog(tool: Tool, size: int, plan: Plan) -> _Blog:
    space = Workspace(tool, plan.scratch / "scale" / f"{tool.name}-{size}")
    return _Blog(space, [small_document(number).at(Revision()) for number in range(size)])


def _expected(size: int, revision: int) -> list[str]:
    return [f"number: {size - 1}", f"revision {revision}: {2 * (size - 1) + 1}"]


def _plain(plan: Plan, turn: int) -> float:
    """Run one small document as plain Python."""
    space = Workspace(FLOOR, plan.scratch / "scale" / FLOOR.name)
    document = small_document(0).at(Revision(last=turn))
    space.write([document])
    return space.build([document]).seconds
