r"""The LSTM as a layer, made to be fast: the same numbers as `lstm_src.cell`, in fewer operations.

For the usual activations (tanh, sigmoid) a step is one matrix product and eight passes over small
arrays, into memory that is there before the loop begins:

- The projections :math:`x_t W + b` of all steps are one matrix product (in blocks of steps that
  stay in the processor's cache); the bias is the weight of an input that is always 1.
- All gates go through one tanh, as :math:`σ(x) = (1 + \tanh(x/2))/2`. The halves are in the weights
  of the three gates, where halving is exact.
- A step's memory is one row of five blocks, ``o, i, f, g, C_1``: so ``i * g`` and ``f * C_1`` are
  one product of two neighbours with two neighbours.
- The loop's hidden state is ``2 h``; the recurrent weights are halved for it, the outputs at the
  end.

Other activations, peepholes and masks take a plainer loop, one that also allocates.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_src.activations import Activation, activation
from lstm_src.arrays import (
    FloatArray,
    finite_floats,
    floats,
    frozen,
    require_shape,
    state_pair,
)
from lstm_src.cell import LstmActivations
from lstm_src.gates import Gates

BLOCK_BYTES = 2**20
"""How much memory the projections of a block of steps may take."""

States = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, eq=False)
class LstmRun:
    """What an LSTM gives out for a batch of sequences.

    Parameters
    ----------
    sequences : ndarray, shape (batch, time, units)
        The output of every step: Keras' ``return_sequences=True``. Step 0 is the first that was
        taken, so that with ``go_backwards`` it belongs to the last input.
    hidden_state, cell_state : ndarray, shape (batch, units)
        The states after the last step: Keras' ``return_state=True``.
    activations : LstmActivations or None
        All gates and states through time, (batch, time, units) each, of a run with ``trace=True``.
    initial_state : (hidden_state, cell_state)
        What it began with, (batch, units) each.
    mask : ndarray of bool, shape (batch, time), or None
        None if no step was skipped.
    """

    sequences: FloatArray
    hidden_state: FloatArray
    cell_state: FloatArray
    activations: LstmActivations | None = None
    initial_state: States | None = None
    mask: NDArray[np.bool_] | None = None

    @property
    def output(self) -> FloatArray:
        """The output of the last step, shape (batch, units): ``return_sequences=False``."""
        return self.sequences[:, -1]


@dataclass(frozen=True, eq=False)
class Lstm:
    """An LSTM layer: its weights and how it runs.

    Parameters
    ----------
    gates : Gates
        The weights; everything is computed in their floating-point type.
    activation, recurrent_activation : str
        Keras' names; the first is that of the candidate and of the cell state on its way out, the
        second that of the gates.
    go_backwards : bool
        Whether time runs from the last input to the first.
    zero_output_for_mask : bool
        Whether a masked step gives out zeros instead of the output before it.
    peepholes : (pi, pf, po), optional
        Weights of shape (units,) from the cell state to the input, forget and output gate.

    Raises
    ------
    ValueError
        If an activation is unknown or a peephole has another shape.

    Examples
    --------
    >>> lstm = Lstm(Gates.random(3, 5, rng=np.random.default_rng(0)))
    >>> run = lstm.run(np.ones((2, 7, 3)))
    >>> run.sequences.shape, run.hidden_state.shape, run.cell_state.shape
    ((2, 7, 5), (2, 5), (2, 5))
    """

    gates: Gates
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    go_backwards: bool = False
    zero_output_for_mask: bool = False
    peepholes: tuple[FloatArray, FloatArray, FloatArray] | None = None
    _kernel: FloatArray = field(init=False, repr=False)
    _recurrent_kernel: FloatArray = field(init=False, repr=False)
    _functions: tuple[Activation, Activation] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        functions = activation(self.activation), activation(self.recurrent_activation)
        object.__setattr__(self, "_functions", functions)
        if self.peepholes is not None:
            if len(self.peepholes) != 3:
                raise ValueError(f"peepholes: expected (pi, pf, po), found {len(self.peepholes)}")
            arrays = tuple(frozen(array, self.gates.dtype) for array in self.peepholes)
            for name, array in zip(("pi", "pf", "po"), arrays, strict=True):
                require_shape(f"peepholes: {name}", array, (self.gates.units,))
            object.__setattr__(self, "peepholes", arrays)
        kernel, recurrent_kernel = _fused(self.gates)
        object.__setattr__(self, "_kernel", kernel)
        object.__setattr__(self, "_recurrent_kernel", recurrent_kernel)

    def run(
        self,
        inputs: ArrayLike,
        *,
        initial_state: tuple[ArrayLike, ArrayLike] | None = None,
        mask: ArrayLike | None = None,
        trace: bool = False,
    ) -> LstmRun:
        """Run over a batch of sequences.

        Parameters
        ----------
        inputs : array_like, shape (batch, time, features)
            Floating-point numbers, finite where they aren't masked.
        initial_state : (hidden_state, cell_state), optional
            Two arrays of shape (batch, units); zeros if not given.
        mask : array_like of bool, shape (batch, time), optional
            False where a step is skipped: as in Keras it repeats the states and the output before
            it. Before the first step that isn't skipped the output is zeros.
        trace : bool
            Whether to keep every gate's activations.

        Returns
        -------
        LstmRun

        Raises
        ------
        ValueError
            If anything has another shape or type, or if an input that isn't masked or a state isn't
            a finite number.
        """
        x, states, kept = self._checked(inputs, initial_state, mask)
        if self.go_backwards:
            x, kept = x[:, ::-1], kept if kept is None else kept[:, ::-1]
        default = (self.activation, self.recurrent_activation) == ("tanh", "sigmoid")
        if default and kept is None and self.peepholes is None:
            run = self._run_fused(x, states, trace)
        else:
            run = self._run_plainly(x, states, kept, trace)
        return replace(run, initial_state=states, mask=kept)

    def _checked(
        self,
        inputs: ArrayLike,
        initial_state: tuple[ArrayLike, ArrayLike] | None,
        mask: ArrayLike | None,
    ) -> tuple[FloatArray, States, NDArray[np.bool_] | None]:
        gates = self.gates
        shape = ("batch", "time", gates.features)
        x = floats("inputs", inputs, shape)
        batch, time, _ = x.shape
        kept = None if mask is None else checked_mask(mask, batch, time)
        if kept is not None:
            x = np.where(kept[..., None], x, 0)
            kept = None if kept.all() else kept
        x = finite_floats("inputs", x, gates.dtype, shape)
        states = state_pair("initial_state", initial_state, gates.dtype, (batch, gates.units))
        return x, states, kept

    def _run_fused(self, x: FloatArray, states: States, trace: bool) -> LstmRun:
        batch, time, features = x.shape
        units, dtype = self.gates.units, self.gates.dtype
        with_one = np.empty((time, batch, features + 1), dtype)
        with_one[..., :-1] = x.swapaxes(0, 1)
        with_one[..., -1] = 1
        rows = np.empty((time if trace else 1, batch, 5 * units), dtype)
        outputs = np.empty((time, batch, units), dtype)
        C = self._fused_loop(with_one, states, rows, outputs)
        np.multiply(outputs, 0.5, outputs)
        sequences = outputs.swapaxes(0, 1)
        activations = _unpacked(rows, C, sequences) if trace else None
        return LstmRun(sequences, sequences[:, -1].copy(), C, activations)

    def _fused_loop(
        self, x: FloatArray, states: States, rows: FloatArray, outputs: FloatArray
    ) -> FloatArray:
        """Fill `outputs` with 2 h of every step, and `rows` with its memory; return the last C.

        A row is ``o, i, f, g, C_1``, the gates twice their value; there is one for each step, or
        one for all.
        """
        W, U, dtype = self._kernel, self._recurrent_kernel, self.gates.dtype
        time, batch, _ = x.shape
        units = self.gates.units
        block = max(1, min(time, BLOCK_BYTES // (batch * 4 * units * dtype.itemsize)))
        projections = np.empty((block, batch, 4 * units), dtype)
        z = np.empty((batch, 4 * units), dtype)
        products = np.empty((batch, 2 * units), dtype)
        come_in, stay = products[:, :units], products[:, units:]
        squashed = np.empty((batch, units), dtype)
        C_end = np.empty((batch, units), dtype)
        one, half = np.array(1, dtype), np.array(0.5, dtype)
        views = [_views(row, units) for row in rows]
        views.append((*views[0][:-1], C_end))  # only its C is used, for the last step's
        dot, add, multiply, tanh = np.dot, np.add, np.multiply, np.tanh

        h2 = 2 * states[0]
        many = len(rows) > 1
        views[0][-1][...] = states[1]
        four, gates, o, i_f, g_C, C = views[0]
        C_next = C
        for start in range(0, time, block):
            steps = x[start : start + block]
            projected = projections[: len(steps)]
            dot(steps.reshape(-1, steps.shape[-1]), W, projected.reshape(-1, 4 * units))
            for t, xt in enumerate(projected, start):
                if many:
                    four, gates, o, i_f, g_C, C = views[t]
                    C_next = views[t + 1][-1]
                dot(h2, U, z)
                add(z, xt, z)
                tanh(z, four)
                add(gates, one, gates)
                multiply(i_f, g_C, products)
                add(come_in, stay, C_next)
                multiply(C_next, half, C_next)
                tanh(C_next, squashed)
                h2 = outputs[t]
                multiply(o, squashed, h2)
        return C_next.copy()

    def _run_plainly(
        self, x: FloatArray, states: States, kept: NDArray[np.bool_] | None, trace: bool
    ) -> LstmRun:
        batch, time, _ = x.shape
        units = self.gates.units
        f, recurrent_f = self._functions
        kernel, U, b = self.gates.merge()
        projected = x @ kernel + b  # (B, T, 4H)
        pi, pf, po = self.peepholes or (0, 0, 0)
        ht, Ct = states
        output = np.zeros_like(ht)
        steps = np.empty((6, time, batch, units), x.dtype)
        sequences = np.empty((time, batch, units), x.dtype)
        for t in range(time):
            ht_1, Ct_1 = ht, Ct
            i, f_, c, o = np.split(projected[:, t] + ht_1 @ U, 4, axis=-1)  # (B, H)
            it, ft, gt = recurrent_f(i + pi * Ct_1), recurrent_f(f_ + pf * Ct_1), f(c)
            Ct = ft * Ct_1 + it * gt
            ot = recurrent_f(o + po * Ct)
            ht = ot * f(Ct)
            if kept is None:
                output = ht
            else:
                now = kept[:, t, None]  # (B, 1)
                before = np.zeros_like(output) if self.zero_output_for_mask else output
                output = np.where(now, ht, before)
                ht, Ct = np.where(now, ht, ht_1), np.where(now, Ct, Ct_1)
            sequences[t] = output
            if trace:
                steps[:, t] = ft, it, ot, gt, Ct, ht
        activations = LstmActivations(*steps.swapaxes(1, 2)) if trace else None
        return LstmRun(sequences.swapaxes(0, 1), ht, Ct, activations)


def checked_mask(mask: ArrayLike, batch: int, time: int) -> NDArray[np.bool_]:
    """Refuse a mask that isn't of booleans (or 0 and 1) and of shape (batch, time).

    Raises
    ------
    ValueError
    """
    kept = np.asarray(mask)
    require_shape("mask", kept, (batch, time))
    if kept.dtype != bool and not np.isin(kept, (0, 1)).all():
        raise ValueError(f"mask: expected booleans, found {kept.dtype} other than 0 and 1")
    return kept.astype(bool)


def _fused(gates: Gates) -> tuple[FloatArray, FloatArray]:
    """Order the gates o, i, f, c; halve the first three; halve all that weighs 2 h."""
    kernel = np.concatenate([gates.Wo, gates.Wi, gates.Wf, gates.Wc], axis=1)
    bias = np.concatenate([gates.bo, gates.bi, gates.bf, gates.bc])
    recurrent_kernel = np.concatenate([gates.Uo, gates.Ui, gates.Uf, gates.Uc], axis=1)
    halves = np.repeat(np.array([0.5, 0.5, 0.5, 1], gates.dtype), gates.units)
    return frozen(np.vstack([kernel, bias]) * halves), frozen(recurrent_kernel * (halves / 2))


def _views(row: FloatArray, units: int) -> tuple[FloatArray, ...]:
    """Return the parts of a row: four tanhs, three gates, o, (i, f), (g, C_1), C_1."""
    H = units
    return (
        row[:, : 4 * H],
        row[:, : 3 * H],
        row[:, :H],
        row[:, H : 3 * H],
        row[:, 3 * H :],
        row[:, 4 * H :],
    )


def _unpacked(rows: FloatArray, last_C: FloatArray, sequences: FloatArray) -> LstmActivations:
    o, i, f, g, C_1 = np.split(rows.swapaxes(0, 1), 5, axis=-1)  # (B, T, H)
    C = np.concatenate([C_1[:, 1:], last_C[:, None]], axis=1)
    return LstmActivations(f / 2, i / 2, o / 2, g.copy(), C, sequences)
