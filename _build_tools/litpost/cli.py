"""The command line."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import re
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import NoReturn

from litpost import __version__
from litpost.commands import COMMANDS
from litpost.commands.common import FAILED, USAGE
from litpost.errors import LitpostError, UsageError, nearest

_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")
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
    options, unknown = make_parser(called or COMMANDS).parse_known_args(arguments)
    if unknown:
        options.parser.refuse(unknown[0])
    if isinstance(sys.stdout, io.TextIOWrapper):  # which may know no Korean
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except UsageError as error:
        print(f"litpost: {error}", file=sys.stderr)
        return USAGE
    except LitpostError as error:
        print(f"litpost: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("litpost: interrupted; nothing more was written", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return status


def run() -> NoReturn:
    """Run a command in a process that has nothing else to do.

    The garbage collector, and Python as it ends, would go through all that was loaded, for a tenth
    of the time that a build takes in which nothing changed.
    """
    gc.set_threshold(100_000)
    status = main()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


class Parser(argparse.ArgumentParser):
    """Says what was probably meant where something is unknown."""

    def refuse(self, argument: str) -> NoReturn:
        """End with status 2, since nothing takes an argument."""
        known = [name for action in self._actions for name in action.option_strings]
        meant = nearest(argument, known) if argument[:1] == "-" else "it takes no more"
        self.error(f"`{argument}`: {meant}")

    def error(self, message: str) -> NoReturn:
        """End with status 2 and a message."""
        if match := _CHOICE.search(message):
            known = re.findall(r"[\w-]+", match[2])
            message = f"`{match[1]}`: {nearest(match[1], known)}"
        super().error(message)


def make_parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Make the parser of the commands that are named, and of no others: it takes their modules."""
    parser = Parser(
        prog="litpost",
        description="A literate post is a program whose printout is a blog post.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"litpost {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name in names:
        import_module(f"litpost.commands.{name}{'_' * iskeyword(name)}").add(commands)
    for command in commands.choices.values():
        command.set_defaults(parser=command)
    return parser


if __name__ == "__main__":
    run()
