"""What a build tells of itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

UNCHANGED = "nothing that it reads has changed"


@dataclass(frozen=True)
class CellReport:
    """What a build did with one cell; `status` is ``ran``, ``current`` or ``shown``.

    `source` is the path of the source that `line` is of, if that is another than the post's.
    `fingerprint_seconds` is the part of `seconds` that went into fingerprints; it is reported only
    where ``LITPOST_PROFILE`` is set in the environment.
    """

    label: str | None
    line: int
    status: str
    because: str
    seconds: float = 0.0
    fingerprint_seconds: float = 0.0
    source: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the report as ``--json`` prints it."""
        hidden = set() if "LITPOST_PROFILE" in os.environ else {"fingerprint_seconds"}
        hidden |= set() if self.source else {"source"}
        return {name: value for name, value in vars(self).items() if name not in hidden}


@dataclass(frozen=True)
class FalseExpectation:
    """A `# =>` that is false: its place, what it says, and what it could say instead."""

    path: str
    line: int
    expected: str
    found: str


@dataclass(frozen=True)
class PostReport:
    """What a build did with one source.

    `status` is ``written``, ``unchanged``, ``stale``, ``current`` or ``failed``; `message` tells
    why, where there is something to tell; `warnings` are what doesn't keep the post from being
    built; `diff` is what would be written, if that was asked for; `failed` is the key of the step
    that failed, if one did, and `false` the expectation that it failed by, if it could be mended.
    """

    source: str
    post: str
    status: str
    message: str = ""
    diff: str = ""
    cells: tuple[CellReport, ...] = field(default=())
    warnings: tuple[str, ...] = ()
    failed: str = ""
    false: FalseExpectation | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the report as ``--json`` prints it."""
        return {
            "source": self.source,
            "post": self.post,
            "status": self.status,
            "message": self.message,
            "warnings": list(self.warnings),
            "cells": [cell.as_json() for cell in self.cells],
        }
