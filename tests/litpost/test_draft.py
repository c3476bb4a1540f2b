"""Posts that are written before their build is done, for whoever waits for them."""

from __future__ import annotations

import errno
import fcntl
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from litpost import builder, draft, writer
from litpost.errors import LitpostError
from litpost.project import STORE
from litpost.reports import PostReport
from tests.litpost.blog import FIGURES, MANIFEST, POST, SOURCE, Blog, cell

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, {}]);"
STRANGE = """import os

fails = FAILS


class Strange:
    @property
    def __class__(self):  # which litpost asks for, once the cell has run
        if fails:
            os._exit(3)
        return Strange


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
        ("x = 1", "import os\nprint({})  # depends", 1, False),
    ],
)
def test_nothing_is_written_before_it_is_certain(
    reader: Reader, first: str, last: str, runs: int, early: bool
) -> None:
    """A last cell that turns out to need the first one runs once more, after it."""
    options = ("depends: _posts",) if "depends" in last else ()
    for number in (1, 2):
        body = f"{cell(first)}\n{cell(last.format(number), *options)}"
        assert reader.build(body).status == "written"
    assert reader.asked == [runs]
    assert is_early(reader) == early


def test_a_setting_of_a_cell_that_is_put_back_is_not_there(reader: Reader) -> None:
    """The first cell runs for `x`, and sets what the second one sets back."""
    cells = (
        "import decimal\nx = 1\ndecimal.getcontext().prec = 5",
        "decimal.getcontext().prec = 28",
        "print(x, decimal.Decimal(1) / 3, {})",
    )
    for number in (1, 2):
        body = "\n".join(cell(code.replace("{}", str(number))) for code in cells)
        assert reader.build(body).status == "written"
        assert is_early(reader)
        assert "1 0.3333333333333333333333333333 " in reader.blog.body()


def test_a_last_cell_that_fails_shows_nothing(reader: Reader) -> None:
    reader.build(cell("print(1)"))
    assert reader.build(cell("print(2)\n1 / 0")).status == "failed"
    assert not reader.seen


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


def test_what_another_build_has_found_there_is_not_taken_back(blog: Blog) -> None:
    def body(number: int, *, dies: bool) -> str:
        fails = f"{dies} and not os.path.exists('other')"
        code = PLOT.format(number) + "\n" + STRANGE.replace("FAILS", fails)
        return cell(code, "fig-alt: a line")

    blog.build(body(2, dies=False))
    blog.source(body(3, dies=True))
    others: list[str] = []

    def written() -> None:
        if not others:
            blog.write("other", "")
            others.append(builder.build(SOURCE, blog.project).status)
            (blog.root / "other").unlink()

    assert builder.build(SOURCE, blog.project, written=written).status == "failed"
    assert others == ["written"]
    assert builder.check(SOURCE, blog.project).status == "current"


def test_what_all_posts_share_is_not_taken_back(reader: Reader) -> None:
    reader.build(cell(STRANGE.replace("FAILS", "False")))
    [sheet] = [path for path in reader.blog.files() if path.endswith(".css")]
    before = reader.blog.files()
    reader.blog.write(sheet, "/* of an older litpost */")
    assert reader.build(cell("1\n" + STRANGE.replace("FAILS", "True"))).status == "failed"
    assert reader.blog.files() == before


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_what_is_written_stays_once_all_is(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    """The figures of the build before are removed then."""
    reader.build(cell(PLOT.format(2), "fig-alt: a line"))
    monkeypatch.setattr(draft, "remove", failing(error))
    with pytest.raises(error):
        reader.build(cell(PLOT.format(3), "fig-alt: a line"))
    shown = re.findall(rf"{FIGURES}/[\w.-]+", reader.blog.read())
    assert set(shown) <= reader.blog.files().keys()
    assert json.loads(reader.blog.read(MANIFEST))["outputs"].keys() >= set(shown)


def failing(error: type[BaseException]) -> Callable[..., None]:
    """Make a function that fails."""

    def fail(*_: object) -> None:
        raise error

    return fail


def test_an_interrupt_is_none_the_less_if_nothing_can_be_taken_back(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.build(cell("print(1)"))

    def interrupted() -> None:
        monkeypatch.setattr(draft, "write", failing(LitpostError))
        raise KeyboardInterrupt

    reader.blog.source(cell("print(2)"))
    with pytest.raises(KeyboardInterrupt):
        builder.build(SOURCE, reader.blog.project, written=interrupted)


def test_a_run_that_is_lost_leaves_no_figure(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that is lost as it keeps values runs again; this cell shows something else then."""
    reader.build(cell(PLOT.format(2), "fig-alt: a line"))
    keeps = iter([False])
    monkeypatch.setattr("litpost.values.Values.keep", lambda *_: next(keeps, True))
    code = f"import time\n{PLOT.format(2)}\nplt.title(time.time());"
    assert reader.build(cell(code, "fig-alt: a line")).status == "written"
    assert len(reader.seen) == 2
    figures = {path for path in reader.blog.files() if path.startswith(FIGURES)}
    assert figures == {p for p in reader.blog.manifest()["outputs"] if p.startswith(FIGURES)}


def test_all_that_was_written_is_taken_back(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"import time\nprint(time.time())\n{STRANGE}"
    fails = "os.path.exists('.git/dies')"
    reader.build(cell(code.replace("FAILS", fails)))
    before = reader.blog.files()

    def lose(*_: object) -> bool:
        reader.blog.write(".git/dies", "")  # which nobody watches
        return False

    monkeypatch.setattr("litpost.values.Values.keep", lose)
    assert reader.build(cell("1\n" + code.replace("FAILS", fails))).status == "failed"
    assert len({seen[POST] for seen in reader.seen}) == 3
    assert reader.blog.files() == before


def test_nobody_waits_for_the_lock_while_a_session_does(reader: Reader) -> None:
    reader.build(cell("print(1)"))
    with (reader.blog.root / STORE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        timer = threading.Timer(1, fcntl.flock, [lock, fcntl.LOCK_UN])
        timer.start()
        assert reader.build(cell("print(2)")).status == "written"
        timer.join()
    assert not is_early(reader)


def test_a_post_that_was_gone_is_said_to_be_written(reader: Reader) -> None:
    body = cell("print(1)", "cache: false")
    reader.build(body)
    (reader.blog.root / POST).unlink()
    assert reader.build(body).status == "written"


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
    assert is_early(reader)


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
