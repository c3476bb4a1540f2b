"""Liquid in a post, for the preview: what it prints where that is known, else a stand-in.

Tags are taken out before Markdown is read, as Jekyll does it, and each leaves one character, of
those that no font has, for what is put in its place in the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from litpost.project import POSTS

TOKENS = {"{{": "\U00100000", "{%": "\U00100001"}
"""What stands for braces that are to be printed."""

_FIRST = 0x100100
_TAG = re.compile(
    r"""\{%-?\s*raw\s*-?%\}(?P<raw>.*?)\{%-?\s*endraw\s*-?%\}
      | \{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}
      | \{%-?\s*highlight\s+(?P<lexer>[\w+-]+)[^%]*%\}\n?
        (?P<code>.*?)\n?\{%-?\s*endhighlight\s*-?%\}
      | \{\{-?\s*"(?P<token>\{\{|\{%)"\s*-?\}\}
      | \{\{-?\s*(?P<mark>['"])(?P<path>[^'"]*)(?P=mark)\s*\|\s*(?:relative|absolute)_url\s*-?\}\}
      | \{\{-?\s*site\.(?:baseurl|url)\s*-?\}\}
      | \{%-?\s*post_url\s+(?P<post>\S+)\s*-?%\}
      | \{%-?\s*link\s+(?P<link>\S+)\s*-?%\}
      | (?P<other>\{%.*?%\}|\{\{.*?\}\})""",
    re.X | re.S,
)


def taken_out(text: str) -> tuple[str, Sequence[str]]:
    """Return a text without its Liquid, and the tags that something stands for in it."""
    tags: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        if match["other"]:
            tags.append(match["other"])
            return chr(_FIRST + len(tags) - 1)
        return _printed(match)

    return _TAG.sub(replaced, text), tags


def _printed(match: re.Match[str]) -> str:
    """Return what a tag of which that is known prints."""
    if match["token"]:
        return TOKENS[match["token"]]
    if match["raw"]:
        return _protected(match["raw"])
    if match["lexer"]:
        return f"\n```{match['lexer']}\n{_protected(match['code'])}\n```\n"
    if match["path"] is not None:
        return f"/{match['path'].lstrip('/')}"
    if match["post"]:
        folder, _, name = match["post"].rpartition("/")
        return _address(f"{folder}/{POSTS}/{name}".lstrip("/"))
    return _address(match["link"]) if match["link"] else ""


def _protected(text: str) -> str:
    for token, character in TOKENS.items():
        text = text.replace(token, character)
    return text


def _address(path: str) -> str:
    """Return where the preview has a file of the blog.

    >>> _address("ko/_posts/2024-01-02-try.md"), _address("assets/a.pdf")
    ('/ko/posts/2024-01-02-try', '/assets/a.pdf')
    """
    is_post = f"{POSTS}/" in path
    return f"/{path.replace(f'{POSTS}/', 'posts/').removesuffix('.md') if is_post else path}"


def put_back(html: str, tags: Sequence[str]) -> str:
    """Put stand-ins into a page's text; in attributes there is nothing to show."""
    for token, character in TOKENS.items():
        html = html.replace(character, token).replace(quote(character), quote(token))
    for number, tag in enumerate(tags):
        character = chr(_FIRST + number)
        html = html.replace(quote(character), "")
        html = re.sub(rf"(<[^<>]*){character}(?=[^<>]*>)", r"\1", html)
        html = html.replace(character, f'<code class="liquid">{escape(tag)}</code>')
    return html
