import re
from pathlib import Path

import keras
import numpy as np
import pytest

import lstm_src

DOCS = Path(lstm_src.__file__).parents[1] / "docs" / "lstm.md"


def test_the_code_in_the_docs_runs():
    [code] = re.findall(r"^```python\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.S | re.M)
    layers = [keras.Input((7, 3)), keras.layers.LSTM(5, return_sequences=True)]
    model = keras.Sequential([*layers, keras.layers.Dense(2)])
    x = np.random.default_rng(0).normal(size=(4, 7, 3)).astype("float32")
    names = {"model": model, "x": x}
    exec(compile(code, str(DOCS), "exec"), names)
    assert names["run"].activations.forget_gate.shape == (4, 7, 5)
    assert names["network"].predict(x) == pytest.approx(model.predict(x, verbose=0), abs=1e-6)
