import dataclasses
import doctest
from itertools import combinations

import numpy as np
import pytest

from lstm_src import palette
from lstm_src.palette import LANGUAGES, SIGNALS, signal

# Machado, Oliveira and Fernandes 2009, table 1, severity 1.0, on linear RGB.
VISION = {
    "full": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
# Linear RGB to XYZ under D65 (IEC 61966-2-1), and the white that Lab is relative to.
XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # fmt: skip
WHITE = XYZ.sum(axis=1)


def linear_rgb(color):
    value = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def luminance(color):
    return float(XYZ[1] @ linear_rgb(color))


def lab(rgb):
    x, y, z = np.cbrt(XYZ @ np.clip(rgb, 0, 1) / WHITE)  # all are bright enough for the cube root
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("ground", ["#ffffff", "#2a2a2a"])
@pytest.mark.parametrize("name", SIGNALS)
def test_every_color_has_a_contrast_of_3_to_1_on_light_and_dark(name, ground):
    dark, light = sorted([luminance(signal(name).color), luminance(ground)])
    assert (light + 0.05) / (dark + 0.05) >= 3


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("pair", list(combinations(SIGNALS, 2)), ids="-".join)
def test_any_two_colors_stay_apart_in_every_vision(pair, vision):
    one, other = (lab(VISION[vision] @ linear_rgb(signal(name).color)) for name in pair)
    assert np.linalg.norm(one - other) >= 17  # 2.3 is just noticeable


def test_colors_symbols_and_names_are_each_given_once():
    for field in dataclasses.fields(palette.Signal):
        values = [getattr(each, field.name) for each in SIGNALS.values()]
        assert len(set(values)) == len(values)


def test_nobody_can_change_the_palette():
    with pytest.raises(TypeError):
        SIGNALS["forget"] = signal("input")
    with pytest.raises(dataclasses.FrozenInstanceError):
        signal("forget").color = "#000000"


def test_a_signal_has_a_name_in_every_language():
    assert [signal("forget").name(language) for language in LANGUAGES] == [
        "망각 게이트",
        "forget gate",
    ]


def test_an_unknown_signal_is_an_error_that_names_all():
    with pytest.raises(ValueError, match=r"unknown signal 'reset'.*forget, input, candidate, outp"):
        signal("reset")


def test_an_unknown_language_is_an_error_that_names_all():
    with pytest.raises(ValueError, match="unknown language 'fr': it can be ko, en"):
        signal("forget").name("fr")


def test_the_examples_in_the_docstrings_are_true():
    results = doctest.testmod(palette)
    assert results.attempted
    assert not results.failed
