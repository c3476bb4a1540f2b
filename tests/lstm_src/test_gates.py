import re
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lstm_src.gates
from lstm_src.gates import Gates

NAMES = [field.name for field in fields(Gates)]


def three_arrays(features, units, dtype="f8"):
    """Make a kernel, a recurrent kernel and a bias in which no number stands twice."""
    sizes = [(features, 4 * units), (units, 4 * units), (4 * units,)]
    starts = np.cumsum([0, *(np.prod(size) for size in sizes)])
    return [
        np.arange(start, start + np.prod(size), dtype=dtype).reshape(size)
        for start, size in zip(starts, sizes, strict=False)
    ]


@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from(["f4", "f8"]))
def test_merging_gives_back_what_was_sliced(features, units, dtype):
    arrays = three_arrays(features, units, dtype)
    for merged, array in zip(Gates.slice(*arrays).merge(), arrays, strict=True):
        assert merged.dtype == array.dtype
        np.testing.assert_array_equal(merged, array)


def test_the_gates_stand_in_keras_order_i_f_c_o():
    for role, array in zip("WUb", three_arrays(3, 5), strict=True):
        gates = Gates.slice(*three_arrays(3, 5))
        for gate, part in zip("ifco", np.split(array, 4, axis=-1), strict=True):
            np.testing.assert_array_equal(getattr(gates, role + gate), part)


def test_features_units_and_type_follow_from_the_arrays():
    gates = Gates.slice(*three_arrays(3, 5, "f4"))
    assert (gates.features, gates.units, gates.dtype) == (3, 5, np.float32)


def test_no_bias_is_a_bias_of_zeros_of_the_kernel_s_type():
    kernel, recurrent_kernel, _ = three_arrays(3, 5, "f4")
    gates = Gates.slice(kernel, recurrent_kernel)
    for name in ("bi", "bf", "bc", "bo"):
        np.testing.assert_array_equal(getattr(gates, name), np.zeros(5))
    assert gates.dtype == np.float32


@pytest.mark.parametrize("name", NAMES)
def test_no_array_can_be_replaced_or_written_to(name):
    gates = Gates.slice(*three_arrays(3, 5))
    with pytest.raises(FrozenInstanceError):
        setattr(gates, name, np.zeros(5))
    with pytest.raises(ValueError, match="read-only"):
        getattr(gates, name)[...] = 0


def test_what_happens_to_the_sliced_arrays_later_does_not_reach_the_gates():
    kernel, recurrent_kernel, bias = three_arrays(3, 5)
    gates = Gates.slice(kernel, recurrent_kernel, bias)
    before = [getattr(gates, name).copy() for name in NAMES]
    for array in (kernel, recurrent_kernel, bias):
        array += 1
    for name, array in zip(NAMES, before, strict=True):
        np.testing.assert_array_equal(getattr(gates, name), array)


@pytest.mark.parametrize(
    ("kernel", "recurrent_kernel", "bias", "message"),
    [
        ((3, 19), (5, 20), (20,), "kernel: expected shape (features, 20), found (3, 19)"),
        ((20,), (5, 20), (20,), "kernel: expected shape (features, 20), found (20,)"),
        ((3, 20), (5, 19), (20,), "recurrent_kernel: expected shape (5, 20), found (5, 19)"),
        ((3, 20), (20, 5), (20,), "recurrent_kernel: expected shape (20, 80), found (20, 5)"),
        (
            (3, 20),
            (20,),
            (20,),
            "recurrent_kernel: expected shape (units, 4 * units), found (20,)",
        ),
        ((3, 20), (5, 20), (2, 20), "bias: expected shape (20,), found (2, 20)"),
        ((3, 20), (5, 20), (5,), "bias: expected shape (20,), found (5,)"),
    ],
)
def test_slicing_refuses_arrays_that_do_not_fit(kernel, recurrent_kernel, bias, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Gates.slice(np.zeros(kernel), np.zeros(recurrent_kernel), np.zeros(bias))


@pytest.mark.parametrize("name", NAMES[1:])
def test_an_array_of_another_shape_is_refused(name):
    expected = {"W": "(3, 5)", "U": "(5, 5)", "b": "(5,)"}[name[0]]
    message = f"{name}: expected shape {expected}, found (5, 4)"
    with pytest.raises(ValueError, match=re.escape(message)):
        replace(Gates.slice(*three_arrays(3, 5)), **{name: np.zeros((5, 4))})


def test_arrays_of_two_types_become_arrays_of_the_wider_one():
    kernel, recurrent_kernel, bias = three_arrays(3, 5, "f4")
    gates = Gates.slice(kernel, recurrent_kernel, bias.astype("f8"))
    assert {getattr(gates, name).dtype for name in NAMES} == {np.dtype("f8")}


def test_whole_numbers_are_refused():
    with pytest.raises(ValueError, match="expected floating-point numbers, found int64"):
        Gates.slice(*three_arrays(3, 5, "i8"))


def test_random_gates_turn_the_hidden_state_and_keep_its_length():
    gates = Gates.random(3, 5, rng=np.random.default_rng(0))
    for U in (gates.Ui, gates.Uf, gates.Uc, gates.Uo):
        np.testing.assert_allclose(U @ U.T, np.eye(5), atol=1e-12)


def test_of_random_gates_only_the_forget_gate_has_a_bias():
    gates = Gates.random(3, 5, forget_bias=2, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(gates.merge()[2], np.repeat([0, 2, 0, 0], 5))


def test_the_slices_are_written_as_in_the_post(region):
    lines = [line for line in region(lstm_src.gates, "slices") if "=" in line]
    assert lines == [
        "units = recurrent_kernel_0.shape[0]",
        "Wi = kernel_0[:, 0:units]",
        "Wf = kernel_0[:, units:2 * units]",
        "Wc = kernel_0[:, 2 * units:3 * units]",
        "Wo = kernel_0[:, 3 * units:]",
        "Ui = recurrent_kernel_0[:, 0:units]",
        "Uf = recurrent_kernel_0[:, units:2 * units]",
        "Uc = recurrent_kernel_0[:, 2 * units:3 * units]",
        "Uo = recurrent_kernel_0[:, 3 * units:]",
        "bi = bias_0[0:units]",
        "bf = bias_0[units:2 * units]",
        "bc = bias_0[2 * units:3 * units]",
        "bo = bias_0[3 * units:]",
    ]
