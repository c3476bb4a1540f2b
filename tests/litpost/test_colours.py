"""Colours that can be read and told apart, in both schemes, computed from the files themselves."""

from __future__ import annotations

import itertools
import re

import pytest

from litpost.session.defaults import CYCLE
from litpost.theme import COMMON, THEMES, load_theme

THEME_NAMES = sorted(file.parent.name for file in THEMES.glob("*/theme.toml"))
SHEET = (COMMON / "litpost.css").read_text(encoding="utf-8")
CODE_GROUNDS = {"light": ("#ffffff", "#f4f6f5", "#eeeeee"), "dark": ("#2a2a2a", "#333333")}
"""What the themes put behind code; their own colours are checked in the browser, too."""

# Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113: severity 1, on linear RGB.
VISION = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}  # fmt: skip

RGB = tuple[float, float, float]


def linear(colour: str) -> RGB:
    values = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return r, g, b


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of luminances."""
    weights = (0.2126, 0.7152, 0.0722)
    pair = [
        sum(w * v for w, v in zip(weights, linear(c), strict=True)) + 0.05 for c in (one, other)
    ]
    return max(pair) / min(pair)


def lab(colour: RGB) -> RGB:
    r, g, b = (min(1.0, max(0.0, value)) for value in colour)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: str, other: str, vision: str) -> float:
    seen = []
    for colour in (one, other):
        rgb = linear(colour)
        r, g, b = (sum(w * v for w, v in zip(row, rgb, strict=True)) for row in VISION[vision])
        seen.append(lab((r, g, b)))
    return sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5


def variables(scheme: str) -> dict[str, str]:
    start = ":root {" if scheme == "light" else '[data-color-scheme="dark"] {'
    block = SHEET.partition(start)[2].partition("}")[0]
    return dict(re.findall(r"--litpost-([\w-]+): (#[0-9a-f]{6});", block))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_token_of_code_can_be_read(scheme: str) -> None:
    colours = variables(scheme)
    tokens = re.findall(r"\.highlight [^{}]*\{ color: var\(--litpost-([\w-]+)\)", SHEET)
    assert len(set(tokens)) > 8
    for token in {*tokens, "text", "muted"}:
        for ground in CODE_GROUNDS[scheme]:
            assert contrast(colours[token], ground) >= 4.5, (token, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_notes_and_errors_can_be_read(scheme: str) -> None:
    colours = variables(scheme)
    for kind in ("warn", "error"):
        assert contrast(colours[kind], colours[f"{kind}-ground"]) >= 4.5, kind


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_can_be_read_on_lines_that_are_pointed_at(scheme: str) -> None:
    colours = variables(scheme)
    for token in set(re.findall(r"\.highlight [^{}]*\{ color: var\(--litpost-([\w-]+)\)", SHEET)):
        assert contrast(colours[token], colours["mark"]) >= 4.5, token


@pytest.mark.parametrize("name", THEME_NAMES)
def test_figures_stand_out_on_every_ground(name: str) -> None:
    for scheme, colours in load_theme(name).colours.items():
        assert contrast(colours.ink, colours.ground) >= 7, scheme
        for colour in CYCLE:
            assert contrast(colour, colours.ground) >= 3, (scheme, colour)


@pytest.mark.parametrize("vision", VISION)
def test_the_first_colours_of_data_can_be_told_apart(vision: str) -> None:
    for one, other in itertools.combinations(CYCLE[:5], 2):
        assert difference(one, other, vision) > 20, (one, other)
