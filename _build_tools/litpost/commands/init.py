"""Setting up an existing Jekyll site."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from litpost.commands.common import DONE, Commands, add_examples, add_root


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "init",
        help="set up an existing Jekyll site",
        description="Set up an existing Jekyll site: find its theme, add _literate/, settings, "
        "targets of make, a workflow and a hook. Show what is to be written, then ask. Lines "
        "that aren't litpost's own stay as they are.",
    )
    parser.add_argument("--theme", metavar="NAME", help="its theme, if it isn't found")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    add_root(parser)
    add_examples(
        parser,
        "litpost init",
        "litpost init --theme chirpy --yes",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from litpost.builder import diffs
    from litpost.errors import UsageError
    from litpost.installation import plan_installation
    from litpost.terminal import write_diff
    from litpost.writer import write

    root = (options.root or Path.cwd()).resolve()
    theme = _theme(root, options.theme)
    plan = plan_installation(root, theme)
    for note in plan.notes:
        print(f"litpost: {note}", file=sys.stderr)
    if not plan.files:
        print("nothing to do: the site is set up")
        return DONE
    if not options.yes:
        write_diff("".join(diffs(root, plan.files)), sys.stdout)
        if not sys.stdin.isatty():
            raise UsageError("nothing was written; `litpost init --yes` writes what is shown")
        if input(f"Write these {len(plan.files)} files? [y/N] ").strip().lower() not in (
            "y",
            "yes",
        ):
            print("nothing was written")
            return DONE
    write(root, plan.files)
    for path in plan.files:
        print(f"written   {path}")
    print('`litpost new "Title"` begins a post', file=sys.stderr)
    return DONE


def _theme(root: Path, name: str | None) -> str:
    from litpost.installation import find_theme, read_site
    from litpost.theme import load_theme, themes

    read_site(root)
    if name:
        return load_theme(name).name
    if found := find_theme(root):
        theme, how = found
        print(f"litpost: the theme is {theme}: {how}", file=sys.stderr)
        return theme
    known = ", ".join(themes())
    print(
        "litpost: the theme isn't one that litpost knows; posts are written as for minima, which "
        f"any site shows; `--theme NAME` names another: {known}",
        file=sys.stderr,
    )
    return "minima"
