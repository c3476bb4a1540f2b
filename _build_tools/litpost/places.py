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
    steps = {step.key: step for step in source.steps() if f"<{step.key}>" in text}
    if not steps:
        return text
    names = "|".join(re.escape(key) for key in steps)

    def replaced(match: re.Match[str]) -> str:
        quoted, at, plain = match.group("quoted", "at", "plain")
        step = steps[quoted or plain]
        path, line = source.home(step).path, int(at or match["line"]) + first_line(step) - 1
        return f'File "{path}", line {line}' if quoted else f"{path}:{line}"

    return re.sub(
        rf'File "<(?P<quoted>{names})>", line (?P<at>\d+)|<(?P<plain>{names})>:(?P<line>\d+)',
        replaced,
        text,
    )
