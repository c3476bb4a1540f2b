"""What to look at in a page that is open in the browser, so that a reader finds it right.

Every check takes a page and returns the problems that it found, each in words.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page

# Markup that should have become something else, by what it is.
LEFTOVERS = {
    "Liquid": re.compile(r"\{\{|\}\}|\{%|%\}"),
    "a fence": re.compile(r"```|~~~"),
    "an attribute list": re.compile(r"\{:\s*[.#:\w]"),
    "a formula's delimiter": re.compile(r"\$\$|\\\[|\\\(|\$[^$\n]*[\\_^{][^$\n]*\$"),
    "a tag": re.compile(r"</?(?:div|p|fig\w+|img|table|tr|td|th|span|details|math)\b[^>]*>"),
}
# In code, Liquid's own signs may be meant; their escaped spelling never is.
ESCAPED_LIQUID = re.compile(r"""\{\{\s*(["'])\{[{%]\1\s*\}\}""")


def check_page(page: Page, *, scheme: str = "light") -> list[str]:
    """Apply every check that holds for any page of ours."""
    return [
        *broken_images(page),
        *stretched_images(page),
        *missing_alts(page),
        *leftovers(page),
        *overflows(page),
        *wrong_figures(page, scheme),
        *low_contrasts(page),
        *broken_anchors(page),
        *wrong_headings(page),
    ]


def broken_images(page: Page) -> list[str]:
    """Find images that don't load, those included that the scheme hides."""
    found: list[str] = page.evaluate("""async () => {
        const images = [...document.images];
        for (const image of images) image.loading = "eager";
        await Promise.all(images.map((image) => image.decode().catch(() => null)));
        return images.filter((image) => !image.naturalWidth).map((image) => image.outerHTML);
    }""")
    return [f"broken image: {image}" for image in found]


def stretched_images(page: Page) -> list[str]:
    """Find images that are shown in other proportions than their own."""
    found: list[str] = page.evaluate("""() => [...document.images].filter((image) => {
        const { width, height } = image.getBoundingClientRect();
        if (!width || getComputedStyle(image).objectFit !== "fill") return false;
        const own = image.naturalWidth / image.naturalHeight;
        return Math.abs(width / height / own - 1) > 0.02;
    }).map((image) => image.outerHTML)""")
    return [f"stretched image: {image}" for image in found]


def missing_alts(page: Page) -> list[str]:
    """Find images without `alt`, and images of a post whose `alt` says nothing."""
    found: list[str] = page.evaluate("""() => [...document.images].filter((image) =>
        !image.hasAttribute("alt")
        || (image.closest(".post-body, .markdown-style") && !image.alt.trim())
    ).map((image) => image.outerHTML)""")
    return [f"no alt: {image}" for image in found]


def leftovers(page: Page) -> list[str]:
    """Find Liquid, fences and other markup in what should be plain text.

    In code such signs may be meant, so there only the spelling of escaped Liquid and an inline
    code of several lines (a fence whose language was lost) are reported.
    """
    prose, code, inline = page.evaluate("""() => {
        const body = document.body.cloneNode(true);
        const unseen = body.querySelectorAll("script, style, template, annotation");
        unseen.forEach((node) => node.remove());
        const code = [...body.querySelectorAll("pre, code")];
        const inline = code.filter((node) => !node.closest("pre"));
        const texts = (nodes) => nodes.map((node) => node.textContent);
        const result = [texts(code), texts(inline)];
        code.forEach((node) => node.remove());
        return [body.textContent, ...result];
    }""")
    found = [
        f"{what} in the text: {_around(prose, match)}"
        for what, pattern in LEFTOVERS.items()
        for match in pattern.finditer(prose)
    ]
    found += [
        f"escaped Liquid in code: {_around(text, match)}"
        for text in code
        for match in ESCAPED_LIQUID.finditer(text)
    ]
    found += [f"a fence became inline code: {text}" for text in inline if text.count("\n") > 1]
    return found


def overflows(page: Page) -> list[str]:
    """Say whether the page is wider than the window, and what sticks out."""
    wide: list[str] = page.evaluate("""() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        const scrolls = (node) => node && node !== document.body
            && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
        const out = [...document.body.querySelectorAll("*")].filter((node) =>
            node.getBoundingClientRect().right > width + 0.5 && !scrolls(node.parentElement));
        return [`${document.documentElement.scrollWidth} px`,
                ...out.map((node) => node.cloneNode(false).outerHTML || node.nodeName)];
    }""")
    return [f"wider than the window: {', '.join(wide)}"] if wide else []


def wrong_figures(page: Page, scheme: str) -> list[str]:
    """Find figures that don't show exactly the one drawing that is meant for `scheme`."""
    found: list[list[Any]] = page.evaluate("""() => [...document.querySelectorAll("figure")]
        .filter((figure) => figure.querySelector(".litpost-light, .litpost-dark"))
        .filter((figure) => figure.checkVisibility())
        .map((figure) => [figure.id, ["light", "dark"].filter((scheme) =>
            [...figure.querySelectorAll(`.litpost-${scheme} img`)].some((image) =>
                image.checkVisibility() && image.getBoundingClientRect().width > 0))])""")
    return [
        f"figure {name!r} shows {' and '.join(shown) or 'nothing'} in {scheme}"
        for name, shown in found
        if shown != [scheme]
    ]


def low_contrasts(page: Page, *, within: str = "body") -> list[str]:
    """Find text whose contrast is below WCAG's AA: 4.5:1, or 3:1 for large text."""
    found: list[str] = page.evaluate(CONTRAST, within)
    return [f"low contrast: {text}" for text in found]


CONTRAST = """(within) => {
    const parse = (colour) => {
        const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
        return { r, g, b, a };
    };
    const over = (top, below) => ({
        r: top.r * top.a + below.r * (1 - top.a),
        g: top.g * top.a + below.g * (1 - top.a),
        b: top.b * top.a + below.b * (1 - top.a),
        a: 1,
    });
    const ground = (node) => {
        if (!node) return { r: 255, g: 255, b: 255, a: 1 };
        const own = parse(getComputedStyle(node).backgroundColor);
        return own.a === 1 ? own : over(own, ground(node.parentElement));
    };
    const luminance = ({ r, g, b }) => [r, g, b].map((value) => value / 255)
        .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
    const found = new Set();
    for (const root of document.querySelectorAll(within)) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const node = walker.currentNode.parentElement;
            const text = walker.currentNode.data.trim();
            if (!text || node.closest("script, style, noscript, template, svg")) continue;
            if (!node.checkVisibility({ visibilityProperty: true })) continue;
            const style = getComputedStyle(node);
            if (style.clipPath !== "none" || node.closest(".visually-hidden, .skip-link")) continue;
            const behind = ground(node);
            const pair = [luminance(over(parse(style.color), behind)), luminance(behind)];
            const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
            const size = parseFloat(style.fontSize);
            const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
            if (ratio < (large ? 3 : 4.5)) {
                found.add(`${ratio.toFixed(2)} for <${node.localName} class="${node.className}">`
                    + ` ${text.slice(0, 40)}`);
            }
        }
    }
    return [...found];
}"""


def broken_anchors(page: Page) -> list[str]:
    """Find links to places in the page that aren't there, and ids used twice."""
    missing, twice = page.evaluate("""() => {
        const own = location.href.split("#")[0];
        const names = [...document.links]
            .filter((link) => link.href.split("#")[0] === own && link.hash.length > 1)
            .map((link) => decodeURIComponent(link.hash.slice(1)));
        const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
        return [names.filter((name) => !ids.includes(name)),
                ids.filter((id, i) => ids.indexOf(id) !== i)];
    }""")
    return [f"a link to #{name}, which isn't there" for name in missing] + [
        f"the id {name!r} stands twice" for name in twice
    ]


def wrong_headings(page: Page) -> list[str]:
    """Check that the page has one h1."""
    count = page.locator("h1").count()
    return [] if count == 1 else [f"{count} h1"]


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 30) : match.end() + 30].split())
