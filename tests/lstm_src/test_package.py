import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import lstm_src

MODULES = [
    "lstm_src.arrays",
    "lstm_src.cell",
    "lstm_src.gates",
    "lstm_src.keras_weights",
    "lstm_src.rnn_problems",
    "lstm_src.sequence",
    "lstm_src.simple_rnn",
]


def test_importing_the_package_imports_numpy_and_no_other_distribution():
    code = (
        "import sys; import numpy.random; before = set(sys.modules); import lstm_src;"
        "new = {name.split('.')[0] for name in set(sys.modules) - before};"
        "print(*sorted(new - sys.stdlib_module_names - {'numpy'}))"
    )
    root = Path(lstm_src.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["lstm_src"]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name):
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted > 0
    assert results.failed == 0
