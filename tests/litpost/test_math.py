"""Formulas: what is one, what becomes of it, and how a wrong one is told."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litpost.formulas import FormulaError, check_formulas, mathml
from litpost.parser import parse
from litpost.source import Formula
from tests.litpost.blog import HEADER, Blog, cell

PATH = "_literate/2024-01-02-try.md"


def formulas(body: str) -> list[Formula]:
    source = parse(f"---\ntitle: t\n---\n{body}", PATH)
    return [block for block in source.blocks if isinstance(block, Formula)]


INLINE = {
    "a $x_t$ b": ["x_t"],
    "$a$, $b$": ["a", "b"],
    "**$|x|$** and *$a*b$*": ["|x|", "a*b"],
    "$\\$5$": ["\\$5"],
    "| $a$ | $b$ |\n|-|-|\n": ["a", "b"],
    "- $x$\n> $y$\n": ["x", "y"],
    "# $x$\n": ["x"],
    "[$x$](y)": ["x"],
    "a $$x$$ b": ["x"],
    "$x\ny$": ["x\ny"],
    "from $5 to $6": [],
    "$5/$6": [],
    "5$와 6$": [],
    "값은$x$다": ["x"],
    "`$x$` \\$x$": [],
    "$ x $": [],
    "    $x$\n": [],
    "```\n$x$\n```\n": [],
    "<div>\n$x$\n</div>\n": [],
    "a $$ b": [],
}


@pytest.mark.parametrize(("body", "found"), INLINE.items(), ids=INLINE.keys())
def test_a_formula_within_a_line(body: str, found: list[str]) -> None:
    assert [formula.latex for formula in formulas(body)] == found


BLOCKS = {
    "$$x$$\n": ("x", None, ""),
    "$$\nx\n= y\n$$ {#eq-a}\n": ("\nx\n= y\n", "eq-a", ""),
    "text\n$$\n- x\n$$\ntext": ("\n- x\n", None, ""),
    "- a\n\n  $$\n  + x\n  $$\n": ("\n+ x\n", None, "  "),
    "> $$\n> # x\n> $$\n": ("\n# x\n", None, "> "),
    "$$\r\nx\r\n$$\r\n": ("\r\nx\r\n", None, ""),
}


@pytest.mark.parametrize(("body", "found"), BLOCKS.items(), ids=BLOCKS.keys())
def test_a_formula_on_lines_of_its_own(body: str, found: tuple[str, str | None, str]) -> None:
    [formula] = formulas(body)
    assert formula.is_block
    assert (formula.latex.replace("\r", ""), formula.label, formula.first_indent) == (
        found[0].replace("\r", ""), *found[1:],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("a\n\n$$\na\n\\foo\n$$\n", ':8: `$$\na\n\\foo\n$$`: Unknown command "\\foo".'),
        ("a $\\frac{1}$", ":4: `$\\frac{1}$`: Expected argument but reached end of input."),
        ("$a_b_c$", ":4: `$a_b_c$`: Duplicate subscript or superscript."),
        ("$$ $$\n", ":4: `$$ $$`: it is empty"),
    ],
)  # fmt: skip
def test_a_wrong_formula_is_an_error_at_its_line(body: str, message: str) -> None:
    source = parse(f"---\ntitle: t\n---\n{body}", PATH)
    assert [str(problem) for problem in check_formulas(source)] == [PATH + message]


def test_a_wrong_formula_fails_before_anything_runs(blog: Blog) -> None:
    message = blog.failure(cell("open('ran', 'w').close()") + "\n$\\foo$\n")
    assert "Unknown command" in message
    assert not (blog.root / "ran").exists()


def test_a_wrong_formula_in_a_caption_is_told_by_the_cells_line(blog: Blog) -> None:
    code = "import pandas as pd\npd.DataFrame({'a': [1]})"
    message = blog.failure(cell(code, "tbl-cap: 'a $\\foo$'"))
    assert message.startswith(f'{PATH}:9: `\\foo`: Unknown command "\\foo".')


def test_formulas_become_mathml_with_numbers(blog: Blog) -> None:
    text = blog.shown("Text\n$$\n|x|\n$$ {#eq-x}\nand $y$.\n\n$$z$$\n")
    assert '\n\n<div class="litpost-math" id="eq-x"><math display="block">' in text
    assert '</math><span class="litpost-number">(1)</span></div>\nand ' in text
    assert 'and <span class="litpost-formula"><math><mi>y</mi></math></span>.' in text
    assert text.endswith('<div class="litpost-math"><math display="block"><mi>z</mi></math></div>')


def test_math_can_be_turned_off(blog: Blog) -> None:
    header = HEADER.replace("title: A title", "title: A title\nlitpost: {math: false}")
    blog.build("a $x$ b\n\n$$y$$\n", header=header)
    assert blog.body() == "a $x$ b\n\n$$y$$"


LATEX = st.lists(
    st.sampled_from(
        ["x", "|", "_{a}", "^2", "*", "\\{", "\\}", "\\|", "-", "--", "...", "'", '\\text{"a*b"}',
         "\\text{`~#}", "[", "]", "<", ">", "&lt;", "\\\\", " "]
    ), min_size=1, max_size=12,
).map("".join)  # fmt: skip


@given(LATEX)
def test_no_markup_is_left_in_mathml(latex: str) -> None:
    try:
        text = mathml(latex, display=False)
    except FormulaError:
        return
    bare = re.sub(r"<[^<>]*>|&#?\w+;", " ", text)
    assert not re.search(r"[\\`*_{}\[\]|$~\"'^#]|--|\.\.", bare)
    assert "\n" not in text


def test_kramdown_leaves_formulas_alone(blog: Blog) -> None:
    if not shutil.which("jekyll"):
        pytest.skip("Jekyll, which brings kramdown, isn't installed")
    formula = "|a_b| \\le \\{x*y*z\\} -- [c] \\text{\"q\" 'r'...}"
    text = blog.shown(
        f"${formula}$ first, $x|y$ and *em*.\n\n| a | b |\n|---|---|\n| $|x|$ | c |\n"
    )
    program = "require 'kramdown'; print Kramdown::Document.new(STDIN.read).to_html"
    ruby = ["ruby", "-EUTF-8", "-e", program]
    shown = subprocess.run(ruby, input=text, capture_output=True, text=True, check=True).stdout
    assert shown.count("<table>") == 1
    assert shown.count("<td>") == 2
    assert shown.count("<em>") == 1
    assert shown.count("<math>") == shown.count("</math>") == 3
    assert "<p><span" in shown
