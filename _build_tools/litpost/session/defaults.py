"""Settings that make a run repeatable, applied to each library when a cell imports it.

Nothing is imported for their sake: a session that needs no NumPy doesn't pay for it.
"""

from __future__ import annotations

import importlib.machinery
import random
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

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
    module.set_warn_always(True)  # its C code would warn once in a session, whichever cell is first


def _matplotlib(module: types.ModuleType) -> None:
    from cycler import cycler

    from litpost.schemes import DRAWN

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
    import dataclasses

    from matplotlib.font_manager import fontManager

    for path in fonts():
        fontManager.addfont(path)
        if path.stem.endswith("Bold"):
            entry = fontManager.ttflist.pop()
            fontManager.ttflist.append(dataclasses.replace(entry, weight=700))


Change = Callable[[types.ModuleType], None]

DEFAULTS: Mapping[str, Change] = {
    "numpy.random": _numpy_random,
    "tensorflow": _tensorflow,
    "torch": _torch,
    "matplotlib": _matplotlib,
}


def fonts() -> list[Path]:
    """Find the Korean font's files without importing the distribution that brings them."""
    spec = importlib.machinery.PathFinder.find_spec("koreanize_matplotlib")
    folders = spec.submodule_search_locations if spec else None
    return [
        path
        for name in ("NanumGothic.ttf", "NanumGothicBold.ttf")
        for folder in folders or ()
        if (path := Path(folder, "fonts", name)).is_file()
    ]


class _Finder:
    """Lets the usual finders find a library, and changes it after it has loaded."""

    def __init__(self, changes: Mapping[str, Change]) -> None:
        self._changes = changes

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Find one of the libraries that are to be changed."""
        if fullname not in self._changes:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                load(module)
                self._changes[fullname](module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def install(others: Mapping[str, Change]) -> None:
    """Seed Python's generator, and have libraries set when they are imported.

    Parameters
    ----------
    others
        What to do with other modules than those in `DEFAULTS`.
    """
    random.seed(SEED)
    changes = {**DEFAULTS, **others}
    for name in changes.keys() & sys.modules.keys():
        changes[name](sys.modules[name])
    sys.meta_path.insert(0, _Finder(changes))
