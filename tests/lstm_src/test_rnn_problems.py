import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_src.gates import Gates
from lstm_src.rnn_problems import (
    gradient_norms,
    input_influence,
    lstm_jacobians,
    parallel_sweep_errors,
    rnn_jacobians,
)
from lstm_src.simple_rnn import SimpleRnn, run_rnn

TOLERANCE = {"rtol": 1e-10, "atol": 1e-13}  # float64, and some of the derivatives are near 0
SEEDS = range(4)


def random_inputs(time, seed=0):
    return np.random.default_rng(seed).normal(size=(time, 3))


def random_rnn(recurrent_gain=1.0, units=5, seed=0):
    rng = np.random.default_rng(seed)
    return SimpleRnn.random(3, units, recurrent_gain=recurrent_gain, rng=rng)


def random_gates(forget_bias=1.0, units=5, seed=0):
    rng = np.random.default_rng(seed)
    return Gates.random(3, units, forget_bias=forget_bias, rng=rng)


def tape_jacobians(tape, last, states):
    """Ask TensorFlow for the derivatives of the last state by each of the states."""
    unit_vectors = tf.eye(last.shape[1], dtype=tf.float64)
    rows = [tape.gradient(last, states, output_gradients=e[None]) for e in unit_vectors]
    return np.stack(rows, axis=1)[:, :, 0]  # (T, H, 1, H) -> (T, H, H)


# gradients through time


def test_the_jacobians_of_a_simple_rnn_are_those_of_tensorflow():
    inputs, rnn = random_inputs(6), random_rnn()
    h, states = tf.zeros((1, 5), tf.float64), []
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(h)
        for xt in inputs:
            h = tf.tanh(xt[None] @ rnn.W + h @ rnn.U + rnn.b)
            states.append(h)
    expected = tape_jacobians(tape, h, states)
    np.testing.assert_allclose(rnn_jacobians(inputs, rnn), expected, **TOLERANCE)


def test_the_jacobians_of_an_lstm_are_those_of_tensorflow():
    inputs, gates = random_inputs(6), random_gates()
    kernel, recurrent_kernel, bias = gates.merge()
    h, C = tf.zeros((1, 5), tf.float64), tf.zeros((1, 5), tf.float64)
    hidden_states, cell_states = [], []
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([h, C])
        for xt in inputs:
            i, f, c, o = tf.split(xt[None] @ kernel + h @ recurrent_kernel + bias, 4, axis=1)
            C = tf.sigmoid(f) * C + tf.sigmoid(i) * tf.tanh(c)
            h = tf.sigmoid(o) * tf.tanh(C)
            hidden_states.append(h)
            cell_states.append(C)
    jacobians = lstm_jacobians(inputs, gates)
    by_hidden_state = tape_jacobians(tape, h, hidden_states)
    by_cell_state = tape_jacobians(tape, h, cell_states)
    np.testing.assert_allclose(jacobians.hidden_state, by_hidden_state, **TOLERANCE)
    np.testing.assert_allclose(jacobians.cell_state, by_cell_state, **TOLERANCE)


def test_the_norm_is_the_most_a_jacobian_can_lengthen_a_gradient():
    rng = np.random.default_rng(0)
    jacobians = rng.normal(size=(4, 5, 5))
    norms = gradient_norms(jacobians)
    np.testing.assert_allclose(norms, np.linalg.svd(jacobians, compute_uv=False)[:, 0])
    gradients = rng.normal(size=(4, 1000, 5))
    stretched = np.linalg.norm(gradients @ jacobians, axis=2) / np.linalg.norm(gradients, axis=2)
    assert (stretched.max(axis=1) <= norms).all()
    assert (stretched.max(axis=1) >= 0.8 * norms).all()


@settings(max_examples=30, deadline=None)
@given(gain=st.floats(0.1, 2), time=st.integers(1, 12), seed=st.integers(0, 2**32 - 1))
def test_the_gradient_of_a_simple_rnn_is_bounded_by_the_gain_s_powers(gain, time, seed):
    rnn = random_rnn(gain, seed=seed)
    norms = gradient_norms(rnn_jacobians(random_inputs(time, seed), rnn))
    powers = gain ** np.arange(time - 1, -1, -1)
    assert norms.shape == (time,)
    assert norms[-1] == 1
    assert (norms <= powers * (1 + 1e-12)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_small_recurrent_weights_make_the_gradient_vanish(seed):
    rnn = random_rnn(0.5, units=64, seed=seed)
    norms = gradient_norms(rnn_jacobians(random_inputs(50, seed), rnn))
    assert norms[0] < 1e-15
    assert (np.diff(norms) > 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_large_recurrent_weights_make_the_gradient_explode(seed):
    rnn = random_rnn(3.0, units=64, seed=seed)
    norms = gradient_norms(rnn_jacobians(random_inputs(50, seed), rnn))
    assert norms[0] > 1e5


@pytest.mark.parametrize("seed", SEEDS)
def test_an_open_forget_gate_keeps_the_gradient_of_an_lstm(seed):
    gates = random_gates(forget_bias=3.0, units=64, seed=seed)
    jacobians = lstm_jacobians(random_inputs(50, seed), gates)
    for norms in (gradient_norms(jacobians.hidden_state), gradient_norms(jacobians.cell_state)):
        assert norms.min() > 0.05
        assert norms.max() < 20


# no parallelism in time


def test_an_input_changes_no_state_before_it_and_every_state_from_then_on():
    influence = input_influence(random_inputs(12), random_rnn())
    before, from_then_on = np.triu_indices(12, k=1), np.tril_indices(12)
    assert (influence[before] == 0).all()
    assert (influence[from_then_on] > 1e-6).all()


def test_the_influence_is_the_largest_change_that_the_changed_input_makes():
    inputs, rnn = random_inputs(6), random_rnn()
    changed = inputs.copy()
    changed[2] += 1
    change = np.abs(run_rnn(changed, rnn) - run_rnn(inputs, rnn)).max(axis=1)
    np.testing.assert_array_equal(input_influence(inputs, rnn)[:, 2], change)


def test_each_parallel_sweep_makes_one_more_step_right_and_no_other():
    errors = parallel_sweep_errors(random_inputs(12), random_rnn())
    sweep, time = np.indices((13, 12))
    assert errors.shape == (13, 12)
    assert (errors[time < sweep] == 0).all()
    assert (errors[time >= sweep] > 1e-6).all()


def test_what_the_sweeps_come_to_is_what_one_step_after_the_other_finds():
    inputs, rnn = random_inputs(12), random_rnn()
    errors = parallel_sweep_errors(inputs, rnn)
    hidden_state = run_rnn(inputs, rnn)
    all_at_once = np.tanh(inputs @ rnn.W + rnn.b)  # the first sweep's guess is zeros
    np.testing.assert_allclose(errors[0], np.abs(hidden_state).max(axis=1), rtol=1e-12)
    expected = np.abs(all_at_once - hidden_state).max(axis=1)
    np.testing.assert_allclose(errors[1], expected, rtol=1e-12, atol=1e-15)


# bad input


def test_the_norms_of_what_are_no_jacobians_through_time_are_refused():
    message = r"jacobians: expected shape \(time, units, units\), found \(5, 5\)"
    with pytest.raises(ValueError, match=message):
        gradient_norms(np.eye(5))


@pytest.mark.parametrize("shape", [(3,), (7, 4), (2, 7, 3), (0, 3)])
@pytest.mark.parametrize(
    ("function", "weights"),
    [
        (rnn_jacobians, random_rnn()),
        (lstm_jacobians, random_gates()),
        (input_influence, random_rnn()),
        (parallel_sweep_errors, random_rnn()),
    ],
)
def test_inputs_of_another_shape_are_refused(function, weights, shape):
    with pytest.raises(ValueError, match=r"inputs: expected shape \(time, 3\), found"):
        function(np.zeros(shape), weights)
