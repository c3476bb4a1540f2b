"""What is made of the numbers."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from bench.fingerprints import CELLS, KINDS, LARGE, added, share_of
from bench.goals import Goal, judge
from bench.plan import rotated
from bench.process import RunError, run
from bench.report import aligned, shown
from bench.series import Results, Series, ratio, slopes
from bench.tools import plain_text
from bench.workspace import Page, write_files

TABLE = "document numpy"


def results(**rows: dict[str, float]) -> Results:
    """Make results of the NumPy document: rows' names have `_` for blanks."""
    return Results(
        tuple(
            Series(TABLE, row.replace("_", " "), tool, (value,))
            for row, tools in rows.items()
            for tool, value in tools.items()
        )
    )


def verdicts(found: Results) -> dict[str, bool | None]:
    """Return all verdicts by the goals' texts."""
    return {goal.text: goal.met for goal in judge(found, ("numpy",))}


def test_a_median_does_not_care_about_one_slow_run() -> None:
    assert Series("t", "r", "c", (1.0, 9.0, 1.2)).median == 1.2


def test_what_failed_once_has_no_median() -> None:
    assert Series("t", "r", "c", (1.0, 2.0), failed="crashed").median is None


def test_the_best_peer_is_one_that_did_not_fail() -> None:
    found = Results(
        (
            Series("t", "r", "quick", (0.1,), failed="crashed"),
            Series("t", "r", "sound", (0.5,)),
            Series("t", "r", "slow", (0.7,)),
            Series("t", "r", "litpost", (0.2,)),
        )
    )
    assert found.best("t", "r", without=("litpost",)) == ("sound", 0.5)
    assert found.best("t", "other", without=()) is None


@pytest.mark.parametrize(
    ("value", "base", "expected"), [(2.0, 4.0, 0.5), (None, 4.0, None), (2.0, None, None)]
)
def test_a_ratio_needs_both(value: float | None, base: float | None, expected: float) -> None:
    assert ratio(value, base) == expected


def test_slopes_are_costs_of_a_further_one() -> None:
    assert slopes([(10, 2.0), (1, 0.2), (20, 4.0)]) == pytest.approx([0.2, 0.2])
    assert slopes([(1, 0.2)]) == []


def test_goals_that_were_not_measured_are_neither_met_nor_missed() -> None:
    goals = judge(Results(()), ("numpy", "tensorflow"))
    assert len(goals) == 2 * 9 + 3 + 1 + 3
    assert {(goal.measured, goal.verdict) for goal in goals} == {("not measured", "–")}


def test_goals_compare_with_floor_and_best_peer() -> None:
    found = results(
        cold={"python": 1.0, "litpost": 1.14},
        no_op={"litpost": 0.09, "codebraid": 0.14, "MyST-NB": 0.9},
    )
    found = Results((*found.series, Series(TABLE, "prose edit", "litpost", (0.135,))))
    # the series of a row are named as in tables
    renamed = tuple(
        Series(s.table, s.row.replace("no op", "no-op"), s.column, s.values) for s in found.series
    )
    met = verdicts(Results(renamed))
    assert met["numpy: cold ≤ 1.15 × the floor"] is True
    assert met["numpy: no-op ≤ 0.10 s"] is True
    assert met["numpy: no-op ≤ 0.6 × the best peer (codebraid)"] is False
    assert met["numpy: prose edit, beyond no-op ≤ 0.04 s"] is False


def test_a_warm_session_is_judged_by_what_it_adds_to_the_cell() -> None:
    def warm(seconds: float) -> bool | None:
        times = {"litpost": seconds, "python": 0.1}
        series = [
            Series("warm session", "last-cell edit, numpy", t, (s,)) for t, s in times.items()
        ]
        goal = "numpy: warm session, last-cell edit, beyond the cell ≤ 0.03 s"
        return verdicts(Results(tuple(series)))[goal]

    assert warm(0.125) is True
    assert warm(0.2) is False


def test_a_fast_module_edit_that_shows_the_old_output_is_missed() -> None:
    stale = Series(TABLE, "module edit", "litpost", (0.1,), wrong="doesn't show `1`")
    assert verdicts(Results((stale,)))["numpy: module edit right"] is False
    assert shown(stale, None) == "0.100 s WRONG"


def test_growth_is_judged_by_the_last_step() -> None:
    def many(*values: float) -> bool | None:
        sizes = (1, 10, 100)
        series = [
            Series("many sources", f"no-op, {size} sources", "litpost", (value,))
            for size, value in zip(sizes, values, strict=True)
        ]
        return verdicts(Results(tuple(series)))[
            "many sources: a further one costs ≤ 1.5 × what it cost before"
        ]

    assert many(0.1, 0.19, 1.09) is True
    assert many(0.1, 0.19, 5.0) is False


def test_a_cost_below_zero_gets_no_verdict() -> None:
    cost = Series(LARGE, KINDS["changes"], "litpost", (-1.1,))
    (goal,) = (g for g in judge(Results((cost,)), ()) if KINDS["changes"] in g.text)
    assert goal.met is None
    assert "noise" in goal.measured


def test_what_litpost_adds_is_a_difference_of_differences() -> None:
    times = {
        ("", "python"): [1.0], ("", "litpost"): [2.0],
        ("reads", "python"): [1.4], ("reads", "litpost"): [2.4 + CELLS / 2],
    }  # fmt: skip
    assert added(times, "reads") == pytest.approx([0.5])


def test_verdicts_are_words() -> None:
    assert [Goal("", "", met).verdict for met in (True, False, None)] == ["met", "MISSED", "–"]


def test_what_failed_is_shown_as_failed() -> None:
    assert shown(Series("t", "r", "c", failed="exit status 1"), None) == "FAILED"
    assert shown(Series("t", "r", "c", failed="not reported"), None) == "not reported"
    assert shown(None, 1.0) == ""
    assert shown(Series("t", "r", "c", (1.5,)), 1.0) == "1.500 s (1.50 ×)"


def test_tables_are_aligned() -> None:
    assert aligned([["", "b"], ["aa", "≤"]]) == ["|    | b |", "|----|---|", "| aa | ≤ |"]


def test_a_share_is_of_the_whole_build_and_absent_if_not_reported() -> None:
    cells = [{"fingerprint_seconds": 0.1}, {"seconds": 3}, {"fingerprint_seconds": 0.3}]
    assert share_of(json.dumps({"posts": [{"cells": cells}]}), 8.0) == pytest.approx(0.05)
    with pytest.raises(RunError, match="not reported"):
        share_of(json.dumps({"posts": [{"cells": [{"seconds": 3}]}]}), 8.0)


def test_nobody_is_first_in_every_round() -> None:
    assert [rotated("abc", turn)[0] for turn in range(4)] == ["a", "b", "c", "a"]


def test_pages_are_compared_without_tags_and_blanks() -> None:
    page = Page(plain_text("<pre>a  <b>1</b>\n &lt;2</pre>"), figures=1)
    assert page.missing(["a 1", "  <2"], 1) == ""
    assert page.missing(["a 2"]) == "doesn't show `a 2`"
    assert page.missing([], 2) == "shows 1 figures instead of 2"


def test_a_run_that_fails_is_an_error_with_what_it_said(tmp_path: Path) -> None:
    code = "import sys; print('why', file=sys.stderr); sys.exit(3)"
    with pytest.raises(RunError, match="exit status 3: why"):
        run([sys.executable, "-c", code], tmp_path, os.environ)
    with pytest.raises(RunError, match="No such file"):
        run(["/no/such/program"], tmp_path, os.environ)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_peak_is_the_process_own_without_its_children(tmp_path: Path) -> None:
    large = "data = bytearray(200_000_000); import time; time.sleep(0.05)"
    small = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {large!r}])"
    own = run([sys.executable, "-c", large], tmp_path, os.environ, watch=True).peak
    childs = run([sys.executable, "-c", small], tmp_path, os.environ, watch=True).peak
    assert own is not None
    assert childs is not None
    assert own > 200_000_000 > 100_000_000 > childs


def test_files_that_do_not_change_are_not_written(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/b.md": "1"})
    os.utime(tmp_path / "a/b.md", (1, 1))
    write_files(tmp_path, {"a/b.md": "1"})
    assert (tmp_path / "a/b.md").stat().st_mtime == 1


def test_an_edited_module_is_newer_by_a_second(tmp_path: Path) -> None:
    write_files(tmp_path, {"toy.py": "A = 1"})
    before = int((tmp_path / "toy.py").stat().st_mtime)
    write_files(tmp_path, {"toy.py": "A = 2"})
    assert int((tmp_path / "toy.py").stat().st_mtime) > before
