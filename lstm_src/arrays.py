"""What the package asks of an array before it works with it."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]

Shape: TypeAlias = tuple[int | str, ...]
"""A shape to ask for: a number means this size, a word any size from 1 on."""


def require_shape(name: str, array: NDArray[Any], *allowed: Shape) -> None:
    """Refuse an array whose shape is none of the allowed ones.

    Parameters
    ----------
    name : str
        What the message calls the array.
    array : ndarray
        The array to look at.
    *allowed : tuple of int or str
        The shapes that will do, such as ``("time", 3)``.

    Raises
    ------
    ValueError
        With the shapes that were expected and the one that was found.

    Examples
    --------
    >>> require_shape("inputs", np.zeros((7, 3)), ("time", 3))
    >>> require_shape("inputs", np.zeros((7, 2)), ("time", 3), ("batch", "time", 3))
    Traceback (most recent call last):
    ...
    ValueError: inputs: expected shape (time, 3) or (batch, time, 3), found (7, 2)
    """
    if not any(_fits(array.shape, shape) for shape in allowed):
        expected = " or ".join(_written(shape) for shape in allowed)
        raise ValueError(f"{name}: expected shape {expected}, found {_written(array.shape)}")


def common_float_type(name: str, *arrays: NDArray[Any]) -> np.dtype[np.floating[Any]]:
    """Find the floating-point type that holds all of the arrays.

    Raises
    ------
    ValueError
        If they hold anything but floating-point numbers.
    """
    dtype = np.result_type(*arrays)
    if not np.issubdtype(dtype, np.floating):
        raise ValueError(f"{name}: expected floating-point numbers, found {dtype}")
    return dtype


def require_floats(name: str, array: NDArray[Any]) -> None:
    """Refuse an array of anything but floating-point numbers.

    Raises
    ------
    ValueError
        With the type that was found.
    """
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"{name}: expected floating-point numbers, found {array.dtype}")


def require_finite(name: str, array: NDArray[Any]) -> None:
    """Refuse an array with a number that is infinite or none.

    Raises
    ------
    ValueError
        With how many there are and where the first is.

    Examples
    --------
    >>> require_finite("inputs", np.array([[0.0, np.nan]]))
    Traceback (most recent call last):
    ...
    ValueError: inputs: expected finite numbers, found nan at (0, 1), 1 in all
    """
    finite = np.isfinite(array)
    if not finite.all():
        places = np.argwhere(~finite)
        place = tuple(int(i) for i in places[0])
        raise ValueError(
            f"{name}: expected finite numbers, found {array[place]} at {_written(place)}, "
            f"{len(places)} in all"
        )


def floats(name: str, given: ArrayLike, *allowed: Shape) -> FloatArray:
    """Read an array of floating-point numbers of one of the allowed shapes.

    Raises
    ------
    ValueError
        With the types or shapes that were expected and what was found.

    Examples
    --------
    >>> floats("inputs", [[1, 2]], ("time", 2))
    Traceback (most recent call last):
    ...
    ValueError: inputs: expected floating-point numbers, found int64
    """
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise ValueError(f"{name}: expected an array, found rows of different lengths") from error
    require_floats(name, array)
    require_shape(name, array, *allowed)
    return array


def finite_floats(
    name: str, given: ArrayLike, dtype: np.dtype[np.floating[Any]], *allowed: Shape
) -> FloatArray:
    """Read such an array, in a type in which every number is finite.

    Raises
    ------
    ValueError
        Also with the place of a number that is infinite, or too large for the type.
    """
    array = floats(name, given, *allowed)
    with np.errstate(over="ignore"):
        array = array.astype(dtype, copy=False)
    require_finite(name, array)
    return array


def state_pair(
    name: str,
    given: tuple[ArrayLike, ArrayLike] | None,
    dtype: np.dtype[np.floating[Any]],
    shape: tuple[int, ...],
) -> tuple[FloatArray, FloatArray]:
    """Read a hidden and a cell state of one shape; zeros if none are given.

    Raises
    ------
    ValueError
        If they aren't two, or not such arrays as `finite_floats` reads.
    """
    if given is None:
        return np.zeros(shape, dtype), np.zeros(shape, dtype)
    pair = tuple(given) if np.iterable(given) else (given,)
    if len(pair) != 2:
        raise ValueError(f"{name}: expected (hidden_state, cell_state), found {len(pair)} arrays")
    return (
        finite_floats(f"{name}: hidden_state", pair[0], dtype, shape),
        finite_floats(f"{name}: cell_state", pair[1], dtype, shape),
    )


def frozen(array: ArrayLike, dtype: DTypeLike | None = None) -> FloatArray:
    """Copy an array into one that nobody can write to."""
    copy = np.array(array, dtype)
    copy.setflags(write=False)
    return copy


def _fits(shape: tuple[int, ...], wanted: Shape) -> bool:
    return len(shape) == len(wanted) and all(
        size >= 1 if isinstance(want, str) else size == want
        for size, want in zip(shape, wanted, strict=True)
    )


def _written(shape: Shape) -> str:
    sizes = ", ".join(str(size) for size in shape)
    return f"({sizes},)" if len(shape) == 1 else f"({sizes})"
