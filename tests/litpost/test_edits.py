"""Random programs, edited at random: an incremental build writes what a clean one does.

The incremental builds go through the command line. Those of some programs are processes ``python -m
litpost build``, whose sessions start as an author's do: two in five in ``make test``, which makes
some hundred edits, always the same; one in four in ``make soak``, which makes ``EDITS=`` of them,
from a seed that it prints and that ``SEED=`` repeats. Those of most others call the command's
function, `litpost.cli.main`, in the test's process, and their sessions are forked
(`tests.litpost.forks`): that takes a quarter of the time. So are those of all clean builds, and of
a few programs that are built with sessions kept warm, as ``litpost serve`` builds. Both builds must
end with the same exit status and message, and write the same bytes.

360 edits of a soak took 96 s of one core: 20,000 should take an hour and a half of one, or
three quarters of an hour of two that do nothing else.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from litpost.sessions import Sessions
from tests.litpost.blog import Blog
from tests.litpost.forks import forking
from tests.litpost.incremental import Built, build, build_by_command, build_by_process, check
from tests.litpost.programs import VARIABLES, Edited, draw_history

EDITS_EACH = 6  # of one program
PROGRAMS = 6  # of one test
SEED = os.environ.get("SEED", "0")
WAYS = {"process": 2 if "EDITS" in os.environ else 4, "serve": 1, "command": 5}  # how often
TESTS = max(1, int(os.environ.get("EDITS", "324")) // (EDITS_EACH * PROGRAMS))


def go(history: Sequence[Edited], folder: Path, way: str) -> None:
    """Lay a program and its edits into a blog one by one, and build both ways after each."""
    blog = Blog(folder / "blog")
    (blog.root / "_literate").mkdir(parents=True)
    with building(blog, way) as build, pytest.MonkeyPatch.context() as patch:
        for number, edited in enumerate(history):
            edited.program.tree.lay(blog)
            if edited.touched and (blog.root / edited.touched).exists():
                os.utime(blog.root / edited.touched, (1, 1))
            if way != "serve":  # whose environment never changes
                for name in VARIABLES:
                    patch.delenv(name, raising=False)
                for name, value in edited.program.environment.items():
                    patch.setenv(name, value)
            try:
                check(blog, folder, build)
            except AssertionError as error:
                for each in history[: number + 1]:
                    error.add_note(str(each))
                raise


@contextlib.contextmanager
def building(blog: Blog, way: str) -> Iterator[Callable[[Blog], Built]]:
    """Give the function that makes incremental builds."""
    if way == "serve":
        sessions = Sessions(blog.root, "en", is_warm=True)
        with forking(), contextlib.closing(sessions):
            yield functools.partial(build, sessions=sessions)
    else:
        yield build_by_process if way == "process" else build_by_command


@pytest.mark.parametrize("shard", range(TESTS))
def test_after_any_edits_incremental_and_clean_builds_agree(
    shard: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = Random(f"{SEED} {shard}")
    for _ in range(PROGRAMS):
        history, [way] = draw_history(rng, EDITS_EACH), rng.choices([*WAYS], [*WAYS.values()])
        go(history, tmp_path_factory.mktemp("edits"), way)
