r"""The two problems of recurrent networks, in numbers.

**Gradients that vanish or explode.** What step t did reaches the last step T through every step
between, and each multiplies the gradient by one more Jacobian. For a simple RNN

.. math::

    \frac{∂h_T}{∂h_t} = \frac{∂h_T}{∂h_{T-1}} ⋯ \frac{∂h_{t+1}}{∂h_t} ,
    \qquad \frac{∂h_k}{∂h_{k-1}} = \operatorname{diag}(1 - h_k^2)\, U^\top ,

so its norm is at most :math:`\|U\|^{T-t}` and goes to zero where :math:`\|U\| < 1`; where it is
larger, the norm may grow without limit: Pascanu, Mikolov & Bengio (2013), "On the difficulty of
training recurrent neural networks", arXiv:1211.5063, section 2.1. The cell state of an LSTM has a
way of its own from step to step, :math:`C_t = f_t ⊙ C_{t-1} + …`, on which the gradient meets
nothing but the forget gate. Where the gate is open, ft near 1, the gradient lasts: the constant
error carousel of Hochreiter & Schmidhuber (1997), doi:10.1162/neco.1997.9.8.1735, with the gate of
Gers, Schmidhuber & Cummins (2000), doi:10.1162/089976600300015015.

**No parallelism in time.** Step t needs what step t-1 found. `input_influence` shows who needs
whom, `parallel_sweep_errors` what becomes of the attempt to compute all steps at once. The LSTM
solves the first problem, not this one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lstm_src.arrays import FloatArray, finite_floats, require_shape
from lstm_src.cell import LstmActivations
from lstm_src.gates import Gates
from lstm_src.sequence import run_lstm
from lstm_src.simple_rnn import SimpleRnn, rnn_step, run_rnn


@dataclass(frozen=True, eq=False)
class LstmJacobians:
    """How the last hidden state of an LSTM follows from the states of each step t.

    Parameters
    ----------
    hidden_state : ndarray, shape (time, units, units)
        ∂h_T/∂h_t, with C_t held fixed.
    cell_state : ndarray, shape (time, units, units)
        ∂h_T/∂C_t, through all that comes of C_t, h_t too.
    """

    hidden_state: FloatArray
    cell_state: FloatArray


def gradient_norms(jacobians: FloatArray) -> FloatArray:
    """Measure by how much each step's Jacobian can lengthen a gradient.

    Parameters
    ----------
    jacobians : ndarray, shape (time, units, units)

    Returns
    -------
    norms : ndarray, shape (time,)
        The spectral norm, that is the largest singular value, of each.

    Raises
    ------
    ValueError
        If `jacobians` has another shape.

    Examples
    --------
    Halve the gradient at every step, and 1 / 2**10 is left of it after ten:

    >>> rnn = SimpleRnn(W=np.zeros((3, 5)), U=np.eye(5) / 2, b=np.zeros(5))
    >>> norms = gradient_norms(rnn_jacobians(np.zeros((11, 3)), rnn))
    >>> float(1 / norms[0])
    1024.0
    """
    require_shape("jacobians", jacobians, ("time", "units", "units"))
    norms: FloatArray = np.linalg.norm(jacobians, ord=2, axis=(1, 2))
    return norms


def rnn_jacobians(inputs: ArrayLike, rnn: SimpleRnn) -> FloatArray:
    """Compute ∂h_T/∂h_t of a simple RNN for every t, by backpropagation through time.

    Parameters
    ----------
    inputs : array_like, shape (time, features)
    rnn : SimpleRnn

    Returns
    -------
    jacobians : ndarray, shape (time, units, units)
        Entry ``[t, i, j]`` is the derivative of unit i at the last step by unit j at step t. The
        last is the identity.

    Raises
    ------
    ValueError
        If `inputs` has another shape, or holds anything but finite floating-point numbers.
    """
    h = run_rnn(inputs, rnn)  # (T, H)
    dh = np.eye(rnn.units, dtype=h.dtype)  # (H, H)
    jacobians = [dh]
    for ht in h[:0:-1]:
        dh = dh * (1 - ht**2) @ rnn.U.T
        jacobians.append(dh)
    return np.stack(jacobians[::-1])  # (T, H, H)


def lstm_jacobians(inputs: ArrayLike, gates: Gates) -> LstmJacobians:
    """Compute ∂h_T/∂h_t and ∂h_T/∂C_t of an LSTM for every t, by backpropagation through time.

    Parameters
    ----------
    inputs : array_like, shape (time, features)
    gates : Gates

    Returns
    -------
    LstmJacobians
        Entry ``[t, i, j]`` is the derivative of unit i at the last step by unit j at step t.

    Raises
    ------
    ValueError
        If `inputs` has another shape, or holds anything but finite floating-point numbers.
    """
    x = finite_floats("inputs", inputs, gates.dtype, ("time", gates.features))
    lstm = run_lstm(x, gates)
    dh = np.eye(gates.units, dtype=gates.dtype)  # (H, H)
    dC_next = np.zeros_like(dh)  # what C_t does to the last step through C_t+1
    hidden_state, cell_state = [], []
    for t in reversed(range(len(x))):
        dC = dC_next + dh * lstm.output_gate[t] * (1 - np.tanh(lstm.cell_state[t]) ** 2)
        hidden_state.append(dh)
        cell_state.append(dC)
        dh, dC_next = _back_through_step(dh, dC, lstm, t, gates)
    return LstmJacobians(np.stack(hidden_state[::-1]), np.stack(cell_state[::-1]))


def _back_through_step(
    dh: FloatArray, dC: FloatArray, lstm: LstmActivations, t: int, gates: Gates
) -> tuple[FloatArray, FloatArray]:
    """Carry derivatives by h_t and C_t through step t to h_t-1 and, by way of ft, to C_t-1."""
    ft, it, ot = lstm.forget_gate[t], lstm.input_gate[t], lstm.output_gate[t]
    gt, Ct = lstm.candidate[t], lstm.cell_state[t]
    Ct_1 = lstm.cell_state[t - 1] if t else np.zeros_like(Ct)
    df = dC * Ct_1 * ft * (1 - ft)  # by what stands inside the sigmoid or tanh
    di = dC * gt * it * (1 - it)
    do = dh * np.tanh(Ct) * ot * (1 - ot)
    dg = dC * it * (1 - gt**2)
    dh_1 = df @ gates.Uf.T + di @ gates.Ui.T + do @ gates.Uo.T + dg @ gates.Uc.T
    return dh_1, dC * ft


def input_influence(inputs: ArrayLike, rnn: SimpleRnn) -> FloatArray:
    """Measure by how much each hidden state changes when one input changes.

    Parameters
    ----------
    inputs : array_like, shape (time, features)
    rnn : SimpleRnn

    Returns
    -------
    influence : ndarray, shape (time, time)
        Entry ``[t, k]`` is the largest change of any unit of h_t when 1 is added to x_k. Where
        t < k it is exactly 0: an input changes nothing before it. From t = k on it isn't, unless
        weights are 0: every state needs all inputs up to its own.

    Raises
    ------
    ValueError
        If `inputs` has another shape, or holds anything but finite floating-point numbers.

    Examples
    --------
    >>> rnn = SimpleRnn(W=np.ones((1, 1)), U=np.ones((1, 1)), b=np.zeros(1))
    >>> input_influence(np.zeros((3, 1)), rnn).round(2)
    array([[0.76, 0.  , 0.  ],
           [0.64, 0.76, 0.  ],
           [0.57, 0.64, 0.76]])
    """
    x = finite_floats("inputs", inputs, rnn.W.dtype, ("time", rnn.features))
    h = run_rnn(x, rnn)
    now = np.eye(len(x), dtype=x.dtype)[:, :, None]  # (k, time, 1)
    changes = [np.abs(run_rnn(x + at_k, rnn) - h).max(axis=1) for at_k in now]
    return np.stack(changes, axis=1)


def parallel_sweep_errors(inputs: ArrayLike, rnn: SimpleRnn) -> FloatArray:
    """Compute all time steps at once, over and over, and measure what is still wrong.

    Whoever computes step t before step t-1 must guess what step t-1 will find. We begin with zeros
    for all states. A sweep takes every step at once, from the states of the sweep before; what
    it finds are the next sweep's guesses.

    Parameters
    ----------
    inputs : array_like, shape (time, features)
    rnn : SimpleRnn

    Returns
    -------
    errors : ndarray, shape (time + 1, time)
        Entry ``[s, t]`` is the largest error of any unit of h_t after s sweeps. Where t < s it is
        exactly 0: each sweep is sure to make one more step right, and no step beyond it. All at
        once takes as many sweeps as one after the other takes steps. (How wrong the rest is
        depends on the weights: a network that soon forgets soon forgets the guesses, too.)

    Raises
    ------
    ValueError
        If `inputs` has another shape, or holds anything but finite floating-point numbers.

    Examples
    --------
    >>> rnn = SimpleRnn(W=np.ones((1, 1)), U=np.ones((1, 1)), b=np.zeros(1))
    >>> parallel_sweep_errors(np.ones((3, 1)), rnn).round(2)
    array([[0.76, 0.94, 0.96],
           [0.  , 0.18, 0.2 ],
           [0.  , 0.  , 0.02],
           [0.  , 0.  , 0.  ]])
    """
    x = finite_floats("inputs", inputs, rnn.W.dtype, ("time", rnn.features))
    h = np.zeros((len(x), rnn.units), x.dtype)
    sweeps = [h]
    for _ in x:
        ht_1 = np.vstack([np.zeros_like(h[:1]), h[:-1]])  # each step's guess of the one before
        h = rnn_step(x, ht_1, rnn)
        sweeps.append(h)
    errors: FloatArray = np.abs(np.stack(sweeps) - h).max(axis=2)
    return errors
