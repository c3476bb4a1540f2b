"""An LSTM over a whole sequence: the step of `lstm_src.cell`, once for every time step."""

from dataclasses import fields

import numpy as np
from numpy.typing import ArrayLike

from lstm_src.arrays import finite_floats, state_pair
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
        If a shape doesn't fit the gates or the other arrays, if an array holds anything but finite
        floating-point numbers, or if `initial_state` isn't a pair.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> lstm = run_lstm(rng.normal(size=(2, 7, 3)), Gates.random(3, 5, rng=rng))
    >>> lstm.hidden_state.shape, lstm.forget_gate.shape
    ((2, 7, 5), (2, 7, 5))
    """
    shapes = ("time", gates.features), ("batch", "time", gates.features)
    x = finite_floats("inputs", inputs, gates.dtype, *shapes)
    *batch, time, _ = x.shape
    ht, Ct = state_pair("initial_state", initial_state, gates.dtype, (*batch, gates.units))

    steps = []
    for t in range(time):
        step = step_activations(x[..., t, :], ht, Ct, gates)
        ht, Ct = step.hidden_state, step.cell_state
        steps.append(step)
    return _along_time(steps)


def _along_time(steps: list[LstmActivations]) -> LstmActivations:
    names = [field.name for field in fields(LstmActivations)]
    return LstmActivations(
        **{name: np.stack([getattr(step, name) for step in steps], axis=-2) for name in names}
    )
