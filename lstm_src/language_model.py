r"""A language model of characters: it tells which one comes next.

The structure is that of chapter 6 of *Deep Learning from Scratch 2* (Saito Goki 2018): an
embedding, LSTMs, and an affine layer with a softmax (its Rnnlm), with three improvements as options
(its BetterRnnlm, after Zaremba, Sutskever & Vinyals 2014, arXiv:1409.2329): more layers, dropout
between the layers, and the embedding's own weights in the affine layer, transposed (weight tying:
Press & Wolf 2017, arXiv:1608.05859; Inan, Khosravi & Socher 2017, arXiv:1611.01462).

.. math::

    x_t = E_{w_t}, \quad h_t = \text{LSTM}(x_t), \quad p(w_{t+1}) = \text{softmax}(h_t V + c),
    \quad L = -\frac{1}{BT} \sum \log p(w_{t+1})

Perplexity is :math:`e^L`: from how many characters, equally likely, one would have to guess.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from lstm_src.activations import log_softmax, softmax
from lstm_src.arrays import FloatArray, frozen
from lstm_src.backward import lstm_gradients
from lstm_src.corpus import Numbers
from lstm_src.gates import Gates
from lstm_src.layer import Lstm, LstmRun, States


@dataclass(frozen=True)
class Shape:
    """How a model is built.

    Parameters
    ----------
    characters : int
        The size of the vocabulary.
    units : int
        The size of the embedding, of the states, and so of everything between.
    layers : int
        How many LSTMs lie on one another.
    dropout : float
        The share of values between layers that is dropped in training, from 0 to less than 1.
    tied : bool
        Whether the affine layer has the embedding's weights.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """

    characters: int
    units: int
    layers: int = 1
    dropout: float = 0.0
    tied: bool = False

    def __post_init__(self) -> None:
        for name in ("characters", "units", "layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected at least 1, found {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout: expected 0 to less than 1, found {self.dropout}")


@dataclass(frozen=True, eq=False)
class Weights:
    """What a model learns; the gradients of it have the same form.

    Parameters
    ----------
    embedding : array_like, shape (characters, units)
    lstms : tuple of (kernel, recurrent_kernel, bias)
        In Keras' layout.
    affine : array_like, shape (units, characters), or None
        None if it is tied to the embedding.
    bias : array_like, shape (characters,)
    """

    embedding: FloatArray
    lstms: tuple[tuple[FloatArray, FloatArray, FloatArray], ...]
    affine: FloatArray | None
    bias: FloatArray

    @classmethod
    def random(
        cls, shape: Shape, *, rng: np.random.Generator, dtype: type[np.floating] = np.float32
    ) -> Self:
        """Draw the weights of a model before training."""
        units, characters = shape.units, shape.characters
        scale = units**-0.5
        embedding = rng.normal(scale=scale if shape.tied else 1.0, size=(characters, units))
        lstms = tuple(
            tuple(frozen(a, dtype) for a in Gates.random(units, units, rng=rng).merge())
            for _ in range(shape.layers)
        )
        affine = None if shape.tied else rng.normal(scale=scale, size=(units, characters))
        return cls(
            frozen(embedding, dtype),
            lstms,  # type: ignore[arg-type]  # merge returns three
            None if affine is None else frozen(affine, dtype),
            frozen(np.zeros(characters), dtype),
        )

    def arrays(self) -> tuple[FloatArray, ...]:
        """List all arrays, always in the same order."""
        affine = () if self.affine is None else (self.affine,)
        return (self.embedding, *(a for lstm in self.lstms for a in lstm), *affine, self.bias)

    def with_arrays(self, arrays: tuple[FloatArray, ...]) -> Self:
        """Make weights of the same form of other arrays, in the order of `arrays`."""
        embedding, *between, bias = arrays
        count = 3 * len(self.lstms)
        lstms = tuple((between[n], between[n + 1], between[n + 2]) for n in range(0, count, 3))
        affine = between[count] if self.affine is not None else None
        return type(self)(embedding, lstms, affine, bias)

    @property
    def size(self) -> int:
        """How many numbers they are."""
        return sum(array.size for array in self.arrays())


@dataclass(frozen=True, eq=False)
class Model:
    """A language model: its shape and its weights.

    Examples
    --------
    >>> model = Model.random(Shape(characters=10, units=8), rng=np.random.default_rng(0))
    >>> loss, _ = model.loss(np.zeros((2, 5), int), np.ones((2, 5), int))
    >>> bool(1 < np.exp(loss) < 100)
    True
    """

    shape: Shape
    weights: Weights

    @classmethod
    def random(
        cls, shape: Shape, *, rng: np.random.Generator, dtype: type[np.floating] = np.float32
    ) -> Self:
        """Make a model before training."""
        return cls(shape, Weights.random(shape, rng=rng, dtype=dtype))

    def lstms(self) -> tuple[Lstm, ...]:
        """Make the layers."""
        return tuple(Lstm(Gates.slice(*arrays)) for arrays in self.weights.lstms)

    @property
    def affine(self) -> FloatArray:
        """The weights of the affine layer, (units, characters), tied or not."""
        w = self.weights
        return w.embedding.T if w.affine is None else w.affine

    def scores(
        self, inputs: Numbers, states: tuple[States, ...] | None = None
    ) -> tuple[FloatArray, tuple[States, ...]]:
        """Score all characters as the next one, without dropout.

        Parameters
        ----------
        inputs : ndarray of int, shape (batch, time)
        states : tuple of (hidden_state, cell_state), optional
            One pair for each layer, (batch, units) each; zeros if not given.

        Returns
        -------
        scores : ndarray, shape (batch, time, characters)
            Before the softmax.
        states : tuple of (hidden_state, cell_state)
            To go on from.
        """
        self._require_known("inputs", inputs)
        values: FloatArray = self.weights.embedding[inputs]
        after = []
        for lstm, state in zip(self.lstms(), states or [None] * self.shape.layers, strict=True):
            run = lstm.run(values, initial_state=state)
            values = run.sequences
            after.append((run.hidden_state, run.cell_state))
        return values @ self.affine + self.weights.bias, tuple(after)

    def loss(
        self, inputs: Numbers, targets: Numbers, states: tuple[States, ...] | None = None
    ) -> tuple[float, tuple[States, ...]]:
        """Measure the mean of -log p of the characters that do come next, without dropout.

        Parameters
        ----------
        inputs, targets : ndarray of int, shape (batch, time)
        states : tuple of (hidden_state, cell_state), optional

        Returns
        -------
        loss : float
            In nats; its exponential is the perplexity.
        states : tuple of (hidden_state, cell_state)
        """
        self._require_known("targets", targets)
        scores, after = self.scores(inputs, states)
        logs = np.take_along_axis(log_softmax(scores), targets[..., None], axis=-1)
        return -float(logs.mean(dtype=float)), after

    def gradients(
        self,
        inputs: Numbers,
        targets: Numbers,
        states: tuple[States, ...] | None = None,
        *,
        rng: np.random.Generator,
    ) -> tuple[float, Weights, tuple[States, ...]]:
        """Compute the loss and its gradients, with dropout.

        Parameters
        ----------
        inputs, targets : ndarray of int, shape (batch, time)
        states : tuple of (hidden_state, cell_state), optional
            What went before; no gradient goes back into it (truncated backpropagation).
        rng : numpy.random.Generator
            Chooses what is dropped.

        Returns
        -------
        loss : float
        gradients : Weights
        states : tuple of (hidden_state, cell_state)
        """
        self._require_known("inputs", inputs)
        self._require_known("targets", targets)
        w, lstms = self.weights, self.lstms()
        kept = self._drawn(inputs.shape, rng)
        values = [w.embedding[inputs] * kept[0]]  # what goes into each layer, (B, T, H)
        runs: list[LstmRun] = []
        befores = states or (None,) * len(lstms)
        for lstm, before, keep in zip(lstms, befores, kept[1:], strict=True):
            runs.append(lstm.run(values[-1], initial_state=before, trace=True))
            values.append(runs[-1].sequences * keep)
        scores = values[-1] @ self.affine + w.bias  # (B, T, V)
        logs = np.take_along_axis(log_softmax(scores), targets[..., None], axis=-1)

        d_scores: FloatArray = softmax(scores)
        at_targets = np.take_along_axis(d_scores, targets[..., None], axis=-1) - 1
        np.put_along_axis(d_scores, targets[..., None], at_targets, axis=-1)
        d_scores /= d_scores.dtype.type(targets.size)
        d_affine = _rows(values[-1]).T @ _rows(d_scores)
        dY: FloatArray = d_scores @ self.affine.T
        d_lstms = []
        for n in reversed(range(len(lstms))):
            dY = dY * kept[n + 1]
            g = lstm_gradients(lstms[n], values[n], runs[n], dY)
            d_lstms.append((g.kernel, g.recurrent_kernel, g.bias))
            dY = g.inputs
        d_embedding = np.zeros_like(w.embedding)
        np.add.at(d_embedding, inputs, dY * kept[0])
        if self.shape.tied:
            d_embedding += d_affine.T
        gradients = Weights(
            d_embedding,
            tuple(d_lstms[::-1]),
            None if self.shape.tied else d_affine,
            _rows(d_scores).sum(axis=0),
        )
        after = tuple((run.hidden_state, run.cell_state) for run in runs)
        return -float(logs.mean(dtype=float)), gradients, after

    def _drawn(self, shape: tuple[int, ...], rng: np.random.Generator) -> list[FloatArray]:
        """Draw what stays between layers: 1 / (1 - dropout), or 0."""
        dtype = self.weights.bias.dtype
        if not self.shape.dropout:
            return [np.ones((), dtype)] * (self.shape.layers + 1)
        stay = 1 - self.shape.dropout
        size = (self.shape.layers + 1, *shape, self.shape.units)
        return list((rng.random(size) < stay).astype(dtype) / dtype.type(stay))

    def _require_known(self, name: str, numbers: Numbers) -> None:
        if numbers.ndim != 2 or not numbers.size:
            raise ValueError(f"{name}: expected shape (batch, time), found {numbers.shape}")
        if not np.issubdtype(numbers.dtype, np.integer):
            raise ValueError(f"{name}: expected whole numbers, found {numbers.dtype}")
        if numbers.min() < 0 or numbers.max() >= self.shape.characters:
            raise ValueError(
                f"{name}: expected numbers from 0 to {self.shape.characters - 1}, "
                f"found {numbers.min()} to {numbers.max()}"
            )


def sample(
    model: Model,
    start: Numbers,
    length: int,
    *,
    rng: np.random.Generator,
    temperature: float = 1.0,
) -> Numbers:
    """Let a model write on: draw each character by its probability.

    Parameters
    ----------
    model : Model
    start : ndarray of int, shape (characters,)
        What it reads first; at least one character.
    length : int
        How many characters it writes.
    rng : numpy.random.Generator
    temperature : float
        More than 0; scores are divided by it: below 1 likely characters become likelier.

    Returns
    -------
    ndarray of int, shape (length,)

    Raises
    ------
    ValueError
        If there is no start, or the temperature isn't more than 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature: expected more than 0, found {temperature}")
    scores, states = model.scores(np.asarray(start)[None])
    written = []
    for _ in range(length):
        p = softmax(scores[0, -1].astype(float) / temperature)
        written.append(int(rng.choice(len(p), p=p)))
        scores, states = model.scores(np.array([written[-1:]]), states)
    return np.array(written, np.intp)


def _rows(array: FloatArray) -> FloatArray:
    return array.reshape(-1, array.shape[-1])
