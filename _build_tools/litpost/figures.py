"""A figure as a file: its size, and its colours in each scheme."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from litpost.schemes import DRAWN, Colours

_PROLOGUE = re.compile(r"\A\s*(?:<\?xml[^>]*\?>)?\s*(?:<!DOCTYPE[^>]*>)?\s*", re.S)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.S)
_ROOT = re.compile(r"<svg\b[^>]*>", re.S)
_LENGTH = re.compile(r"\s([\d.]+)(px|pt|in|cm|mm|)\Z")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}


def clean_svg(svg: str) -> str:
    """Take the prologue and the metadata from an SVG."""
    svg = _PROLOGUE.sub("", svg, count=1)
    if "<metadata>" in svg:  # that can be told at once
        svg = _METADATA.sub("", svg)
    return svg.strip() + "\n"


def schemes(svg: str, colours: Mapping[str, Colours]) -> dict[str, str]:
    """Write an SVG in the colours of each scheme; only once where it has none of ours."""
    if DRAWN.ink not in svg and DRAWN.ground not in svg:
        return {"light": svg}
    return {
        scheme: svg.replace(DRAWN.ink, colour.ink).replace(DRAWN.ground, colour.ground)
        for scheme, colour in colours.items()
    }


def drawn_pngs(bundle: Mapping[str, str]) -> dict[str, str]:
    """Return the PNGs that a session has drawn of a figure, by scheme."""
    mark = "image/png;scheme="
    return {mime.removeprefix(mark): data for mime, data in bundle.items() if mime.startswith(mark)}


def svg_size(svg: str) -> tuple[int, int] | None:
    """Return the width and height of an SVG in CSS pixels, or None where it doesn't say.

    >>> svg_size('<svg width="72pt" height="1in" viewBox="0 0 72 72">')
    (96, 96)
    """
    root = _ROOT.search(svg)
    if not root:
        return None
    lengths = [_attribute(root[0], name) for name in ("width", "height")]
    sizes = [_pixels(length) for length in lengths]
    if None in sizes and (box := _attribute(root[0], "viewBox")):
        sizes = [float(number) for number in box.replace(",", " ").split()[2:]]
    return None if None in sizes else (round(sizes[0] or 0), round(sizes[1] or 0))


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf"""\s{name}\s*=\s*["']([^"']*)["']""", tag)
    return match[1] if match else ""


def _pixels(length: str) -> float | None:
    match = _LENGTH.match(" " + length)
    return float(match[1]) * _PIXELS[match[2]] if match else None


def raster_size(data: bytes) -> tuple[int, int] | None:
    """Return the width and height of a PNG, JPEG or the like in pixels; None of anything else."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            return width, height
    except (UnidentifiedImageError, OSError):
        return None
