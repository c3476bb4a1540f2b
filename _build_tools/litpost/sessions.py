"""Where sessions come from: started when they are needed, or made ready ahead of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from litpost.runner import Session, SessionError, run_step

if TYPE_CHECKING:
    from litpost.plan import Step
    from litpost.trace import Trace
    from litpost.values import Values

PATIENCE = 60.0  # seconds for a drawing


@dataclass(frozen=True)
class Rerun:
    """A step to run once more, ahead of a build that may need what it does.

    Attributes
    ----------
    step
        What to run.
    exists
        The variables that there are at its place of the source, with their digests.
    declared
        What it is said to read besides what the session sees.
    known
        What a session has seen it read.
    trace
        What it has done: it is to do the same.
    given
        The variables to bring in before it, with their digests.
    """

    step: Step
    exists: Mapping[str, str]
    declared: Mapping[str, str | None]
    known: Mapping[str, str | None]
    trace: Trace
    given: Mapping[str, str] = field(default_factory=dict)


class Sessions:
    """Starts the sessions of a source.

    Parameters
    ----------
    root
        The folder that steps run in.
    language
        The language that `litpost.lang` says.
    is_warm
        After a build, have a session run what the next one will need if the same step is edited
        again: a session that has done so has run no other steps than one that a build starts.
    """

    def __init__(self, root: Path, language: str, *, is_warm: bool = False) -> None:
        self._root, self._language, self._is_warm = root, language, is_warm
        self._spare: _Spare | None = None
        self._ahead: tuple[tuple[Rerun, ...], Values | None, bool] | None = None
        self._over: list[Session] = []
        self._ending: list[Thread] = []

    def get_ready(self) -> None:
        """Start a session if there is none: it gets ready while a source is read and planned."""
        if self._spare is None:
            self._spare = _Spare(self._new)

    def warm_up(
        self, reruns: Iterable[Rerun], values: Values | None = None, *, draws: bool = False
    ) -> None:
        """Have `run_ahead` run steps, unless nobody will want it.

        If the step that comes then `draws` figures, it gets ready for that, too.
        """
        if self._is_warm:
            self._close_spare()
            self._ahead = tuple(reruns), values, draws

    @property
    def reruns(self) -> tuple[Rerun, ...]:
        """What the session has run, or is running, that `take` returns."""
        return self._spare.reruns if self._spare else ()

    def take(self) -> tuple[Session, Sequence[Trace]] | None:
        """Return the session that has run `reruns`, once it has, and what these did.

        There is none if one of them hasn't done what it did before.
        """
        spare, self._spare = self._spare, None
        if spare is None:
            return None
        traces = spare.wait()
        if traces is not None:
            assert spare.session
            return spare.session, traces
        spare.close()
        return None

    def start(self) -> Session:
        """Return a session in which nothing has run."""
        if self.reruns:
            self._close_spare()
        taken = self.take()
        return taken[0] if taken else self._new()

    def _new(self) -> Session:
        return Session(self._root, self._language)

    def end(self, session: Session) -> None:
        """End a session: beside what follows, or after it if `run_ahead` is."""
        if self._is_warm:
            self._over.append(session)
            return
        session.stop()
        self._close(session)

    def _close(self, session: Session) -> None:
        """Close a session in a thread: that takes a while, in which a post can be written."""
        thread = Thread(target=session.close)
        thread.start()
        self._ending = [each for each in self._ending if each.is_alive()] + [thread]

    def run_ahead(self) -> None:
        """Start the session that is to run ahead of the next build, once this one is done.

        Whoever waits for the post has it by then.
        """
        while self._over:
            self._close(self._over.pop())
        if self._ahead:
            self._close_spare()
            self._spare = _Spare(self._new, *self._ahead)
            self._ahead = None

    def close(self) -> None:
        """End all sessions."""
        self._close_spare()
        self._ahead = None
        while self._over:
            self._over.pop().close()
        while self._ending:
            self._ending.pop().join()

    def _close_spare(self) -> None:
        if self._spare:
            self._spare.close()
            self._spare = None


class _Spare:
    """A session that starts, and runs steps ahead of their use, in a thread."""

    def __init__(
        self,
        start: Callable[[], Session],
        reruns: tuple[Rerun, ...] = (),
        values: Values | None = None,
        draws: bool = False,
    ) -> None:
        self.reruns, self._values, self._draws = reruns, values, draws
        self.session: Session | None = None
        self._has_begun = Event()
        self._traces: list[Trace] = []
        self._is_ready = False
        self._thread = Thread(target=self._run, args=(start,))
        self._thread.start()

    def _run(self, start: Callable[[], Session]) -> None:
        try:
            with contextlib.suppress(OSError):  # whoever starts another one will be told
                self.session = start()
        finally:
            self._has_begun.set()
        if self.session:
            self._traces += self._run_ahead(self.session)
            self._is_ready = len(self._traces) == len(self.reruns) and self._rehearse(self.session)

    def _run_ahead(self, session: Session) -> Iterator[Trace]:
        """Run the steps; yield what they do, up to one that does something else than before."""
        for rerun in self.reruns:
            if not self._give(session, rerun.given):
                return
            trace = run_step(
                session, rerun.step, rerun.exists,
                declared=rerun.declared, known=rerun.known, ahead=True,
            )  # fmt: skip
            if not trace.repeats(rerun.trace):
                return
            yield trace

    def _rehearse(self, session: Session) -> bool:
        """Have the session draw, if the next step will; say whether it has survived that."""
        try:
            return not self._draws or session.ask({"do": "rehearse"}, timeout=PATIENCE) == {}
        except SessionError:
            return False

    def _give(self, session: Session, slots: Mapping[str, str]) -> bool:
        if not slots:
            return True
        return self._values is not None and self._values.give(session, slots) == slots

    def wait(self) -> Sequence[Trace] | None:
        """Return what the steps did, if the session lives and all did what they did before."""
        self._thread.join()
        return self._traces if self._is_ready else None

    def close(self) -> None:
        """End the session, whatever it is doing."""
        self._has_begun.wait()
        if self.session:
            self.session.kill()
            self._thread.join()
            self.session.close()
