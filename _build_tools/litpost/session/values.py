"""Plain values in files: what a slow step has computed, for sessions in which it needn't run.

That is None, booleans, numbers, strings, bytes, and lists, tuples and dictionaries of such; NumPy's
scalars and arrays of numbers. Each comes back with the objects in it shared as they were, and with
the memory that an array shows. What a file holds can't run code as it is read.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Callable
from typing import Any

_NUMBERS = "biufc"  # kinds of NumPy's types


class UnfitError(Exception):
    """A value, or something in it, isn't plain; or it is too large."""


def dump(value: Any, file: str, *, limit: int) -> None:
    """Write a value into a new file.

    Raises
    ------
    UnfitError
        It isn't plain, is nested too deep, or takes more than `limit` bytes.
    """
    with _open(file, "wb") as stream:
        pickler = _Pickler(_Limited(stream, limit), 5)
        pickler.limit = limit
        try:
            pickler.dump(value)
        except RecursionError:
            raise UnfitError("nested too deep") from None


def load(file: str) -> Any:
    """Read a value.

    Raises
    ------
    OSError, pickle.UnpicklingError, EOFError, ValueError
        The file isn't there, isn't what was written, or needs NumPy, which isn't loaded.
    """
    with _open(file, "rb") as stream:
        return _Unpickler(stream).load()


_open = io.open  # before cells can replace it


class _Limited:
    """A file that takes so many bytes."""

    def __init__(self, stream: io.BufferedIOBase, limit: int) -> None:
        self._stream, self._left = stream, limit

    def write(self, data: Any) -> int:
        self._left -= memoryview(data).nbytes
        if self._left < 0:
            raise UnfitError("too large")
        return self._stream.write(data)


class _Pickler(pickle.Pickler):
    limit = 0  # bytes of an array: pickle copies it before it writes

    def persistent_id(self, value: Any) -> None:
        """Refuse what isn't the same once it is read, though all that is in it is.

        Whether NaN is in a list depends on whether it is the same object; in which order a set
        comes to be also on what it has held before.
        """
        if type(value) in (set, frozenset) or (type(value) is float and value != value):
            raise UnfitError(type(value).__name__)

    def reducer_override(self, value: Any) -> Any:
        """Take apart what pickle has no opcodes for."""
        numpy: Any = sys.modules.get("numpy")
        if any(value is each for each in _Unpickler.KNOWN.values()):
            return NotImplemented
        if numpy is not None and type(value) is numpy.ndarray:
            return _array_parts(value, numpy, self.limit)
        is_scalar = numpy is not None and isinstance(value, numpy.generic)
        if type(value) is not complex and not (is_scalar and value.dtype.kind in _NUMBERS):
            raise UnfitError(type(value).__name__)
        if value != value:
            raise UnfitError("NaN")
        if is_scalar:
            return _scalar, (value.dtype.str, value.tobytes())
        return complex, (value.real, value.imag)


def _array_parts(array: Any, numpy: Any, limit: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    if array.dtype.kind not in _NUMBERS or array.dtype.metadata:
        raise UnfitError(f"an array of {array.dtype}")
    if array.nbytes > limit:
        raise UnfitError("too large")
    base = array.base
    if base is None and array.flags.owndata and array.flags.forc:
        order = "C" if array.flags.c_contiguous else "F"
        data = pickle.PickleBuffer(array.reshape(-1, order=order).view(numpy.uint8))
        return _owned, (array.dtype.str, array.shape, order, array.flags.writeable, data)
    if type(base) is numpy.ndarray and base.base is None and array.size:
        offset = _address(array) - _address(base)
        parts = (array.dtype.str, array.shape, array.strides, offset, array.flags.writeable)
        return _view, (base, *parts)
    raise UnfitError("an array in the memory of something else")


def _address(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _owned(dtype: str, shape: tuple[int, ...], order: Any, writeable: bool, data: Any) -> Any:
    numpy = _numpy()
    array = numpy.empty(shape, dtype, order=order)
    array.reshape(-1, order=order)[...] = numpy.frombuffer(data, dtype)
    array.flags.writeable = writeable
    return array


def _view(base: Any, dtype: str, shape: Any, strides: Any, offset: int, writeable: bool) -> Any:
    array = _numpy().ndarray(shape, dtype, base, offset, strides)
    array.flags.writeable = writeable
    return array


def _scalar(dtype: str, data: bytes) -> Any:
    return _numpy().frombuffer(data, dtype)[0]


def _numpy() -> Any:
    """Return NumPy, if some step has loaded it: it isn't for us to do so."""
    try:
        return sys.modules["numpy"]
    except KeyError:
        raise pickle.UnpicklingError("NumPy isn't loaded") from None


class _Unpickler(pickle.Unpickler):
    KNOWN = {("builtins", "complex"): complex} | {
        (__name__, function.__name__): function for function in (_owned, _view, _scalar)
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the functions that values are made with, and nothing else."""
        try:
            return self.KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name}") from None
