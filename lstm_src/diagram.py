"""The diagram of an LSTM cell, the same drawing with one path lit, and a cover made from it.

The conventions are those of circuit drawings: a line that joins another in a curve is concatenated
with it, a dot is a fork that copies, and a line that jumps over another doesn't meet it. A gate is
a valve: its value enters from the side and scales what flows straight on through the ``×``.

The drawing is a table of shapes. A shape names the paths that it is part of; when one of them is
lit, all other shapes are dimmed.
"""

from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lstm_src.palette import LANGUAGES, SIGNALS, known, signal
from lstm_src.shapes import (
    CORNER,
    LINE,
    Body,
    Dot,
    Label,
    Layer,
    Names,
    Operation,
    Pen,
    Point,
    Shape,
    Veil,
    Wire,
)

PATHS = tuple(SIGNALS)

FULL_WIDTH = 7.2
LIT_WIDTH = 4.2
LIT_TEXT = 1.35
LIT_WEIGHT = 1.1

COVER_SIZE = (12.0, 6.3)
COVER_UNIT = 0.6
COVER_TEXT = 1.3
COVER_WEIGHT = 1.25
VEILS = 16
VEIL_REACH = 2.6


class X:
    """Columns of the drawing, from left to right."""

    LEFT = 1.5
    BODY = 2.15
    XT = 2.75
    FORGET = 3.98
    INPUT = 5.78
    CANDIDATE = 7.58
    OUTPUT = 9.38
    READ = 10.75
    HIDDEN_NAME = 11.42
    UP = 11.75
    BODY_END = 12.45
    RIGHT = 13.1
    END = 14.1


class Y:
    """Rows of the drawing, from bottom to top."""

    XT = 0.5
    BODY = 1.15
    NAME_BELOW = 1.55
    NAME = 1.95
    BUS = 2.75
    LAYER_BOTTOM = 3.34
    LAYER = 3.8
    LAYER_TOP = 4.26
    CANDIDATE_LABEL = 4.72
    SCALE_OUTPUT = 5.1
    SCALE_INPUT = 5.5
    FORGET_LABEL = 5.5
    SQUASH = 6.22
    CELL = 7.2
    CELL_NAME = 7.52
    BODY_END = 8.05
    HT = 8.7
    END = 9.15


RING = 0.3
CAPSULE = 0.29
LABEL_GAP = 0.15
THICK = 1.5 * LINE
NAME = 0.31
NAME_BELOW = 0.26
LIT_NAME = 0.36
KEY_TEXT = 0.27
KEY_SCALE = 0.7

FORGET, INPUT, CANDIDATE, OUTPUT, CELL, HIDDEN = (frozenset({path}) for path in PATHS)
BUS = FORGET | INPUT | CANDIDATE | OUTPUT
ADD = INPUT | CANDIDATE | CELL
READ = OUTPUT | HIDDEN


def _rise(x: float, bottom: float, top: float, paths: Names, name: str | None = None) -> Wire:
    return Wire(((x, bottom), (x, top)), paths, name)


def _along_bus(start: float, end: float, paths: Names) -> Wire:
    return Wire(((start, Y.BUS), (end, Y.BUS)), paths, arrow=False)


def _into_side(start: float, row: float, ring: float, paths: Names, name: str) -> Wire:
    return Wire(((start, Y.LAYER_TOP), (start, row), (ring - RING, row)), paths, name)


def _cell_line(start: float, end: float, paths: Names, *, arrow: bool = True) -> Wire:
    return Wire(((start, Y.CELL), (end, Y.CELL)), paths, "cell", arrow, THICK)


INPUT_SHAPES: tuple[Shape, ...] = (
    Wire(((X.LEFT, Y.BUS), (X.XT + CORNER, Y.BUS)), BUS | HIDDEN, "hidden", arrow=False),
    Wire(((X.XT, Y.XT + 0.36), (X.XT, Y.BUS), (X.FORGET, Y.BUS)), BUS, arrow=False),
    _along_bus(X.FORGET, X.INPUT, BUS - FORGET),
    _along_bus(X.INPUT, X.CANDIDATE, CANDIDATE | OUTPUT),
    Wire(((X.CANDIDATE, Y.BUS), (X.OUTPUT, Y.BUS), (X.OUTPUT, Y.LAYER_BOTTOM)), OUTPUT),
    _rise(X.FORGET, Y.BUS, Y.LAYER_BOTTOM, FORGET),
    _rise(X.INPUT, Y.BUS, Y.LAYER_BOTTOM, INPUT),
    _rise(X.CANDIDATE, Y.BUS, Y.LAYER_BOTTOM, CANDIDATE),
    Dot((X.FORGET, Y.BUS), BUS),
    Dot((X.INPUT, Y.BUS), BUS - FORGET),
    Dot((X.CANDIDATE, Y.BUS), CANDIDATE | OUTPUT),
)

LAYER_SHAPES: tuple[Shape, ...] = (
    Layer((X.FORGET, Y.LAYER), "σ", FORGET, "forget"),
    Layer((X.INPUT, Y.LAYER), "σ", INPUT, "input"),
    Layer((X.CANDIDATE, Y.LAYER), "tanh", CANDIDATE, "candidate", font=0.39),
    Layer((X.OUTPUT, Y.LAYER), "σ", OUTPUT, "output"),
)

VALUE_SHAPES: tuple[Shape, ...] = (
    _rise(X.FORGET, Y.LAYER_TOP, Y.CELL - RING, FORGET | CELL, "forget"),
    _into_side(X.INPUT, Y.SCALE_INPUT, X.CANDIDATE, INPUT | CELL, "input"),
    _rise(X.CANDIDATE, Y.LAYER_TOP, Y.SCALE_INPUT - RING, CANDIDATE | CELL, "candidate"),
    _rise(X.CANDIDATE, Y.SCALE_INPUT + RING, Y.CELL - RING, ADD, "candidate"),
    _into_side(X.OUTPUT, Y.SCALE_OUTPUT, X.READ, OUTPUT, "output"),
)

CELL_STATE_SHAPES: tuple[Shape, ...] = (
    _cell_line(X.LEFT, X.FORGET - RING, FORGET | CELL),
    _cell_line(X.FORGET + RING, X.CANDIDATE - RING, CELL),
    _cell_line(X.CANDIDATE + RING, X.READ, CELL | READ, arrow=False),
    _cell_line(X.READ, X.RIGHT, CELL),
    _rise(X.READ, Y.CELL, Y.SQUASH + CAPSULE, READ, "cell"),
    _rise(X.READ, Y.SQUASH - CAPSULE, Y.SCALE_OUTPUT + RING, READ, "cell"),
    Dot((X.READ, Y.CELL), CELL | READ, "cell", radius=0.12),
)

HIDDEN_STATE_SHAPES: tuple[Shape, ...] = (
    Wire(((X.READ, Y.SCALE_OUTPUT - RING), (X.READ, Y.BUS), (X.RIGHT, Y.BUS)), READ, "hidden"),
    Wire(((X.UP, Y.BUS), (X.UP, Y.CELL), (X.UP, Y.HT - 0.36)), READ, "hidden"),
    Dot((X.UP, Y.BUS), READ, "hidden"),
)

OPERATION_SHAPES: tuple[Shape, ...] = (
    Operation((X.FORGET, Y.CELL), "×", FORGET | CELL, RING),
    Operation((X.CANDIDATE, Y.SCALE_INPUT), "×", ADD, RING),
    Operation((X.CANDIDATE, Y.CELL), "+", ADD, RING),
    Operation((X.READ, Y.SQUASH), "tanh", READ, CAPSULE),
    Operation((X.READ, Y.SCALE_OUTPUT), "×", READ, RING),
)

CELL_SHAPES: tuple[Shape, ...] = (
    Body((X.BODY, Y.BODY), (X.BODY_END, Y.BODY_END)),
    *INPUT_SHAPES,
    *VALUE_SHAPES,
    *CELL_STATE_SHAPES,
    *HIDDEN_STATE_SHAPES,
    *LAYER_SHAPES,
    *OPERATION_SHAPES,
)

LEFT, RIGHT, ABOVE = {"ha": "right"}, {"ha": "left"}, {"va": "bottom"}


def _symbol(at: Point, name: str, paths: Names, style: dict[str, str] | None = None) -> Label:
    return Label(at, signal(name).symbol, paths, name, style=style or {})


# Where lines begin and end at the sides.
SIDE_SYMBOLS: tuple[Shape, ...] = (
    Label((X.LEFT - LABEL_GAP, Y.CELL), "$C_{t{-}1}$", FORGET | CELL, "cell", style=LEFT),
    Label((X.LEFT - LABEL_GAP, Y.BUS), "$h_{t{-}1}$", BUS | HIDDEN, "hidden", style=LEFT),
    _symbol((X.RIGHT + LABEL_GAP, Y.CELL), "cell", CELL, RIGHT),
    _symbol((X.RIGHT + LABEL_GAP, Y.BUS), "hidden", READ, RIGHT),
)

SYMBOLS: tuple[Shape, ...] = (
    Label((X.XT, Y.XT), "$x_t$", BUS),
    _symbol((X.UP, Y.HT), "hidden", READ),
    _symbol((X.FORGET - LABEL_GAP, Y.FORGET_LABEL), "forget", FORGET | CELL, LEFT),
    _symbol((X.INPUT + 0.72, Y.SCALE_INPUT + 0.12), "input", INPUT | CELL, ABOVE),
    _symbol((X.CANDIDATE + 0.2, Y.CANDIDATE_LABEL), "candidate", CANDIDATE | CELL, RIGHT),
    _symbol((X.OUTPUT + 0.52, Y.SCALE_OUTPUT + 0.12), "output", OUTPUT, ABOVE),
)


def draw_cell(
    *, lit: str | None = None, language: str = "ko", width: float | None = None
) -> Figure:
    """Draw an LSTM cell, whole or with one path lit.

    Parameters
    ----------
    lit : {"forget", "input", "candidate", "output", "cell", "hidden"}, optional
        The path that is drawn in full strength, with larger labels for a smaller figure; the rest
        is dimmed. By default everything is, with all names and a key.
    language : {"ko", "en"}
        The language of the names.
    width : float, optional
        The figure's width in inches: 7.2 by default, 4.2 with a path lit.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If `lit` or `language` is unknown.
    """
    known(language, LANGUAGES, "language")
    if lit is None:
        return _draw_full(language, width or FULL_WIDTH)
    known(lit, PATHS, "path")
    return _draw_lit(lit, language, width or LIT_WIDTH)


def draw_cover(*, language: str = "ko") -> Figure:
    """Draw an LSTM cell between the one before and the one after, for covers and for sharing.

    Parameters
    ----------
    language : {"ko", "en"}
        The language of the names.

    Returns
    -------
    Figure
        12 by 6.3 inches at 100 pixels per inch: 1200 by 630 pixels.

    Raises
    ------
    ValueError
        If the language is unknown.
    """
    known(language, LANGUAGES, "language")
    width, height = (inches / COVER_UNIT for inches in COVER_SIZE)
    left, bottom = (X.BODY + X.BODY_END - width) / 2, (Y.XT + Y.HT - height) / 2
    figure, ax = _canvas(COVER_SIZE, (left, bottom), width)
    pen = Pen(ax, 72 * COVER_UNIT, text=COVER_TEXT, weight=COVER_WEIGHT)
    for shift in (X.LEFT - X.RIGHT, X.RIGHT - X.LEFT):
        _draw(replace(pen, lit="none", shift=shift), *CELL_SHAPES)
    _draw(pen, *_veils(left, bottom, left + width, bottom + height), *CELL_SHAPES, *SYMBOLS)
    _draw(replace(pen, text=1.0), *_names(language))
    return figure


def _veils(left: float, bottom: float, right: float, top: float) -> list[Shape]:
    """Let what is drawn so far fade towards both edges, veil over veil."""
    reaches = [VEIL_REACH * (i + 1) / VEILS for i in range(VEILS)]
    return [
        *(Veil((left, bottom), (left + reach, top)) for reach in reaches),
        *(Veil((right - reach, bottom), (right, top)) for reach in reaches),
    ]


def _draw_full(language: str, width: float) -> Figure:
    figure, ax = _canvas((width, width * Y.END / X.END), (0, 0), X.END)
    pen = Pen(ax, 72 * width / X.END)
    _draw(pen, *CELL_SHAPES, *SIDE_SYMBOLS, *SYMBOLS, *_names(language), *_key(language))
    return figure


def _draw_lit(lit: str, language: str, width: float) -> Figure:
    figure, ax = _canvas((width, width * Y.END / X.END), (0, 0), X.END)
    pen = Pen(ax, 72 * width / X.END, lit, LIT_TEXT, LIT_WEIGHT)
    _draw(pen, *CELL_SHAPES, *SIDE_SYMBOLS, *SYMBOLS, _lit_name(lit, language))
    return figure


def _canvas(inches: tuple[float, float], corner: Point, units: float) -> tuple[Figure, Axes]:
    (x, y), (width, height) = corner, inches
    figure = Figure(figsize=inches, dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(x, x + units), ylim=(y, y + units * height / width))
    ax.set_axis_off()
    return figure, ax


def _draw(pen: Pen, *shapes: Shape) -> None:
    for shape in shapes:
        shape.draw(pen)


NAME_COLUMNS = {
    "forget": X.FORGET,
    "input": X.INPUT,
    "candidate": X.CANDIDATE,
    "output": X.OUTPUT,
    "hidden": X.HIDDEN_NAME,
}
CELL_NAME_COLUMN = (X.FORGET + X.CANDIDATE) / 2
BOLD = {"weight": "bold"}
ON_LINE = {"va": "baseline"}


def _names(language: str) -> list[Shape]:
    names = [shape for name, x in NAME_COLUMNS.items() for shape in _name(name, x, language)]
    return [*names, *_cell_name(language)]


def _name(name: str, x: float, language: str) -> list[Shape]:
    """Name a column in two lines: Korean over English, or the two words of the English name."""
    both = signal(name)
    first, _, second = both.en.partition(" ")
    upper, lower = (both.ko, both.en) if language == "ko" else (first, second)
    return [
        Label((x, Y.NAME), upper, signal=name, size=NAME, style=BOLD),
        Label((x, Y.NAME_BELOW), lower, size=NAME_BELOW),
    ]


def _cell_name(language: str) -> list[Shape]:
    """Name the cell state above its line, in Korean with the English name after it."""
    cell, at = signal("cell"), (CELL_NAME_COLUMN, Y.CELL_NAME)
    if language == "en":
        return [Label(at, cell.en, signal="cell", size=NAME, style=BOLD | ON_LINE)]
    before, after = ((CELL_NAME_COLUMN + side, Y.CELL_NAME) for side in (-0.24, -0.1))
    return [
        Label(before, cell.ko, signal="cell", size=NAME, style=BOLD | ON_LINE | LEFT),
        Label(after, cell.en, size=NAME_BELOW, style=ON_LINE | RIGHT),
    ]


def _lit_name(lit: str, language: str) -> Shape:
    """Name the lit path: the cell state above its line, a gate flush with its box."""
    text, below = signal(lit).name(language), (Y.NAME + Y.NAME_BELOW) / 2
    places: dict[str, tuple[Point, dict[str, str]]] = {
        "cell": ((CELL_NAME_COLUMN, Y.CELL_NAME), ON_LINE),
        "hidden": ((X.BODY_END - 0.35, below), LEFT),
    }
    at, style = places.get(lit) or ((NAME_COLUMNS[lit] - 0.58, below), RIGHT)
    return Label(at, text, frozenset({lit}), lit, LIT_NAME, style | BOLD)


KEY_TEXTS = {
    "ko": ("가중치가 있는 층", "원소별 연산", "이어 붙이기", "복사"),
    "en": ("learned layer", "point-wise", "concatenate", "copy"),
}
KEY_COLUMNS = (4.35, 7.3, 10.2, 13.2)


def _key(language: str) -> list[Shape]:
    layer, operation, join, fork = KEY_COLUMNS
    texts = zip(KEY_COLUMNS, KEY_TEXTS[language], strict=True)
    return [
        Layer((layer - 0.38, Y.XT), size=(0.5, 0.4)),
        Operation((operation - 0.34, Y.XT), "×", radius=0.2),
        *_key_line(join, ((-0.72, -0.23), (-0.72, 0.17), (-0.4, 0.17)), arrow=False),
        *_key_line(fork, ((-0.7, 0.17), (-0.7, -0.2), (-0.16, -0.2)), arrow=True),
        Dot((fork - 0.7, Y.XT + 0.17)),
        *(Label((x, Y.XT), text, size=KEY_TEXT, style=RIGHT) for x, text in texts),
    ]


def _key_line(column: float, branch: tuple[Point, ...], *, arrow: bool) -> list[Shape]:
    through = ((-0.95, 0.17), (-0.16, 0.17))
    main, side = (tuple((column + x, Y.XT + y) for x, y in line) for line in (through, branch))
    return [Wire(main, scale=KEY_SCALE), Wire(side, arrow=arrow, scale=KEY_SCALE)]
