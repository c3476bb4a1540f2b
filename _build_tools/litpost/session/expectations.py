"""``# => value``: values that the shown code promises, verified when it runs."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import Any

CHECK = "__litpost_expect__"
_MARK = re.compile(r"#\s*=>\s*(.*\S)\s*\Z")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w.])")


class ExpectationError(AssertionError):
    """A value isn't what the code that is shown says it is."""


class Expectations:
    """The expectations of one cell."""

    def __init__(self, code: str) -> None:
        self.by_line = expected_values(code)
        self._open = set(self.by_line)
        self.failed_line: int | None = None

    def instrument(self, tree: ast.Module) -> ast.Module:
        """Wrap each expression that has an expectation on its last line.

        Raises
        ------
        ExpectationError
            An expectation stands where no value ends.
        """
        wrapping = _Wrapping(set(self.by_line))
        tree = ast.fix_missing_locations(wrapping.visit(tree))
        for line in sorted(wrapping.lines):
            self.failed_line = line
            raise ExpectationError(
                f"`# => {self.by_line[line]}` stands behind no value; "
                "put it at the end of an expression or an assignment"
            )
        return tree

    def check(self, value: Any, line: int) -> Any:
        """Compare a value with what was expected of it; return the value."""
        self._open.discard(line)
        expected = self.by_line[line]
        if not any(agrees(found, expected) for found in (repr(value), str(value))):
            self.failed_line = line
            raise ExpectationError(f"expected {expected}, found {value!r}")
        return value

    def finish(self) -> None:
        """Complain of expectations that no run has reached.

        Raises
        ------
        ExpectationError
            There is one.
        """
        for line in sorted(self._open):
            self.failed_line = line
            raise ExpectationError(f"`# => {self.by_line[line]}` was never reached")


def expected_values(code: str) -> dict[int, str]:
    """Find the expectations in a code: line to expected text."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return {}
    return {
        token.start[0]: match[1]
        for token in tokens
        if token.type == tokenize.COMMENT and (match := _MARK.match(token.string))
    }


def agrees(found: str, expected: str) -> bool:
    """Compare two texts of values: numbers to the digits that are expected, blanks don't count.

    >>> agrees("array([0.26894142, 0.5])", "array([0.269, 0.5])")
    True
    >>> agrees("(3, 20)", "(3,20)")
    True
    >>> agrees("0.274", "0.269")
    False
    """
    if _bare(_NUMBER.sub("0", found)) != _bare(_NUMBER.sub("0", expected)):
        return False
    pairs = zip(_NUMBER.findall(found), _NUMBER.findall(expected), strict=True)
    return all(_rounds_to(one, other) for one, other in pairs)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _rounds_to(found: str, expected: str) -> bool:
    if not re.search(r"[.eE]", expected):
        return float(found) == float(expected)
    mantissa, _, exponent = expected.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    unit = 10.0 ** (int(exponent or 0) - digits)
    return abs(float(found) - float(expected)) <= unit / 2 * (1 + 1e-9)


class _Wrapping(ast.NodeTransformer):
    """Puts a call of the check around the values whose last line has an expectation."""

    def __init__(self, lines: set[int]) -> None:
        self.lines = lines

    def _wrap(self, node: Any) -> Any:
        self.generic_visit(node)
        if node.value is not None and node.end_lineno in self.lines:
            self.lines.discard(node.end_lineno)
            check = ast.Name(CHECK, ast.Load())
            line = ast.Constant(node.end_lineno)
            call = ast.Call(check, [node.value, line], [])
            node.value = ast.copy_location(call, node.value)
        return node

    visit_Expr = visit_Assign = visit_AnnAssign = visit_Return = _wrap  # noqa: N815
