"""Comparing a clean build with what is here."""

from __future__ import annotations

import argparse
import sys

from litpost.commands.common import (
    DONE,
    FAILED,
    Commands,
    add_examples,
    add_root,
    add_sources,
    named_sources,
)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verify",
        help="build clean elsewhere, and compare",
        description="Build sources from nothing in a scratch folder; exit 1 if that differs from "
        "what is here.",
    )
    add_sources(parser)
    add_root(parser)
    add_examples(
        parser,
        "litpost verify",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from litpost import verification
    from litpost.progress import Progress
    from litpost.project import find_project
    from litpost.terminal import write_diff

    project = find_project(options.root)
    statuses = set()
    for report in verification.verify(
        named_sources(options.sources, project), project,
        progress=lambda path: Progress(path, sys.stderr),
    ):  # fmt: skip
        if report.message:
            print(report.message, file=sys.stderr)
        write_diff(report.diff, sys.stdout)
        print(f"{report.status:9} {report.post}")
        statuses.add(report.status)
    return DONE if statuses <= {"current"} else FAILED
