"""Listing the themes."""

from __future__ import annotations

import argparse

from litpost.commands.common import DONE, Commands, add_examples


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "themes", help="list the themes", description="List the themes that posts can be made for."
    )
    add_examples(
        parser,
        "litpost themes",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from litpost.theme import load_theme, themes

    for name in themes():
        print(f"{name:17} {load_theme(name).description}")
    return DONE
