"""One step of an LSTM: the five equations.

The names are the ones of the literature, with ``_1`` for *one step before*:

====== ================= ========================================================
symbol name              meaning
====== ================= ========================================================
xt                       the input of step t
ht     `hidden_state`    what the cell gives out at step t
Ct     `cell_state`      what the cell remembers after step t
ft     `forget_gate`     the share of ``Ct_1`` that stays
it     `input_gate`      the share of the candidate that comes in
ot     `output_gate`     the share of ``tanh(Ct)`` that goes out
gt     `candidate`       what could be added to the cell state
====== ================= ========================================================

Hochreiter & Schmidhuber (1997), "Long Short-Term Memory", doi:10.1162/neco.1997.9.8.1735, has the
cell with its input and output gates; Gers, Schmidhuber & Cummins (2000), "Learning to Forget:
Continual Prediction with LSTM", doi:10.1162/089976600300015015, adds the forget gate.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lstm_src.arrays import FloatArray, finite_floats
from lstm_src.gates import Gates


@dataclass(frozen=True, eq=False)
class LstmActivations:
    """Everything that an LSTM computes, at one step or, along a time axis, at each.

    Every array has the same shape: ``(units,)`` or ``(batch, units)`` for a step,
    ``(time, units)`` or ``(batch, time, units)`` for a sequence. The gates lie between 0 and 1,
    the candidate and the hidden state between -1 and 1.
    """

    forget_gate: FloatArray
    input_gate: FloatArray
    output_gate: FloatArray
    candidate: FloatArray
    cell_state: FloatArray
    hidden_state: FloatArray


def sigmoid(x: ArrayLike) -> FloatArray:
    """Compute 1 / (1 + exp(-x)), without overflow for any x.

    Only ``exp(-|x|)``, which is never larger than 1, is computed; floating-point types stay as
    they are.

    Parameters
    ----------
    x : array_like, any shape

    Returns
    -------
    ndarray, the shape of x

    Examples
    --------
    >>> sigmoid([-10_000.0, 0.0, 10_000.0])
    array([0. , 0.5, 1. ])
    """
    x = np.asarray(x)
    e = np.exp(-np.abs(x))
    y: FloatArray = np.where(x >= 0, 1, e) / (1 + e)
    return y


def lstm_step(
    xt: ArrayLike, ht_1: ArrayLike, Ct_1: ArrayLike, gates: Gates
) -> tuple[FloatArray, FloatArray]:
    r"""Take one step in time.

    .. math::

        f_t &= σ(x_t W_f + h_{t-1} U_f + b_f) \\
        i_t &= σ(x_t W_i + h_{t-1} U_i + b_i) \\
        o_t &= σ(x_t W_o + h_{t-1} U_o + b_o) \\
        C_t &= f_t ⊙ C_{t-1} + i_t ⊙ \tanh(x_t W_c + h_{t-1} U_c + b_c) \\
        h_t &= o_t ⊙ \tanh(C_t)

    Parameters
    ----------
    xt : array_like, shape (features,) or (batch, features)
        The input of this step.
    ht_1, Ct_1 : array_like, shape (units,) or (batch, units)
        The hidden state and the cell state that the step before left.
    gates : Gates
        The weights; the step is computed in their floating-point type.

    Returns
    -------
    ht, Ct : ndarray, shape (units,) or (batch, units)
        The hidden state and the cell state after this step.

    Raises
    ------
    ValueError
        If a shape doesn't fit the gates or the other arrays, or if an array holds anything but
        finite floating-point numbers.

    Examples
    --------
    >>> gates = Gates.random(3, 5, rng=np.random.default_rng(0))
    >>> ht, Ct = lstm_step([1.0, 0.5, -0.5], np.zeros(5), np.zeros(5), gates)
    >>> ht.shape, Ct.shape
    ((5,), (5,))
    """
    *_, Ct, ht = _equations(*_checked(xt, ht_1, Ct_1, gates), gates)
    return ht, Ct


def step_activations(
    xt: ArrayLike, ht_1: ArrayLike, Ct_1: ArrayLike, gates: Gates
) -> LstmActivations:
    """Take one step in time and keep everything that was computed on the way.

    Parameters and errors are those of `lstm_step`.

    Returns
    -------
    LstmActivations
        Six arrays of shape (units,) or (batch, units).

    Examples
    --------
    >>> gates = Gates.random(3, 5, forget_bias=50.0, rng=np.random.default_rng(0))
    >>> step = step_activations([1.0, 0.5, -0.5], np.zeros(5), np.ones(5), gates)
    >>> step.forget_gate
    array([1., 1., 1., 1., 1.])
    """
    xt, ht_1, Ct_1 = _checked(xt, ht_1, Ct_1, gates)
    ft, it, ot, Ct, ht = _equations(xt, ht_1, Ct_1, gates)
    # The equation of Ct has the candidate inside it and gives it no name.
    gt = np.tanh(np.dot(xt, gates.Wc) + np.dot(ht_1, gates.Uc) + gates.bc)
    return LstmActivations(ft, it, ot, gt, Ct, ht)


def _equations(
    xt: FloatArray, ht_1: FloatArray, Ct_1: FloatArray, gates: Gates
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    Wi, Wf, Wc, Wo = gates.Wi, gates.Wf, gates.Wc, gates.Wo  # (features, units)
    Ui, Uf, Uc, Uo = gates.Ui, gates.Uf, gates.Uc, gates.Uo  # (units, units)
    bi, bf, bc, bo = gates.bi, gates.bf, gates.bc, gates.bo  # (units,)
    # region gates
    ft = sigmoid(np.dot(xt, Wf) + np.dot(ht_1, Uf) + bf)  # forget gate
    it = sigmoid(np.dot(xt, Wi) + np.dot(ht_1, Ui) + bi)  # input gate
    ot = sigmoid(np.dot(xt, Wo) + np.dot(ht_1, Uo) + bo)  # output gate
    Ct = ft * Ct_1 + it * np.tanh(np.dot(xt, Wc) + np.dot(ht_1, Uc) + bc)
    ht = ot * np.tanh(Ct)
    # endregion
    return ft, it, ot, Ct, ht


def _checked(
    xt: ArrayLike, ht_1: ArrayLike, Ct_1: ArrayLike, gates: Gates
) -> tuple[FloatArray, FloatArray, FloatArray]:
    x = finite_floats("xt", xt, gates.dtype, (gates.features,), ("batch", gates.features))
    shape = (*x.shape[:-1], gates.units)
    h, C = (
        finite_floats(name, array, gates.dtype, shape)
        for name, array in (("ht_1", ht_1), ("Ct_1", Ct_1))
    )
    return x, h, C
