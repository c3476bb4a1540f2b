"""Figures as SVG, cropped to what is drawn."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SIZE = re.compile(r'width="[^"]*" height="[^"]*" viewBox="[^"]*"')
_POINTS = 72  # an inch
_NOTHING = {"Date": None, "Creator": None, "Format": None, "Type": None}


def draw_svg(figure: Any, *, pad_inches: float) -> str:
    """Draw a figure as an SVG that ends a little outside of all that is drawn.

    matplotlib's own way (``bbox_inches="tight"``) draws each figure twice: once to find out what
    there is to see. Here it is drawn once, and the view is set to what there was. Only what lies
    beyond the canvas may need another drawing: its raster images end there, and so does its ground,
    a canvas further.
    """
    svg, drawn = _drawn(figure)
    x0, y0, x1, y1 = drawn.padded(pad_inches).extents
    width, height = figure.get_size_inches()
    beyond = max(-x0 / width, -y0 / height, x1 / width - 1, y1 / height - 1)
    if beyond > 1 or (beyond > 0 and _has_rasters(figure)):
        return _saved(figure, bbox_inches="tight", pad_inches=pad_inches)
    wide, high, left, top = map(_points, (x1 - x0, y1 - y0, x0, height - y1))
    size = f'width="{wide}pt" height="{high}pt" viewBox="{left} {top} {wide} {high}"'
    return _SIZE.sub(size, svg, count=1)


def _drawn(figure: Any) -> tuple[str, Any]:
    """Draw a figure; return the SVG, and within which box something is drawn, in inches."""
    boxes = []

    def draw(renderer: Any) -> None:
        type(figure).draw(figure, renderer)
        boxes.append(figure.get_tightbbox(renderer))

    figure.draw = draw
    try:
        with _wide_ground(figure):
            return _saved(figure), boxes[-1]
    finally:
        del figure.draw


@contextmanager
def _wide_ground(figure: Any) -> Iterator[None]:
    """Have the figure's ground reach as far beyond its canvas as that is wide and high."""
    bounds = figure.patch.get_bbox().bounds
    figure.patch.set_bounds(-1, -1, 3, 3)
    try:
        yield
    finally:
        figure.patch.set_bounds(*bounds)


def _has_rasters(figure: Any) -> bool:
    return bool(figure.findobj(lambda artist: artist.get_rasterized()))


def _saved(figure: Any, **options: Any) -> str:
    with io.StringIO() as file:
        figure.savefig(file, format="svg", metadata=_NOTHING, **options)
        return file.getvalue()


def _points(inches: float) -> str:
    return f"{_POINTS * inches:.6f}".rstrip("0").rstrip(".")
