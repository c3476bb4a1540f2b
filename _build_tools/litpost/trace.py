"""The record of one run of one step, as it comes from a session and lies in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from litpost.ansi import plain
from litpost.world import LOADED

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
    build even if the author expects an error. Where a `# =>` there is false, `expected` is what it
    says, and `found` what it could say instead. One that `is_certain` comes in any session that
    holds what the step has read.
    """

    name: str
    message: str
    line: int | None = None
    traceback: str = ""
    final: bool = False
    expected: str = ""
    found: str = ""
    is_certain: bool = False

    @property
    def summary(self) -> str:
        """The error as Python's last traceback line has it."""
        return f"{self.name}: {self.message}" if self.message else self.name


@dataclass(frozen=True)
class Trace:
    """What one run of one step did.

    Attributes
    ----------
    key, outputs, failure, seconds
        Which step it was, what it showed, why it failed, how long it took.
    reads, writes
        Slots (see `litpost.session.recorder`) with the digests of what was in them before and
        after it.
    names
        By written slot: the globals that the functions in it use.
    shorts
        By written slot: what is in it as text, where that is short.
    shorts_read
        By read slot: what was in it before, likewise.
    unseen
        Why the reads don't tell all, so that the step has to run at every build; or nothing.
    missed
        A variable that it looked up and that the session lacked.
    fingerprint_seconds
        How much of the time went into fingerprints.
    """

    key: str
    outputs: tuple[Output, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0
    reads: Mapping[str, str | None] = field(default_factory=dict)
    writes: Mapping[str, str | None] = field(default_factory=dict)
    names: Mapping[str, list[str]] = field(default_factory=dict)
    shorts: Mapping[str, str] = field(default_factory=dict)
    shorts_read: Mapping[str, str] = field(default_factory=dict)
    unseen: str = ""
    missed: str | None = None
    fingerprint_seconds: float = 0.0

    def repeats(self, other: Trace) -> bool:
        """Say whether this run of a step has come to the same as another.

        What that one has loaded of libraries may be there already.
        """
        return self.failure == other.failure and self._lasting() == other._lasting()

    def _lasting(self) -> dict[str, str | None]:
        return {slot: digest for slot, digest in self.writes.items() if digest != LOADED}

    def as_json(self) -> dict[str, Any]:
        """Return the trace as the store keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Reads:
    """What all steps of a source read, beyond the source itself.

    `modules`, `files` and `folders` are paths from the root with the digests of what was read, or
    nothing for a file that isn't there; `versions` are those of the distributions that it uses.
    """

    modules: Mapping[str, str]
    files: Mapping[str, str | None]
    folders: Mapping[str, str | None]
    versions: Mapping[str, str]


def read_trace(key: str, answer: Mapping[str, Any], seconds: float) -> Trace:
    """Read a session's answer to the request to run a step."""
    failure = answer["failure"]
    return Trace(
        key,
        read_outputs(answer),
        Failure(**failure) if failure else None,
        seconds,
        **{"missed": answer.get("missed"), **answer.get("trace", {})},
    )


def stored_trace(data: Mapping[str, Any]) -> Trace:
    """Read a trace as the store keeps it."""
    rest = {name: value for name, value in data.items() if name not in ("outputs", "failure")}
    failure = data["failure"]
    return Trace(
        outputs=read_outputs(data), failure=Failure(**failure) if failure else None, **rest
    )


def read_outputs(answer: Mapping[str, Any]) -> tuple[Output, ...]:
    """Read the outputs in a session's answer, if there are any."""
    return tuple(Output(item["kind"], item["bundle"]) for item in answer.get("outputs", ()))
