"""An LSTM unrolled in time: the same cell, once for every step, and what goes from one to the next.

The colours are the palette's: the cell state's line runs above, the hidden state's below.
"""

from matplotlib.figure import Figure

from lstm_src.palette import LANGUAGES, known
from lstm_src.shapes import LINE, Body, Dot, Label, Pen, Shape, Wire

WIDTH = 7.2
PITCH = 3.1
BOX = (1.8, 1.7)
CELL_ROW, HIDDEN_ROW = 0.42, -0.42
INPUT_ROW, OUTPUT_ROW = -1.75, 1.75
MARGIN = 0.55
THICK = 1.5 * LINE
NAMES = {
    "ko": ("셀 상태", "은닉 상태"),
    "en": ("cell state", "hidden state"),
}


def draw_unrolled(*, steps: int = 4, language: str = "ko") -> Figure:
    """Draw an LSTM unrolled in time.

    Parameters
    ----------
    steps : int
        How many steps are drawn, from 2 to 6; the last one is step T.
    language : {"ko", "en"}
        The language of the names.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the language is unknown, or there are fewer or more steps.

    Examples
    --------
    >>> figure = draw_unrolled(steps=3, language="en")
    >>> sorted({text.get_text() for text in figure.axes[0].texts if "$" in text.get_text()})
    ['$C_0$', '$h_0$', '$h_{1}$', '$h_{2}$', '$h_{T}$', '$x_{1}$', '$x_{2}$', '$x_{T}$']
    """
    known(language, LANGUAGES, "language")
    if not 2 <= steps <= 6:
        raise ValueError(f"steps: expected 2 to 6, found {steps}")
    width, height = steps * PITCH + 0.55, OUTPUT_ROW - INPUT_ROW + 2.3 * MARGIN
    figure = Figure(figsize=(WIDTH, WIDTH * height / width), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(-PITCH / 2 - 0.5, width - PITCH / 2 - 0.5))
    ax.set(ylim=(INPUT_ROW - 1.15 * MARGIN, OUTPUT_ROW + 1.15 * MARGIN))
    ax.set_axis_off()
    pen = Pen(ax, 72 * WIDTH / width)
    for shape in _shapes(steps, language):
        shape.draw(pen)
    return figure


def _shapes(steps: int, language: str) -> list[Shape]:
    cell, hidden = NAMES[language]
    shapes: list[Shape] = []
    for n in range(steps):
        last = n == steps - 1
        shapes += _step(n * PITCH, _index(n, steps), last=last)
    shapes += [
        Label((-PITCH / 2 - 0.1, CELL_ROW), "$C_0$", signal="cell"),
        Label((-PITCH / 2 - 0.1, HIDDEN_ROW), "$h_0$", signal="hidden"),
    ]
    between = PITCH / 2
    style = {"weight": "bold"}
    shapes += [
        Label((between, CELL_ROW + 0.42), cell, signal="cell", size=0.3, style=style),
        Label((between, HIDDEN_ROW - 0.42), hidden, signal="hidden", size=0.3, style=style),
    ]
    return shapes


def _index(n: int, steps: int) -> str:
    return "T" if n == steps - 1 else str(n + 1)


def _step(x: float, index: str, *, last: bool) -> list[Shape]:
    half, tall = BOX[0] / 2, BOX[1] / 2
    before = x - PITCH + half
    start = max(before, -PITCH / 2 + 0.2)
    shapes: list[Shape] = [
        Body((x - half, -tall), (x + half, tall)),
        Label((x, 0), "LSTM", size=0.44, style={"weight": "bold"}),
        Wire(((start, CELL_ROW), (x - half, CELL_ROW)), signal="cell", line=THICK),
        Wire(((start, HIDDEN_ROW), (x - half, HIDDEN_ROW)), signal="hidden"),
        Wire(((x, INPUT_ROW + 0.32), (x, -tall))),
        Wire(((x, tall), (x, OUTPUT_ROW - 0.32)), signal="hidden"),
        Label((x, INPUT_ROW), f"$x_{{{index}}}$"),
        Label((x, OUTPUT_ROW), f"$h_{{{index}}}$", signal="hidden"),
    ]
    if last:  # what goes between the last two may be many steps
        gap = (before + x - half) / 2
        shapes += [Dot((gap + shift, 0.0), radius=0.06) for shift in (-0.25, 0.0, 0.25)]
    return shapes
