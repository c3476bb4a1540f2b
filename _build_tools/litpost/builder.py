"""Takes a source through the pipeline: read, parse, plan, run, render, write, or check."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litpost.checks import check_header, check_prose
from litpost.errors import LitpostError, SourceError
from litpost.formulas import check_formulas
from litpost.manifest import make_manifest, read_manifest, staleness
from litpost.parser import parse
from litpost.places import in_source_lines
from litpost.plan import Plan, Step, plan
from litpost.project import TEMPLATES, Place, Project
from litpost.references import check_references
from litpost.renderer import Rendered, render
from litpost.runner import Run, run
from litpost.snippets import resolve
from litpost.source import Cell, Snippet, Source
from litpost.theme import COMMON, SCRIPT, Theme, load_theme
from litpost.trace import Trace
from litpost.writer import check_post, differing, locked, remove, write

Report = Callable[[Step, int, int], None]


@dataclass(frozen=True)
class CellReport:
    """What a build did with one cell; `status` is ``ran``, ``current`` or ``shown``."""

    label: str | None
    line: int
    status: str
    because: str
    seconds: float = 0.0


@dataclass(frozen=True)
class PostReport:
    """What a build did with one source.

    `status` is ``written``, ``unchanged``, ``stale``, ``current`` or ``failed``; `message` tells
    why, where there is something to tell; `diff` is what would be written, if that was asked for.
    """

    source: str
    post: str
    status: str
    message: str = ""
    diff: str = ""
    cells: tuple[CellReport, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return the report as ``--json`` prints it."""
        return {
            "source": self.source,
            "post": self.post,
            "status": self.status,
            "message": self.message,
            "cells": [vars(cell) for cell in self.cells],
        }


def build(
    path: str,
    project: Project,
    *,
    force: bool = False,
    dry: bool = False,
    report: Report = lambda step, number, count: None,
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
    report
        Is told of each step before it runs.

    Returns
    -------
    PostReport
        With status ``failed`` and a message where something is wrong; then nothing was written.
    """
    place = Place.of(path)
    cells: tuple[CellReport, ...] = ()
    try:
        theme = load_theme(project.theme, project.root / TEMPLATES)
        source = read(path, project, theme)
        if not (force or dry):
            check_post(project.root, place.post)
        planned = plan(source)
        sizes = {cover.file: cover.size for cover in theme.covers.values()}
        ran = run(planned, project.root, covers=sizes, report=report)
        cells = tuple(_cell_reports(planned, ran))
        if ran.failed:
            raise LitpostError(_failure_message(ran.failed, ran.traces[ran.failed.key], source))
        rendered = render(source, ran.traces, place=place, theme=theme, project=project)
        files = _files(rendered, source, project, theme, ran)
        changed = differing(project.root, files)
        if dry:
            diff = "".join(_diffs(project.root, changed))
            status = "stale" if changed else "current"
            return PostReport(path, place.post, status, diff=diff, cells=cells)
        with locked(project.root):
            if not force:
                check_post(project.root, place.post)
            former = read_manifest(project.root / place.manifest)
            write(project.root, changed)
            if former:
                folder = f"{theme.images_folder}/{place.slug}/"
                gone = (old for old in former.outputs if old not in files)
                remove(project.root, (old for old in gone if old.startswith(folder)))
    except LitpostError as error:
        return PostReport(path, place.post, "failed", str(error), cells=cells)
    return PostReport(path, place.post, "written" if changed else "unchanged", cells=cells)


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
    return PostReport(path, place.post, "current", cells=tuple(_current_cells(source)))


def read(path: str, project: Project, theme: Theme) -> Source:
    """Read and parse a source, and check all of it that can be checked before it runs.

    Raises
    ------
    SourceError
        Something is wrong; every such thing is listed.
    LitpostError
        It can't be read.
    """
    try:
        text = (project.root / path).read_bytes().decode("utf-8")
    except OSError as error:
        raise LitpostError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise LitpostError(f"{path}:{line}: isn't text in UTF-8") from None
    source = resolve(parse(text, path), project.root)
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


def _files(
    rendered: Rendered, source: Source, project: Project, theme: Theme, ran: Run
) -> dict[str, bytes]:
    """Return all files of a post, those that others point at first."""
    outputs = {
        **rendered.assets,
        f"assets/css/{theme.style_sheet}": theme.sheet(),
        f"assets/js/{SCRIPT}": (COMMON / SCRIPT).read_bytes(),
        rendered.place.post: rendered.text.encode(),
    }
    assert ran.reads is not None
    manifest = make_manifest(source, project, ran.reads, outputs)
    return {**outputs, rendered.place.manifest: manifest.as_json()}


def _cell_reports(planned: Plan, ran: Run) -> Iterator[CellReport]:
    because = {step.key: step.because for step in planned.steps}
    for cell, shown in _cells(planned.source):
        if shown:
            yield CellReport(cell.options.label, cell.line, "shown", shown)
        elif trace := ran.traces.get(cell.key):
            seconds = round(trace.seconds, 3)
            yield CellReport(cell.options.label, cell.line, "ran", because[cell.key], seconds)


def _current_cells(source: Source) -> Iterator[CellReport]:
    for cell, shown in _cells(source):
        status, because = ("shown", shown) if shown else ("current", "nothing has changed")
        yield CellReport(cell.options.label, cell.line, status, because)


def _cells(source: Source) -> Iterator[tuple[Cell, str]]:
    """Yield all cells, with what those that don't run show."""
    for block in source.blocks:
        if isinstance(block, Snippet):
            yield block.cell, f"lines {block.first_line}-{block.last_line} of {block.path}"
        elif isinstance(block, Cell):
            yield block, "" if block.options.eval else "`eval: false`"


def _failure_message(step: Step, trace: Trace, source: Source) -> str:
    """Tell where a step failed, what it printed, and how it came there, in the source's lines."""
    failure = trace.failure
    assert failure is not None
    at = step.line + (failure.line or 1) - 1
    parts = [f"{source.path}:{at}: {step.block.name} failed: {failure.summary}"]
    lines = source.text.split("\n")
    if isinstance(step.block, Cell):
        end = step.line + step.code.count("\n")
        shown = range(max(step.line, at - 3), min(end, at + 2) + 1)
        parts += [f"{'>' if n == at else ' '}{n:5} | {lines[n - 1]}".rstrip() for n in shown]
    printed = "".join(out.text for out in trace.outputs if out.kind in ("stdout", "stderr"))
    if printed.strip():
        last = printed.rstrip("\n").split("\n")[-20:]
        parts += ["It printed:", *("  " + line for line in last)]
    if failure.traceback and failure.name != "ExpectationError":
        parts.append(in_source_lines(failure.traceback.rstrip("\n"), source))
    return "\n".join(parts)


def _diffs(root: Path, changed: Mapping[str, bytes]) -> Iterator[str]:
    """Yield unified diffs between the tree and what a build would write."""
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
