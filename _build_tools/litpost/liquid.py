"""Liquid, which Jekyll runs over a post before Markdown is looked at."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\{\{|\{%")
_RAW = re.compile(r"\{%-?\s*(raw|endraw)\s*-?%\}")


def escape(text: str) -> str:
    """Write a text so that Liquid prints it as it is.

    Each opening token becomes a Liquid string of itself. No ``raw`` block is used: an excerpt that
    Jekyll cuts inside one breaks the whole site.

    >>> escape("{{ x }} {% if %}")
    '{{ "{{" }} x }} {{ "{%" }} if %}'
    """
    return _TOKEN.sub(lambda match: f'{{{{ "{match[0]}" }}}}', text)


def ends_raw(text: str, *, raw: bool) -> bool:
    """Say whether a ``raw`` block is open after a text; `raw` says whether one was before it.

    >>> ends_raw("a {% raw %} b", raw=False)
    True
    """
    for match in _RAW.finditer(text):
        raw = match[1] == "raw"
    return raw
