"""The repository's own site, with the posts that litpost wrote, as a reader sees it."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from tests.site.browser import NARROW, check_site, follow, visit

pytestmark = [pytest.mark.site, pytest.mark.browser]


def read(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


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
        follow(visited.page, ".post-card h3 a")
        assert visited.page.locator(".litpost-light img").count() > 0
        light = visited.page.locator(".litpost-light").count()
        assert light == visited.page.locator(".litpost-dark").count()


def test_words_in_tables_can_be_read_on_a_phone(browser: Browser, repository_home: str) -> None:
    post = f"{repository_home}posts/2023-07-19-deep-learning-from-scratch2-chapter6"
    with visit(browser, post, width=NARROW) as visited:
        cells = visited.page.locator("td.litpost-short")
        lines = cells.evaluate_all("""cells => cells.map((cell) => {
            const text = document.createRange();
            text.selectNodeContents(cell);
            return text.getClientRects().length;
        })""")
        narrowest = visited.page.locator("td.litpost-long").evaluate_all(
            "cells => Math.min(...cells.map((cell) => cell.clientWidth))"
        )
    assert len(lines) == 14
    assert set(lines) == {1}
    assert narrowest > 140


def test_the_feed_has_no_scripts(repository_site: Path) -> None:
    feed = read(repository_site, "feed.xml")
    assert "litpost-figure" in feed
    assert "litpost.js" not in feed


def test_a_button_copies_code_but_none_stands_at_output(
    browser: Browser, repository_home: str
) -> None:
    with visit(browser, repository_home) as visited:
        page = visited.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.wait_for_load_state("networkidle")  # a link would break off what still loads
        follow(page, ".post-card h3 a")
        first = page.locator("div.highlighter-rouge").first
        first.hover()
        first.locator(".litpost-copy").click()
        page.wait_for_function("document.querySelector('.litpost-copy').textContent == '복사됨'")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == first.locator("pre > code").inner_text().rstrip("\n")
        assert page.locator(".litpost-output .litpost-copy").count() == 0
        assert visited.problems == []


@pytest.mark.parametrize(
    ("language", "feed", "script"), [("ko", "feed.xml", True), ("en", "en/feed.xml", False)]
)
def test_every_language_has_a_feed_of_its_own_posts(
    repository_site: Path, language: str, feed: str, script: bool
) -> None:
    root = ElementTree.fromstring(read(repository_site, feed))
    atom = "{http://www.w3.org/2005/Atom}"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    summaries = [entry.findtext(f"{atom}summary") or "" for entry in root.findall(f"{atom}entry")]
    assert summaries
    assert all(bool(re.search("[가-힣]", text)) == script for text in summaries)
    home = read(repository_site, "index.html" if language == "ko" else "en/index.html")
    assert 'type="application/atom+xml" title="' in home
    assert home.count(f'/{feed}">') == 3, "in the head, the header and the footer"


def test_the_lstm_post_is_there_in_korean_and_english(repository_site: Path) -> None:
    name = "2023-07-19-deep-learning-from-scratch2-chapter6"
    korean = read(repository_site, f"posts/{name}.html")
    english = read(repository_site, f"en/{name}.html")
    assert f'/en/{name}" lang="en" hreflang="en">' in korean
    assert f'/posts/{name}" lang="ko" hreflang="ko">' in english
    body = english.partition('class="post-body"')[2].partition("</article>")[0]
    assert not re.search("[가-힣]", body)
