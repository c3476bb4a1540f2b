"""The live preview in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.litpost.blog import SOURCE, Blog, cell
from tests.litpost.serving import PAGE, served
from tests.site.browser import visit

CONFIG = """\
baseurl: /blog
defaults:
  - scope: {path: _posts}
    values: {layout: post, permalink: "/posts/:path"}
"""
LONG = "".join(f"Paragraph {number}.\n\n" for number in range(200))


@pytest.mark.browser
def test_a_saved_edit_shows_by_itself_where_one_reads(browser: Browser, tmp_path: Path) -> None:
    blog = Blog(tmp_path)
    blog.write(SOURCE, "")
    blog.source(LONG + cell("1 + 1"))
    with served(blog) as server:
        server.page_with("Paragraph 199.")
        address = f"http://127.0.0.1:{server.port}{PAGE}"
        with visit(browser, address, scheme="dark") as visited:
            page, overlay = visited.page, visited.page.locator("litpost-problems pre")
            page.set_default_timeout(60_000)
            page.evaluate("scrollTo(0, 2000)")
            blog.source("New words.\n\n" + LONG + cell("1 + 1"))
            page.wait_for_selector("text=New words.", state="attached")
            page.wait_for_function("scrollY === 2000")
            blog.source("New words.\n\n" + LONG + cell("1 / 0"))
            expect(overlay).to_contain_text("ZeroDivisionError", timeout=60_000)
            expect(overlay).to_contain_text(f"{SOURCE}:412: cell failed")
            assert page.locator("text=New words.").count() == 1
            blog.source("New words.\n\n" + LONG + cell("1 + 2"))
            page.wait_for_selector("litpost-problems", state="detached")
            expect(page.locator("div.litpost-output")).to_have_text("3\n", timeout=60_000)
            page.wait_for_function("scrollY === 2000")
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert ground == "rgb(42, 42, 42)"
            ended = f"no answer for http://127.0.0.1:{server.port}/.litpost/events"
            assert set(visited.problems) <= {ended}  # by each reload


@pytest.mark.site
def test_jekylls_site_follows_posts_and_layouts(jekyll: None, tmp_path: Path) -> None:
    blog = Blog(tmp_path)
    blog.write(SOURCE, "")
    blog.source("Some words.\n")
    blog.write("_config.yml", CONFIG)
    blog.write("_layouts/post.html", "<body><i>first</i>{{ content }}</body>\n")
    with served(blog, "--jekyll") as server:
        page = server.page_with("<i>first</i>", path=f"/blog{PAGE}")
        assert "Some words." in page
        assert 'src="/.litpost/serve.js"' in page
        blog.source("Other words.\n")
        server.page_with("Other words.")
        blog.write("_layouts/post.html", "<body>{% bad</body>\n")
        notice = server.wait(lambda notice: bool(notice["problems"]))
        assert "_layouts/post.html" in notice["problems"][0]["message"]
        assert "\x1b" not in notice["problems"][0]["message"]
        assert "Other words." in server.get(PAGE)[1]
        blog.write("_layouts/post.html", "<body><i>second</i>{{ content }}</body>\n")
        server.page_with("<i>second</i>")
        server.wait(lambda notice: not notice["problems"])
