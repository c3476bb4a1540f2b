"""Every function that takes a sequence refuses what is none, and says what it found."""

import numpy as np
import pytest

from lstm_src import (
    Gates,
    Lstm,
    SimpleRnn,
    input_influence,
    lstm_gradients,
    lstm_jacobians,
    lstm_step,
    parallel_sweep_errors,
    rnn_gradients,
    rnn_jacobians,
    run_lstm,
    run_rnn,
    step_activations,
)

RNG = np.random.default_rng(0)
GATES = Gates.random(3, 5, rng=RNG)
RNN = SimpleRnn.random(3, 5, recurrent_gain=1, rng=RNG)
LSTM = Lstm(GATES)
RUN = LSTM.run(np.zeros((2, 7, 3)), trace=True)
STATE = np.zeros((2, 5))
CALLS = {
    "run_lstm": lambda x: run_lstm(x, GATES),
    "Lstm.run": LSTM.run,
    "run_rnn": lambda x: run_rnn(x[0], RNN),
    "rnn_jacobians": lambda x: rnn_jacobians(x[0], RNN),
    "lstm_jacobians": lambda x: lstm_jacobians(x[0], GATES),
    "input_influence": lambda x: input_influence(x[0], RNN),
    "parallel_sweep_errors": lambda x: parallel_sweep_errors(x[0], RNN),
    "lstm_step": lambda x: lstm_step(x[:, 0], STATE, STATE, GATES),
    "step_activations": lambda x: step_activations(x[:, 0], STATE, STATE, GATES),
    "rnn_gradients": lambda x: rnn_gradients(RNN, x, RUN.sequences),
    "lstm_gradients": lambda x: lstm_gradients(LSTM, x, RUN),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.full((2, 7, 3), np.nan), r": expected finite numbers, found nan at \("),
        (np.full((2, 7, 3), -np.inf), r": expected finite numbers, found -inf at \("),
        (np.zeros((2, 7, 3), int), ": expected floating-point numbers, found int64"),
        (np.zeros((2, 7, 3), complex), ": expected floating-point numbers, found complex128"),
        (np.zeros((2, 7, 3), object), ": expected floating-point numbers, found object"),
        (np.full((2, 7, 3), "x"), ": expected floating-point numbers, found <U1"),
        (np.zeros((2, 7, 4)), r": expected shape \(.*3\).*, found \(.*4,?\)"),
    ],
)
def test_inputs_that_are_no_finite_floating_point_numbers_are_refused(call, inputs, message):
    with pytest.raises(ValueError, match=message):
        CALLS[call](inputs)


def test_states_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="cell_state: expected finite numbers, found nan"):
        run_lstm(np.zeros((2, 7, 3)), GATES, initial_state=(STATE, STATE * np.nan))
