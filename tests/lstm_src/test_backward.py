import re
from dataclasses import fields

import numpy as np
import pytest
import tensorflow as tf

from lstm_src.backward import (
    LstmGradients,
    RnnGradients,
    clip_by_global_norm,
    global_norm,
    lstm_gradients,
    rnn_gradients,
)
from lstm_src.errors import UnsupportedError
from lstm_src.gates import Gates
from lstm_src.layer import Lstm
from lstm_src.simple_rnn import SimpleRnn

BATCH, TIME, FEATURES, UNITS = 2, 6, 3, 4
SHAPES = {
    "kernel": (FEATURES, 4 * UNITS),
    "recurrent_kernel": (UNITS, 4 * UNITS),
    "bias": (4 * UNITS,),
    "inputs": (BATCH, TIME, FEATURES),
    "hidden_state": (BATCH, UNITS),
    "cell_state": (BATCH, UNITS),
}
RNN_SHAPES = {
    "W": (FEATURES, UNITS),
    "U": (UNITS, UNITS),
    "b": (UNITS,),
    "inputs": (BATCH, TIME, FEATURES),
    "hidden_state": (BATCH, UNITS),
}


def drawn(shapes, seed=0):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(scale=0.5, size=shape) for name, shape in shapes.items()}


RNG = np.random.default_rng(7)
BY_SEQUENCES = RNG.normal(size=(BATCH, TIME, UNITS))
BY_STATES = tuple(RNG.normal(size=(2, BATCH, UNITS)))


def run(given):
    lstm = Lstm(Gates.slice(given["kernel"], given["recurrent_kernel"], given["bias"]))
    state = (given["hidden_state"], given["cell_state"])
    return lstm, lstm.run(given["inputs"], initial_state=state, trace=True), state


def loss(given):
    _, r, _ = run(given)
    by_h, by_C = BY_STATES
    return (
        (r.sequences * BY_SEQUENCES).sum()
        + (r.hidden_state * by_h).sum()
        + (r.cell_state * by_C).sum()
    )


def gradients(given, **options):
    lstm, r, _ = run(given)
    return lstm_gradients(lstm, given["inputs"], r, BY_SEQUENCES, states=BY_STATES, **options)


def difference_quotients(function, given, name, step=1e-3):
    """Differentiate by each number, by central differences of the fourth order."""
    result = np.empty_like(given[name])
    for place in np.ndindex(result.shape):
        values = []
        for k in (-2, -1, 1, 2):
            moved = given[name].copy()
            moved[place] += k * step
            values.append(function(given | {name: moved}))
        result[place] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step)
    return result


def relative_error(found, expected):
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


@pytest.mark.parametrize("name", SHAPES)
def test_an_lstm_s_gradients_are_the_difference_quotients(name):
    given = drawn(SHAPES)
    expected = difference_quotients(loss, given, name)
    assert relative_error(getattr(gradients(given), name), expected) < 1e-9
    assert name in {field.name for field in fields(LstmGradients)}


def rnn_loss(given):
    h, total = given["hidden_state"], 0
    for t in range(TIME):
        h = np.tanh(given["inputs"][:, t] @ given["W"] + h @ given["U"] + given["b"])
        total += (h * BY_SEQUENCES[:, t]).sum()
    return total


@pytest.mark.parametrize("name", RNN_SHAPES)
def test_a_simple_rnn_s_gradients_are_the_difference_quotients(name):
    given = drawn(RNN_SHAPES)
    rnn = SimpleRnn(given["W"], given["U"], given["b"])
    found = rnn_gradients(rnn, given["inputs"], BY_SEQUENCES, initial_state=given["hidden_state"])
    assert relative_error(getattr(found, name), difference_quotients(rnn_loss, given, name)) < 1e-9
    assert name in {field.name for field in fields(RnnGradients)}


@pytest.mark.parametrize("window", [None, 1, 2, 4, 6, 9])
def test_gradients_whole_and_truncated_are_those_of_tensorflow(window):
    given = drawn(SHAPES, seed=1)
    tensors = {name: tf.constant(array) for name, array in given.items()}
    with tf.GradientTape() as tape:
        tape.watch(list(tensors.values()))
        h, C, total = tensors["hidden_state"], tensors["cell_state"], 0
        for t in range(TIME):
            if window and t and t % window == 0:
                h, C = tf.stop_gradient(h), tf.stop_gradient(C)
            z = tensors["inputs"][:, t] @ tensors["kernel"] + h @ tensors["recurrent_kernel"]
            i, f, c, o = tf.split(z + tensors["bias"], 4, axis=1)
            C = tf.sigmoid(f) * C + tf.sigmoid(i) * tf.tanh(c)
            h = tf.sigmoid(o) * tf.tanh(C)
            total += tf.reduce_sum(h * BY_SEQUENCES[:, t])
        total += tf.reduce_sum(h * BY_STATES[0]) + tf.reduce_sum(C * BY_STATES[1])
    expected = tape.gradient(total, tensors)
    found = gradients(given, window=window)
    for name in SHAPES:
        np.testing.assert_allclose(getattr(found, name), expected[name], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("window", [None, 2, 4])
def test_a_simple_rnn_s_gradients_whole_and_truncated_are_those_of_tensorflow(window):
    given = drawn(RNN_SHAPES, seed=1)
    tensors = {name: tf.constant(array) for name, array in given.items()}
    with tf.GradientTape() as tape:
        tape.watch(list(tensors.values()))
        h, total = tensors["hidden_state"], 0
        for t in range(TIME):
            if window and t and t % window == 0:
                h = tf.stop_gradient(h)
            h = tf.tanh(tensors["inputs"][:, t] @ tensors["W"] + h @ tensors["U"] + tensors["b"])
            total += tf.reduce_sum(h * BY_SEQUENCES[:, t])
    expected = tape.gradient(total, tensors)
    found = rnn_gradients(
        SimpleRnn(given["W"], given["U"], given["b"]),
        given["inputs"],
        BY_SEQUENCES,
        initial_state=given["hidden_state"],
        window=window,
    )
    for name in RNN_SHAPES:
        np.testing.assert_allclose(getattr(found, name), expected[name], rtol=1e-10, atol=1e-13)


def test_a_masked_run_has_no_gradients_here():
    given = drawn(SHAPES)
    lstm, _, _ = run(given)
    mask = np.arange(TIME) > np.array([[0], [2]])
    masked = lstm.run(given["inputs"], mask=mask, trace=True)
    with pytest.raises(UnsupportedError, match="gradients: a mask is not supported"):
        lstm_gradients(lstm, given["inputs"], masked)


def test_a_keras_layer_s_gradients_are_found():
    given = {name: array.astype("f4") for name, array in drawn(SHAPES).items()}
    layer = tf.keras.layers.LSTM(UNITS, return_sequences=True)
    layer.build((None, None, FEATURES))
    layer.set_weights([given["kernel"], given["recurrent_kernel"], given["bias"]])
    with tf.GradientTape() as tape:
        state = [given["hidden_state"], given["cell_state"]]
        total = tf.reduce_sum(layer(given["inputs"], initial_state=state) * BY_SEQUENCES)
    expected = tape.gradient(total, [weight.value for weight in layer.trainable_weights])
    lstm, r, _ = run(given)
    found = lstm_gradients(lstm, given["inputs"], r, BY_SEQUENCES)
    for name, theirs in zip(("kernel", "recurrent_kernel", "bias"), expected, strict=True):
        assert getattr(found, name).dtype == np.float32
        np.testing.assert_allclose(getattr(found, name), theirs, rtol=1e-4, atol=1e-5)


def test_a_truncated_gradient_is_the_sum_of_its_windows():
    given = drawn(RNN_SHAPES)
    rnn = SimpleRnn(given["W"], given["U"], given["b"])
    x, h0 = given["inputs"], given["hidden_state"]
    whole = rnn_gradients(rnn, x, BY_SEQUENCES, initial_state=h0, window=2)
    total = 0
    h = h0
    for start in (0, 2, 4):
        part = slice(start, start + 2)
        total = total + rnn_gradients(rnn, x[:, part], BY_SEQUENCES[:, part], initial_state=h).U
        for t in (start, start + 1):
            h = np.tanh(x[:, t] @ rnn.W + h @ rnn.U + rnn.b)
    np.testing.assert_allclose(whole.U, total, rtol=1e-12)
    full = rnn_gradients(rnn, x, BY_SEQUENCES, initial_state=h0)
    assert np.abs(whole.U - full.U).max() > 1e-3


@pytest.mark.parametrize("limit", [0.5, 5.0, 100.0])
def test_clipping_is_tensorflow_s(limit):
    arrays = list(drawn(SHAPES).values())
    expected, expected_norm = tf.clip_by_global_norm(arrays, limit)
    clipped, norm = clip_by_global_norm(arrays, limit)
    assert norm == pytest.approx(float(expected_norm))
    assert global_norm(clipped) == pytest.approx(min(limit, norm))
    for one, other in zip(clipped, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": "relu"}, "activation 'relu' is not supported"),
        ({"recurrent_activation": "hard_sigmoid"}, "recurrent activation 'hard_sigmoid' is not"),
        ({"go_backwards": True}, "go_backwards is not supported"),
        ({"peepholes": np.zeros((3, UNITS))}, "peepholes is not supported"),
    ],
)
def test_what_has_no_gradients_here_is_named(options, message):
    given = drawn(SHAPES)
    lstm, r, _ = run(given)
    with pytest.raises(UnsupportedError, match=message):
        lstm_gradients(Lstm(lstm.gates, **options), given["inputs"], r)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sequences": np.zeros((2, 6, 5))},
         "sequences: expected shape (2, 6, 4), found (2, 6, 5)"),
        ({"sequences": np.full((2, 6, 4), np.nan)},
         "sequences: expected finite numbers, found nan at (0, 0, 0), 48 in all"),
        ({"inputs": np.zeros((2, 5, 3))}, "inputs: expected shape (2, 6, 3), found (2, 5, 3)"),
        ({"states": (np.zeros((3, 4)), np.zeros((2, 4)))},
         "states: hidden_state: expected shape (2, 4), found (3, 4)"),
        ({"window": 2.5}, "window: expected a whole number of steps from 1 on, found 2.5"),
        ({"window": 0}, "window: expected a whole number of steps from 1 on, found 0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(changes, message):
    given = drawn(SHAPES)
    lstm, r, _ = run(given)
    arguments = {"inputs": given["inputs"]} | changes
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lstm_gradients(lstm, run=r, **arguments)


def test_a_run_without_a_trace_is_refused():
    given = drawn(SHAPES)
    lstm, _, _ = run(given)
    with pytest.raises(ValueError, match="expected one with trace=True, found no activations"):
        lstm_gradients(lstm, given["inputs"], lstm.run(given["inputs"]))


@pytest.mark.parametrize(
    ("arrays", "limit"), [([np.ones(2)], 0), ([np.array([np.nan])], 1), ([np.ones(2, int)], 1)]
)
def test_clipping_refuses_limits_and_gradients_that_mean_nothing(arrays, limit):
    with pytest.raises(ValueError, match=r"expected (more than 0|finite numbers|floating-point)"):
        clip_by_global_norm(arrays, limit)
