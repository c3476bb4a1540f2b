r"""Backpropagation through time: the gradients of an LSTM and of a simple RNN.

With :math:`δ` for the derivative of the loss by what follows it, step t of an LSTM goes back by

.. math::

    δC_t &= δC_t^{\text{from } t+1} + δh_t ⊙ o_t ⊙ (1 - \tanh^2 C_t) \\
    δz_i &= δC_t ⊙ g_t ⊙ i_t (1 - i_t) \qquad δz_f = δC_t ⊙ C_{t-1} ⊙ f_t (1 - f_t) \\
    δz_c &= δC_t ⊙ i_t ⊙ (1 - g_t^2) \qquad δz_o = δh_t ⊙ \tanh C_t ⊙ o_t (1 - o_t) \\
    δh_{t-1} &= δz_t U^\top \qquad δC_{t-1} = δC_t ⊙ f_t

(Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, appendix A.1, but without their
truncation; with the forget gate of Gers et al. 2000, doi:10.1162/089976600300015015). Whatever
doesn't depend on :math:`δ` is computed for all steps at once; the weights' gradients are one matrix
product each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lstm_src.arrays import FloatArray, finite_floats, require_floats, state_pair
from lstm_src.errors import UnsupportedError
from lstm_src.layer import Lstm, LstmRun
from lstm_src.simple_rnn import SimpleRnn, rnn_step


@dataclass(frozen=True, eq=False)
class LstmGradients:
    """The derivatives of a loss by all that goes into an LSTM.

    Parameters
    ----------
    kernel : ndarray, shape (features, 4 * units)
    recurrent_kernel : ndarray, shape (units, 4 * units)
    bias : ndarray, shape (4 * units,)
        In Keras' layout: i, f, c, o.
    inputs : ndarray, shape (batch, time, features)
    hidden_state, cell_state : ndarray, shape (batch, units)
        By the initial states.
    """

    kernel: FloatArray
    recurrent_kernel: FloatArray
    bias: FloatArray
    inputs: FloatArray
    hidden_state: FloatArray
    cell_state: FloatArray


@dataclass(frozen=True, eq=False)
class RnnGradients:
    """The derivatives of a loss by all that goes into a simple RNN.

    Parameters
    ----------
    W : ndarray, shape (features, units)
    U : ndarray, shape (units, units)
    b : ndarray, shape (units,)
    inputs : ndarray, shape (batch, time, features)
    hidden_state : ndarray, shape (batch, units)
        By the initial state.
    """

    W: FloatArray
    U: FloatArray
    b: FloatArray
    inputs: FloatArray
    hidden_state: FloatArray


def lstm_gradients(
    lstm: Lstm,
    inputs: ArrayLike,
    run: LstmRun,
    sequences: ArrayLike | None = None,
    *,
    states: tuple[ArrayLike, ArrayLike] | None = None,
    window: int | None = None,
) -> LstmGradients:
    """Go back through a run of an LSTM.

    Parameters
    ----------
    lstm : Lstm
        With the usual activations, forwards, without peepholes.
    inputs : array_like, shape (batch, time, features)
        What it ran over, without a mask.
    run : LstmRun
        What came of it, with ``trace=True``.
    sequences : array_like, shape (batch, time, units), optional
        The derivatives of the loss by the outputs; zeros if not given.
    states : (hidden_state, cell_state), optional
        The derivatives by the last states, (batch, units) each, added to those by the outputs.
    window : int, optional
        Truncate: no gradient crosses the border between two windows of so many steps, though the
        states do (Williams & Peng 1990, doi:10.1162/neco.1990.2.4.490).

    Returns
    -------
    LstmGradients

    Raises
    ------
    ValueError
        If a shape or type doesn't fit, the run has no trace, or `window` isn't at least 1.
    UnsupportedError
        If the LSTM has other activations, goes backwards or has peepholes, or the run had a mask.

    Examples
    --------
    >>> from lstm_src.gates import Gates
    >>> lstm, x = Lstm(Gates.random(3, 5, rng=np.random.default_rng(0))), np.ones((2, 7, 3))
    >>> run = lstm.run(x, trace=True)
    >>> lstm_gradients(lstm, x, run, np.ones_like(run.sequences)).kernel.shape
    (3, 20)
    """
    _require_plain(lstm, run)
    if run.activations is None or run.initial_state is None:
        raise ValueError("run: expected one with trace=True, found no activations")
    a, gates = run.activations, lstm.gates
    batch, time, units = a.hidden_state.shape
    x = finite_floats("inputs", inputs, gates.dtype, (batch, time, gates.features))
    dY = _or_zeros("sequences", sequences, (batch, time, units), gates.dtype)
    dh, dC = state_pair("states", states, gates.dtype, (batch, units))
    h0, C0 = run.initial_state
    _require_window(window)

    i, f, o, g, C, h = (
        each.swapaxes(0, 1)  # (T, B, H)
        for each in (
            a.input_gate,
            a.forget_gate,
            a.output_gate,
            a.candidate,
            a.cell_state,
            a.hidden_state,
        )
    )
    C_1, h_1 = _before(C0, C), _before(h0, h)
    squashed = np.tanh(C)
    by_C = np.stack([g * i * (1 - i), C_1 * f * (1 - f), i * (1 - g * g)], axis=2)  # (T, B, 3, H)
    by_h = squashed * o * (1 - o)
    into_C = o * (1 - squashed * squashed)
    _, recurrent_kernel, _ = gates.merge()
    U_T = recurrent_kernel.T.copy()
    dz = np.empty((time, batch, 4, units), gates.dtype)
    for t in reversed(range(time)):
        if window and t + 1 < time and (t + 1) % window == 0:
            dh, dC = np.zeros_like(dh), np.zeros_like(dC)
        # region back
        dh = dh + dY[:, t]
        dC = dC + dh * into_C[t]
        np.multiply(by_C[t], dC[:, None], out=dz[t, :, :3])
        np.multiply(by_h[t], dh, out=dz[t, :, 3])
        dh = dz[t].reshape(batch, -1) @ U_T
        dC = dC * f[t]
        # endregion

    rows = dz.reshape(time * batch, 4 * units)
    kernel, _, _ = gates.merge()
    return LstmGradients(
        kernel=_rows(x.swapaxes(0, 1)).T @ rows,
        recurrent_kernel=_rows(h_1).T @ rows,
        bias=rows.sum(axis=0),
        inputs=(rows @ kernel.T).reshape(time, batch, -1).swapaxes(0, 1),
        hidden_state=dh,
        cell_state=dC,
    )


def rnn_gradients(
    rnn: SimpleRnn,
    inputs: ArrayLike,
    sequences: ArrayLike,
    *,
    initial_state: ArrayLike | None = None,
    window: int | None = None,
) -> RnnGradients:
    r"""Run a simple RNN over a batch and go back: :math:`δz_t = δh_t ⊙ (1 - h_t^2)`.

    (Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, equations 3 to 5.)

    Parameters
    ----------
    rnn : SimpleRnn
    inputs : array_like, shape (batch, time, features)
    sequences : array_like, shape (batch, time, units)
        The derivatives of the loss by the hidden states of all steps.
    initial_state : array_like, shape (batch, units), optional
        Zeros if not given.
    window : int, optional
        Truncate, as in `lstm_gradients`.

    Returns
    -------
    RnnGradients

    Raises
    ------
    ValueError
        If a shape or type doesn't fit, or `window` isn't at least 1.
    """
    dtype = rnn.W.dtype
    x = finite_floats("inputs", inputs, dtype, ("batch", "time", rnn.features))
    batch, time, _ = x.shape
    dY = finite_floats("sequences", sequences, dtype, (batch, time, rnn.units))
    h0 = _or_zeros("initial_state", initial_state, (batch, rnn.units), dtype)
    _require_window(window)

    states = [h0]
    for t in range(time):
        states.append(rnn_step(x[:, t], states[-1], rnn))
    h = np.stack(states)  # (T + 1, B, H)
    dz = np.empty_like(h[1:])
    dh = np.zeros_like(h0)
    for t in reversed(range(time)):
        if window and t + 1 < time and (t + 1) % window == 0:
            dh = np.zeros_like(dh)
        dz[t] = (dh + dY[:, t]) * (1 - h[t + 1] ** 2)
        dh = dz[t] @ rnn.U.T
    return RnnGradients(
        W=_rows(x.swapaxes(0, 1)).T @ _rows(dz),
        U=_rows(h[:-1]).T @ _rows(dz),
        b=_rows(dz).sum(axis=0),
        inputs=(dz @ rnn.W.T).swapaxes(0, 1),
        hidden_state=dh,
    )


def global_norm(gradients: Sequence[FloatArray]) -> float:
    """Measure the length of all gradients together, as one vector.

    Examples
    --------
    >>> global_norm([np.array([3.0]), np.array([[4.0]])])
    5.0
    """
    return float(np.sqrt(sum(float(np.vdot(each, each)) for each in gradients)))


def clip_by_global_norm(
    gradients: Sequence[FloatArray], limit: float
) -> tuple[tuple[FloatArray, ...], float]:
    r"""Shorten gradients that together are too long: :math:`g ← g · limit / \|g\|`.

    (Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, algorithm 1.)

    Parameters
    ----------
    gradients : sequence of ndarray
    limit : float
        The greatest length that stays as it is; more than 0.

    Returns
    -------
    gradients : tuple of ndarray
    norm : float
        The length before.

    Raises
    ------
    ValueError
        If the limit isn't more than 0, the gradients aren't floating-point numbers, or their length
        isn't a finite number.

    Examples
    --------
    >>> clip_by_global_norm([np.array([3.0]), np.array([4.0])], 1.0)
    ((array([0.6]), array([0.8])), 5.0)
    """
    if not limit > 0:
        raise ValueError(f"limit: expected more than 0, found {limit}")
    for gradient in gradients:
        require_floats("gradients", gradient)
    norm = global_norm(gradients)
    if not np.isfinite(norm):
        raise ValueError(f"gradients: expected finite numbers, found a norm of {norm}")
    if norm <= limit:
        return tuple(gradients), norm
    return tuple(each * each.dtype.type(limit / norm) for each in gradients), norm


def _require_plain(lstm: Lstm, run: LstmRun) -> None:
    found = {
        f"activation {lstm.activation!r}": lstm.activation != "tanh",
        f"recurrent activation {lstm.recurrent_activation!r}": (
            lstm.recurrent_activation != "sigmoid"
        ),
        "go_backwards": lstm.go_backwards,
        "peepholes": lstm.peepholes is not None,
        "a mask": run.mask is not None,
    }
    for what, there in found.items():
        if there:
            raise UnsupportedError(f"gradients: {what} is not supported")


def _require_window(window: int | None) -> None:
    if window is not None and (window < 1 or window != int(window)):
        raise ValueError(f"window: expected a whole number of steps from 1 on, found {window}")


def _or_zeros(
    name: str, given: ArrayLike | None, shape: tuple[int, ...], dtype: np.dtype[np.floating]
) -> FloatArray:
    return np.zeros(shape, dtype) if given is None else finite_floats(name, given, dtype, shape)


def _before(first: FloatArray, states: FloatArray) -> FloatArray:
    """Move states one step on, with the initial one in front."""
    return np.concatenate([first[None], states[:-1]])


def _rows(array: FloatArray) -> FloatArray:
    return array.reshape(-1, array.shape[-1])
