"""Figures as PNGs: one plot, drawn in the ink and ground of each scheme."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from litpost.theme import load_theme
from tests.litpost.blog import Blog, cell

PLOT = """\
import matplotlib as mpl
import matplotlib.pyplot as plt
ink, ground = mpl.rcParams["text.color"], mpl.rcParams["figure.facecolor"]
plt.plot([1, 2], color=ink, linewidth=20, marker="s")
plt.scatter([0.5], [1.2], color=ink)
plt.title("Title");"""


def png(blog: Blog, suffix: str) -> Image.Image:
    data = (blog.root / blog.image("plot", suffix)).read_bytes()
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image.load()
    return image


def colours(image: Image.Image) -> set[str]:
    found = image.getcolors(1 << 24) or []
    return {"#{:02x}{:02x}{:02x}".format(*colour) for _, colour in found}


@pytest.fixture
def drawn(blog: Blog) -> Blog:
    blog.build(cell(PLOT, "label: plot", "fig-alt: A line", "fig-format: png"))
    return blog


def test_a_png_is_drawn_in_the_colours_of_each_scheme(drawn: Blog) -> None:
    light, dark = load_theme("mrgreen").colours.values()
    pictures = {light: png(drawn, "png"), dark: png(drawn, "dark.png")}
    for colour, other in ((light, dark), (dark, light)):
        assert {colour.ink, colour.ground} <= colours(pictures[colour])
        assert not {other.ink, other.ground} & colours(pictures[colour])
    assert pictures[light].size == pictures[dark].size


def test_a_png_is_shown_at_half_its_pixels(drawn: Blog) -> None:
    width, height = png(drawn, "png").size
    shown = re.findall(r'width="(\d+)" height="(\d+)" alt="A line"', drawn.body())
    assert shown == [(str(round(width / 2)), str(round(height / 2)))] * 2
    assert '<div class="litpost-dark"><img src="/assets/img/posts/try/plot-' in drawn.body()


def test_a_theme_with_one_scheme_gets_one_png(blog: Blog) -> None:
    blog.write("_config.yml", "litpost: {theme: beautiful-jekyll}\n")
    blog.build(cell(PLOT, "label: plot", "fig-alt: A line", "fig-format: png"))
    assert blog.read().count("<img") == 1
    assert not list(blog.root.rglob("*.dark.png"))


def test_a_second_drawing_is_the_same_to_the_byte(drawn: Blog) -> None:
    first = drawn.files()
    drawn.build(cell("1", "include: false") + cell(PLOT + "\n", "label: plot",
                "fig-alt: A line", "fig-format: png", "timeout: 99"))  # fmt: skip
    assert [p for p in drawn.files() if p.endswith("png")] == [
        p for p in first if p.endswith("png")
    ]


def test_another_format_is_an_error(blog: Blog) -> None:
    message = blog.failure(cell(PLOT, "fig-format: pdf"))
    assert "cell option `fig-format` is 'pdf'; it takes `svg` or `png`" in message
