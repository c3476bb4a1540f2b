"""The weights of every LSTM in a Keras model, as NumPy arrays.

Keras 2 called a weight ``lstm/kernel:0``, Keras 3 calls it ``kernel``, and a Dense layer has one of
that name as well. So we don't ask what a weight is called but whose it is: LSTM, RNN, Bidirectional
and stacked cells all keep their weights in a `keras.layers.LSTMCell`.

Keras is imported when one of these functions is called, not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lstm_src.arrays import FloatArray, frozen
from lstm_src.gates import Gates

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class LstmWeights:
    """The weights of one LSTM as Keras keeps them, copied and read-only.

    Parameters
    ----------
    path : str
        Where in the model the weights are, such as ``"sequential/lstm/lstm_cell"``.
    kernel : array_like, shape (features, 4 * units)
    recurrent_kernel : array_like, shape (units, 4 * units)
    bias : array_like, shape (4 * units,), or None
        None if the LSTM was made with ``use_bias=False``.
    """

    path: str
    kernel: FloatArray
    recurrent_kernel: FloatArray
    bias: FloatArray | None

    def __post_init__(self) -> None:
        for name in ("kernel", "recurrent_kernel", "bias"):
            array = getattr(self, name)
            if array is not None:
                object.__setattr__(self, name, frozen(array))

    def gates(self) -> Gates:
        """Slice the weights into those of the four gates."""
        return Gates.slice(self.kernel, self.recurrent_kernel, self.bias)


def extract_lstm_weights(model: keras.Layer) -> tuple[LstmWeights, ...]:
    """Copy the weights of every LSTM in a Keras 3 model.

    Only weights are copied: what else makes an LSTM (activations, ``go_backwards``) stays in
    Keras.

    Parameters
    ----------
    model : keras.Model or keras.Layer
        A Sequential, functional or subclassed model, or one layer, however deep its LSTMs are
        nested.

    Returns
    -------
    tuple of LstmWeights
        In the model's order: of a Bidirectional first forward, then backward; of stacked cells
        the first at first. An LSTM that is used twice is there once.

    Raises
    ------
    TypeError
        If `model` isn't a Keras 3 model or layer.
    ValueError
        If the model has no LSTM, or one that isn't built yet.

    Examples
    --------
    >>> import keras
    >>> lstm = keras.layers.LSTM(5, name="lstm")
    >>> layers = [keras.Input((7, 3)), lstm, keras.layers.Dense(2)]
    >>> [weights] = extract_lstm_weights(keras.Sequential(layers, name="model"))
    >>> weights.path, weights.kernel.shape, weights.recurrent_kernel.shape, weights.bias.shape
    ('model/lstm/lstm_cell', (3, 20), (5, 20), (20,))
    """
    from keras.layers import LSTMCell

    _require_built_lstm(model)
    extracted = []
    # region extract
    for layer in layers_within(model):
        if isinstance(layer, LSTMCell):  # whose weights they are, not what they are called
            kernel_0 = layer.kernel.numpy()
            recurrent_kernel_0 = layer.recurrent_kernel.numpy()
            bias_0 = layer.bias.numpy() if layer.use_bias else None
            extracted.append(LstmWeights(layer.path, kernel_0, recurrent_kernel_0, bias_0))
    # endregion
    return tuple(extracted)


def extract_single_lstm_weights(model: keras.Layer) -> LstmWeights:
    """Copy the weights of the only LSTM in a Keras 3 model.

    Parameters and errors are those of `extract_lstm_weights`.

    Returns
    -------
    LstmWeights

    Raises
    ------
    ValueError
        Also if the model has more than one LSTM.
    """
    extracted = extract_lstm_weights(model)
    if len(extracted) > 1:
        paths = ", ".join(weights.path for weights in extracted)
        raise ValueError(
            f"model {model.name!r}: expected one LSTM, found {len(extracted)}: {paths}; "
            "extract_lstm_weights returns all of them"
        )
    return extracted[0]


def layers_within(layer: keras.Layer) -> Iterator[keras.Layer]:
    """Yield a layer or model and every layer inside it, each once, outer and earlier ones first.

    `keras.Model.layers` doesn't show what stands inside an LSTM, a Bidirectional or a layer of
    one's own. `_flatten_layers` does, though when recursive it turns the order of inner layers
    round; hence one level at a time.
    """
    seen = set()
    waiting = [layer]
    while waiting:
        outer = waiting.pop()
        if id(outer) not in seen:
            seen.add(id(outer))
            yield outer
            waiting += reversed(outer._flatten_layers(include_self=False, recursive=False))


def _require_built_lstm(model: keras.Layer) -> None:
    import keras

    if not isinstance(model, keras.Layer):
        raise TypeError(f"model: expected a Keras 3 model or layer, found {_class_name(model)}")
    layers = list(layers_within(model))
    cells = [layer for layer in layers if isinstance(layer, keras.layers.LSTMCell)]
    if not cells:
        raise ValueError(f"model {model.name!r}: expected an LSTM, found only {_names(layers[1:])}")
    unbuilt = [cell for cell in cells if not cell.built]
    if unbuilt:
        raise ValueError(
            f"model {model.name!r}: expected weights, found {_names(unbuilt)} not built yet; "
            "call the model on a batch, or model.build((None, time, features))"
        )


def _names(layers: Iterable[keras.Layer]) -> str:
    return ", ".join(f"{layer.name!r} ({_class_name(layer)})" for layer in layers) or "no layers"


def _class_name(value: object) -> str:
    return type(value).__name__
