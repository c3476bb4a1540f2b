"""The twelve arrays of an LSTM's four gates, sliced out of the three that Keras keeps."""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from lstm_src.arrays import FloatArray, common_float_type, frozen, require_shape


@dataclass(frozen=True, eq=False)
class Gates:
    """The weights of one LSTM, an array for each gate and role.

    The letter says the role, the index the gate: ``W`` weighs the input ``xt``, ``U`` the hidden
    state before ``ht_1``, ``b`` is added; ``i`` is the input gate, ``f`` the forget gate, ``c``
    the candidate for the cell state, ``o`` the output gate. The arrays are read-only copies of
    one floating-point type.

    Parameters
    ----------
    Wi, Wf, Wc, Wo : array_like, shape (features, units)
    Ui, Uf, Uc, Uo : array_like, shape (units, units)
    bi, bf, bc, bo : array_like, shape (units,)

    Raises
    ------
    ValueError
        If an array has another shape, or if the arrays don't hold floating-point numbers.
    """

    Wi: FloatArray
    Wf: FloatArray
    Wc: FloatArray
    Wo: FloatArray
    Ui: FloatArray
    Uf: FloatArray
    Uc: FloatArray
    Uo: FloatArray
    bi: FloatArray
    bf: FloatArray
    bc: FloatArray
    bo: FloatArray

    def __post_init__(self) -> None:
        arrays = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        require_shape("Wi", arrays["Wi"], ("features", "units"))
        features, units = arrays["Wi"].shape
        expected = {"W": (features, units), "U": (units, units), "b": (units,)}
        for name, array in arrays.items():
            require_shape(name, array, expected[name[0]])
        dtype = common_float_type("gates", *arrays.values())
        for name, array in arrays.items():
            object.__setattr__(self, name, frozen(array, dtype))

    @property
    def features(self) -> int:
        """The size of one input vector ``xt``."""
        return len(self.Wi)

    @property
    def units(self) -> int:
        """The size of the hidden state ``ht`` and of the cell state ``Ct``."""
        return len(self.bi)

    @property
    def dtype(self) -> np.dtype[np.floating[Any]]:
        """The floating-point type of all twelve arrays."""
        return self.Wi.dtype

    @classmethod
    def slice(
        cls, kernel: ArrayLike, recurrent_kernel: ArrayLike, bias: ArrayLike | None = None
    ) -> Self:
        """Slice the three arrays of a Keras LSTM into the twelve of its gates.

        Keras keeps the gates side by side in the order i, f, c, o.

        Parameters
        ----------
        kernel : array_like, shape (features, 4 * units)
        recurrent_kernel : array_like, shape (units, 4 * units)
        bias : array_like, shape (4 * units,), optional
            None, as with ``use_bias=False``, is the same as zeros.

        Raises
        ------
        ValueError
            If a shape doesn't fit the others.

        Examples
        --------
        >>> gates = Gates.slice(np.ones((3, 20)), np.ones((5, 20)))
        >>> gates.features, gates.units, gates.Wf.shape, gates.Uf.shape, gates.bf.shape
        (3, 5, (3, 5), (5, 5), (5,))
        """
        kernel_0, recurrent_kernel_0 = np.asarray(kernel), np.asarray(recurrent_kernel)
        require_shape("recurrent_kernel", recurrent_kernel_0, ("units", "4 * units"))
        width = 4 * recurrent_kernel_0.shape[0]
        require_shape("recurrent_kernel", recurrent_kernel_0, (width // 4, width))
        require_shape("kernel", kernel_0, ("features", width))
        bias_0 = np.zeros(width, kernel_0.dtype) if bias is None else np.asarray(bias)
        require_shape("bias", bias_0, (width,))

        # fmt: off
        # region slices
        units = recurrent_kernel_0.shape[0]

        # (embedding dims, units * 4), for example (3, 20)
        Wi = kernel_0[:, 0:units]
        Wf = kernel_0[:, units:2 * units]
        Wc = kernel_0[:, 2 * units:3 * units]
        Wo = kernel_0[:, 3 * units:]

        # (units, units * 4), for example (5, 20)
        Ui = recurrent_kernel_0[:, 0:units]
        Uf = recurrent_kernel_0[:, units:2 * units]
        Uc = recurrent_kernel_0[:, 2 * units:3 * units]
        Uo = recurrent_kernel_0[:, 3 * units:]

        # (units * 4,), for example (20,)
        bi = bias_0[0:units]
        bf = bias_0[units:2 * units]
        bc = bias_0[2 * units:3 * units]
        bo = bias_0[3 * units:]
        # endregion
        # fmt: on
        return cls(Wi, Wf, Wc, Wo, Ui, Uf, Uc, Uo, bi, bf, bc, bo)

    def merge(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Put the gates side by side again, as Keras keeps them; the inverse of `slice`.

        Returns
        -------
        kernel : ndarray, shape (features, 4 * units)
        recurrent_kernel : ndarray, shape (units, 4 * units)
        bias : ndarray, shape (4 * units,)

        Examples
        --------
        >>> gates = Gates.slice(np.ones((3, 20)), np.ones((5, 20)))
        >>> [array.shape for array in gates.merge()]
        [(3, 20), (5, 20), (20,)]
        """
        return (
            np.concatenate([self.Wi, self.Wf, self.Wc, self.Wo], axis=1),
            np.concatenate([self.Ui, self.Uf, self.Uc, self.Uo], axis=1),
            np.concatenate([self.bi, self.bf, self.bc, self.bo]),
        )

    @classmethod
    def random(
        cls, features: int, units: int, *, forget_bias: float = 1.0, rng: np.random.Generator
    ) -> Self:
        """Draw the gates of an LSTM before training, in float64.

        Parameters
        ----------
        features, units : int
        forget_bias : float
            The constant that ``bf`` holds; the other biases are 0. The larger it is, the wider
            the forget gate stands open, and the longer the cell state lasts.
        rng : numpy.random.Generator

        Examples
        --------
        >>> Gates.random(3, 5, rng=np.random.default_rng(0)).bf
        array([1., 1., 1., 1., 1.])
        """
        kernel = rng.normal(scale=features**-0.5, size=(features, 4 * units))
        recurrent_kernel = np.hstack([random_orthogonal(units, rng) for _ in "ifco"])
        bias = np.repeat([0.0, forget_bias, 0.0, 0.0], units)
        return cls.slice(kernel, recurrent_kernel, bias)


def random_orthogonal(units: int, rng: np.random.Generator) -> FloatArray:
    """Draw a matrix ``(units, units)`` that turns a vector and keeps its length."""
    turned, _ = np.linalg.qr(rng.normal(size=(units, units)))
    return turned
