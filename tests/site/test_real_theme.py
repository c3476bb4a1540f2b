"""The posts in the real Mr. Green theme: run where MRGREEN_REPO says where to clone it from."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from litpost import pages, theme_site
from litpost.site import build_site, read_config
from tests.site.browser import Scheme
from tests.site.building import ROOT, URL
from tests.site.checks import low_contrasts, overflows, wrong_figures
from tests.site.server import serve

pytestmark = [
    pytest.mark.site,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("real theme"),
    pytest.mark.skipif(not os.environ.get("MRGREEN_REPO"), reason="MRGREEN_REPO isn't set"),
]
BASE = "/blog"
POST = "posts/2023-07-19-deep-learning-from-scratch2-chapter6"
UNSEEN = """async () => {
    const images = [...document.images].filter((image) => image.offsetParent);
    for (const image of images) {
        image.scrollIntoView();
        for (let n = 0; n < 40 && !(image.complete && image.naturalWidth); n++)
            await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return images.filter((image) => !image.naturalWidth).map((image) => image.outerHTML);
}"""
"""The images that a reader would see and that don't load, though they are scrolled to."""


@pytest.fixture(scope="module")
def built(jekyll: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("real") / "blog"
    for name in ("_posts", "en/_posts", "assets", "_config.yml"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name)
        elif (ROOT / name).is_file():
            shutil.copy(ROOT / name, root / name)
    config = read_config(root)
    languages = theme_site.site_languages(config.language, config.languages)
    repository = theme_site.repository_of("mrgreen", os.environ)
    site = theme_site.lay(
        root, "mrgreen", language=config.language, languages=languages, repository=repository
    )
    build_site(site, destination=root / "_site", baseurl=BASE, url=URL)
    return root / "_site"


@pytest.fixture(scope="module")
def home(built: Path) -> Iterator[str]:
    with serve(built, baseurl=BASE) as address:
        yield address


def opened(browser: Browser, url: str, *, scheme: Scheme = "light", width: int = 1200) -> Page:
    """Open a page; the theme's fonts and scripts of other hosts stay away."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.route(lambda address: "127.0.0.1" not in address, lambda route: route.abort())
    page = context.new_page()
    page.goto(url, wait_until="load")
    page.evaluate("document.querySelectorAll('img').forEach((image) => image.scrollIntoView())")
    page.wait_for_timeout(500)
    return page


def test_the_search_and_the_blog_list_are_json(built: Path) -> None:
    for name in ("search", "post-query"):
        data = json.loads((built / f"query/{name}.json").read_text(encoding="utf-8"))
        assert "2023-07-19" in json.dumps(data)


def test_the_blog_list_shows_thumbnail_excerpt_and_tags(browser: Browser, home: str) -> None:
    page = opened(browser, f"{home}tabs/blog/")
    text = page.inner_text("body")
    assert "밑바닥부터 시작하는 딥러닝 2의 6장 정리입니다" in text
    assert "Books" in (page.locator("#tab2").text_content() or "")
    grounds = page.evaluate(
        "[...document.querySelectorAll('*')].map((n) => getComputedStyle(n).backgroundImage)"
    )
    assert any(f"{BASE}/assets/img/posts/" in ground for ground in grounds)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_the_post_can_be_read(browser: Browser, home: str, scheme: Scheme, width: int) -> None:
    page = opened(browser, home + POST, scheme=scheme, width=width)
    assert page.evaluate("document.body.dataset.colorScheme || 'light'") == scheme
    shown = page.locator(f".litpost-{scheme} img").first
    other = "dark" if scheme == "light" else "light"
    assert shown.is_visible()
    assert not page.locator(f".litpost-{other} img").first.is_visible()
    assert page.evaluate(UNSEEN) == []
    assert low_contrasts(page, within=".highlight, .litpost-figure, .litpost-table") == []
    assert overflows(page) == []


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_figures_follow_the_system_until_the_switch_is_used(
    browser: Browser, home: str, scheme: Scheme, other: Scheme
) -> None:
    page = opened(browser, home + POST, scheme=scheme)
    assert page.evaluate("localStorage.getItem('color-scheme')") is None
    assert wrong_figures(page, scheme) == []
    page.locator(".checkbox_color_switch").first.evaluate("box => box.click()")
    assert page.evaluate("document.body.dataset.colorScheme") == other
    page.reload(wait_until="load")
    page.evaluate("document.querySelectorAll('img').forEach((image) => image.scrollIntoView())")
    page.wait_for_timeout(500)
    assert wrong_figures(page, other) == []


def test_the_image_viewer_opens_a_figure(browser: Browser, home: str) -> None:
    page = opened(browser, home + POST)
    page.locator(".litpost-light img").first.click()
    page.wait_for_selector(".mfp-img", timeout=5000)
    box = page.locator(".mfp-img").bounding_box()
    assert box
    assert box["width"] > 200


def test_the_table_of_contents_has_the_headings(browser: Browser, home: str) -> None:
    page = opened(browser, home + POST)
    contents = page.locator("#toc-container").first.inner_text()
    for heading in ("Rnn의 문제점", "LSTM", "가중치 추출"):
        assert heading in contents


def test_the_image_for_sharing_is_a_whole_address(built: Path) -> None:
    page = (built / f"{POST}.html").read_text(encoding="utf-8")
    start = f'property="og:image" content="{URL}{BASE}/assets/img/posts/'
    assert start in page
    path = page.partition(start)[2].partition('"')[0]
    assert (built / "assets/img/posts" / path).is_file()


def test_our_posts_have_no_faults(built: Path) -> None:
    found = pages.check_site(built, baseurl=BASE, default_language="ko", languages=("ko", "en"))
    assert [finding for finding in found if "/2023-07-19" in f"/{finding.page}"] == []
