"""The LSTMs of an ONNX model, taken over as layers.

The package `onnx` is imported when `lstms_from_onnx` is called, not before: it reads the model's
tensors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_src.arrays import FloatArray
from lstm_src.errors import UnsupportedError
from lstm_src.layer import Lstm
from lstm_src.layouts import ONNX, LaidOutWeights, peephole_weights
from lstm_src.network import Bidirectional, Recurrent

if TYPE_CHECKING:
    import onnx

ACTIVATIONS = {
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Relu": "relu",
    "Softsign": "softsign",
    "Softplus": "softplus",
}
"""The activations that ONNX and Keras define alike, by ONNX' name."""

PASSING = ("Expand", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze")
"""What makes zeros of zeros; exporters make the default initial states so."""

INPUTS = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")


def lstms_from_onnx(model: onnx.ModelProto) -> tuple[Recurrent | Bidirectional, ...]:
    """Take every LSTM of an ONNX model over, in the order of its nodes.

    Parameters
    ----------
    model : onnx.ModelProto
        Weights must be in it as initialisers or constants, initial states zeros, as PyTorch
        exports them.

    Returns
    -------
    tuple of Recurrent or Bidirectional
        Layers for arrays (batch, time, features), whatever the node's layout; they pass on the
        outputs of all steps. A Bidirectional has the two directions side by side.

    Raises
    ------
    UnsupportedError
        If a node has what isn't supported: it and the attribute are named.
    ValueError
        If there is no LSTM in the model, or weights are computed instead of given.
    """
    from onnx import helper, numpy_helper

    tensors = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    makers = {output: node for node in model.graph.node for output in node.output}
    for output, node in makers.items():
        if node.op_type == "Constant":
            for value in _attributes(node, "value"):
                tensors[output] = numpy_helper.to_array(value)
    nodes = [node for node in model.graph.node if node.op_type == "LSTM"]
    if not nodes:
        kinds = ", ".join(sorted({node.op_type for node in model.graph.node})) or "no nodes"
        raise ValueError(f"model: expected an LSTM, found only {kinds}")
    for number, node in enumerate(nodes):
        for place in (5, 6):
            state = node.input[place] if len(node.input) > place else ""
            if state and not _is_zero(state, tensors, makers):
                raise UnsupportedError(
                    f"LSTM {node.name or f'lstm_{number}'!r}: {INPUTS[place]} in the model is not "
                    "supported; give it to Lstm.run"
                )
    return tuple(
        _layer(
            node.name or f"lstm_{number}",
            dict(zip(INPUTS, node.input, strict=False)),
            {each.name: helper.get_attribute_value(each) for each in node.attribute},
            tensors,
        )
        for number, node in enumerate(nodes)
    )


def _layer(
    name: str, inputs: dict[str, str], attributes: dict[str, Any], tensors: dict[str, FloatArray]
) -> Recurrent | Bidirectional:
    for each in ("clip", "input_forget", "activation_alpha", "activation_beta"):
        if attributes.get(each):
            raise UnsupportedError(f"LSTM {name!r}: {each} is not supported")
    if inputs.get("sequence_lens"):
        raise UnsupportedError(
            f"LSTM {name!r}: sequence_lens is not supported; give Lstm.run a mask"
        )
    given = {role: _tensor(name, role, inputs, tensors) for role in ("W", "R", "B", "P")}
    direction = attributes.get("direction", b"forward").decode()
    directions = 2 if direction == "bidirectional" else 1
    functions = [each.decode() for each in attributes.get("activations", [])]
    functions = functions or ["Sigmoid", "Tanh", "Tanh"] * directions
    lstms = [
        _lstm(name, number, given, functions[3 * number : 3 * number + 3], backwards)
        for number, backwards in enumerate(
            {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[direction]
        )
    ]
    if directions == 2:
        return Bidirectional(name, lstms[0], lstms[1], return_sequences=True)
    return Recurrent(name, lstms[0], return_sequences=True)


def _lstm(
    name: str,
    number: int,
    given: dict[str, FloatArray | None],
    functions: list[str],
    backwards: bool,
) -> Lstm:
    f, g, h = functions
    unknown = [each for each in functions if each not in ACTIVATIONS]
    if unknown or g != h:
        what = f"activation {unknown[0]}" if unknown else f"activations {g} and {h}, which differ,"
        raise UnsupportedError(f"LSTM {name!r}: {what} is not supported")
    W, R, B, P = (None if each is None else each[number] for each in given.values())
    if W is None or R is None:
        raise ValueError(f"LSTM {name!r}: expected the weights W and R, found none")
    biases = () if B is None else tuple(np.split(B, 2))
    weights = LaidOutWeights(ONNX, W, R, biases, P)
    return Lstm(
        weights.gates(),
        activation=ACTIVATIONS[g],
        recurrent_activation=ACTIVATIONS[f],
        go_backwards=backwards,
        peepholes=peephole_weights(weights),
    )


def _tensor(
    name: str, role: str, inputs: dict[str, str], tensors: dict[str, FloatArray]
) -> FloatArray | None:
    tensor = inputs.get(role)
    if not tensor:
        return None
    if tensor not in tensors:
        raise ValueError(
            f"LSTM {name!r}: expected {role} as an initialiser, found {tensor!r}, "
            "which the model computes"
        )
    return tensors[tensor]


def _attributes(node: onnx.NodeProto, name: str) -> list[Any]:
    from onnx import helper

    return [helper.get_attribute_value(each) for each in node.attribute if each.name == name]


def _is_zero(name: str, tensors: dict[str, FloatArray], makers: dict[str, Any]) -> bool:
    """Tell whether a tensor is certainly all zeros."""
    from onnx import numpy_helper

    if name in tensors:
        return not tensors[name].any()
    node = makers.get(name)
    if node is None:
        return False
    if node.op_type == "ConstantOfShape":
        return not any(numpy_helper.to_array(each).any() for each in _attributes(node, "value"))
    return node.op_type in PASSING and _is_zero(node.input[0], tensors, makers)
