r"""Training of a language model: truncated backpropagation through time, clipping, Adam.

Every epoch reads all streams from their beginning, in windows; the states go on from window to
window, the gradients don't. The learning rate falls along half a cosine (Loshchilov & Hutter 2017,
arXiv:1608.03983) from its first value to zero.

Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1):

.. math::

    m ← β_1 m + (1 - β_1) g, \quad v ← β_2 v + (1 - β_2) g^2, \quad
    θ ← θ - α \frac{m / (1 - β_1^t)}{\sqrt{v / (1 - β_2^t)} + ε}
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lstm_src.arrays import FloatArray
from lstm_src.backward import clip_by_global_norm
from lstm_src.corpus import Numbers, streams
from lstm_src.language_model import Model

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Plan:
    """How a model is trained.

    Parameters
    ----------
    epochs : int
        How often it reads the whole text.
    batch : int
        How many pieces of the text it reads side by side.
    window : int
        After how many steps the gradient is truncated and the weights are changed.
    learning_rate : float
        Of Adam at the beginning.
    clip : float
        The greatest global norm of the gradients.

    Raises
    ------
    ValueError
        If a number isn't more than 0.
    """

    epochs: int = 60
    batch: int = 8
    window: int = 25
    learning_rate: float = 5e-3
    clip: float = 1.0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "window", "learning_rate", "clip"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: expected more than 0, found {getattr(self, name)}")


@dataclass(frozen=True, eq=False)
class Training:
    """What came of a training.

    Parameters
    ----------
    model : Model
        Trained.
    losses : ndarray, shape (epochs,)
        The mean loss of each epoch, with dropout, while the weights were changing.
    norms : ndarray, shape (updates,)
        The global norm of the gradients before clipping.
    """

    model: Model
    losses: FloatArray
    norms: FloatArray

    @property
    def perplexities(self) -> FloatArray:
        """The exponential of each epoch's loss."""
        return np.exp(self.losses)


@dataclass(frozen=True)
class Moments:
    """What Adam remembers: running means of the gradients and of their squares."""

    first: tuple[FloatArray, ...]
    second: tuple[FloatArray, ...]
    updates: int = 0


def adam(
    weights: tuple[FloatArray, ...],
    gradients: tuple[FloatArray, ...],
    moments: Moments,
    learning_rate: float,
) -> tuple[tuple[FloatArray, ...], Moments]:
    """Change weights by one step of Adam.

    Returns
    -------
    weights : tuple of ndarray
    moments : Moments
        For the next step.

    Examples
    --------
    The first step has the length of the learning rate, whatever the gradient's:

    >>> zero = (np.zeros(2),)
    >>> [weights], _ = adam(zero, (np.array([1e-3, -50.0]),), Moments(zero, zero), 0.1)
    >>> weights.round(4)
    array([-0.1,  0.1])
    """
    t = moments.updates + 1
    pairs = zip(moments.first, moments.second, gradients, strict=True)
    moved = [
        (BETA_1 * m + (1 - BETA_1) * g, BETA_2 * v + (1 - BETA_2) * g * g) for m, v, g in pairs
    ]
    changed = tuple(
        w - learning_rate * (m / (1 - BETA_1**t)) / (np.sqrt(v / (1 - BETA_2**t)) + EPSILON)
        for w, (m, v) in zip(weights, moved, strict=True)
    )
    return changed, Moments(tuple(m for m, _ in moved), tuple(v for _, v in moved), t)


def train(
    model: Model,
    numbers: Numbers,
    plan: Plan,
    *,
    rng: np.random.Generator,
    report: Callable[[int, float], None] = lambda epoch, loss: None,
) -> Training:
    """Train a model on a text.

    Parameters
    ----------
    model : Model
        Where to begin; it stays as it is.
    numbers : ndarray of int, shape (characters,)
    plan : Plan
    rng : numpy.random.Generator
        Chooses what dropout drops. The same seed gives the same model.
    report : callable
        Told each epoch's number, from 1, and its mean loss.

    Returns
    -------
    Training

    Raises
    ------
    ValueError
        If the text is too short for the batch, or if a gradient isn't finite.
    """
    inputs, targets = streams(numbers, plan.batch)
    starts = range(0, inputs.shape[1], plan.window)
    weights = model.weights.arrays()
    zeros = tuple(np.zeros_like(array) for array in weights)
    moments = Moments(zeros, zeros)
    losses, norms = [], []
    updates = plan.epochs * len(starts)
    for epoch in range(plan.epochs):
        states, total = None, 0.0
        for start in starts:
            part = slice(start, start + plan.window)
            # region update
            loss, gradients, states = model.gradients(
                inputs[:, part], targets[:, part], states, rng=rng
            )
            clipped, norm = clip_by_global_norm(gradients.arrays(), plan.clip)
            rate = plan.learning_rate * (1 + np.cos(np.pi * moments.updates / updates)) / 2
            weights, moments = adam(weights, clipped, moments, float(rate))
            model = Model(model.shape, model.weights.with_arrays(weights))
            # endregion
            norms.append(norm)
            total += loss * inputs[:, part].shape[1]
        losses.append(total / inputs.shape[1])
        report(epoch + 1, losses[-1])
    return Training(model, np.array(losses), np.array(norms))


def perplexity(model: Model, numbers: Numbers) -> float:
    """Measure a model on a text that it reads once, as one stream, without dropout.

    Parameters
    ----------
    model : Model
    numbers : ndarray of int, shape (characters,)

    Returns
    -------
    float
        At least 1; the number of characters for a model that knows nothing.

    Raises
    ------
    ValueError
        If there are less than two characters.
    """
    loss, _ = model.loss(*streams(numbers, 1))
    return float(np.exp(loss))
