"""The few words that litpost itself puts into a post, in the post's language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "words.toml"
FALLBACK = "en"


@cache
def _all() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def words(language: str) -> Mapping[str, str]:
    """Return the words of a language, or the English ones where it is one that we don't know.

    >>> words("ko-KR")["fig"].format(1), words("xx")["fig"].format(1)
    ('그림 1', 'Figure 1')
    """
    return _all().get(language.partition("-")[0].lower()) or _all()[FALLBACK]
