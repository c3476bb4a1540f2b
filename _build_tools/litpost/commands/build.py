"""Running sources and writing their posts."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from typing import TYPE_CHECKING

from litpost.commands.common import (
    DONE,
    FAILED,
    STALE,
    Commands,
    add_examples,
    add_root,
    add_sources,
    named_sources,
)

if TYPE_CHECKING:
    from litpost.orphans import Orphan
    from litpost.project import Project
    from litpost.reports import PostReport


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "build",
        help="run sources and write their posts",
        description="Run sources and write their posts to _posts/, their figures to assets/img/.",
    )
    add_sources(parser)
    add_root(parser)
    parser.add_argument(
        "--check", action="store_true", help="run and write nothing; exit 3 if a post is stale"
    )
    parser.add_argument(
        "--diff", action="store_true", help="run, write nothing, print what would change"
    )
    parser.add_argument("--force", action="store_true", help="overwrite hand-edited posts")
    parser.add_argument("--no-cache", action="store_true", help="run every cell")
    parser.add_argument("--json", action="store_true", help="print a report of every cell")
    add_examples(
        parser,
        "litpost build",
        "litpost build 2024-05-01-powers.md --diff",
        "litpost build --check",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from litpost.freshness import freshen
    from litpost.orphans import find_orphans
    from litpost.project import STORE, find_project
    from litpost.receipts import Receipts
    from litpost.store import Store

    project = find_project(options.root)
    orphans = [] if options.sources else find_orphans(project)
    sources = named_sources(options.sources, project, may_be_none=bool(orphans))
    trusts = not (options.check or options.diff or options.force or options.no_cache)
    store = Store(project.root / STORE) if trusts else None
    receipts = Receipts(project, store) if store else None
    reports = []
    for path in sources:
        report = (
            freshen(path, project, receipts) if receipts else _build_anyway(path, project, options)
        )
        reports.append(report)
        _print(report, options)
    for orphan in orphans:
        reports.append(_orphan_report(orphan))
        _print(reports[-1], options)
    if store:
        store.close()
    if options.json:
        print(json.dumps({"posts": [report.as_json() for report in reports]}, indent=1))
    statuses = {report.status for report in reports}
    if "failed" in statuses:
        return FAILED
    return STALE if options.check and "stale" in statuses else DONE


def _print(report: PostReport, options: argparse.Namespace) -> None:
    from litpost.terminal import write_diff

    for warning in report.warnings:
        print(f"{warning} (warning)", file=sys.stderr)
    if report.message:
        print(report.message, file=sys.stderr)
    if not options.json:
        write_diff(report.diff, sys.stdout)
        stream = sys.stderr if options.diff else sys.stdout
        stream.write(f"{report.status:9} {report.post}\n")  # at once: others may be writing, too


def _orphan_report(orphan: Orphan) -> PostReport:
    from litpost.reports import PostReport

    return PostReport(orphan.place.source, orphan.place.post, "stale", orphan.message)


def _build_anyway(path: str, project: Project, options: argparse.Namespace) -> PostReport:
    from litpost import builder
    from litpost.progress import Progress
    from litpost.project import TEMPLATES
    from litpost.sessions import Sessions
    from litpost.theme import load_theme

    load_theme(project.theme, project.root / TEMPLATES)
    if options.check and not options.diff:
        return builder.check(path, project)
    sessions = Sessions(project.root, project.language_of(path))
    with contextlib.closing(sessions), Progress(path, sys.stderr) as progress:
        if options.no_cache:
            sessions.get_ready()
        return builder.build(
            path,
            project,
            force=options.force,
            dry=options.diff or options.check,
            uses_store=not options.no_cache,
            sessions=sessions,
            report=progress.step,
        )
