"""The command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword

from litpost import __version__
from litpost.commands import COMMANDS
from litpost.commands.common import FAILED, USAGE
from litpost.errors import LitpostError, UsageError

EPILOG = """\
examples:
  litpost new "Powers of two"      begin a post
  litpost build                    run what has to run, write the posts

Exit status: 0 done, 1 a cell or check failed, 2 usage, 3 stale (--check)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    if "_ARGCOMPLETE" in os.environ:  # a shell asks what could come next
        import argcomplete

        argcomplete.autocomplete(make_parser())
    arguments = sys.argv[1:] if arguments is None else arguments
    called = arguments[:1] if set(arguments[:1]) <= set(COMMANDS) else ()
    options = make_parser(called or COMMANDS).parse_args(arguments)
    try:
        status: int = options.run(options)
    except UsageError as error:
        print(f"litpost: {error}", file=sys.stderr)
        return USAGE
    except LitpostError as error:
        print(f"litpost: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("litpost: interrupted; nothing more was written", file=sys.stderr)
        return 130
    return status


def make_parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Make the parser of the commands that are named, and of no others: it takes their modules."""
    parser = argparse.ArgumentParser(
        prog="litpost",
        description="A literate post is a program whose printout is a blog post.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"litpost {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name in names:
        import_module(f"litpost.commands.{name}{'_' * iskeyword(name)}").add(commands)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
