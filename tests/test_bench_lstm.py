"""What the benchmark of the LSTM measures computes the same everywhere."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "bench" / "lstm"


@pytest.mark.slow
def test_every_contestant_computes_the_same_but_the_limit() -> None:
    module = runpy.run_path(str(FOLDER / "contestants.py"))
    everyone = module["contestants"](module["Size"](2, 5, 3, 4), 1)  # raises if one differs
    assert list(everyone) == [
        "limit", "lstm_src", "eight dots", "Keras predict", "Keras model(x)", "Keras tf.function",
        "Keras tf.function, XLA", "PyTorch", "onnxruntime",
    ]  # fmt: skip
    assert np.asarray(everyone["PyTorch"]()).shape == (2, 5, 4)
