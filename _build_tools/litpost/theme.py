"""A theme as data: what its front matter may hold, its colours and images, and its templates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litpost.errors import UsageError, nearest
from litpost.schemes import Colours

THEMES = Path(__file__).parent / "themes"
COMMON = THEMES / "_common"


@dataclass(frozen=True)
class Key:
    """What one key of the front matter may hold.

    `type` is ``text``, ``texts``, ``text or texts``, ``flag``, ``date`` or ``image``; `forbidden`
    is a pattern of characters that its text may not have; `because` tells what breaks otherwise.
    """

    type: str
    required: bool = False
    forbidden: str = ""
    because: str = ""
    max_length: int | None = None
    raster: bool = False
    min_width: int | None = None


@dataclass(frozen=True)
class Cover:
    """An image made of the cover figure: its file in the post's folder, its size in pixels."""

    file: str
    size: Sequence[int]


@dataclass(frozen=True)
class Excerpt:
    """The marks around a post's excerpt, and what may not stand between them."""

    start: str
    end: str
    forbidden: str
    because: str


@dataclass(frozen=True)
class ProseRule:
    """A pattern that breaks in the theme, and what to say of it."""

    pattern: str
    message: str


@dataclass(frozen=True)
class Theme:
    """All that litpost knows of a theme.

    `folder` holds the templates and the style sheet that are its own; what isn't there is that of
    `COMMON`.
    """

    name: str
    folder: Path
    keys: Mapping[str, Key]
    colours: Mapping[str, Colours]
    covers: Mapping[str, Cover]
    images_folder: str
    style_sheet: str
    excerpt: Excerpt | None = None
    prose: Sequence[ProseRule] = field(default=())

    def sheet(self) -> bytes:
        """Return the style sheet that its posts link."""
        own = self.folder / self.style_sheet
        return (own if own.is_file() else COMMON / self.style_sheet).read_bytes()


def load_theme(name: str) -> Theme:
    """Load one of the themes that come with litpost.

    Raises
    ------
    UsageError
        There is no such theme; the message names those that there are.
    """
    folder = THEMES / name
    file = folder / "theme.toml"
    if not file.is_file():
        known = [path.parent.name for path in THEMES.glob("*/theme.toml")]
        raise UsageError(f"no theme `{name}`; {nearest(name, known)}")
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return Theme(
        name=name,
        folder=folder,
        keys={key: Key(**_names(value)) for key, value in data["keys"].items()},
        colours={scheme: Colours(**value) for scheme, value in data["colours"].items()},
        covers={key: Cover(**value) for key, value in data["covers"].items()},
        images_folder=data["images-folder"],
        style_sheet=data["style-sheet"],
        excerpt=Excerpt(**data["excerpt"]) if "excerpt" in data else None,
        prose=tuple(ProseRule(**rule) for rule in data.get("prose", ())),
    )


def _names(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("-", "_"): value for name, value in table.items()}
