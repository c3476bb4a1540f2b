"""`make shots` takes a picture of every page, in each scheme and width."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.site.building import build, copy_site, write_post
from tests.site.server import serve
from tests.site.shots import shoot

pytestmark = [pytest.mark.site, pytest.mark.browser]


def picture(folder: Path, name: str) -> Image.Image:
    with Image.open(folder / "shots" / name) as image:
        image.load()
    return image


def test_every_page_of_every_language_is_taken_in_each_scheme_and_width(
    jekyll: None, browser: Browser, tmp_path: Path
) -> None:
    site = copy_site(tmp_path / "site")
    write_post(site, "2024-01-01-a.md", "글", front_matter="title: 글\nlng_pair: a")
    write_post(site, "en/_posts/2024-01-01-a.md", "post", front_matter="title: A\nlng_pair: a")
    with serve(build(site)) as home:
        taken = list(shoot(browser, home, tmp_path / "shots"))
    pages = {path.name.partition(".")[0] for path in taken}
    assert pages >= {"home", "posts-2024-01-01-a", "en-2024-01-01-a", "tags"}
    for page in pages:
        names = [path.name for path in taken if path.name.startswith(f"{page}.")]
        sizes = {(name.split(".")[1], picture(tmp_path, name).width) for name in names}
        assert sizes == {("light", 1200), ("light", 390), ("dark", 1200), ("dark", 390)}
    light, dark = (picture(tmp_path, f"home.{scheme}.390.png") for scheme in ("light", "dark"))
    assert light.getpixel((1, 1)) != dark.getpixel((1, 1))
