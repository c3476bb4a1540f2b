"""The colour schemes, light and dark, that a figure is written in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colours:
    """Ink and ground of figures in one scheme, as ``#rrggbb``."""

    ink: str
    ground: str


DENSITY = 2
"""Pixels of a PNG figure for each pixel of the page."""

DRAWN = Colours(ink="#1f2329", ground="#fffffe")
"""What a session draws with: colours that nobody picks, to be swapped for those of a scheme."""
