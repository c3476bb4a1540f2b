"""The images of a post: their files, under names that change with them, and their sizes."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from litpost.figures import clean_svg, raster_size, schemes, svg_size
from litpost.schemes import DENSITY, Colours
from litpost.source import digest


class ImageError(Exception):
    """What is said to be an image is none."""


@dataclass(frozen=True)
class Image:
    """One image of a figure: its path from the root, and its size in CSS pixels.

    `share` is how much of the text's width it takes, where that was asked for.
    """

    scheme: str
    path: str
    width: int
    height: int
    address: str = ""
    share: str = ""


class Images:
    """The images of one post.

    Parameters
    ----------
    folder
        The path from the root of the folder that they go to.
    colours
        The colours of each scheme.

    Attributes
    ----------
    files
        Their bytes, by path from the root.
    """

    def __init__(self, folder: str, colours: Mapping[str, Colours]) -> None:
        self._folder, self._colours = folder, colours
        self.files: dict[str, bytes] = {}

    def drawings(self, name: str, data: str, mime: str) -> Iterator[Image]:
        """Keep the files of one picture, and say how large they are shown.

        Raises
        ------
        ImageError
            It can't be read.
        """
        if mime != "image/svg+xml":
            binary, width, height = _raster(data)
            suffix = "png" if mime == "image/png" else "jpg"
            yield Image("figure", self.keep(name, suffix, binary), width, height)
            return
        svg = clean_svg(data)
        width, height = svg_size(svg) or (0, 0)
        drawn = schemes(svg, self._colours)
        for scheme, text in drawn.items():
            suffix = "svg" if scheme == "light" else f"{scheme}.svg"
            shown = scheme if len(drawn) > 1 else "figure"
            yield Image(shown, self.keep(name, suffix, text.encode()), width, height)

    def pngs(self, name: str, drawn: Mapping[str, str]) -> Iterator[Image]:
        """Keep the files of a figure that was drawn as a PNG in each scheme."""
        for scheme, data in drawn.items():
            binary, *size = _raster(data)
            width, height = (round(pixels / DENSITY) for pixels in size)
            suffix = "png" if scheme == "light" else f"{scheme}.png"
            shown = scheme if len(drawn) > 1 else "figure"
            yield Image(shown, self.keep(name, suffix, binary), width, height)

    def keep(self, name: str, suffix: str, data: bytes) -> str:
        """Keep an image under a name that changes with it, so that no cache shows an old one."""
        path = f"{self._folder}/{name}-{_tag(data)}.{suffix}"
        self.files[path] = data
        return path


def _raster(data: str) -> tuple[bytes, int, int]:
    """Decode an image; return its bytes, and its width and height in pixels."""
    try:
        binary = base64.b64decode(data)
    except ValueError as error:
        raise ImageError(str(error)) from None
    if (size := raster_size(binary)) is None:
        raise ImageError("it is in no format that Pillow reads")
    return binary, *size


def kept_before(folder: Path) -> Iterator[Path]:
    """Yield the images that builds have kept in a folder: their names tell of their bytes."""
    for file in folder.glob("*-*.*"):
        if file.is_file() and file.name.split(".")[0].endswith(f"-{_tag(file.read_bytes())}"):
            yield file


def _tag(data: bytes) -> str:
    return digest(data)[:8]


def resized(image: Image, width: str | None) -> Image:
    """Show an image as wide as was asked for, in its own proportions."""
    if width is None:
        return image
    if width.endswith("%"):
        return replace(image, share=width)
    pixels = float(width.removesuffix("px"))
    height = round(image.height * pixels / image.width) if image.width else image.height
    return replace(image, width=round(pixels), height=height)
