import keras
import numpy as np
import pytest
from keras.src.activations import ALL_OBJECTS_DICT

from lstm_src.activations import ACTIVATIONS, activation
from lstm_src.errors import UnsupportedError

UNSUPPORTED = {
    "glu": "halves its input, so that no LSTM can have it",
    "threshold": "has no default parameters, so that no LSTM can name it",
    "sparsemax": "depends on the other sequences of the batch in Keras 3.15",
    "swish": "another name of silu",
    "hard_swish": "another name of hard_silu",
}
X = np.concatenate([np.linspace(-8, 8, 161), [-30, 30, 0]]).reshape(4, 41)
WITH_SLOPE = [name for name, each in ACTIVATIONS.items() if each.slope]


def test_every_activation_of_keras_is_there_or_is_known_not_to_be():
    assert set(ALL_OBJECTS_DICT) == set(ACTIVATIONS) | set(UNSUPPORTED)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_keras_own(name, dtype):
    x = X.astype(dtype)
    y = activation(name)(x)
    assert y.dtype == dtype
    expected = keras.ops.convert_to_numpy(keras.activations.get(name)(x))
    # Keras computes some of them with constants rounded to float32
    np.testing.assert_allclose(y, expected, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", WITH_SLOPE)
def test_a_slope_is_the_difference_quotient(name):
    x = np.linspace(-2.95, 2.85, 30)  # no corner of the piecewise linear ones is on it
    f = activation(name)
    quotient = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(f.slope(f(x)), quotient, rtol=1e-7, atol=1e-9)


def test_an_unknown_activation_is_named_with_what_there_is():
    with pytest.raises(
        UnsupportedError, match=r"activation 'glu': it can be celu, .*, tanh_shrink"
    ):
        activation("glu")
