"""matplotlib figures as the cells show them: SVG that is the same at every build.

This module is also the backend that pyplot uses in a session (``MPLBACKEND``), so that
``plt.show()`` shows the open figures where it is called.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from litpost.session.measures import measured_once
from litpost.session.rasters import draw_png
from litpost.session.vectors import draw_svg

PAD_INCHES = 0.08


class Figures:
    """Draws the figures of the running step."""

    def __init__(self) -> None:
        self.key = ""
        self.covers: Mapping[str, Sequence[int]] = {}
        self.size: Sequence[float | None] | None = None
        self.schemes: Mapping[str, Sequence[str]] = {}
        self._shown: list[Any] = []

    def begin(
        self,
        key: str,
        *,
        covers: Mapping[str, Sequence[int]],
        size: Sequence[float | None] | None,
        schemes: Mapping[str, Sequence[str]],
    ) -> None:
        """Start a step.

        Parameters
        ----------
        key
            What the ids in its SVGs are salted by.
        covers
            The images to make of its first figure besides: name to width and height in pixels.
        size
            Width and height in inches that its figures get; None keeps what the code has set.
        schemes
            Ink and ground of each scheme, if its figures are to be PNGs.
        """
        self.key, self.covers, self.size, self.schemes = key, covers, size, schemes
        self._shown.clear()

    @measured_once()
    def bundle(self, figure: Any) -> dict[str, str]:
        """Draw a figure as a MIME bundle."""
        self._shown.append(figure)
        if self.size:
            width, height = figure.get_size_inches()
            figure.set_size_inches(self.size[0] or width, self.size[1] or height)
        bundle = {
            f"image/png;scheme={scheme}": draw_png(figure, ink, ground, pad_inches=PAD_INCHES)
            for scheme, (ink, ground) in self.schemes.items()
        }
        if not bundle:
            bundle["image/svg+xml"] = _svg(figure, salt=f"{self.key}-{len(self._shown)}")
        if self.covers and len(self._shown) == 1:
            for name, (width, height) in self.covers.items():
                bundle[f"image/png;name={name}"] = _cover(figure, width, height)
        return bundle

    def rehearse(self) -> None:
        """Draw a figure for nobody: the first in a process takes longer, looking for fonts."""
        mpl: Any = sys.modules.get("matplotlib")
        if "matplotlib.pyplot" not in sys.modules or mpl.rcParams["text.usetex"]:
            return
        from matplotlib.figure import Figure

        figure = Figure()
        axes = figure.add_subplot()
        axes.plot([0, 1])
        axes.set_title("0")
        with measured_once():
            _svg(figure, salt="0")

    def is_shown(self, figure: Any) -> bool:
        """Say whether the running step has shown this figure already."""
        return any(figure is shown for shown in self._shown)

    def are_to_show(self, value: Any) -> bool:
        """Say whether a value is one of pyplot's open figures, or is drawn in one.

        Those are shown at the end of the step; nobody wants an artist's text beside them.
        """
        figures = _open_figures()
        return bool(figures) and _is_drawn(value, figures)

    def open_figures(self) -> list[Any]:
        """Return pyplot's open figures that were not shown yet, and close all."""
        figures = _open_figures()
        self.close()
        return [figure for figure in figures if not self.is_shown(figure)]

    def close(self) -> None:
        """Close pyplot's figures: the next step starts with none."""
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")


def load_backends(pyplot: Any) -> None:
    """Load what figures will be drawn with, as pyplot has been loaded."""
    import matplotlib.backends.backend_svg  # noqa: F401

    import litpost.session.backend  # noqa: F401


def _svg(figure: Any, *, salt: str) -> str:
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": salt, "savefig.bbox": None}):
        return draw_svg(figure, pad_inches=PAD_INCHES)


def _open_figures() -> list[Any]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return [pyplot.figure(number) for number in pyplot.get_fignums()] if pyplot else []


def _is_drawn(value: Any, figures: Sequence[Any]) -> bool:
    """Say whether a value is or contains one of the figures, or an artist."""
    module = type(value).__module__
    if module == "matplotlib.figure":
        return any(value is figure for figure in figures)
    if module.startswith("matplotlib."):
        return True
    if isinstance(value, Mapping):
        value = list(value.values())
    elif module == "numpy" and value.dtype == object:
        value = value.ravel().tolist()
    return isinstance(value, (list, tuple)) and any(_is_drawn(part, figures) for part in value)


def _cover(figure: Any, width: int, height: int) -> str:
    """Draw a figure as a PNG of exactly this size: its whole canvas, as large as it fits."""
    import base64

    from PIL import Image

    from litpost.schemes import DRAWN

    wide, high = figure.get_size_inches()
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=min(width / wide, height / high))
    drawn = Image.open(file).convert("RGB")
    image = Image.new("RGB", (width, height), DRAWN.ground)
    image.paste(drawn, ((width - drawn.width) // 2, (height - drawn.height) // 2))
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()
