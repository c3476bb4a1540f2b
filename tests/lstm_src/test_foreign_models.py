"""The LSTMs of PyTorch and ONNX, taken over, against PyTorch and onnxruntime."""

import io

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from lstm_src.errors import UnsupportedError
from lstm_src.network import Network
from lstm_src.onnx_models import lstms_from_onnx
from lstm_src.torch_models import laid_out, network_from_torch

TOLERANCE = {"rtol": 0, "atol": 1e-6}


def inputs(dtype="f4"):
    return np.random.default_rng(0).normal(size=(2, 7, 3)).astype(dtype)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_torch_lstm_computes_the_same_here(bias, bidirectional, layers, dtype):
    torch.manual_seed(0)
    module = torch.nn.LSTM(3, 5, layers, bias=bias, bidirectional=bidirectional,
                           batch_first=True, dtype=dtype)  # fmt: skip
    x = inputs("f4" if dtype == torch.float32 else "f8")
    with torch.no_grad():
        expected = module(torch.tensor(x))[0].numpy()
    ours = network_from_torch(module).predict(x)
    assert ours.dtype == x.dtype
    np.testing.assert_allclose(ours, expected, **TOLERANCE)


def test_a_torch_lstm_that_projects_is_refused():
    with pytest.raises(UnsupportedError, match="proj_size=2 is not supported"):
        network_from_torch(torch.nn.LSTM(3, 5, proj_size=2))


def test_a_torch_lstm_of_half_precision_is_refused():
    with pytest.raises(UnsupportedError, match=r"weight_ih_l0: dtype torch.float16"):
        network_from_torch(torch.nn.LSTM(3, 5).half())


def test_missing_weights_are_named():
    with pytest.raises(ValueError, match="expected weight_hh_l0, found weight_ih_l0"):
        laid_out({"weight_ih_l0": np.ones((20, 3))})


def lstm_node(directions=1, *, weights=True, batch_last=True, **attributes):
    rng = np.random.default_rng(1)

    def draw(*shape):
        return rng.normal(scale=0.5, size=shape).astype("f4")

    given = {"W": draw(directions, 20, 3), "R": draw(directions, 20, 5), "B": draw(directions, 40),
             "P": draw(directions, 15)}  # fmt: skip
    names = ["X", "W", "R", "B", "", "", "", "P"]
    node = helper.make_node("LSTM", names, ["Y"], name="memory", hidden_size=5, **attributes)
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["t", "b", 3])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["t", directions, "b", 5])],
        [numpy_helper.from_array(a, name) for name, a in given.items() if weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model


def onnx_run(model, x):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    [y] = session.run(None, {"X": x.swapaxes(0, 1)})  # (T, D, B, H)
    return np.concatenate([*y.swapaxes(0, 1)], axis=-1).swapaxes(0, 1)


@pytest.mark.parametrize(
    ("directions", "attributes"),
    [
        (1, {}),
        (1, {"direction": "reverse"}),
        (2, {"direction": "bidirectional"}),
        (1, {"activations": ["Sigmoid", "Relu", "Relu"]}),
        (1, {"activations": ["Sigmoid", "Softsign", "Softsign"]}),
        (2, {"direction": "bidirectional", "activations": ["Sigmoid", "Tanh", "Tanh",
                                                           "Sigmoid", "Relu", "Relu"]}),
    ],
)  # fmt: skip
def test_an_onnx_lstm_computes_the_same_here(directions, attributes):
    model = lstm_node(directions, **attributes)
    [layer] = lstms_from_onnx(model)
    assert layer.name == "memory"
    x = inputs()
    ours = Network((layer,)).predict(x)
    backwards = attributes.get("direction") == "reverse"
    ours = ours[:, ::-1] if backwards else ours  # ONNX puts the outputs at their inputs' places
    np.testing.assert_allclose(ours, onnx_run(model, x), **TOLERANCE)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"clip": 1.0}, "LSTM 'memory': clip is not supported"),
        ({"input_forget": 1}, "LSTM 'memory': input_forget is not supported"),
        ({"activations": ["HardSigmoid", "Tanh", "Tanh"]}, "activation HardSigmoid is not"),
        ({"activations": ["Sigmoid", "Tanh", "Relu"]}, "activations Tanh and Relu, which differ"),
    ],
)
def test_what_is_not_supported_of_onnx_is_named(attributes, message):
    with pytest.raises(UnsupportedError, match=message):
        lstms_from_onnx(lstm_node(**attributes))


@pytest.mark.filterwarnings("ignore")  # of the exporter's tracing
def test_what_pytorch_exports_computes_the_same_here():
    torch.manual_seed(0)
    module = torch.nn.LSTM(3, 5, 2, bidirectional=True, batch_first=True)
    file, x = io.BytesIO(), inputs()
    torch.onnx.export(module, (torch.tensor(x),), file, dynamo=False)
    network = Network(lstms_from_onnx(onnx.load_from_string(file.getvalue())))
    with torch.no_grad():
        expected = module(torch.tensor(x))[0].numpy()
    np.testing.assert_allclose(network.predict(x), expected, **TOLERANCE)


@pytest.mark.parametrize("place", [5, 6])
def test_initial_states_that_onnx_is_given_or_holds_are_named(place):
    for state in ("X", "B"):
        model = lstm_node()
        model.graph.node[0].input[place] = state
        with pytest.raises(UnsupportedError, match=r"initial_[hc] in the model is not supported"):
            lstms_from_onnx(model)


def test_weights_that_onnx_computes_are_refused():
    with pytest.raises(ValueError, match="expected W as an initialiser, found 'W'"):
        lstms_from_onnx(lstm_node(weights=False))


def test_an_onnx_model_without_an_lstm_is_refused():
    node = helper.make_node("Relu", ["X"], ["Y"])
    graph = helper.make_graph([node], "g", [], [])
    with pytest.raises(ValueError, match="expected an LSTM, found only Relu"):
        lstms_from_onnx(helper.make_model(graph))


def test_a_model_survives_being_saved():
    file = io.BytesIO()
    onnx.save(lstm_node(), file)
    file.seek(0)
    assert lstms_from_onnx(onnx.load(file))
