"""Settings that make a run repeatable, applied to each library when a cell imports it.

Nothing is imported for their sake: a session that needs no NumPy doesn't pay for it.
"""

from __future__ import annotations

import dataclasses
import importlib.abc
import importlib.machinery
import random
import sys
import types
import uuid
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from litpost.schemes import DRAWN

SEED = 0
CYCLE = ("#0a7bbd", "#e67300", "#448d75", "#6161ff", "#9d6934", "#c671a1", "#3999ac")
"""Colours of data that stand out on light and dark grounds; the first five differ for every eye."""


def _numpy_random(module: types.ModuleType) -> None:
    module.seed(SEED)


def _tensorflow(module: types.ModuleType) -> None:
    module.random.set_seed(SEED)
    module.config.experimental.enable_op_determinism()


def _torch(module: types.ModuleType) -> None:
    module.manual_seed(SEED)


def _matplotlib(module: types.ModuleType) -> None:
    from cycler import cycler

    _add_fonts()
    module.rcParams.update(
        {
            "font.family": ["DejaVu Sans", "NanumGothic"],
            "svg.fonttype": "path",
            "axes.prop_cycle": cycler(color=CYCLE),
            "figure.figsize": (7.2, 4.2),
            **dict.fromkeys(
                ("figure.facecolor", "axes.facecolor", "savefig.facecolor", "legend.facecolor"),
                DRAWN.ground,
            ),
            **dict.fromkeys(
                ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor",
                 "xtick.color", "ytick.color", "patch.edgecolor", "hatch.color",
                 "boxplot.flierprops.color", "boxplot.flierprops.markeredgecolor",
                 "boxplot.boxprops.color", "boxplot.whiskerprops.color",
                 "boxplot.capprops.color", "lines.color"),
                DRAWN.ink,
            ),
        }
    )  # fmt: skip
    module.rcParamsDefault.update(module.rcParams)


def _add_fonts() -> None:
    """Add the Korean font, its bold face under the weight that matplotlib's "bold" asks for."""
    from matplotlib.font_manager import fontManager

    for path in fonts():
        fontManager.addfont(path)
        if path.stem.endswith("Bold"):
            entry = fontManager.ttflist.pop()
            fontManager.ttflist.append(dataclasses.replace(entry, weight=700))


DEFAULTS: dict[str, Callable[[types.ModuleType], None]] = {
    "numpy.random": _numpy_random,
    "tensorflow": _tensorflow,
    "torch": _torch,
    "matplotlib": _matplotlib,
}


def fonts() -> list[Path]:
    """Find the Korean font's files without importing the distribution that brings them."""
    try:
        files = distribution("koreanize-matplotlib").files or []
    except PackageNotFoundError:
        return []
    names = ("NanumGothic.ttf", "NanumGothicBold.ttf")
    return [Path(str(file.locate())) for file in files if file.name in names]


class _Finder(importlib.abc.MetaPathFinder):
    """Lets the usual finders find a library, and applies our defaults after it has loaded."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Find one of the libraries named in `DEFAULTS`."""
        if fullname not in DEFAULTS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                load(module)
                DEFAULTS[fullname](module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


class Ids:
    """The random ids of ``uuid.uuid4``, the same whenever a step runs.

    pandas, Plotly, Bokeh and others name the elements of their HTML by them.
    """

    def __init__(self) -> None:
        self._random = random.Random()
        uuid.uuid4 = self._next

    def begin(self, key: str) -> None:
        """Start the ids of a step."""
        self._random.seed(key)

    def _next(self) -> uuid.UUID:
        return uuid.UUID(int=self._random.getrandbits(128), version=4)


def install() -> None:
    """Seed Python's generator, and have the libraries' set when they are imported."""
    random.seed(SEED)
    sys.meta_path.insert(0, _Finder())
