"""What is stored and what isn't; what of it is shown to people: explain, verify, gc."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from litpost.store import Store
from tests.litpost.blog import POST, SOURCE, Blog
from tests.litpost.incremental import Tree, build, check

STORE = ".litpost/store.sqlite"


def edit(blog: Blog, scratch: Path, before: Tree, *after: Tree) -> list[list[str]]:
    """Build a tree, then each of the others; return which cells ran."""
    before.lay(blog)
    build(blog)
    ran = []
    for tree in after:
        tree.lay(blog)
        ran.append(sorted(check(blog, scratch).ran))
    return ran


CELLS = {"a": "x = 1", "b": "print(x)", "c": "y = 2", "d": "print(y)"}


def test_an_earlier_version_is_found_again(blog: Blog, scratch: Path) -> None:
    first, second = Tree(CELLS), Tree({**CELLS, "a": "x = 5"})
    assert edit(blog, scratch, first, second, first, second) == [["a", "b"], [], []]


def test_cells_are_inserted_deleted_and_swapped(blog: Blog, scratch: Path) -> None:
    inserted = Tree({"a": "x = 1", "n": "x += 1", **{k: CELLS[k] for k in "bcd"}})
    swapped = Tree({k: CELLS[k] for k in "cadb"})
    ran = edit(blog, scratch, Tree(CELLS), inserted, Tree(CELLS), swapped)
    assert ran == [["b", "n"], [], []]


def test_comments_and_blank_lines_run_nothing_and_are_shown(blog: Blog, scratch: Path) -> None:
    commented = Tree({**CELLS, "a": "# why\n\nx = 1  # one"})
    assert edit(blog, scratch, Tree(CELLS), commented) == [[]]
    assert "# why" in blog.read()


def test_a_comment_moves_the_lines_that_a_traceback_names(blog: Blog, scratch: Path) -> None:
    cells = {"a": "def f():\n    1 / 0", "b": "#| error: true\nf()", "c": "print(1)"}
    commented = Tree({**cells, "a": "# one\n# two\ndef f():\n    1 / 0"})
    assert edit(blog, scratch, Tree(cells), commented) == [["b"]]


def test_prose_starts_no_session(
    blog: Blog, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tree(CELLS).lay(blog)
    build(blog)
    Tree(CELLS, prose="Other words.").lay(blog)
    monkeypatch.setattr("litpost.execution.Session", None)
    assert build(blog).status == "built"
    assert "Other words." in blog.read()


def test_options_that_change_the_run_run_the_cell(blog: Blog, scratch: Path) -> None:
    hidden = Tree({**CELLS, "b": "#| echo: false\nprint(x)"})
    failing = Tree({**CELLS, "b": "#| error: true\nprint(x)"})
    assert edit(blog, scratch, Tree(CELLS), hidden, failing) == [[], ["b"]]


def test_a_failed_cell_fails_again_and_an_expected_error_is_stored(
    blog: Blog, scratch: Path
) -> None:
    failing = Tree({**CELLS, "c": "1 / 0"})
    failing.lay(blog)
    for _ in range(2):
        built = check(blog, scratch)
        assert (built.status, built.ran[-1]) == ("failed", "c")
    Tree({**CELLS, "c": "#| error: true\n1 / 0", "d": ""}).lay(blog)
    assert build(blog).ran[-1] != "b"
    assert build(blog).ran == []


def test_a_cell_that_was_stopped_leaves_no_trace(blog: Blog) -> None:
    Tree({"a": "#| timeout: 0.3\nimport time\ntime.sleep(9)"}).lay(blog)
    assert build(blog).status == "failed"
    assert build(blog).status == "failed"
    rows = sqlite3.connect(blog.root / STORE).execute("SELECT count(*) FROM traces").fetchone()
    assert rows == (0,)


UNCACHED = {
    "cache: false": ({"a": "#| cache: false\nx = 1", "b": "print(x)"}, ["a"], "`cache: false`"),
    "a program": (
        {"a": "import subprocess\nsubprocess.run(['true'])\nx = 1", "b": "print(x)"}, ["a"],
        "it starts another program",
    ),
    "a connection": (
        {"a": "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.close()"}, ["a"],
        "it opens a connection",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNCACHED)
def test_what_nobody_can_see_runs_at_every_build(name: str, blog: Blog) -> None:
    cells, ran, because = UNCACHED[name]
    Tree(cells).lay(blog)
    build(blog)
    built = build(blog)
    assert built.ran == ran
    assert because in built.because["a"]


def test_a_whole_document_runs_if_it_asks_for_that(blog: Blog, scratch: Path) -> None:
    whole = {**CELLS, "a": "#| cache: document\nx = 1"}
    ran = edit(blog, scratch, Tree(whole), Tree(whole), Tree({**whole, "d": "print(y, y)"}))
    assert ran == [[], ["a", "b", "c", "d"]]
    Tree({**whole, "c": "y = 3"}).lay(blog)
    told = blog.litpost("explain", SOURCE).stdout.splitlines()
    assert told[0].endswith("a: run: `cache: document`: cell `c` (line 22) runs")
    built = build(blog).because
    assert built["a"] == "`cache: document`: cell `c` (line 22) runs"
    assert built["c"] == "it is new, or its code or options were changed"


def test_a_variable_that_was_read_and_set_is_told_as_it_was_read(blog: Blog) -> None:
    Tree({"a": "x = 1", "b": "x = x + 1", "c": "x = x * 10"}).lay(blog)
    build(blog)
    Tree({"a": "x = 3", "b": "x = x + 1", "c": "x = x * 10"}).lay(blog)
    built = build(blog).because
    assert built["b"] == "`x` is 3, was 1"
    assert built["c"] == "`x` is 4, was 2"


def test_variables_of_the_environment_are_read(
    blog: Blog, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "---\ntitle: A title\nlitpost: {environment: [SEEN_BY_C]}\n---\n" + (
        "\n<!-- outline-start -->\nSummary.\n<!-- outline-end -->\n\n"
    )
    tree = Tree({"a": "import os\nx = os.environ.get('TRY', 'none')", "b": "print(x)"})
    tree.lay(blog)
    build(blog)
    monkeypatch.setenv("TRY", "1")
    assert sorted(check(blog, scratch).ran) == ["a", "b"]
    Tree({"a": "x = 1"}).lay(blog)
    build(blog)
    Tree({"a": "x = 1"}, header=header).lay(blog)
    assert build(blog).because["a"] == "the environment variable SEEN_BY_C is declared"
    monkeypatch.setenv("SEEN_BY_C", "1")
    assert build(blog).ran == ["a"]


def test_another_version_of_a_distribution_runs_what_reaches_it(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tree({"a": "import numpy as np", "b": "print(np.ones(2))", "c": "print(3)"}).lay(blog)
    build(blog)
    from litpost import versions

    found = versions._table()
    monkeypatch.setattr(versions, "_installed", lambda: "other")
    monkeypatch.setattr(versions, "_table", lambda: {**found, "numpy": "numpy 99.0"})
    built = build(blog)
    assert built.ran == ["a", "b"]
    assert "numpy is 99.0, was " in built.because["b"]


def test_another_engine_runs_everything(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    Tree(CELLS).lay(blog)
    build(blog)
    monkeypatch.setattr("litpost.builder.engine_digest", lambda: "other")
    assert build(blog).ran == list(CELLS)


def test_a_broken_entry_is_passed_over_and_reported(
    blog: Blog, scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Tree(CELLS).lay(blog)
    build(blog)
    database = sqlite3.connect(blog.root / STORE)
    database.execute("UPDATE traces SET data = zeroblob(length(data))")
    database.commit()
    database.close()
    assert check(blog, scratch).ran == list(CELLS)
    assert "isn't what was written" in capsys.readouterr().err


def test_a_store_that_is_no_store_or_is_gone_is_made_anew(blog: Blog, scratch: Path) -> None:
    Tree(CELLS).lay(blog)
    build(blog)
    for suffix in ("", "-wal", "-shm"):
        (blog.root / f"{STORE}{suffix}").unlink(missing_ok=True)
    assert build(blog).ran == list(CELLS)
    for suffix in ("-wal", "-shm"):
        (blog.root / f"{STORE}{suffix}").unlink(missing_ok=True)
    (blog.root / STORE).write_bytes(b"not a database" * 100)
    assert check(blog, scratch).ran == list(CELLS)
    assert build(blog).ran == []


def test_a_store_that_lacks_a_table_is_made_anew_and_that_is_told_once(
    blog: Blog, scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Tree(CELLS).lay(blog)
    build(blog)
    with contextlib.closing(sqlite3.connect(blog.root / STORE)) as database:
        database.execute("DROP TABLE traces")
    assert check(blog, scratch).ran == list(CELLS)
    assert capsys.readouterr().err.count("no such table: traces); it is made anew") == 1
    assert build(blog).ran == []


def test_a_store_that_is_damaged_within_is_made_anew_and_that_is_told_once(
    blog: Blog, scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Tree(CELLS).lay(blog)
    build(blog)
    store = blog.root / STORE
    data = store.read_bytes()
    store.write_bytes(data[:4096] + bytes(len(data) - 4096))
    assert check(blog, scratch).ran == list(CELLS)
    assert capsys.readouterr().err.count("malformed); it is made anew") == 1
    assert build(blog).ran == []


@pytest.mark.parametrize("place", range(0, 48, 4))
def test_a_store_whose_tables_are_damaged_is_made_anew(
    place: int, blog: Blog, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bit of the statement that has made a table is another."""
    Tree({"a": "print(1)"}).lay(blog)
    build(blog)
    store = blog.root / STORE
    data = bytearray(store.read_bytes())
    data[data.index(b"CREATE TABLE notes") + place] ^= 0x80
    store.write_bytes(data)
    assert build(blog).status in ("built", "unchanged")
    Tree({"a": "print(1)", "b": "print(2)"}).lay(blog)
    assert build(blog).status == "built"
    capsys.readouterr()
    assert build(blog).ran == []
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("in_the_way", [".litpost", ".litpost/store.sqlite/x"])
def test_a_store_that_can_not_be_is_told_of(in_the_way: str, blog: Blog) -> None:
    Tree(CELLS).lay(blog)
    blog.write(in_the_way, "")
    done = blog.litpost("build")
    assert done.returncode == 1
    assert done.stderr.startswith("litpost: .litpost/ can't be written to (")
    assert done.stderr.endswith("); make that possible, or delete it\n")


def test_explain_says_what_would_run_and_why(blog: Blog) -> None:
    Tree(CELLS, {"d.txt": "1"}).lay(blog)
    assert "a: run: it is new" in blog.litpost("explain", SOURCE).stdout
    blog.litpost("build")
    Tree({**CELLS, "a": "x = 2"}).lay(blog)
    before = blog.read()
    told = blog.litpost("explain", SOURCE).stdout.splitlines()
    assert [line.split(": ")[2] for line in told] == ["run", "run", "current", "current"]
    assert told[1].endswith(": x may change: cell `a` (line 11) runs")
    assert blog.read() == before
    built = json.loads(blog.litpost("build", "--json").stdout)
    cells = {c["label"]: c["because"] for c in built["posts"][0]["cells"]}
    assert cells["b"] == "`x` is 2, was 1"


def test_a_build_with_nothing_to_do_neither_parses_nor_plans(blog: Blog) -> None:
    Tree(CELLS).lay(blog)
    blog.litpost("build")
    code = (
        "import sys; from litpost.cli import main; status = main(['build'])\n"
        "assert status == 0 and 'litpost.parser' not in sys.modules, sorted(sys.modules)"
    )
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=blog.root, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, f"unchanged {POST}\n"), done.stderr
    for path in (POST, "assets/css/litpost.css"):
        (blog.root / path).unlink()
        assert blog.litpost("build").stdout == f"written   {POST}\n"
        assert (blog.root / path).is_file()


def test_without_the_cache_everything_runs(blog: Blog) -> None:
    Tree(CELLS).lay(blog)
    blog.litpost("build")
    report = json.loads(blog.litpost("build", "--no-cache", "--json").stdout)
    assert [cell["status"] for cell in report["posts"][0]["cells"]] == ["ran"] * 4


def test_verify_builds_clean_elsewhere_and_compares(blog: Blog) -> None:
    Tree(CELLS, {"d.txt": "1"}).lay(blog)
    blog.litpost("build")
    done = blog.litpost("verify")
    assert (done.returncode, done.stdout) == (0, f"current   {POST}\n"), done.stderr
    Tree({**CELLS, "a": "x = 2"}).lay(blog)
    done = blog.litpost("verify")
    assert done.returncode == 1
    assert "a clean build differs in" in done.stderr
    assert "+x = 2" in done.stdout


def test_a_step_keeps_as_many_traces_as_a_site_has_languages(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(40):
        store.keep("step", f"language {number}", {"number": number})
    assert {trace["number"] for trace in store.traces("step")} == set(range(8, 40))
    store.close()


def test_gc_keeps_what_is_young_and_small(blog: Blog) -> None:
    Tree(CELLS).lay(blog)
    build(blog)  # here no step counts as slow
    value = blog.root / ".litpost/values/0123"
    blog.write(".litpost/values/0123", "[1]")
    assert blog.litpost("gc").stdout.startswith("0 traces deleted, and 0 values;")
    told = blog.litpost("gc", "--size", "0", "--dry-run").stdout
    assert told.startswith("4 traces would be deleted, and 1 values;")
    assert value.exists()
    assert blog.litpost("gc", "--size", "0").stdout.startswith("4 traces deleted, and 1 values;")
    assert not value.exists()
    assert build(blog).ran == list(CELLS)


@pytest.mark.parametrize("amount", ["-1", "x", "inf"])
def test_limits_that_are_none_are_refused(amount: str, blog: Blog) -> None:
    done = blog.litpost("gc", f"--days={amount}")
    assert done.returncode == 2
    assert f"'{amount}' isn't a number from 0 on" in done.stderr


def test_gc_tells_the_size_that_the_store_has(blog: Blog) -> None:
    for number in range(12):
        Tree({"a": f"import random\nprint(random.Random({number}).randbytes(200_000))"}).lay(blog)
        build(blog)
    told = blog.litpost("gc", "--size", "0.3").stdout
    megabytes = (blog.root / STORE).stat().st_size / 1e6
    assert told.endswith(f"the store has {megabytes:.1f} MB\n")
    assert megabytes < 1


def test_a_long_line_is_no_long_build(blog: Blog) -> None:
    """It took some minutes: images are looked for in what is printed."""
    Tree({"a": "print('x0' * 400_000)"}).lay(blog)
    assert blog.litpost("build", timeout=60).returncode == 0
