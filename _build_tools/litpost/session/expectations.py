"""``# => value``: values that the shown code promises, verified when it runs."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import Any

CHECK = "__litpost_expect__"
LONGEST = 200  # characters of a value that are written into a line
_MARK = re.compile(r"#\s*=>\s*(.*?)\s*\Z")
_TOKEN = re.compile(
    r"""(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
    r"|(?P<number>(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w.]))"
    r"|(?P<blank>\s+)|(?P<other>\w+|.)",
    re.S,
)
_WRAPPED = re.compile(r"\bnp\.\w+\(([^()]*)\)")  # NumPy's scalars in a list


class ExpectationError(AssertionError):
    """A value isn't what the code that is shown says it is; `line` is that of the step.

    `expected` is what it says, and `found` what would be true in its place; both are empty where
    no other value would make it true.
    """

    def __init__(self, line: int, message: str, *, expected: str = "", found: str = "") -> None:
        super().__init__(message)
        self.line, self.expected, self.found = line, expected, found


class Expectations:
    """The expectations of one cell.

    Parameters
    ----------
    code
        The cell's code, in Python; magics have been translated.
    key
        The cell's key: a function that has expectations is verified while its own cell runs.
    """

    def __init__(self, code: str, key: str) -> None:
        self.key = key
        self._expected = expected_values(code)
        self._open = set(self._expected)
        self._broken: ExpectationError | None = None

    def instrument(self, tree: ast.Module) -> ast.Module:
        """Wrap each expression that has an expectation on its last line.

        Raises
        ------
        ExpectationError
            An expectation stands where no value ends.
        """
        if not self._expected:
            return tree
        wrapping = _Wrapping(set(self._expected), self.key)
        wrapping.visit(tree)
        for line in sorted(wrapping.lines):
            raise ExpectationError(
                line,
                f"`# => {self._expected[line]}` stands behind no value; "
                "put it at the end of an expression or an assignment",
            )
        return ast.fix_missing_locations(tree)

    def check(self, value: Any, line: int) -> Any:
        """Compare a value with what was expected of it; return the value.

        Raises
        ------
        ExpectationError
            They differ.
        """
        self._open.discard(line)
        expected = self._expected[line]
        if not any(agrees(found, expected) for found in (repr(value), str(value))):
            hint = " (a call such as `print(…)` has no value)" if value is None else ""
            error = ExpectationError(
                line, f"expected {expected}, found {value!r}{hint}",
                expected=expected, found="" if value is None else as_expectation(value, expected),
            )  # fmt: skip
            self._broken = self._broken or error
            raise error
        return value

    def finish(self) -> None:
        """Complain of expectations that the code has kept from failing, or has never reached.

        Raises
        ------
        ExpectationError
            There is one.
        """
        if self._broken:
            raise self._broken
        for line in sorted(self._open):
            raise ExpectationError(line, f"`# => {self._expected[line]}` was never reached")


def expected_values(code: str) -> dict[int, str]:
    r"""Find the expectations in a code: line to expected text.

    >>> expected_values("x = 1  # => 1\ny = '# => 2'")
    {1: '1'}
    """
    if "=>" not in code:
        return {}
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return {}  # the compiler will say where
    return {
        token.start[0]: match[1]
        for token in tokens
        if token.type == tokenize.COMMENT and (match := _MARK.match(token.string))
    }


def check_magic(code: str) -> None:
    """Check that a cell's magic, which runs the rest of the cell, has no expectations to verify.

    Raises
    ------
    ExpectationError
        It has.
    """
    for line, text in enumerate(code.split("\n"), start=1):
        if code.lstrip().startswith("%%") and _MARK.search(text):
            raise ExpectationError(line, "`# =>` can't be verified below a cell magic")


def agrees(found: str, expected: str) -> bool:
    """Compare two texts of values: numbers to the digits that are expected.

    Blanks don't count beside punctuation; what stands in quotes counts as it is.

    >>> agrees("array([0.26894142, 0.5])", "array([0.269, 0.5])")
    True
    >>> agrees("(3, 20)", "(3,20)")
    True
    >>> agrees("0.274", "0.269"), agrees("'a b'", "'ab'"), agrees("1.4", "1.")
    (False, False, False)
    >>> agrees("[np.float64(0.5), np.float64(0.25)]", "[0.5, 0.25]")
    True
    """
    pairs = [_tokens(found), _tokens(expected)]
    if not _WRAPPED.search(expected):
        pairs[0] = _tokens(_WRAPPED.sub(r"\1", found))
    if len(pairs[0]) != len(pairs[1]):
        return False
    return all(
        kind == other_kind and (_rounds_to(one, other) if kind == "number" else one == other)
        for (kind, one), (other_kind, other) in zip(*pairs, strict=True)
    )


def as_expectation(value: Any, expected: str) -> str:
    """Write a value as it could stand in the place of what was expected, in the same form.

    Nothing if no line holds it.

    >>> as_expectation(0.26894142, "0.3142"), as_expectation([1, "a"], "[1]")
    ('0.2689', "[1, 'a']")
    >>> import datetime
    >>> as_expectation(datetime.date(2024, 5, 1), "2023-07-19")
    '2024-05-01'
    """
    forms = (repr(value), str(value))
    is_wrapped = bool(_WRAPPED.search(expected))
    kinds = _kinds(expected)
    for form in sorted(forms, key=lambda form: _kinds(form) != kinds):
        text = form if is_wrapped else _WRAPPED.sub(r"\1", form)
        text = _in_digits(text, expected) if _kinds(text) == kinds else text
        text = _on_a_line(text.strip())
        fits = 0 < len(text) <= LONGEST and text.isprintable()
        if fits and any(agrees(found, text) for found in forms):
            return text
    return ""


def _kinds(text: str) -> list[str]:
    return [kind for kind, _ in _tokens(text)]


def _in_digits(text: str, expected: str) -> str:
    """Write the numbers of a text with as many digits as those that were expected."""
    numbers = iter([token for kind, token in _tokens(expected) if kind == "number"])
    return _TOKEN.sub(
        lambda match: _rounded(match[0], next(numbers)) if match["number"] else match[0], text
    )


def _on_a_line(text: str) -> str:
    """Take out blanks that only align what a text shows."""

    def narrow(match: re.Match[str]) -> str:
        is_inner = text[match.start() - 1] in "[({" or text[match.end()] in "])},"
        return "" if is_inner else " "

    return _TOKEN.sub(lambda match: narrow(match) if match["blank"] else match[0], text)


def _rounded(found: str, expected: str) -> str:
    mantissa, _, exponent = expected.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    if not digits and not exponent:
        return found
    text = f"{float(found):.{digits}{'e' if exponent else 'f'}}"
    is_lost = float(found) != 0 and float(text) == 0
    return found if is_lost or not _rounds_to(found, text) else text


def _tokens(text: str) -> list[tuple[str, str]]:
    """Cut a text into quoted texts, numbers, words, punctuation, and blanks that count."""
    tokens = [(str(match.lastgroup), match[0]) for match in _TOKEN.finditer(text.strip())]
    kept = []
    for n, (kind, token) in enumerate(tokens):
        if kind == "blank":
            beside = tokens[n - 1][1][-1] + tokens[n + 1][1][0]
            if re.search(r"[\[\](){},:=<>]", beside):
                continue
            token = " "
        kept.append((kind, _unquoted(token) if kind == "text" else token))
    return kept


def _unquoted(text: str) -> str:
    try:
        return repr(ast.literal_eval(text))
    except (SyntaxError, ValueError):
        return text


def _rounds_to(found: str, expected: str) -> bool:
    mantissa, _, exponent = expected.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    if not digits and not exponent:
        whole = re.compile(r"[-+]?\d+\Z")
        if whole.match(found) and whole.match(expected):
            return int(found) == int(expected)
        return float(found) == float(expected)
    unit = 10.0 ** (int(exponent or 0) - digits)
    return abs(float(found) - float(expected)) <= unit / 2 * (1 + 1e-9)


class _Wrapping(ast.NodeVisitor):
    """Puts a call of the check around the values whose last line has an expectation."""

    def __init__(self, lines: set[int], key: str) -> None:
        self.lines, self._key = lines, key

    def generic_visit(self, node: ast.AST) -> None:
        """Look at statements from the last to the first: the last of a line has its expectation."""
        for _, block in ast.iter_fields(node):
            for part in reversed(block if isinstance(block, list) else [block]):
                if isinstance(part, ast.AST):
                    self.visit(part)

    def _wrap(self, node: Any) -> None:
        self.generic_visit(node)
        if self._has_value(node) and node.end_lineno in self.lines:
            self.lines.discard(node.end_lineno)
            check = ast.Name(CHECK, ast.Load())
            place = [ast.Constant(self._key), ast.Constant(node.end_lineno)]
            node.value = ast.copy_location(ast.Call(check, [node.value, *place], []), node.value)

    def _has_value(self, node: Any) -> bool:
        return node.value is not None and not isinstance(node.value, (ast.Yield, ast.YieldFrom))

    visit_Expr = visit_Assign = visit_AnnAssign = visit_Return = _wrap  # noqa: N815
