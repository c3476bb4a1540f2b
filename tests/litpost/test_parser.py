from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from litpost.errors import SourceError
from litpost.parser import parse
from litpost.source import Block, Cell, Formula, Prose, Source, Value, Verbatim

PATH = "_literate/2024-01-02-try.md"
HEADER = "---\ntitle: t\n---\n"


def parsed(body: str, header: str = HEADER) -> Source:
    return parse(header + body, PATH)


def only_cell(body: str) -> Cell:
    [found] = parsed(body).cells()
    return found


def problems(body: str, header: str = HEADER) -> list[str]:
    with pytest.raises(SourceError) as caught:
        parsed(body, header)
    return [str(problem).removeprefix(PATH) for problem in caught.value.problems]


CELLS = {
    "plain": ("```{python}\nx = 1\n```\n", "x = 1", "", 5),
    "tildes": ("~~~{python}\nx = 1\n~~~\n", "x = 1", "", 5),
    "longer fence": ("````{python}\ns = '''\n```\n'''\n````\n", "s = '''\n```\n'''", "", 5),
    "in a list": ("- a\n\n  ```{python}\n  x = 1\n\n  y\n  ```\n", "x = 1\n\ny", "  ", 7),
    "first in a list item": ("- ```{python}\n  x = 1\n  ```\n", "x = 1", "  ", 5),
    "in a quotation": ("> ```{python}\n> x = 1\n> ```\n", "x = 1", "> ", 5),
    "with a blank in the info": ("``` {python}\nx = 1\n```\n", "x = 1", "", 5),
    "CRLF": ("```{python}\r\nx = 1\r\ny = 2\r\n```\r\n", "x = 1\ny = 2", "", 5),
    "no final newline": ("```{python}\nx = 1\n```", "x = 1", "", 5),
    "options and blank lines": ("```{python}\n#| echo: false\n\n\nx = 1\n```\n", "x = 1", "", 8),
    "behind a tab": ("-\ta\n\n\t```{python}\n\tx = 1\n\t```\n", "x = 1", "\t", 7),
    "in a numbered list in a quotation": (
        "> 1. ```{python}\n>    x = 1\n>    ```\n",
        "x = 1",
        ">    ",
        5,
    ),
    "indented by blanks of its own": ("1. a\n\n    ```{python}\n    x\n    ```\n", "x", "   ", 7),
    "blanks in a line of a string": ("```{python}\n'''\n  \n'''\n```\n", "'''\n  \n'''", "", 5),
    "empty": ("```{python}\n```\n", "", "", 5),
}


@pytest.mark.parametrize(("body", "code", "indent", "line"), CELLS.values(), ids=CELLS.keys())
def test_a_cell_is_found_wherever_commonmark_has_a_fence(
    body: str, code: str, indent: str, line: int
) -> None:
    found = only_cell(body)
    assert (found.code, found.indent, found.code_line) == (code, indent, line)


@pytest.mark.parametrize(
    "body",
    ["````\n```{python}\nx\n```\n````\n", "```{{python}}\nx\n```\n", "```python\nx\n```\n",
     "```{.python}\nx\n```\n", "```{=html}\nx\n```\n"],
)  # fmt: skip
def test_what_only_looks_like_a_cell_is_verbatim(body: str) -> None:
    assert all(isinstance(block, Verbatim) for block in parsed(body).blocks)


def test_options_are_yaml_of_many_kinds() -> None:
    options = only_cell(
        "```{python}\n#| label: fig-1\n#| echo: false\n#| timeout: 2.5\n#| fig-cap: |\n"
        "#|   two\n#|   lines\n#| fig-alt: 'a: b'\nx\n```\n"
    ).options
    assert options.label == "fig-1"
    assert options.echo is False
    assert options.timeout == 2.5
    assert options.fig_cap == "two\nlines\n"
    assert options.fig_alt == "a: b"


WRONG = {
    "unknown option": (
        "```{python}\n#| echo: true\n#| fig-captoin: x\n1\n```\n",
        ":6: unknown cell option `fig-captoin`; did you mean `fig-cap` or `fig-alt`?",
    ),
    "wrong type": (
        "```{python}\n#| echo: maybe\n1\n```\n",
        ":5: cell option `echo` is 'maybe'; it takes true or false",
    ),
    "negative time": (
        "```{python}\n#| timeout: -1\n1\n```\n",
        ":5: cell option `timeout` is -1; it takes a number greater than 0",
    ),
    "label with a path in it": (
        "```{python}\n#| label: ../x\n1\n```\n",
        ":5: cell option `label` is '../x'; it takes letters, digits, `-` and `_`",
    ),
    "option twice": (
        "```{python}\n#| echo: true\n#| echo: false\n1\n```\n",
        ":6: `echo` stands here a second time; first in line 5",
    ),
    "label twice": (
        "```{python}\n#| label: a\n1\n```\n\n```{python}\n#| label: a\n2\n```\n",
        ":9: label `a` is taken already, in line 4",
    ),
    "not YAML": (
        "```{python}\n#| echo: [\n1\n```\n",
        ":5: the cell's options aren't `key: value`",
    ),
    "another language": (
        "```{r}\n1\n```\n",
        ":4: a cell for `r`; litpost runs `{python}` cells only",
    ),
    "options in the info string": (
        "```{python echo=FALSE}\n1\n```\n",
        ":4: `{python echo=FALSE}`: options stand on lines of their own, `#| key: value`",
    ),
    "never closed": ("```{python}\n1\n", ":4: this cell is never closed by `" + "```" + "`"),
    "in an HTML block": (
        "<div>\n```{python}\n1\n```\n</div>\n",
        ":5: this cell stands inside an HTML block and would not run; leave an empty line",
    ),
    "indented too far": (
        "- a\n\n      ```{python}\n      1\n      ```\n",
        ":6: this cell is indented by four blanks or more, which makes it plain code",
    ),
    "misspelt language": ("```{pyhton}\n1\n```\n", ":4: a cell for `pyhton`; litpost runs"),
    "text behind the info": ("```{python} x\n1\n```\n", ":4: `{python} x`: options stand on"),
    "never closed in a list": ("- ```{python}\n  1\n\nb\n", ":4: this cell is never closed"),
    "closed by a line indented too far": ("```{python}\n1\n    ```", ":4: this cell is never"),
    "late option": (
        "```{python}\nx = 1\n#| echo: false\n```\n",
        ":6: `#| echo:` stands behind code; options come first in a cell",
    ),
    "option that is no text for YAML": (
        "```{python}\n#| yes: 1\n```\n",
        ":5: `yes:` isn't a name in YAML; put it in quotes",
    ),
    "promise of a cell that doesn't run": (
        "```{python}\n#| eval: false\n\nx  # => 1\n```\n",
        ":7: `# =>` in a cell with `eval: false` can't be verified",
    ),
    "value that is never closed": ("a\n`{python} x\n\nb`\n", ":5: this inline value would not be"),
    "value in an HTML block": ("<p>\n`{python} x`\n</p>\n", ":5: this inline value would not be"),
    "value in an HTML tag": ('a <i title="`{python} x`">b</i>\n', ":4: this inline value would"),
    "source and code": (
        "```{python}\n#| source: a.py\n1\n```\n",
        ":6: a cell with `source:` shows that code and has none itself",
    ),
}


@pytest.mark.parametrize(("body", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_cell_is_an_error_with_its_line(body: str, message: str) -> None:
    found = problems(body)
    assert any(problem.startswith(message) for problem in found), found


def test_all_problems_are_told_at_once() -> None:
    body = "```{python}\n#| x: 1\n#| echo: 2\n1\n```\n"
    assert [problem.split(":")[1] for problem in problems(body)] == ["5", "6"]


HEADERS = {
    "none": ("", ":1: a source starts with a YAML header between two lines `---`; found none"),
    "not YAML": ("---\na: [\n---\n", ":3: the header isn't valid YAML"),
    "a list": ("---\n- a\n---\n", ":2: the header isn't valid YAML: not a mapping"),
    "key twice": ("---\na: 1\na: 2\n---\n", ":3: `a` stands here a second time; first in line 2"),
    "unknown setting": (
        "---\na: 1\nlitpost: {covr: x}\n---\n",
        ":3: unknown setting `litpost: covr`; did you mean `cover`?",
    ),
    "setting of a wrong type": (
        "---\nlitpost: {timeout: soon}\n---\n",
        ":2: `litpost: timeout` takes seconds above 0, found 'soon'",
    ),
    "setting that is no text": ("---\nlitpost: {1: 2}\n---\n", ":2: unknown setting `litpost: 1`"),
    "endless time": (
        "---\nlitpost: {timeout: .inf}\n---\n",
        ":2: `litpost: timeout` takes seconds above 0, found inf",
    ),
    "cover that is a list": (
        "---\nlitpost: {cover: [a]}\n---\n",
        ":2: `litpost: cover` takes the label of a cell, found ['a']",
    ),
    "key that is no text": (
        "---\na: 1\non: 2\n---\n",
        ":3: `on:` isn't a name in YAML; put it in quotes",
    ),
    "a name that is none, whatever it is": (
        "---\n1: !no tag\n---\n",
        ":2: `1:` isn't a name in YAML; put it in quotes",
    ),
    "merged keys": ("---\na: &a {b: 1}\n<<: *a\n---\n", ":3: `<<:` isn't a name in YAML"),
    "value that contains itself": (
        "---\na: &a [*a]\n---\n",
        ":2: the header isn't valid YAML: found unconstructable recursive node",
    ),
    "unknown tag": ("---\na: !b c\n---\n", ":2: the header isn't valid YAML: could not determine"),
    "control character": ("---\na: \a\n---\n", ":2: the header isn't valid YAML"),
    "cover without a cell": (
        "---\nlitpost: {cover: x}\n---\n",
        ":2: `cover: x`: no cell has that label; there are none",
    ),
}


@pytest.mark.parametrize(("header", "message"), HEADERS.values(), ids=HEADERS.keys())
def test_a_wrong_header_is_an_error_with_its_line(header: str, message: str) -> None:
    assert any(problem.startswith(message) for problem in problems("", header))


VALUES = {
    "in prose": ("a `{python} x` b\n", [("x", 4)]),
    "several": ("`{python} x` and `{python}  y + 1 `\n", [("x", 4), ("y + 1", 4)]),
    "double backticks": ("``{python} '`'``\n", [("'`'", 4)]),
    "over two lines": ("a\nb `{python} f(\n1)` c\n", [("f( 1)", 5)]),
    "over two lines of a quotation": (
        "> a `{python} 1 +\n> 2` b `{python} x`\n",
        [("1 + 2", 4), ("x", 5)],
    ),
    "after an escaped backslash": ("\\\\`{python} x` `{python} y`\n", [("x", 4), ("y", 4)]),
    "after an unpaired backtick": ("``` a `{python} x` `{python} y`\n", [("x", 4), ("y", 4)]),
    "after backticks in a tag": ('<a b="`"> `{python} x` `\n', [("x", 4)]),
    "with blanks": ("`{python} 'a  b'`\n", [("'a  b'", 4)]),
    "in a link": ("[a `{python} x`](/b)\n", [("x", 4)]),
    "in an image's text": ("![a `{python} x`](/b)\n", [("x", 4)]),
    "in emphasis": ("**a `{python} x`**\n", [("x", 4)]),
    "in an underlined heading": ("a\n`{python} x`\n===\n", [("x", 5)]),
    "in a list behind a tab": ("-\ta\n\tb `{python} x`\n", [("x", 5)]),
    "not in a comment": ("<!-- `{python} x`\n```{python}\n1\n```\n-->\n", []),
    "in a heading": ("# a `{python} x`\n", [("x", 4)]),
    "in a list": ("- a\n- b `{python} x`\n", [("x", 5)]),
    "in a table": ("| a | `{python} x` |\n|---|---|\n| 1 | `{python} y` |\n", [("x", 4), ("y", 6)]),
    "after plain code": ("`a` `{python} x`\n", [("x", 4)]),
    "not in a fence": ("```\n`{python} x`\n```\n", []),
    "not in a longer span": ("``a `{python} x` b``\n", []),
    "not escaped": ("\\`{python} x`\n", []),
    "not without a blank": ("`{python}x`\n", []),
    "not alone": ("`{python}`\n", []),
}


@pytest.mark.parametrize(("body", "found"), VALUES.values(), ids=VALUES.keys())
def test_inline_values_are_code_spans_that_say_so(body: str, found: list[tuple[str, int]]) -> None:
    values = [block for block in parsed(body).blocks if isinstance(block, Value)]
    assert [(value.expression, value.line) for value in values] == found


def test_header_captions_and_alternative_texts_have_values() -> None:
    source = parsed(
        "```{python}\n#| fig-cap: a `{python} x` b\n#| fig-alt: '`{python} y`'\nx = y = 1\n```\n",
        "---\ntitle: t `{python} x`\ntags: [a, 'b `{python} y`']\n---\n",
    )
    assert [value.expression for value in source.front_matter.inline] == ["x", "y"]
    [found] = source.cells()
    assert [part if isinstance(part, str) else part.expression for part in found.caption] == [
        "a ", "x", " b",
    ]  # fmt: skip
    assert [part.expression for part in found.alt if isinstance(part, Value)] == ["y"]


def test_equal_steps_have_names_of_their_own() -> None:
    body = "`{python} x` `{python} x`\n\n```{python}\n1\n```\n\n```{python}\n1\n```\n"
    keys = [block.key for block in parsed(body).blocks if isinstance(block, (Value, Cell))]
    assert len(set(keys)) == 4


PIECES = ["`", "``", "{python} x", "\\", "\n", "> ", "- ", "a", "<", " ", "\t", "`{python} y`"]
PUZZLE = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)


@given(PUZZLE)
def test_values_are_those_code_spans_that_commonmark_sees(body: str) -> None:
    tokens = MarkdownIt("commonmark").parse(body)
    children = [child for token in tokens for child in token.children or ()]
    codes = [child.content for child in children if child.type == "code_inline"]
    try:
        found = [block.expression for block in parsed(body).blocks if isinstance(block, Value)]
    except SourceError:
        assert re.search(r"`\s*{python}", body)
    else:
        assert found == [code[9:].strip() for code in codes if re.match(r"\{python\} +\S", code)]


def text_of(block: Block) -> str:
    assert isinstance(block, (Prose, Verbatim, Formula))
    return block.text


MARKDOWN = st.text(
    st.sampled_from("ab`~\\*_[]()<>!#-+.|{}%:&;\"'=$^ \t\n\r한\f\x0b\u2028\ufeff"), max_size=80
)


@given(MARKDOWN)
def test_prose_is_cut_without_losing_or_changing_anything(body: str) -> None:
    blocks = parsed(body).blocks
    assert "".join(map(text_of, blocks)) == body


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_are_no_trouble(mark: str, end: str) -> None:
    text = f"{mark}---{end}title: t{end}---{end}a{end}{end}b `c` d{end}"
    source = parse(text, PATH)
    assert source.front_matter.values == {"title": "t"}
    assert "".join(map(text_of, source.blocks)) == f"a{end}{end}b `c` d{end}"


def test_what_is_written_of_a_caption_stays_as_it_is() -> None:
    found = only_cell("```{python}\n#| fig-cap: 'a `b` \\* `` `{python} x` `` c'\n```\n")
    assert found.caption == ("a `b` \\* `` `{python} x` `` c",)


def test_a_value_in_a_caption_knows_its_line() -> None:
    found = only_cell("```{python}\n#| echo: false\n#| fig-alt: '`{python} x`'\n```\n")
    assert [value.line for value in found.alt if isinstance(value, Value)] == [6]


def test_dates_stay_text() -> None:
    header = "---\ndate: 2023-07-19 12:00:00 +0900\n---\n"
    assert parsed("", header).front_matter.values == {"date": "2023-07-19 12:00:00 +0900"}
