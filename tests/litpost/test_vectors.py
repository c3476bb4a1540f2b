"""Figures are drawn once, and cropped as matplotlib crops those that it draws twice."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from litpost.session.vectors import draw_svg

PAD = 0.08
Draw = Callable[[Any], Any]

DRAWINGS: dict[str, Draw] = {
    "lines": lambda axes: axes.plot([1, 2, 3]),
    "title": lambda axes: axes.set_title("a title\nof two lines"),
    "an image": lambda axes: axes.imshow(np.eye(3)),
    "a legend beside": lambda axes: (
        axes.plot([1], label="x" * 30) and axes.legend(bbox_to_anchor=(1, 0.5))
    ),
    "text far off": lambda axes: axes.text(4, 0.5, "far"),
    "a label below": lambda axes: axes.set_xlabel("two\nlines"),
}


def drawn(draw: Draw, **options: Any) -> Figure:
    figure = Figure(figsize=(5, 4), **options)
    draw(figure.add_subplot())
    return figure


def box(svg: str) -> tuple[list[float], list[float]]:
    """Return where the view begins, and its size, in points."""
    found = re.search(r'width="(.*?)pt" height="(.*?)pt" viewBox="(.*?)"', svg)
    assert found
    left, top, wide, high = map(float, found[3].split())
    assert [wide, high] == [float(found[1]), float(found[2])]
    return [left, top], [wide, high]


def tight(figure: Figure) -> str:
    file = io.StringIO()
    figure.savefig(file, format="svg", bbox_inches="tight", pad_inches=PAD)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "layout"),
    [*((name, None) for name in DRAWINGS), ("lines", "constrained"), ("an image", "tight")],
)
def test_the_view_is_that_of_matplotlib(name: str, layout: str | None) -> None:
    draw = DRAWINGS[name]
    svg = draw_svg(drawn(draw, layout=layout), pad_inches=PAD)
    _, size = box(svg)
    assert size == pytest.approx(box(tight(drawn(draw, layout=layout)))[1], abs=1e-4)


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS.keys())
def test_the_ground_is_under_all_of_the_view(draw: Draw) -> None:
    svg = draw_svg(drawn(draw, facecolor="#fffffe"), pad_inches=PAD)
    (left, top), (wide, high) = box(svg)
    ground = re.search(r'<path d="([^"]*)" style="fill: #fffffe"', svg)
    assert ground
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", ground[1])]
    across, down = numbers[::2], numbers[1::2]
    assert min(across) <= left <= left + wide <= max(across)
    assert min(down) <= top <= top + high <= max(down)


@pytest.mark.parametrize(
    ("draw", "count"),
    [
        (DRAWINGS["lines"], 1),
        (DRAWINGS["a legend beside"], 1),
        (lambda axes: axes.plot([1], rasterized=True), 1),
        (lambda axes: axes.text(1.2, 0.5, "off", rasterized=True), 3),
        (lambda axes: axes.text(9, 0.5, "more than a canvas off"), 3),
    ],
    ids=["inside", "beyond", "raster inside", "raster beyond", "far beyond"],
)
def test_only_what_ends_with_the_canvas_is_drawn_anew(
    draw: Draw, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure, original, draws = drawn(draw), Figure.draw, []
    monkeypatch.setattr(
        Figure, "draw", lambda self, renderer: draws.append(1) or original(self, renderer)
    )
    draw_svg(figure, pad_inches=PAD)
    assert len(draws) == count


def test_a_figure_is_left_as_it_was() -> None:
    figure = drawn(DRAWINGS["lines"])
    before = (figure.patch.get_bbox().bounds, tight(drawn(DRAWINGS["lines"])).count("<path"))
    draw_svg(figure, pad_inches=PAD)
    assert "draw" not in vars(figure)
    assert (figure.patch.get_bbox().bounds, tight(figure).count("<path")) == before
