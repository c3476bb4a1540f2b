"""Values of slow steps are kept, and given to sessions in which these needn't run."""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from litpost.runner import Session
from litpost.session.fingerprints import fingerprint
from litpost.session.values import UnfitError, dump, load
from litpost.sessions import Sessions
from litpost.trace import Trace
from litpost.values import Values
from tests.litpost.blog import Blog
from tests.litpost.incremental import Built, Tree, build, check

# Files

GRID = np.arange(12.0).reshape(3, 4)
OWNED = np.arange(5)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False),
    st.complex_numbers(allow_nan=False),
    st.text(st.characters(codec=None)), st.binary(),
)  # fmt: skip
KEYS = st.one_of(st.integers(), st.text(), st.tuples(st.integers(), st.text()))
ARRAYS = arrays.arrays(
    st.one_of(
        arrays.boolean_dtypes(), arrays.integer_dtypes(endianness="?"),
        arrays.floating_dtypes(endianness="?"), arrays.complex_number_dtypes(),
    ),
    arrays.array_shapes(min_dims=0, min_side=0, max_side=4),
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(SCALARS, ARRAYS),
    lambda inner: st.one_of(st.lists(inner), st.tuples(inner, inner), st.dictionaries(KEYS, inner)),
    max_leaves=8,
)


def digest(value: Any) -> str:
    return fingerprint(value, is_local=lambda name: False).digest


def kept(value: Any, folder: Path) -> Any:
    """Write a value and read it again."""
    file = str(folder / "value")
    dump(value, file, limit=10**9)
    return load(file)


@given(value=VALUES)
@settings(deadline=None)
def test_nothing_tells_a_value_from_the_one_that_was_kept(
    value: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert digest(kept(value, tmp_path_factory.mktemp("kept"))) == digest(value)


@pytest.mark.parametrize(
    "array",
    [
        OWNED, GRID, GRID[:, 1:3], GRID.T, GRID[::2, ::-1], np.asfortranarray(GRID).copy("F"),
        np.zeros((0, 3)), np.array(3.0), np.broadcast_to(OWNED, (2, 5)), np.arange(3, dtype=">i4"),
        np.zeros((3, 4), order="F")[:, 1:],
    ],
    ids=lambda array: f"{array.shape} {array.strides}",
)  # fmt: skip
def test_an_array_is_laid_out_as_it_was(array: npt.NDArray[Any], tmp_path: Path) -> None:
    found = kept(array, tmp_path)
    assert str(found.flags) == str(array.flags)
    assert (found.base is None) == (array.base is None)
    if array.base is not None:
        np.testing.assert_array_equal(found.base, array.base)
        assert np.shares_memory(found, found.base)


def test_an_array_that_must_not_be_changed_comes_back_so(tmp_path: Path) -> None:
    array = np.arange(3)
    array.flags.writeable = False
    assert not kept(array, tmp_path).flags.writeable


def test_objects_are_shared_as_they_were(tmp_path: Path) -> None:
    inner = [1]
    one, other, array, view = kept([inner, inner, OWNED, OWNED[1:]], tmp_path)
    assert one is other
    assert view.base is array


class Mine(list[int]):
    pass


@pytest.mark.parametrize(
    "value",
    [
        len, np, range(3), Mine([1]), np.array(["x"]), np.array([None]), np.ma.array([1]),
        np.random.default_rng(0), np.datetime64("2020"), np.frombuffer(b"12", np.uint8),
        functools.partial(int), st, lambda: 0, {1}, frozenset({1}),
        float("nan"), complex("nan"), np.float32("nan"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_not_plain_is_not_kept(value: object, tmp_path: Path) -> None:
    with pytest.raises(UnfitError):
        dump([1, value], str(tmp_path / "value"), limit=10**9)


def test_what_is_too_large_or_nested_too_deep_is_not_kept(tmp_path: Path) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (np.zeros(1000), [float(n) for n in range(1000)], deep):
        with pytest.raises(UnfitError):
            dump(value, str(tmp_path / "value"), limit=5000)
    while deep:  # or its end would be as deep
        deep = deep.pop()


def test_a_file_can_not_call_what_it_likes(tmp_path: Path) -> None:
    file = tmp_path / "value"
    file.write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(Exception, match=r"os\.system"):
        load(str(file))


# Builds

CELLS = {"slow": "import numpy as np\nx = np.arange(3) * 2", "last": "print(x + 1)"}


@pytest.fixture
def all_are_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("litpost.values.SLOW", 0)


def edited(blog: Blog, scratch: Path, *edits: Mapping[str, str]) -> Built:
    """Build cells, then the same with each of some edits made to them."""
    cells: dict[str, str] = {}
    for edit in edits:
        cells |= edit
        Tree(cells).lay(blog)
        built = check(blog, scratch)
    return built


READERS = {
    "an array": ({"m": "import numpy as np", "a": "x = np.arange(3) * 2", "b": "print(x)"},
                 {"b": "print(x + 1)"}, ["m", "b"]),
    "plain data beside NumPy": (
        {"m": "import numpy as np", "a": "x = [float(n) for n in np.arange(3)]", "b": "print(x)"},
        {"b": "print(x, 2)"}, ["b"]),
    "plain data": ({"a": "x = [1, (2, 3)]", "b": "print(x)"}, {"b": "print(x[1])"}, ["b"]),
    "by a function": ({"a": "x = [1]", "f": "def f():\n    return x", "b": "print(f())"},
                      {"b": "print(f(), 2)"}, ["f", "b"]),
    "and changed": ({"a": "x = [1]", "b": "x.append(2)", "c": "print(x)"},
                    {"b": "x.append(3)"}, ["b", "c"]),
    "as two cells left it": ({"a": "x = [1]", "b": "x.append(2)\ny = iter(x[:])", "c": "print(1)",
                              "d": "print(x)"}, {"d": "print(x, next(y))"}, ["b", "d"]),
    "what shares an object": ({"a": "x = [1]\ny = x", "b": "print(x)"},
                              {"b": "print(x, y)"}, ["a", "b"]),
    "what nobody can look into": ({"a": "x = iter({1: 2})", "b": "print(1)"},
                                  {"b": "print(next(x))"}, ["a", "b"]),
    "a set in an order of its own": ({"a": "x = {*range(99)}\nx.difference_update({*x} - {1, 8})",
                                      "b": "print(x)"}, {"b": "print(x, 1)"}, ["a", "b"]),
    "a set of tuples": ({"a": "x = {(n,) for n in range(99)}\nx -= {*x} - {(1,), (50,), (77,)}",
                         "b": "print(x)"}, {"b": "print(x, 1)"}, ["a", "b"]),
    "a set that was larger": ({"a": "x = {*range(999)}\nx -= {*range(990)}", "b": "print(x)"},
                              {"b": "x |= {5, 64, 128, 7, 96}\nprint(x)"}, ["a", "b"]),
    "a frozen set": ({"a": "x = frozenset({1, 50, 77})", "b": "print(x)"},
                     {"b": "print(x, 1)"}, ["a", "b"]),
    "what is equal only to itself": ({"a": "n = float('nan')\nx = [n]", "b": "print(x)"},
                                     {"b": "print(n in x)"}, ["a", "b"]),
    "a view that can be changed of what can't": (
        {"m": "import numpy as np",
         "a": "x = np.arange(3)\ny = x[1:]\nx.flags.writeable = False\ndel x", "b": "print(y)"},
        {"b": "y[0] = 7\nprint(y)"}, ["m", "a", "b"]),
    "integers of another type": (
        {"m": "import numpy as np", "a": "x = np.zeros(3, np.longlong)", "b": "print(x)"},
        {"b": "print(type(x[0]))"}, ["m", "a", "b"]),
    "what a variable of the context holds": (
        {"a": "import contextvars\nx = [1]\nc = contextvars.ContextVar('c')\nc.set(x);",
         "b": "print(x)"}, {"b": "c.get().append(2)\nprint(x)"}, ["a", "b"]),
    "its size": ({"a": "import sys\nx = [n for n in range(9)]", "b": "print(len(x))"},
                 {"b": "print(sys.getsizeof(x))"}, ["a", "b"]),
}  # fmt: skip


@pytest.mark.usefixtures("all_are_slow")
@pytest.mark.parametrize("name", READERS)
def test_a_slow_cell_whose_result_is_read_runs_only_where_it_has_to(
    name: str, blog: Blog, scratch: Path
) -> None:
    cells, edit, asked = READERS[name]
    assert edited(blog, scratch, cells, edit).asked == asked


@pytest.mark.usefixtures("all_are_slow")
def test_a_session_that_is_lost_as_it_keeps_a_value_costs_time_only(
    blog: Blog, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(values: Values, session: Session, trace: Trace) -> bool:
        if "v:x" in trace.writes:
            session.kill()
        return keep(values, session, trace)

    keep = Values.keep
    monkeypatch.setattr(Values, "keep", lose)
    cells = {"first": "open('log.txt', 'a').write('1');", "slow": "x = [1]",
             "last": "print(x, open('log.txt').read())"}  # fmt: skip
    edited(blog, scratch, cells, {"last": "print(open('log.txt').read(), x)"}, {"slow": "x = [2]"})


@pytest.mark.usefixtures("all_are_slow")
def test_what_runs_at_every_build_is_not_kept(blog: Blog, scratch: Path) -> None:
    edited(blog, scratch, {"a": "#| cache: false\nx = [1]", "b": "print(x)"})
    assert not (blog.root / ".litpost/values").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("all_are_slow")
def test_what_a_model_has_learnt_is_shown_without_training_it_again(
    blog: Blog, scratch: Path
) -> None:
    cells = {
        "keras": "import keras\nimport numpy as np",
        "training": "model = keras.Sequential([keras.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\n"
        "history = model.fit(np.ones((4, 1)), np.ones(4), epochs=2, verbose=0).history\n"
        "losses = np.array(history['loss'])",
        "last": "print(losses)",
    }
    assert edited(blog, scratch, cells, {"last": "print(losses / 2)"}).asked == ["keras", "last"]


def test_quick_cells_are_run_again(blog: Blog, scratch: Path) -> None:
    assert edited(blog, scratch, CELLS, {"last": "print(x)"}).asked == ["slow", "last"]
    assert not (blog.root / ".litpost/values").exists()


@pytest.mark.usefixtures("all_are_slow")
@pytest.mark.parametrize("damage", ["cut", "other", "gone", "not a value"])
def test_a_damaged_value_is_told_of_and_not_taken(
    damage: str, blog: Blog, scratch: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    edited(blog, scratch, {"a": "x = [1, 2, 3]", "b": "y = [4, 5, 6]", "c": "print(x)"})
    first, second = (blog.root / ".litpost/values").iterdir()
    for file, other in ((first, second.read_bytes()), (second, first.read_bytes())):
        data = file.read_bytes()
        if damage == "gone":
            file.unlink()
        else:
            changed = {"cut": data[:-4], "other": other, "not a value": b"cos\nsystem\n"}
            file.write_bytes(changed[damage])
    Tree({"a": "x = [1, 2, 3]", "b": "y = [4, 5, 6]", "c": "print(x, y)"}).lay(blog)
    assert check(blog, scratch).asked[-3:] == ["a", "b", "c"]
    told = "a stored value isn't what was written; it is passed over" in capfd.readouterr().err
    assert told == (damage != "gone")


@pytest.mark.usefixtures("all_are_slow")
def test_a_value_that_can_not_be_written_costs_time_only(blog: Blog, scratch: Path) -> None:
    (blog.root / ".litpost").mkdir()
    (blog.root / ".litpost/values").write_text("in the way")
    assert edited(blog, scratch, CELLS, {"last": "print(x)"}).asked == ["slow", "last"]


@pytest.mark.usefixtures("all_are_slow")
def test_a_warm_session_is_given_values_too(blog: Blog, scratch: Path) -> None:
    cells = {"a": "x = [1]", "b": "it = iter({x[0]: 2})", "c": "print(1)"}
    with contextlib.closing(Sessions(blog.root, "en", is_warm=True)) as sessions:
        asked = []
        for last in ("print(1)", "print(next(it))", "print(next(it), x)", "print(x)"):
            Tree({**cells, "c": last}).lay(blog)
            asked.append(check(blog, scratch, functools.partial(build, sessions=sessions)).asked)
    assert asked == [["a", "b", "c"], ["b", "c"], ["c"], ["c"]]


@pytest.mark.usefixtures("all_are_slow")
def test_every_cell_runs_where_nothing_stored_may_be_used(blog: Blog) -> None:
    Tree(CELLS).lay(blog)
    build(blog)
    assert blog.litpost("build", "--no-cache").returncode == 0
    assert "nothing that is stored is used" in blog.litpost("build", "--no-cache", "--json").stdout


# The folder


def values_in(folder: Path, ages: Mapping[str, float]) -> Values:
    """Make files of 10 bytes that were used so many seconds ago."""
    (folder / "values").mkdir()
    for name, age in ages.items():
        (folder / "values" / name).write_bytes(bytes(10))
        then = time.time() - age
        os.utime(folder / "values" / name, (then, then))
    return Values(folder)


def test_the_oldest_values_go(tmp_path: Path) -> None:
    values = values_in(tmp_path, {"a": 500, "b": 10, "c": 20})
    assert values.size == 30
    assert values.collect(size=25, dry=True) == 1
    assert values.size == 30
    assert values.collect(size=25) == 1
    assert [values.needs(name) for name in "abc"] == [None, (), ()]
    assert values.collect(size=100, age=15) == 1
    assert values.needs("b") == ()


def test_nothing_is_kept_under_a_digest_that_does_not_tell_all(tmp_path: Path) -> None:
    values = values_in(tmp_path, {"a": 0, "a+b": 0, "a@b": 0})
    assert [values.needs(name) for name in ("a", "a+b", "a@b")] == [(), None, None]
