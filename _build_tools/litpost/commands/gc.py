"""Removing what nothing needs any more."""

from __future__ import annotations

import argparse
import contextlib
import math
import sys
from typing import TYPE_CHECKING

from litpost.commands.common import DONE, Commands, add_examples, add_root

if TYPE_CHECKING:
    from litpost.project import Project


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "gc",
        help="remove what is old, and what is left of sources that are gone",
        description="Delete traces and values that weren't used for long, and the oldest of too "
        "many; remove posts, figures and manifests whose sources are gone, unless they were edited "
        "by hand.",
    )
    add_root(parser)
    parser.add_argument("--days", type=_amount, default=30, metavar="N", help="by default, 30")
    parser.add_argument("--size", type=_amount, default=500, metavar="MB", help="by default, 500")
    parser.add_argument("--dry-run", action="store_true", help="remove nothing, say what would be")
    add_examples(
        parser,
        "litpost gc --dry-run",
        "litpost gc --days 7 --size 100",
    )
    parser.set_defaults(run=run)


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' isn't a number from 0 on, such as 7 or 0.5")
    return value


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from litpost.project import STORE, find_project
    from litpost.store import Store
    from litpost.values import Values

    project = find_project(options.root)
    _remove_orphans(project, dry=options.dry_run)
    age, size, dry = options.days * 86400, int(options.size * 1e6), options.dry_run
    with contextlib.closing(Store(project.root / STORE)) as store:
        count, left = store.collect(age=age, size=size, dry=dry)
    values = Values(project.root / STORE)
    gone = values.collect(age=age, size=max(0, size - left), dry=dry)
    done = "would be deleted" if dry else "deleted"
    megabytes = (left + values.size) / 1e6
    print(f"{count} traces {done}, and {gone} values; the store has {megabytes:.1f} MB")
    return DONE


def _remove_orphans(project: Project, *, dry: bool) -> None:
    from litpost.orphans import find_orphans, removable
    from litpost.writer import locked, remove, remove_empty

    with locked(project.root):
        orphans = find_orphans(project)
        paths = list(removable(orphans, project))
        if not dry:
            remove(project.root, paths)
            remove_empty(project.root, {path.rpartition("/")[0] for path in paths})
    for path in paths:
        print(f"{'would go' if dry else 'removed':9} {path}")
    for orphan in orphans:
        if orphan.is_edited:
            print(orphan.message, file=sys.stderr)
