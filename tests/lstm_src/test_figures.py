import inspect

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh

from lstm_src import figures
from lstm_src.figures import (
    _spread,
    _ticks,
    plot_dependencies,
    plot_gate_activations,
    plot_gradient_norms,
    plot_losses,
)
from lstm_src.palette import LANGUAGES, SIGNALS, signal
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

TIME, UNITS = 20, 5
BACK = np.arange(TIME)[::-1]
NORMS = {"vanishing": 0.5**BACK, "exploding": 1.4**BACK, "lstm": 0.98**BACK}
UNIFORM = np.random.default_rng(0).uniform(size=(TIME, UNITS))
ACTIVATIONS = {
    "forget": UNIFORM,
    "input": UNIFORM[::-1],
    "candidate": 2 * UNIFORM - 1,
    "output": UNIFORM**2,
}
CHANGES = np.tril(0.5 ** np.abs(np.subtract.outer(np.arange(12), np.arange(12))))

LOSSES = {"Rnnlm": 5 * 0.9 ** np.arange(30), "BetterRnnlm": 5 * 0.95 ** np.arange(30)}

PLOTS = [
    pytest.param(plot, data, language, id=f"{plot.__name__} {language}")
    for plot, data in [
        (plot_gradient_norms, NORMS),
        (plot_gradient_norms, {"a": BACK + 1.0, "b": BACK + 1.1, "c": BACK + 1.2}),
        (plot_gate_activations, ACTIVATIONS),
        (plot_gate_activations, {"cell": 3 * UNIFORM}),
        (plot_dependencies, CHANGES),
        (plot_dependencies, [[1.0]]),
        (plot_losses, LOSSES),
        (plot_losses, {"a": [3.0]}),
    ]
    for language in LANGUAGES
]


@pytest.fixture(autouse=True)
def _sentinels():
    with sentinels():
        yield


def meshes(figure):
    """Return the heat maps, without the scales beside them."""
    found = [c for ax in figure.axes for c in ax.collections if isinstance(c, QuadMesh)]
    return [mesh for mesh in found if mesh.axes.get_label() != "<colorbar>"]


def line(figure, color, dashes="-"):
    [found] = [
        each
        for each in figure.axes[0].lines
        if each.get_color() == color and each.get_linestyle() == dashes and each.get_alpha() is None
    ]
    return found


def color_of(figure, word):
    [text] = [text for text in texts(figure) if text.get_text() == word]
    return text.get_color()


@pytest.mark.parametrize(("plot", "data", "language"), PLOTS)
def test_no_two_labels_overlap(plot, data, language):
    assert overlaps(plot(data, language=language)) == []


@pytest.mark.parametrize(("plot", "data", "language"), PLOTS)
def test_everything_is_on_the_paper(plot, data, language):
    figure = plot(data, language=language)
    left, bottom, right, top = crop(figure).extents
    width, height = figure.get_size_inches()
    assert min(left, bottom, width - right, height - top) >= 0.03  # inches


@pytest.mark.parametrize(("plot", "data", "language"), PLOTS)
def test_every_text_is_large_enough_for_a_phone(plot, data, language):
    figure = plot(data, language=language)
    at_full_size = [text.get_fontsize() for text in texts(figure)]
    assert figure.get_figwidth() == 7.2
    assert min(at_full_size) >= 11


@pytest.mark.parametrize(("plot", "data", "language"), PLOTS)
def test_only_ink_ground_and_the_palette_are_used(plot, data, language):
    figure = plot(data, language=language)
    palette = {each.color for each in SIGNALS.values()}
    assert svg_colors(figure) <= {INK, GROUND, *palette}
    assert darkest(figure) >= 120  # nothing black either


@pytest.mark.parametrize(("plot", "data", "language"), PLOTS)
def test_the_same_call_gives_the_same_bytes_without_a_complaint(plot, data, language, caplog):
    once, twice = (svg(plot(data, language=language)) for _ in range(2))
    assert once == twice
    assert "<image" not in once
    assert caplog.text == ""


@pytest.mark.parametrize(("plot", "data", "language"), PLOTS)
def test_an_unknown_language_is_an_error_that_names_all(plot, data, language):
    with pytest.raises(ValueError, match="unknown language 'fr': it can be ko, en"):
        plot(data, language="fr")


# Gradient norms


def test_the_last_step_is_no_step_back():
    figure = plot_gradient_norms(NORMS)
    assert figure.axes[0].get_yscale() == "log"
    for name, color, dashes in [
        ("vanishing", signal("hidden").color, "-"),
        ("exploding", signal("hidden").color, "--"),
        ("lstm", signal("cell").color, "-"),
    ]:
        drawn = line(figure, color, dashes)
        assert drawn.get_xdata().tolist() == list(range(TIME))
        assert drawn.get_ydata() == pytest.approx(NORMS[name][::-1])


def test_known_curves_are_labelled_in_words_at_their_ends():
    figure = plot_gradient_norms(NORMS, language="en")
    placed = {text: (box.y0 + box.y1) / 2 for text, box in boxes(figure)}
    for label, name in [("simple RNN: vanishing", "vanishing"), ("LSTM", "lstm")]:
        _, height = figure.axes[0].transData.transform((TIME - 1, NORMS[name][0]))
        assert placed[label] == pytest.approx(height, abs=3)
    assert color_of(figure, "LSTM") == signal("cell").color


def test_other_curves_are_their_own_labels_in_ink():
    figure = plot_gradient_norms({"‖U‖ = 0.9": 0.9**BACK, "‖U‖ = 1.1": 1.1**BACK})
    assert color_of(figure, "‖U‖ = 0.9") == INK
    assert line(figure, INK, "-").get_ydata()[-1] == pytest.approx(0.9 ** (TIME - 1))
    assert line(figure, INK, "--").get_ydata()[-1] == pytest.approx(1.1 ** (TIME - 1))


def test_a_gradient_that_is_0_ends_its_curve():
    figure = plot_gradient_norms({"lstm": [0, 0, 0.5, 1]})
    assert line(figure, signal("cell").color).get_ydata()[:2] == pytest.approx([1, 0.5])
    assert np.isnan(line(figure, signal("cell").color).get_ydata()[2:]).all()


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ({}, "expected at least one curve, found none"),
        ({"lstm": [[1.0]]}, r"curve 'lstm': expected shape \(time,\), found \(1, 1\)"),
        ({"lstm": []}, r"curve 'lstm': expected shape \(time,\), found \(0,\)"),
        ({"lstm": [1, np.inf]}, "curve 'lstm': expected finite numbers, found inf"),
        ({"lstm": [1, -2]}, "curve 'lstm': expected no negative numbers, found -2"),
        ({"lstm": [0, 0]}, "curve 'lstm': expected a number above 0 .* found zeros only"),
    ],
)
def test_curves_that_cannot_be_drawn_are_refused(curves, message):
    with pytest.raises(ValueError, match=message):
        plot_gradient_norms(curves)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_labels_are_moved_apart_in_their_order_and_not_above_the_axes(heights):
    spread = np.array(_spread(heights, 0.075))
    order = np.argsort(heights, kind="stable")
    assert (np.diff(spread[order]) >= 0.075 - 1e-9).all()
    assert spread.max() <= 1


def test_labels_that_are_apart_stay_where_they_are():
    assert _spread([0.5, 0.1, 0.9], 0.075) == [0.5, 0.1, 0.9]


# Gate activations


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_gate_has_a_panel_with_its_name_and_symbol_in_its_color(language):
    figure = plot_gate_activations(ACTIVATIONS, language=language)
    for name in ACTIVATIONS:
        assert color_of(figure, signal(name).name(language)) == signal(name).color
        assert color_of(figure, signal(name).symbol) == signal(name).color


def test_a_panel_shows_units_from_top_to_bottom_over_time():
    figure = plot_gate_activations(ACTIVATIONS)
    for mesh, values in zip(meshes(figure), ACTIVATIONS.values(), strict=True):
        assert np.array_equal(mesh.get_array(), values.T)
        assert mesh.axes.get_xlim() == (0.5, TIME + 0.5)
        assert mesh.axes.get_ylim() == (UNITS + 0.5, 0.5)
        assert mesh.axes.get_xticks().tolist() == [1, 5, 10, 15, 20]
        assert mesh.axes.get_yticks().tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("name", "values", "limits"),
    [
        ("forget", UNIFORM, (0, 1)),
        ("input", 0 * UNIFORM, (0, 1)),
        ("candidate", UNIFORM, (-1, 1)),
        ("hidden", -UNIFORM / 9, (-1, 1)),
        ("cell", UNIFORM * 0 - 2.5, (-3, 3)),
        ("cell", UNIFORM * 0, (-1, 1)),
    ],
)
def test_a_signals_scale_does_not_depend_on_chance(name, values, limits):
    [mesh] = meshes(plot_gate_activations({name: values}))
    assert (mesh.norm.vmin, mesh.norm.vmax) == limits


def test_nothing_is_ground_less_is_ink_and_more_is_the_signals_color():
    [mesh] = meshes(plot_gate_activations({"candidate": [[-1.0, 1.0]]}))
    less, more = mesh.cmap(0.0, bytes=True), mesh.cmap(1.0, bytes=True)
    assert [f"#{bytes(color)[:3].hex()}" for color in (less, more)] == [
        INK,
        signal("candidate").color,
    ]
    assert mesh.cmap(0.5)[3] == 0


def test_labels_stand_at_the_outer_panels_only():
    gates = dict(list(ACTIVATIONS.items())[:3])
    shown = words(plot_gate_activations(gates, language="en"))
    assert shown.count("time step t") == 2  # under the second panel is no third
    assert shown.count("unit") == 2


@pytest.mark.parametrize(
    ("activations", "message"),
    [
        ({}, "expected at least one signal, found none"),
        ({"reset": UNIFORM}, "unknown signal 'reset': it can be forget, input"),
        ({"forget": UNIFORM[0]}, r"forget: expected shape \(time, units\), found \(5,\)"),
        ({"forget": UNIFORM, "input": UNIFORM[1:]}, r"input: .*\(20, 5\), found \(19, 5\)"),
        ({"forget": UNIFORM + np.nan}, "forget: expected finite numbers, found nan"),
        ({"forget": [[0.5, 1.5]]}, "forget: expected values from 0 to 1, found 0.5 to 1.5"),
        ({"candidate": [[-2, 0]]}, "candidate: expected values from -1 to 1, found -2 to 0"),
    ],
)
def test_activations_that_cannot_be_drawn_are_refused(activations, message):
    with pytest.raises(ValueError, match=message):
        plot_gate_activations(activations)


@pytest.mark.parametrize(
    ("size", "ticks"),
    [
        (1, [1]),
        (5, [1, 2, 3, 4, 5]),
        (7, [1, 3, 5, 7]),
        (20, [1, 5, 10, 15, 20]),
        (32, [1, 10, 20, 30]),
        (1000, [1, 200, 400, 600, 800, 1000]),
    ],
)
def test_ticks_are_round_and_few(size, ticks):
    assert _ticks(size) == ticks


# Dependencies


def test_what_is_exactly_0_is_left_out_and_marked_by_a_dot():
    figure = plot_dependencies(CHANGES)
    [mesh] = meshes(figure)
    assert np.array_equal(mesh.get_array().mask, CHANGES == 0)
    [dots] = figure.axes[0].lines
    marked = {(int(x), int(y)) for x, y in dots.get_xydata()}
    assert marked == {(k, t) for t in range(1, 13) for k in range(t + 1, 13)}
    assert "정확히 0" in words(figure)


def test_zeros_below_the_diagonal_are_marked_and_the_triangle_is_not_named():
    changes = CHANGES.T
    assert "exactly 0" not in words(plot_dependencies(changes, language="en"))


def test_even_the_least_change_is_seen():
    [mesh] = meshes(plot_dependencies(CHANGES))
    assert mesh.cmap(0.0)[3] > 0.1


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (CHANGES[0], r"matrix: expected shape \(time, time\), found \(12,\)"),
        (CHANGES[1:], r"matrix: expected shape \(11, 11\), found \(11, 12\)"),
        (-CHANGES, "matrix: expected no negative numbers, found -1"),
        (0 * CHANGES, "matrix: expected a number above 0 .* found zeros only"),
    ],
)
def test_a_matrix_that_cannot_be_drawn_is_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        plot_dependencies(matrix)


# Losses


def test_a_loss_is_drawn_as_its_perplexity_and_labelled_at_its_end():
    figure = plot_losses(LOSSES, language="en")
    placed = {text: (box.y0 + box.y1) / 2 for text, box in boxes(figure)}
    for name, dashes in [("Rnnlm", "-"), ("BetterRnnlm", "--")]:
        drawn = line(figure, INK, dashes)
        assert drawn.get_xdata().tolist() == list(range(1, 31))
        assert drawn.get_ydata() == pytest.approx(np.exp(LOSSES[name]))
        _, height = figure.axes[0].transData.transform((30, np.exp(LOSSES[name][-1])))
        assert placed[name] == pytest.approx(height, abs=3)
    assert {"epoch", "perplexity"} <= set(words(figure))
    assert {"에폭", "퍼플렉서티"} <= set(words(plot_losses(LOSSES)))


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ({}, "expected at least one curve, found none"),
        ({"a": [[1.0]]}, r"curve 'a': expected shape \(epochs,\), found \(1, 1\)"),
        ({"a": [1, np.nan]}, "curve 'a': expected finite numbers, found nan"),
        ({"a": [1, -2]}, "curve 'a': expected no negative numbers, found -2"),
    ],
)
def test_losses_that_cannot_be_drawn_are_refused(curves, message):
    with pytest.raises(ValueError, match=message):
        plot_losses(curves)


def test_figures_are_drawn_without_pyplot_and_leave_the_settings_alone():
    before = dict(mpl.rcParams)
    for plot, data in [
        (plot_gradient_norms, NORMS),
        (plot_gate_activations, ACTIVATIONS),
        (plot_dependencies, CHANGES),
        (plot_losses, LOSSES),
    ]:
        FigureCanvasAgg(plot(data)).draw()
    assert dict(mpl.rcParams) == before
    assert "pyplot" not in inspect.getsource(figures)
