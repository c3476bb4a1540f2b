"""The child process: measures every contestant, in turns, and prints JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
import tensorflow as tf
from threadpoolctl import threadpool_info

sys.path.insert(0, str(Path(__file__).parents[2]))
threads = int(sys.argv[1])
rounds = int(sys.argv[2])
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)

from contestants import Size, contestants  # noqa: E402  (TensorFlow's threads are set before)

SIZES = (Size(1, 100, 3, 5), Size(32, 100, 128, 256), Size(1, 1000, 128, 256))
ENOUGH = 0.02
"""Seconds that one measurement takes at least: short runs are repeated."""


def main() -> None:
    """Measure all sizes."""
    numpys = str(Path(np.__file__).parent)
    [blas] = [
        pool
        for pool in threadpool_info()
        if pool["user_api"] == "blas" and pool["filepath"].startswith(numpys)
    ]
    report = {
        "threads": threads,
        "kernel": f"{blas['internal_api']} {blas['version']} {blas['architecture']}",
        "blas threads": blas["num_threads"],
        "ms": {str(tuple(size)): measured(size) for size in SIZES},
    }
    print(json.dumps(report))


def measured(size: Size) -> dict[str, float]:
    """Return the median milliseconds of every contestant."""
    everyone = contestants(size, threads)
    repeats = {}
    for name, run in everyone.items():
        run()
        began = time.perf_counter()
        run()
        repeats[name] = max(1, int(ENOUGH / (time.perf_counter() - began)))
    taken: dict[str, list[float]] = {name: [] for name in everyone}
    for _ in range(rounds):
        for name, run in everyone.items():
            began = time.perf_counter()
            for _ in range(repeats[name]):
                run()
            taken[name].append((time.perf_counter() - began) / repeats[name] * 1e3)
    return {name: median(each) for name, each in taken.items()}


main()
