"""Takes a source through the pipeline: read, parse, plan, run, render, write, or check."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

from litpost.checks import check_header, check_prose
from litpost.draft import Draft
from litpost.engine import engine_digest
from litpost.errors import LitpostError, SourceError, UnwritableError
from litpost.execution import Execution, Run
from litpost.failures import failure_message, false_expectation
from litpost.formulas import check_formulas
from litpost.manifest import make_manifest, read_manifest, staleness
from litpost.parser import parse
from litpost.plan import Plan, Step, plan
from litpost.project import STORE, TEMPLATES, Place, Project
from litpost.receipts import Receipts
from litpost.references import check_references
from litpost.reports import UNCHANGED, CellReport, PostReport
from litpost.sessions import Sessions
from litpost.snippets import resolve
from litpost.source import Cell, Snippet, Source
from litpost.store import Store
from litpost.theme import Theme, load_theme
from litpost.translations import check_language, check_untranslated, original_path, translate
from litpost.values import Values
from litpost.versions import Versions
from litpost.writer import check_post, differing

Report = Callable[[Step, int, int], None]
Written = Callable[[], None]


def build(
    path: str,
    project: Project,
    *,
    force: bool = False,
    dry: bool = False,
    uses_store: bool = True,
    sessions: Sessions | None = None,
    receipts: Receipts | None = None,
    report: Report = lambda step, number, count: None,
    written: Written | None = None,
) -> PostReport:
    """Build the post of one source.

    Parameters
    ----------
    path
        The source's path from the root.
    force
        Overwrite a post that was edited by hand.
    dry
        Write nothing: report ``stale`` with the differences, or ``current``.
    uses_store
        Take over what earlier builds have stored, where it still holds.
    sessions
        Start the sessions that cells run in; they are the caller's to close.
    receipts
        Where to keep what the post depends on, and the traces; by default, in the project's store.
    report
        Is told of each step before it runs.
    written
        Is called when the post or its figures were written, or were taken back. If it is given,
        they are written as soon as it is known what all cells show, if that is certain; what else
        there is to do comes after.

    Returns
    -------
    PostReport
        With status ``failed`` and a message where something is wrong; then the post and its figures
        are as they were.
    """
    own = sessions or Sessions(project.root, project.language_of(path))
    try:
        with _opened(receipts, project) as opened:
            return _build(
                path, project, opened, own,
                force=force, dry=dry, uses_store=uses_store, report=report, written=written,
            )  # fmt: skip
    except UnwritableError as error:
        return PostReport(path, Place.of(path).post, "failed", str(error))
    finally:
        if sessions is None:
            own.close()


@contextlib.contextmanager
def _opened(receipts: Receipts | None, project: Project) -> Iterator[Receipts]:
    """Yield receipts: if there are none yet, those in the project's store."""
    if receipts:
        yield receipts
        return
    with contextlib.closing(Store(project.root / STORE)) as store:
        yield Receipts(project, store)


def _build(
    path: str,
    project: Project,
    receipts: Receipts,
    sessions: Sessions,
    *,
    force: bool,
    dry: bool,
    uses_store: bool,
    report: Report,
    written: Written | None,
) -> PostReport:
    root, place = project.root, Place.of(path)
    told = PostReport(path, place.post, "failed")
    try:
        theme = load_theme(project.theme, root / TEMPLATES)
        source = read(path, project, theme)
        if not (force or dry):
            check_post(root, place.post)
        told = replace(told, warnings=tuple(map(str, source.warnings)))
        planned = _plan(source, project, theme)
        draft = Draft(source, place, theme, project, is_forced=force)
        with draft.shown_to(None if dry else written):
            ran = Execution(
                planned, root, store=receipts.store, versions=receipts.versions,
                values=Values(root / STORE), uses_store=uses_store,
                sessions=sessions, report=report,
                meanwhile=partial(_prepare, planned, project, theme), shown=draft.begin,
            ).run()  # fmt: skip
            told = replace(told, cells=tuple(_cell_reports(planned, ran)))
            if ran.failed:
                trace = ran.traces[ran.failed.key]
                false = false_expectation(ran.failed, trace, source)
                told = replace(told, failed=ran.failed.key, false=false)
                raise LitpostError(failure_message(ran.failed, trace, source))
            outputs = draft.files(ran.traces)
            manifest = make_manifest(source, project, ran.reads, outputs)
            files = {**outputs, place.manifest: manifest.as_json()}
            if dry:
                changed = differing(root, files)
                diff = "".join(diffs(root, changed))
                return replace(told, status="stale" if changed else "current", diff=diff)
            has_written = draft.finish(files)
    except LitpostError as error:
        return replace(told, message=str(error))
    receipts.keep(source, ran, files, tuple(_current_cells(source)), theme)
    return replace(told, status="written" if has_written else "unchanged")


def _prepare(planned: Plan, project: Project, theme: Theme) -> None:
    """Load what is needed once all has run, and see that the usual templates are compiled."""
    with contextlib.suppress(Exception):  # it will be met, and told of, when it is needed
        for step in planned.steps:
            step.identity  # noqa: B018  (it is kept)
        for name in ("renderer", "rewording"):
            import_module(f"litpost.{name}")
        from litpost.templates import Templates

        Templates(project.root, theme).compile()


def explain(path: str, project: Project) -> tuple[CellReport, ...]:
    """Tell for every cell of a source whether it would run, and why; nothing runs.

    Raises
    ------
    LitpostError
        The source can't be read.
    """
    theme = load_theme(project.theme, project.root / TEMPLATES)
    planned = _plan(read(path, project, theme), project, theme)
    with contextlib.closing(Store(project.root / STORE)) as store:
        execution = Execution(planned, project.root, store=store, versions=Versions(store))
        foreseen = {done.step.key: done for done in execution.foresee()}
    reports, source = [], planned.source
    for cell, shown in _cells(source):
        because = shown or foreseen[cell.key].because
        status = "shown" if shown else "run" if because else "current"
        reports.append(_cell_report(cell, source, status, because or UNCHANGED))
    return tuple(reports)


def _plan(source: Source, project: Project, theme: Theme) -> Plan:
    sizes = {cover.file: cover.size for cover in theme.covers.values()}
    language = project.language_of(source.path)
    return plan(
        source, covers=sizes, engine=engine_digest(), language=language, schemes=theme.colours
    )


def check(path: str, project: Project) -> PostReport:
    """Tell from its manifest whether a post is current; nothing runs, nothing is written."""
    place = Place.of(path)
    manifest = read_manifest(project.root / place.manifest)
    if manifest is None:
        reasons = [f"there is no manifest {place.manifest}: it was never built here"]
    else:
        reasons = list(staleness(manifest, project))
    if reasons:
        return PostReport(path, place.post, "stale", f"{path}: stale: {'; '.join(reasons)}")
    source = read(path, project, load_theme(project.theme, project.root / TEMPLATES))
    cells, warnings = tuple(_current_cells(source)), tuple(map(str, source.warnings))
    return PostReport(path, place.post, "current", cells=cells, warnings=warnings)


def read(path: str, project: Project, theme: Theme) -> Source:
    """Read and parse a source, and check all of it that can be checked before it runs.

    Raises
    ------
    SourceError
        Something is wrong; every such thing is listed.
    LitpostError
        It can't be read.
    """
    source = parse(_text(path, project), path)
    source = resolve(_in_its_language(source, project), project.root)
    values = source.front_matter.values
    problems = [
        *check_header(values, source, theme, complete=False),
        *check_prose(source, theme),
        *check_references(source),
        *check_formulas(source),
    ]
    if problems:
        raise SourceError(problems)
    return source


def _text(path: str, project: Project) -> str:
    try:
        return (project.root / path).read_bytes().decode("utf-8")
    except OSError as error:
        raise LitpostError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise LitpostError(f"{path}:{line}: isn't text in UTF-8") from None


def _in_its_language(source: Source, project: Project) -> Source:
    """Put the original's cells into a source that is a translation."""
    check_language(source, project)
    name = source.front_matter.settings.get("original")
    if name is None:
        problems = list(check_untranslated(source))
        if problems:
            raise SourceError(problems)
        return source
    path = original_path(name, source, project)
    return translate(source, parse(_text(path, project), path))


def _cell_reports(planned: Plan, ran: Run) -> Iterator[CellReport]:
    for cell, shown in _cells(planned.source):
        if shown:
            yield _cell_report(cell, planned.source, "shown", shown)
        elif done := ran.done.get(cell.key):
            status, seconds = ("ran", done.trace.seconds) if done.because else ("current", 0.0)
            yield replace(
                _cell_report(cell, planned.source, status, done.because or UNCHANGED),
                seconds=round(seconds, 3),
                fingerprint_seconds=round(done.trace.fingerprint_seconds, 4),
            )


def _current_cells(source: Source) -> Iterator[CellReport]:
    for cell, shown in _cells(source):
        status, because = ("shown", shown) if shown else ("current", UNCHANGED)
        yield _cell_report(cell, source, status, because)


def _cell_report(cell: Cell, source: Source, status: str, because: str) -> CellReport:
    path = source.path_of(cell)
    other = path if path != source.path else ""
    return CellReport(cell.options.label, cell.line, status, because, source=other)


def _cells(source: Source) -> Iterator[tuple[Cell, str]]:
    """Yield all cells, with what those that don't run show."""
    for block in source.blocks:
        if isinstance(block, Snippet):
            yield block.cell, f"lines {block.first_line}-{block.last_line} of {block.path}"
        elif isinstance(block, Cell):
            yield block, "" if block.options.eval else "`eval: false`"


def diffs(root: Path, changed: Mapping[str, bytes]) -> Iterator[str]:
    """Yield unified diffs between the tree and what a build would write."""
    import difflib

    for path, data in changed.items():
        file = root / path
        before = file.read_bytes() if file.is_file() else b""
        try:
            old, new = (text.decode().splitlines(keepends=True) for text in (before, data))
        except UnicodeDecodeError:
            yield f"Binary file {path} differs\n"
            continue
        if path.endswith(".svg"):
            yield f"Figure {path} differs\n"
            continue
        yield from difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
