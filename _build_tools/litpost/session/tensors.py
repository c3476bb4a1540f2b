"""What PyTorch's tensors share: memory, and what a gradient goes back to and by."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Iterable, Iterator
from typing import Any

_HOOKS = "litpost hooks"
"""Under what name a node of a graph has its hooks, which PyTorch tells nobody of."""


def watch_hooks(torch: Any) -> None:
    """Remember the hooks of tensors that are no leaves: only the graph of gradients has them."""
    register = torch.Tensor.register_hook

    @functools.wraps(register)
    def register_hook(tensor: Any, hook: Any) -> Any:
        handle = register(tensor, hook)
        if tensor.grad_fn is not None:
            tensor.grad_fn.metadata.setdefault(_HOOKS, []).append(hook)
        return handle

    torch.Tensor.register_hook = register_hook


def is_tensor(kind: type) -> bool:
    """Say whether objects of a type are PyTorch's tensors."""
    tensor = getattr(sys.modules.get("torch"), "Tensor", None)
    return isinstance(tensor, type) and issubclass(kind, tensor)


def held_by_tensor(tensor: Any) -> Iterable[Any]:
    """Return the objects that a tensor refers to, those included that Python isn't told of."""
    try:
        gradient = (tensor.grad,) if tensor.is_leaf else ()  # any other warns
        return (*gc.get_referents(tensor), *gradient, *_reached(tensor.grad_fn))
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


def _reached(function: Any) -> Iterator[Any]:
    """Yield the tensors that `backward` gives gradients to, and the hooks that it calls."""
    todo, seen = [function], set()
    while todo:
        function = todo.pop()
        if function is None or function in seen:
            continue
        seen.add(function)
        if (leaf := getattr(function, "variable", None)) is not None:
            yield leaf
        yield from function.metadata.get(_HOOKS, ())
        todo += (inner for inner, _ in function.next_functions)
