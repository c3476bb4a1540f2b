"""How the tests look at a figure: its SVG, its pixels, its texts and where they are."""

import dataclasses
import io
import re
from contextlib import contextmanager
from importlib.metadata import distribution
from itertools import combinations

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.font_manager import fontManager

INK, GROUND = "#fdfeff", "#808182"


@contextmanager
def sentinels(ink=INK, ground=GROUND):
    """Set fonts as litpost does, and an ink and a ground that nobody would hard-code."""
    known = {entry.fname for entry in fontManager.ttflist}
    for file in distribution("koreanize-matplotlib").files:
        path = str(file.locate())
        if file.name in ("NanumGothic.ttf", "NanumGothicBold.ttf") and path not in known:
            fontManager.addfont(path)
            entry = fontManager.ttflist[-1]
            weight = 700 if "Bold" in file.name else 400
            fontManager.ttflist[-1] = dataclasses.replace(entry, weight=weight)
    settings = {
        "font.family": ["DejaVu Sans", "NanumGothic"],
        "svg.fonttype": "path",
        "svg.hashsalt": "salt",
        "text.color": ink,
        "figure.facecolor": ground,
        "savefig.facecolor": ground,
    }
    with mpl.rc_context(settings):
        yield


def svg(figure):
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def svg_colors(figure):
    return set(re.findall(r"(?:fill|stroke|stop-color)[:=] ?\"?(#[0-9a-f]{3,6})", svg(figure)))


def darkest(figure):
    """Return the brightest channel of the darkest pixel: an SVG is silent about what is black."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return int(np.asarray(canvas.buffer_rgba())[..., :3].max(axis=-1).min())


def texts(figure):
    found = figure.findobj(mpl.text.Text)
    return [text for text in found if text.get_text() and text.get_visible()]


def words(figure):
    return [text.get_text() for text in texts(figure)]


def crop(figure):
    """Return what a tight bounding box leaves of the figure, in inches."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    return figure.get_tightbbox(renderer)


def boxes(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]


def overlaps(figure):
    pairs = combinations(boxes(figure), 2)
    return [(one, other) for (one, a), (other, b) in pairs if a.overlaps(b)]
