"""Why a step failed, in the source's own lines."""

from __future__ import annotations

import re
import sys

from litpost.places import in_source_lines
from litpost.plan import Step
from litpost.reports import FalseExpectation
from litpost.source import Cell, Source
from litpost.trace import Failure, Trace

_MISSING = re.compile(r"ModuleNotFoundError: No module named '(\w+)")


def failure_message(step: Step, trace: Trace, source: Source) -> str:
    """Tell where a step failed, what it printed, and how it came there, in the source's lines."""
    failure, home = trace.failure, source.home(step.block)
    assert failure is not None
    at = _line(step, failure)
    parts = [f"{home.path}:{at}: {step.block.name} failed: {failure.summary}"]
    lines = home.text.split("\n")
    if isinstance(step.block, Cell):
        end = step.line + step.code.count("\n")
        shown = range(max(step.line, at - 3), min(end, at + 2) + 1)
        parts += [f"{'>' if n == at else ' '}{n:5} | {lines[n - 1]}".rstrip() for n in shown]
    printed = "".join(out.text for out in trace.outputs if out.kind in ("stdout", "stderr"))
    if printed.strip():
        last = printed.rstrip("\n").split("\n")[-20:]
        parts += ["It printed:", *("  " + line for line in last)]
    if failure.traceback and failure.name != "ExpectationError":
        parts.append(in_source_lines(failure.traceback.rstrip("\n"), source))
    if match := _MISSING.match(failure.summary):
        parts.append(
            f"Cells run in {sys.prefix}; if `{match[1]}` is of a library, install that there: "
            f"`{sys.executable} -m pip install …`"
        )
    return "\n".join(parts)


def false_expectation(step: Step, trace: Trace, source: Source) -> FalseExpectation | None:
    """Return the expectation that a step failed by, if another value would make it true."""
    failure = trace.failure
    if failure is None or not failure.found:
        return None
    path = source.home(step.block).path
    return FalseExpectation(path, _line(step, failure), failure.expected, failure.found)


def _line(step: Step, failure: Failure) -> int:
    """Return the line of the source where a step failed."""
    return step.line + (failure.line or 1) - 1
