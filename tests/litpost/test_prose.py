"""Prose is the author's: a source without cells gives its text back, whatever the text."""

# ruff: noqa: E501  (a line here is a case)

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from litpost.parser import parse
from litpost.project import Place, Project
from litpost.renderer import render_body
from litpost.source import Prose, Verbatim
from litpost.theme import load_theme

PATH = "_literate/2024-01-02-try.md"
HEADER = "---\ntitle: t\nlitpost: {math: false}\n---\n"
SPEC = json.loads((Path(__file__).parent / "data/commonmark-0.31.2.json").read_text("utf-8"))
THEME = load_theme("mrgreen")


def through(body: str, header: str = HEADER) -> str:
    """Take a body through parsing and rendering; undo what keeps Liquid from code."""
    source = parse(header + body, PATH)
    assert all(isinstance(block, (Prose, Verbatim)) for block in source.blocks)
    project = Project(THEME.folder)
    text = render_body(source, {}, place=Place.of(PATH), theme=THEME, project=project)
    return text.replace('{{ "{{" }}', "{{").replace('{{ "{%" }}', "{%")


@pytest.mark.parametrize("case", SPEC, ids=lambda case: f"{case['example']}-{case['section']}")
def test_an_example_of_the_commonmark_specification_comes_back(case: dict[str, str]) -> None:
    assert through(case["markdown"]) == case["markdown"]


def test_the_specification_comes_back_with_other_line_ends() -> None:
    for case in SPEC:
        for end in ("\r\n", "\r"):
            text = case["markdown"].replace("\n", end)
            assert through(text) == text, case["example"]


STYLES = {
    "nested lists": "1. one\n   - two\n\n     para\n     * three\n\n       ```js\n       x\n       ```\n2) four\n",
    "HTML blocks": "<div class='a'>\n<p>*no*</p>\n\n*yes*\n</div>\n\n<!-- a\n\n```\nb -->\n<br/>\n",
    "attribute lists": "{:.no_toc}\n## Title {#id .class}\n\ntext\n{: .notice--info style='a: b'}\n\n{::comment}\nx\n{:/comment}\n{:toc}\n",
    "footnotes": "a[^1] b[^note].\n\n[^1]: first\n[^note]:\n    second\n\n        code\n",
    "tables": "| a | b |\n|:--|--:|\n| `x|y` | **z** |\n\na | b\n-|-\n1 | 2\n",
    "the author's Liquid": "{% include a.html x='y' %}\n{{ site.url | append: '/' }}\n{% highlight py %}\nx\n{% endhighlight %}\n{%- if a -%}b{%- endif -%}\n",
    "raw": "{% raw %}\n```\n{{ x }}\n```\n{% endraw %}\n",
    "fences inside fences": "````md\n```py\nx\n```\n````\n\n~~~\n```\n~~~\n\n> ```\n> a\n>> b\n> ```\n",
    "an open fence": "```python\nnever closed\n",
    "CRLF": "a\r\nb  \r\n\r\n```\r\ncode\r\n```\r\n> q\r\n",
    "tabs": "-\tone\n\n\t\tcode\n\ta\tb\n\n\tindented\n",
    "definition lists": "term\n: definition\n\n    more\n\n*[HTML]: Hyper\n",
    "line breaks": "two blanks  \nslash\\\nbreak<br>\nend   \n",
    "Korean": "**강조**입니다. 「인용」 — 줄표… ‘따옴표’\u3000전각\n",
    "odd characters": "a\x0bb\x0cc\x85d\u2028e\u2029f\ufeffg\x00h\n",
    "links": "[a](/b \"c\") ![d](/e.png){: width='3'} <http://f.g> [h]: /i\n[h]: /i 'j'\n[a][] me@home.org\n",
    "an excerpt and TOC": "<!--more-->\n* TOC\n{:toc}\n***\n___\nSetext\n===\n",
    "no final newline": "a\n\nb",
    "blank lines": "\n\n\na\n\n\n\n",
    "dollars": "costs $5 and $6, `$x$`, \\$7$\n",
}  # fmt: skip


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES.keys())
def test_a_style_of_writing_comes_back(text: str) -> None:
    assert through(text) == text


def test_a_byte_order_mark_and_crlf_in_the_header_are_no_matter() -> None:
    header = "\ufeff" + HEADER.replace("\n", "\r\n")
    assert through("a\r\nb\r\n", header) == "a\r\nb\r\n"


MARKS = st.sampled_from(
    ["`", "``", "```", "~~~", "\n", "\r\n", "\r", "\t", " ", "    ", ">", "- ", "1. ", "#", "$", "$$",
     "{", "}", "{{", "%}", "{:", "<", "<div>", "</div>", "<!--", "-->", "|", "[", "](", ")", "*", "_",
     "\\", "@", "a", "한", "\0", "\u2028"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(MARKS, max_size=30).map("".join))
@example("> `a\n> b`\n")
@example("- `` ` ``\n  `{{`\n")
def test_any_markup_comes_back(text: str) -> None:
    assume(not re.search(r"(```|~~~)`*[ \t]*\{\s*\w", text))  # a cell for another language
    assert through(text) == text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_comes_back(text: str) -> None:
    assert through(text) == text
