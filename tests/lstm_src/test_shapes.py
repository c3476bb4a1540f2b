import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path

from lstm_src.shapes import ARROW, CORNER, DIM, JUMP, Dot, Label, Layer, Operation, Pen, Wire
from tests.lstm_src.drawing import GROUND, INK, sentinels


@pytest.fixture(autouse=True)
def _sentinels():
    with sentinels():
        yield


def drawn(*shapes, **pen):
    ax = Figure().add_subplot()
    ax.set(xlim=(0, 10), ylim=(0, 10))
    for shape in shapes:
        shape.draw(Pen(ax, 10, **pen))
    return ax


def route(*points):
    [line] = [p for p in drawn(Wire(points, arrow=False)).patches if isinstance(p, PathPatch)]
    return line.get_path()


def strengths(ax):
    return [patch.get_facecolor()[3] or patch.get_edgecolor()[3] for patch in ax.patches]


def test_a_wire_without_a_turn_is_straight():
    assert route((1, 1), (5, 1)).vertices.tolist() == [[1, 1], [5, 1]]


def test_a_wire_turns_in_a_quarter_of_a_circle():
    path = route((1, 1), (5, 1), (5, 9))
    [bend] = [curve for curve, code in path.iter_bezier() if code == Path.CURVE4]
    from_centre = bend(np.linspace(0, 1, 9)) - (5 - CORNER, 1 + CORNER)
    assert np.linalg.norm(from_centre, axis=1) == pytest.approx(CORNER, rel=1e-3)


def test_a_wire_jumps_where_it_goes_straight_on_through_a_point():
    line = route((5, 1), (5, 4), (5, 9))
    crossed = Path([(4, 4), (5 + JUMP / 2, 4)])
    beside = Path([(5 + JUMP / 2, 4), (6, 4)])
    assert not line.intersects_path(crossed, filled=False)
    assert line.intersects_path(beside, filled=False)
    assert line.vertices[-1].tolist() == [5, 9]


def test_an_arrow_ends_at_the_wires_end_and_the_line_before_it():
    head, line = drawn(Wire(((1, 1), (5, 1)))).patches
    assert isinstance(head, Polygon)
    assert head.get_xy()[:, 0].max() == 5
    assert 5 - ARROW < line.get_path().vertices[-1][0] < 5


@pytest.mark.parametrize(
    "shape",
    [
        Wire(((1, 1), (5, 1)), frozenset({"cell"}), "cell"),
        Dot((1, 1), frozenset({"cell"}), "cell"),
        Layer((1, 1), "σ", frozenset({"cell"}), "cell"),
        Operation((1, 1), "×", frozenset({"cell"})),
    ],
    ids=lambda shape: type(shape).__name__,
)
def test_a_shape_is_dimmed_unless_its_path_is_lit(shape):
    assert set(strengths(drawn(shape))) == {1}
    assert set(strengths(drawn(shape, lit="cell"))) == {1}
    assert DIM in strengths(drawn(shape, lit="forget"))


def test_what_has_no_signal_is_ink_on_ground():
    sign = drawn(Operation((1, 1), "tanh"))
    [text] = sign.texts
    assert text.get_color() == (INK, 1.0)
    assert sign.patches[0].get_facecolor() == pytest.approx(to_rgba(GROUND))


def test_labels_grow_with_the_pens_text_but_what_is_in_a_shape_does_not():
    shapes = (Label((1, 1), "$h_t$"), Layer((5, 5), "σ"))
    normal, large = drawn(*shapes).texts, drawn(*shapes, text=1.5).texts
    growth = [b.get_fontsize() / a.get_fontsize() for a, b in zip(normal, large, strict=True)]
    assert growth == pytest.approx([1.5, 1])


def test_a_shifted_pen_moves_patches_and_texts_alike():
    layer = Layer((1, 1), "σ")
    here, there = drawn(layer), drawn(layer, shift=3)
    moved = there.texts[0].get_position()[0] - here.texts[0].get_position()[0]
    boxes = [
        ax.transData.inverted().transform(ax.patches[0].get_window_extent()) for ax in (here, there)
    ]
    assert moved == 3
    assert boxes[1] - boxes[0] == pytest.approx(np.array([[3, 0], [3, 0]]))
