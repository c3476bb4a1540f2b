"""Looking at a built site in headless Chromium: what a reader would see, as lists of problems.

Every check returns the problems that it found, each in words; no problems is the empty list::

    with launch() as browser, serve(folder, baseurl="/blog") as home:
        assert check_site(browser, home) == []
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urldefrag, urljoin

from playwright.sync_api import Browser, Page, Request, Response, sync_playwright

from tests.site.checks import check_page

Scheme = Literal["light", "dark"]

WIDE, NARROW = 1200, 390
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)


def chromium_path() -> str | None:
    """Find the Chromium that is installed; playwright's own download isn't used."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def launch() -> Iterator[Browser]:
    """Start Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), headless=True, args=list(ARGUMENTS)
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Visit:
    """A page that is open, and what went wrong while it loaded."""

    page: Page
    response: Response
    problems: list[str] = field(default_factory=list)


@contextmanager
def visit(
    browser: Browser,
    url: str,
    *,
    width: int = WIDE,
    scheme: Scheme = "light",
    javascript: bool = True,
) -> Iterator[Visit]:
    """Open `url` as a new reader would, whose system prefers `scheme`."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        java_script_enabled=javascript,
    )
    try:
        page = context.new_page()
        problems: list[str] = []
        own = urljoin(url, "/")

        def on_response(response: Response) -> None:
            if response.status >= 400 and response.url != url:
                problems.append(f"{response.status} for {response.url}")

        def on_request(request: Request) -> None:
            if not request.url.startswith((own, "data:")):
                problems.append(f"asks another host: {request.url}")

        page.on("request", on_request)
        page.on("response", on_response)
        page.on("requestfailed", lambda request: problems.append(f"no answer for {request.url}"))
        page.on("pageerror", lambda error: problems.append(f"JavaScript: {error}"))
        response = page.goto(url)
        assert response is not None
        yield Visit(page, response, problems)
    finally:
        context.close()


def follow(page: Page, selector: str) -> None:
    """Click the first link that `selector` finds, and wait until its page has loaded."""
    with page.expect_navigation():
        page.click(selector)


def check_site(
    browser: Browser,
    home: str,
    *,
    widths: Sequence[int] = (WIDE, NARROW),
    schemes: Sequence[Scheme] = SCHEMES,
) -> list[str]:
    """Walk through all pages that `home` leads to; look at each in all widths and schemes."""
    problems: list[str] = []
    linked_from = {home: "the start"}
    waiting = [home]
    while waiting:
        url = waiting.pop(0)
        for width in widths:
            for scheme in schemes:
                with visit(browser, url, width=width, scheme=scheme) as visited:
                    if visited.response.status >= 400:
                        problems.append(
                            f"{visited.response.status} for {url}, linked from {linked_from[url]}"
                        )
                    if not _is_html(visited.response):
                        continue
                    found = visited.problems + check_page(visited.page, scheme=scheme)
                    problems += [f"{url} at {width} px, {scheme}: {problem}" for problem in found]
                    for link in internal_links(visited.page, home):
                        if link not in linked_from:
                            linked_from[link] = url
                            waiting.append(link)
    return problems


def internal_links(page: Page, home: str) -> list[str]:
    """List the addresses below `home` that the page links to, without their `#` parts."""
    links: list[str] = page.evaluate("[...document.links].map((link) => link.href)")
    return sorted({urldefrag(link).url for link in links if link.startswith(home)})


def _is_html(response: Response) -> bool:
    return "text/html" in response.headers.get("content-type", "")
