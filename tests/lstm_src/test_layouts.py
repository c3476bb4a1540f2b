import re
from itertools import permutations

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from lstm_src.errors import UnsupportedError
from lstm_src.gates import Gates
from lstm_src.layer import Lstm
from lstm_src.layouts import (
    KERAS,
    LAYOUTS,
    ONNX,
    PYTORCH,
    LaidOutWeights,
    convert,
    from_gates,
    peephole_weights,
)

FEATURES, UNITS = 3, 5
TOLERANCE = {"rtol": 0, "atol": 1e-6}  # float32


def random_weights(layout, *, biases=True, peepholes=False, seed=0):
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.normal(scale=0.5, size=shape).astype("f4")

    turn = -1 if layout.transposed else 1
    return LaidOutWeights(
        layout,
        draw(*(FEATURES, 4 * UNITS)[::turn]),
        draw(*(UNITS, 4 * UNITS)[::turn]),
        tuple(draw(4 * UNITS) for _ in range(layout.biases * biases)),
        draw(3 * UNITS) if peepholes else None,
    )


def arrays(weights):
    held = [weights.kernel, weights.recurrent_kernel, *weights.biases, weights.peepholes]
    return [array for array in held if array is not None]


def inputs(batch=2, time=7):
    return np.random.default_rng(9).normal(size=(batch, time, FEATURES)).astype("f4")


def keras_outputs(weights, x):
    layer = keras.layers.LSTM(UNITS, return_sequences=True, use_bias=bool(weights.biases))
    layer.build((None, None, FEATURES))
    layer.set_weights(arrays(weights))
    return layer(x).numpy()


def torch_outputs(weights, x):
    layer = torch.nn.LSTM(FEATURES, UNITS, batch_first=True, bias=bool(weights.biases))
    with torch.no_grad():
        for parameter, array in zip(layer.parameters(), arrays(weights), strict=True):
            parameter.copy_(torch.tensor(array))
        return layer(torch.tensor(x))[0].numpy()


def onnx_outputs(weights, x):
    given = {"W": weights.kernel[None], "R": weights.recurrent_kernel[None]}
    if weights.biases:
        given["B"] = np.concatenate(weights.biases)[None]
    if weights.peepholes is not None:
        given["P"] = weights.peepholes[None]
    names = ["X", "W", "R", "B" if "B" in given else "", "", "", "", "P" if "P" in given else ""]
    node = helper.make_node("LSTM", names, ["Y"], hidden_size=UNITS)
    graph = helper.make_graph(
        [node],
        "lstm",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["t", "b", FEATURES])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["t", 1, "b", UNITS])],
        [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in given.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    [y] = session.run(None, {"X": x.swapaxes(0, 1)})  # (T, 1, B, H)
    return y[:, 0].swapaxes(0, 1)


OUTPUTS = {KERAS: keras_outputs, PYTORCH: torch_outputs, ONNX: onnx_outputs}


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("source", LAYOUTS, ids=lambda layout: layout.name)
def test_a_network_computes_the_same_wherever_its_weights_go(source, biases):
    weights, x = random_weights(source, biases=biases), inputs()
    expected = OUTPUTS[source](weights, x)
    assert np.abs(expected).max() > 0.1
    for layout in LAYOUTS:
        np.testing.assert_allclose(OUTPUTS[layout](convert(weights, layout), x), expected,
                                   **TOLERANCE)  # fmt: skip
    np.testing.assert_allclose(Lstm(weights.gates()).run(x).sequences, expected, **TOLERANCE)


def test_peepholes_are_onnxruntime_s_own():
    weights, x = random_weights(ONNX, peepholes=True), inputs()
    lstm = Lstm(weights.gates(), peepholes=peephole_weights(weights))
    expected = onnx_outputs(weights, x)
    np.testing.assert_allclose(lstm.run(x).sequences, expected, **TOLERANCE)
    assert np.abs(expected - Lstm(weights.gates()).run(x).sequences).max() > 0.01


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize(
    ("source", "through"), [*permutations(LAYOUTS, 2)], ids=lambda layout: layout.name
)
def test_a_round_trip_loses_no_bit(source, through, biases):
    weights = random_weights(source, biases=biases)
    back = convert(convert(weights, through), source)
    assert back.layout == source
    before, after = arrays(weights), arrays(back)
    if biases and source.biases > through.biases:  # the sum is all that one bias can hold
        before[2:] = [before[2] + before[3], np.zeros_like(before[3])]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_gates_come_back_from_every_layout():
    gates = Gates.random(FEATURES, UNITS, rng=np.random.default_rng(0))
    for layout in LAYOUTS:
        for one, other in zip(
            from_gates(gates, layout).gates().merge(), gates.merge(), strict=True
        ):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("layout", [KERAS, PYTORCH], ids=lambda layout: layout.name)
def test_peepholes_are_not_dropped_in_silence(layout):
    with pytest.raises(UnsupportedError, match=f"peepholes: {layout.name} has no place for them"):
        convert(random_weights(ONNX, peepholes=True), layout)
    weights = random_weights(layout)
    with pytest.raises(UnsupportedError, match="no place"):
        LaidOutWeights(layout, weights.kernel, weights.recurrent_kernel, (), np.zeros(15))


@pytest.mark.parametrize(
    ("layout", "kernel", "recurrent", "biases", "message"),
    [
        (KERAS, (20, 3), (5, 20), [20], "kernel: expected shape (features, 20), found (20, 3)"),
        (PYTORCH, (3, 20), (20, 5), [20, 20],
         "kernel: expected shape (20, features), found (3, 20)"),
        (ONNX, (20, 3), (5, 20), [20, 20],
         "recurrent_kernel: expected shape (80, 20), found (5, 20)"),
        (PYTORCH, (20, 3), (20, 5), [20],
         "biases: expected 2 or none in the layout of PyTorch, found 1"),
        (KERAS, (3, 20), (5, 20), [5], "bias: expected shape (20,), found (5,)"),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit_are_refused(layout, kernel, recurrent, biases, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        LaidOutWeights(layout, np.zeros(kernel), np.zeros(recurrent), [np.zeros(b) for b in biases])
