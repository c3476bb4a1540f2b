"""Saying what is installed and what is missing."""

from __future__ import annotations

import argparse
import json

from litpost.commands.common import DONE, FAILED, Commands, add_examples, add_root


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "doctor",
        help="say what is installed, and what is missing",
        description="Say what is installed, which blog and theme this is, what is missing and how "
        "to get it; exit 1 if builds need something that is missing.",
    )
    add_root(parser)
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_examples(
        parser,
        "litpost doctor",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from litpost.checkup import look

    found = list(look(options.root))
    if options.json:
        print(json.dumps({"found": [vars(item) for item in found]}, indent=1))
    else:
        for item in found:
            how = f"; {item.how}" if item.how else ""
            print(f"{item.status:8} {item.name:11} {item.what}{how}")
    return FAILED if any(item.status == "missing" for item in found) else DONE
