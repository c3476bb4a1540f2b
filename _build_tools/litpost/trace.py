"""The record of one run of one step, as it comes from a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from litpost.ansi import plain

Kind = Literal["stdout", "stderr", "display", "result", "error"]


@dataclass(frozen=True)
class Output:
    """One thing that a step showed: a Jupyter MIME bundle, binary types in Base64."""

    kind: Kind
    bundle: Mapping[str, str]

    @property
    def text(self) -> str:
        """The plain text of it."""
        return plain(self.printed)

    @property
    def printed(self) -> str:
        """The plain text of it, with a terminal's colours."""
        return self.bundle.get("text/plain", "")


@dataclass(frozen=True)
class Failure:
    """Why a step failed.

    `line` is the line of the step itself, counted from its first. A `final` failure fails the
    build even if the author expects an error.
    """

    name: str
    message: str
    line: int | None = None
    traceback: str = ""
    final: bool = False

    @property
    def summary(self) -> str:
        """The error as Python's last traceback line has it."""
        return f"{self.name}: {self.message}" if self.message else self.name


@dataclass(frozen=True)
class Trace:
    """What one run of one step did."""

    key: str
    outputs: tuple[Output, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Reads:
    """What a whole session read, beyond the source itself.

    `modules` and `files` are paths from the root with the digests of what was read; `versions`
    are those of the installed distributions that were imported.
    """

    modules: Mapping[str, str]
    files: Mapping[str, str]
    versions: Mapping[str, str]


def read_trace(key: str, answer: Mapping[str, Any], seconds: float) -> Trace:
    """Read a session's answer to the request to run a step."""
    failure = answer["failure"]
    return Trace(key, read_outputs(answer), Failure(**failure) if failure else None, seconds)


def read_outputs(answer: Mapping[str, Any]) -> tuple[Output, ...]:
    """Read the outputs in a session's answer, if there are any."""
    return tuple(Output(item["kind"], item["bundle"]) for item in answer.get("outputs", ()))
