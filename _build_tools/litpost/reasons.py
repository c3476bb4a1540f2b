"""Why a step has to run, in words."""

from __future__ import annotations

from collections.abc import Sequence

from litpost.environment import LANGUAGE
from litpost.state import State
from litpost.trace import Trace
from litpost.versions import parse

SHOWN = 3


def because_of(slots: Sequence[str], trace: Trace, state: State) -> str:
    """Say what differs from what a trace has read.

    Parameters
    ----------
    slots
        The slots that differ.
    trace
        The trace that comes nearest.
    state
        What is there now.
    """
    found = list(dict.fromkeys(_reason(slot, trace, state) for slot in slots))
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return "; ".join(found[:SHOWN]) + more


def _reason(slot: str, trace: Trace, state: State) -> str:
    kind, name = slot[0], slot[2:]
    before = trace.reads.get(slot, trace.writes.get(slot))
    now = state.get(slot)
    match kind:
        case "v" if name == "*":
            return "there are other variables"
        case "v":
            return _variable(f"`{name}`", trace.shorts_read.get(slot), state.shorts.get(slot),
                             is_gone=now is None, is_new=before is None)  # fmt: skip
        case "m":
            return _changed(f"the state of module `{name}`", before, now)
        case "a":
            are_many = name[0] == "T" or name[-1] == "s"
            return f"{name} {'were' if are_many else 'was'} changed by an earlier cell"
        case "p":
            return _versions(name, before, now)
        case "e" if name == LANGUAGE:
            return "it reads `litpost.lang`, which is another one here"
        case "e":
            if name == "*":
                return "the environment was changed"
            is_new = slot not in trace.reads
            return f"the environment variable {name} {'is declared' if is_new else 'was changed'}"
        case "n":
            return f"there are other modules in {_folder(name)}"
        case "d":
            return f"there is something else in {_folder(name)}"
        case "l":
            return "lines of code that it shows have moved"
    if slot in trace.writes and slot not in trace.reads:
        return f"{name}, which it writes, {'is gone' if now is None else 'was changed'}"
    return _changed(name, before, now)


def _folder(name: str) -> str:
    return "the blog's folder" if name == "." else f"{name}/"


def _variable(
    name: str, before: str | None, now: str | None, *, is_gone: bool, is_new: bool
) -> str:
    if is_gone:
        return f"{name} is gone"
    if is_new:
        return f"{name} is new"
    if before and now and before != now:
        return f"{name} is {now}, was {before}"
    return f"{name} was changed"


def _changed(what: str, before: str | None, now: str | None) -> str:
    if now is None:
        return f"{what} is gone"
    return f"{what} is new" if before is None else f"{what} was changed"


def _versions(module: str, before: str | None, now: str | None) -> str:
    was, found = parse(before or ""), parse(now or "")
    changed = [n for n in sorted(was.keys() | found.keys()) if was.get(n) != found.get(n)]
    if not changed:
        return f"what brings `{module}` was changed"
    name = changed[0]
    if name not in found:
        return f"{name} isn't installed, was {was[name]}"
    return f"{name} is {found[name]}, was {was.get(name, 'not used')}"
