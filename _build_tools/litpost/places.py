"""Places in code that ran, as places in the source.

A step is compiled under a name of its own and with lines counted from its first, so that what it
shows doesn't depend on where it stands. Whoever reads a traceback wants lines of the source.
"""

from __future__ import annotations

import re

from litpost.source import Source, first_line


def in_source_lines(text: str, source: Source) -> str:
    """Write the places that a traceback or a warning names as lines of the source.

    >>> from litpost.options import Options
    >>> from litpost.source import Cell, FrontMatter
    >>> cell = Cell("1 / 0", Options(), key="sum", line=7, code_line=8)
    >>> source = Source("a.md", "", FrontMatter({}, {}, {}), (cell,))
    >>> in_source_lines('File "<sum>", line 1, in <module>; <sum>:3: UserWarning', source)
    'File "a.md", line 8, in <module>; a.md:10: UserWarning'
    """
    first = {step.key: first_line(step) for step in source.steps() if f"<{step.key}>" in text}
    if not first:
        return text
    names = "|".join(re.escape(key) for key in first)

    def replaced(match: re.Match[str]) -> str:
        quoted, at, plain = match.group("quoted", "at", "plain")
        line = int(at or match["line"]) + first[quoted or plain] - 1
        return f'File "{source.path}", line {line}' if quoted else f"{source.path}:{line}"

    return re.sub(
        rf'File "<(?P<quoted>{names})>", line (?P<at>\d+)|<(?P<plain>{names})>:(?P<line>\d+)',
        replaced,
        text,
    )
