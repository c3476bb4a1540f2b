"""An LSTM over a whole sequence: the step of `lstm_src.cell`, once for every time step."""

from dataclasses import fields

import numpy as np
from numpy.typing import ArrayLike

from lstm_src.arrays import FloatArray, require_shape
from lstm_src.cell import LstmActivations, step_activations
from lstm_src.gates import Gates


def run_lstm(
    inputs: ArrayLike,
    gates: Gates,
    *,
    initial_state: tuple[ArrayLike, ArrayLike] | None = None,
) -> LstmActivations:
    """Run an LSTM over sequences, as `keras.layers.LSTM` with its default activations does.

    Parameters
    ----------
    inputs : array_like, shape (time, features) or (batch, time, features)
    gates : Gates
        The weights; everything is computed in their floating-point type.
    initial_state : (hidden_state, cell_state), optional
        Two arrays of shape (units,) or (batch, units), in Keras' order; zeros if not given.

    Returns
    -------
    LstmActivations
        Arrays of shape (time, units) or (batch, time, units): the hidden states are what Keras
        returns with ``return_sequences=True``, the last ones without it.

    Raises
    ------
    ValueError
        If a shape doesn't fit the gates or the other arrays, or if `initial_state` isn't a pair.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> lstm = run_lstm(rng.normal(size=(2, 7, 3)), Gates.random(3, 5, rng=rng))
    >>> lstm.hidden_state.shape, lstm.forget_gate.shape
    ((2, 7, 5), (2, 7, 5))
    """
    x = np.asarray(inputs, gates.dtype)
    require_shape("inputs", x, ("time", gates.features), ("batch", "time", gates.features))
    *batch, time, _ = x.shape
    ht, Ct = _initial_state(initial_state, (*batch, gates.units), gates)

    steps = []
    for t in range(time):
        step = step_activations(x[..., t, :], ht, Ct, gates)
        ht, Ct = step.hidden_state, step.cell_state
        steps.append(step)
    return _along_time(steps)


def _initial_state(
    given: tuple[ArrayLike, ArrayLike] | None, shape: tuple[int, ...], gates: Gates
) -> tuple[FloatArray, FloatArray]:
    if given is None:
        return np.zeros(shape, gates.dtype), np.zeros(shape, gates.dtype)
    if len(given) != 2:
        raise ValueError(
            f"initial_state: expected (hidden_state, cell_state), found {len(given)} arrays"
        )
    h0, C0 = (np.asarray(array, gates.dtype) for array in given)
    require_shape("initial_state: hidden_state", h0, shape)
    require_shape("initial_state: cell_state", C0, shape)
    return h0, C0


def _along_time(steps: list[LstmActivations]) -> LstmActivations:
    names = [field.name for field in fields(LstmActivations)]
    return LstmActivations(
        **{name: np.stack([getattr(step, name) for step in steps], axis=-2) for name in names}
    )
