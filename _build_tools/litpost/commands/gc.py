"""Making the store smaller."""

from __future__ import annotations

import argparse

from litpost.commands.common import DONE, Commands, add_examples, add_root


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "gc",
        help="make the store of traces smaller",
        description="Delete traces that weren't used for long, and the oldest of too many.",
    )
    add_root(parser)
    parser.add_argument("--days", type=float, default=30, metavar="N", help="by default, 30")
    parser.add_argument("--size", type=float, default=500, metavar="MB", help="by default, 500")
    add_examples(
        parser,
        "litpost gc --days 7 --size 100",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from litpost.project import STORE, find_project
    from litpost.store import Store

    store = Store(find_project(options.root).root / STORE)
    deleted, left = store.collect(age=options.days * 86400, size=int(options.size * 1e6))
    store.close()
    print(f"{deleted} traces deleted; the store has {left / 1e6:.1f} MB")
    return DONE
