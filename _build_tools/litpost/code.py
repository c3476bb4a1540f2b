"""The code of a step: what of its text matters to what it does."""

from __future__ import annotations

import ast
import io
import re
import tokenize

_EXPECTATION = re.compile(r"#\s*=>")
_LINES = re.compile(r"lineno|currentframe|_getframe|getframeinfo|extract_stack|getsource|stack\(")
_SKIPPED = {tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
_WORD = re.compile(r"[^\W\d]\w*")


def essence(code: str) -> str:
    r"""Return a code without what Python passes over: comments, blank lines, blanks in lines.

    Expectations stay; so does the text of a cell that isn't plain Python.

    >>> essence("x = 1  # one\n\n\ny=2") == essence("x=1\ny = 2")
    True
    >>> essence("x = 1  # => 1") == essence("x = 1")
    False
    """
    try:
        ast.parse(code)
        tokens = list(tokenize.generate_tokens(io.StringIO(code + "\n").readline))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return code
    parts = []
    for token in tokens:
        if token.type in _SKIPPED:
            continue
        if token.type == tokenize.COMMENT and not _EXPECTATION.match(token.string):
            continue
        name = tokenize.tok_name[token.type]
        text = "" if token.type in (tokenize.NEWLINE, tokenize.INDENT) else token.string
        parts.append(f"{name} {text}")
    return "\0".join(parts)


def knows_lines(code: str) -> bool:
    """Say whether a code may ask for the numbers of its lines."""
    return bool(_LINES.search(code))


def words(code: str) -> set[str]:
    """Return all names that a code may mention, in texts too."""
    return set(_WORD.findall(code))
