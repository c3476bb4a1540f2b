"""The shapes that the cell diagram is made of; each draws itself with a pen.

Coordinates, font sizes and line widths are all in the diagram's own unit, so that a drawing is the
same at every size. Colours are ink and ground, read from `matplotlib.rcParams` when the drawing is
made, and the palette's, thinned by alpha: nothing here is black, white or grey by itself.
"""

from dataclasses import dataclass, field
from typing import Protocol

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Patch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from lstm_src.palette import signal

Point = tuple[float, float]
Color = str | tuple[str, float]
Names = frozenset[str]
Curve = list[tuple[np.uint8, Point]]

LINE = 0.056
CORNER = 0.32
JUMP = 0.2
ARROW = 0.27
DIM = 0.22
VEIL = 0.2
BODY_CORNER = 0.45
LAYER_CORNER = 0.14
# Of the font size: how far the middle of small letters is above their base line.
MIDDLE = 0.27
# A Bézier handle of this length makes a quarter of a circle with radius 1.
HANDLE = 0.5523


@dataclass(frozen=True)
class Pen:
    """Where and how shapes are drawn.

    Attributes
    ----------
    ax : Axes
        The axes to draw on, in the diagram's unit.
    unit : float
        Points per unit.
    lit : str, optional
        The path that is lit: shapes that aren't part of it are dimmed. None are, by default; all
        are by a name that no path has.
    text : float
        How much larger labels are than in the full drawing.
    weight : float
        How much heavier lines are than in the full drawing.
    shift : float
        How far to the right everything moves, in units.
    """

    ax: Axes
    unit: float
    lit: str | None = None
    text: float = 1.0
    weight: float = 1.0
    shift: float = 0.0

    @property
    def ink(self) -> str:
        """The colour of what has no colour of its own."""
        return str(mpl.rcParams["text.color"])

    @property
    def ground(self) -> str:
        """The colour of the paper."""
        return str(mpl.rcParams["figure.facecolor"])

    def is_lit(self, paths: Names) -> bool:
        """Tell whether a shape of these paths is drawn in full strength."""
        return self.lit is None or self.lit in paths

    def tint(self, name: str | None, paths: Names, dimmed: float = DIM) -> tuple[str, float]:
        """Return a signal's colour, ink if it has no name, as strong as these paths are drawn."""
        color = signal(name).color if name else self.ink
        return color, 1.0 if self.is_lit(paths) else dimmed

    def fill(self, patch: Patch, color: Color) -> None:
        """Add a patch without an edge."""
        patch.set(facecolor=color, edgecolor="none", linewidth=0)
        self._add(patch)

    def stroke(self, patch: Patch, color: Color, line: float = LINE) -> None:
        """Add the edge of a patch, or a line, of a width in units."""
        patch.set(facecolor="none", edgecolor=color, linewidth=line * self.weight * self.unit)
        patch.set(joinstyle="round", capstyle="butt")
        self._add(patch)

    def write(self, at: Point, text: str, size: float, color: Color, **style: str) -> None:
        """Write a label around a point, unless `style` aligns it otherwise."""
        self._write(at, text, size * self.text, color, **({"ha": "center", "va": "center"} | style))

    def write_inside(self, at: Point, text: str, size: float, color: Color) -> None:
        """Write the text of a shape, which is no larger than the shape, around a point."""
        base = at[1] - MIDDLE * size
        self._write((at[0], base), text, size, color, ha="center", va="baseline")

    def _add(self, patch: Patch) -> None:
        patch.set_transform(Affine2D().translate(self.shift, 0) + self.ax.transData)
        self.ax.add_patch(patch)

    def _write(self, at: Point, text: str, size: float, color: Color, **style: str) -> None:
        x, y = at
        label = self.ax.text(x + self.shift, y, text)
        label.set(
            fontsize=size * self.unit, color=color, zorder=Patch.zorder, clip_on=True, **style
        )


class Shape(Protocol):
    """Anything that a pen can draw."""

    def draw(self, pen: Pen) -> None:
        """Draw it."""


@dataclass(frozen=True)
class Wire:
    """A line along points, with right angles.

    Where it turns, its corner is round. An interior point where it goes straight on is a jump over
    a line that it crosses there without meeting it.
    """

    points: tuple[Point, ...]
    paths: Names = frozenset()
    signal: str | None = None
    arrow: bool = True
    line: float = LINE
    scale: float = 1.0

    def draw(self, pen: Pen) -> None:
        """Draw the line, and the arrowhead at its end."""
        tint = pen.tint(self.signal, self.paths)
        points = list(self.points)
        if self.arrow:
            tip, along, length = points[-1], _direction(*points[-2:]), ARROW * self.scale
            points[-1] = _step(tip, along, -0.8 * length)
            pen.fill(_arrowhead(tip, along, length), tint)
        pen.stroke(PathPatch(_rounded(points, CORNER * self.scale)), tint, self.line)


@dataclass(frozen=True)
class Dot:
    """The place where a line forks and its value is copied."""

    at: Point
    paths: Names = frozenset()
    signal: str | None = None
    radius: float = 0.095

    def draw(self, pen: Pen) -> None:
        """Draw a disc, on ground so that the line doesn't show through a dimmed one."""
        for color in (pen.ground, pen.tint(self.signal, self.paths)):
            pen.fill(Circle(self.at, self.radius), color)


@dataclass(frozen=True)
class Layer:
    """A layer with weights: a filled box with its activation's name."""

    at: Point
    text: str = ""
    paths: Names = frozenset()
    signal: str | None = None
    size: Point = (1.16, 0.92)
    font: float = 0.5

    def draw(self, pen: Pen) -> None:
        """Draw the box with its text in ground or, when dimmed, a pale one with its text in ink."""
        inside = pen.ground if pen.is_lit(self.paths) else (pen.ink, 2 * DIM)
        pen.fill(_round_box(self.at, self.size, LAYER_CORNER), pen.tint(self.signal, self.paths))
        pen.write_inside(self.at, self.text, self.font, inside)


@dataclass(frozen=True)
class Operation:
    """A point-wise operation: a ring with a sign, or a capsule with a function's name."""

    at: Point
    text: str
    paths: Names = frozenset()
    radius: float = 0.3

    def draw(self, pen: Pen) -> None:
        """Draw the outline on ground, and what is in it."""
        tint = pen.tint(None, self.paths)
        pen.fill(self._outline(), pen.ground)
        pen.stroke(self._outline(), tint)
        if self._is_sign():
            for stroke in SIGNS[self.text]:
                ends = [_step(self.at, stroke, half * self.radius) for half in (-0.5, 0.5)]
                pen.stroke(PathPatch(Path(ends)), tint)
        else:
            pen.write_inside(self.at, self.text, 1.22 * self.radius, tint)

    def _is_sign(self) -> bool:
        return self.text in SIGNS

    def _outline(self) -> Patch:
        if self._is_sign():
            return Circle(self.at, self.radius)
        return _round_box(self.at, (4.5 * self.radius, 2 * self.radius), self.radius)


@dataclass(frozen=True)
class Label:
    """A text beside what it names."""

    at: Point
    text: str
    paths: Names = frozenset()
    signal: str | None = None
    size: float = 0.42
    style: dict[str, str] = field(default_factory=dict)

    def draw(self, pen: Pen) -> None:
        """Write the text."""
        tint = pen.tint(self.signal, self.paths, 1.5 * DIM)
        pen.write(self.at, self.text, self.size, tint, **self.style)


@dataclass(frozen=True)
class Body:
    """The body of a cell, from one corner to the opposite one: a pale box, never dimmed."""

    corner: Point
    opposite: Point

    def draw(self, pen: Pen) -> None:
        """Draw the box."""
        (x, y), (x_end, y_end) = self.corner, self.opposite
        at, size = ((x + x_end) / 2, (y + y_end) / 2), (x_end - x, y_end - y)
        pen.fill(_round_box(at, size, BODY_CORNER), (pen.ink, 0.045))
        pen.stroke(_round_box(at, size, BODY_CORNER), (pen.ink, 0.3), 0.6 * LINE)


@dataclass(frozen=True)
class Veil:
    """A thin layer of ground, from one corner to the opposite one."""

    corner: Point
    opposite: Point

    def draw(self, pen: Pen) -> None:
        """Draw the box."""
        (x, y), (x_end, y_end) = self.corner, self.opposite
        pen.fill(Rectangle((x, y), x_end - x, y_end - y), (pen.ground, VEIL))


SIGNS: dict[str, tuple[Point, Point]] = {
    "×": ((0.75, 0.75), (0.75, -0.75)),
    "+": ((1.0, 0.0), (0.0, 1.0)),
}


def _direction(start: Point, end: Point) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = abs(dx) + abs(dy)
    return dx / length, dy / length


def _step(start: Point, direction: Point, length: float) -> Point:
    return start[0] + length * direction[0], start[1] + length * direction[1]


def _arrowhead(tip: Point, along: Point, length: float) -> Polygon:
    base, notch = _step(tip, along, -length), _step(tip, along, -0.8 * length)
    across = (-along[1], along[0])
    left, right = (_step(base, across, side * length) for side in (-0.42, 0.42))
    return Polygon([tip, left, notch, right])


def _round_box(at: Point, size: Point, corner: float) -> FancyBboxPatch:
    (x, y), (width, height) = at, size
    style = f"round,pad=0,rounding_size={corner}"
    return FancyBboxPatch((x - width / 2, y - height / 2), width, height, boxstyle=style)


def _rounded(points: list[Point], radius: float) -> Path:
    curve: Curve = [(Path.MOVETO, points[0])]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        inward, outward = _direction(before, at), _direction(at, after)
        turns = inward != outward
        curve += _corner(at, inward, outward, radius) if turns else _jump(at, inward)
    curve.append((Path.LINETO, points[-1]))
    codes, vertices = zip(*curve, strict=True)
    return Path(vertices, codes)


def _corner(at: Point, inward: Point, outward: Point, radius: float) -> Curve:
    start, end = _step(at, inward, -radius), _step(at, outward, radius)
    return [(Path.LINETO, start), *_quarter(start, inward, end, outward, radius)]


def _jump(at: Point, along: Point) -> Curve:
    aside, back = (along[1], -along[0]), (-along[1], along[0])
    start, top, end = _step(at, along, -JUMP), _step(at, aside, JUMP), _step(at, along, JUMP)
    return [
        (Path.LINETO, start),
        *_quarter(start, aside, top, along, JUMP),
        *_quarter(top, along, end, back, JUMP),
    ]


def _quarter(start: Point, leaving: Point, end: Point, arriving: Point, radius: float) -> Curve:
    handle = HANDLE * radius
    points = (_step(start, leaving, handle), _step(end, arriving, -handle), end)
    return [(Path.CURVE4, point) for point in points]
