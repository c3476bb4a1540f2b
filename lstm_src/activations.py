r"""The activations that an LSTM of Keras accepts, by Keras' names, in NumPy.

Each is the function of `keras.activations` with its default parameters. All but the two softmaxes
work on every number by itself; those two work along the last axis.

Derivatives are there for the activations whose slope follows from their value,
:math:`\tanh' = 1 - \tanh^2`, :math:`σ' = σ(1 - σ)`: backpropagation then needs to keep no more than
the forward pass has anyway.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from lstm_src.arrays import FloatArray
from lstm_src.cell import sigmoid
from lstm_src.errors import UnsupportedError

Function = Callable[[FloatArray], FloatArray]

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@dataclass(frozen=True)
class Activation:
    """A function, its name, and its derivative as a function of its value if there is one."""

    name: str
    function: Function
    slope: Function | None = None

    def __call__(self, x: FloatArray) -> FloatArray:
        """Compute the activation of every number."""
        return self.function(x)


def activation(name: str) -> Activation:
    """Look an activation up by Keras' name.

    Raises
    ------
    UnsupportedError
        If there is none of that name. The message says which there are.

    Examples
    --------
    >>> activation("relu")(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if name not in ACTIVATIONS:
        raise UnsupportedError(
            f"unsupported activation {name!r}: it can be {', '.join(sorted(ACTIVATIONS))}"
        )
    return ACTIVATIONS[name]


def softmax(x: FloatArray) -> FloatArray:
    r"""Compute :math:`e^{x_i} / Σ_j e^{x_j}` along the last axis.

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    y: FloatArray = e / e.sum(axis=-1, keepdims=True)
    return y


def log_softmax(x: FloatArray) -> FloatArray:
    """Compute the logarithm of `softmax`, exact where softmax itself would round to 0."""
    shifted = x - x.max(axis=-1, keepdims=True)
    y: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return y


def _softplus(x: FloatArray) -> FloatArray:
    y: FloatArray = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return y


def _elu(x: FloatArray) -> FloatArray:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _selu(x: FloatArray) -> FloatArray:
    y: FloatArray = np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0))) * SELU_SCALE
    return y.astype(x.dtype)


def _gelu(x: FloatArray) -> FloatArray:
    erf = np.frompyfunc(math.erf, 1, 1)(x * math.sqrt(0.5)).astype(x.dtype)
    y: FloatArray = 0.5 * x * (1 + erf)
    return y


def _hard_sigmoid(x: FloatArray) -> FloatArray:
    y: FloatArray = np.clip(x / 6 + 0.5, 0, 1)
    return y


def _sparse_plus(x: FloatArray) -> FloatArray:
    return np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)).astype(x.dtype)


def _positive(y: FloatArray) -> FloatArray:
    return (y > 0).astype(y.dtype)


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        each.name: each
        for each in (
            Activation("tanh", np.tanh, lambda y: 1 - y * y),
            Activation("sigmoid", sigmoid, lambda y: y * (1 - y)),
            Activation("linear", lambda x: x, np.ones_like),
            Activation("relu", lambda x: np.maximum(x, 0), _positive),
            Activation("relu6", lambda x: np.clip(x, 0, 6), lambda y: _positive(y) * (y < 6)),
            Activation("leaky_relu", lambda x: np.where(x > 0, x, x * x.dtype.type(0.2))),
            Activation("elu", _elu, lambda y: np.where(y > 0, 1, y + 1)),
            Activation("celu", _elu, lambda y: np.where(y > 0, 1, y + 1)),
            Activation("selu", _selu),
            Activation("softplus", _softplus, lambda y: -np.expm1(-y)),
            Activation("softsign", lambda x: x / (1 + np.abs(x)), lambda y: (1 - np.abs(y)) ** 2),
            Activation("squareplus", lambda x: (x + np.sqrt(x * x + 4)) / 2),
            Activation("exponential", np.exp, lambda y: y),
            Activation(
                "hard_sigmoid", _hard_sigmoid, lambda y: _positive(y) * (y < 1) / y.dtype.type(6)
            ),
            Activation(
                "hard_tanh", lambda x: np.clip(x, -1, 1), lambda y: (np.abs(y) < 1).astype(y.dtype)
            ),
            Activation("hard_silu", lambda x: x * _hard_sigmoid(x)),
            Activation("hard_shrink", lambda x: np.where(np.abs(x) > 0.5, x, 0).astype(x.dtype)),
            Activation("soft_shrink", lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)),
            Activation("tanh_shrink", lambda x: x - np.tanh(x)),
            Activation("silu", lambda x: x * sigmoid(x)),
            Activation("mish", lambda x: x * np.tanh(_softplus(x))),
            Activation("gelu", _gelu),
            Activation("log_sigmoid", lambda x: -_softplus(-x)),
            Activation("sparse_plus", _sparse_plus),
            Activation("sparse_sigmoid", lambda x: np.clip((x + 1) / 2, 0, 1)),
            Activation("softmax", softmax),
            Activation("log_softmax", log_softmax),
        )
    }
)
