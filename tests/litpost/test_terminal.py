"""What is shown on a terminal only: coloured differences, and the cell that runs."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Mapping

import pytest

from litpost.ansi import plain
from litpost.plan import Step
from litpost.progress import Progress
from litpost.source import Cell
from litpost.terminal import coloured, columns, cut
from tests.litpost.blog import POST, Blog, cell
from tests.litpost.running import source_of
from tests.litpost.terminals import on_terminal

COLOUR = "\x1b[3"
CLEAR = "\r\x1b[K"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "text", ["", "-a\n+b\n", "-\n\n-a\r\n+a\n", "Figure x.svg differs\n+no end"]
)
def test_colouring_changes_nothing_but_colours(text: str) -> None:
    assert plain(coloured(text)) == text


def test_differences_are_coloured_on_a_terminal_alone(blog: Blog) -> None:
    blog.build("One.\n")
    blog.source("Two.\n")
    for command in (["build", "--diff"], ["build", "--check", "--diff"], ["verify"]):
        piped = blog.litpost(*command)
        shown = on_terminal(blog.root, *command)
        assert "\x1b[31m-One." in shown, command
        assert "\x1b[32m+Two." in shown, command
        assert "\n-One.\n+Two.\n" in piped.stdout
        assert "\x1b" not in piped.stdout
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        shown = on_terminal(blog.root, "build", "--diff", **{name: value})
        assert "\n-One.\n+Two.\n" in shown, name
        assert COLOUR not in shown, name
    assert COLOUR not in on_terminal(blog.root, "build", "--diff", "--json")


def test_what_init_would_write_is_coloured(blog: Blog) -> None:
    blog.write("_config.yml", "theme: minima\n")
    assert "\x1b[32m+  theme: minima" in on_terminal(blog.root, "init")


def test_the_cell_that_runs_is_shown_and_its_line_cleared(blog: Blog) -> None:
    blog.source(cell("1", "label: one") + "\n" + cell("2") + "\nText `{python} 3`.\n")
    for command in (["build"], ["verify"]):
        shown = on_terminal(blog.root, *command)
        found = re.findall(r"\r\x1b\[K([^\r\x1b]+)", shown)
        assert re.search(r"cell `one` \(line 11\), 1 of 3: 0 s, \d s in all", found[0]), command
        assert re.search(r"cell \(line 15\), 2 of 3: 0 s, \d s in all", shown), command
        assert shown.rpartition(CLEAR)[2].split()[-1] == POST, command
        assert shown.count(POST) == 1, command
    blog.source(cell("1 + 1"))
    assert " of 1" not in on_terminal(blog.root, "build", CI="true")
    blog.source(cell("1 + 2"))
    assert " of 1" not in on_terminal(blog.root, "build", TERM="dumb")


def cells(*codes: str) -> list[Cell]:
    return [step for step in source_of(*codes).steps() if isinstance(step, Cell)]


def a_step(code: str, *options: str) -> Step:
    [block] = cells(cell(code, *options))
    request: Mapping[str, str] = {"code": code}
    return Step("key", block, request, 1.0, "engine")


def test_times_go_on_while_a_cell_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    stream, now = Terminal(), [100.0]
    with Progress("a.md", stream, clock=lambda: now[0], pulse=0.001) as progress:
        now[0] += 2
        progress.step(a_step("1", "label: slow"), 2, 3)
        now[0] += 75
        while "1 min 15 s" not in stream.getvalue():
            time.sleep(0.001)
    assert "a.md: cell `slow` (line 6), 2 of 3: 1 min 15 s, 1 min 17 s in all" in stream.getvalue()
    assert stream.getvalue().endswith(CLEAR)


def test_the_line_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    stream = Terminal()
    with Progress("_literate/2024-05-01-" + "가" * 60 + ".md", stream) as progress:
        progress.step(a_step("1", "label: slow"), 1, 1)
    line = stream.getvalue().split(CLEAR)[1]
    assert line.endswith("…: 0 s, 0 s in all")
    assert cut(line, columns(stream) - 1) == line
