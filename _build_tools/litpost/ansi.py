"""Colours of a terminal, as spans: what a cell printed in red is red in the post."""

from __future__ import annotations

import html
import re

_COLOUR = re.compile(r"\x1b\[([\d;]*)m")
_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


def plain(text: str) -> str:
    r"""Take the colours from a text.

    >>> plain("a \x1b[1;31mred\x1b[0m")
    'a red'
    """
    return _COLOUR.sub("", text)


def has_colours(text: str) -> bool:
    """Say whether a text has colours of a terminal."""
    return bool(_COLOUR.search(text))


def as_html(text: str) -> str:
    r"""Write a text as HTML, each run of a style as a span.

    Of 256 or 16 million colours only the weight is kept: they were chosen for one ground.

    >>> as_html("a<\x1b[1;31mred\x1b[39m bold\x1b[0m.")
    'a&lt;<span class="litpost-bold litpost-red">red</span><span class="litpost-bold"> bold</span>.'
    """
    parts: list[str] = []
    styles: dict[str, str] = {}
    done = 0
    for match in _COLOUR.finditer(text):
        parts.append(_span(text[done : match.start()], styles))
        styles = _changed(styles, match[1])
        done = match.end()
    parts.append(_span(text[done:], styles))
    return "".join(parts)


def _span(text: str, styles: dict[str, str]) -> str:
    escaped = html.escape(text, quote=False)
    if not text or not styles:
        return escaped
    return f'<span class="{" ".join(sorted(styles.values()))}">{escaped}</span>'


def _changed(styles: dict[str, str], codes: str) -> dict[str, str]:
    """Apply the numbers of one sequence (ECMA-48, SGR) to the styles that hold."""
    changed = dict(styles)
    numbers = iter([int(code or 0) for code in codes.split(";")])
    for number in numbers:
        if number == 0:
            changed.clear()
        elif number in (1, 3, 4):
            changed[str(number)] = {1: "litpost-bold", 3: "litpost-italic", 4: "litpost-under"}[
                number
            ]
        elif number in (22, 23, 24):
            changed.pop({22: "1", 23: "3", 24: "4"}[number], None)
        elif 30 <= number <= 37 or 90 <= number <= 97:
            changed["colour"] = f"litpost-{_NAMES[number % 10]}"
        elif number == 39:
            changed.pop("colour", None)
        elif number in (38, 48):
            skip = {5: 1, 2: 3}.get(next(numbers, 0), 0)
            for _ in range(skip):
                next(numbers, 0)
            if number == 38:
                changed.pop("colour", None)
    return changed
