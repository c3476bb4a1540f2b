import re
from collections import Counter

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch, PathPatch

from lstm_src.diagram import CELL_SHAPES, LAYER_SHAPES, LIT_WIDTH, PATHS, draw_cell, draw_cover
from lstm_src.palette import LANGUAGES, SIGNALS, signal
from lstm_src.shapes import DIM
from tests.lstm_src.drawing import (
    GROUND,
    INK,
    boxes,
    crop,
    darkest,
    overlaps,
    sentinels,
    svg,
    svg_colors,
    texts,
    words,
)

GATES = ("forget", "input", "candidate", "output")
PALETTE = {each.color for each in SIGNALS.values()}
SYMBOLS = {
    "$x_t$": 1,
    "$h_{t{-}1}$": 1,
    "$C_{t{-}1}$": 1,
    "$C_t$": 1,
    "$h_t$": 2,
    "$f_t$": 1,
    "$i_t$": 1,
    r"$\tilde{C}_t$": 1,
    "$o_t$": 1,
    "σ": 3,
    "tanh": 2,
}
# With a path lit, the signals that are drawn in full strength.
LIT = {
    "forget": {"forget", "cell", "hidden"},
    "input": {"input", "candidate", "hidden"},
    "candidate": {"candidate", "hidden"},
    "output": {"output", "cell", "hidden"},
    "cell": {"cell", "forget", "input", "candidate"},
    "hidden": {"hidden", "cell"},
}
DRAWINGS = [
    pytest.param(draw, settings, id=" ".join([draw.__name__, *settings.values()]))
    for language in LANGUAGES
    for draw, settings in [
        (draw_cell, {"language": language}),
        (draw_cover, {"language": language}),
        *((draw_cell, {"language": language, "lit": path}) for path in PATHS),
    ]
]
CELLS = [drawing.values[1] for drawing in DRAWINGS if drawing.values[0] is draw_cell]


@pytest.fixture(autouse=True)
def _sentinels():
    with sentinels():
        yield


def strongly_painted(figure):
    """Return the colours of patches without transparency."""
    colors = [color for patch in figure.axes[0].patches for color in paint(patch)]
    return {to_hex(color) for color in colors if color[3] == 1}


def paint(patch):
    line = [patch.get_edgecolor()] if patch.get_linewidth() else []
    return [patch.get_facecolor(), *line]


def gate_boxes(figure):
    """Return each gate's colour and strength, from the filled boxes."""
    found = [p.get_facecolor() for p in figure.axes[0].patches if isinstance(p, FancyBboxPatch)]
    return {to_hex(color): color[3] for color in found if to_hex(color) in PALETTE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cell_shows_every_symbol(language):
    shown = Counter(words(draw_cell(language=language)))
    assert {text: shown[text] for text in SYMBOLS} == SYMBOLS


def test_the_cell_names_every_signal_in_korean_and_english():
    shown = words(draw_cell(language="ko"))
    for each in SIGNALS.values():
        assert {each.ko, each.en} <= set(shown)


def test_the_cell_names_every_signal_in_english_alone():
    shown = " ".join(words(draw_cell(language="en")))
    assert not re.search("[가-힣]", shown)
    for each in SIGNALS.values():
        assert each.en in shown


def test_every_gates_box_has_its_color():
    assert [shape.signal for shape in LAYER_SHAPES] == list(GATES)
    assert gate_boxes(draw_cell()) == {signal(gate).color: 1 for gate in GATES}


@pytest.mark.parametrize(("lit", "signals"), LIT.items())
def test_only_what_belongs_to_a_lit_path_is_drawn_in_full_strength(lit, signals):
    painted = strongly_painted(draw_cell(lit=lit)) - {INK, GROUND}
    assert painted == {signal(name).color for name in signals}


@pytest.mark.parametrize("lit", PATHS)
def test_a_lit_gates_box_shines_and_all_others_are_dimmed(lit):
    expected = {signal(gate).color: 1 if gate == lit else DIM for gate in GATES}
    assert gate_boxes(draw_cell(lit=lit)) == pytest.approx(expected)


@pytest.mark.parametrize("lit", PATHS)
def test_lighting_a_path_changes_strength_and_nothing_else(lit):
    whole, part = (draw_cell(lit=path).axes[0].patches for path in (None, lit))
    assert len(part) > 50
    for one, other in zip(part, whole, strict=False):  # the whole cell has a key, too
        assert np.array_equal(one.get_path().vertices, other.get_path().vertices)
    assert set(SYMBOLS) <= set(words(draw_cell(lit=lit)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lit", PATHS)
def test_a_lit_path_is_the_only_one_named(lit, language):
    shown = words(draw_cell(lit=lit, language=language))
    names = [each.name(language) for each in SIGNALS.values()]
    assert [text for text in shown if text in names] == [signal(lit).name(language)]


@pytest.mark.parametrize("lit", PATHS)
def test_lit_labels_are_10_pixels_high_or_more_at_320_pixels(lit):
    pixels_per_point = 320 / (72 * LIT_WIDTH)
    labels = [text for text in texts(draw_cell(lit=lit)) if text.get_text() not in ("σ", "tanh")]
    assert min(text.get_fontsize() for text in labels) * pixels_per_point >= 10


def test_every_shape_belongs_to_a_path():
    for shape in CELL_SHAPES[1:]:  # the first is the body, which is never dimmed
        assert shape.paths
        assert shape.paths <= set(PATHS)


@pytest.mark.parametrize(("draw", "settings"), DRAWINGS)
def test_no_two_labels_overlap(draw, settings):
    assert overlaps(draw(**settings)) == []


@pytest.mark.parametrize(("draw", "settings"), DRAWINGS)
def test_no_line_goes_through_a_label(draw, settings):
    figure = draw(**settings)
    for text, box in boxes(figure):
        for line in figure.axes[0].patches:
            if isinstance(line, PathPatch):
                path = line.get_transform().transform_path(line.get_path())
                assert not path.intersects_bbox(box, filled=False), text


@pytest.mark.parametrize("settings", CELLS)
def test_a_label_is_inside_a_shape_or_outside_of_it(settings):
    figure = draw_cell(**settings)
    for text, box in boxes(figure):
        for patch in figure.axes[0].patches:
            if not isinstance(patch, PathPatch):
                shape = patch.get_window_extent()
                inside = shape.contains(*box.min) and shape.contains(*box.max)
                assert inside or not shape.overlaps(box), text


@pytest.mark.parametrize("settings", CELLS)
def test_every_label_is_on_the_paper(settings):
    figure = draw_cell(**settings)
    for text, box in boxes(figure):
        assert figure.bbox.contains(*box.min), text
        assert figure.bbox.contains(*box.max), text


def test_all_lit_drawings_are_cropped_alike():
    figures = [draw_cell(lit=path, language=language) for path in PATHS for language in LANGUAGES]
    assert np.ptp([crop(figure).bounds for figure in figures], axis=0) == pytest.approx(0, abs=1e-9)


def test_a_cell_is_the_same_drawing_at_any_width():
    small, large = draw_cell(width=3.6), draw_cell(width=7.2)
    assert large.get_size_inches() == pytest.approx(2 * small.get_size_inches())
    for one, other in zip(texts(small), texts(large), strict=True):
        assert other.get_fontsize() == pytest.approx(2 * one.get_fontsize())


def test_the_cover_is_1200_by_630_pixels_with_margins():
    figure = draw_cover()
    assert (figure.get_size_inches() * figure.dpi).tolist() == [1200, 630]
    for _, box in boxes(figure):
        assert box.y0 >= 40
        assert box.y1 <= 630 - 40


def test_the_cover_is_not_cropped_by_a_tight_bounding_box():
    assert crop(draw_cover()).bounds == pytest.approx((0, 0, 12, 6.3))


def test_the_cover_fades_into_the_ground_at_its_sides():
    canvas = FigureCanvasAgg(draw_cover())
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    ground = [int(GROUND[i : i + 2], 16) for i in (1, 3, 5)]
    assert np.abs(pixels[:, [0, -1]] - ground).max() <= 8


@pytest.mark.parametrize(("draw", "settings"), DRAWINGS)
def test_only_ink_ground_and_the_palette_are_used(draw, settings):
    figure = draw(**settings)
    assert svg_colors(figure) <= {INK, GROUND, *PALETTE}
    assert darkest(figure) >= 120  # nothing black either


@pytest.mark.parametrize("mathtext", ["dejavusans", "cm", "stix"])
def test_the_same_call_gives_the_same_bytes_without_a_complaint(mathtext, caplog):
    with mpl.rc_context({"mathtext.fontset": mathtext}):
        assert svg(draw_cell()) == svg(draw_cell())
    assert caplog.text == ""


def test_an_unknown_path_is_an_error_that_names_all():
    with pytest.raises(ValueError, match=r"unknown path 'reset'.*forget, input.* cell, hidden"):
        draw_cell(lit="reset")


@pytest.mark.parametrize("draw", [draw_cell, draw_cover])
def test_an_unknown_language_is_an_error_that_names_all(draw):
    with pytest.raises(ValueError, match="unknown language 'fr': it can be ko, en"):
        draw(language="fr")
