"""Places in code that ran, as places in the source.

A step is compiled under a name of its own and with lines counted from its first, so that what it
shows doesn't depend on where it stands. Whoever reads a traceback wants lines of the source.
"""

from __future__ import annotations

import re

from litpost.source import Source


def in_source_lines(text: str, source: Source) -> str:
    """Write the places that a traceback or a warning names as lines of the source."""
    lines = {cell.key: cell.code_line for cell in source.cells()}
    lines |= {value.key: value.line for value in source.values()}
    named = [key for key in lines if f"<{key}>" in text]
    if not named:
        return text
    names = "|".join(map(re.escape, named))

    def replaced(match: re.Match[str]) -> str:
        quoted, at, plain = match.group("quoted", "at", "plain")
        line = int(at or match["line"]) + lines[quoted or plain] - 1
        return f'File "{source.path}", line {line}' if quoted else f"{source.path}:{line}"

    return re.sub(
        rf'File "<(?P<quoted>{names})>", line (?P<at>\d+)|<(?P<plain>{names})>:(?P<line>\d+)',
        replaced,
        text,
    )
