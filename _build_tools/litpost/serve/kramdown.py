r"""A post's Markdown to HTML, near enough to what Jekyll makes of it to be read at once.

What of kramdown's own is understood: attribute lists behind a block, ``{: .class #id style="…"}``;
formulas between ``$$``; tables, footnotes, definition lists and abbreviations. Code has Rouge's
classes. `litpost.serve.liquid` tells what is done with Liquid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from litpost.formulas import FormulaError, mathml
from litpost.serve.abbreviations import read_abbreviations
from litpost.serve.liquid import put_back, taken_out

_DELIMITED = re.compile(
    r"<(?P<skipped>pre|code|script|style|math)\b.*?</(?P=skipped)>"
    r"|<[^<>]*>|\\\((?P<inline>[^<>]+?)\\\)|\\\[(?P<block>[^<>]+?)\\\]",
    re.S,
)
_ATTRIBUTES = re.compile(r"\{:\s*(.*?)\s*\}\Z")
_ATTRIBUTE = re.compile(
    r"""\.(?P<class>[\w-]+)|\#(?P<id>[\w-]+)|(?P<name>[\w-]+)="(?P<value>.*?)\""""
)


def to_html(text: str) -> str:
    r"""Make HTML of a post's body.

    >>> to_html("Say {{ \"{{\" }} x.\n{: .loud}")
    '<p class="loud">Say {{ x.</p>\n'
    """
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    footnote_plugin(markdown, inline=False)
    deflist_plugin(markdown)
    read_abbreviations(markdown)
    markdown.core.ruler.push("attribute_lists", _apply_attribute_lists)
    markdown.core.ruler.push("heading_ids", _name_headings)
    markdown.inline.ruler.before("escape", "formula", _formula)
    markdown.add_render_rule("fence", _fence)
    source, tags = taken_out(text)
    html: str = markdown.render(source)
    return put_back(_with_formulas(html), tags)


def _with_formulas(html: str) -> str:
    r"""Show the formulas that a theme's script would find, between ``\(…\)`` and ``\[…\]``."""

    def shown(match: re.Match[str]) -> str:
        latex = match["inline"] or match["block"]
        return _mathml(unescape(latex), is_block=bool(match["block"])) if latex else match[0]

    return _DELIMITED.sub(shown, html)


def _apply_attribute_lists(state: StateCore) -> None:
    """Give blocks the attributes that stand in a line behind them."""
    kept: list[Token] = []
    for token in state.tokens:
        kept.append(token)
        if token.type != "paragraph_close":
            continue
        inline = kept[-2]
        lines = inline.content.split("\n")
        lists = []
        while lines and (match := _ATTRIBUTES.match(lines[-1].strip())):
            lists.append(match[1])
            lines.pop()
        if not lists:
            continue
        if lines:
            opening = _list(kept) if kept[-3].hidden else kept[-3]
            inline.content = "\n".join(lines)
            inline.children = state.md.parseInline(inline.content, state.env)[0].children
        else:
            del kept[-3:]
            opening = _opening(kept)
        for attributes in lists:
            _add(attributes, opening)
    state.tokens = kept


def _opening(tokens: Sequence[Token]) -> Token:
    """Return what opens the block that the last of the tokens closes."""
    if not tokens or tokens[-1].nesting == 0:
        return tokens[-1] if tokens else Token("", "", 0)
    level = tokens[-1].level
    return next(token for token in reversed(tokens) if token.nesting == 1 and token.level <= level)


def _list(tokens: Sequence[Token]) -> Token:
    """Return what opens the list that the last paragraph is in."""
    level = tokens[-1].level - 2
    return next(token for token in reversed(tokens) if token.nesting == 1 and token.level == level)


def _add(attributes: str, token: Token) -> None:
    for match in _ATTRIBUTE.finditer(attributes):
        if match["class"]:
            token.attrJoin("class", match["class"])
        else:
            name = "id" if match["id"] else match["name"]
            token.attrSet(name, match["id"] or match["value"])


def _name_headings(state: StateCore) -> None:
    """Give every heading an id, made of its text as kramdown does it."""
    seen: dict[str, int] = {}
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type == "heading_open" and not token.attrGet("id"):
            text = re.sub(r"[^\w -]", "", inline.content).strip().lower().replace(" ", "-")
            name = text or "section"
            count = seen[name] = seen.get(name, -1) + 1
            token.attrSet("id", f"{name}-{count}" if count else name)


def _formula(state: StateInline, silent: bool) -> bool:
    """Read ``$$…$$``, alone in its paragraph or within a line."""
    end = state.src.find("$$", state.pos + 2)
    if not state.src.startswith("$$", state.pos) or end < 0:
        return False
    latex = state.src[state.pos + 2 : end]
    if not silent:
        is_block = state.src.strip() == f"$${latex}$$"
        state.push("html_inline", "", 0).content = _mathml(latex, is_block=is_block)
    state.pos = end + 2
    return True


def _mathml(latex: str, *, is_block: bool) -> str:
    number = re.search(r"\\tag\{(.*?)\}", latex)
    try:
        made = mathml(re.sub(r"\\tag\{.*?\}", "", latex).strip(), display=is_block)
    except FormulaError:
        made = f"<code>{escape(latex)}</code>"
    return f"{made} <span>({escape(number[1])})</span>" if number else made


def _fence(
    renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:  # as markdown-it calls it
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else "text"
    token.attrJoin("class", f"language-{language} highlighter-rouge")
    attributes = renderer.renderAttrs(token)
    code = _coloured(token.content, language)
    return (
        f'<div{attributes}><div class="highlight"><pre class="highlight"><code>{code}'
        "</code></pre></div></div>\n"
    )


def _coloured(code: str, language: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return escape(code)
    html: str = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return html
