"""Screenshots of every page of the site, in each scheme and width, for people to look at.

``python -m tests.site.shots [FOLDER [SITE]]`` writes to ``shots/``; SITE is the folder of a built
site, by default that of this repository, which is built for it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from litpost.site import build_site
from tests.site.browser import NARROW, SCHEMES, WIDE, internal_links, launch, visit
from tests.site.building import ROOT
from tests.site.server import serve

LONGEST = 16_000  # pixels: Chromium draws no longer pictures


def main(folder: str = "shots", site: str = "") -> None:
    """Write the pictures and print their paths."""
    with tempfile.TemporaryDirectory() as scratch:
        built = Path(site) if site else Path(scratch) / "site"
        if not site:
            build_site(ROOT, destination=built, baseurl="")
        with launch() as browser, serve(built) as home:
            for path in shoot(browser, home, Path(folder)):
                print(path)


def crawl(browser: Browser, home: str) -> list[str]:
    """List the addresses of the pages that lead to each other: other languages have homes, too."""
    found = [home]
    for url in found:
        with visit(browser, url) as visited:
            if "text/html" in visited.response.headers.get("content-type", ""):
                links = internal_links(visited.page, home)
                found += [link for link in dict.fromkeys(links) if link not in found]
    return found


def shoot(browser: Browser, home: str, folder: Path) -> Iterator[Path]:
    """Take pictures of the home page and of every page that can be reached from it."""
    folder.mkdir(parents=True, exist_ok=True)
    for url in crawl(browser, home):
        name = url.removeprefix(home).strip("/").replace("/", "-") or "home"
        for scheme in SCHEMES:
            for width in (WIDE, NARROW):
                path = folder / f"{name}.{scheme}.{width}.png"
                with visit(browser, url, scheme=scheme, width=width) as visited:
                    if "text/html" not in visited.response.headers.get("content-type", ""):
                        continue
                    page = visited.page
                    page.evaluate("for (const image of document.images) image.loading = 'eager'")
                    page.wait_for_load_state("networkidle")
                    height = min(page.evaluate("document.documentElement.scrollHeight"), LONGEST)
                    page.set_viewport_size({"width": width, "height": height})
                    page.screenshot(path=path)
                yield path


if __name__ == "__main__":
    main(*sys.argv[1:])
