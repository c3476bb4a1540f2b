"""A simple recurrent network, the one whose problems the LSTM was made to solve."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from lstm_src.arrays import FloatArray, common_float_type, finite_floats, frozen, require_shape
from lstm_src.gates import random_orthogonal


@dataclass(frozen=True, eq=False)
class SimpleRnn:
    """The weights of a simple RNN, ``ht = tanh(xt W + ht_1 U + b)``, copied and read-only.

    Parameters
    ----------
    W : array_like, shape (features, units)
        Weighs the input ``xt``; Keras' kernel.
    U : array_like, shape (units, units)
        Weighs the hidden state before, ``ht_1``; Keras' recurrent kernel.
    b : array_like, shape (units,)
        Keras' bias.

    Raises
    ------
    ValueError
        If a shape doesn't fit the others, or if the arrays don't hold floating-point numbers.
    """

    W: FloatArray
    U: FloatArray
    b: FloatArray

    def __post_init__(self) -> None:
        W, U, b = (np.asarray(array) for array in (self.W, self.U, self.b))
        require_shape("W", W, ("features", "units"))
        units = W.shape[1]
        require_shape("U", U, (units, units))
        require_shape("b", b, (units,))
        dtype = common_float_type("simple RNN", W, U, b)
        for name, array in (("W", W), ("U", U), ("b", b)):
            object.__setattr__(self, name, frozen(array, dtype))

    @property
    def features(self) -> int:
        """The size of one input vector ``xt``."""
        return len(self.W)

    @property
    def units(self) -> int:
        """The size of the hidden state ``ht``."""
        return len(self.b)

    @classmethod
    def random(
        cls, features: int, units: int, *, recurrent_gain: float, rng: np.random.Generator
    ) -> Self:
        """Draw the weights of a simple RNN before training, in float64.

        Parameters
        ----------
        features, units : int
        recurrent_gain : float
            By how much ``U`` lengthens every vector: all its singular values.
        rng : numpy.random.Generator

        Examples
        --------
        >>> rnn = SimpleRnn.random(3, 5, recurrent_gain=0.5, rng=np.random.default_rng(0))
        >>> np.linalg.svd(rnn.U, compute_uv=False).round(12)
        array([0.5, 0.5, 0.5, 0.5, 0.5])
        """
        return cls(
            W=rng.normal(scale=features**-0.5, size=(features, units)),
            U=recurrent_gain * random_orthogonal(units, rng),
            b=np.zeros(units),
        )


def rnn_step(xt: FloatArray, ht_1: FloatArray, rnn: SimpleRnn) -> FloatArray:
    """Take one step in time, ``tanh(xt W + ht_1 U + b)``.

    Parameters
    ----------
    xt : ndarray, shape (features,) or (batch, features)
    ht_1 : ndarray, shape (units,) or (batch, units)
    rnn : SimpleRnn

    Returns
    -------
    ht : ndarray, shape (units,) or (batch, units)
    """
    ht: FloatArray = np.tanh(np.dot(xt, rnn.W) + np.dot(ht_1, rnn.U) + rnn.b)
    return ht


def run_rnn(inputs: ArrayLike, rnn: SimpleRnn) -> FloatArray:
    """Run a simple RNN over one sequence, from a hidden state of zeros.

    Parameters
    ----------
    inputs : array_like, shape (time, features)
    rnn : SimpleRnn

    Returns
    -------
    hidden_state : ndarray, shape (time, units)

    Raises
    ------
    ValueError
        If `inputs` has another shape, or holds anything but finite floating-point numbers.
    """
    x = finite_floats("inputs", inputs, rnn.W.dtype, ("time", rnn.features))
    ht = np.zeros(rnn.units, rnn.W.dtype)
    hidden_state = []
    for xt in x:
        ht = rnn_step(xt, ht, rnn)
        hidden_state.append(ht)
    return np.stack(hidden_state)
