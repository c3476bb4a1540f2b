import math
import re
from dataclasses import fields

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lstm_src.cell
from lstm_src.cell import LstmActivations, lstm_step, sigmoid, step_activations
from lstm_src.gates import Gates

EPSILON = {"f4": 1.2e-7, "f8": 2.3e-16}


def random_step(*, batch=(), features=3, units=5, dtype="f8", seed=0):
    """Draw xt, ht_1, Ct_1 and gates in which every array, biases too, is random."""
    rng = np.random.default_rng(seed)
    shapes = [(features, 4 * units), (units, 4 * units), (4 * units,)]
    gates = Gates.slice(*(rng.normal(size=shape).astype(dtype) for shape in shapes))
    states = [(*batch, features), (*batch, units), (*batch, units)]
    return *(rng.normal(size=shape).astype(dtype) for shape in states), gates


# sigmoid


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@given(x=st.floats(-80, 80, width=32))
def test_sigmoid_is_right_to_a_few_units_in_the_last_place(dtype, x):
    exact = 1 / (1 + np.exp(-np.longdouble(x)))
    y = sigmoid(np.array([x], dtype))[0]
    assert abs(y - exact) <= 4 * EPSILON[dtype] * exact


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize(("x", "y"), [(1e4, 1), (-1e4, 0), (np.inf, 1), (-np.inf, 0), (0, 0.5)])
def test_sigmoid_neither_overflows_nor_changes_the_type(dtype, x, y):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        result = sigmoid(np.full((2, 3), x, dtype))
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, np.full((2, 3), y))


def test_sigmoid_of_what_is_no_number_is_none():
    assert np.isnan(sigmoid(np.nan))


# one step


def test_a_step_of_one_unit_is_what_the_calculator_says():
    kernel, recurrent_kernel, bias = [[0.1, 0.2, 0.3, 0.4]], [[0.5, 0.6, 0.7, 0.8]], [1.0, 2, 3, 4]
    x, h, C = 2.0, -1.0, 0.5
    i, f, c, o = (
        x * w + h * u + b for w, u, b in zip(*kernel, *recurrent_kernel, bias, strict=True)
    )
    expected_C = C / (1 + math.exp(-f)) + math.tanh(c) / (1 + math.exp(-i))
    expected_h = math.tanh(expected_C) / (1 + math.exp(-o))

    ht, Ct = lstm_step([x], [h], [C], Gates.slice(kernel, recurrent_kernel, bias))
    np.testing.assert_allclose(Ct, [expected_C], rtol=1e-14)
    np.testing.assert_allclose(ht, [expected_h], rtol=1e-14)


@pytest.mark.parametrize("batch", [1, 4])
def test_a_step_is_the_step_of_a_keras_cell(batch):
    xt, ht_1, Ct_1, gates = random_step(batch=(batch,), dtype="f4")
    cell = keras.layers.LSTMCell(5)
    cell.build((batch, 3))
    cell.set_weights(gates.merge())
    _, [keras_h, keras_C] = cell(xt, [ht_1, Ct_1])
    ht, Ct = lstm_step(xt, ht_1, Ct_1, gates)
    np.testing.assert_allclose(ht, keras_h, rtol=0, atol=1e-6)
    np.testing.assert_allclose(Ct, keras_C, rtol=0, atol=1e-6)


def test_a_batch_is_stepped_as_its_vectors_are():
    xt, ht_1, Ct_1, gates = random_step(batch=(4,))
    ht, Ct = lstm_step(xt, ht_1, Ct_1, gates)
    assert ht.shape == Ct.shape == (4, 5)
    for row in range(4):
        h_row, C_row = lstm_step(xt[row], ht_1[row], Ct_1[row], gates)
        np.testing.assert_allclose(ht[row], h_row, rtol=1e-13)
        np.testing.assert_allclose(Ct[row], C_row, rtol=1e-13)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_step_is_computed_in_the_type_of_the_weights(dtype):
    *_, gates = random_step(dtype=dtype)
    ht, Ct = lstm_step([1.0, 2.0, 3.0], np.zeros(5, "f8"), np.zeros(5, "f4"), gates)
    assert ht.dtype == Ct.dtype == dtype


@pytest.mark.parametrize("batch", [(), (4,)])
def test_the_activations_are_those_of_the_step(batch):
    xt, ht_1, Ct_1, gates = random_step(batch=batch)
    step = step_activations(xt, ht_1, Ct_1, gates)
    ht, Ct = lstm_step(xt, ht_1, Ct_1, gates)
    np.testing.assert_array_equal(step.hidden_state, ht)
    np.testing.assert_array_equal(step.cell_state, Ct)
    np.testing.assert_array_equal(step.forget_gate * Ct_1 + step.input_gate * step.candidate, Ct)
    np.testing.assert_array_equal(step.output_gate * np.tanh(Ct), ht)
    assert {getattr(step, field.name).shape for field in fields(LstmActivations)} == {(*batch, 5)}


@pytest.mark.parametrize(
    ("name", "gate"), [("forget_gate", "f"), ("input_gate", "i"), ("output_gate", "o")]
)
def test_every_gate_has_its_own_weights(name, gate):
    xt, ht_1, Ct_1, gates = random_step()
    W, U, b = (getattr(gates, role + gate) for role in "WUb")
    activation = getattr(step_activations(xt, ht_1, Ct_1, gates), name)
    np.testing.assert_allclose(activation, 1 / (1 + np.exp(-(xt @ W + ht_1 @ U + b))), rtol=1e-13)


@pytest.mark.parametrize("step", [lstm_step, step_activations])
@pytest.mark.parametrize(
    ("xt", "ht_1", "Ct_1", "message"),
    [
        ((4,), (5,), (5,), "xt: expected shape (3,) or (batch, 3), found (4,)"),
        ((2, 7, 3), (5,), (5,), "xt: expected shape (3,) or (batch, 3), found (2, 7, 3)"),
        ((3,), (4,), (5,), "ht_1: expected shape (5,), found (4,)"),
        ((3,), (2, 5), (5,), "ht_1: expected shape (5,), found (2, 5)"),
        ((2, 3), (2, 5), (5,), "Ct_1: expected shape (2, 5), found (5,)"),
        ((2, 3), (2, 5), (1, 5), "Ct_1: expected shape (2, 5), found (1, 5)"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(step, xt, ht_1, Ct_1, message):
    *_, gates = random_step()
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        step(np.zeros(xt), np.zeros(ht_1), np.zeros(Ct_1), gates)


def test_the_five_equations_are_the_post_s_word_for_word(region):
    assert region(lstm_src.cell, "gates") == [
        "ft = sigmoid(np.dot(xt, Wf) + np.dot(ht_1, Uf) + bf)  # forget gate",
        "it = sigmoid(np.dot(xt, Wi) + np.dot(ht_1, Ui) + bi)  # input gate",
        "ot = sigmoid(np.dot(xt, Wo) + np.dot(ht_1, Uo) + bo)  # output gate",
        "Ct = ft * Ct_1 + it * np.tanh(np.dot(xt, Wc) + np.dot(ht_1, Uc) + bc)",
        "ht = ot * np.tanh(Ct)",
    ]
