"""The code of a step: what of its text matters to what it does."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence

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
    r"""Return all names that a code may mention, in texts too, before it has set them itself.

    >>> sorted(words("fig, axes = plt.subplots()\naxes.plot(x)"))
    ['plot', 'plt', 'subplots', 'x']
    """
    try:
        statements = ast.parse(code).body
    except (SyntaxError, ValueError):
        return _words(code)
    found: set[str] = set()
    known: set[str] = set()
    for statement in statements:
        bound, rest = _bound(statement)
        mentioned = {word for part in rest for word in _words(_text(part, code))}
        found |= mentioned - known
        known |= bound
    return found


def _words(code: str) -> set[str]:
    return set(_WORD.findall(code))


def _text(node: ast.AST, code: str) -> str:
    return ast.get_source_segment(code, node) or ast.unparse(node)


def _bound(statement: ast.stmt) -> tuple[set[str], Sequence[ast.AST]]:
    """Return the names that a statement sets in any case, and its parts that come before that."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            names = {name for target in targets for name in _names(target)}
            return names, (value, *(t for t in targets if not set(_names(t))))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return {name}, (value, statement.annotation)
        case _:
            return set(), (statement,)


def _names(target: ast.expr) -> Iterator[str]:
    """Yield the names in the target of an assignment; none if it sets anything else besides."""
    parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    if all(isinstance(part, ast.Name) for part in parts):
        yield from (part.id for part in parts if isinstance(part, ast.Name))
