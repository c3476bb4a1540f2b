"""What was read from a file of another kind, before it is written as a source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Code:
    """Code to be a cell, with the options that it had, under the names that it had them."""

    code: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A header, text and code in order, and what could not be taken over, a sentence each.

    `files` are images that were within the file, by name.
    """

    header: Mapping[str, Any]
    parts: Sequence[str | Code]
    notes: Sequence[str] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


def fenced(code: str, info: str) -> str:
    """Write a fence that is longer than any in the code.

    >>> print(fenced("x = 1", "{python}"))
    ```{python}
    x = 1
    ```
    """
    marks = max(map(len, re.findall(r"^\s*(`{3,})", code, re.M)), default=2)
    fence = "`" * max(3, marks + 1)
    return f"{fence}{info}\n{code}\n{fence}"
