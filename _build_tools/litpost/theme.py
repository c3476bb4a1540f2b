"""A theme as data: what its front matter may hold, its colours and images, and its templates."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litpost.errors import UsageError, nearest
from litpost.schemes import Colours

THEMES = Path(__file__).parent / "themes"
COMMON = THEMES / "_common"
OWN = "theme.toml"
SCRIPT = "litpost.js"
_DARK_MARK = '[data-color-scheme="dark"]'
_DARK_RULES = re.compile(r"^@media screen \{(.*?^)\}\n", re.S | re.M)


@dataclass(frozen=True)
class Key:
    """What one key of the front matter may hold.

    `type` is ``text``, ``texts``, ``text or texts``, ``flag``, ``date``, ``image``, ``mapping`` or
    ``image or mapping``; `forbidden` is a pattern of characters that its text may not have;
    `because` tells what breaks otherwise.
    """

    type: str
    required: bool = False
    forbidden: str = ""
    because: str = ""
    max_length: int | None = None
    max_items: int | None = None
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
class Dark:
    """When a page is dark: where both a media query and a selector hold."""

    media: str
    selector: str


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
    description: str = ""
    layout: str = "post"
    image_address: str = "/PATH"
    math_key: str = ""
    language_key: str = ""
    language_permalink: str = ""
    dark: Sequence[Dark] = field(default=())
    excerpt: Excerpt | None = None
    prose: Sequence[ProseRule] = field(default=())

    def sheet(self) -> bytes:
        """Return the style sheet that its posts link."""
        own = self.folder / self.style_sheet
        text = (own if own.is_file() else COMMON / self.style_sheet).read_text(encoding="utf-8")
        return _DARK_RULES.sub(self._dark_rules, text).encode()

    def _dark_rules(self, match: re.Match[str]) -> str:
        """Write rules for the dark scheme once for each way in which the theme gets dark."""
        return "\n".join(
            f"@media {dark.media} {{{match[1].replace(_DARK_MARK, dark.selector)}}}\n"
            for dark in self.dark
        )

    def address(self, path: str) -> str:
        """Return how a post names an image that lies at a path from the root."""
        return self.image_address.replace("PATH", path)


def themes() -> list[str]:
    """List the names of the themes that come with litpost."""
    return sorted(path.parent.name for path in THEMES.glob("*/theme.toml"))


def load_theme(name: str, templates: Path | None = None) -> Theme:
    """Load one of the themes that come with litpost.

    Parameters
    ----------
    name
        Its name.
    templates
        The folder of the blog's own templates: its ``theme.toml`` says what is different there.

    Raises
    ------
    UsageError
        There is no such theme (the message names those that there are), or what the blog says of
        it can't be read.
    """
    folder = THEMES / name
    file = folder / "theme.toml"
    if not file.is_file():
        raise UsageError(f"no theme `{name}`; {nearest(name, themes())}")
    data = _parsed(file.read_text(encoding="utf-8"))
    own = templates / OWN if templates else None
    if own is None or not own.is_file():
        return _theme(name, folder, data)
    try:
        return _theme(name, folder, _merged(data, _parsed(own.read_text(encoding="utf-8"))))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise UsageError(f"{own}: can't be read: {error}") from None


@functools.lru_cache(maxsize=8)
def _parsed(text: str) -> Mapping[str, Any]:
    """Parse a theme's file: a build asks for the theme more than once, a server all the time."""
    return tomllib.loads(text)


def _merged(data: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Put what the blog says in the place of what the theme says, key by key."""
    merged = dict(data)
    for key, value in own.items():
        known = merged.get(key)
        is_table = isinstance(known, dict) and isinstance(value, dict)
        merged[key] = _merged(known, value) if is_table and known is not None else value
    return merged


def _theme(name: str, folder: Path, data: Mapping[str, Any]) -> Theme:
    return Theme(
        name=name,
        folder=folder,
        keys={key: Key(**_names(value)) for key, value in data["keys"].items()},
        colours={scheme: Colours(**value) for scheme, value in data["colours"].items()},
        covers={key: Cover(**value) for key, value in data["covers"].items()},
        images_folder=data["images-folder"],
        style_sheet=data["style-sheet"],
        description=data.get("description", ""),
        layout=data.get("layout", "post"),
        image_address=data["image-address"],
        math_key=data.get("math-key", ""),
        language_key=data.get("language-key", ""),
        language_permalink=data.get("language-permalink", ""),
        dark=tuple(Dark(**dark) for dark in data.get("dark", ())),
        excerpt=Excerpt(**data["excerpt"]) if "excerpt" in data else None,
        prose=tuple(ProseRule(**rule) for rule in data.get("prose", ())),
    )


def _names(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("-", "_"): value for name, value in table.items()}
