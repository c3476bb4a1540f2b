"""The languages of a site, as its settings name them: in ``_config.yml``, or in its theme's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

THEME_CONFIG = "_data/conf/main.yml"
"""Where Mr. Green has its languages."""

LISTED = "language_switch_lang_list"
DEFAULT = "en"
_NAMES = ("default_lng", "lang", "locale", "language")
_LINES = re.compile(rf"^(?:{_NAMES[0]}|{LISTED})[ \t]*:.*\n?(?:[ \t-].*\n?)*", re.M)


@dataclass(frozen=True)
class Languages:
    """The language of what lies in ``_posts/``, and all that the site lists; none if it doesn't."""

    default: str
    listed: tuple[str, ...]


def read_languages(root: Path, config: Mapping[str, Any]) -> Languages:
    """Return the languages of a site whose ``_config.yml`` says `config`.

    Raises
    ------
    TypeError, yaml.YAMLError, UnicodeDecodeError
        The settings can't be read.
    """
    settings = {**_of_theme(root), **{name: value for name, value in config.items() if value}}
    default = next((settings[name] for name in _NAMES if settings.get(name)), DEFAULT)
    return Languages(str(default), tuple(map(str, settings.get(LISTED) or ())))


def _of_theme(root: Path) -> Mapping[str, Any]:
    """Read the languages in the theme's settings: these lines alone, as it has hundreds."""
    file = root / THEME_CONFIG
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    import yaml  # which takes its time: a build with nothing to do does without

    return yaml.safe_load("".join(_LINES.findall(text))) or {}
