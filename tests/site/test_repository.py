"""The repository's own site, with the posts that litpost wrote, as a reader sees it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.site.browser import check_site, visit

pytestmark = [pytest.mark.site, pytest.mark.browser]


def test_every_page_is_right_for_a_reader(browser: Browser, repository_home: str) -> None:
    assert check_site(browser, repository_home) == []


def test_every_post_is_linked_from_home(
    browser: Browser, repository_home: str, repository_sources: Path
) -> None:
    with visit(browser, repository_home) as visited:
        links = visited.page.eval_on_selector_all(
            ".post-card h3 a", "links => links.map((link) => link.href)"
        )
    posts = (repository_sources / "_posts").glob("*.md")
    assert sorted(links) == sorted(f"{repository_home}posts/{post.stem}" for post in posts)


def test_figures_have_twins_in_both_schemes(browser: Browser, repository_home: str) -> None:
    with visit(browser, repository_home) as visited:
        visited.page.click(".post-card h3 a")
        assert visited.page.locator(".litpost-light img").count() > 0
        light = visited.page.locator(".litpost-light").count()
        assert light == visited.page.locator(".litpost-dark").count()


def test_the_feed_has_no_scripts(repository_site: Path) -> None:
    feed = (repository_site / "feed.xml").read_text(encoding="utf-8")
    assert "litpost-figure" in feed
    assert "litpost.js" not in feed


def test_a_button_copies_code_but_none_stands_at_output(
    browser: Browser, repository_home: str
) -> None:
    with visit(browser, repository_home) as visited:
        page = visited.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.click(".post-card h3 a")
        first = page.locator("div.highlighter-rouge").first
        first.hover()
        first.locator(".litpost-copy").click()
        page.wait_for_function("document.querySelector('.litpost-copy').textContent == '복사됨'")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == first.locator("pre > code").inner_text().rstrip("\n")
        assert page.locator(".litpost-output .litpost-copy").count() == 0
        assert visited.problems == []
