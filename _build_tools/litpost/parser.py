"""From the text of a source to its front matter and blocks.

The input's grammar, in the order in which it is looked for:

- a YAML header between two lines ``---`` at the top;
- a fence whose info string is ``{python}``: a cell; its first lines ``#| key: value`` are options;
- a fence of any other kind: verbatim;
- a code span that starts with ``{python}`` and a blank: an inline value;
- any other code span: verbatim;
- all else: prose, which goes to the post as it is.

CommonMark decides what is a fence and what a code span (markdown-it-py); nothing else of Markdown
is interpreted, so that whatever the site's own Markdown processor knows stays possible.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from litpost.errors import Problem, SourceError, nearest
from litpost.header import read_mapping
from litpost.options import read_options
from litpost.source import Block, Cell, FrontMatter, Prose, Source, Text, Value, Verbatim, digest

SETTINGS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "cover": (lambda value: isinstance(value, str), "the label of a cell"),
    "timeout": (lambda value: type(value) in (int, float) and value > 0, "seconds above 0"),
}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_HEADER = re.compile(r"(?:\ufeff)?---[ \t]*(?:\r\n|\n)(.*?)^---[ \t]*(?:\r\n|\n|\Z)", re.S | re.M)
_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
_VALUE = re.compile(r"\{python\}\s+(.*\S)\s*", re.S)
_ENGINE = re.compile(r"\{\s*(\w+)(.*)\}\Z", re.S)
_CELL_LOOK = re.compile(r"^[ \t]*(?:`{3,}|~{3,})\{python\b|`\{python\}\s", re.M)
_OTHER_ENGINES = {"bash", "julia", "js", "node", "ojs", "perl", "r", "ruby", "rust", "sh", "sql"}


class _Parsing:
    """What one parse has found so far."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.keys: Counter[str] = Counter()

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
        expression = " ".join(match[1].split())
        return Value(expression, line, self.key("value-" + digest(expression)[:12]))

    def text(self, text: str | None, line: int) -> Text:
        """Split a caption or another line of text at its inline values."""
        return tuple(
            part.text if isinstance(part, (Prose, Verbatim)) else part
            for part in self.spans(text or "", line)
        )

    def spans(
        self, text: str, line: int, codes: list[str] | None = None
    ) -> Iterator[Prose | Verbatim | Value]:
        """Split text at its code spans.

        Where `codes` is given, it lists the contents of the spans that CommonMark sees there, and
        whatever else looks like one is prose.
        """
        wanted = [_squeeze(code) for code in codes] if codes is not None else None
        done = 0
        for match in _SPAN.finditer(text):
            if wanted is not None:
                if not wanted or _squeeze(match[2]) != wanted[0]:
                    continue
                wanted.pop(0)
            yield from _prose(text[done : match.start()], line + _line_ends(text[:done]))
            at = line + _line_ends(text[: match.start()])
            yield self.value(match[2], at) or Verbatim(match[0], at)
            done = match.end()
        yield from _prose(text[done:], line + _line_ends(text[:done]))


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
    body = text[header.end() :]
    blocks = tuple(_blocks(body, 1 + _line_ends(header[0]), parsing))
    _check_labels(blocks, front_matter, parsing)
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
    settings = values.pop("litpost", {})
    at = lines.get("litpost", 1)
    if not isinstance(settings, dict):
        parsing.complain(
            at, f"`litpost:` takes settings such as `cover: label`, found {settings!r}"
        )
        settings = {}
    for name, value in settings.items():
        if name not in SETTINGS:
            parsing.complain(at, f"unknown setting `litpost: {name}`; {nearest(name, SETTINGS)}")
        elif not (found := SETTINGS[name])[0](value):
            parsing.complain(at, f"`litpost: {name}` takes {found[1]}, found {value!r}")
    inline = tuple(_header_values(values, lines, parsing))
    return FrontMatter(values, settings, lines, inline)


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
    done = 0
    for token in MarkdownIt("commonmark").parse(body.removeprefix("\ufeff")):
        if token.map is None or token.map[0] < done:
            continue
        start, end = token.map
        line = first_line + start
        if token.type == "fence":
            yield from _prose("".join(lines[done:start]), first_line + done)
            raw = lines[start:end]
            yield _fence(token, raw, line, parsing) or Verbatim("".join(raw), line)
        elif token.type == "code_block":
            yield from _prose("".join(lines[done:start]), first_line + done)
            yield Verbatim("".join(lines[start:end]), line)
        elif token.type == "inline":
            yield from _prose("".join(lines[done:start]), first_line + done)
            codes = [child.content for child in token.children or () if child.type == "code_inline"]
            yield from parsing.spans("".join(lines[start:end]), line, codes)
        elif token.type == "html_block":
            _check_html(token, line, parsing)
            continue
        else:
            continue
        done = end
    yield from _prose("".join(lines[done:]), first_line + done)


def _prose(text: str, line: int) -> Iterator[Prose]:
    if text:
        yield Prose(text, line)


def _line_ends(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


def _squeeze(code: str) -> str:
    return " ".join(code.replace(">", " ").split())


def _fence(token: Token, raw: list[str], line: int, parsing: _Parsing) -> Cell | None:
    """Read a fence as a cell, if its info string says so."""
    engine = _ENGINE.match(token.info.strip())
    if engine is None or (engine[1] != "python" and engine[1].lower() not in _OTHER_ENGINES):
        return None
    if engine[1] != "python":
        parsing.complain(line, f"a cell for `{engine[1]}`; litpost runs `{{python}}` cells only")
    if engine[2].strip():
        parsing.complain(
            line, f"`{token.info.strip()}`: options stand on lines of their own, `#| key: value`"
        )
    if not raw[-1].strip(" \t\r\n>").startswith(token.markup) or len(raw) < 2:
        parsing.complain(line, f"this cell is never closed by `{token.markup}`")
    first_indent = raw[0][: raw[0].index(token.markup)]
    code = token.content.split("\n")[:-1]
    count = next((n for n, text in enumerate(code) if not text.startswith("#|")), len(code))
    options, problems = read_options(
        (text[2:].removeprefix(" ") for text in code[:count]), path=parsing.path, line=line + 1
    )
    parsing.problems += problems
    cell = Cell(
        code="\n".join(code[count:]).strip("\n"),
        options=options,
        key="",
        line=line,
        code_line=line + 1 + count + _blank_lines(code[count:]),
        first_indent=first_indent,
        indent=re.sub(r"[^\s>]", " ", first_indent),
        caption=parsing.text(options.fig_cap, line),
        alt=parsing.text(options.fig_alt, line),
        table_caption=parsing.text(options.tbl_cap, line),
    )
    if options.source and cell.code:
        parsing.complain(
            cell.code_line, "a cell with `source:` shows that code and has none itself"
        )
    return replace(cell, key=parsing.key(options.label or "cell-" + digest(cell.code)[:12]))


def _blank_lines(code: list[str]) -> int:
    return next((n for n, text in enumerate(code) if text), 0)


def _check_html(token: Token, line: int, parsing: _Parsing) -> None:
    if match := _CELL_LOOK.search(token.content):
        parsing.complain(
            line + token.content[: match.start()].count("\n"),
            "this cell or inline value stands inside an HTML block and would not run; "
            "leave an empty line between the HTML tag and it",
        )


def _check_labels(blocks: tuple[Block, ...], front_matter: FrontMatter, parsing: _Parsing) -> None:
    seen: dict[str, int] = {}
    for block in blocks:
        if isinstance(block, Cell) and (label := block.options.label):
            if label in seen:
                first = seen[label]
                parsing.complain(block.line, f"label `{label}` is taken already, in line {first}")
            seen.setdefault(label, block.line)
    cover = front_matter.settings.get("cover")
    if cover is not None and cover not in seen:
        at = front_matter.lines.get("litpost", 1)
        parsing.complain(at, f"`cover: {cover}`: no cell has that label; {nearest(cover, seen)}")
