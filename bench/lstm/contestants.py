"""Who takes part: each runs one LSTM over the same inputs, with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import onnxruntime
import tensorflow as tf
import torch
from onnx import TensorProto, helper, numpy_helper

from lstm_src import ONNX, PYTORCH, Gates, Lstm, convert, run_lstm
from lstm_src.layouts import from_gates

Contestants = dict[str, Callable[[], object]]


class Size(NamedTuple):
    """The size of a task."""

    batch: int
    time: int
    features: int
    units: int


def contestants(size: Size, threads: int) -> Contestants:
    """Set everyone up; all but the limit compute the same outputs, and that is checked."""
    rng = np.random.default_rng(0)
    B, T, F, H = size
    arrays = (
        rng.normal(scale=H**-0.5, size=s).astype("f4") for s in ((F, 4 * H), (H, 4 * H), 4 * H)
    )
    gates, x = Gates.slice(*arrays), rng.normal(size=(B, T, F)).astype("f4")
    lstm = Lstm(gates)
    everyone: Contestants = {
        "limit": limit(gates, x),
        "lstm_src": lambda: lstm.run(x).sequences,
        "eight dots": lambda: run_lstm(x, gates).hidden_state,
        **keras_modes(gates, x),
        "PyTorch": pytorch(gates, x, threads),
        "onnxruntime": onnx(gates, x, threads),
    }
    expected = everyone["eight dots"]()
    for name, run in everyone.items():
        if name != "limit":
            np.testing.assert_allclose(np.asarray(run()), expected, rtol=0, atol=1e-5, err_msg=name)
    return everyone


def limit(gates: Gates, x: np.ndarray) -> Callable[[], object]:
    """Make the same BLAS calls with nothing around them: NumPy can't be faster."""
    kernel, U, _ = gates.merge()
    rows = x.reshape(-1, x.shape[-1])
    projected = np.empty((len(rows), kernel.shape[1]), x.dtype)
    h, z = np.ones((len(x), len(U)), x.dtype), np.empty((len(x), U.shape[1]), x.dtype)

    def run() -> None:
        np.dot(rows, kernel, projected)
        for _ in range(x.shape[1]):
            np.dot(h, U, z)

    return run


def keras_modes(gates: Gates, x: np.ndarray) -> Contestants:
    """Run one Keras model in all the ways there are."""
    model = keras.Sequential(
        [keras.Input(x.shape[1:]), keras.layers.LSTM(gates.units, return_sequences=True)]
    )
    model.set_weights(gates.merge())
    tensor = tf.constant(x)
    function = tf.function(lambda t: model(t))
    compiled = tf.function(lambda t: model(t), jit_compile=True)
    return {
        "Keras predict": lambda: model.predict(x, verbose=0, batch_size=len(x)),
        "Keras model(x)": lambda: model(tensor).numpy(),
        "Keras tf.function": lambda: function(tensor).numpy(),
        "Keras tf.function, XLA": lambda: compiled(tensor).numpy(),
    }


def pytorch(gates: Gates, x: np.ndarray, threads: int) -> Callable[[], object]:
    """Run `torch.nn.LSTM`."""
    torch.set_num_threads(threads)
    weights = convert(from_gates(gates), PYTORCH)
    module = torch.nn.LSTM(gates.features, gates.units, batch_first=True)
    held = (weights.kernel, weights.recurrent_kernel, *weights.biases)
    tensor = torch.tensor(x)
    with torch.no_grad():
        for parameter, array in zip(module.parameters(), held, strict=True):
            parameter.copy_(torch.tensor(array))

    def run() -> np.ndarray:
        with torch.inference_mode():
            return module(tensor)[0].numpy()

    return run


def onnx(gates: Gates, x: np.ndarray, threads: int) -> Callable[[], object]:
    """Run onnxruntime's operator LSTM, which wants time first."""
    weights = convert(from_gates(gates), ONNX)
    given = {
        "W": weights.kernel[None],
        "R": weights.recurrent_kernel[None],
        "B": np.concatenate(weights.biases)[None],
    }
    node = helper.make_node("LSTM", ["X", *given], ["Y"], hidden_size=gates.units)
    graph = helper.make_graph(
        [node],
        "lstm",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["t", "b", gates.features])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["t", 1, "b", gates.units])],
        [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in given.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    time_first = np.ascontiguousarray(x.swapaxes(0, 1))
    return lambda: session.run(None, {"X": time_first})[0][:, 0].swapaxes(0, 1)
