"""Whole networks: layers that run one after the other on NumPy arrays, and pass a mask on.

A network does what a trained one does when it predicts: dropout does nothing. A mask (batch, time)
says which steps count; Embedding and Masking make one, the recurrent layers heed it, and a layer
that gives out one vector for a sequence ends it, all as in Keras.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_src.activations import activation
from lstm_src.arrays import FloatArray, frozen, require_finite, require_floats, require_shape
from lstm_src.layer import Lstm, LstmRun
from lstm_src.palette import known

Mask: TypeAlias = NDArray[np.bool_] | None

MERGES: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "concat": lambda there, back: np.concatenate([there, back], axis=-1),
    "sum": lambda there, back: there + back,
    "ave": lambda there, back: (there + back) / 2,
    "mul": lambda there, back: there * back,
}


class Passed(NamedTuple):
    """What goes from layer to layer."""

    values: NDArray[Any]
    mask: Mask


class Layer(Protocol):
    """A layer of a network: it has a name, and makes of what it gets what it passes on."""

    @property
    def name(self) -> str:
        """The name that error messages say."""

    def apply(self, values: NDArray[Any], mask: Mask) -> Passed:
        """Compute the layer."""


@dataclass(frozen=True, eq=False)
class Embedding:
    """Look a vector up for every number: Keras' Embedding.

    Parameters
    ----------
    name : str
    table : array_like, shape (words, features)
    mask_zero : bool
        Whether the number 0 means that there is nothing, and is masked.
    """

    name: str
    table: FloatArray
    mask_zero: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", frozen(self.table))

    def apply(self, values: NDArray[Any], mask: Mask) -> Passed:
        """Turn whole numbers (batch, time) into vectors (batch, time, features)."""
        require_shape(self.name, values, ("batch", "time"))
        if not np.issubdtype(values.dtype, np.integer):
            raise ValueError(f"{self.name}: expected whole numbers, found {values.dtype}")
        if values.min() < 0 or values.max() >= len(self.table):
            raise ValueError(
                f"{self.name}: expected numbers from 0 to {len(self.table) - 1}, "
                f"found {values.min()} to {values.max()}"
            )
        return Passed(self.table[values], values != 0 if self.mask_zero else None)


@dataclass(frozen=True, eq=False)
class Masking:
    """Mask the steps in which every feature is a certain value: Keras' Masking."""

    name: str
    mask_value: float = 0.0

    def apply(self, values: NDArray[Any], mask: Mask) -> Passed:
        """Make the mask, and zeros of what is masked."""
        require_floats(self.name, values)
        require_shape(self.name, values, ("batch", "time", "features"))
        kept = (values != values.dtype.type(self.mask_value)).any(axis=-1)
        require_finite(self.name, np.where(kept[..., None], values, 0))
        return Passed(np.where(kept[..., None], values, 0).astype(values.dtype), kept)


@dataclass(frozen=True, eq=False)
class Dense:
    """Multiply by weights, add a bias, and activate: Keras' Dense, on the last axis.

    Under TimeDistributed it is the same.

    Parameters
    ----------
    name : str
    kernel : array_like, shape (features, units)
    bias : array_like, shape (units,), or None
    activation : str
        Keras' name.
    """

    name: str
    kernel: FloatArray
    bias: FloatArray | None = None
    activation: str = "linear"

    def __post_init__(self) -> None:
        activation(self.activation)
        object.__setattr__(self, "kernel", frozen(self.kernel))
        if self.bias is not None:
            object.__setattr__(self, "bias", frozen(self.bias))

    def apply(self, values: NDArray[Any], mask: Mask) -> Passed:
        """Compute the layer on arrays (…, features)."""
        require_floats(self.name, values)
        *before, features = values.shape
        if features != len(self.kernel):
            require_shape(self.name, values, (*before, len(self.kernel)))
        y = values.astype(self.kernel.dtype, copy=False) @ self.kernel
        if self.bias is not None:
            y = y + self.bias
        return Passed(activation(self.activation)(y), mask)


@dataclass(frozen=True, eq=False)
class Activation:
    """Activate: Keras' Activation."""

    name: str
    activation: str

    def apply(self, values: NDArray[Any], mask: Mask) -> Passed:
        """Compute the layer."""
        require_floats(self.name, values)
        return Passed(activation(self.activation)(values), mask)


@dataclass(frozen=True, eq=False)
class Dropout:
    """Do nothing, as dropout does when a network predicts."""

    name: str

    def apply(self, values: NDArray[Any], mask: Mask) -> Passed:
        """Pass everything on."""
        return Passed(values, mask)


@dataclass(frozen=True, eq=False)
class Recurrent:
    """An LSTM in a network.

    Parameters
    ----------
    name : str
    lstm : Lstm
    return_sequences : bool
        Whether the outputs of all steps are passed on, or that of the last.
    """

    name: str
    lstm: Lstm
    return_sequences: bool = False

    def apply(self, values: NDArray[Any], mask: Mask) -> Passed:
        """Run over (batch, time, features)."""
        run = self.lstm.run(values, mask=mask)
        return Passed(*(run.sequences, mask) if self.return_sequences else (run.output, None))


@dataclass(frozen=True, eq=False)
class Bidirectional:
    """Two LSTMs over the same sequences, one from each end: Keras' Bidirectional.

    Parameters
    ----------
    name : str
    forward, backward : Lstm
        One of them with ``go_backwards``.
    return_sequences : bool
    merge_mode : {"concat", "sum", "ave", "mul", None}
        How the two outputs become one; with None they stay two, in an array
        (2, batch, …, units).

    Raises
    ------
    ValueError
        If the merge mode is unknown, or both run in the same direction.
    """

    name: str
    forward: Lstm
    backward: Lstm
    return_sequences: bool = False
    merge_mode: str | None = "concat"

    def __post_init__(self) -> None:
        if self.merge_mode is not None:
            known(self.merge_mode, MERGES, "merge mode")
        if self.forward.go_backwards == self.backward.go_backwards:
            raise ValueError(f"{self.name}: expected two directions, found the same twice")

    def run(
        self,
        inputs: ArrayLike,
        *,
        mask: ArrayLike | None = None,
        initial_state: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike] | None = None,
    ) -> tuple[FloatArray, LstmRun, LstmRun]:
        """Run both.

        Parameters
        ----------
        inputs : array_like, shape (batch, time, features)
        mask : array_like of bool, shape (batch, time), optional
        initial_state : four array_like, shape (batch, units), optional
            Hidden and cell state of the forward LSTM, then of the backward one.

        Returns
        -------
        output : ndarray
            Merged; step t of both belongs to input t.
        forward, backward : LstmRun
            With the outputs in the order of their own steps, and with the last states.

        Raises
        ------
        ValueError
            As `Lstm.run` does, or if there are other than four initial states.
        """
        first: tuple[ArrayLike, ArrayLike] | None = None
        second: tuple[ArrayLike, ArrayLike] | None = None
        if initial_state is not None:
            if len(initial_state) != 4:
                raise ValueError(f"initial_state: expected 4 arrays, found {len(initial_state)}")
            first, second = (initial_state[0], initial_state[1]), initial_state[2:]
        there = self.forward.run(inputs, mask=mask, initial_state=first)
        back = self.backward.run(inputs, mask=mask, initial_state=second)
        pair = (there.output, back.output)
        if self.return_sequences:
            pair = (there.sequences, back.sequences[:, ::-1])
        merged = np.stack(pair) if self.merge_mode is None else MERGES[self.merge_mode](*pair)
        return merged, there, back

    def apply(self, values: NDArray[Any], mask: Mask) -> Passed:
        """Run over (batch, time, features)."""
        merged, _, _ = self.run(values, mask=mask)
        return Passed(merged, mask if self.return_sequences else None)


@dataclass(frozen=True)
class Network:
    """Layers, one after the other.

    Examples
    --------
    >>> dense = Dense("answer", np.ones((3, 2)), np.zeros(2), "relu")
    >>> Network((Dropout("rest"), dense)).predict(np.array([[1.0, 2.0, 3.0]]))
    array([[6., 6.]])
    """

    layers: tuple[Layer, ...]

    def predict(self, inputs: ArrayLike) -> FloatArray:
        """Run all layers on a batch.

        Parameters
        ----------
        inputs : array_like, shape (batch, time, features), or (batch, time) for an Embedding

        Returns
        -------
        ndarray

        Raises
        ------
        ValueError
            If the inputs don't fit the first layer; the message says what was expected and found.
        """
        passed = Passed(np.asarray(inputs), None)
        if not passed.values.size:
            raise ValueError(f"inputs: expected at least one sequence, found {passed.values.shape}")
        if np.issubdtype(passed.values.dtype, np.floating) and not any(
            isinstance(layer, Masking) for layer in self.layers
        ):
            require_finite("inputs", passed.values)
        for layer in self.layers:
            passed = layer.apply(passed.values, passed.mask)
        return passed.values
