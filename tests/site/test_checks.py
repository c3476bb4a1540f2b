"""The checks themselves: each finds the fault that it is there for, and nothing in a sound page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page

from tests.site import checks

pytestmark = pytest.mark.browser

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
IMAGE = f'<img src="{PIXEL}" width="40" height="40" alt="a point">'
FIGURE = f"""<style>.litpost-dark {{ display: none }}</style><figure id="f">
<div class="litpost-light">{IMAGE}</div><div class="litpost-dark">{IMAGE}</div></figure>"""
SOUND = f"""<h1 id="a">Sound</h1><p>Text with <code>{{{{ code }}}}</code>, <a href="#a">a link</a>
and 1 &lt; 2.</p><pre><code>```\n{{% raw %}}\n<div></code></pre>{FIGURE}
<script>const liquid = "{{{{";</script>"""

Check = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 600})
    yield context.new_page()
    context.close()


def test_a_sound_page_has_no_problems(page: Page) -> None:
    page.set_content(SOUND)
    assert checks.check_page(page) == []


@pytest.mark.parametrize(
    ("check", "html"),
    [
        (checks.broken_images, '<img src="data:image/png;base64,AA" alt="x">'),
        (checks.broken_images, '<div hidden><img src="data:image/png;base64,AA" alt="x"></div>'),
        (checks.stretched_images, IMAGE.replace('width="40"', 'width="80"')),
        (checks.missing_alts, f'<img src="{PIXEL}">'),
        (checks.missing_alts, f'<div class="post-body"><img src="{PIXEL}" alt=""></div>'),
        (checks.leftovers, "<p>{{ site.title }}</p>"),
        (checks.leftovers, "<p>{% raw %}</p>"),
        (checks.leftovers, "<p>```python</p>"),
        (checks.leftovers, "<p>{: .litpost-output}</p>"),
        (checks.leftovers, "<p>$$ x $$</p>"),
        (checks.leftovers, "<p>\\[ x \\]</p>"),
        (checks.leftovers, "<p>the state $h_t$</p>"),
        (checks.leftovers, '<p>&lt;div class="x"&gt;</p>'),
        (checks.leftovers, '<pre><code>f"{{ "{{" }}x}}"</code></pre>'),
        (checks.leftovers, "<p><code>python\nx = 1\ny = 2\n</code></p>"),
        (checks.overflows, '<div style="width: 500px">wide</div>'),
        (partial(checks.wrong_figures, scheme="dark"), FIGURE),
        (partial(checks.wrong_figures, scheme="light"), FIGURE.replace("none", "block")),
        (partial(checks.wrong_figures, scheme="light"), FIGURE.replace("-dark {", "-light {")),
        (checks.low_contrasts, '<p style="color: #999">pale</p>'),
        (checks.low_contrasts, '<div style="background: #333"><p style="color: #666">x</p></div>'),
        (checks.low_contrasts, '<p style="color: rgb(0 0 0 / 40%)">pale</p>'),
        (checks.broken_anchors, '<a href="#nowhere">x</a>'),
        (checks.broken_anchors, '<p id="a"></p><p id="a"></p>'),
        (checks.wrong_headings, "<h2>no h1</h2>"),
    ],
)
def test_a_fault_is_found(page: Page, check: Check, html: str) -> None:
    page.set_content(html)
    assert len(check(page)) >= 1


@pytest.mark.parametrize(
    ("check", "html"),
    [
        (checks.leftovers, "<p>from $5 to $10</p>"),
        (checks.overflows, '<div style="overflow: auto"><p style="width: 500px">x</p></div>'),
        (checks.low_contrasts, '<h2 style="color: #777; font-size: 24px">large</h2>'),
        (checks.low_contrasts, '<p hidden style="color: #fff">unseen</p>'),
        (checks.missing_alts, f'<img src="{PIXEL}" alt="">'),
        (checks.stretched_images, IMAGE.replace('width="40"', 'width="80" style="height:auto"')),
    ],
)
def test_what_is_allowed_is_left_alone(page: Page, check: Check, html: str) -> None:
    page.set_content(html)
    assert check(page) == []
