"""What is to be measured, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.tools import Tool

T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """What is to be measured.

    Attributes
    ----------
    scratch
        A folder for documents and what is built of them.
    rounds
        How often each thing is measured.
    parts
        Names of scenarios and groups.
    documents
        Names of documents.
    tools
        Tools that are measured; plain Python is among them always.
    sizes
        Numbers of sources, smallest first.
    limit
        Sizes at which one build in which nothing changed would take longer than that many seconds
        are passed over.
    """

    scratch: Path
    rounds: int
    parts: tuple[str, ...]
    documents: tuple[str, ...]
    tools: tuple[Tool, ...]
    sizes: tuple[int, ...]
    limit: float


def rotated(items: Sequence[T], by: int) -> list[T]:
    """Return the items, beginning at another one in every round: nobody is always first."""
    by %= max(len(items), 1)
    return [*items[by:], *items[:by]]
