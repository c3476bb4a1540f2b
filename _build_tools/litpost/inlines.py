"""What litpost reads in a line of Markdown besides code spans: formulas and references.

- ``$x$`` is a formula where a reader would take it for one: no blank stands inside the dollars, no
  letter or digit before the first and no digit behind the second, so that "from $5 to $6" and
  "5$ or 6$" stay what they are;
- ``$$x$$`` is a formula in display style; on lines of its own it may carry a label behind it,
  ``$$ … $$ {#eq-gates}``;
- ``@fig-lstm``, ``@tbl-weights``, ``@eq-gates``, ``@lst-step`` refer to what has that label.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

KINDS = ("fig", "tbl", "eq", "lst")
REFERENCE = re.compile(rf"@((?:{'|'.join(KINDS)})-[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?)", re.A)
_DISPLAY = re.compile(r"\$\$(?!\s*\$)((?:[^\\$]|\\.|\$(?!\$))+)\$\$", re.S)
_INLINE = re.compile(r"\$(?![\s$])((?:[^\\$]|\\.)*?(?:[^\\$\s]|\\[^\s]))\$(?!\d)", re.S)
_BLOCK = re.compile(r"\$\$((?:[^\\$]|\\.|\$(?!\$))*?)\$\$[ \t]*(?:\{#([\w-]+)\})?[ \t]*\Z", re.S)


def formula(state: StateInline, silent: bool) -> bool:
    """Read a formula within a paragraph."""
    display = state.src.startswith("$$", state.pos)
    match = (_DISPLAY if display else _INLINE).match(state.src, state.pos, state.posMax)
    if not match or (not display and _is_amount(state)):
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content = match[1]
        token.meta = {"span": match.span(), "display": display}
    state.pos = match.end()
    return True


def _is_amount(state: StateInline) -> bool:
    return bool(state.pos) and re.match(r"[A-Za-z0-9$]", state.src[state.pos - 1]) is not None


def reference(state: StateInline, silent: bool) -> bool:
    """Read a reference: an ``@`` behind a letter or digit belongs to an address."""
    match = REFERENCE.match(state.src, state.pos, state.posMax)
    if not match or (state.pos and re.match(r"[A-Za-z0-9_.]", state.src[state.pos - 1])):
        return False
    if not silent:
        token = state.push("reference", "a", 0)
        token.content = match[1]
        token.meta = {"span": match.span()}
    state.pos = match.end()
    return True


def formula_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Read a formula on lines of its own, where nothing in it is taken for a list or heading."""
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if state.is_code_block(start_line) or not state.src.startswith("$$", begin):
        return False
    after = start_line + 1
    while not (match := _BLOCK.match(_lines(state, start_line, after))):
        if after >= end_line or state.isEmpty(after) or state.sCount[after] < state.blkIndent:
            return False
        after += 1
    if silent:
        return True
    state.line = after
    token = state.push("formula_block", "math", 0)
    token.map = [start_line, after]
    token.markup = "$$"
    token.content = match[1]
    token.meta = {
        "label": match[2],
        "indent": state.sCount[start_line] - state.blkIndent,
    }
    return True


def _lines(state: StateBlock, first: int, after: int) -> str:
    return state.getLines(first, after, state.blkIndent, False).strip(" \t\n")


def add_formulas(markdown: MarkdownIt) -> None:
    """Teach a Markdown parser formulas."""
    markdown.inline.ruler.before("backticks", "formula", formula)
    blocks = ["paragraph", "reference", "blockquote", "list"]
    markdown.block.ruler.before("fence", "formula", formula_block, {"alt": blocks})


def add_references(markdown: MarkdownIt) -> None:
    """Teach a Markdown parser references."""
    markdown.inline.ruler.before("backticks", "reference", reference)
