import re

import keras
import numpy as np
import pytest
from keras import layers

import lstm_src.keras_weights
from lstm_src.keras_weights import extract_lstm_weights, extract_single_lstm_weights

SEQUENCE = (7, 3)  # time, features


class TwoInOne(layers.Layer):
    """A layer of one's own that keeps one LSTM as an attribute and one in a list."""

    def __init__(self):
        super().__init__()
        self.first = layers.LSTM(5, return_sequences=True)
        self.rest = [layers.LSTM(4)]

    def call(self, inputs):
        return self.rest[0](self.first(inputs))


def sequential(*stack):
    return keras.Sequential([keras.Input(SEQUENCE), *stack])


def lstm_beside_dense():
    lstm = layers.LSTM(5, return_sequences=True)
    return sequential(layers.Dense(3), lstm, layers.Dense(20)), [lstm.cell]


def several_lstms():
    first, second = layers.LSTM(5, return_sequences=True), layers.LSTM(4)
    return sequential(first, second), [first.cell, second.cell]


def lstm_beside_gru():
    lstm = layers.LSTM(5, return_sequences=True)
    return sequential(lstm, layers.GRU(4)), [lstm.cell]


def lstm_without_bias():
    lstm = layers.LSTM(5, use_bias=False)
    return sequential(lstm), [lstm.cell]


def bidirectional():
    both = layers.Bidirectional(layers.LSTM(5))
    return sequential(both), [both.forward_layer.cell, both.backward_layer.cell]


def rnn_of_a_cell():
    cell = layers.LSTMCell(5)
    return sequential(layers.RNN(cell)), [cell]


def rnn_of_stacked_cells():
    cells = [layers.LSTMCell(units) for units in (5, 4, 2)]
    return sequential(layers.RNN(cells)), cells


def time_distributed():
    lstm = layers.LSTM(5)
    model = keras.Sequential([keras.Input((4, *SEQUENCE)), layers.TimeDistributed(lstm)])
    return model, [lstm.cell]


def nested_models():
    inner, outer = layers.LSTM(5, return_sequences=True), layers.LSTM(4)
    return sequential(sequential(sequential(inner), layers.Dense(3)), outer), [
        inner.cell,
        outer.cell,
    ]


def functional_with_a_shared_lstm():
    one, other, shared = keras.Input(SEQUENCE), keras.Input(SEQUENCE), layers.LSTM(5)
    output = layers.Dense(1)(layers.Concatenate()([shared(one), shared(other)]))
    return keras.Model([one, other], output), [shared.cell]


def two_models_with_a_shared_lstm():
    shared = layers.LSTM(5)
    inputs = keras.Input(SEQUENCE)
    outputs = [sequential(shared)(inputs), sequential(shared)(inputs)]
    return keras.Model(inputs, outputs), [shared.cell]


def layer_of_ones_own():
    layer = TwoInOne()
    return sequential(layer), [layer.first.cell, layer.rest[0].cell]


def bare_layer():
    lstm = layers.LSTM(5)
    lstm.build((None, *SEQUENCE))
    return lstm, [lstm.cell]


@pytest.mark.parametrize(
    "build",
    [
        lstm_beside_dense,
        several_lstms,
        lstm_beside_gru,
        lstm_without_bias,
        bidirectional,
        rnn_of_a_cell,
        rnn_of_stacked_cells,
        time_distributed,
        nested_models,
        functional_with_a_shared_lstm,
        two_models_with_a_shared_lstm,
        layer_of_ones_own,
        bare_layer,
    ],
)
def test_every_lstm_s_own_weights_are_found_once_and_in_order(build):
    model, cells = build()
    extracted = extract_lstm_weights(model)
    assert [weights.path for weights in extracted] == [cell.path for cell in cells]
    for weights, cell in zip(extracted, cells, strict=True):
        np.testing.assert_array_equal(weights.kernel, cell.kernel)
        np.testing.assert_array_equal(weights.recurrent_kernel, cell.recurrent_kernel)
        if cell.use_bias:
            np.testing.assert_array_equal(weights.bias, cell.bias)
        else:
            assert weights.bias is None


def test_the_post_s_model_has_the_post_s_shapes():
    model, _ = lstm_beside_dense()
    weights = extract_single_lstm_weights(model)
    assert weights.kernel.shape == (3, 20)
    assert weights.recurrent_kernel.shape == (5, 20)
    assert weights.bias.shape == (20,)


@pytest.mark.parametrize("build", [lstm_beside_dense, lstm_without_bias])
def test_the_weights_are_sliced_into_the_gates_they_were_made_of(build):
    model, [cell] = build()
    kernel, recurrent_kernel, bias = extract_single_lstm_weights(model).gates().merge()
    np.testing.assert_array_equal(kernel, cell.kernel)
    np.testing.assert_array_equal(recurrent_kernel, cell.recurrent_kernel)
    np.testing.assert_array_equal(bias, cell.bias if cell.use_bias else np.zeros(20))


def test_the_weights_stay_what_they_were_when_the_model_learns_on():
    model, [cell] = lstm_beside_dense()
    weights = extract_single_lstm_weights(model)
    before = weights.kernel.copy()
    cell.kernel.assign(cell.kernel + 1)
    np.testing.assert_array_equal(weights.kernel, before)
    with pytest.raises(ValueError, match="read-only"):
        weights.kernel[0, 0] = 1


def test_a_model_without_an_lstm_is_refused_with_the_layers_it_has():
    model = keras.Sequential(
        [keras.Input(SEQUENCE), layers.GRU(4, name="memory"), layers.Dense(2, name="answer")],
        name="other",
    )
    with pytest.raises(ValueError, match="model 'other': expected an LSTM, found only") as error:
        extract_lstm_weights(model)
    assert "'memory' (GRU)" in str(error.value)
    assert "'answer' (Dense)" in str(error.value)


def test_a_model_without_any_layer_is_refused():
    with pytest.raises(ValueError, match="found only no layers"):
        extract_lstm_weights(keras.Sequential())


@pytest.mark.parametrize("extract", [extract_lstm_weights, extract_single_lstm_weights])
def test_a_model_that_is_not_built_is_refused_with_what_to_do(extract):
    model = keras.Sequential([layers.LSTM(5), layers.Dense(2)], name="raw")
    message = "model 'raw': expected weights, found .*(LSTMCell).* not built yet; .*model.build"
    with pytest.raises(ValueError, match=message):
        extract(model)
    model.build((None, *SEQUENCE))
    assert extract(model)


def test_several_lstms_are_refused_where_one_is_expected():
    model, cells = several_lstms()
    message = f"expected one LSTM, found 2: {cells[0].path}, {cells[1].path};"
    with pytest.raises(ValueError, match=re.escape(message)):
        extract_single_lstm_weights(model)


def test_what_is_no_keras_model_is_refused():
    with pytest.raises(TypeError, match="expected a Keras 3 model or layer, found list"):
        extract_lstm_weights([layers.LSTM(5)])


def test_the_shown_region_names_the_arrays_as_the_post_does(region):
    shown = " ".join(region(lstm_src.keras_weights, "extract"))
    for name in ("kernel_0 = ", "recurrent_kernel_0 = ", "bias_0 = "):
        assert f" {name}" in shown
