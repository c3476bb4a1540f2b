"""The LSTM of the posts, in NumPy: to read, to run, to train, and to compare with Keras.

Only NumPy is imported here. Keras is imported by the functions that are given Keras objects, and
`onnx` by the one that is given an ONNX model, when they are called.
"""

from lstm_src.backward import clip_by_global_norm, lstm_gradients, rnn_gradients
from lstm_src.cell import LstmActivations, lstm_step, sigmoid, step_activations
from lstm_src.errors import UnsupportedError
from lstm_src.gates import Gates
from lstm_src.keras_models import lstm_from_keras, network_from_keras
from lstm_src.keras_weights import (
    LstmWeights,
    extract_lstm_weights,
    extract_single_lstm_weights,
)
from lstm_src.layer import Lstm, LstmRun
from lstm_src.layouts import KERAS, ONNX, PYTORCH, LaidOutWeights, convert
from lstm_src.network import Network
from lstm_src.onnx_models import lstms_from_onnx
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
from lstm_src.torch_models import network_from_torch

__all__ = [
    "KERAS",
    "ONNX",
    "PYTORCH",
    "Gates",
    "LaidOutWeights",
    "Lstm",
    "LstmActivations",
    "LstmJacobians",
    "LstmRun",
    "LstmWeights",
    "Network",
    "SimpleRnn",
    "UnsupportedError",
    "clip_by_global_norm",
    "convert",
    "extract_lstm_weights",
    "extract_single_lstm_weights",
    "gradient_norms",
    "input_influence",
    "lstm_from_keras",
    "lstm_gradients",
    "lstm_jacobians",
    "lstm_step",
    "lstms_from_onnx",
    "network_from_keras",
    "network_from_torch",
    "parallel_sweep_errors",
    "rnn_gradients",
    "rnn_jacobians",
    "run_lstm",
    "run_rnn",
    "sigmoid",
    "step_activations",
]
