"""Code and what it printed: colours, folds, lines to point at."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

from litpost.ansi import as_html, plain
from litpost.errors import SourceError
from litpost.parser import parse
from tests.litpost.blog import Blog, cell

COLOURS = {
    "\x1b[31mred\x1b[0m": '<span class="litpost-red">red</span>',
    "\x1b[91mred\x1b[39m plain": '<span class="litpost-red">red</span> plain',
    "\x1b[mnone": "none",
    "\x1b[4;1mboth\x1b[24mbold": '<span class="litpost-bold litpost-under">both</span>'
    '<span class="litpost-bold">bold</span>',
    "\x1b[1;38;5;208morange\x1b[22mplain": '<span class="litpost-bold">orange</span>plain',
    "\x1b[38;2;1;2;3m\x1b[48;5;31mx": "x",
    "<&>": "&lt;&amp;&gt;",
    "\x1b[31m": "",
}


@pytest.mark.parametrize(("text", "html"), COLOURS.items())
def test_a_terminals_colours_become_spans(text: str, html: str) -> None:
    assert as_html(text) == html
    assert "\x1b" not in plain(text)


def test_coloured_output_is_html_and_plain_output_a_fence(blog: Blog) -> None:
    text = blog.shown(
        cell("print('\\x1b[32mok\\x1b[0m <{{ x }}>\\n\\nend')", "echo: false")
        + "\n"
        + cell("print('plain\\x1b[2K')", "echo: false")
    )
    assert (
        '<code><span class="litpost-green">ok</span> &lt;{{ "{{" }} x }}&gt;\n\nend\n</code>'
        in text
    )
    assert "```text\nplain\n```\n{: .litpost-output}" in text
    assert "\x1b" not in text


def test_colours_stay_out_of_values_and_messages(blog: Blog) -> None:
    assert "a red b" in blog.shown("a `{python} '\\x1b[31mred\\x1b[0m'` b\n")
    message = blog.failure(cell("print('\\x1b[31mred\\x1b[0m'); 1 / 0"))
    assert "\x1b" not in message
    assert "  red" in message


def test_a_progress_bar_is_shown_as_it_was_last(blog: Blog) -> None:
    text = blog.shown(cell("for n in (1, 2): print(f'\\r{n}0%', end='')", "echo: false"))
    assert text == "```text\n20%\n```\n{: .litpost-output}"


def test_long_output_folds_unless_told_otherwise(blog: Blog) -> None:
    code = "for n in range({}): print(n)"
    assert "<details" not in blog.shown(cell(code.format(40)))
    text = blog.shown(cell(code.format(41)))
    start = '<details class="litpost-folded" markdown="1">\n<summary>41 lines of output</summary>\n'
    assert start in text
    assert text.endswith("{: .litpost-output}\n\n</details>")
    assert "<details" not in blog.shown(cell(code.format(41), "fold: false"))
    assert "<details" in blog.shown(cell("print(1)", "fold: true"))


def test_lines_are_pointed_at(blog: Blog) -> None:
    text = blog.shown(cell("a = 1\nb = 2\nc = 3", "highlight: 1, 3"))
    assert text.endswith(
        '```\n{: .litpost-lines style="--litpost-lines: linear-gradient(transparent 0lh, '
        "var(--litpost-mark) 0lh 1lh, transparent 1lh, transparent 2lh, "
        'var(--litpost-mark) 2lh 3lh, transparent 3lh)"}'
    )
    assert "lines that aren't there: the code has 1" in blog.failure(cell("1", "highlight: 2"))


@pytest.mark.parametrize("value", ["0", "3-2", "a", "true", "1,"])
def test_lines_that_are_none_are_an_error(value: str) -> None:
    body = cell("x", f"highlight: {value}")
    with pytest.raises(SourceError, match="it takes lines of the code"):
        parse(f"---\ntitle: t\n---\n{body}", "_literate/2024-01-02-try.md")


def test_kramdown_makes_of_it_what_is_meant(blog: Blog) -> None:
    if not shutil.which("jekyll"):
        pytest.skip("Jekyll, which brings kramdown, isn't installed")
    text = blog.shown(
        cell("a = 1\nprint('\\x1b[31mx\\n\\n*y*\\x1b[0m')", "highlight: 1", "fold: true")
        + "\n- a\n\n  ```{python}\n  #| fold: true\n  print('*z*')\n  ```\n"
    )
    program = (
        "require 'kramdown'; require 'kramdown-parser-gfm'; "
        "print Kramdown::Document.new(STDIN.read, input: 'GFM').to_html"
    )
    ruby = ["ruby", "-EUTF-8", "-e", program]
    html = subprocess.run(ruby, input=text, capture_output=True, text=True, check=True).stdout
    assert html.count("<details") == html.count("</details>") == 2
    assert '<span class="litpost-red">x\n\n*y*</span>' in html
    assert "<em>" not in html
    assert 'style="--litpost-lines: linear-gradient(' in html
    assert "```" not in html
    assert html.index("</details>\n  </li>") > 0


def test_the_script_is_linked_and_written_and_nothing_is_inline(blog: Blog) -> None:
    blog.write("_config.yml", "default_lng: ko\n")
    blog.build(cell("x = 1"))
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", blog.read())
    assert scripts == [""]
    link = """<script src="{{ '/assets/js/litpost.js' | relative_url }}" data-copy="복사" """
    assert link in blog.read()
    assert "litpost-copy" in blog.read("assets/js/litpost.js")


def test_the_driver_imports_no_library_that_it_does_not_need() -> None:
    heavy = "{'math_core', 'selectolax', 'numpy', 'pandas', 'PIL', 'IPython', 'matplotlib'}"
    code = f"import sys, litpost.builder, litpost.cli; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n"
