"""Edits of nothing but plain words, which stand in the post as they do in the source.

A line that begins with a letter and has only letters, digits, blanks and marks of sentences in it
means nothing to Markdown, to Liquid or to litpost, whatever its words are: where such a line takes
the place of such a line, the rest of the post stays as it is, and nothing has to be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litpost.source import Source

_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,.;:!?()'\"’‘“”…–—-])*")
_IMAGE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif)\b")


def plain_lines(source: Source, *, after: str) -> list[int]:
    """Return the numbers of the lines, from 0, that are plain, are prose, and end with a newline.

    Those of the excerpt don't count, nor do any before it: it ends at the mark `after`, if the
    theme has one.
    """
    from litpost.source import Prose

    lines = source.text.split("\n")
    found = []
    is_after = not after
    for block in source.blocks:
        if not isinstance(block, Prose):
            continue
        for number, text in enumerate(block.text.split("\n")[:-1], start=block.line - 1):
            if is_after and text == lines[number] and _is_plain(text):
                found.append(number)
            is_after = is_after or after in text
    return found


def reworded(old: str, new: str, plain: Collection[int]) -> dict[str, str] | None:
    r"""Return the lines that were replaced, if these are plain and so is what replaces them.

    >>> reworded("One.\nTwo.\n", "One.\nTwo, or three.\n", [0, 1])
    {'Two.': 'Two, or three.'}
    >>> reworded("One.\nTwo.\n", "One.\n# Two\n", [0, 1])
    """
    lines, others = old.split("\n"), new.split("\n")
    if len(lines) != len(others):
        return None
    pairs = zip(lines, others, strict=True)
    changed = [number for number, (one, other) in enumerate(pairs) if one != other]
    known = set(plain)
    if not all(n in known and _is_plain(others[n]) and lines.count(lines[n]) == 1 for n in changed):
        return None
    return {lines[number]: others[number] for number in changed}


def with_words(text: str, words: Mapping[str, str]) -> str | None:
    r"""Replace whole lines of a text; nothing if one of them isn't there exactly once.

    >>> with_words("One.\nTwo.\n", {"Two.": "Three."})
    'One.\nThree.\n'
    """
    lines = text.split("\n")
    if any(lines.count(line) != 1 for line in words):
        return None
    return "\n".join(words.get(line, line) for line in lines)


def _is_plain(line: str) -> bool:
    return bool(_PLAIN.fullmatch(line)) and not _IMAGE.search(line)
