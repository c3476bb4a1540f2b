"""Numbers that were measured, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median


@dataclass(frozen=True)
class Series:
    """Repeated measurements of one thing.

    Attributes
    ----------
    table, row, column
        What was measured: a group, a scenario of it, a tool.
    values
        In the order in which they were measured; only runs that succeeded count.
    failed
        Why there are no values, or fewer than there should be.
    wrong
        What was wrong in the results; the values count all the same.
    unit
        `s` (seconds), `B` (bytes), `1` (a share).
    """

    table: str
    row: str
    column: str
    values: tuple[float, ...] = ()
    failed: str = ""
    wrong: str = ""
    unit: str = "s"

    @property
    def median(self) -> float | None:
        """The median; `None` if something failed or nothing was measured."""
        return None if self.failed or not self.values else median(self.values)


@dataclass(frozen=True)
class Results:
    """All that was measured in one run."""

    series: tuple[Series, ...]

    def find(self, table: str, row: str, column: str) -> Series | None:
        """Return a series, or `None` if that wasn't measured."""
        for series in self.series:
            if (series.table, series.row, series.column) == (table, row, column):
                return series
        return None

    def median(self, table: str, row: str, column: str) -> float | None:
        """Return a median, or `None` if there is none."""
        series = self.find(table, row, column)
        return series.median if series else None

    def best(self, table: str, row: str, *, without: Sequence[str]) -> tuple[str, float] | None:
        """Return the column with the lowest median in a row, and that median."""
        found = [
            (series.median, series.column)
            for series in self.series
            if (series.table, series.row) == (table, row)
            and series.column not in without
            and series.median is not None
        ]
        return (min(found)[1], min(found)[0]) if found else None


def ratio(value: float | None, base: float | None) -> float | None:
    """Return the ratio of two medians, or `None` if one is missing."""
    return None if value is None or not base else value / base


def slopes(points: Iterable[tuple[int, float]]) -> list[float]:
    """Return what each further one costs between neighbouring sizes.

    Parameters
    ----------
    points
        Sizes and medians, by size.
    """
    ordered = sorted(points)
    return [
        (value - before) / (size - smaller)
        for (smaller, before), (size, value) in pairwise(ordered)
    ]
