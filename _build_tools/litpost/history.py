"""What a build has done so far, and what a session holds of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litpost.plan import Step
from litpost.trace import Trace

Written = Mapping[str, str]
"""Slots that steps have written, with the digests of what is in them."""


@dataclass(frozen=True)
class Done:
    """What became of one step; `because` tells why it ran, and is empty if it is current."""

    step: Step
    trace: Trace
    because: str = ""


History = Sequence[tuple[Written, Done]]
"""What was there before each step, and what became of it."""


def variables(slots: Written) -> dict[str, str]:
    """Return the variables among slots."""
    return {slot: digest for slot, digest in slots.items() if slot.startswith("v:")}


def without_stale(live: Written, before: Written) -> dict[str, str]:
    """Return what a session holds once it has forgotten the variables of other places."""
    return {s: d for s, d in live.items() if not s.startswith("v:") or before.get(s) == d}


def live_after(live: Written, before: Written, trace: Trace) -> dict[str, str]:
    """Return what a session holds after a step, which found `before` at its place."""
    after = {**without_stale(live, before), **trace.writes}
    return {slot: digest for slot, digest in after.items() if digest is not None}
