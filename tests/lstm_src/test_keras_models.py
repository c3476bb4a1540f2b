import re

import keras
import numpy as np
import pytest
from keras import layers

from lstm_src.errors import UnsupportedError
from lstm_src.keras_models import lstm_from_keras, network_from_keras
from lstm_src.network import Bidirectional, Dense, Embedding, Masking, Network

RNG = np.random.default_rng


def randomized(model, seed=0):
    rng = RNG(seed)
    model.set_weights([rng.normal(scale=0.5, size=w.shape) for w in model.get_weights()])
    return model


def sequential(shape, *stack, dtype=None):
    return randomized(keras.Sequential([keras.Input(shape, dtype=dtype), *stack]))


def vectors(*shape):
    return RNG(1).normal(size=shape).astype("f4")


def words():
    numbers = RNG(1).integers(1, 11, size=(4, 7))
    numbers[1, 4:] = numbers[2, :2] = numbers[3] = 0  # padded after, before, and wholly
    return numbers


def padded():
    x = vectors(4, 7, 3)
    x[1, 4:] = x[2, :2] = 0
    return x


def functional():
    given = keras.Input((7,))
    x = layers.Embedding(11, 3, mask_zero=True)(given)
    x = layers.Dropout(0.5)(x)
    x = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(x)
    x = layers.LSTM(4)(x)
    return randomized(keras.Model(given, layers.Dense(2, activation="softmax")(x)))


def nested():
    inner = keras.Sequential([keras.Input((7, 3)), layers.LSTM(5, return_sequences=True)])
    return sequential((7, 3), inner, layers.LSTM(4))


def stack(**options):
    return [
        layers.Embedding(11, 3, **options),
        layers.LSTM(5, return_sequences=True),
        layers.Dropout(0.5),
        layers.LSTM(4, return_sequences=True, go_backwards=True),
        layers.TimeDistributed(layers.Dense(3, activation="relu")),
        layers.SpatialDropout1D(0.5),
        layers.LSTM(4, dropout=0.3, recurrent_dropout=0.3),
        layers.Dense(2),
        layers.Activation("softmax"),
    ]


def both(mode, sequences, **options):
    lstm = layers.LSTM(5, return_sequences=sequences, **options)
    return layers.Bidirectional(lstm, merge_mode=mode)


CASES = {
    "stack": lambda: (sequential((7,), *stack()), words()),
    "stack with a mask": lambda: (sequential((7,), *stack(mask_zero=True)), words()),
    "functional": lambda: (functional(), words()),
    "nested": lambda: (nested(), vectors(4, 7, 3)),
    "no bias": lambda: (
        sequential((7, 3), layers.LSTM(5, use_bias=False), layers.Dense(2, use_bias=False)),
        vectors(4, 7, 3),
    ),
    "any length": lambda: (sequential((None, 3), layers.LSTM(5)), vectors(4, 9, 3)),
    "masking": lambda: (
        sequential((7, 3), layers.Masking(), layers.LSTM(5, return_sequences=True)),
        padded(),
    ),
    "masking of another value": lambda: (
        sequential((7, 3), layers.Masking(9.0), layers.LSTM(5)),
        np.where(padded() == 0, np.float32(9), padded()),
    ),
    "zero output": lambda: (
        sequential(
            (7, 3),
            layers.Masking(),
            layers.LSTM(5, return_sequences=True, zero_output_for_mask=True),
        ),
        padded(),
    ),
    "other directions": lambda: (
        sequential(
            (7, 3),
            layers.Bidirectional(
                layers.LSTM(5, return_sequences=True),
                backward_layer=layers.LSTM(5, return_sequences=True, go_backwards=True,
                                           activation="relu"),
            ),
        ),
        vectors(4, 7, 3),
    ),
    **{
        f"{mode} {'sequences' if sequences else 'last'}{' masked' if masked else ''}": (
            lambda mode=mode, sequences=sequences, masked=masked: (
                sequential((7, 3), *[layers.Masking()] * masked, both(mode, sequences)),
                padded(),
            )
        )
        for mode in ("concat", "sum", "ave", "mul")
        for sequences in (True, False)
        for masked in (True, False)
    },
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_network_predicts_what_keras_predicts(case):
    model, x = CASES[case]()
    ours = network_from_keras(model).predict(x)
    theirs = model(x).numpy()
    assert ours.dtype == theirs.dtype == np.float32
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_float64_stays_float64():
    model = sequential((7, 3), layers.LSTM(5, dtype="float64"), layers.Dense(2, dtype="float64"),
                       dtype="float64")  # fmt: skip
    x = RNG(1).normal(size=(4, 7, 3))
    ours = network_from_keras(model).predict(x)
    assert ours.dtype == np.float64
    np.testing.assert_allclose(ours, model(x), rtol=0, atol=1e-14)


def test_a_thousand_steps_of_a_whole_model_stay_with_keras_to_1e_5():
    model = sequential((1000, 3), layers.LSTM(8, return_sequences=True),
                       layers.LSTM(8, return_sequences=True), layers.Dense(2))  # fmt: skip
    x = vectors(2, 1000, 3)
    np.testing.assert_allclose(network_from_keras(model).predict(x), model(x), rtol=0, atol=1e-5)


@pytest.mark.parametrize("sequences", [True, False])
def test_a_bidirectional_with_states_and_without_merging_is_keras_own(sequences):
    lstm = layers.LSTM(5, return_sequences=sequences, return_state=True)
    layer = layers.Bidirectional(lstm, merge_mode=None)
    layer.build((None, None, 3))
    randomized(layer)
    states = list(RNG(2).normal(size=(4, 2, 5)).astype("f4"))
    forward, backward = lstm_from_keras(layer.forward_layer), lstm_from_keras(layer.backward_layer)
    ours = Bidirectional("both", forward, backward, sequences, merge_mode=None)
    x = vectors(2, 7, 3)
    merged, there, back = ours.run(x, initial_state=states)
    expected = layer(x, initial_state=states)
    found = [*merged, there.hidden_state, there.cell_state, back.hidden_state, back.cell_state]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)


def two_inputs():
    one, other = keras.Input((7, 3)), keras.Input((7, 3))
    return keras.Model([one, other], layers.LSTM(5)(layers.Add()([one, other])))


def beside():
    x = keras.Input((7, 3))
    return keras.Model(x, layers.Add()([layers.LSTM(3)(x), layers.LSTM(3)(x)]))


def a_mask_of_its_own():
    x, mask = keras.Input((7, 3)), keras.Input((7,), dtype="bool")
    return keras.Model([x, mask], layers.LSTM(5)(x, mask=mask))


def dropout_that_never_rests():
    x = keras.Input((7, 3))
    return keras.Model(x, layers.LSTM(5)(layers.Dropout(0.5)(x, training=True)))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.lstm = layers.LSTM(5)

    def call(self, x):
        return self.lstm(x)


def subclassed():
    model = Subclassed()
    model(vectors(1, 2, 3))
    return model


def states_in_a_chain():
    x = keras.Input((7, 3))
    output, _, _ = layers.LSTM(5, return_state=True)(x)
    return keras.Model(x, output)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: sequential((7, 3), layers.GRU(4, name="g")), "GRU 'g': a layer of type GRU"),
        (lambda: sequential((7, 3), layers.RNN(layers.LSTMCell(4), name="r")),
         "RNN 'r': a layer of type RNN"),
        (lambda: sequential((7, 3), layers.LSTM(4, name="l", activation=keras.ops.sin)),
         "LSTM 'l': activation 'sin'"),
        (lambda: sequential((7, 3), layers.LSTM(4, name="l", dtype="mixed_float16")),
         "LSTM 'l': dtype mixed_float16"),
        (lambda: sequential((7, 3), layers.Bidirectional(
            layers.LSTM(4, name="l", dtype="mixed_float16"))), "LSTM '.*': dtype mixed_float16"),
        (lambda: sequential((7, 3), layers.TimeDistributed(
            layers.Dense(4, name="d", dtype="mixed_float16"))), "Dense 'd': dtype mixed_float16"),
        (lambda: sequential((7, 3), layers.LSTM(4), layers.Dropout(0.5, name="d", dtype="float16")),
         "Dropout 'd': dtype float16"),
        (lambda: sequential((7, 3), layers.Bidirectional(layers.GRU(4), name="b")),
         "Bidirectional 'b': Bidirectional of GRU"),
        (lambda: sequential((2, 7, 3), layers.TimeDistributed(layers.LSTM(4), name="t")),
         "TimeDistributed 't': TimeDistributed of LSTM"),
        (lambda: sequential((7, 3), layers.LSTM(4, return_sequences=True),
                            layers.LayerNormalization(name="n")),
         "LayerNormalization 'n': a layer of type LayerNormalization"),
        (two_inputs, "2 inputs and 1 outputs"),
        (beside, "Add '.*': 2 inputs and 1 outputs"),
        (a_mask_of_its_own, "2 inputs and 1 outputs"),
        (dropout_that_never_rests, "Dropout '.*': training=True"),
        (states_in_a_chain, "LSTM '.*': 1 inputs and 3 outputs"),
        (subclassed, "a subclassed model"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_named(build, message):
    with pytest.raises(UnsupportedError, match=f"{message} is not supported"):
        network_from_keras(build())


def test_a_stateful_lstm_is_named():
    model = keras.Sequential(
        [keras.Input(batch_shape=(2, 7, 3)), layers.LSTM(4, stateful=True, name="l")]
    )
    with pytest.raises(UnsupportedError, match="LSTM 'l': stateful=True is not supported"):
        network_from_keras(model)


def test_what_is_no_built_model_is_refused():
    with pytest.raises(TypeError, match="expected an LSTM of Keras 3, found GRU"):
        lstm_from_keras(layers.GRU(5))
    with pytest.raises(TypeError, match="expected a Keras 3 model, found LSTM"):
        network_from_keras(layers.LSTM(5))
    with pytest.raises(ValueError, match="not built yet"):
        network_from_keras(keras.Sequential([layers.LSTM(5)]))


@pytest.mark.parametrize(
    ("layer", "values", "message"),
    [
        (Embedding("words", np.ones((4, 3))), np.zeros((2, 3)),
         "words: expected whole numbers, found float64"),
        (Embedding("words", np.ones((4, 3))), np.full((2, 3), 4),
         "words: expected numbers from 0 to 3, found 4 to 4"),
        (Embedding("words", np.ones((4, 3))), np.zeros(3, int),
         "words: expected shape (batch, time), found (3,)"),
        (Masking("hide"), np.zeros((2, 3)), "hide: expected shape (batch, time, features), found"),
        (Masking("hide"), np.full((2, 7, 3), np.nan), "hide: expected finite numbers, found nan"),
        (Dense("answer", np.ones((3, 2))), np.zeros((0, 3)), "inputs: expected at least one"),
        (Dense("answer", np.ones((3, 2))), np.zeros((4, 5)),
         "answer: expected shape (4, 3), found (4, 5)"),
        (Dense("answer", np.ones((3, 2))), np.full((4, 3), np.nan),
         "inputs: expected finite numbers, found nan at (0, 0), 12 in all"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(layer, values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Network((layer,)).predict(values)


def test_two_lstms_of_one_direction_are_no_bidirectional():
    layer = layers.LSTM(5)
    layer.build((None, None, 3))
    lstm = lstm_from_keras(layer)
    with pytest.raises(ValueError, match="b: expected two directions, found the same twice"):
        Bidirectional("b", lstm, lstm)
    with pytest.raises(ValueError, match="unknown merge mode 'max': it can be concat, sum"):
        Bidirectional("b", lstm, lstm, merge_mode="max")
