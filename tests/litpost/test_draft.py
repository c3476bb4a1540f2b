"""Posts that are written before their build is done, for whoever waits for them."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from litpost import builder, writer
from litpost.reports import PostReport
from tests.litpost.blog import FIGURES, MANIFEST, POST, SOURCE, Blog, cell

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, {}]);"
STRANGE = """class Strange:
    def __getattr__(self, name):
        if name == '__qualname__' and FAILS:  # which litpost asks for, once the cell has run
            import os
            os._exit(3)
        raise AttributeError(name)


value = Strange()"""


@dataclass
class Reader:
    """Somebody who waits for the post, and notes what there is whenever it was written.

    `asked` tells how many times cells had been asked for by then.
    """

    blog: Blog
    seen: list[Mapping[str, bytes]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def build(self, body: str, *, force: bool = False, dry: bool = False) -> PostReport:
        self.seen.clear()
        self.asked.clear()
        self.blog.source(body)
        runs: list[str] = []

        def written() -> None:
            self.seen.append(self.blog.files())
            self.asked.append(len(runs))

        return builder.build(
            SOURCE, self.blog.project, force=force, dry=dry, written=written,
            report=lambda step, number, count: runs.append(step.key),
        )  # fmt: skip


@pytest.fixture
def reader(blog: Blog) -> Reader:
    return Reader(blog)


def is_early(reader: Reader) -> bool:
    """Say whether the post was there before its manifest, and once."""
    [seen] = reader.seen
    now = reader.blog.files()
    assert seen[POST] == now[POST]
    return seen.get(MANIFEST) != now[MANIFEST]


def test_a_post_is_written_as_soon_as_it_is_known_what_its_cells_show(reader: Reader) -> None:
    for number in (2, 3):
        assert reader.build(cell(PLOT.format(number), "fig-alt: a line")).status == "written"
        assert is_early(reader)
    assert reader.build(cell(PLOT.format(3), "fig-alt: a line")).status == "unchanged"
    assert not reader.seen
    figures = [path for path in reader.blog.files() if path.startswith(FIGURES)]
    assert len(figures) == 2  # light and dark: those of the edit before are gone


MISSED = "try:\n    eval('long' + '_x')\nexcept BaseException:\n    pass\nprint({})"


@pytest.mark.parametrize(
    ("first", "last", "runs", "early"),
    [
        ("long_x = 1", "print({})", 1, True),
        ("long_x = 1", "print(long_x, {})", 2, True),
        ("import random\nrandom.random()", "print({})", 1, False),
        ("import wave", "print({})", 1, True),
        ("import wave", "__import__('wa' + 've')\nprint({})", 3, True),
        ("long_x = 1", MISSED, 3, True),
    ],
)
def test_nothing_is_written_before_it_is_certain(
    reader: Reader, first: str, last: str, runs: int, early: bool
) -> None:
    """A last cell that turns out to need the first one runs once more, after it."""
    for number in (1, 2):
        assert reader.build(f"{cell(first)}\n{cell(last.format(number))}").status == "written"
    assert reader.asked == [runs]
    assert is_early(reader) == early


def test_a_post_is_taken_back_if_its_build_fails_after_all(reader: Reader) -> None:
    def body(number: int, *, fails: bool) -> str:
        code = PLOT.format(number) + "\n" + STRANGE.replace("FAILS", str(fails))
        return cell(code, "fig-alt: a line")

    assert reader.build(body(2, fails=False)).status == "written"
    before = reader.blog.files()
    assert "exit status 3" in reader.build(body(3, fails=True)).message
    early, late = reader.seen
    assert early[POST] != before[POST]
    assert len(early) > len(before)  # the new figure was there
    assert late == reader.blog.files() == before


def test_what_somebody_else_has_written_meanwhile_is_not_taken_back(blog: Blog) -> None:
    code = PLOT.format(2) + "\n" + STRANGE
    blog.build(cell(code.replace("FAILS", "False"), "fig-alt: a line"))
    code = PLOT.format(3) + "\n" + STRANGE
    blog.source(cell(code.replace("FAILS", "True"), "fig-alt: a line"))
    before = blog.files().keys()
    writings = iter(["another's"])

    def written() -> None:
        for text in writings:
            blog.write(POST, text)

    assert builder.build(SOURCE, blog.project, written=written).status == "failed"
    assert blog.read() == "another's"
    assert len(blog.files().keys() - before) == 2  # it may show the figure, in light and dark


def test_of_a_post_that_can_not_be_written_nothing_is(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.build(cell(PLOT.format(2), "fig-alt: a line"))
    before = reader.blog.files()
    real = writer._replace

    def replace(file: Path, data: bytes) -> None:
        if file.suffix == ".md" and data != before[POST]:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file, data)

    monkeypatch.setattr(writer, "_replace", replace)
    report = reader.build(cell(PLOT.format(3), "fig-alt: a line"))
    assert "No space left" in report.message
    assert reader.blog.files() == before


def test_a_post_that_is_edited_by_hand_is_kept(reader: Reader) -> None:
    reader.build(cell("print(1)"))
    edited = reader.blog.read() + "by hand\n"
    reader.blog.write(POST, edited)
    assert "edited by hand" in reader.build(cell("print(2)")).message
    assert reader.blog.read() == edited
    assert not reader.seen
    assert reader.build(cell("print(2)"), force=True).status == "written"
    assert len(reader.seen) == 1


def test_a_post_that_is_edited_by_hand_as_its_cells_run_is_kept(reader: Reader) -> None:
    reader.build(cell("print(1)"))
    report = reader.build(cell(f"with open({POST!r}, 'a') as post:\n    post.write('by hand')"))
    assert "edited by hand" in report.message
    assert reader.blog.read().endswith("by hand")
    assert not reader.seen


def test_a_dry_build_writes_nothing(reader: Reader) -> None:
    reader.build(cell("print(1)"))
    before = reader.blog.files()
    assert reader.build(cell("print(2)"), dry=True).status == "stale"
    assert reader.blog.files() == before
    assert not reader.seen


def test_an_edit_of_prose_is_told_of(reader: Reader) -> None:
    for number in (1, 2):
        reader.build(f"{cell('print(1)')}\nProse {number}.\n")
        [seen] = reader.seen
        assert f"Prose {number}.".encode() in seen[POST]
