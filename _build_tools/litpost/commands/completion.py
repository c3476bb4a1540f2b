"""Completion in shells."""

from __future__ import annotations

import argparse

from litpost.commands.common import DONE, Commands, add_examples

SHELLS = ("bash", "zsh", "fish")


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "completion",
        help="print a shell's completion",
        description="Print what makes a shell complete litpost's commands, options and sources.",
    )
    parser.add_argument("shell", choices=SHELLS, help="bash, zsh or fish")
    add_examples(
        parser,
        'eval "$(litpost completion bash)"',
        "litpost completion fish > ~/.config/fish/completions/litpost.fish",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["litpost"], shell=options.shell))
    return DONE
