"""Showing posts in the browser as they are written."""

from __future__ import annotations

import argparse
import contextlib
import signal
import time

from litpost.commands.common import DONE, Commands, add_examples, add_root, named_sources


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve",
        help="show the posts in the browser as they are written",
        description="Build all posts and show them in the browser; build what changes, and show "
        "it there by itself. Ctrl-C stops it.",
    )
    add_root(parser)
    parser.add_argument(
        "--port", type=int, metavar="N", help="by default, 4000, or any that is free"
    )
    parser.add_argument(
        "--jekyll", action="store_true", help="show the site that Jekyll makes of the posts"
    )
    add_examples(
        parser,
        "litpost serve",
        "litpost serve --jekyll --port 8000",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from litpost import site
    from litpost.project import find_project
    from litpost.serve.answers import Answers, Preview, Site
    from litpost.serve.board import Board
    from litpost.serve.server import open_server, serving
    from litpost.serve.upkeep import SITE, Upkeep

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    project = find_project(options.root)
    named_sources((), project)
    board = Board(f"{time.time_ns():x}")
    upkeep = Upkeep(project, board, jekyll=options.jekyll)
    answers: Answers = Preview(lambda: upkeep.project)
    if options.jekyll:
        config = site.read_config(project.root)
        site.find_jekyll(project.root)
        answers = Site(project.root / SITE, config.baseurl)
    try:
        with (
            contextlib.closing(upkeep),
            serving(open_server(board, answers, options.port), board) as address,
        ):
            print(address, flush=True)
            upkeep.go_on()
    except KeyboardInterrupt:
        pass
    return DONE
