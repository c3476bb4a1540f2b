import re

import keras
import numpy as np
import pytest

from lstm_src.language_model import Model, Shape, sample

SHAPES = [
    Shape(7, 4),
    Shape(7, 4, layers=2),
    Shape(7, 4, dropout=0.4),
    Shape(7, 4, tied=True),
    Shape(7, 4, layers=2, dropout=0.4, tied=True),
]
INPUTS = np.array([[0, 3, 3, 1, 6], [2, 2, 5, 0, 1]])
TARGETS = np.array([[3, 3, 1, 6, 4], [2, 5, 0, 1, 1]])


def random_model(shape, dtype=np.float64, seed=0):
    return Model.random(shape, rng=np.random.default_rng(seed), dtype=dtype)


def random_states(shape):
    rng = np.random.default_rng(5)
    return tuple(tuple(rng.normal(size=(2, 2, shape.units))) for _ in range(shape.layers))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_gradients_are_the_difference_quotients(shape):
    model, states = random_model(shape), random_states(shape)

    def loss(arrays):
        moved = Model(shape, model.weights.with_arrays(tuple(arrays)))
        return moved.gradients(INPUTS, TARGETS, states, rng=np.random.default_rng(3))[0]

    arrays = model.weights.arrays()
    _, found, _ = model.gradients(INPUTS, TARGETS, states, rng=np.random.default_rng(3))
    assert len(arrays) == len(found.arrays()) == 2 + 3 * shape.layers + (not shape.tied)
    for n, gradient in enumerate(found.arrays()):
        expected = np.empty_like(gradient)
        for place in np.ndindex(gradient.shape):
            values = []
            for k in (-2, -1, 1, 2):
                moved = [array.copy() for array in arrays]
                moved[n][place] += k * 1e-3
                values.append(loss(moved))
            expected[place] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / 12e-3
        assert np.linalg.norm(gradient - expected) < 1e-7 * np.linalg.norm(expected)


@pytest.mark.parametrize("shape", [SHAPES[0], SHAPES[1], SHAPES[3]], ids=str)
def test_the_loss_is_keras_own(shape):
    model = random_model(shape, np.float32)
    layers = [keras.Input((5,)), keras.layers.Embedding(7, 4)]
    layers += [keras.layers.LSTM(4, return_sequences=True) for _ in range(shape.layers)]
    theirs = keras.Sequential([*layers, keras.layers.Dense(7)])
    w = model.weights
    lstms = [array for lstm in w.lstms for array in lstm]
    theirs.set_weights([w.embedding, *lstms, model.affine, w.bias])
    expected = keras.losses.sparse_categorical_crossentropy(
        TARGETS, theirs(INPUTS), from_logits=True
    )
    loss, _ = model.loss(INPUTS, TARGETS)
    assert loss == pytest.approx(float(np.mean(expected)), abs=1e-6)
    assert model.gradients(INPUTS, TARGETS, rng=np.random.default_rng(0))[0] == pytest.approx(loss)


def test_what_dropout_keeps_makes_up_for_what_it_drops():
    model = random_model(Shape(7, 500, layers=3, dropout=0.2))
    kept = model._drawn((20, 5), np.random.default_rng(0))
    assert len(kept) == 4
    for each in kept:
        assert set(np.unique(each)) == {0, 1.25}
        assert each.mean() == pytest.approx(1, abs=0.01)


def test_dropout_rests_when_a_model_is_measured():
    dropped = random_model(SHAPES[4])
    whole = Model(Shape(7, 4, layers=2, tied=True), dropped.weights)
    assert dropped.loss(INPUTS, TARGETS)[0] == whole.loss(INPUTS, TARGETS)[0]
    rng = np.random.default_rng(0)
    assert dropped.gradients(INPUTS, TARGETS, rng=rng)[0] != dropped.loss(INPUTS, TARGETS)[0]


def test_tying_leaves_the_affine_weights_out():
    free, tied = random_model(Shape(7, 4)), random_model(Shape(7, 4, tied=True))
    assert free.weights.size - tied.weights.size == 7 * 4
    np.testing.assert_array_equal(tied.affine, tied.weights.embedding.T)


def test_a_model_reads_on_where_it_stopped():
    model = random_model(SHAPES[1])
    whole, _ = model.scores(INPUTS)
    first, states = model.scores(INPUTS[:, :3])
    second, _ = model.scores(INPUTS[:, 3:], states)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, rtol=1e-12)


def test_samples_are_drawn_by_their_probabilities():
    model = random_model(SHAPES[0])
    rng = np.random.default_rng(0)
    start = np.array([3])
    draws = np.concatenate([sample(model, start, 1, rng=rng) for _ in range(3000)])
    scores, _ = model.scores(start[None])
    p = np.exp(scores[0, -1]) / np.exp(scores[0, -1]).sum()
    np.testing.assert_allclose(np.bincount(draws, minlength=7) / 3000, p, atol=0.03)
    cold = sample(model, start, 12, rng=rng, temperature=1e-6)
    np.testing.assert_array_equal(cold, sample(model, start, 12, rng=rng, temperature=1e-6))
    assert cold[0] == p.argmax()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.loss(INPUTS + 2, TARGETS),
         "inputs: expected numbers from 0 to 6, found 2 to 8"),
        (lambda m: m.loss(INPUTS, TARGETS + 9), "targets: expected numbers from 0 to 6"),
        (lambda m: m.loss(INPUTS[0], TARGETS), "inputs: expected shape (batch, time), found (5,)"),
        (lambda m: m.loss(INPUTS * 1.0, TARGETS), "inputs: expected whole numbers, found float64"),
        (lambda m: sample(m, INPUTS[0], 1, rng=None, temperature=0),
         "temperature: expected more than 0, found 0"),
        (lambda m: sample(m, INPUTS[0][:0], 1, rng=None), "expected shape (batch, time)"),
        (lambda m: Shape(7, 4, dropout=1.0), "dropout: expected 0 to less than 1, found 1.0"),
        (lambda m: Shape(7, 4, layers=0), "layers: expected at least 1, found 0"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call(random_model(SHAPES[0]))
