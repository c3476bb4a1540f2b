"""Measure the LSTM beside Keras, PyTorch, onnxruntime and NumPy's own limit: `make bench-lstm`.

All take turns in one process, one process for each number of threads; what is reported is the
median of each, and ratios of the medians.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "tensorflow", "tensorflow-cpu", "keras", "torch", "onnxruntime")
KERNEL_SETTINGS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Taken out of the environment: OpenBLAS shall choose its kernel by itself."""
GOALS = {
    "(1, 100, 3, 5)": ("Keras predict", lambda ratio: ratio >= 90, "≥ 90× predict"),
    "(32, 100, 128, 256)": ("limit", lambda ratio: 1 / ratio <= 1.25, "≤ 1.25× the limit"),
    "(1, 1000, 128, 256)": ("limit", lambda ratio: 1 / ratio <= 1.25, "≤ 1.25× the limit"),
}


def main() -> None:
    """Measure, and print a table for each number of threads."""
    parser = argparse.ArgumentParser(prog="make bench-lstm")
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each contestant")
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({1, os.cpu_count() or 1}))
    options = parser.parse_args()
    print(", ".join(f"{name} {found}" for name in LIBRARIES if (found := installed(name))))
    for threads in options.threads:
        show(child(threads, options.rounds))


def installed(name: str) -> str | None:
    """Return a distribution's version if it is there."""
    try:
        return version(name)
    except ModuleNotFoundError:
        return None


def child(threads: int, rounds: int) -> dict:
    """Run the measurements with so many threads."""
    environment = {k: v for k, v in os.environ.items() if k not in KERNEL_SETTINGS}
    environment |= dict.fromkeys(
        ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads)
    )
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, str(Path(__file__).parent / "measure.py"), str(threads), str(rounds)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def show(report: dict) -> None:
    """Print the medians and their ratios to lstm_src."""
    print(f"\nthreads: {report['threads']} (BLAS {report['blas threads']}); {report['kernel']}")
    for size, ms in report["ms"].items():
        ours = ms["lstm_src"]
        print(f"\n(batch, time, features, units) = {size}, float32")
        for name, each in ms.items():
            print(f"  {name:24} {each:10.3f} ms {each / ours:9.2f} × lstm_src")
        against, reached, goal = GOALS[size]
        modes = [ms[name] for name in ms if name.startswith("Keras") and "XLA" not in name]
        print(f"  goal {goal}: {'reached' if reached(ms[against] / ours) else 'missed'}")
        print(f"  goal faster than Keras but XLA: {'reached' if ours < min(modes) else 'missed'}")


main()
