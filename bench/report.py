"""Results as Markdown, which is what the terminal gets too, and as JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict

from bench.goals import Goal
from bench.machine import Machine
from bench.series import Results, Series, ratio
from bench.tools import FLOOR


def write_markdown(results: Results, goals: Sequence[Goal], machine: Machine, rounds: int) -> str:
    """Write all tables."""
    parts = [
        f"Medians of {rounds} {'round' if rounds == 1 else 'rounds'}, all tools in turn, "
        f"on {machine.processor}, {machine.cores} cores, {machine.system}.",
        "",
        f"Versions: {', '.join(f'{name} {number}' for name, number in machine.versions)}.",
    ]
    if machine.variables:
        parts += ["", "Set for all: " + ", ".join(f"`{name}`" for name in machine.variables) + "."]
    for table in dict.fromkeys(series.table for series in results.series):
        parts += ["", f"## {table[0].upper()}{table[1:]}", "", *_table(results, table)]
        parts += _notes(results, table)
    parts += ["", "## Goals", ""]
    rows = [[goal.text, goal.measured, goal.verdict] for goal in goals]
    parts += aligned([["goal", "measured", ""], *rows])
    return "\n".join(parts) + "\n"


def write_json(
    results: Results, goals: Sequence[Goal], machine: Machine, rounds: int
) -> dict[str, object]:
    """Return all numbers as JSON has them."""
    return {
        "machine": asdict(machine),
        "rounds": rounds,
        "series": [{**asdict(series), "median": series.median} for series in results.series],
        "goals": [asdict(goal) for goal in goals],
    }


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay out a Markdown table, the first row its head, so that it can be read as it is."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| "
        + " | ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        + " |"
        for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return [lines[0], rule, *lines[1:]]


def shown(series: Series | None, floor: float | None) -> str:
    """Return what a table shows for a series."""
    if series is None:
        return ""
    if series.failed:
        return series.failed if series.failed.startswith("not ") else "FAILED"
    if series.median is None:
        return "not measured"
    if series.unit == "B":
        return f"{series.median / 1e6:.1f} MB"
    if series.unit == "1":
        return f"{series.median:.1%}"
    text = f"{series.median:.3f} s"
    if floor is not None and series.column != FLOOR.name:
        text += f" ({ratio(series.median, floor) or 0:.2f} ×)"
    return text + (" WRONG" if series.wrong else "")


def _table(results: Results, table: str) -> list[str]:
    found = [series for series in results.series if series.table == table]
    columns = list(dict.fromkeys(series.column for series in found))
    rows = [["", *columns]]
    for row in dict.fromkeys(series.row for series in found):
        floor = results.median(table, row, FLOOR.name)
        rows.append([row, *(shown(results.find(table, row, name), floor) for name in columns)])
    return aligned(rows)


def _notes(results: Results, table: str) -> list[str]:
    """Say what failed and what was wrong."""
    notes = []
    for series in results.series:
        if series.table == table and (series.failed or series.wrong):
            what = "failed" if series.failed else "wrong"
            reason = series.failed or f"the page {series.wrong}"
            notes.append(f"- {series.column}, {series.row}, {what}: {reason}")
    return ["", *notes] if notes else []


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
