"""The LSTM of PyTorch, `torch.nn.LSTM`, taken over into a `lstm_src.network.Network`.

PyTorch itself is never imported: its tensors know how to become NumPy arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_src.errors import UnsupportedError
from lstm_src.layer import Lstm
from lstm_src.layouts import PYTORCH, LaidOutWeights
from lstm_src.network import Bidirectional, Layer, Network, Recurrent

if TYPE_CHECKING:
    import torch


def network_from_torch(module: torch.nn.LSTM) -> Network:
    """Take a `torch.nn.LSTM` over, with all its layers and directions; dropout does nothing.

    Parameters
    ----------
    module : torch.nn.LSTM
        Whether it is ``batch_first`` doesn't matter: a `Network` always is.

    Returns
    -------
    Network
        It passes on the outputs of all steps, (batch, time, units), or (batch, time, 2 * units) if
        the module is bidirectional.

    Raises
    ------
    UnsupportedError
        If the module projects its hidden states (``proj_size``), or isn't of float32 or float64.
    """
    if module.proj_size:
        raise UnsupportedError(f"LSTM: proj_size={module.proj_size} is not supported")
    state = {name: _array(name, tensor) for name, tensor in module.state_dict().items()}
    layers: list[Layer] = []
    for number in range(module.num_layers):
        name = f"l{number}"
        forward = Lstm(laid_out(state, name).gates())
        if module.bidirectional:
            gates = laid_out(state, f"{name}_reverse").gates()
            backward = Lstm(gates, go_backwards=True)
            layers.append(Bidirectional(name, forward, backward, return_sequences=True))
        else:
            layers.append(Recurrent(name, forward, return_sequences=True))
    return Network(tuple(layers))


def laid_out(state: Mapping[str, Any], layer: str = "l0") -> LaidOutWeights:
    """Find one layer's weights in a state dict, by the names that PyTorch gives them.

    Parameters
    ----------
    state : mapping of str to array_like
        ``weight_ih_l0``, ``weight_hh_l0``, ``bias_ih_l0``, ``bias_hh_l0`` and so on.
    layer : str
        The end of the names: ``l0``, ``l0_reverse``, ``l1``, …

    Raises
    ------
    ValueError
        If a weight of that layer isn't there.

    Examples
    --------
    >>> state = {"weight_ih_l0": np.ones((20, 3)), "weight_hh_l0": np.ones((20, 5))}
    >>> laid_out(state).layout.name
    'PyTorch'
    """
    needed = [f"weight_ih_{layer}", f"weight_hh_{layer}"]
    missing = [name for name in needed if name not in state]
    if missing:
        raise ValueError(f"state: expected {', '.join(missing)}, found {', '.join(state)}")
    names = [f"bias_{role}_{layer}" for role in ("ih", "hh")]
    biases = tuple(np.asarray(state[name]) for name in names if name in state)
    kernel, recurrent_kernel = (np.asarray(state[name]) for name in needed)
    return LaidOutWeights(PYTORCH, kernel, recurrent_kernel, biases)


def _array(name: str, tensor: Any) -> np.ndarray[Any, Any]:
    if str(tensor.dtype) not in ("torch.float32", "torch.float64"):
        raise UnsupportedError(f"{name}: dtype {tensor.dtype} is not supported")
    return np.asarray(tensor.detach().cpu())
