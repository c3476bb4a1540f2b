"""Each kind of read and write is needed: an engine that drops one writes a stale post.

A case is a tree and an edit of it. As the engine is, the incremental build writes what the clean
one does; with one kind of slot dropped from all traces, it doesn't.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from litpost import versions
from litpost.trace import Trace
from tests.litpost.blog import Blog
from tests.litpost.incremental import Tree, build, check

HELPER = "K = {}\nSEEN = []\n\n\ndef f():\n    return K\n"


@dataclass(frozen=True)
class Case:
    """What must go wrong once `drops` says so of a read slot, or of a written one (`writes`)."""

    drops: Callable[[str], bool]
    cells: Mapping[str, str]
    edit: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str | None] = field(default_factory=dict)
    change: Mapping[str, str | None] = field(default_factory=dict)
    outside: Callable[[Blog, pytest.MonkeyPatch], None] = lambda blog, patch: None
    writes: bool = False


def _kind(letter: str) -> Callable[[str], bool]:
    return lambda slot: slot.startswith(f"{letter}:")


def _upgrade(blog: Blog, patch: pytest.MonkeyPatch) -> None:
    """Pretend that another NumPy is installed: the manifest tells the versions that were used."""
    found = versions._table()
    patch.setattr(versions, "_installed", lambda: "other")
    patch.setattr(versions, "_table", lambda: {**found, "numpy": "numpy 99.0"})


def _touch(blog: Blog, patch: pytest.MonkeyPatch) -> None:
    os.utime(blog.root / "d.txt", (1, 1))


READS: dict[str, Case] = {
    "v: variables": Case(
        _kind("v"), {"a": "x = 1", "b": "print(x)"}, {"a": "x = 2"},
    ),
    "v: the list of their names": Case(
        lambda slot: slot == "v:*",
        {"a": "x = 1", "b": "print(sorted(n for n in globals() if len(n) == 1))"},
        {"a": "y = x = 1"},
    ),
    "m: the state of modules": Case(
        _kind("m"), {"a": "import helper", "b": "helper.SEEN.append(1)", "c": "print(helper.SEEN)"},
        {"b": "helper.SEEN.append(2)"}, {"helper.py": HELPER.format(1)},
    ),
    "s: the source of modules": Case(
        _kind("s"), {"a": "import helper", "b": "print(helper.f())"},
        files={"helper.py": "def f():\n    return 1\n"},
        change={"helper.py": "def f():\n    return 2\n"},
    ),
    "f: files": Case(
        _kind("f"), {"a": "print(open('d.txt').read())"},
        files={"d.txt": "1"}, change={"d.txt": "2"},
    ),
    "f: files that are declared": Case(
        _kind("f"),
        {"a": "#| depends: d.txt\nimport subprocess\n"
              "print(subprocess.run(['cat', 'd.txt'], capture_output=True).stdout)"},
        files={"d.txt": "1"}, change={"d.txt": "2"},
    ),
    "d: listings": Case(
        _kind("d"), {"a": "import os\nprint(sorted(os.listdir('data')))"},
        files={"data/a": ""}, change={"data/b": ""},
    ),
    "x: existence": Case(
        _kind("x"), {"a": "import os\nprint(os.path.exists('d.txt'))"}, change={"d.txt": "1"},
    ),
    "t: times": Case(
        _kind("t"), {"a": "import os\nprint(os.stat('d.txt').st_size)"},
        files={"d.txt": "1"}, change={"d.txt": "12"},
    ),
    "n: importable names": Case(
        _kind("n"), {"a": "import colorsys\nprint(hasattr(colorsys, 'mine'))"},
        change={"colorsys.py": "mine = 1\n"},
    ),
    "e: the environment": Case(
        _kind("e"), {"a": "import os\nprint(os.environ.get('LITPOST_TEST', 'none'))"},
        outside=lambda blog, patch: patch.setenv("LITPOST_TEST", "1"),
    ),
    "p: distributions": Case(
        _kind("p"), {"a": "import numpy as np", "b": "print(np.__version__)"},
        outside=_upgrade,
    ),
    "l: the layout of lines": Case(
        _kind("l"),
        {"a": "def f():\n    1 / 0",
         "b": "#| error: true\nf()"},
        {"a": "# one\ndef f():\n    1 / 0"},
    ),
    "a: settings": Case(
        lambda slot: slot == "a:decimal context",
        {"a": "import decimal", "b": "decimal.getcontext().prec = 3",
         "c": "print(decimal.Decimal(1) / 3)"},
        {"b": "decimal.getcontext().prec = 4"},
    ),
    "a: generators": Case(
        lambda slot: slot == "a:random",
        {"a": "import random", "b": "random.seed(1)", "c": "print(random.random())"},
        {"b": "random.seed(2)"},
    ),
}  # fmt: skip

WRITES: dict[str, Case] = {
    "v: variables": Case(
        _kind("v"), {"a": "x = 1", "b": "print(globals().get('x'))"},
        {"b": "print([globals().get('x')])"}, writes=True,
    ),
    "v: variables that are set to what they are": Case(
        lambda slot: slot == "v:x",
        {"a": "x = 1", "b": "x = 1", "c": "print(x)"}, {"a": "x = 2"}, writes=True,
    ),
    "m: the state of modules": Case(
        _kind("m"),
        {"b": "import helper as one\none.K = 2", "c": "import helper as two\nprint(two.K)"},
        {"c": "import helper as two\nprint(two.K, 1)"}, {"helper.py": HELPER.format(1)},
        writes=True,
    ),
    "f: files": Case(
        _kind("f"), {"a": "open('out.txt', 'w').write('1');", "b": "print(open('out.txt').read())"},
        change={"out.txt": "edited"}, writes=True,
    ),
    "a: settings": Case(
        _kind("a"), {"a": "import decimal", "b": "decimal.getcontext().prec = 3",
                     "c": "print(decimal.Decimal(1) / 3)"},
        {"c": "print(decimal.Decimal(2) / 3)"}, writes=True,
    ),
}  # fmt: skip


def go(case: Case, blog: Blog, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Tree(case.cells, case.files).lay(blog)
    first = build(blog)
    assert first.status == "built", first.message
    Tree({**case.cells, **case.edit}, case.change).lay(blog)
    case.outside(blog, monkeypatch)
    check(blog, scratch)


def dropping(drops: Callable[[str], bool], *, writes: bool) -> Callable[[Trace], dict[str, Any]]:
    """Return a `Trace.as_json` that drops slots."""
    as_json = Trace.as_json
    name = "writes" if writes else "reads"

    def mutant(trace: Trace) -> dict[str, Any]:
        data = as_json(trace)
        cut = {slot: digest for slot, digest in data[name].items() if not drops(slot)}
        return {**data, name: cut}

    return mutant


ALL = [*(("reads", name) for name in READS), *(("writes", name) for name in WRITES)]


@pytest.mark.parametrize(("table", "name"), ALL, ids=[" ".join(pair) for pair in ALL])
def test_an_engine_that_drops_it_writes_something_else(
    table: str,
    name: str,
    blog: Blog,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = (READS if table == "reads" else WRITES)[name]
    with monkeypatch.context() as patch:
        go(case, blog, tmp_path_factory.mktemp("clean"), patch)
    other = Blog(tmp_path_factory.mktemp("other"))
    (other.root / "_literate").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(Trace, "as_json", dropping(case.drops, writes=case.writes))
        with pytest.raises(AssertionError):
            go(case, other, tmp_path_factory.mktemp("clean"), patch)
