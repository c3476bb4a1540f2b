import re
import time

import keras
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from lstm_src.corpus import Vocabulary, read_poems
from lstm_src.language_model import Model, Shape
from lstm_src.training import Moments, Plan, adam, perplexity, train

TEXT = "산에는 꽃 피네 꽃이 피네\n" * 8
VOCABULARY = Vocabulary.of(TEXT)
NUMBERS = VOCABULARY.encode(TEXT)


def random_model(**options):
    shape = Shape(len(VOCABULARY), 16, **options)
    return Model.random(shape, rng=np.random.default_rng(0))


def test_adam_is_keras_own():
    rng = np.random.default_rng(0)
    weights = (rng.normal(size=(3, 2)), rng.normal(size=4))
    variables = [keras.Variable(array, dtype="float64") for array in weights]
    optimizer = keras.optimizers.Adam(0.01, epsilon=1e-8)
    zeros = tuple(np.zeros_like(array) for array in weights)
    moments = Moments(zeros, zeros)
    for _ in range(20):
        gradients = tuple(rng.normal(size=array.shape) for array in weights)
        weights, moments = adam(weights, gradients, moments, 0.01)
        optimizer.apply(list(gradients), variables)
    for ours, theirs in zip(weights, variables, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5, atol=1e-7)


def test_the_poems_are_learnt_to_a_perplexity_of_1_5_in_under_a_minute():
    text = read_poems()
    vocabulary = Vocabulary.of(text)
    numbers = vocabulary.encode(text)
    model = Model.random(Shape(len(vocabulary), 96), rng=np.random.default_rng(0))
    assert perplexity(model, numbers) > 100
    began = time.perf_counter()
    with threadpool_limits(1):  # on one core
        training = train(model, numbers, Plan(epochs=60), rng=np.random.default_rng(0))
    assert time.perf_counter() - began < 60
    assert perplexity(training.model, numbers) < 1.5
    assert training.losses.shape == (60,)
    assert training.norms.shape == (60 * 6,)  # 135 steps are 6 windows of 25


@pytest.mark.parametrize(
    "options", [{}, {"layers": 2}, {"dropout": 0.2}, {"tied": True},
                {"layers": 2, "dropout": 0.1, "tied": True}],
)  # fmt: skip
def test_every_improvement_learns(options):
    plan = Plan(epochs=40, batch=4, window=10, learning_rate=1e-2)
    training = train(random_model(**options), NUMBERS, plan, rng=np.random.default_rng(0))
    assert perplexity(training.model, NUMBERS) < 1.6 < perplexity(random_model(**options), NUMBERS)


def test_the_same_seed_trains_the_same_model():
    plan = Plan(epochs=3, batch=4, window=10)
    one, other, another = (
        train(random_model(dropout=0.3), NUMBERS, plan, rng=np.random.default_rng(seed))
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.losses, other.losses)
    assert one.losses[-1] != another.losses[-1]


def test_training_reports_every_epoch_and_leaves_the_model_alone():
    model, reports = random_model(), []
    before = model.weights.bias.copy()
    training = train(
        model, NUMBERS, Plan(epochs=3, batch=4), rng=np.random.default_rng(0),
        report=lambda epoch, loss: reports.append((epoch, loss)),
    )  # fmt: skip
    assert reports == list(enumerate(training.losses, 1))
    np.testing.assert_array_equal(training.perplexities, np.exp(training.losses))
    np.testing.assert_array_equal(model.weights.bias, before)


def test_the_states_go_on_from_window_to_window(monkeypatch):
    seen = []
    original = Model.gradients

    def gradients(self, inputs, targets, states, **options):
        result = original(self, inputs, targets, states, **options)
        seen.append((states, result[2]))
        return result

    monkeypatch.setattr(Model, "gradients", gradients)
    train(random_model(), NUMBERS, Plan(epochs=2, batch=4, window=10), rng=None)
    windows = len(seen) // 2
    for epoch in range(2):
        first, *rest = seen[epoch * windows : (epoch + 1) * windows]
        assert first[0] is None
        for (_, after), (states, _) in zip([first, *rest], rest, strict=False):
            assert states is after


def test_a_model_that_knows_nothing_has_the_perplexity_of_guessing():
    model = random_model()
    zeros = tuple(np.zeros_like(array) for array in model.weights.arrays())
    nothing = Model(model.shape, model.weights.with_arrays(zeros))
    assert perplexity(nothing, NUMBERS) == pytest.approx(len(VOCABULARY))


@pytest.mark.parametrize("name", ["epochs", "batch", "window", "learning_rate", "clip"])
def test_plans_that_mean_nothing_are_refused(name):
    with pytest.raises(ValueError, match=re.escape(f"{name}: expected more than 0, found 0")):
        Plan(**{name: 0})
