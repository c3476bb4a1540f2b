"""What a terminal can show, and the only place where litpost colours what it prints."""

from __future__ import annotations

import io
import os
import unicodedata
from collections.abc import Mapping
from typing import TextIO

COLUMNS = 80  # where a terminal doesn't say


def write_diff(diff: str, stream: TextIO) -> None:
    """Write unified diffs: coloured on a terminal that may be, else as they are."""
    stream.write(coloured(diff) if takes_colours(stream, os.environ) else diff)


def coloured(diff: str) -> str:
    r"""Colour unified diffs for a terminal.

    >>> coloured("-old\n+new\n same\n")
    '\x1b[31m-old\x1b[39;49;00m\n\x1b[32m+new\x1b[39;49;00m\n same\n'
    """
    from pygments.formatters import TerminalFormatter
    from pygments.lexers import DiffLexer
    from pygments.token import Generic, Token

    scheme = {
        Token: ("", ""),
        Generic.Deleted: ("red", "red"),
        Generic.Inserted: ("green", "green"),
        Generic.Subheading: ("cyan", "cyan"),
    }
    text = io.StringIO()
    found = DiffLexer().get_tokens_unprocessed(diff)  # processing would take the carriage returns
    tokens = ((token, value) for _, token, value in found)
    TerminalFormatter(colorscheme=scheme).format(tokens, text)
    return text.getvalue()


def takes_colours(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Say whether colours are wanted: on a terminal, unless ``NO_COLOR`` (no-color.org) is set."""
    return is_terminal(stream, environment) and not environment.get("NO_COLOR")


def is_terminal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Say whether somebody looks at a stream on a terminal that does more than print."""
    return stream.isatty() and environment.get("TERM") != "dumb"


def columns(stream: TextIO) -> int:
    """Return how many columns a terminal has."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or COLUMNS
    except OSError:  # it isn't one
        return COLUMNS


def cut(text: str, room: int) -> str:
    """Cut a text to what fits into columns; characters of East Asia may take two.

    >>> cut("abcdef", 4), cut("게이트", 5), cut("abc", 3)
    ('abc…', '게이…', 'abc')
    """
    ends = [0]
    for character in text:
        ends.append(ends[-1] + 1 + (unicodedata.east_asian_width(character) in "WF"))
    if ends[-1] <= room:
        return text
    return text[: max(n for n, end in enumerate(ends) if end < room or not n)] + "…"
