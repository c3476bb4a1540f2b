"""Saying which cells would run, and why."""

from __future__ import annotations

import argparse
import json

from litpost.commands.common import DONE, Commands, add_examples, add_root, complete_sources


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "explain",
        help="say which cells would run, and why",
        description="Say for every cell whether it would run, and because of what. Nothing runs.",
    )
    argument = parser.add_argument("source", metavar="SOURCE", help="a file of _literate/")
    argument.completer = complete_sources  # type: ignore[attr-defined]
    add_root(parser)
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_examples(
        parser,
        "litpost explain 2024-05-01-powers.md",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from litpost import builder
    from litpost.project import find_project

    project = find_project(options.root)
    path = project.source_path(options.source)
    cells = builder.explain(path, project)
    if options.json:
        print(json.dumps({"source": path, "cells": [cell.as_json() for cell in cells]}, indent=1))
        return DONE
    for cell in cells:
        name = cell.label or "cell"
        print(f"{cell.source or path}:{cell.line}: {name}: {cell.status}: {cell.because}")
    return DONE
