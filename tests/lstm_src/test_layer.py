import re
import tracemalloc
from dataclasses import fields
from functools import cache

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_src.activations import ACTIVATIONS
from lstm_src.cell import LstmActivations
from lstm_src.gates import Gates
from lstm_src.layer import Lstm
from lstm_src.sequence import run_lstm

TOLERANCE = {"f4": {"rtol": 0, "atol": 1e-6}, "f8": {"rtol": 0, "atol": 1e-13}}


@cache
def keras_lstm(dtype, **options):
    layer = keras.layers.LSTM(5, return_sequences=True, return_state=True, dtype=dtype, **options)
    layer.build((None, None, 3))
    return layer


def randomized(layer, rng):
    """Give every weight of a Keras layer a random value; return them as gates."""
    layer.set_weights([rng.normal(scale=0.5, size=w.shape) for w in layer.get_weights()])
    return Gates.slice(*layer.get_weights())


def random_lstm(dtype="f8", units=5, seed=0, **options):
    rng = np.random.default_rng(seed)
    shapes = [(3, 4 * units), (units, 4 * units), (4 * units,)]
    arrays = (rng.normal(scale=units**-0.5, size=shape).astype(dtype) for shape in shapes)
    return Lstm(Gates.slice(*arrays), **options)


def random_inputs(batch=4, time=9, dtype="f8", seed=1):
    return np.random.default_rng(seed).normal(size=(batch, time, 3)).astype(dtype)


def assert_runs_equal(run, keras_run, dtype):
    for ours, theirs in zip(
        (run.sequences, run.hidden_state, run.cell_state), keras_run, strict=True
    ):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, theirs, **TOLERANCE[dtype])


@settings(max_examples=80, deadline=None)
@given(
    dtype=st.sampled_from(["f4", "f8"]),
    use_bias=st.booleans(),
    go_backwards=st.booleans(),
    zero=st.booleans(),
    with_mask=st.booleans(),
    with_state=st.booleans(),
    batch=st.integers(1, 4),
    time=st.integers(1, 8),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_run_is_keras_own(
    dtype, use_bias, go_backwards, zero, with_mask, with_state, batch, time, seed
):
    rng = np.random.default_rng(seed)
    name = {"f4": "float32", "f8": "float64"}[dtype]
    theirs = keras_lstm(
        name, use_bias=use_bias, go_backwards=go_backwards, zero_output_for_mask=zero
    )
    gates = randomized(theirs, rng)
    lstm = Lstm(gates, go_backwards=go_backwards, zero_output_for_mask=zero)
    x = rng.normal(size=(batch, time, 3)).astype(dtype)
    mask = rng.random((batch, time)) < 0.6 if with_mask else None
    state = list(rng.normal(size=(2, batch, 5)).astype(dtype)) if with_state else None
    expected = theirs(x, mask=mask, initial_state=state)
    for trace in (False, True):
        run = lstm.run(x, mask=mask, initial_state=state, trace=trace)
        assert_runs_equal(run, expected, dtype)


@pytest.mark.parametrize("recurrent", [False, True])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_keras_own(name, recurrent):
    options = {"recurrent_activation": name} if recurrent else {"activation": name}
    theirs = keras.layers.LSTM(5, return_sequences=True, return_state=True, **options)
    theirs.build((None, None, 3))
    lstm = Lstm(randomized(theirs, np.random.default_rng(0)), **options)
    x = random_inputs(time=2, dtype="f4") / 4  # or exponentials of exponentials overflow
    run, expected = lstm.run(x), theirs(x)
    for ours, others in zip((run.sequences, run.hidden_state, run.cell_state), expected,
                            strict=True):  # fmt: skip
        np.testing.assert_allclose(ours, others, rtol=1e-5, atol=1e-5)


def test_a_thousand_steps_stay_with_keras_to_1e_5():
    theirs = keras_lstm("float32")
    lstm = Lstm(randomized(theirs, np.random.default_rng(3)))
    x = random_inputs(2, 1000, "f4")
    np.testing.assert_allclose(lstm.run(x).sequences, theirs(x)[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize("time", [1, 2, 9, 700])
def test_the_fused_loop_computes_the_post_s_five_lines(time):
    lstm = random_lstm(units=40)
    x, state = random_inputs(time=time), np.random.default_rng(2).normal(size=(2, 4, 40))
    run = lstm.run(x, initial_state=(state[0], state[1]), trace=True)
    plain = run_lstm(x, lstm.gates, initial_state=(state[0], state[1]))
    for name in (field.name for field in fields(LstmActivations)):
        np.testing.assert_allclose(
            getattr(run.activations, name), getattr(plain, name), rtol=0, atol=1e-12
        )


def test_the_blocks_of_steps_leave_no_seam(monkeypatch):
    lstm, x = random_lstm(), random_inputs(time=10)
    whole = lstm.run(x).sequences
    for size in (1, 4 * 20 * 8 * 3, 4 * 20 * 8 * 10):
        monkeypatch.setattr("lstm_src.layer.BLOCK_BYTES", size)
        np.testing.assert_allclose(lstm.run(x).sequences, whole, rtol=0, atol=1e-13)


def test_the_loop_allocates_nothing():
    lstm = random_lstm(units=64)
    x, state = np.ones((200, 8, 4)), (np.zeros((8, 64)), np.zeros((8, 64)))
    rows, outputs = np.empty((1, 8, 320)), np.empty((200, 8, 64))
    peaks = []
    for time in (20, 200):
        tracemalloc.start()
        lstm._fused_loop(x[:time], state, rows, outputs)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    projections = 180 * 8 * 256 * 8
    assert peaks[1] - peaks[0] < projections + 8 * 256 * 8  # less than one step's arrays more


@pytest.mark.parametrize("masked", [False, True])
def test_the_activations_of_a_trace_fit_each_other(masked):
    lstm, x = random_lstm(), random_inputs()
    mask = np.arange(9) % 3 > 0 if masked else np.ones(9)
    mask = np.tile(mask, (4, 1))
    a = lstm.run(x, mask=mask, trace=True).activations
    for t in range(1, 9):
        if mask[0, t]:
            C = (
                a.forget_gate[:, t] * a.cell_state[:, t - 1]
                + a.input_gate[:, t] * a.candidate[:, t]
            )
            np.testing.assert_allclose(a.cell_state[:, t], C, rtol=1e-12)
        else:
            np.testing.assert_array_equal(a.cell_state[:, t], a.cell_state[:, t - 1])
            np.testing.assert_array_equal(a.hidden_state[:, t], a.hidden_state[:, t - 1])


def test_what_is_masked_does_not_matter_not_even_when_it_is_no_number():
    lstm, x = random_lstm(), random_inputs()
    mask = np.ones((4, 9), bool)
    mask[:, 5:] = False
    holes = x.copy()
    holes[:, 5:] = np.nan
    np.testing.assert_array_equal(
        lstm.run(holes, mask=mask).sequences, lstm.run(x, mask=mask).sequences
    )


def test_a_run_leaves_what_it_was_given_alone():
    lstm, x = random_lstm(), random_inputs()
    state = (np.ones((4, 5)), np.ones((4, 5)))
    before = x.copy()
    lstm.run(x, initial_state=state)
    np.testing.assert_array_equal(x, before)
    assert all((array == 1).all() for array in state)


def nan_at(place, shape=(2, 7, 3)):
    x = np.zeros(shape)
    x[place] = np.nan
    return x


GOOD = np.zeros((2, 7, 3))


@pytest.mark.parametrize(
    ("inputs", "given", "message"),
    [
        (np.zeros((7, 3)), {}, "inputs: expected shape (batch, time, 3), found (7, 3)"),
        (np.zeros((2, 7, 4)), {}, "inputs: expected shape (batch, time, 3), found (2, 7, 4)"),
        (np.zeros((2, 0, 3)), {}, "inputs: expected shape (batch, time, 3), found (2, 0, 3)"),
        (np.zeros((0, 7, 3)), {}, "inputs: expected shape (batch, time, 3), found (0, 7, 3)"),
        (np.zeros((2, 7, 3), int), {}, "inputs: expected floating-point numbers, found int64"),
        (np.zeros((2, 7, 3), complex), {},
         "inputs: expected floating-point numbers, found complex128"),
        (np.full((2, 7, 3), "x"), {}, "inputs: expected floating-point numbers, found <U1"),
        (nan_at((1, 2, 0)), {},
         "inputs: expected finite numbers, found nan at (1, 2, 0), 1 in all"),
        (GOOD, {"mask": np.ones((2, 6))}, "mask: expected shape (2, 7), found (2, 6)"),
        (GOOD, {"mask": np.ones(7)}, "mask: expected shape (2, 7), found (7,)"),
        (GOOD, {"mask": np.full((2, 7), 0.5)},
         "mask: expected booleans, found float64 other than 0 and 1"),
        (GOOD, {"initial_state": [np.zeros((2, 5))]},
         "initial_state: expected (hidden_state, cell_state), found 1 arrays"),
        (GOOD, {"initial_state": [np.zeros((3, 5)), np.zeros((2, 5))]},
         "initial_state: hidden_state: expected shape (2, 5), found (3, 5)"),
        (GOOD, {"initial_state": [np.zeros((2, 5)), np.zeros((2, 4))]},
         "initial_state: cell_state: expected shape (2, 5), found (2, 4)"),
        (GOOD, {"initial_state": [np.zeros((2, 5)), np.zeros((2, 5), int)]},
         "initial_state: cell_state: expected floating-point numbers, found int64"),
        (GOOD, {"initial_state": [nan_at((0, 1), (2, 5)), np.zeros((2, 5))]},
         "initial_state: hidden_state: expected finite numbers, found nan at (0, 1), 1 in all"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_before_any_work(monkeypatch, inputs, given, message):
    monkeypatch.setattr(Lstm, "_run_fused", None)
    monkeypatch.setattr(Lstm, "_run_plainly", None)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        random_lstm().run(inputs, **given)


def test_peepholes_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"peepholes: pf: expected shape \(5,\), found \(4,\)"):
        random_lstm(peepholes=(np.zeros(5), np.zeros(4), np.zeros(5)))
