"""Random programs, edited at random: an incremental build writes what a clean one does.

The incremental builds go through the command line. Those of some programs are processes ``python -m
litpost build``, whose sessions start as an author's do: two in five in ``make test``, which makes
some hundred edits, always the same; one in four in ``make soak``, which makes ``EDITS=`` of them,
from a seed that it prints and that ``SEED=`` repeats. Those of most others call the command's
function, `litpost.cli.main`, in the test's process, and their sessions are forked
(`tests.litpost.forks`): that takes a quarter of the time. So are those of all clean builds, and of
a few programs that are built with sessions kept warm, as ``litpost serve`` builds. In two of three
of those that aren't processes, all steps count as slow, so that what they compute is kept. Both
builds must end with the same exit status and message, and write the same bytes.

Hypothesis draws the programs and the edits. Where the builds differ, it looks for a short program
and few edits after which they do, for five minutes at most, and shows these. A soak ends with the
third failure.

20,000 edits take about an hour of two cores that do nothing else.
"""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from litpost.sessions import Sessions
from tests.litpost.blog import Blog
from tests.litpost.forks import forking
from tests.litpost.incremental import Built, build, build_by_command, build_by_process, check
from tests.litpost.programs import VARIABLES, Edited, edits, programs

EDITS_EACH = 6  # of one program
PROGRAMS = 9  # of one test; from the tenth on, Hypothesis would repeat parts of the last one
SEED = os.environ.get("SEED", "0")
WAYS = ["command"] * 5 + ["process"] * (2 if "EDITS" in os.environ else 4) + ["serve"]
SLOW = [0, 0, float("inf")]  # seconds: from which on results of steps are kept
TESTS = max(1, int(os.environ.get("EDITS", "324")) // (EDITS_EACH * PROGRAMS))
SETTINGS = settings(
    max_examples=PROGRAMS,
    stateful_step_count=1 + EDITS_EACH,  # the first writes the program
    phases=[Phase.generate, Phase.shrink],
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    print_blob=False,  # the seed repeats it
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class EditedBlog(RuleBasedStateMachine):
    """A blog with one program, which is built both ways after each edit.

    `checked` is told the edits after which both builds have agreed.
    """

    def __init__(self, folder: Path, checked: list[str]) -> None:
        super().__init__()
        self.checked = checked
        self.history: list[Edited] = []
        self._open = contextlib.ExitStack()
        scratch = tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True)
        self._folder = Path(self._open.enter_context(scratch))
        self._blog = Blog(self._folder / "blog")

    @initialize(program=programs(), way=st.sampled_from(WAYS), slow=st.sampled_from(SLOW))
    def start(self, program: Edited, way: str, slow: float) -> None:
        (self._blog.root / "_literate").mkdir(parents=True)
        self._environment = self._open.enter_context(pytest.MonkeyPatch.context())
        self._environment.setattr("litpost.values.SLOW", slow)
        self._is_warm = way == "serve"
        self._build = self._open.enter_context(building(self._blog, way))
        self._check(program)

    @rule(edited=st.runner().flatmap(lambda machine: edits(machine.history)))
    def edit(self, edited: Edited) -> None:
        self._check(edited)
        self.checked.append(edited.what)

    def _check(self, edited: Edited) -> None:
        """Lay a program into the blog and build it both ways."""
        self.history.append(edited)
        edited.program.tree.lay(self._blog)
        if edited.touched and (self._blog.root / edited.touched).exists():
            os.utime(self._blog.root / edited.touched, (1, 1))
        if not self._is_warm:  # `litpost serve` has one environment as long as it runs
            for name in VARIABLES:
                self._environment.delenv(name, raising=False)
            for name, value in edited.program.environment.items():
                self._environment.setenv(name, value)
        check(self._blog, self._folder, self._build)

    def teardown(self) -> None:
        self._open.close()


@contextlib.contextmanager
def building(blog: Blog, way: str) -> Iterator[Callable[[Blog], Built]]:
    """Give the function that makes incremental builds."""
    if way == "serve":
        sessions = Sessions(blog.root, "en", is_warm=True)
        with forking(), contextlib.closing(sessions):
            yield functools.partial(build, sessions=sessions)
    else:
        yield build_by_process if way == "process" else build_by_command


@pytest.fixture
def _drawn_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have draws depend on the seed alone.

    Hypothesis draws some numbers from those in the code of all modules that happen to be loaded.
    """
    monkeypatch.setattr(HypothesisProvider, "_maybe_draw_constant", lambda *a, **k: None)


@pytest.mark.usefixtures("_drawn_alike")
@pytest.mark.parametrize("shard", range(TESTS))
def test_after_any_edits_incremental_and_clean_builds_agree(shard: int, tmp_path: Path) -> None:
    checked: list[str] = []

    @seed(f"{SEED} {shard}")
    def start() -> EditedBlog:
        return EditedBlog(tmp_path, checked)

    # Once in a while, Hypothesis would end a program early.
    run_state_machine_as_test(start, settings=SETTINGS, _min_steps=EDITS_EACH)
    assert len(checked) >= EDITS_EACH * PROGRAMS
