"""What a step's code is, and what it may read."""

from __future__ import annotations

import pytest

from litpost.code import essence, words

MENTIONED = {
    "x, y = y, x": "x y",
    "x[0] = y": "x y",
    "x.a = 1": "a x",
    "x += 1": "x",
    "del x": "x",
    "x = 1\nprint(x)": "print",
    "x: T = y\nx": "T y",
    "for i in r: pass\ni": "r",
    "for x[0] in r: pass": "r x",
    "if t:\n    b = a\nelse:\n    c = b": "a b t",
    "if t:\n    x = 1\nx": "t x",
    "with open(p) as f:\n    d = f.read()\nd": "f open p read",
    "[x for x in y if x in z]": "y z",
    "[x for x in x]": "x",
    "{k: v for k, v in d}": "d",
    "lambda u: u + w": "w",
    "def f(x, n=k):\n    return x + n + z": "f k z",
    "def f(x=x): pass": "f x",
    "@d\nclass C(B):\n    m = n": "B C d m n",
    "eval('q + 1')": "eval q",
    "print('q', \"r\")": "print",
    "globals()['q'] = r": "globals q r",
    "f'{v!r}'": "v",
    "import numpy as np": "np numpy",
    "x = 1  # of y": "",
    "await x": "x",
    "%time x": "time x",
}


@pytest.mark.parametrize(("code", "expected"), MENTIONED.items())
def test_names_that_a_code_may_read(code: str, expected: str) -> None:
    assert sorted(words(code)) == expected.split()


FORMATTED = {
    "blanks that show": ("f'{x=}'", "f'{x = }'"),
    "blanks within": ("f'a {f\"{x =}\"}'", "f'a {f\"{x=}\"}'"),
    "several lines": ('f"""\n{x=}\n"""\ny', 'f"""\n{x =}\n"""\ny'),
}


@pytest.mark.parametrize(("one", "other"), FORMATTED.values(), ids=FORMATTED)
def test_what_an_f_string_may_show_matters(one: str, other: str) -> None:
    """Since Python 3.12, such a string is several tokens."""
    assert essence(one) != essence(other)
    assert essence(f"{one}  # so") == essence(one)


def test_an_f_string_is_one_word() -> None:
    assert essence("f'{x}' + 'y'") == "STRING f'{x}'\0OP +\0STRING 'y'\0NEWLINE "
