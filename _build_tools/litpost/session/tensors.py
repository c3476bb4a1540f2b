"""What PyTorch's tensors share: memory, and the parameters that a gradient goes back to."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from typing import Any


def is_tensor(kind: type) -> bool:
    """Say whether objects of a type are PyTorch's tensors."""
    tensor = getattr(sys.modules.get("torch"), "Tensor", None)
    return isinstance(tensor, type) and issubclass(kind, tensor)


def held_by_tensor(tensor: Any) -> Iterable[Any]:
    """Return the objects that a tensor refers to, those included that Python isn't told of."""
    try:
        gradient = (tensor.grad,) if tensor.is_leaf else ()  # any other warns
        return (*gc.get_referents(tensor), *gradient, *_leaves(tensor.grad_fn))
    except Exception:  # of a kind of tensor that has none
        return gc.get_referents(tensor)


def memory_of(tensor: Any) -> int:
    """Return a number that all tensors with the same memory have, and that no object has.

    It is 0 if there is no memory that could be shared.
    """
    try:
        return -int(tensor.untyped_storage().data_ptr())
    except Exception:  # sparse, fake or on no device
        return 0


def _leaves(function: Any) -> Iterator[Any]:
    """Yield the tensors that `backward` gives gradients to."""
    todo, seen = [function], set()
    while todo:
        function = todo.pop()
        if function is None or function in seen:
            continue
        seen.add(function)
        if (leaf := getattr(function, "variable", None)) is not None:
            yield leaf
        todo += (inner for inner, _ in function.next_functions)
