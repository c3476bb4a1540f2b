"""Brings posts up to date: builds those that aren't, and loads what builds need only for these."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from litpost.project import Project
from litpost.receipts import Receipts

if TYPE_CHECKING:
    from litpost.reports import PostReport
    from litpost.sessions import Sessions


def freshen(
    path: str,
    project: Project,
    receipts: Receipts,
    *,
    sessions: Sessions | None = None,
    written: Callable[[], None] | None = None,
) -> PostReport:
    """Build the post of a source if it isn't what a build would come to; tell of it on a terminal.

    Parameters
    ----------
    path
        The source's path from the root.
    receipts
        Tell whether it is current.
    sessions
        Start the sessions of this source; they are the caller's to close.
    written
        Is called as soon as the post is written, and if it is taken back.
    """
    receipt = receipts.of(path)
    if receipt and (report := receipt.current() or receipt.reworded()):
        if written and report.status == "written":
            written()
        return report
    from litpost.sessions import Sessions

    own = sessions or Sessions(project.root, project.language_of(path))
    try:
        if receipt is None or receipt.will_run():
            own.get_ready()
        return _build(path, project, own, receipts, written)
    finally:
        if sessions is None:
            own.close()


def _build(
    path: str,
    project: Project,
    sessions: Sessions,
    receipts: Receipts,
    written: Callable[[], None] | None,
) -> PostReport:
    from litpost import builder
    from litpost.progress import Progress
    from litpost.project import TEMPLATES
    from litpost.theme import load_theme

    load_theme(project.theme, project.root / TEMPLATES)  # a wrong one is wrong for all posts
    with Progress(path, sys.stderr) as progress:
        return builder.build(
            path, project,
            sessions=sessions, receipts=receipts, report=progress.step, written=written,
        )  # fmt: skip
