"""matplotlib figures as the cells show them: SVG that is the same at every build.

This module is also the backend that pyplot uses in a session (``MPLBACKEND``), so that
``plt.show()`` shows the open figures where it is called.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from litpost.schemes import DRAWN

PAD_INCHES = 0.08


class Figures:
    """Draws the figures of the running step."""

    def __init__(self) -> None:
        self.key = ""
        self.covers: Mapping[str, Sequence[int]] = {}
        self.size: Sequence[float | None] | None = None
        self._shown: list[Any] = []

    def begin(
        self,
        key: str,
        *,
        covers: Mapping[str, Sequence[int]],
        size: Sequence[float | None] | None,
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
        """
        self.key, self.covers, self.size = key, covers, size
        self._shown.clear()

    def bundle(self, figure: Any) -> dict[str, str]:
        """Draw a figure as a MIME bundle."""
        import matplotlib as mpl

        self._shown.append(figure)
        if self.size:
            width, height = figure.get_size_inches()
            figure.set_size_inches(self.size[0] or width, self.size[1] or height)
        salt = f"{self.key}-{len(self._shown)}"
        with mpl.rc_context({"svg.hashsalt": salt}), io.StringIO() as file:
            figure.savefig(
                file, format="svg", bbox_inches="tight", pad_inches=PAD_INCHES,
                metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
            )  # fmt: skip
            bundle = {"image/svg+xml": file.getvalue()}
        if self.covers and len(self._shown) == 1:
            for name, (width, height) in self.covers.items():
                bundle[f"image/png;name={name}"] = _cover(figure, width, height)
        return bundle

    def is_shown(self, figure: Any) -> bool:
        """Say whether the running step has shown this figure already."""
        return any(figure is shown for shown in self._shown)

    def are_open(self) -> bool:
        """Say whether pyplot has figures that wait to be shown."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        return bool(pyplot and pyplot.get_fignums())

    def close(self) -> None:
        """Close pyplot's figures, as a step ends: the next one starts with none."""
        if self.are_open():
            sys.modules["matplotlib.pyplot"].close("all")

    def open_figures(self) -> list[Any]:
        """Return pyplot's open figures that were not shown yet, and close all."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return []
        figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
        pyplot.close("all")
        return [figure for figure in figures if not self.is_shown(figure)]


def _cover(figure: Any, width: int, height: int) -> str:
    """Draw a figure as a PNG of exactly this size: its whole canvas, as large as it fits."""
    from PIL import Image

    wide, high = figure.get_size_inches()
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=min(width / wide, height / high))
    drawn = Image.open(file).convert("RGB")
    image = Image.new("RGB", (width, height), DRAWN.ground)
    image.paste(drawn, ((width - drawn.width) // 2, (height - drawn.height) // 2))
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()
