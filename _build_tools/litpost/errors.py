"""Everything that litpost raises on purpose, and how a message is laid out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class LitpostError(Exception):
    """A problem that its reader can mend; ``str()`` is the whole message."""


class UsageError(LitpostError):
    """litpost was called in a way or a place where it can't work (exit status 2)."""


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of a source: where it stands and what is wrong with it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class SourceError(LitpostError):
    """A source is wrong; carries every problem that was found, in order of lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class HandEditedError(LitpostError):
    """A post on disk isn't what litpost wrote there."""


class UnwritableError(LitpostError):
    """The folder of what is stored can't be written to."""

    def __init__(self, folder: Path, error: Exception) -> None:
        super().__init__(
            f"{folder.name}/ can't be written to ({error}); make that possible, or delete it"
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which of the `known` words was probably meant, or which there are.

    >>> nearest("fig-captoin", ["fig-cap", "fig-caption", "echo"])
    'did you mean `fig-caption` or `fig-cap`?'
    >>> nearest("x", ["echo", "label"])
    'there are: `echo`, `label`'
    >>> nearest("x", [])
    'there are none'
    """
    import difflib  # only when something is wrong

    names = sorted(known)
    if close := difflib.get_close_matches(word, names, n=2):
        return "did you mean " + " or ".join(f"`{name}`" for name in close) + "?"
    return "there are: " + ", ".join(f"`{name}`" for name in names) if names else "there are none"
