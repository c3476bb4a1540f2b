import re

import keras
import numpy as np
import pytest

from lstm_src.simple_rnn import SimpleRnn, rnn_step, run_rnn


def test_a_run_is_what_keras_computes():
    rng = np.random.default_rng(0)
    layer = keras.layers.SimpleRNN(5, return_sequences=True)
    layer.build((None, 7, 3))
    weights = [rng.normal(size=w.shape).astype("f4") for w in layer.get_weights()]
    layer.set_weights(weights)
    inputs = rng.normal(size=(7, 3)).astype("f4")
    hidden_state = run_rnn(inputs, SimpleRnn(*weights))
    assert hidden_state.dtype == np.float32
    np.testing.assert_allclose(hidden_state, layer(inputs[None])[0], rtol=0, atol=1e-6)


def test_a_step_takes_a_batch_as_it_takes_its_vectors():
    rng = np.random.default_rng(0)
    rnn = SimpleRnn.random(3, 5, recurrent_gain=1, rng=rng)
    xt, ht_1 = rng.normal(size=(4, 3)), rng.normal(size=(4, 5))
    ht = rnn_step(xt, ht_1, rnn)
    for row in range(4):
        np.testing.assert_allclose(ht[row], rnn_step(xt[row], ht_1[row], rnn), rtol=1e-13)


@pytest.mark.parametrize("gain", [0.5, 1, 3])
def test_the_recurrent_gain_is_every_singular_value_of_the_recurrent_weights(gain):
    rnn = SimpleRnn.random(3, 8, recurrent_gain=gain, rng=np.random.default_rng(0))
    np.testing.assert_allclose(rnn.U @ rnn.U.T, gain**2 * np.eye(8), atol=1e-12)


@pytest.mark.parametrize(
    ("W", "U", "b", "message"),
    [
        ((3,), (5, 5), (5,), "W: expected shape (features, units), found (3,)"),
        ((3, 5), (5, 4), (5,), "U: expected shape (5, 5), found (5, 4)"),
        ((3, 5), (5, 5), (4,), "b: expected shape (5,), found (4,)"),
    ],
)
def test_weights_that_do_not_fit_are_refused(W, U, b, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SimpleRnn(np.zeros(W), np.zeros(U), np.zeros(b))


def test_whole_numbers_are_refused():
    with pytest.raises(ValueError, match="expected floating-point numbers, found int64"):
        SimpleRnn(*(np.zeros(shape, "i8") for shape in [(3, 5), (5, 5), (5,)]))


@pytest.mark.parametrize("name", ["W", "U", "b"])
def test_the_weights_cannot_be_written_to(name):
    rnn = SimpleRnn.random(3, 5, recurrent_gain=1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="read-only"):
        getattr(rnn, name)[...] = 0


@pytest.mark.parametrize("shape", [(3,), (7, 4), (2, 7, 3), (0, 3)])
def test_inputs_of_another_shape_are_refused(shape):
    rnn = SimpleRnn.random(3, 5, recurrent_gain=1, rng=np.random.default_rng(0))
    message = f"inputs: expected shape (time, 3), found {shape}"
    with pytest.raises(ValueError, match=re.escape(message)):
        run_rnn(np.zeros(shape), rnn)
