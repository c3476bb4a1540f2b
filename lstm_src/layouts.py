r"""How Keras, PyTorch and ONNX lay an LSTM's weights out, and the way from any to any other.

All three compute the same cell and keep its gates side by side in one matrix, each in its own way:

========= ============ ==================== ====================== =========
layout    gates        kernels              biases                 peepholes
========= ============ ==================== ====================== =========
`KERAS`   i, f, c, o   (inputs, 4 * units)  one                    none
`PYTORCH` i, f, g, o   (4 * units, inputs)  input's and recurrent  none
`ONNX`    i, o, f, c   (4 * units, inputs)  W's and R's            i, o, f
========= ============ ==================== ====================== =========

PyTorch's g is Keras' and ONNX' c, the candidate. Sources: `keras.layers.LSTMCell`; the
documentation of `torch.nn.LSTM`; the operator LSTM of the ONNX specification (version 14).

Moving rows and columns loses nothing, so a round trip gives back the same bits, with one exception
that no layout of one bias can avoid: of PyTorch's or ONNX' two biases Keras keeps the sum, which is
all that the cell ever uses; back comes the sum and zeros.
"""

from dataclasses import dataclass, replace

import numpy as np

from lstm_src.arrays import FloatArray, common_float_type, frozen, require_shape
from lstm_src.errors import UnsupportedError
from lstm_src.gates import Gates


@dataclass(frozen=True)
class Layout:
    """A convention for an LSTM's weights.

    Attributes
    ----------
    name : str
    gates : str
        The order of the gates, a letter each: input, forget, candidate, output.
    transposed : bool
        Whether a gate's weights are rows (4 * units, inputs) instead of columns.
    biases : int
        One, or two that are added.
    peepholes : str
        The order of the peepholes, weights from the cell state to the gates (Gers & Schmidhuber
        2000, doi:10.1109/IJCNN.2000.861302); empty if the layout has no place for them.
    """

    name: str
    gates: str
    transposed: bool
    biases: int
    peepholes: str = ""


KERAS = Layout("Keras", "ifco", transposed=False, biases=1)
PYTORCH = Layout("PyTorch", "ifco", transposed=True, biases=2)
ONNX = Layout("ONNX", "iofc", transposed=True, biases=2, peepholes="iof")
LAYOUTS = (KERAS, PYTORCH, ONNX)


@dataclass(frozen=True, eq=False)
class LaidOutWeights:
    """The weights of one LSTM, one direction, in a layout; copied and read-only.

    Parameters
    ----------
    layout : Layout
    kernel : array_like, shape (features, 4 * units), or (4 * units, features) if transposed
        Keras' kernel, PyTorch's ``weight_ih``, ONNX' ``W``.
    recurrent_kernel : array_like, shape (units, 4 * units), or (4 * units, units) if transposed
        Keras' recurrent kernel, PyTorch's ``weight_hh``, ONNX' ``R``.
    biases : tuple of array_like, shape (4 * units,)
        As many as the layout has, or none at all (``use_bias=False``, ``bias=False``).
    peepholes : array_like, shape (3 * units,), optional
        ONNX' ``P``.

    Raises
    ------
    ValueError
        If a shape doesn't fit, the layout has another number of biases or no peepholes, or the
        arrays don't hold floating-point numbers.
    """

    layout: Layout
    kernel: FloatArray
    recurrent_kernel: FloatArray
    biases: tuple[FloatArray, ...] = ()
    peepholes: FloatArray | None = None

    def __post_init__(self) -> None:
        layout, turned = self.layout, self.layout.transposed
        kernel, recurrent = np.asarray(self.kernel), np.asarray(self.recurrent_kernel)
        require_shape("recurrent_kernel", recurrent, ("4 * units", "units")[:: 1 if turned else -1])
        units = recurrent.shape[1 if turned else 0]
        width = 4 * units
        require_shape("recurrent_kernel", recurrent, _turned((units, width), turned))
        require_shape("kernel", kernel, _turned(("features", width), turned))
        biases = tuple(np.asarray(bias) for bias in self.biases)
        if len(biases) not in (0, layout.biases):
            raise ValueError(
                f"biases: expected {layout.biases} or none in the layout of {layout.name}, "
                f"found {len(biases)}"
            )
        for bias in biases:
            require_shape("bias", bias, (width,))
        peepholes = () if self.peepholes is None else (np.asarray(self.peepholes),)
        for array in peepholes:
            if not layout.peepholes:
                raise UnsupportedError(f"peepholes: {layout.name} has no place for them")
            require_shape("peepholes", array, (3 * units,))
        dtype = common_float_type("weights", kernel, recurrent, *biases, *peepholes)
        object.__setattr__(self, "kernel", frozen(kernel, dtype))
        object.__setattr__(self, "recurrent_kernel", frozen(recurrent, dtype))
        object.__setattr__(self, "biases", tuple(frozen(bias, dtype) for bias in biases))
        if peepholes:
            object.__setattr__(self, "peepholes", frozen(peepholes[0], dtype))

    def gates(self) -> Gates:
        """Slice the weights into those of the four gates; two biases are added.

        Peepholes aren't part of `Gates`.
        """
        keras = convert(replace(self, peepholes=None), KERAS)
        return Gates.slice(keras.kernel, keras.recurrent_kernel, *keras.biases)


def convert(weights: LaidOutWeights, layout: Layout) -> LaidOutWeights:
    """Lay an LSTM's weights out in another way.

    Parameters
    ----------
    weights : LaidOutWeights
    layout : Layout
        Where to; `KERAS`, `PYTORCH` or `ONNX`.

    Returns
    -------
    LaidOutWeights
        Of two biases a layout with one gets the sum; of one bias a layout with two gets it and
        zeros.

    Raises
    ------
    UnsupportedError
        If there are peepholes and the layout has no place for them.

    Examples
    --------
    >>> keras = LaidOutWeights(KERAS, np.ones((3, 20)), np.ones((5, 20)), (np.arange(20.0),))
    >>> onnx = convert(keras, ONNX)
    >>> onnx.kernel.shape, onnx.biases[0][:10]
    ((20, 3), array([ 0.,  1.,  2.,  3.,  4., 15., 16., 17., 18., 19.]))
    """
    source = weights.layout
    peepholes = weights.peepholes
    if peepholes is not None:
        if not layout.peepholes:
            raise UnsupportedError(f"peepholes: {layout.name} has no place for them")
        peepholes = _reordered(peepholes, source.peepholes, layout.peepholes)
    return LaidOutWeights(
        layout,
        _matrix(weights.kernel, source, layout),
        _matrix(weights.recurrent_kernel, source, layout),
        _biases(weights.biases, source, layout),
        peepholes,
    )


def _matrix(matrix: FloatArray, source: Layout, target: Layout) -> FloatArray:
    columns = matrix.T if source.transposed else matrix
    columns = _reordered(columns, source.gates, target.gates)
    return columns.T if target.transposed else columns


def _biases(
    biases: tuple[FloatArray, ...], source: Layout, target: Layout
) -> tuple[FloatArray, ...]:
    ordered = tuple(_reordered(bias, source.gates, target.gates) for bias in biases)
    if len(ordered) > target.biases:
        return (ordered[0] + ordered[1],)
    if 0 < len(ordered) < target.biases:
        return (*ordered, np.zeros_like(ordered[0]))
    return ordered


def _reordered(array: FloatArray, source: str, target: str) -> FloatArray:
    """Put the blocks along the last axis, named by the letters of `source`, in another order."""
    blocks = dict(zip(source, np.split(array, len(source), axis=-1), strict=True))
    return np.concatenate([blocks[letter] for letter in target], axis=-1)


def _turned(shape: tuple[int | str, ...], turned: bool) -> tuple[int | str, ...]:
    return shape[::-1] if turned else shape


def peephole_weights(weights: LaidOutWeights) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Return the peepholes of the input, forget and output gate, (units,) each, or None."""
    if weights.peepholes is None:
        return None
    ordered = _reordered(weights.peepholes, weights.layout.peepholes, "ifo")
    first, second, third = np.split(ordered, 3)
    return first, second, third


def from_gates(gates: Gates, layout: Layout = KERAS) -> LaidOutWeights:
    """Lay the weights of four gates out."""
    kernel, recurrent_kernel, bias = gates.merge()
    return convert(LaidOutWeights(KERAS, kernel, recurrent_kernel, (bias,)), layout)
