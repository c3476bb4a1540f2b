"""The record of one run of one step, as it comes from a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["stdout", "stderr", "display", "result", "error"]


@dataclass(frozen=True)
class Output:
    """One thing that a step showed: a Jupyter MIME bundle, binary types in Base64."""

    kind: Kind
    bundle: Mapping[str, str]

    @property
    def text(self) -> str:
        """The plain text of it."""
        return self.bundle.get("text/plain", "")


@dataclass(frozen=True)
class Failure:
    """Why a step failed.

    `frames` are the lines of code that led there, innermost last: file or key of a step, line in
    it, function; `line` is the line of the step itself, counted from its first.
    """

    name: str
    message: str
    line: int | None = None
    traceback: str = ""

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

    @classmethod
    def from_json(cls, key: str, data: Mapping[str, Any], seconds: float) -> Trace:
        """Read a session's answer."""
        failure = data.get("failure")
        return cls(
            key=key,
            outputs=tuple(Output(item["kind"], item["bundle"]) for item in data["outputs"]),
            failure=Failure(**failure) if failure else None,
            seconds=seconds,
        )


@dataclass(frozen=True)
class Reads:
    """What a whole session read, beyond the source itself.

    `modules` and `files` are paths from the root with the digests of what was read; `versions`
    are those of the installed distributions that were imported.
    """

    modules: Mapping[str, str]
    files: Mapping[str, str]
    versions: Mapping[str, str]
