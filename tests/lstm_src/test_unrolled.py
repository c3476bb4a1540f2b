import matplotlib as mpl
import pytest

from lstm_src.palette import LANGUAGES, signal
from lstm_src.unrolled import draw_unrolled
from tests.lstm_src.drawing import (
    GROUND,
    INK,
    crop,
    darkest,
    overlaps,
    sentinels,
    svg,
    svg_colors,
    texts,
    words,
)


@pytest.fixture(autouse=True)
def _sentinels():
    with sentinels():
        yield


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("steps", [2, 4, 6])
def test_an_unrolled_network_is_drawn_in_ink_ground_and_its_signals_colors(steps, language):
    figure = draw_unrolled(steps=steps, language=language)
    states = {signal("cell").color, signal("hidden").color}
    assert states <= svg_colors(figure) <= states | {INK, GROUND}
    assert darkest(figure) > 0x20
    assert overlaps(figure) == []
    width, height = figure.get_size_inches()
    box = crop(figure)
    assert box.x0 >= -0.01
    assert box.y0 >= -0.01
    assert box.x1 <= width + 0.01
    assert box.y1 <= height + 0.01
    assert svg(figure) == svg(draw_unrolled(steps=steps, language=language))


@pytest.mark.parametrize("steps", [2, 4, 6])
def test_every_step_has_its_input_and_output(steps):
    shown = words(draw_unrolled(steps=steps))
    indices = [*map(str, range(1, steps)), "T"]
    for index in indices:
        assert shown.count(f"$x_{{{index}}}$") == 1
        assert shown.count(f"$h_{{{index}}}$") == 1
    assert shown.count("LSTM") == steps


def test_names_are_in_the_language_and_color_of_what_they_name():
    for language, name in zip(LANGUAGES, ("셀 상태", "cell state"), strict=True):
        [label] = [t for t in texts(draw_unrolled(language=language)) if t.get_text() == name]
        assert mpl.colors.to_hex(label.get_color()) == signal("cell").color


@pytest.mark.parametrize("settings", [{"steps": 1}, {"steps": 7}, {"language": "fr"}])
def test_what_cannot_be_drawn_is_refused(settings):
    with pytest.raises(ValueError, match=r"expected 2 to 6, found|unknown language 'fr'"):
        draw_unrolled(**settings)
