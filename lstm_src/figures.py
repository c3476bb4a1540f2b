"""Figures of what happens in recurrent networks: gradients, gates and dependencies through time.

Each function takes plain arrays and returns a Figure, drawn in the ink and ground of
`matplotlib.rcParams` and the palette's colours. A value is shown by how strongly a colour covers
the ground, so that the same figure is right on light and on dark paper. Time steps and units are
counted from 1, as in the equations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle, pairwise
from types import MappingProxyType
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import QuadMesh
from matplotlib.colorbar import Colorbar
from matplotlib.colors import ListedColormap, LogNorm, Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import ArrayLike

from lstm_src.arrays import FloatArray, require_shape
from lstm_src.palette import LANGUAGES, SIGNALS, known, signal

WIDTH = 7.2
MARGIN = 0.08
TEXT = 12.5
TICKS = 11.5
TITLE = 13.5
FAINT = 0.35
FAINTER = 0.12
WEAKEST = 0.18  # of what isn't 0
LEVELS = 64
BAR_TILES = 11
MOST_TICKS = 6
TILE_GAP = 1.0  # points
SMALLEST_TILE = 6.0  # points; smaller ones touch
LABEL_PITCH = 0.075  # of the height of the axes


class Words(NamedTuple):
    """A text in the palette's languages, in their order."""

    ko: str
    en: str


TIME = Words("시간 단계 t", "time step t")
UNIT = Words("유닛", "unit")
STEPS_BACK = Words("과거로 거슬러 간 시간 단계 수", "time steps back")
GRADIENT = Words("기울기의 노름", "norm of the gradient")
EPOCH = Words("에폭", "epoch")
PERPLEXITY = Words("퍼플렉서티", "perplexity")
INPUT_STEP = Words("입력의 시간 단계 k", "time step k of the input")
STATE_STEP = Words("상태의 시간 단계 t", "time step t of the state")
INFLUENCE = Words("상태가 바뀐 크기", "change of the state")
EXACTLY_ZERO = Words("정확히 0", "exactly 0")


@dataclass(frozen=True)
class Curve:
    """A curve's label, the signal in whose colour it is drawn (else ink), and its dashes."""

    label: Words
    signal: str | None
    dashes: str = "-"


CURVES: Mapping[str, Curve] = MappingProxyType(
    {
        "vanishing": Curve(Words("단순 RNN: 소실", "simple RNN: vanishing"), "hidden"),
        "exploding": Curve(Words("단순 RNN: 폭발", "simple RNN: exploding"), "hidden", "--"),
        "lstm": Curve(Words("LSTM", "LSTM"), "cell"),
    }
)
DASHES = ("-", "--", ":", "-.")

RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"forget": (0, 1), "input": (0, 1), "output": (0, 1), "candidate": (-1, 1), "hidden": (-1, 1)}
)


def plot_gradient_norms(curves: Mapping[str, ArrayLike], *, language: str = "ko") -> Figure:
    """Plot how a gradient's norm changes on its way back in time.

    Parameters
    ----------
    curves : mapping of str to array_like, shape (time,)
        A norm for every time step, the last step last, as `lstm_src.gradient_norms` returns them.
        Curves named ``vanishing`` and ``exploding`` (simple RNNs) and ``lstm`` are labelled in
        words, in the colour of the signal that carries the gradient. Any other name is a label by
        itself, in ink.
    language : {"ko", "en"}
        The language of the labels.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is no curve, if one isn't a row of finite numbers from 0 on with one above 0, or
        if the language is unknown.
    """
    known(language, LANGUAGES, "language")
    rows = {name: _norms(name, values) for name, values in curves.items()}
    _require_one("curve", rows)
    figure, ax = _figure(4.0)
    ax.set_yscale("log")
    ax.axhline(1, color=_ink(), alpha=FAINT, linewidth=1)
    ends = [_plot_curve(ax, i, *row, language) for i, row in enumerate(rows.items())]
    ax.set_xlim(0, max(map(len, rows.values())) - 1 or 1)
    _dress(ax, STEPS_BACK, GRADIENT, language)
    ax.grid(axis="y", color=_ink(), alpha=FAINTER)
    _label_ends(ax, ends)
    return figure


def plot_losses(curves: Mapping[str, ArrayLike], *, language: str = "ko") -> Figure:
    """Plot how a loss falls from epoch to epoch, as a perplexity on a log scale.

    Parameters
    ----------
    curves : mapping of str to array_like, shape (epochs,)
        The mean loss of every epoch in nats, from 0 on; its exponential is drawn. The names are
        the labels at the curves' ends.
    language : {"ko", "en"}
        The language of the axes.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is no curve, if one isn't a row of finite numbers from 0 on, or if the language is
        unknown.
    """
    known(language, LANGUAGES, "language")
    rows = {name: _losses(name, values) for name, values in curves.items()}
    _require_one("curve", rows)
    figure, ax = _figure(4.0)
    ax.set_yscale("log")
    ends: list[tuple[float, float, str, str]] = []
    for dashes, (name, losses) in zip(cycle(DASHES), rows.items(), strict=False):
        epochs, perplexities = np.arange(1, len(losses) + 1), np.exp(losses)
        ax.plot(epochs, perplexities, color=_ink(), linestyle=dashes, linewidth=2.0)
        ends.append((len(losses), float(perplexities[-1]), name, _ink()))
    longest = max(map(len, rows.values()))
    ax.set_xlim(1, max(longest, 2))
    ax.set_xticks(_ticks(longest))
    ax.set_ylim(bottom=1)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    _dress(ax, EPOCH, PERPLEXITY, language)
    ax.grid(axis="y", color=_ink(), alpha=FAINTER)
    _label_ends(ax, ends)
    return figure


def plot_gate_activations(activations: Mapping[str, ArrayLike], *, language: str = "ko") -> Figure:
    """Draw a heat map over a sequence for every gate, in the gate's colour.

    Parameters
    ----------
    activations : mapping of str to array_like, shape (time, units)
        What the gates let through; the names are the palette's: ``forget``, ``input``,
        ``candidate``, ``output``, also ``cell`` and ``hidden``. Gates have a scale from 0 to 1;
        signals that can be negative one from -1 to 1 (the cell state as far as it goes), where
        ink is negative.
    language : {"ko", "en"}
        The language of the labels.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, if a signal or the language is unknown, or if an array isn't
        of shape (time, units), the same for all, finite and within its signal's range.
    """
    known(language, LANGUAGES, "language")
    panels = {name: _activations(name, values) for name, values in activations.items()}
    _require_one("signal", panels)
    _require_same_shape(panels)
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    figure = _blank(0.7 + 2.1 * rows)
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax, (name, values) in zip(axes.flat, panels.items(), strict=False):
        _draw_activations(ax, name, values, language)
    _label_outer(list(axes.flat), len(panels), columns)
    return figure


def plot_dependencies(matrix: ArrayLike, *, language: str = "ko") -> Figure:
    """Draw which input reaches which state: a triangle, as no input reaches a state before it.

    Parameters
    ----------
    matrix : array_like, shape (time, time)
        By how much the state of step t (row) changes when the input of step k (column) does, as
        `lstm_src.input_influence` returns it. What is exactly 0 is marked by a dot.
    language : {"ko", "en"}
        The language of the labels.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the matrix isn't square, or holds anything but finite numbers from 0 on with one above
        0, or if the language is unknown.
    """
    known(language, LANGUAGES, "language")
    changes = _magnitudes("matrix", matrix, ("time", "time"))
    require_shape("matrix", changes, (len(changes), len(changes)))
    figure, ax = _figure(5.4)
    positive = changes[changes > 0]
    norm = LogNorm(min(positive.min(), positive.max() / 10), positive.max())
    map_ = _fade(signal("hidden").color, weakest=WEAKEST)
    mesh = _draw_cells(ax, np.ma.masked_equal(changes, 0), map_, norm, (4.2, 4.2))
    ax.set_aspect("equal")
    _dress(ax, INPUT_STEP, STATE_STEP, language)
    _mark_zeros(ax, changes == 0, language)
    _color_bar(ax, mesh).set_label(_in(language, INFLUENCE), color=_ink(), fontsize=TEXT)
    return figure


def _plot_curve(
    ax: Axes, index: int, name: str, norms: FloatArray, language: str
) -> tuple[float, float, str, str]:
    """Plot a curve; return where it ends, its label and its colour."""
    plain = Curve(Words(name, name), None, DASHES[index % len(DASHES)])
    curve = CURVES.get(name, plain)
    color = signal(curve.signal).color if curve.signal else _ink()
    back = np.where(norms > 0, norms, np.nan)[::-1]
    ax.plot(back, color=color, linestyle=curve.dashes, linewidth=2.4)
    last = int(np.flatnonzero(back > 0)[-1])
    return last, float(back[last]), _in(language, curve.label), color


def _label_ends(ax: Axes, ends: list[tuple[float, float, str, str]]) -> None:
    """Write each label beside the end of its curve, no two on one another."""
    low, high = np.log(ax.get_ylim())
    heights = [(np.log(y) - low) / (high - low) for _, y, _, _ in ends]
    for (x, _, text, color), height in zip(ends, _spread(heights, LABEL_PITCH), strict=True):
        ax.annotate(
            text,
            (x, height),
            xycoords=("data", "axes fraction"),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            color=color,
            fontsize=TITLE,
            weight="bold",
        )


def _spread(heights: list[float], pitch: float) -> list[float]:
    """Move heights apart: upwards as far as it takes, but not above 1, and then downwards."""
    order = [int(i) for i in np.argsort(heights, kind="stable")]
    spread = list(heights)
    for below, above in pairwise(order):
        spread[above] = max(spread[above], spread[below] + pitch)
    spread[order[-1]] = min(spread[order[-1]], 1.0)
    for above, below in pairwise(reversed(order)):
        spread[below] = min(spread[below], spread[above] - pitch)
    return spread


def _draw_activations(ax: Axes, name: str, values: FloatArray, language: str) -> None:
    shown = signal(name)
    low, high = _range(name, values)
    map_ = _fade(shown.color, through_ink=low < 0)
    mesh = _draw_cells(ax, values.T, map_, Normalize(low, high), (2.4, 1.6))
    _dress(ax, TIME, UNIT, language)
    for title in (
        ax.set_title(shown.name(language), loc="left"),
        ax.set_title(shown.symbol, loc="right"),
    ):
        title.set(color=shown.color, fontsize=TITLE, weight="bold")
    ticks = [low, (low + high) / 2, high]
    bar = _color_bar(ax, mesh)
    bar.set_ticks(ticks, labels=[f"{tick:g}".replace("-", "\N{MINUS SIGN}") for tick in ticks])


def _label_outer(axes: list[Axes], panels: int, columns: int) -> None:
    """Remove places without a panel, and labels that the panel below or to the left has, too."""
    for i, ax in enumerate(axes):
        if i >= panels:
            ax.remove()
        if i + columns < panels:
            ax.set_xlabel("")
            ax.tick_params(labelbottom=False)
        if i % columns:
            ax.set_ylabel("")
            ax.tick_params(labelleft=False)


def _range(name: str, values: FloatArray) -> tuple[float, float]:
    limit = float(np.ceil(np.abs(values).max())) or 1.0
    return RANGES.get(name, (-limit, limit))


def _draw_cells(
    ax: Axes, values: FloatArray, map_: ListedColormap, norm: Normalize, inches: tuple[float, float]
) -> QuadMesh:
    """Draw a matrix with its first row on top, as tiles on about so many inches."""
    rows, columns = values.shape
    tile = 72 * min(inches[0] / columns, inches[1] / rows)
    mesh = ax.pcolormesh(
        np.arange(columns + 1) + 0.5,
        np.arange(rows + 1) + 0.5,
        values,
        cmap=map_,
        norm=norm,
        edgecolors=_ground(),
        linewidth=TILE_GAP if tile > SMALLEST_TILE else 0,
    )
    ax.invert_yaxis()
    ax.set_xticks(_ticks(columns))
    ax.set_yticks(_ticks(rows))
    return mesh


def _mark_zeros(ax: Axes, zeros: FloatArray, language: str) -> None:
    rows, columns = np.nonzero(zeros)
    size = min(4.0, 50 / len(zeros))
    ax.plot(columns + 1, rows + 1, ".", color=_ink(), alpha=FAINT, markersize=size, mew=0)
    if zeros[np.triu_indices_from(zeros, 1)].all() and len(zeros) > 1:
        ax.text(
            0.7,
            0.74,
            _in(language, EXACTLY_ZERO),
            transform=ax.transAxes,
            ha="center",
            va="center",
            color=_ink(),
            fontsize=TITLE,
            bbox={"facecolor": _ground(), "edgecolor": "none", "pad": 4},
        )


def _ticks(size: int) -> list[int]:
    """Choose round numbers from 1 to `size`, not too many."""
    steps = (scale * first for scale in 10 ** np.arange(9) for first in (1, 2, 5))
    step = next(int(step) for step in steps if size / step <= MOST_TICKS)
    if step <= 2:
        return list(range(1, size + 1, step))
    return [1, *range(step, size + 1, step)]


def _fade(color: str, *, through_ink: bool = False, weakest: float = 0.0) -> ListedColormap:
    """Map 0 to 1 to a colour that grows out of the ground; with ink, -1 to 1 by way of it."""
    if not through_ink:
        return ListedColormap([(*to_rgb(color), a) for a in np.linspace(weakest, 1, LEVELS)])
    negative = [(*to_rgb(_ink()), a) for a in np.linspace(1, 0, LEVELS)]
    return ListedColormap([*negative, *((*to_rgb(color), a) for a in np.linspace(0, 1, LEVELS))])


def _color_bar(ax: Axes, mesh: QuadMesh) -> Colorbar:
    """Add a scale of few tiles: a smooth one would be a picture, in which no ink can be swapped."""
    tiles = ScalarMappable(mesh.norm, mesh.get_cmap().resampled(BAR_TILES))
    bar = ax.figure.colorbar(tiles, ax=ax, aspect=18, pad=0.02)
    if bar.solids is not None:
        bar.solids.set(edgecolor=_ground(), linewidth=TILE_GAP)
    bar.outline.set_visible(False)
    bar.ax.set_facecolor("none")
    bar.ax.tick_params(which="both", colors=_ink(), labelsize=TICKS)
    bar.ax.tick_params(which="minor", length=0)
    return bar


def _norms(name: str, values: ArrayLike) -> FloatArray:
    return _magnitudes(f"curve {name!r}", values, ("time",))


def _losses(name: str, values: ArrayLike) -> FloatArray:
    losses = _finite(f"curve {name!r}", values, ("epochs",))
    if losses.min() < 0:
        raise ValueError(f"curve {name!r}: expected no negative numbers, found {losses.min():g}")
    return losses


def _activations(name: str, values: ArrayLike) -> FloatArray:
    known(name, SIGNALS, "signal")
    array = _finite(name, values, ("time", "units"))
    low, high = RANGES.get(name, (-np.inf, np.inf))
    if array.min() < low or array.max() > high:
        found = f"{array.min():g} to {array.max():g}"
        raise ValueError(f"{name}: expected values from {low} to {high}, found {found}")
    return array


def _magnitudes(name: str, values: ArrayLike, shape: tuple[str, ...]) -> FloatArray:
    array = _finite(name, values, shape)
    if array.min() < 0:
        raise ValueError(f"{name}: expected no negative numbers, found {array.min():g}")
    if not array.any():
        raise ValueError(f"{name}: expected a number above 0 for the log scale, found zeros only")
    return array


def _finite(name: str, values: ArrayLike, shape: tuple[str, ...]) -> FloatArray:
    array = np.asarray(values, float)
    require_shape(name, array, shape)
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite numbers, found {array[~np.isfinite(array)][0]}")
    return array


def _require_one(what: str, given: Mapping[str, FloatArray]) -> None:
    if not given:
        raise ValueError(f"expected at least one {what}, found none")


def _require_same_shape(arrays: Mapping[str, FloatArray]) -> None:
    first = next(iter(arrays.values()))
    for name, array in arrays.items():
        require_shape(name, array, first.shape)


def _in(language: str, words: Words) -> str:
    return words[LANGUAGES.index(language)]


def _ink() -> str:
    return str(mpl.rcParams["text.color"])


def _ground() -> str:
    return str(mpl.rcParams["figure.facecolor"])


def _blank(height: float) -> Figure:
    layout = ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN, wspace=0.03, hspace=0.03)
    return Figure(figsize=(WIDTH, height), dpi=100, layout=layout)


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = _blank(height)
    return figure, figure.add_subplot()


def _dress(ax: Axes, x: Words, y: Words, language: str) -> None:
    ax.set_facecolor("none")
    ax.set_xlabel(_in(language, x), color=_ink(), fontsize=TEXT)
    ax.set_ylabel(_in(language, y), color=_ink(), fontsize=TEXT)
    ax.tick_params(which="both", colors=_ink(), labelsize=TICKS)
    ax.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set(edgecolor=_ink(), alpha=FAINT)
