"""The code of a step: what of its text matters to what it does."""

from __future__ import annotations

import ast
import functools
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence

_EXPECTATION = re.compile(r"#\s*=>")
_LINES = re.compile(r"lineno|currentframe|_getframe|getframeinfo|extract_stack|getsource|stack\(")
_SKIPPED = {tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
_WORD = re.compile(r"[^\W\d]\w*")
_LOOKING = frozenset(
    "eval exec compile globals locals vars query get_ipython modules import_module".split()
)
"""What may look up names that stand in texts."""


@functools.lru_cache(maxsize=1024)
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
    for kind, text in _whole(tokens, code.split("\n")):
        if kind in _SKIPPED:
            continue
        if kind == tokenize.COMMENT and not _EXPECTATION.match(text):
            continue
        told = "" if kind in (tokenize.NEWLINE, tokenize.INDENT) else text
        parts.append(f"{tokenize.tok_name[kind]} {told}")
    return "\0".join(parts)


def _whole(tokens: Iterable[tokenize.TokenInfo], lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield kinds and texts of tokens, each f-string as one, as up to Python 3.11.

    Of ``f"{x = }"`` the blanks count.
    """
    depth, start = 0, (0, 0)
    for token in tokens:
        name = tokenize.tok_name[token.type]
        if name.endswith("STRING_START"):
            start = start if depth else token.start
            depth += 1
        elif name.endswith("STRING_END"):
            depth -= 1
            if not depth:
                yield tokenize.STRING, _between(lines, start, token.end)
        elif not depth:
            yield token.type, token.string


def _between(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return the text between two places, told as tokens do: by line, from 1, and column."""
    part = [*lines[start[0] - 1 : end[0]]]
    part[-1] = part[-1][: end[1]]
    part[0] = part[0][start[1] :]
    return "\n".join(part)


def knows_lines(code: str) -> bool:
    """Say whether a code may ask for the numbers of its lines."""
    return bool(_LINES.search(code))


def words(code: str) -> set[str]:
    r"""Return all names that a code may mention before it has set them itself.

    Those in texts count where something may look them up.

    >>> sorted(words("fig, axes = plt.subplots()\naxes.plot([x for x in y])"))
    ['plot', 'plt', 'subplots', 'y']
    """
    try:
        statements = ast.parse(code).body
    except (SyntaxError, ValueError):
        return set(_WORD.findall(code))
    found = _mentioned(statements, set())
    return found | set(_WORD.findall(code)) if found & _LOOKING else found


def _mentioned(statements: Iterable[ast.stmt], known: set[str]) -> set[str]:
    """Return what statements mention but for names that are `known` by then; these grow."""
    found: set[str] = set()
    for statement in statements:
        match statement:
            case ast.Assign(targets=targets, value=value):
                found |= _words(value, *(t for t in targets if not _names(t))) - known
                known |= {name for target in targets for name in _names(target)}
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found |= _words(value, statement.annotation) - known
                known.add(name)
            case ast.For(target=target, iter=value) if _names(target):
                found |= _words(value) - known
                known |= _names(target)
                found |= _mentioned(statement.body + statement.orelse, {*known})
            case ast.If(test=test) | ast.While(test=test):
                found |= _words(test) - known
                found |= _mentioned(statement.body, {*known})
                found |= _mentioned(statement.orelse, {*known})
            case ast.With(items=items):
                found |= _words(*items) - known
                found |= _mentioned(statement.body, known)
            case _:
                found |= _words(statement) - known
    return found


def _names(target: ast.expr) -> set[str]:
    """Return the names that an assignment sets; none if it sets anything else besides."""
    parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    return names if all(isinstance(part, ast.Name) for part in parts) else set()


def _words(*nodes: ast.AST) -> set[str]:
    """Return the words in some code but for comprehensions' variables and functions' arguments."""
    found: set[str] = set()
    for node in nodes:
        if not isinstance(node, ast.Constant):
            texts = [text for _, value in ast.iter_fields(node) for text in _strings(value)]
            found |= {word for text in texts for word in _WORD.findall(text)}
        found |= _words(*ast.iter_child_nodes(node)) - _own(node)
    return found


def _own(node: ast.AST) -> set[str]:
    """Return the names that mean something of a node's own within it, and only there."""
    match node:
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            names = {name for part in node.generators for name in _names(part.target)}
            return names - _words(node.generators[0].iter)
        case ast.Lambda(args=arguments) | ast.FunctionDef(args=arguments):
            outer = [*arguments.defaults, *filter(None, arguments.kw_defaults)]
            names = {each.arg for each in ast.walk(arguments) if isinstance(each, ast.arg)}
            return names - _words(*outer, *getattr(node, "decorator_list", ()))
        case _:
            return set()


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))
