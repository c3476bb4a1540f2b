"""The LSTM of the posts, in NumPy: to read, to run, and to compare with Keras.

Only NumPy is imported here. Keras is imported by `extract_lstm_weights` and
`extract_single_lstm_weights` when they are called.
"""

from lstm_src.cell import LstmActivations, lstm_step, sigmoid, step_activations
from lstm_src.gates import Gates
from lstm_src.keras_weights import (
    LstmWeights,
    extract_lstm_weights,
    extract_single_lstm_weights,
)
from lstm_src.rnn_problems import (
    LstmJacobians,
    gradient_norms,
    input_influence,
    lstm_jacobians,
    parallel_sweep_errors,
    rnn_jacobians,
)
from lstm_src.sequence import run_lstm
from lstm_src.simple_rnn import SimpleRnn, run_rnn

__all__ = [
    "Gates",
    "LstmActivations",
    "LstmJacobians",
    "LstmWeights",
    "SimpleRnn",
    "extract_lstm_weights",
    "extract_single_lstm_weights",
    "gradient_norms",
    "input_influence",
    "lstm_jacobians",
    "lstm_step",
    "parallel_sweep_errors",
    "rnn_jacobians",
    "run_lstm",
    "run_rnn",
    "sigmoid",
    "step_activations",
]
