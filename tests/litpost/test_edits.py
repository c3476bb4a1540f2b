"""Random programs, edited at random: an incremental build writes what a clean one does.

The incremental builds go through the command line. Those of some programs are processes ``python -m
litpost build``, whose sessions start as an author's do: half of them in ``make test``, which makes
some hundred edits, always the same, and a quarter in ``make soak``, which makes ``EDITS=`` of them,
from a seed that it prints and that ``SEED=`` repeats. Those of the others call the command's
function, `litpost.cli.main`, in the test's process, and their sessions are forked
(`tests.litpost.forks`): that takes a quarter of the time. So are those of all clean builds. Both
builds must end with the same exit status and message, and write the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from tests.litpost.blog import Blog
from tests.litpost.incremental import Built, build_by_command, build_by_process, check
from tests.litpost.programs import Edited, draw_history

EDITS_EACH = 6  # of one program
PROGRAMS = 6  # of one test
SEED = os.environ.get("SEED", "0")
SHARE = 0.25 if "EDITS" in os.environ else 0.5  # of the programs that are built by processes
TESTS = max(1, int(os.environ.get("EDITS", "324")) // (EDITS_EACH * PROGRAMS))


def go(history: Sequence[Edited], folder: Path, build: Callable[[Blog], Built]) -> None:
    """Lay a program and its edits into a blog one by one, and build both ways after each."""
    blog = Blog(folder / "blog")
    (blog.root / "_literate").mkdir(parents=True)
    for number, edited in enumerate(history):
        edited.program.tree.lay(blog)
        if edited.touched and (blog.root / edited.touched).exists():
            os.utime(blog.root / edited.touched, (1, 1))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in edited.program.environment.items():
                patch.setenv(name, value)
            try:
                check(blog, folder, build)
            except AssertionError as error:
                for each in history[: number + 1]:
                    error.add_note(str(each))
                raise


@pytest.mark.parametrize("shard", range(TESTS))
def test_after_any_edits_incremental_and_clean_builds_agree(
    shard: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = Random(f"{SEED} {shard}")
    for _ in range(PROGRAMS):
        history = draw_history(rng, EDITS_EACH)
        build = build_by_process if rng.random() < SHARE else build_by_command
        go(history, tmp_path_factory.mktemp("edits"), build)
