"""The pages of the preview: a list of the posts, and each post as it was last built."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jinja2
import yaml

from litpost.project import POSTS, TEMPLATES, Place, Project
from litpost.serve.kramdown import to_html
from litpost.theme import Dark, load_theme

FILES = Path(__file__).parent / "files"
OWN = "/.litpost/"
"""What addresses of the preview's own files start with."""

_HEADER = re.compile(r"---\n(.*?\n)---\n", re.S)
_DARK = Dark("screen and (prefers-color-scheme: dark)", ":root")


@dataclass(frozen=True)
class Post:
    """A post as it was last built, or what is known of one that never was: its source's name.

    `values` is its header, `body` its Markdown.
    """

    source: str
    address: str
    language: str
    values: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    is_built: bool = False

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.values.get("title") or Place.of(self.source).slug)

    @property
    def subtitle(self) -> str:
        """What it is called besides."""
        subtitle = str(self.values.get("subtitle") or "")
        return subtitle if subtitle != self.title else ""

    @property
    def tags(self) -> Sequence[str]:
        """Its tags."""
        tags = self.values.get("tags") or ()
        return tags.split() if isinstance(tags, str) else list(map(str, tags))

    @property
    def date(self) -> str:
        """The day that its name says."""
        return Place.of(self.source).date


def address_of(source: str) -> str:
    """Return the address of the page of a source.

    >>> address_of("_literate/en/2024-01-02-try.md")
    '/en/posts/2024-01-02-try'
    """
    return "/" + Place.of(source).post.replace(f"{POSTS}/", "posts/").removesuffix(".md")


def read_post(source: str, project: Project) -> Post:
    """Read the post of a source."""
    post = Post(source, address_of(source), project.language_of(source))
    try:
        text = (project.root / Place.of(source).post).read_text(encoding="utf-8")
        header = _HEADER.match(text)
        values = yaml.safe_load(header[1]) if header else {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return post
    body = text[header.end() :] if header else text
    return replace(post, values=values or {}, body=body, is_built=True)


def fill_post(post: Post, version: str) -> str:
    """Make the page of a post."""
    return _fill("post.html.j2", post=post, body=to_html(post.body), version=version)


def fill_index(posts: Sequence[Post], version: str) -> str:
    """Make the page that lists the posts, the newest first."""
    ordered = sorted(posts, key=lambda post: (post.date, post.source), reverse=True)
    return _fill("index.html.j2", posts=ordered, version=version)


def with_script(page: bytes, version: str) -> bytes:
    """Put the script that loads a page anew into a page that Jekyll has made."""
    tag = f'<script src="{OWN}serve.js" data-version="{version}" defer></script>\n'.encode()
    before, end, after = page.rpartition(b"</body>")
    return before + tag + end + after if end else page + tag


def style_sheet(project: Project) -> tuple[str, bytes]:
    """Return the address and the text of the posts' style sheet, dark where the system is."""
    theme = load_theme(project.theme, project.root / TEMPLATES)
    return f"/assets/css/{theme.style_sheet}", replace(theme, dark=(_DARK,)).sheet()


def _fill(name: str, **values: Any) -> str:
    loader = jinja2.FileSystemLoader(FILES)
    environment = jinja2.Environment(
        loader=loader, undefined=jinja2.StrictUndefined, autoescape=True
    )
    return environment.get_template(name).render(own=OWN, **values) + "\n"
