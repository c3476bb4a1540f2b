import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import lstm_src

MODULES = sorted(
    f"lstm_src.{file.stem}"
    for file in Path(lstm_src.__file__).parent.glob("*.py")
    if file.stem != "__init__"
)
WITHOUT_EXAMPLES = {
    f"lstm_src.{name}" for name in ("errors", "onnx_models", "figures", "diagram", "shapes")
}


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
    assert (results.attempted > 0) == (name not in WITHOUT_EXAMPLES)
    assert results.failed == 0
