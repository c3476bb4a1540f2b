"""Cross-references and their numbers, the names of figures' files, and how wide they are shown."""

from __future__ import annotations

import re

import pytest

from litpost.errors import SourceError
from litpost.parser import parse
from litpost.references import check_references, numbers
from litpost.source import Source
from tests.litpost.blog import FIGURES, Blog, cell

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
TABLE = "import pandas as pd\npd.DataFrame({'a': [1]})"
PATH = "_literate/2024-01-02-try.md"


def figure(label: str) -> str:
    return cell("x", f"label: {label}", "fig-cap: c", "fig-alt: a")


def source(body: str) -> Source:
    return parse(f"---\ntitle: t\n---\n{body}", PATH)


def test_each_kind_is_counted_for_itself_in_order() -> None:
    body = "\n".join(
        [
            figure("b"),
            cell("x", "label: t", "tbl-cap: c"),
            figure("a"),
            cell("x", "label: unnumbered"),
            cell("x", "label: step", "lst-cap: c"),
            "$$x$$ {#eq-x}\n",
            "$$y$$\n",
            "See @fig-a, (@tbl-t) and @eq-x.\n",
        ]
    )
    assert numbers(source(body)) == {
        "fig-b": 1, "tbl-t": 1, "fig-a": 2, "lst-step": 1, "eq-x": 1,
    }  # fmt: skip


def test_without_a_reference_only_prefixed_labels_are_numbered() -> None:
    assert numbers(source(figure("a"))) == {}
    assert numbers(source(figure("fig-a"))) == {"fig-a": 1}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (figure("lstm") + "\nSee @fig-lstn.", ":11: `@fig-lstn`: nothing here has that label; did"),
        (cell("x", "label: a") + "\n@fig-a", ":9: `@fig-a`: that cell has no `#| fig-cap:`"),
        ("$$a$$ {#eq-a}\n\n$$b$$ {#eq-a}\n", ":6: `eq-a` is taken already, in line 4"),
    ],
)  # fmt: skip
def test_a_wrong_reference_is_told_by_its_line(body: str, message: str) -> None:
    [problem] = map(str, check_references(source(body)))
    assert problem.startswith(PATH + message)


def test_addresses_and_other_ats_are_no_references() -> None:
    body = "me@fig-a.org, @someone, `@fig-b`, <a@fig-c>, [x](http://a/@fig-d), @decorator\n"
    assert list(check_references(source(body))) == []


def test_the_label_of_a_formula_says_what_it_is() -> None:
    with pytest.raises(SourceError, match="the label of a formula starts with `eq-`"):
        source("$$a$$ {#a}\n")


def test_references_link_and_captions_are_numbered(blog: Blog) -> None:
    blog.write("_config.yml", "default_lng: ko\n")
    text = blog.shown(
        cell(PLOT, "label: line", "fig-cap: 선 (@tbl-frame)", "fig-alt: a", "lst-cap: 코드 *글*")
        + "\n"
        + cell(TABLE, "label: frame", "tbl-cap: T")
        + "\n@fig-line와 @tbl-frame, @lst-line, **@eq-x**.\n\n$$\nx\n$$ {#eq-x}\n"
    )
    figure, table = '<a href="#fig-line">그림 1</a>', '<a href="#tbl-frame">표 1</a>'
    assert f"{figure}와 {table}, " in text
    assert '<a href="#lst-line">코드 1</a>, **<a href="#eq-x">식 (1)</a>**.' in text
    assert f"<figcaption><b>그림 1.</b> 선 ({table})</figcaption>" in text
    assert "<figcaption><b>표 1.</b> T</figcaption>" in text
    listing = '<p class="litpost-caption" id="lst-line"><b>코드 1.</b> 코드 <em>글</em></p>\n\n```'
    assert listing in text
    for name in re.findall(r'href="#([^"]+)"', text):
        assert text.count(f'id="{name}"') == 1


def test_a_reference_to_a_figure_that_was_not_drawn_is_an_error(blog: Blog) -> None:
    body = cell("x = 1", "label: a", "fig-cap: c", "fig-alt: a") + "\n@fig-a\n"
    assert "`@fig-a`: the cell of that label shows nothing of the kind" in blog.failure(body)


def test_a_changed_figure_gets_another_name_and_the_old_file_goes(blog: Blog) -> None:
    blog.build(cell(PLOT, "label: line", "fig-alt: a"))
    old = blog.image("line")
    assert f'src="/{old}"' in blog.read()
    blog.build(cell(PLOT + "\nplt.title('new');", "label: line", "fig-alt: a"))
    new = blog.image("line")
    assert new != old
    assert f'src="/{new}"' in blog.read()
    blog.build("No figure.\n")
    assert list((blog.root / FIGURES).iterdir()) == []


def test_several_figures_of_a_cell_have_names_of_their_own(blog: Blog) -> None:
    code = "import matplotlib.pyplot as plt\nfor n in (1, 2):\n    plt.figure(); plt.plot([n])"
    text = blog.shown(cell(code, "label: two", "fig-alt: a", "fig-cap: c"))
    assert f'src="/{blog.image("two")}"' in text
    assert f'src="/{blog.image("two-2")}"' in text
    assert text.count('id="fig-two"') == text.count("<figcaption>") == 1


@pytest.mark.parametrize(
    ("width", "shown"),
    [("300", 'width="300" height="150" alt="a">'), ("60px", 'width="60" height="30" alt="a">'),
     ("50%", 'width="400" height="200" alt="a" style="width: 50%">')],
)  # fmt: skip
def test_a_figure_is_shown_as_wide_as_asked(blog: Blog, width: str, shown: str) -> None:
    code = 'from IPython.display import SVG\nSVG(\'<svg width="400" height="200"></svg>\')'
    text = blog.shown(cell(code, "label: s", "fig-alt: a", f"out-width: {width}"))
    assert shown in text


@pytest.mark.parametrize("width", ["wide", "0", "-1px", "50em", "true"])
def test_a_width_that_is_none_is_an_error(width: str) -> None:
    with pytest.raises(SourceError, match="it takes pixels or percents"):
        source(cell("x", f"out-width: {width}"))
