import re
from dataclasses import fields
from functools import cache

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_src.cell import LstmActivations, step_activations
from lstm_src.gates import Gates
from lstm_src.keras_weights import extract_lstm_weights, extract_single_lstm_weights
from lstm_src.sequence import run_lstm

TOLERANCE = {"rtol": 0, "atol": 1e-6}  # float32 has 7 digits, and |ht| < 1


@cache
def keras_lstm(units, features, use_bias=True):
    """Build one layer for each size; the tests give it new weights."""
    lstm = keras.layers.LSTM(units, return_sequences=True, return_state=True, use_bias=use_bias)
    lstm.build((None, None, features))
    return lstm


def randomize(layer, rng):
    """Give every weight of a Keras layer or model, biases too, a random value."""
    layer.set_weights([rng.normal(scale=0.5, size=w.shape) for w in layer.get_weights()])
    return layer


@settings(max_examples=60, deadline=None)
@given(
    units=st.integers(1, 6),
    features=st.integers(1, 4),
    time=st.integers(1, 8),
    batch=st.integers(1, 4),
    use_bias=st.booleans(),
    with_state=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_run_is_what_keras_computes(units, features, time, batch, use_bias, with_state, seed):
    rng = np.random.default_rng(seed)
    keras_layer = randomize(keras_lstm(units, features, use_bias), rng)
    inputs = rng.normal(size=(batch, time, features)).astype("f4")
    state = rng.normal(size=(2, batch, units)).astype("f4") if with_state else None
    keras_h, _, keras_last_C = keras_layer(
        inputs, initial_state=None if state is None else list(state)
    )

    lstm = run_lstm(inputs, extract_single_lstm_weights(keras_layer).gates(), initial_state=state)

    assert lstm.hidden_state.dtype == np.float32
    np.testing.assert_allclose(lstm.hidden_state, keras_h, **TOLERANCE)
    np.testing.assert_allclose(lstm.cell_state[:, -1], keras_last_C, **TOLERANCE)


def test_stacked_and_bidirectional_models_are_composed_of_runs():
    rng = np.random.default_rng(0)
    stack = [
        keras.Input((7, 3)),
        keras.layers.Bidirectional(keras.layers.LSTM(5, return_sequences=True)),
        keras.layers.LSTM(4, return_sequences=True),
    ]
    model = randomize(keras.Sequential(stack), rng)
    inputs = rng.normal(size=(2, 7, 3)).astype("f4")

    forward, backward, last = (weights.gates() for weights in extract_lstm_weights(model))
    there = run_lstm(inputs, forward).hidden_state
    and_back = run_lstm(inputs[:, ::-1], backward).hidden_state[:, ::-1]
    lstm = run_lstm(np.concatenate([there, and_back], axis=-1), last)

    np.testing.assert_allclose(lstm.hidden_state, model(inputs), **TOLERANCE)


def test_every_step_s_activations_are_kept():
    rng = np.random.default_rng(0)
    inputs, gates = rng.normal(size=(2, 7, 3)), Gates.random(3, 5, rng=rng)
    lstm = run_lstm(inputs, gates)
    for t in range(1, 7):
        h, C = lstm.hidden_state[:, t - 1], lstm.cell_state[:, t - 1]
        step = step_activations(inputs[:, t], h, C, gates)
        for name in (field.name for field in fields(LstmActivations)):
            assert getattr(lstm, name).shape == (2, 7, 5)
            np.testing.assert_array_equal(getattr(lstm, name)[:, t], getattr(step, name))


def test_one_sequence_runs_as_a_batch_of_one_does():
    rng = np.random.default_rng(0)
    inputs, gates = rng.normal(size=(7, 3)), Gates.random(3, 5, rng=rng)
    state = rng.normal(size=(2, 5))
    alone = run_lstm(inputs, gates, initial_state=(state[0], state[1]))
    batch = run_lstm(inputs[None], gates, initial_state=(state[:1], state[1:]))
    assert alone.hidden_state.shape == (7, 5)
    for name in (field.name for field in fields(LstmActivations)):
        np.testing.assert_allclose(getattr(alone, name), getattr(batch, name)[0], rtol=1e-12)


def test_a_run_goes_on_where_another_stopped():
    rng = np.random.default_rng(0)
    inputs, gates = rng.normal(size=(2, 7, 3)), Gates.random(3, 5, rng=rng)
    first = run_lstm(inputs[:, :4], gates)
    second = run_lstm(
        inputs[:, 4:],
        gates,
        initial_state=(first.hidden_state[:, -1], first.cell_state[:, -1]),
    )
    whole = run_lstm(inputs, gates)
    np.testing.assert_array_equal(second.hidden_state, whole.hidden_state[:, 4:])


@pytest.mark.parametrize(
    ("inputs", "states", "message"),
    [
        ((3,), None, "inputs: expected shape (time, 3) or (batch, time, 3), found (3,)"),
        ((2, 7, 4), None, "inputs: expected shape (time, 3) or (batch, time, 3), found (2, 7, 4)"),
        ((2, 0, 3), None, "inputs: expected shape (time, 3) or (batch, time, 3), found (2, 0, 3)"),
        (
            (2, 7, 3),
            [(5,), (2, 5)],
            "initial_state: hidden_state: expected shape (2, 5), found (5,)",
        ),
        (
            (2, 7, 3),
            [(2, 5), (3, 5)],
            "initial_state: cell_state: expected shape (2, 5), found (3, 5)",
        ),
        ((7, 3), [(4,), (5,)], "initial_state: hidden_state: expected shape (5,), found (4,)"),
        ((7, 3), [(5,)], "initial_state: expected (hidden_state, cell_state), found 1 arrays"),
    ],
)
def test_what_does_not_fit_is_refused_before_the_first_step(inputs, states, message):
    gates = Gates.random(3, 5, rng=np.random.default_rng(0))
    initial_state = states and [np.zeros(shape) for shape in states]
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        run_lstm(np.zeros(inputs), gates, initial_state=initial_state)
