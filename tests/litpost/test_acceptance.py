"""`pytest --litpost-update` makes false expectations true, and changes nothing else of a source."""

from __future__ import annotations

import pytest

from litpost.acceptance import build_accepting
from litpost.session.expectations import agrees, as_expectation
from tests.litpost.blog import HEADER, POST, SOURCE, Blog, cell
from tests.litpost.test_pytest_plugin import pytest_in

WRITTEN = [
    (0.26894142, "0.3142", "0.2689"), (2, "3", "2"), (2.5, "3", "2.5"), (1e-9, "0.5", "1e-09"),
    (1234.5, "1.2e3", "1.2e+03"), ("a", "'b'", "'a'"), ((3, 0.123), "(2, 0.5)", "(3, 0.1)"),
    ([1, 2], "[1]", "[1, 2]"), ("a\nb", "'a'", r"'a\nb'"), (True, "False", "True"),
    ("x" * 300, "'x'", ""), ("a  b", "'c'", "'a  b'"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected", "written"), WRITTEN)
def test_a_value_is_written_in_the_form_of_the_one_before(
    value: object, expected: str, written: str
) -> None:
    assert as_expectation(value, expected) == written
    assert not written or agrees(repr(value), written)


def test_values_of_numpy_are_written_as_they_are_shown(blog: Blog) -> None:
    accepted(
        blog,
        "import numpy as np\nnp.arange(3) / 4  # => array([1.00, 1.00, 1.00])\n"
        "np.float64(0.25)  # => 0.5\n[np.float64(0.25)]  # => [0.5]\nnp.eye(2)  # => 1\n",
        "import numpy as np\nnp.arange(3) / 4  # => array([0.00, 0.25, 0.50])\n"
        "np.float64(0.25)  # => 0.2\n[np.float64(0.25)]  # => [0.2]\n"
        "np.eye(2)  # => array([[1., 0.], [0., 1.]])\n",
    )


def accepted(blog: Blog, code: str, expected: str) -> None:
    blog.source(cell(code))
    report, told = build_accepting(SOURCE, blog.project)
    assert report.status == "written", report.message
    assert blog.read(SOURCE) == HEADER + cell(expected)
    assert told[-1] == f"{POST} was written"


FORMS = """x = 1  # => 1
y = (x,
     5) #=> (2, 5)
def f(y):
    return y + 1   #  =>  4\t
f(2); z = 3; z  # => 0
if x: w = 2  # => 0
class C:
    a: int = 5  # => 0
'# => 9'
"""
TRUE = """x = 1  # => 1
y = (x,
     5) #=> (1, 5)
def f(y):
    return y + 1   #  =>  3\t
f(2); z = 3; z  # => 3
if x: w = 2  # => 2
class C:
    a: int = 5  # => 5
'# => 9'
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_every_form_is_mended_and_the_rest_kept_byte_for_byte(blog: Blog, end: str) -> None:
    rest = "\nText  with # => 4.\n\n```python\n1  # => 2\n```\n\n"
    before, after = (
        (HEADER + "- list\n\n" + cell(code) + rest).replace("\n", end).encode()
        for code in (FORMS, TRUE)
    )
    (blog.root / SOURCE).write_bytes(before)
    report, told = build_accepting(SOURCE, blog.project)
    assert report.status == "written", report.message
    assert (blog.root / SOURCE).read_bytes() == after
    assert len(told) == 6


REFUSED = {
    "behind no value": "import os  # => 1",
    "never reached": "def f():\n    return 1  # => 2",
    "of print": "print(3)  # => 3",
    "below a magic": "%%time\n1  # => 2",
    "in a loop": "for n in range(3):\n    n + 1  # => 7",
    "random": "import os\nos.urandom(4).hex()  # => 'a'",
    "too long": "list(range(500))  # => []",
}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED.keys())
def test_what_no_value_makes_true_stays_and_fails(blog: Blog, code: str) -> None:
    blog.source(cell(code))
    before = blog.read(SOURCE)
    report, told = build_accepting(SOURCE, blog.project)
    assert report.status == "failed"
    assert f"{SOURCE}:" in report.message
    assert (blog.read(SOURCE), told) == (before, [])


def test_the_plugin_mends_and_tells_what_it_has_changed(blog: Blog) -> None:
    blog.source(
        cell("x = 2\nx  # => 3", "label: two") + "\n" + cell("x + 1  # => 4", "label: three")
        + "\n" + cell("1 / 0", "label: wrong")
    )  # fmt: skip
    done = pytest_in(blog, "--litpost")
    assert f"FAILED {SOURCE}::two" in done.stdout
    done = pytest_in(blog, "--litpost-update")
    for told in (
        f"{SOURCE}:12: `# => 3` is now `# => 2`",
        f"{SOURCE}:17: `# => 4` is now `# => 3`",
    ):
        assert told in done.stdout.partition("litpost: accepted")[2], done.stdout
    assert f"FAILED {SOURCE}::wrong" in done.stdout
    blog.write(SOURCE, blog.read(SOURCE).replace("1 / 0", "1  # => 0"))
    done = pytest_in(blog, "--litpost-update", "-n", "2")
    assert done.returncode == 0, done.stdout
    told = done.stdout.partition("litpost: accepted")[2]
    assert f"{SOURCE}:22: `# => 0` is now `# => 1`" in told
    assert f"{POST} was written" in told
    assert "accepted" not in pytest_in(blog, "--litpost-update").stdout
