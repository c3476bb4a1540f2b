import re

import numpy as np
import pytest

from lstm_src.arrays import common_float_type, finite_floats, frozen, require_shape, state_pair


@pytest.mark.parametrize(
    ("found", "allowed"),
    [
        ((3,), [(3,)]),
        ((7, 3), [("time", 3)]),
        ((7, 3), [(3,), ("time", 3)]),
        ((), [()]),
    ],
)
def test_a_shape_that_fits_one_of_the_allowed_passes(found, allowed):
    require_shape("x", np.empty(found), *allowed)


@pytest.mark.parametrize(
    ("found", "allowed", "message"),
    [
        ((4,), [(3,)], "x: expected shape (3,), found (4,)"),
        ((3, 7), [("time", 3)], "x: expected shape (time, 3), found (3, 7)"),
        ((3,), [("time", 3)], "x: expected shape (time, 3), found (3,)"),
        ((0, 3), [("time", 3)], "x: expected shape (time, 3), found (0, 3)"),
        ((4,), [(3,), ("b", 3)], "x: expected shape (3,) or (b, 3), found (4,)"),
        ((), [(3,)], "x: expected shape (3,), found ()"),
    ],
)
def test_a_shape_that_fits_none_is_refused_with_both_shapes(found, allowed, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        require_shape("x", np.empty(found), *allowed)


def test_the_common_type_is_the_wider_one():
    assert common_float_type("x", np.ones(1, "f4"), np.ones(1, "f8")) == np.float64
    assert common_float_type("x", np.ones(1, "f4"), np.ones(1, "f4")) == np.float32


@pytest.mark.parametrize("dtype", [int, bool, complex, object])
def test_what_are_no_floating_point_numbers_is_refused(dtype):
    with pytest.raises(ValueError, match=rf"x: expected floating-point.*{np.dtype(dtype)}"):
        common_float_type("x", np.ones(1, dtype))


def test_a_frozen_array_is_a_copy_that_cannot_be_written_to():
    array = np.zeros(3)
    copy = frozen(array)
    array[0] = 1
    assert copy[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        copy[0] = 1


def test_numbers_too_large_for_the_type_are_refused():
    with pytest.raises(ValueError, match=r"x: expected finite numbers, found inf at \(1,\)"):
        finite_floats("x", [1.0, 1e300], np.dtype("f4"), (2,))


def test_rows_of_different_lengths_are_refused_by_name():
    with pytest.raises(ValueError, match="x: expected an array, found rows of different lengths"):
        finite_floats("x", [[1.0, 2.0], [3.0]], np.dtype("f4"), (2, 2))


@pytest.mark.parametrize(("given", "found"), [(3.0, 1), ([np.zeros(2)] * 3, 3)])
def test_states_that_are_no_pair_are_refused(given, found):
    with pytest.raises(
        ValueError, match=rf"s: expected \(hidden_state, .*\), found {found} arrays"
    ):
        state_pair("s", given, np.dtype("f8"), (2,))
