"""Figures whose texts and ticks are measured once look as matplotlib alone draws them."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axis import Axis
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MultipleLocator
from PIL import Image

from litpost.session.measures import measured_once

X = np.linspace(0.1, 9, 50)
DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(days) for days in range(50)]
GRID = np.add.outer(X[:8], X[:12])
Draw = Callable[[Figure], object]


def grow(figure: Figure) -> None:
    """Add a text that makes its font larger whenever it is drawn."""

    class Growing(Text):
        def draw(self, renderer: Any) -> None:
            super().draw(renderer)
            self.get_fontproperties().set_size(self.get_fontproperties().get_size() + 7)

    axes = figure.add_subplot()
    text = Growing(0.5, 0.9, "grows")
    text.set_transform(axes.transAxes)
    axes.add_artist(text)


def move_ticks(figure: Figure) -> None:
    """Add an artist that, when it is drawn, sets ticks."""

    class Mover(Text):
        def draw(self, renderer: Any) -> None:
            super().draw(renderer)
            axes.set_xticks([0.25, 0.5], ["a quarter", "a half"])

    axes = figure.add_subplot()
    axes.add_artist(Mover(0, 0, "moves", zorder=-9))


FIGURES: dict[str, Draw] = {
    "lines": lambda f: f.add_subplot().plot(X, X**2),
    "titles": lambda f: f.add_subplot(title="t\nwo", xlabel="x", ylabel="$y^2$").plot(X),
    "log": lambda f: f.add_subplot(xscale="log", yscale="symlog").plot(X, np.sin(X)),
    "dates": lambda f: f.add_subplot().plot(DAYS, X),
    "rotated dates": lambda f: (
        f.add_subplot().plot(DAYS, X),
        f.axes[0].xaxis.set_major_formatter(DateFormatter("%d. %b")),
        f.autofmt_xdate(),
    ),
    "words": lambda f: f.add_subplot().barh(["one", "two", "three"], [1, 2, 3]),
    "minor ticks": lambda f: (
        f.add_subplot().plot(X, X * 1e7),
        f.axes[0].minorticks_on(),
        f.axes[0].grid(visible=True, which="both"),
    ),
    "own ticks": lambda f: (
        f.add_subplot().plot(X),
        f.axes[0].xaxis.set_major_locator(MultipleLocator(7)),
        f.axes[0].yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:.0f} m")),
    ),
    "image": lambda f: f.colorbar(f.add_subplot().imshow(GRID), label="warm"),
    "two columns": lambda f: [axes.plot(X, X**k) for k, axes in enumerate(
        f.subplots(2, 2, sharex=True, sharey="row").flat)],
    "twins": lambda f: (
        f.add_subplot().plot(X, X), f.axes[0].twinx().plot(X, X**3),
        f.axes[0].secondary_xaxis("top", functions=(np.negative, np.negative)),
    ),
    "inset": lambda f: f.add_subplot().inset_axes((0.5, 0.5, 0.4, 0.4)).plot(X, np.cos(X)),
    "equal": lambda f: f.add_subplot(aspect="equal").plot(X, np.sin(X)),
    "spines": lambda f: (
        f.add_subplot().plot(X - 5, X - 5),
        f.axes[0].spines[["left", "bottom"]].set_position("center"),
        f.axes[0].spines[["top", "right"]].set_visible(False),
    ),
    "legend": lambda f: (
        f.add_subplot().plot(X, label="x"), f.legend(title="all", loc="outside right")
    ),
    "annotated": lambda f: (
        f.add_subplot().annotate("here", (0.5, 0.5), (0.1, 0.1), arrowprops={"arrowstyle": "->"}),
        f.axes[0].text(0.5, 0.7, "boxed", bbox={"boxstyle": "round"}, rotation=30),
    ),
    "wrapped": lambda f: f.text(0.8, 0.5, "a long text that is wrapped", wrap=True),
    "turned with the line": lambda f: f.add_subplot().text(
        0.2, 0.2, "up", rotation=45, transform_rotates_text=True),
    "table": lambda f: f.add_subplot().table([["a", "b"], ["c", "d"]], loc="center"),
    "polar": lambda f: f.add_subplot(projection="polar").plot(X, X),
    "three dimensions": lambda f: f.add_subplot(projection="3d").plot(X, np.sin(X), X),
    "raster": lambda f: f.add_subplot(title="t").plot(X, rasterized=True),
    "raster axes": lambda f: f.add_subplot(title="t", rasterized=True).plot(X),
    "subfigures": lambda f: [part.add_subplot(title="t").plot(X) for part in f.subfigures(1, 2)],
    "grows": grow,
    "ticks move": move_ticks,
}  # fmt: skip


def drawn(draw: Draw, **options: Any) -> Figure:
    figure = Figure(figsize=(5, 4), **options)
    draw(figure)
    return figure


def svg(figure: Figure, box: str | None = None) -> str:
    file = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "a"}):
        figure.savefig(file, format="svg", bbox_inches=box, metadata={"Date": None})
    return file.getvalue()


def png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return Image.open(file).tobytes()


@pytest.mark.parametrize("layout", [None, "tight", "constrained"])
@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_a_figure_is_drawn_as_by_matplotlib_alone(draw: Draw, layout: str | None) -> None:
    alone = drawn(draw, layout=layout)
    expected = svg(alone), svg(alone, "tight"), png(alone)
    once = drawn(draw, layout=layout)
    with measured_once():
        found = svg(once), svg(once, "tight"), png(once)
    assert found == expected


def test_texts_and_ticks_are_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {}
    for kind, name in ((Text, "_get_layout"), (Axis, "_update_ticks")):
        counts[name] = calls = list[object]()
        method: Any = vars(kind)[name]
        monkeypatch.setattr(
            kind, name, lambda this, *rest, m=method, c=calls: c.append(this) or m(this, *rest)
        )
    methods = Text._get_layout, Axis._update_ticks  # type: ignore[attr-defined]
    with measured_once():
        svg(drawn(FIGURES["titles"]), "tight")
    assert len(counts["_update_ticks"]) <= 2 * 2  # two drawings, two axes
    assert len(counts["_get_layout"]) <= 2 * len(set(map(id, counts["_get_layout"])))
    assert (Text._get_layout, Axis._update_ticks) == methods  # type: ignore[attr-defined]


def test_another_matplotlib_draws_as_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Axis, "_update_ticks")
    with measured_once():
        assert "_update_ticks" not in vars(Axis)
