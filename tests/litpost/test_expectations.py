"""`# => value` in cells."""

from __future__ import annotations

import pytest

from litpost.session.expectations import agrees
from tests.litpost.blog import Blog, cell
from tests.litpost.running import loss, outputs, run_all

AGREEING = [
    ("2", "2"), ("2.0", "2"), ("0.26894142", "0.269"), ("-0.5", "-0.50"), ("1e-07", "1e-7"),
    ("123456789012345678901", "123456789012345678901"), ("(3, 20)", "(3,20)"),
    ("array([ 1.,  2.])", "array([1., 2.])"), ("[1 2\n 3]", "[1 2 3]"), ("'a'", '"a"'),
    ("np.float64(0.251)", "0.25"), ("(np.int64(1), np.True_)", "(1, np.True_)"),
    ("{'a': 0.30000000000000004}", "{'a': 0.3}"), ("nan", "nan"), ("(1+2j)", "(1+2j)"),
    ("<A at 0x…>", "<A at 0x…>"), ("2023-07-19", "2023-07-19"),
]  # fmt: skip

DIFFERING = [
    ("2", "3"), ("2.5", "2"), ("0.274", "0.269"), ("0.5", "-0.5"), ("1.4", "1."), ("12", "1 2"),
    ("123456789012345678901", "123456789012345678902"), ("'a b'", "'ab'"), ("'0.31'", "'0.3'"),
    ("[1, 2]", "[1, 2, 3]"), ("a b", "ab"), ("True", "1"), ("0.0012", "1e-4"), ("inf", "1"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), AGREEING)
def test_a_value_agrees_to_the_digits_that_are_written(found: str, expected: str) -> None:
    assert agrees(found, expected)


@pytest.mark.parametrize(("found", "expected"), DIFFERING)
def test_what_a_reader_would_take_for_different_is_different(found: str, expected: str) -> None:
    assert not agrees(found, expected)


TRUE = """x = 1  # => 1
(x,
 2)  # => (1, 2)
0.26894142  # => 0.269
def f(y):
    return y + 1  # => 3
f(2)
f(2)
if x: y = 2; z = 3  # => 3
'a b'  # => 'a b'
str(3)  # => 3
%precision 2
x: int = 2  # => 2
class C:
    a = 5  # => 5
    def get(self):
        return self.a  # => 5
C().get()
await __import__('asyncio').sleep(0, 4)  # => 4
'# => no'
"""


def test_true_expectations_pass_and_hold_in_their_own_cell_only(blog: Blog) -> None:
    *_, values, later = outputs(run_all(blog, cell(TRUE), cell("f(10)  # => 11\nf(7), C().get()")))
    assert values[-1].text == "'# => no'"
    assert later[-1].text == "(8, 5)"


BROKEN = {
    "false": ("x = 1\nx + 1  # => 3", 2, "expected 3, found 2"),
    "second": ("0.27  # => 0.3\n0.27  # => 0.28", 2, "expected 0.28, found 0.27"),
    "in a function": ("def f(x):\n    return x  # => 1\nf(1)\nf(2)", 2, "expected 1, found 2"),
    "never reached": ("def f():\n    return 1  # => 1", 2, "was never reached"),
    "behind an error": ("1 / 0\n1  # => 1", 2, "was never reached"),
    "swallowed": ("try:\n    1  # => 2\nexcept Exception:\n    pass", 2, "expected 2, found 1"),
    "behind +=": ("x = 1\nx += 1  # => 2", 2, "stands behind no value"),
    "behind an import": ("import os  # => 1", 1, "stands behind no value"),
    "behind a yield": ("def f():\n    yield 1  # => 1\nlist(f())", 2, "stands behind no value"),
    "inside an expression": ("f = [1,  # => 1\n2]", 1, "stands behind no value"),
    "of print": ("print(3)  # => 3", 1, "found None (a call such as `print(…)` has no value)"),
    "without a value": ("3  # =>", 1, "expected , found 3"),
    "below a cell magic": ("%%time\n1  # => 1", 2, "can't be verified below a cell magic"),
}


@pytest.mark.parametrize(("code", "line", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_promise_fails_at_its_line_even_if_errors_are_shown(
    blog: Blog, code: str, line: int, message: str
) -> None:
    failure = loss(blog, code)
    assert (failure.name, failure.line) == ("ExpectationError", line)
    assert message in failure.message
