"""kramdown's abbreviations: ``*[HTML]: Hypertext Markup Language`` on a line of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_LINE = re.compile(r"\*\[([^\]]+)\]:[ \t]*(.*)\Z")
_KEY = "abbreviations"


def read_abbreviations(markdown: MarkdownIt) -> None:
    """Have a parser read abbreviations, and explain them where they are used."""
    markdown.block.ruler.before("reference", _KEY, _read, {"alt": []})
    markdown.core.ruler.push(_KEY, _explain)


def _read(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    start, end = state.bMarks[first] + state.tShift[first], state.eMarks[first]
    match = _LINE.match(state.src[start:end])
    if match is None:
        return False
    if not silent:
        state.env.setdefault(_KEY, {})[match[1]] = match[2].strip()
        state.line = first + 1
    return True


def _explain(state: StateCore) -> None:
    known: Mapping[str, str] = state.env.get(_KEY, {})
    if not known:
        return
    words = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)({words})(?!\w)")
    for token in state.tokens:
        if token.children:
            token.children = [
                part for child in token.children for part in _explained(child, pattern, known)
            ]


def _explained(token: Token, pattern: re.Pattern[str], known: Mapping[str, str]) -> Iterator[Token]:
    if token.type != "text":
        yield token
        return
    for number, part in enumerate(pattern.split(token.content)):
        kind, content = "text", part
        if number % 2:
            kind = "html_inline"
            content = f'<abbr title="{escape(known[part])}">{escape(part)}</abbr>'
        yield Token(kind, "", 0, content=content)
