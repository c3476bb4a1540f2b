"""Figures as PNGs in the colours of a scheme, swapped as Agg draws: there is no text to swap in."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litpost.schemes import DENSITY, DRAWN

_CSS = 96  # CSS pixels an inch


def draw_png(figure: Any, ink: str, ground: str, *, pad_inches: float) -> str:
    """Draw a figure as a PNG, in Base64, its ink and ground replaced by those of a scheme."""
    file = io.BytesIO()
    with _drawn_in(ink, ground):
        figure.savefig(
            file, format="png", dpi=DENSITY * _CSS, bbox_inches="tight", pad_inches=pad_inches,
            metadata={"Software": None},
        )  # fmt: skip
    return base64.b64encode(file.getvalue()).decode()


@contextmanager
def _drawn_in(ink: str, ground: str) -> Iterator[None]:
    """Let Agg draw in other colours than the session's own."""
    import numpy as np
    from matplotlib import backend_bases
    from matplotlib.backends import backend_agg
    from matplotlib.colors import to_rgb

    pairs = [(to_rgb(DRAWN.ink), to_rgb(ink)), (to_rgb(DRAWN.ground), to_rgb(ground))]

    def swapped(colours: Any) -> Any:
        """Swap the colours in an array of them, or in one."""
        if colours is None:
            return None
        array = np.array(colours, float)
        if array.size == 0:
            return colours
        before = array[..., :3].copy()
        for drawn, wanted in pairs:
            array[(np.abs(before - drawn) < 1e-3).all(axis=-1), :3] = wanted
        return array if array.ndim > 1 else tuple(array)

    agg: Any = backend_agg
    bases: Any = backend_bases

    class Context(bases.GraphicsContextBase):  # type: ignore[misc]
        def set_foreground(self, fg: Any, isRGBA: bool = False) -> None:
            super().set_foreground(fg, isRGBA)
            self._rgb: Any = swapped(self._rgb)

    class Renderer(agg.RendererAgg):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            fast: Any = self._renderer  # in C++, whose methods the renderer takes for its own
            self.draw_markers = lambda gc, a, b, c, d, face=None: fast.draw_markers(
                gc, a, b, c, d, swapped(face)
            )
            self.draw_path_collection = lambda gc, *rest, **more: fast.draw_path_collection(
                gc, *rest[:4], swapped(rest[4]), swapped(rest[5]), *rest[6:], **more
            )
            self.draw_quad_mesh = lambda gc, *rest: fast.draw_quad_mesh(
                gc, *rest[:6], swapped(rest[6]), rest[7], swapped(rest[8])
            )

        def new_gc(self) -> Any:
            return Context()

        def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:
            super().draw_path(gc, path, transform, swapped(rgbFace))

    own, agg.RendererAgg = agg.RendererAgg, Renderer
    try:
        yield
    finally:
        agg.RendererAgg = own
