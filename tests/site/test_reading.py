"""The site in a browser: that it looks and behaves as a reader expects."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

from tests.site import checks
from tests.site.browser import NARROW, SCHEMES, WIDE, Scheme, check_site, follow, visit

pytestmark = [pytest.mark.site, pytest.mark.browser]

POST = "posts/2024-03-01-everything"


def expect_scheme(page: Page, scheme: Scheme) -> None:
    """Expect the scheme, of the page and of its figures, within playwright's time-out."""
    expect(page.locator("body")).to_have_attribute("data-color-scheme", scheme)
    pressed = str(scheme == "dark").lower()
    expect(page.locator(".scheme-switch")).to_have_attribute("aria-pressed", pressed)
    assert checks.wrong_figures(page, scheme) == []


def emulate_system(page: Page, scheme: Scheme) -> None:
    """Switch the system's scheme; a page is told with its next frame, so let that pass."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def test_every_page_is_right_for_a_reader(browser: Browser, fixture_home: str) -> None:
    assert check_site(browser, fixture_home) == []


def test_a_missing_page_is_said_to_be_missing(browser: Browser, fixture_home: str) -> None:
    with visit(browser, f"{fixture_home}no/such/page", width=NARROW) as visited:
        assert visited.response.status == 404
        assert visited.problems + checks.check_page(visited.page) == []
        follow(visited.page, "main a")
        assert visited.page.url == fixture_home


# Colour schemes


@pytest.mark.parametrize("scheme", SCHEMES)
def test_at_first_the_scheme_is_the_systems(
    browser: Browser, fixture_home: str, scheme: Scheme
) -> None:
    with visit(browser, fixture_home, scheme=scheme) as visited:
        expect_scheme(visited.page, scheme)


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_the_switch_changes_the_scheme_for_good(
    browser: Browser, fixture_home: str, scheme: Scheme, other: Scheme
) -> None:
    with visit(browser, fixture_home, scheme=scheme) as visited:
        page = visited.page
        page.click(".scheme-switch")
        expect_scheme(page, other)
        page.reload()
        expect_scheme(page, other)
        page.goto(f"{fixture_home}{POST}")
        expect_scheme(page, other)
        page.click(".scheme-switch")
        expect_scheme(page, scheme)


def test_the_system_is_followed_until_the_reader_chooses(
    browser: Browser, fixture_home: str
) -> None:
    with visit(browser, f"{fixture_home}{POST}", scheme="light") as visited:
        page = visited.page
        emulate_system(page, "dark")
        expect_scheme(page, "dark")
        page.click(".scheme-switch")
        emulate_system(page, "light")
        emulate_system(page, "dark")
        expect_scheme(page, "light")


def test_the_scheme_is_set_before_anything_can_be_painted(
    browser: Browser, fixture_home: str
) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.add_init_script("""
        new MutationObserver((_, observer) => {
            if (!document.querySelector("body header")) return;
            window.schemeAtFirst = document.body.getAttribute("data-color-scheme");
            observer.disconnect();
        }).observe(document, { childList: true, subtree: true });
    """)
    page.goto(fixture_home)
    assert page.evaluate("window.schemeAtFirst") == "dark"
    context.close()


def test_the_ground_is_that_of_the_figures(browser: Browser, fixture_home: str) -> None:
    grounds = {}
    for scheme in SCHEMES:
        with visit(browser, f"{fixture_home}{POST}", scheme=scheme) as visited:
            grounds[scheme] = visited.page.evaluate(
                "getComputedStyle(document.body).backgroundColor"
            )
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(42, 42, 42)"}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_paper_is_light_whatever_the_screen_is(
    browser: Browser, fixture_home: str, scheme: Scheme
) -> None:
    with visit(browser, f"{fixture_home}{POST}", scheme=scheme) as visited:
        visited.page.emulate_media(media="print")
        assert checks.broken_images(visited.page) == []
        assert checks.wrong_figures(visited.page, "light") == []
        assert checks.low_contrasts(visited.page) == []
        assert not visited.page.locator(".site-header").is_visible()


def test_without_javascript_a_post_is_readable(browser: Browser, fixture_home: str) -> None:
    url = f"{fixture_home}{POST}"
    with visit(browser, url, scheme="dark", javascript=False) as visited:
        page = visited.page
        assert visited.problems == []
        assert checks.wrong_figures(page, "light") == []
        assert checks.low_contrasts(page) == []
        assert page.locator(".toc a").first.is_visible()
        assert not page.locator(".scheme-switch").is_visible()
        figure = page.locator(".litpost-light img").first
        figure.scroll_into_view_if_needed()
        assert figure.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


# Code


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", ["", "litpost-output", "litpost-stderr", "litpost-error"])
def test_every_kind_of_token_can_be_read(
    browser: Browser, fixture_home: str, scheme: Scheme, kind: str
) -> None:
    tokens = "".join(f'<span class="{name}">{name}</span> ' for name in STANDARD_TYPES.values())
    block = (
        f'<div class="language-python {kind} highlighter-rouge" id="tokens"><div class="highlight">'
        f'<pre class="highlight"><code>{tokens}</code></pre></div></div>'
    )
    with visit(browser, f"{fixture_home}{POST}", scheme=scheme) as visited:
        visited.page.locator(".post-body").evaluate("(post, html) => post.innerHTML += html", block)
        assert visited.page.locator("#tokens span").count() > 70
        assert checks.low_contrasts(visited.page, within="#tokens") == []


def test_output_stands_on_another_ground_than_code(browser: Browser, fixture_home: str) -> None:
    ground = "node => getComputedStyle(node).backgroundColor"
    with visit(browser, f"{fixture_home}{POST}") as visited:
        code = visited.page.locator(".language-python pre").first.evaluate(ground)
        output = visited.page.locator(".litpost-output pre").first.evaluate(ground)
        assert code != output == "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize(
    "box", [".language-python pre", ".litpost-table", ".litpost-math", ".litpost-output pre"]
)
def test_what_is_too_wide_scrolls_in_its_box_and_by_keyboard(
    browser: Browser, fixture_home: str, box: str
) -> None:
    with visit(browser, f"{fixture_home}{POST}", width=NARROW) as visited:
        found = visited.page.locator(box).first
        assert found.evaluate("node => node.scrollWidth > node.clientWidth")
        assert found.evaluate("node => getComputedStyle(node).overflowX") == "auto"
        assert found.get_attribute("tabindex") == "0"


# Layout


def test_a_small_figure_stands_beside_its_text_where_there_is_room(
    browser: Browser, fixture_home: str
) -> None:
    for width, beside in ((WIDE, True), (NARROW, False)):
        with visit(browser, f"{fixture_home}{POST}", width=width) as visited:
            text = visited.page.locator(".litpost-side > p").bounding_box()
            figure = visited.page.locator(".litpost-side > figure").bounding_box()
        assert text is not None
        assert figure is not None
        if beside:
            assert figure["x"] >= text["x"] + text["width"]
            assert figure["y"] < text["y"]
            assert 320 <= figure["width"] <= 360
        else:
            assert figure["x"] == text["x"]
            assert figure["y"] >= text["y"] + text["height"]


def test_numbers_stand_under_each_other(browser: Browser, fixture_home: str) -> None:
    style = "node => [getComputedStyle(node).textAlign, getComputedStyle(node).fontVariantNumeric]"
    with visit(browser, f"{fixture_home}{POST}") as visited:
        table = visited.page.locator(".litpost-table")
        assert table.locator("td").first.evaluate(style) == ["right", "tabular-nums"]
        assert table.locator("tbody th").first.evaluate(style)[0] == "left"
        assert table.locator("td.litpost-text").first.evaluate(style)[0] == "left"


def test_the_text_is_not_wider_than_can_be_read(browser: Browser, fixture_home: str) -> None:
    with visit(browser, f"{fixture_home}{POST}", width=1800) as visited:
        box = visited.page.locator(".post-body").bounding_box()
    assert box is not None
    assert box["width"] == 740


@pytest.mark.parametrize(("width", "opened"), [(WIDE, True), (NARROW, False)])
def test_the_table_of_contents_is_open_where_there_is_room(
    browser: Browser, fixture_home: str, width: int, opened: bool
) -> None:
    with visit(browser, f"{fixture_home}{POST}", width=width) as visited:
        assert visited.page.locator(".toc a").first.is_visible() == opened


def test_the_table_of_contents_marks_where_the_reader_is(
    browser: Browser, fixture_home: str
) -> None:
    with visit(browser, f"{fixture_home}{POST}") as visited:
        entry = visited.page.locator(".toc a", has_text="코드와 출력")
        entry.click()
        expect(visited.page.locator(".toc a[aria-current]")).to_have_text(["코드와 출력"])


# Keyboard


def test_the_first_tab_stop_skips_to_the_content(browser: Browser, fixture_home: str) -> None:
    with visit(browser, f"{fixture_home}{POST}") as visited:
        page = visited.page
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.inner_text() == "본문으로 건너뛰기"
        box = focused.bounding_box()
        assert box is not None
        assert box["width"] > 50
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"


def test_focus_can_be_seen(browser: Browser, fixture_home: str) -> None:
    with visit(browser, f"{fixture_home}{POST}") as visited:
        for _ in range(8):
            visited.page.keyboard.press("Tab")
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert visited.page.evaluate(outline) == "solid"
