"""A Keras model's layers, taken over into a `lstm_src.network.Network`.

Models that are a chain: a Sequential, or a functional model in which every layer has the output of
the one before. What a network of ours wouldn't compute as Keras does is refused by name.

Keras is imported when `network_from_keras` is called, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_src.activations import ACTIVATIONS
from lstm_src.arrays import FloatArray
from lstm_src.errors import UnsupportedError
from lstm_src.gates import Gates
from lstm_src.layer import Lstm
from lstm_src.network import (
    Activation,
    Bidirectional,
    Dense,
    Dropout,
    Embedding,
    Layer,
    Masking,
    Network,
    Recurrent,
)

if TYPE_CHECKING:
    import keras

DTYPES = ("float32", "float64")


def network_from_keras(model: keras.Model) -> Network:
    """Take a Keras model over, weights and all; it is copied and stays what it was.

    Parameters
    ----------
    model : keras.Model
        A built Sequential or a functional model with one input and one output, of the layers
        InputLayer, Embedding, Masking, LSTM, Bidirectional of an LSTM, Dense, TimeDistributed of a
        Dense, Activation, the Dropouts, and models of these.

    Returns
    -------
    Network

    Raises
    ------
    TypeError
        If `model` is no Keras 3 model.
    UnsupportedError
        If there is anything else in it, or something in a layer that isn't supported: the message
        names the layer and what.
    ValueError
        If the model isn't built yet.

    Examples
    --------
    >>> import keras
    >>> layers = [keras.Input((7, 3)), keras.layers.LSTM(5), keras.layers.Dense(2)]
    >>> network = network_from_keras(keras.Sequential(layers))
    >>> network.predict(np.zeros((4, 7, 3), "float32")).shape
    (4, 2)
    """
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"model: expected a Keras 3 model, found {type(model).__name__}")
    if not model.built:
        raise ValueError(
            f"model {model.name!r}: expected weights, found a model that is not built yet; "
            "call it on a batch, or model.build((None, time, features))"
        )
    return Network(tuple(_taken_over(layer) for layer in _chain(model)))


def lstm_from_keras(layer: keras.layers.LSTM) -> Lstm:
    """Take one built LSTM layer of Keras over.

    Raises
    ------
    TypeError
        If `layer` is no LSTM of Keras 3.
    ValueError
        If it isn't built yet.
    UnsupportedError
        If it has an activation of its own, is stateful, or has another type than float32 or
        float64.
    """
    from keras.layers import LSTM

    if type(layer) is not LSTM:
        raise TypeError(f"layer: expected an LSTM of Keras 3, found {type(layer).__name__}")
    _require_precision(layer)
    if layer.stateful:
        raise _unsupported(layer, "stateful=True")
    cell = layer.cell
    if not cell.built:
        raise ValueError(f"layer {layer.name!r}: expected weights, found it not built yet")
    weights = [_array(cell, each) for each in cell.weights]
    return Lstm(
        Gates.slice(*weights),
        activation=_activation_name(layer, cell.activation),
        recurrent_activation=_activation_name(layer, cell.recurrent_activation),
        go_backwards=layer.go_backwards,
        zero_output_for_mask=bool(layer.zero_output_for_mask),
    )


def _chain(model: keras.Model) -> list[keras.Layer]:
    """Return the layers in the order in which they run, those of inner models in place."""
    import keras

    if isinstance(model, keras.Sequential):
        layers = list(model.layers)
    elif type(model).__name__ == "Functional":  # keras.Model(inputs, outputs); not a public name
        layers = _functional_chain(model)
    else:
        raise _unsupported(model, "a subclassed model")
    return [
        inner
        for layer in layers
        for inner in (_chain(layer) if isinstance(layer, keras.Model) else [layer])
    ]


def _functional_chain(model: keras.Model) -> list[keras.Layer]:
    """Follow the one input to the one output."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise _unsupported(model, f"{len(model.inputs)} inputs and {len(model.outputs)} outputs")
    chain: list[Any] = []
    tensor = model.outputs[0]
    while True:
        operation, node_index, _ = tensor._keras_history
        chain.append(operation)
        if tensor is model.inputs[0]:
            break
        node = operation._inbound_nodes[node_index]
        given, kwargs = node.input_tensors, node.arguments.kwargs
        mask = kwargs.get("mask")
        if mask is not None and mask is not getattr(given[0], "_keras_mask", None):
            raise _unsupported(operation, "a mask of its own")
        if kwargs.get("training"):
            raise _unsupported(operation, "training=True")
        given = [each for each in given if each is not mask]  # Keras hands its own mask on
        if len(given) != 1 or len(node.output_tensors) != 1:
            raise _unsupported(
                operation, f"{len(given)} inputs and {len(node.output_tensors)} outputs"
            )
        [tensor] = given
    beside = [layer for layer in model.layers if not any(layer is each for each in chain)]
    if beside:
        raise _unsupported(beside[0], "a layer beside the chain")
    return chain[::-1]


def _taken_over(layer: Any) -> Layer:
    from keras import layers

    converters: dict[Any, Callable[[Any], Layer]] = {
        layers.Embedding: _embedding,
        layers.Masking: lambda each: Masking(each.name, float(each.mask_value)),
        layers.LSTM: _recurrent,
        layers.Bidirectional: _bidirectional,
        layers.Dense: _dense,
        layers.TimeDistributed: _time_distributed,
        layers.Activation: lambda each: Activation(
            each.name, _activation_name(each, each.activation)
        ),
    }
    nothing = (layers.Dropout, layers.SpatialDropout1D, layers.GaussianDropout,
               layers.AlphaDropout, layers.GaussianNoise)  # fmt: skip
    if type(layer) is layers.InputLayer:
        return Dropout(layer.name)
    if type(layer) not in (*converters, *nothing):
        raise _unsupported(layer, f"a layer of type {type(layer).__name__}")
    _require_precision(layer)
    if type(layer) in nothing:
        return Dropout(layer.name)
    return converters[type(layer)](layer)


def _embedding(layer: Any) -> Embedding:
    # `embeddings` is the table as the layer uses it, with what LoRA or quantisation add
    if layer.lora_enabled or layer.quantization_mode:
        raise _unsupported(layer, "LoRA or quantisation")
    return Embedding(layer.name, _array(layer, layer.embeddings), layer.mask_zero)


def _dense(layer: Any) -> Dense:
    _require_precision(layer)
    if layer.lora_enabled or layer.quantization_mode:
        raise _unsupported(layer, "LoRA or quantisation")
    bias = _array(layer, layer.bias) if layer.use_bias else None
    name = _activation_name(layer, layer.activation)
    return Dense(layer.name, _array(layer, layer.kernel), bias, name)


def _time_distributed(layer: Any) -> Dense:
    from keras.layers import Dense as KerasDense

    if type(layer.layer) is not KerasDense:
        raise _unsupported(layer, f"TimeDistributed of {type(layer.layer).__name__}")
    return _dense(layer.layer)


def _recurrent(layer: Any) -> Recurrent:
    if layer.return_state:
        raise _unsupported(layer, "return_state=True")
    return Recurrent(layer.name, lstm_from_keras(layer), layer.return_sequences)


def _bidirectional(layer: Any) -> Bidirectional:
    from keras.layers import LSTM

    for each in (layer.forward_layer, layer.backward_layer):
        if type(each) is not LSTM:
            raise _unsupported(layer, f"Bidirectional of {type(each).__name__}")
    if layer.return_state:
        raise _unsupported(layer, "return_state=True")
    if layer.merge_mode is None:
        raise _unsupported(layer, "merge_mode=None, which has two outputs")
    return Bidirectional(
        layer.name,
        lstm_from_keras(layer.forward_layer),
        lstm_from_keras(layer.backward_layer),
        layer.return_sequences,
        layer.merge_mode,
    )


def _require_precision(layer: Any) -> None:
    if layer.compute_dtype != layer.variable_dtype or layer.compute_dtype not in DTYPES:
        raise _unsupported(layer, f"dtype {layer.dtype_policy.name}")


def _array(layer: Any, variable: Any) -> FloatArray:
    if variable.dtype not in DTYPES:
        raise _unsupported(layer, f"weights of dtype {variable.dtype}")
    return np.asarray(variable.numpy())


def _activation_name(layer: Any, function: Any) -> str:
    import keras

    if function is None:
        return "linear"
    name = getattr(function, "__name__", type(function).__name__)
    if name not in ACTIVATIONS or function is not keras.activations.get(name):
        raise _unsupported(layer, f"activation {name!r}")
    return str(name)


def _unsupported(layer: Any, what: str) -> UnsupportedError:
    return UnsupportedError(f"{type(layer).__name__} {layer.name!r}: {what} is not supported")
