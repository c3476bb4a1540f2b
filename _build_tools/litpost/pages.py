"""What is wrong in a built site, as its readers would find it: `litpost site --check`.

Pages are read as browsers read them (Lexbor, an HTML5 parser); a finding names the line of the
source that the text comes from, where that can be told.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from litpost.project import POSTS, SOURCES

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

TITLE_LIMIT = 120  # characters: what search engines and browser tabs show is shorter still
DESCRIPTION_LIMIT = 160
_SCRIPTS = {"ko": r"[가-힣]", "ja": r"[ぁ-んァ-ン]", "ru": r"[а-яА-Я]", "zh": r"[一-鿿]"}
_SOURCE = re.compile(r"^# Written by litpost from (\S+): edit", re.M)


@dataclass(frozen=True, order=True)
class Finding:
    """One fault of a page: the page, what is wrong, and what it says there, to look for."""

    page: str
    message: str
    text: str = ""


@dataclass(frozen=True)
class Site:
    """A built site: its folder, the path that it lies under, its languages, and its pages."""

    folder: Path
    baseurl: str
    default_language: str
    languages: tuple[str, ...]
    pages: Mapping[str, LexborHTMLParser]

    def target(self, page: str, address: str) -> str | None:
        """Return the path of the file that an address of the site leads to, or None outside."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return None
        path = unquote(parts.path)
        if not path:
            return page
        if not path.startswith("/"):
            return posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        base = f"{self.baseurl}/"
        return path.removeprefix(base) if path.startswith(base) else f"outside:{path}"

    def file(self, path: str) -> str | None:
        """Find the file that a server would send for a path."""
        for name in (path, f"{path}.html", posixpath.join(path, "index.html")):
            if not name.startswith("outside:") and (self.folder / name).is_file():
                return posixpath.normpath(name)
        return None


def check_site(
    folder: Path,
    *,
    baseurl: str = "",
    default_language: str = "en",
    languages: tuple[str, ...] = (),
) -> list[Finding]:
    """Check all pages and feeds of a built site.

    Parameters
    ----------
    folder
        The built site.
    baseurl
        The path that it was built for.
    default_language, languages
        The language of pages outside of the folders of `languages`.
    """
    from selectolax.lexbor import LexborHTMLParser

    pages = {
        file.relative_to(folder).as_posix(): LexborHTMLParser(file.read_text(encoding="utf-8"))
        for file in sorted(folder.rglob("*.html"))
    }
    site = Site(folder, baseurl, default_language, languages, pages)
    found = [finding for page in pages for finding in _check_page(site, page)]
    found += [finding for file in _others(folder) for finding in _check_data(folder, file)]
    return sorted(set(found))


def _check_page(site: Site, page: str) -> Iterator[Finding]:
    tree = site.pages[page]
    yield from _links(site, page, tree)
    yield from _images(site, page, tree)
    if tree.css_first('meta[http-equiv="refresh"]'):
        return  # nobody reads a page that only leads to another
    yield from _structure(page, tree)
    yield from _limits(page, tree)
    yield from _language(site, page, tree)
    for script in tree.css('script[type="application/ld+json"]'):
        try:
            json.loads(script.text(deep=True))
        except ValueError as error:
            yield Finding(page, f"invalid JSON-LD: {error}")


def _links(site: Site, page: str, tree: LexborHTMLParser) -> Iterator[Finding]:
    for node in tree.css("a[href], link[href]"):
        address = node.attributes["href"] or ""
        target = site.target(page, address)
        if target is None or node.attributes.get("rel") in ("canonical", "alternate"):
            continue
        file = site.file(target)
        if file is None:
            yield Finding(page, f"broken link: {address}", address)
            continue
        name = unquote(urlsplit(address).fragment)
        if name not in ("", "top") and file in site.pages and name not in _ids(site.pages[file]):
            yield Finding(page, f"broken anchor: {address}", f"#{name}")


def _ids(tree: LexborHTMLParser) -> set[str]:
    named = [node.attributes.get("name") for node in tree.css("a[name]")]
    return {name for name in [*_all_ids(tree), *named] if name}


def _all_ids(tree: LexborHTMLParser) -> list[str]:
    return [node.attributes["id"] or "" for node in tree.css("[id]")]


def _images(site: Site, page: str, tree: LexborHTMLParser) -> Iterator[Finding]:
    for node in tree.css("img, source[src], video[src], audio[src], script[src]"):
        attributes = node.attributes
        address = attributes.get("data-src") or attributes.get("src") or ""
        if node.tag == "img" and attributes.get("alt") is None:
            yield Finding(page, f"image without alt: {address}", address)
        elif node.tag == "img" and not attributes["alt"] and _is_content(node):
            yield Finding(page, f"image with an empty alt: {address}", address)
        target = site.target(page, address)
        if not address:
            yield Finding(page, f"<{node.tag}> without an address")
        elif target is not None and site.file(target) is None:
            yield Finding(page, f"broken image or script: {address}", address)


def _is_content(node: LexborNode) -> bool:
    """Say whether an image stands in a text; one in a link beside a title only adorns it."""
    around = set()
    parent = node.parent
    while parent is not None:
        around.add(parent.tag)
        parent = parent.parent
    return bool(around & {"article", "figure"}) and "a" not in around


def _structure(page: str, tree: LexborHTMLParser) -> Iterator[Finding]:
    for name, count in Counter(_all_ids(tree)).items():
        if count > 1:
            yield Finding(page, f"the id `{name}` stands {count} times", name)
    level = 0
    for node in tree.css("h1, h2, h3, h4, h5, h6"):
        text = " ".join(node.text(deep=True).split())
        if (depth := int((node.tag or "h1")[1])) > level + 1 and level:
            yield Finding(page, f"heading order: h{depth} follows h{level}: {text}", text)
        level = depth
    if (count := len(tree.css("h1"))) > 1:
        yield Finding(page, f"{count} h1 headings")


def _limits(page: str, tree: LexborHTMLParser) -> Iterator[Finding]:
    title = tree.css_first("title")
    text = title.text(deep=True).strip() if title else ""
    if not text:
        yield Finding(page, "no title")
    elif len(text) > TITLE_LIMIT:
        yield Finding(page, f"title of {len(text)} characters, at most {TITLE_LIMIT}", text[:40])
    for node in tree.css('meta[name="description"]'):
        text = (node.attributes.get("content") or "").strip()
        if len(text) > DESCRIPTION_LIMIT:
            message = f"description of {len(text)} characters, at most {DESCRIPTION_LIMIT}"
            yield Finding(page, message, text[:40])


def _language(site: Site, page: str, tree: LexborHTMLParser) -> Iterator[Finding]:
    """Check that a page says its own language, and that its title is written in it."""
    first = page.partition("/")[0]
    expected = first if first in site.languages else site.default_language
    html = tree.css_first("html")
    told = (html.attributes.get("lang") or "") if html else ""
    if _main_language(told) != _main_language(expected):
        yield Finding(page, f"mixed-up languages: lang is `{told}`, its address says `{expected}`")
    expected = _main_language(expected)
    heading = tree.css_first("h1")
    text = heading.text(deep=True) if heading else ""
    for language, script in _SCRIPTS.items():
        if language != expected and expected not in _SCRIPTS and re.search(script, text):
            message = f"mixed-up languages: a page in `{expected}` has a title in `{language}`"
            yield Finding(page, f"{message}: {text.strip()}", text.strip())


def _main_language(tag: str) -> str:
    """Return a language without its country: themes say `en`, `en-US` or `en_US`."""
    return re.split("[-_]", tag, maxsplit=1)[0].lower()


def _others(folder: Path) -> list[Path]:
    return sorted(file for kind in ("json", "xml") for file in folder.rglob(f"*.{kind}"))


def _check_data(folder: Path, file: Path) -> Iterator[Finding]:
    name = file.relative_to(folder).as_posix()
    text = file.read_text(encoding="utf-8")
    try:
        if file.suffix == ".json":
            json.loads(text)
        else:
            _check_feed(ElementTree.fromstring(text))
    except (ValueError, ElementTree.ParseError) as error:
        kind = "JSON" if file.suffix == ".json" else "feed"
        yield Finding(name, f"invalid {kind}: {error}")


def _check_feed(root: ElementTree.Element) -> None:
    space = "{http://www.w3.org/2005/Atom}"
    if root.tag != f"{space}feed":
        return
    for kind, parents in (("the feed", [root]), ("an entry", root.findall(f"{space}entry"))):
        for parent in parents:
            for name in ("id", "title", "updated"):
                if not (parent.findtext(f"{space}{name}") or "").strip():
                    raise ValueError(f"{kind} has no {name}")


def in_source(finding: Finding, root: Path) -> str:
    """Write a finding with the line of the source or post that it comes from, where it is known."""
    stem = Path(finding.page).stem
    posts = [file for file in root.rglob(f"{POSTS}/*.md") if file.stem == stem]
    same_folder = [file for file in posts if _language_of(file, root) == _first(finding.page)]
    for file in [*same_folder, *posts][:1]:
        match = _SOURCE.search(file.read_text(encoding="utf-8"))
        path = match[1] if match and (root / match[1]).is_file() else str(file.relative_to(root))
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        wanted = finding.text
        line = next((n for n, text in enumerate(lines, 1) if wanted and wanted in text), None)
        where = f"{path}:{line}" if line else path
        return f"{where}: {finding.message} (in {finding.page})"
    return f"{finding.page}: {finding.message}"


def _language_of(post: Path, root: Path) -> str:
    folder = post.relative_to(root).parts[0]
    return "" if folder in (POSTS, SOURCES) else folder


def _first(page: str) -> str:
    folder = page.partition("/")[0]
    return folder if "/" in page and folder != "posts" else ""
