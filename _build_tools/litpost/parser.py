"""From the text of a source to its front matter and blocks.

The input's grammar, in the order in which it is looked for:

- a YAML header between two lines ``---`` at the top;
- a fence whose info string is ``{python}``: a cell; its first lines ``#| key: value`` are options;
- a fence of any other kind, or an indented code block: verbatim;
- a code span that starts with ``{python}`` and a blank: an inline value;
- any other code span: verbatim;
- ``$x$``, ``$$x$$``: a formula; ``@fig-label``: a reference (see `litpost.inlines`);
- all else: prose, which goes to the post as it is.

CommonMark decides what is a fence and what a code span (markdown-it-py); nothing else of Markdown
is interpreted, so that whatever the site's own Markdown processor knows stays possible.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence
from markdown_it.rules_inline import StateInline, backtick
from markdown_it.token import Token

from litpost.code import essence
from litpost.errors import Problem, SourceError, nearest
from litpost.header import read_mapping
from litpost.inlines import add_formulas, add_references
from litpost.options import read_options
from litpost.source import (
    Block,
    Cell,
    Formula,
    FrontMatter,
    Prose,
    Reference,
    Source,
    Text,
    Value,
    Verbatim,
    digest,
    split_lines,
)

SETTINGS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "cache": (lambda value: value == "document", "`document`"),
    "environment": (
        lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
        "a list of names of environment variables",
    ),
    "cover": (lambda value: isinstance(value, str), "the label of a cell"),
    "math": (lambda value: isinstance(value, bool), "true or false"),
    "original": (lambda value: isinstance(value, str), "the name of a source"),
    "revision": (
        lambda value: isinstance(value, str),
        "eight digits in quotes, as builds name them",
    ),
    "timeout": (lambda value: type(value) in (int, float) and 0 < value < 1e9, "seconds above 0"),
}
_HEADER = re.compile(r"(?:\ufeff)?---[ \t]*(?:\r\n|\n)(.*?)^---[ \t]*(?:\r\n|\n|\Z)", re.S | re.M)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_VALUE = re.compile(r"\{python\}\s+(.*\S)\s*", re.S)
_ENGINE = re.compile(r"\{\s*(\w+)")
_CELL_LOOK = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[ \t]*\{python\b", re.M)
_VALUE_LOOK = re.compile(r"(?<!\\)`\{python\}\s")
_NO_VALUE = (
    "this inline value would not be computed: no backtick closes it, or it stands in HTML "
    "(leave an empty line between the HTML tag and it)"
)
_LATE_OPTION = re.compile(r"#\|\s*([\w-]+):\s")
_EXPECTATION = re.compile(r"#\s*=>")

Piece = tuple[int, int, Block]
"""A block with the positions in the body where it begins and ends."""


class _Parsing:
    """What one parse has found so far."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.keys: Counter[str] = Counter()
        self.markdown = _MARKDOWN

    def complain(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.path, line, message))

    def key(self, stem: str) -> str:
        """Name a step by what it says; the second of the same name gets a number."""
        self.keys[stem] += 1
        return stem if self.keys[stem] == 1 else f"{stem}-{self.keys[stem]}"

    def value(self, content: str, line: int) -> Value | None:
        """Read a code span's content as an inline value, if it is one."""
        if not (match := _VALUE.fullmatch(content)):
            return None
        return Value(match[1], line, self.key("value-" + digest(match[1])[:12]))

    def text(self, text: str | None, line: int) -> Text:
        """Split a caption or another line of text at its inline values."""
        [inline] = _MARKDOWN.parseInline(text or "")
        parts: list[str | Value] = []
        done = 0
        for start, end, content in _code_spans(inline):
            if value := self.value(content, line):
                parts += [inline.content[done:start], value]
                done = end
        parts.append(inline.content[done:])
        return tuple(part for part in parts if part != "")


def parse(text: str, path: str) -> Source:
    """Parse a source.

    Parameters
    ----------
    text
        The source, with the line ends that it has.
    path
        Its path from the root, for messages.

    Raises
    ------
    SourceError
        Something in it is wrong; every such thing is listed with its line.
    """
    parsing = _Parsing(path)
    header = _HEADER.match(text)
    if not header:
        message = "a source starts with a YAML header between two lines `---`; found none"
        raise SourceError([Problem(path, 1, message)])
    front_matter = _front_matter(header[1], parsing)
    if front_matter.settings.get("math", True):
        parsing.markdown = _MARKDOWN_WITH_MATH
    first_line = len(split_lines(header[0]))
    blocks = tuple(_blocks(text[header.end() :], first_line, parsing))
    _check_labels(blocks, front_matter, parsing)
    _check_formula_labels(blocks, parsing)
    if parsing.problems:
        raise SourceError(parsing.problems)
    return Source(path, text, front_matter, blocks)


def _front_matter(header: str, parsing: _Parsing) -> FrontMatter:
    try:
        values, lines, problems = read_mapping(header, path=parsing.path, line=2)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        parsing.complain(2 + (mark.line if mark else 0), f"the header isn't valid YAML: {what}")
        return FrontMatter({}, {}, {})
    parsing.problems += problems
    settings = _settings(values.pop("litpost", {}), lines.get("litpost", 1), parsing)
    inline = tuple(_header_values(values, lines, parsing))
    return FrontMatter(values, settings, lines, inline)


def _settings(settings: Any, line: int, parsing: _Parsing) -> dict[str, Any]:
    """Return those of the settings that are right; complain of the others."""
    if not isinstance(settings, dict):
        message = f"`litpost:` takes settings such as `cover: label`, found {settings!r}"
        parsing.complain(line, message)
        return {}
    right = {}
    for name, value in settings.items():
        if name not in SETTINGS:
            hint = nearest(str(name), SETTINGS)
            parsing.complain(line, f"unknown setting `litpost: {name}`; {hint}")
        elif not (found := SETTINGS[name])[0](value):
            parsing.complain(line, f"`litpost: {name}` takes {found[1]}, found {value!r}")
        else:
            right[name] = value
    return right


def _header_values(
    values: dict[str, Any], lines: dict[str, int], parsing: _Parsing
) -> Iterator[Value]:
    """Yield the inline values of a header, leaving each text with values as a `Text` in it."""

    def split(node: Any, line: int) -> Any:
        if isinstance(node, str) and "{python}" in node:
            return parsing.text(node, line)
        if isinstance(node, list):
            return [split(item, line) for item in node]
        if isinstance(node, dict):
            return {key: split(item, line) for key, item in node.items()}
        return node

    def found(node: Any) -> Iterator[Value]:
        if isinstance(node, Value):
            yield node
        elif isinstance(node, (tuple, list, dict)):
            for item in node.values() if isinstance(node, dict) else node:
                yield from found(item)

    for key in values:
        values[key] = split(values[key], lines[key])
        yield from found(values[key])


def _blocks(body: str, first_line: int, parsing: _Parsing) -> Iterator[Block]:
    """Cut the body into blocks; their texts, put together, are the body."""
    lines = _LINE.findall(body)
    starts = [0, *accumulate(map(len, lines))]

    def line_at(position: int) -> int:
        return first_line + bisect_right(starts, position) - 1

    def prose(start: int, end: int) -> Iterator[Prose]:
        text = body[start:end]
        for match in _VALUE_LOOK.finditer(text):
            if not _is_in_comment(text, match.start()):
                parsing.complain(line_at(start + match.start()), _NO_VALUE)
        if text:
            yield Prose(text, line_at(start))

    done = 0
    for start, end, block in _pieces(lines, starts, line_at, parsing):
        yield from prose(done, start)
        yield block
        done = end
    yield from prose(done, len(body))


def _pieces(
    lines: list[str], starts: list[int], line_at: Callable[[int], int], parsing: _Parsing
) -> Iterator[Piece]:
    """Yield everything of the body that isn't prose."""
    text = "".join(lines)
    for token in parsing.markdown.parse(text if text.endswith("\n") else text + "\n"):
        if token.map is None:
            continue
        first, after = token.map
        start, end, raw = starts[first], starts[after], lines[first:after]
        line = line_at(start)
        if token.type == "fence":
            block = _cell(token, raw, line, parsing) or Verbatim("".join(raw), line)
            yield start, end, block
        elif token.type == "formula_block":
            yield start, end, _formula_block(token, raw, line)
        elif token.type == "code_block":
            _check_indented(token, line, parsing)
            yield start, end, Verbatim("".join(raw), line)
        elif token.type == "html_block":
            _check_html(token, line, parsing)
        elif token.type == "inline":
            yield from _inline_pieces(token, raw, start, line_at, parsing)


def _inline_pieces(
    token: Token, raw: list[str], start: int, line_at: Callable[[int], int], parsing: _Parsing
) -> Iterator[Piece]:
    """Yield the code spans, formulas and references of a paragraph, found again in its raw lines.

    What CommonMark looks at is each raw line without the list's or quotation's marks before it.
    """
    content = token.content.split("\n")
    content_starts = [0, *accumulate(len(line) + 1 for line in content)]
    raw_starts = [start, *(start + length for length in accumulate(map(len, raw)))]

    def in_body(position: int) -> int:
        number = bisect_right(content_starts, position) - 1
        line = content[number]
        bare = line.strip()
        blanks = len(line) - len(line.lstrip())
        before = raw[number].replace("\0", "\ufffd").rfind(bare)
        return raw_starts[number] + before + position - content_starts[number] - blanks

    for child in token.children or ():
        if "span" not in child.meta:
            continue
        first, after = child.meta["span"]
        begin, end = in_body(first), in_body(after - 1) + 1
        line = line_at(begin)
        text = "".join(raw)[begin - start : end - start]
        if child.type == "formula":
            yield begin, end, Formula(text, child.content, line, display=child.meta["display"])
        elif child.type == "reference":
            yield begin, end, Reference(child.content, line)
        else:
            yield begin, end, parsing.value(child.content, line) or Verbatim(text, line)


def _cell(token: Token, raw: list[str], line: int, parsing: _Parsing) -> Cell | None:
    """Read a fence as a cell, if its info string says so."""
    info = token.info.strip()
    engine = _ENGINE.match(info)
    if engine is None:
        return None
    if engine[1] != "python":
        parsing.complain(line, f"a cell for `{engine[1]}`; litpost runs `{{python}}` cells only")
    elif not re.fullmatch(r"\{\s*python\s*\}", info):
        parsing.complain(line, f"`{info}`: options stand on lines of their own, `#| key: value`")
    if token.content.count("\n") != len(raw) - 2:
        parsing.complain(line, f"this cell is never closed by `{token.markup}`")
    code = token.content.split("\n")[:-1]
    count = next((n for n, text in enumerate(code) if not text.startswith("#|")), len(code))
    options, where, problems = read_options(
        (text[2:].removeprefix(" ") for text in code[:count]), path=parsing.path, line=line + 1
    )
    parsing.problems += problems
    first_indent = _before_fence(token, raw[0])
    cell = Cell(
        code="\n".join(code[count:]).strip("\n"),
        options=options,
        key="",
        line=line,
        code_line=line + 1 + count + _blank_lines(code[count:]),
        first_indent=first_indent,
        indent=re.sub(r"[^\s>]", " ", first_indent),
        caption=parsing.text(options.fig_cap, where.get("fig-cap", line)),
        alt=parsing.text(options.fig_alt, where.get("fig-alt", line)),
        table_caption=parsing.text(options.tbl_cap, where.get("tbl-cap", line)),
        listing_caption=parsing.text(options.lst_cap, where.get("lst-cap", line)),
        given=frozenset(where),
    )
    _check_code(cell, parsing)
    name = options.label or options.use or "cell-" + digest(essence(cell.code))[:12]
    return replace(cell, key=parsing.key(name))


def _formula_block(token: Token, raw: list[str], line: int) -> Formula:
    first_indent = _before_fence(token, raw[0])
    return Formula(
        text="".join(raw),
        latex=token.content,
        line=line,
        display=True,
        is_block=True,
        label=token.meta["label"],
        indent=re.sub(r"[^\s>]", " ", first_indent),
        first_indent=first_indent,
    )


def _before_fence(token: Token, line: str) -> str:
    """Return what stands before a fence: marks of lists and quotations, and their indentation.

    A fence may be indented by up to three blanks of its own; these don't count.
    """
    before = line[: line.index(token.markup)]
    own = token.meta["indent"]
    return before[: len(before) - own] if before.endswith(" " * own) else before


def _blank_lines(code: list[str]) -> int:
    return next((n for n, text in enumerate(code) if text), 0)


def _check_code(cell: Cell, parsing: _Parsing) -> None:
    if cell.options.source and cell.code:
        message = "a cell with `source:` shows that code and has none itself"
        parsing.complain(cell.code_line, message)
    if cell.options.use and cell.code:
        message = "a cell with `use:` stands for one of the original's and has no code itself"
        parsing.complain(cell.code_line, message)
    for line, text in enumerate(cell.code.split("\n"), start=cell.code_line):
        if match := _LATE_OPTION.match(text):
            message = f"`#| {match[1]}:` stands behind code; options come first in a cell"
            parsing.complain(line, message)
        if not cell.options.eval and _EXPECTATION.search(text):
            parsing.complain(line, "`# =>` in a cell with `eval: false` can't be verified")


def _check_indented(token: Token, line: int, parsing: _Parsing) -> None:
    if match := re.search(r"^(?:`{3,}|~{3,})[ \t]*\{python\}", token.content, re.M):
        parsing.complain(
            line + token.content[: match.start()].count("\n"),
            "this cell is indented by four blanks or more, which makes it plain code; "
            "indent it like the text around it",
        )


def _check_html(token: Token, line: int, parsing: _Parsing) -> None:
    match = _CELL_LOOK.search(token.content)
    if match and not _is_in_comment(token.content, match.start()):
        parsing.complain(
            line + token.content[: match.start()].count("\n"),
            "this cell stands inside an HTML block and would not run; "
            "leave an empty line between the HTML tag and it",
        )


def _is_in_comment(text: str, position: int) -> bool:
    """Say whether a position lies in an HTML comment, where an author may put anything aside."""
    return text.rfind("<!--", 0, position) > text.rfind("-->", 0, position)


def _check_labels(blocks: tuple[Block, ...], front_matter: FrontMatter, parsing: _Parsing) -> None:
    seen: dict[str, Cell] = {}
    for block in blocks:
        if isinstance(block, Cell) and (label := block.options.label):
            if label in seen:
                first = seen[label].line
                parsing.complain(block.line, f"label `{label}` is taken already, in line {first}")
            seen.setdefault(label, block)
    cover = None if "original" in front_matter.settings else front_matter.settings.get("cover")
    at = front_matter.lines.get("litpost", 1)
    if cover is not None and cover not in seen:
        parsing.complain(at, f"`cover: {cover}`: no cell has that label; {nearest(cover, seen)}")
    elif cover is not None and (seen[cover].options.source or not seen[cover].options.eval):
        parsing.complain(at, f"`cover: {cover}`: that cell doesn't run, so it draws no figure")


def _check_formula_labels(blocks: tuple[Block, ...], parsing: _Parsing) -> None:
    for block in blocks:
        if isinstance(block, Formula) and block.label and not block.label.startswith("eq-"):
            message = f"`{{#{block.label}}}`: the label of a formula starts with `eq-`"
            parsing.complain(block.line, message)


# Where CommonMark's rules say more than their tokens


def _backtick(state: StateInline, silent: bool) -> bool:
    """Note where in its paragraph a code span begins and ends."""
    start, count = state.pos, len(state.tokens)
    found = backtick(state, silent)
    if len(state.tokens) > count and state.tokens[-1].type == "code_inline":
        state.tokens[-1].meta["span"] = (start, state.pos)
    return found


def _fence(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Note by how much a fence is indented within its list item or quotation."""
    indent = state.sCount[start_line] - state.blkIndent
    found = fence(state, start_line, end_line, silent)
    if found and not silent:
        state.tokens[-1].meta["indent"] = indent
    return found


def _markdown(*, math: bool = False) -> MarkdownIt:
    markdown = MarkdownIt("commonmark")
    markdown.inline.ruler.at("backticks", _backtick)
    blocks = ["paragraph", "reference", "blockquote", "list"]
    markdown.block.ruler.at("fence", _fence, {"alt": blocks})
    markdown.disable("image")  # its alternative text would be parsed apart, as text of its own
    add_references(markdown)
    if math:
        add_formulas(markdown)
    return markdown


_MARKDOWN = _markdown()
_MARKDOWN_WITH_MATH = _markdown(math=True)


def _code_spans(inline: Token) -> Iterator[tuple[int, int, str]]:
    """Yield where each code span of a paragraph begins and ends, and what it contains."""
    for child in inline.children or ():
        if child.type == "code_inline":
            yield *child.meta["span"], child.content
