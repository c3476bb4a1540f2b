"""What several commands share: exit statuses, arguments, the sources that were named."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from litpost.errors import UsageError

if TYPE_CHECKING:
    from litpost.project import Project

DONE, FAILED, USAGE, STALE = 0, 1, 2, 3

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_root(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the blog's folder."""
    parser.add_argument("--root", type=Path, metavar="DIR", help="the blog's folder")


def add_examples(parser: argparse.ArgumentParser, *examples: str) -> None:
    """Show examples below a command's help."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = textwrap.fill(parser.description or "", 78)
    parser.epilog = "\n".join(["examples:", *(f"  {example}" for example in examples)])


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the sources that a command takes."""
    argument = parser.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="by default, all in _literate/"
    )
    argument.completer = complete_sources  # type: ignore[attr-defined]


def named_sources(
    names: Sequence[str], project: Project, *, may_be_none: bool = False
) -> list[str]:
    """Return the sources that were named, or all; by default, none are an error."""
    if names:
        return list(dict.fromkeys(map(project.source_path, names)))
    sources, others = project.sources()
    for path in others:
        print(f"{path}: passed over; a source is named YYYY-MM-DD-slug.md", file=sys.stderr)
    if not sources and not may_be_none:
        raise UsageError('no sources in _literate/; `litpost new "Title"` begins one')
    return sources


def complete_sources(prefix: str, **_: object) -> list[str]:
    """Return the sources whose names begin so, for shells."""
    from litpost.project import find_project

    try:
        sources, _others = find_project(None).sources()
    except UsageError:
        return []
    names = [path.rpartition("/")[2] for path in sources]
    return [name for name in (*names, *sources) if name.startswith(prefix)]
