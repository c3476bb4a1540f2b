"""Takes a plan through its steps: what is stored and still right is taken over, the rest runs.

A step is *current* if a stored trace of it has read what is there now. Any other runs. For that, a
session needs the variables, modules and settings that the step reads: the steps that wrote them
run again first, and only those. Which ones is a guess, made from the step's words and its earlier
traces; whether it was right is seen afterwards, by what the step has read. If it wasn't, all steps
up to this one run in order in a new session, as in a clean build.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Thread
from types import MappingProxyType

from litpost.environment import session_environment
from litpost.history import Done, Written, live_after, variables
from litpost.plan import Plan, Step
from litpost.reasons import because_of
from litpost.runner import Session, run_step
from litpost.sessions import Rerun, Sessions
from litpost.slices import Search, Slice
from litpost.state import Slots, State
from litpost.store import Store
from litpost.trace import Failure, Reads, Trace, stored_trace
from litpost.values import Values
from litpost.versions import Versions, parse
from litpost.world import LOADED, text_digest

NO_STORE = "nothing that is stored is used"


@dataclass(frozen=True)
class Run:
    """What came of a plan: what was done up to and with the first step that failed, if one did."""

    done: Mapping[str, Done]
    reads: Reads
    failed: Step | None = None

    @property
    def traces(self) -> dict[str, Trace]:
        """The traces by the keys of their steps."""
        return {key: done.trace for key, done in self.done.items()}


class _LostError(Exception):
    """A session was lost as it kept values."""


class Execution:
    """One way through a plan.

    Parameters
    ----------
    plan
        The steps.
    root
        Folder that they run in.
    store
        Where traces are kept.
    values
        Where values are kept.
    versions
        Tells the versions of distributions.
    uses_store
        Whether what is stored may be taken over.
    sessions
        Starts the sessions.
    report
        Is told of each step before it runs, with its number and the count of all.
    meanwhile
        What to do in a thread while the first step runs.
    shown
        Is told what all steps show once the last one has run, while it is found out what that one
        has read; and whether that is certain: else it may have to run again.
    """

    def __init__(
        self,
        plan: Plan,
        root: Path,
        *,
        store: Store | None,
        versions: Versions,
        values: Values | None = None,
        uses_store: bool = True,
        sessions: Sessions | None = None,
        report: Callable[[Step, int, int], None] = lambda step, number, count: None,
        meanwhile: Callable[[], None] = lambda: None,
        shown: Callable[[Mapping[str, Trace], bool], None] = lambda traces, is_certain: None,
    ) -> None:
        self._sessions = sessions or Sessions(root, plan.language)
        self._plan, self._root, self._store, self._versions = plan, root, store, versions
        self._uses_store, self._values, self._report = uses_store, values, report
        self._meanwhile: Callable[[], None] | None = meanwhile
        self._shown = shown
        self._session: Session | None = None
        self._live: dict[str, str] = {}
        self._asked: list[str] = []
        self._given: dict[str, dict[str, str]] = {}
        self._first: int | None = None
        self._history: list[tuple[Written, Done]] = []
        self._unstored: list[tuple[str, Trace]] = []
        self._state = self._start()

    def _start(self) -> State:
        layouts = {step.key: text_digest(step.code) for step in self._plan.steps}
        environment = session_environment(self._plan.language)
        return State(self._root, self._versions, environment, layouts)

    def run(self) -> Run:
        """Run what has to run."""
        try:
            failed = self._walk()
            if self._first is not None:
                ran = [done.trace for _, done in self._history[self._first :]]
                draws = any(map(_shows_images, ran[:1]))
                self._sessions.warm_up(self._reruns(), self._values, draws=draws)
        finally:
            self._store_traces()
            self._end_session()
            if self._first is not None:
                self._versions.look_again()
        done = {each.step.key: each for _, each in self._history}
        return Run(done, _all_reads(done.values()), failed)

    def foresee(self) -> Iterator[Done]:
        """Tell what would run, and why, without running anything.

        What a step that has to run will write isn't known; what reads it is said to have to run,
        and may turn out to be current. Of one whose code is new, not even that is known: what
        differs after it may be what it writes.
        """
        foreseen = list(self._foresee())
        whole = _first_reason(foreseen) if self._plan.is_one else ""
        yield from (replace(done, because=done.because or whole) for done in foreseen)

    def _foresee(self) -> Iterator[Done]:
        changing: dict[str, str] = {}
        new = ""
        for step in self._plan.steps:
            trace, because = self._find(step)
            former = trace or self._former(step)
            if because and former and new and step.cache is not False:
                differing = sorted(self._differing(former))
                if differing and all(slot[0] in "vma" for slot in differing):
                    because = _may_change(differing[0], new)
            if not because and former:
                because = next(
                    (_may_change(s, changing[s]) for s in sorted(former.reads) if s in changing),
                    "",
                )
            if because:
                name = _named(step)
                changing |= dict.fromkeys(former.writes if former else (), name)
                new = new if former else name
            if former:
                self._state.apply(former.writes, former.shorts)
            yield Done(step, former or Trace(step.key), because)

    def _walk(self) -> Step | None:
        whole = self._reason_for_all() if self._uses_store else ""
        for step in self._plan.steps:
            trace, because = self._find(step) if self._uses_store else (None, NO_STORE)
            if whole:
                trace, because = None, because or whole
            if trace is not None:
                self._take(Done(step, trace))
                continue
            trace = self._run(step, because)
            if _unwanted(step, trace):
                return step
        return None

    def _reason_for_all(self) -> str:
        """Say why all steps have to run, if all run when one has to."""
        if not self._plan.is_one:
            return ""
        ahead = Execution(self._plan, self._root, store=self._store, versions=self._versions)
        return _first_reason(ahead._foresee())

    # Finding

    def _find(self, step: Step) -> tuple[Trace | None, str]:
        """Return the stored trace of a step that holds here, or why there is none."""
        if step.cache is False:
            return None, "`cache: false`"
        found = list(self._stored(step))
        if not found:
            return None, "it is new, or its code or options were changed"
        differing = [(self._differing(trace), trace) for trace in found]
        for slots, trace in differing:
            if not slots and trace.unseen and not step.depends:
                return None, f"{trace.unseen}: what that reads isn't known; name it in `depends:`"
            if not slots and trace.seconds > step.timeout:
                return None, f"it took {trace.seconds:.1f} s, more than `timeout` allows"
            if not slots:
                return trace, ""
        slots, trace = min(differing, key=lambda pair: len(pair[0]))
        return None, because_of(slots, trace, self._state)

    def _differing(self, trace: Trace) -> list[str]:
        """Return the slots that a trace has read otherwise, and the files not as it left them.

        What every step is said to read, as of now, it may not have read at all.
        """
        differ = [slot for slot, digest in trace.reads.items() if self._state.get(slot) != digest]
        differ += [slot for slot in self._plan.environment if slot not in trace.reads]
        lost = [
            slot for slot, digest in trace.writes.items()
            if slot[0] == "f" and self._state.get(slot) != digest
            and slot not in differ
        ]  # fmt: skip
        return differ + lost

    def _former(self, step: Step) -> Trace | None:
        """Return the newest trace of a step, whatever it has read."""
        return next(self._stored(step), None)

    def _stored(self, step: Step) -> Iterator[Trace]:
        """Yield the stored traces of a step, the newest first."""
        if step.identity in dict(self._unstored):
            self._store_traces()
        yield from map(stored_trace, self._store.traces(step.identity) if self._store else ())

    # Running

    def _run(self, step: Step, because: str) -> Trace:
        index = len(self._history)
        if self._first is None:
            self._first = index
            self._take_over(index)
        trace = None
        with contextlib.suppress(_LostError):
            trace = self._run_partly(step, index)
        if trace is None:
            trace = self._run_all(step)
        return self._take(Done(step, trace, because))

    def _take(self, done: Done) -> Trace:
        """Take a step's trace for what it does."""
        trace = done.trace
        self._history.append((self._state.copy(), done))
        self._state.apply(trace.writes, trace.shorts)
        return trace

    def _run_partly(self, step: Step, index: int) -> Trace | None:
        """Run a step after only those that wrote what it reads; nothing if that didn't do."""
        needed = self._slice(step)
        if needed is None:
            return None
        for position in needed.steps:
            before, done = self._history[position]
            if not (self._finds_files(done.trace) and self._give(done.step, needed, position)):
                return None
            again = self._ask(done.step, before, known=_known(done.trace))
            if not again.repeats(done.trace):
                return None
        if not self._give(step, needed, index):
            return None
        trace = self._ask(step, self._state.copy())
        if trace.missed or self._misread(trace) or not self._is_credible(trace, step, index):
            return None
        return self._keep(step, trace)

    def _slice(self, step: Step) -> Slice | None:
        values = self._values if self._uses_store else None
        return Search(
            step,
            self._former(step),
            history=self._history,
            written=self._state.written,
            live=self._live,
            needs_of=values.needs if values else lambda digest: None,
        ).find()

    def _give(self, step: Step, needed: Slice, position: int) -> bool:
        """Bring in what a step needs whose values are kept; say whether that has worked."""
        slots = needed.given.get(position)
        if not slots or not self._values:
            return True
        given = self._values.give(self._running(), slots)
        self._live |= given
        self._given.setdefault(step.key, {}).update(given)
        return given == slots

    def _is_credible(self, trace: Trace, step: Step, index: int) -> bool:
        """Say whether a step can be believed, if it has failed, to fail in order, too.

        In a session that hasn't run all steps, it may fail for lack of something that isn't
        recorded, such as a submodule that another step has loaded.
        """
        if trace.failure is None or trace.failure.is_certain or self._is_whole(index):
            return True
        former = self._former(step)
        return former is not None and former.failure == trace.failure

    def _is_whole(self, index: int) -> bool:
        """Say whether the session has run all steps up to one, in order."""
        return self._asked == [step.key for step in self._plan.steps[: index + 1]]

    def _finds_files(self, trace: Trace) -> bool:
        """Say whether a step would find the files and folders that it has read."""
        return all(
            self._state.get(slot) == digest
            for slot, digest in trace.reads.items()
            if slot[0] in "fdxt"
        )

    def _misread(self, trace: Trace) -> bool:
        """Say whether a step has found something else in a slot than is to be there."""
        return any(
            self._state.get(slot) != digest
            for slot, digest in trace.reads.items()
            if slot[0] in "vma"
        )

    def _run_all(self, step: Step) -> Trace:
        """Run all steps up to this one in a new session."""
        done = [each for _, each in self._history]
        try:
            return self._run_in_order(step, done)
        except _LostError:  # now no more values are kept
            return self._run_in_order(step, done)

    def _run_in_order(self, step: Step, done: Sequence[Done]) -> Trace:
        """Run steps that are done, and this one; return the trace of the one that is the last."""
        if self._session is not None:
            self._session.restore()
        self._end_session()
        self._history, self._state = [], self._start()
        for each in done:
            because = each.because or "a step after it needs what it does"
            trace = self._keep(each.step, self._ask(each.step, self._state.copy()))
            self._take(Done(each.step, trace, because))
            if failure := _unwanted(each.step, trace):
                return self._blame(step, each.step, failure)
        return self._keep(step, self._ask(step, self._state.copy()))

    def _blame(self, step: Step, other: Step, failure: Failure) -> Trace:
        message = f"{other.block.name} in line {other.line}, which has to run first, fails now: "
        return Trace(
            step.key, failure=replace(failure, message=message + failure.summary, line=1, found="")
        )

    def _ask(self, step: Step, before: Written, known: Slots = MappingProxyType({})) -> Trace:
        """Run a step in the session; `known` is what it has read before."""
        session = self._running()
        self._report(step, self._plan.steps.index(step) + 1, len(self._plan.steps))
        trace = run_step(
            session, step, variables(before),
            declared=self._told(step), known=known,
            meanwhile=self._use_the_wait, shown=partial(self._tell_of, before),
        )  # fmt: skip
        self._state.look_again()
        self._note(step, before, trace)
        runs_again = step.cache is False or trace.unseen
        if self._values and not runs_again and not self._values.keep(session, trace):
            self._values = None
            raise _LostError
        return trace

    def _running(self) -> Session:
        """Return the session, and start it if need be."""
        if self._session is None:
            self._session = self._sessions.start()
        return self._session

    def _use_the_wait(self) -> None:
        """Do, while the session runs a step, what would else be done between steps."""
        self._store_traces()
        self._versions.prepare()
        if self._meanwhile:
            # Whoever ends the process meanwhile may leave the lock of imports held.
            Thread(target=self._meanwhile, daemon=True).start()
            self._meanwhile = None

    def _tell_of(self, before: Written, trace: Trace, asked: Set[str]) -> None:
        """Tell what all steps show, if a trace is of the last one."""
        last = self._plan.steps[-1]
        if trace.key == last.key and not trace.failure:
            traces = {done.step.key: done.trace for _, done in self._history}
            # What it depends on may be what litpost writes, and is looked at when it has run.
            is_certain = not (trace.missed or last.depends) and self._has_all(before, asked)
            self._shown({**traces, trace.key: trace}, is_certain)

    def _has_all(self, before: Written, asked: Set[str]) -> bool:
        """Say whether the session holds nothing but what is to be there `before` a step.

        It may lack variables: a step that looks one up tells of it. And it may lack libraries that
        the step hasn't `asked` for.
        """
        live = self._live
        differing = {s for s in before.keys() | live.keys() if live.get(s) != before.get(s)}
        return all(
            before.get(slot) == LOADED and slot[2:] not in asked
            for slot in differing if slot[0] in "ma"
        )  # fmt: skip

    def _note(self, step: Step, before: Written, trace: Trace) -> None:
        """Note that the session has run a step."""
        self._asked.append(step.key)
        self._live = live_after(self._live, before, trace)

    def _told(self, step: Step) -> Slots:
        """Return what a step is said to read, besides what it is seen to read."""
        told = {slot: self._state.get(slot) for slot in self._declared(step)}
        return {**told, "run": str(time.time_ns())} if step.cache is False else told

    # Ahead of the next build

    def _reruns(self) -> list[Rerun]:
        """List the steps that ran for the sake of later ones, before the first that had to."""
        asked = [
            self._rerun(before, done)
            for before, done in self._history[: self._first]
            if done.step.key in self._asked
        ]
        return list(itertools.takewhile(_is_harmless, asked))

    def _rerun(self, before: Written, done: Done) -> Rerun:
        step = done.step
        given = self._given.get(step.key, {})
        exists, declared, known = variables(before), self._told(step), _known(done.trace)
        return Rerun(step, exists, declared, known, done.trace, given)

    def _take_over(self, index: int) -> None:
        """Take over a session that has run, ahead of this build, steps before this one."""
        reruns = self._sessions.reruns
        befores = list(_places(self._history[:index], reruns))
        if not reruns or len(befores) < len(reruns):
            return
        if (taken := self._sessions.take()) is None:
            return
        self._session, traces = taken
        for rerun, before, again in zip(reruns, befores, traces, strict=True):
            if not self._would_read(again, before):
                self._session.stop()  # it must be in nobody's way
                self._end_session()
                return
            self._live |= rerun.given
            self._given[rerun.step.key] = dict(rerun.given)
            self._note(rerun.step, before, again)

    def _would_read(self, trace: Trace, before: Written) -> bool:
        """Say whether a step would read now what it has read, with `before` at its place."""
        return all(
            (before.get(slot) if slot[0] in "vma" else self._state.get(slot)) == digest
            for slot, digest in trace.reads.items()
            if slot != "v:*" and slot[0] != "p"
        )

    def _keep(self, step: Step, trace: Trace) -> Trace:
        """Complete a trace with what the session doesn't know, and have it stored."""
        reads = {
            slot: self._versions.of(slot[2:]) if slot[0] == "p" else digest
            for slot, digest in trace.reads.items()
        }
        reads = dict(_without_what_others_tell(reads))
        reads |= {slot: self._state.get(slot) for slot in self._declared(step)}
        shorts = {s: t for s, t in self._state.shorts.items() if s in reads}
        trace = replace(trace, reads=reads, shorts_read=shorts)
        if not (_unwanted(step, trace) or trace.missed):
            self._unstored.append((step.identity, trace))
        return trace

    def _store_traces(self) -> None:
        """Store the traces of the steps that have run."""
        while self._unstored:
            identity, trace = self._unstored.pop(0)
            if self._store:
                told = text_digest(repr(sorted(trace.reads.items())))
                self._store.keep(identity, told, trace.as_json())

    def _declared(self, step: Step) -> Iterator[str]:
        """Yield the slots of what a step is said to read."""
        yield from _declared(step, self._root)
        yield from self._plan.environment

    def _end_session(self) -> None:
        if self._session is not None:
            self._sessions.end(self._session)
        self._session, self._live, self._asked, self._given = None, {}, [], {}


def _unwanted(step: Step, trace: Trace) -> Failure | None:
    """Return why a step has failed, unless its author wants that shown."""
    failure = trace.failure
    return failure if failure and (failure.final or not step.may_fail) else None


def _without_what_others_tell(reads: Slots) -> Iterator[tuple[str, str | None]]:
    """Leave out what libraries look for and require anyway: it is told with them."""
    versions = {slot: parse(text or "") for slot, text in reads.items() if slot[0] == "p"}
    required = set().union(*(found.items() for s, found in versions.items() if s[2] != "?"))
    for slot, text in reads.items():
        if not (slot.startswith("p:?") and text and required.issuperset(versions[slot].items())):
            yield slot, text


def _named(step: Step) -> str:
    return f"{step.block.name} (line {step.block.line})"


def _may_change(slot: str, runner: str) -> str:
    what = slot[2:] if slot != "v:*" else "the list of variables"
    return f"{what} may change: {runner} runs"


def _first_reason(foreseen: Iterable[Done]) -> str:
    """Say why all steps run where all do if one has to; nothing if none has to."""
    for done in foreseen:
        if done.because:
            return f"`cache: document`: {_named(done.step)} runs"
    return ""


def _shows_images(trace: Trace) -> bool:
    return any(mime.startswith("image/") for output in trace.outputs for mime in output.bundle)


def _known(trace: Trace) -> Slots:
    """Return what a step has read, but for what the session doesn't know."""
    return {slot: digest for slot, digest in trace.reads.items() if slot[0] != "p"}


def _is_harmless(rerun: Rerun) -> bool:
    """Say whether a step changes nothing outside of its session, as far as is known."""
    writes_files = any(slot[0] == "f" for slot in rerun.trace.writes)
    return not (writes_files or rerun.trace.unseen or rerun.step.cache is False)


def _places(history: Iterable[tuple[Written, Done]], reruns: Iterable[Rerun]) -> Iterator[Written]:
    """Yield what there was before each of some steps, as far as they are found in this order."""
    known = iter(history)
    for rerun in reruns:
        yield from itertools.islice((slots for slots, done in known if _is_same(done, rerun)), 1)


def _is_same(done: Done, rerun: Rerun) -> bool:
    """Say whether a step has done in this build what it has done ahead of it."""
    one, other = done.trace, rerun.trace
    is_step = done.step.identity == rerun.step.identity and done.step.request == rerun.step.request
    return is_step and one.reads == other.reads and one.writes == other.writes


def _declared(step: Step, root: Path) -> Iterator[str]:
    """Yield the slots of what a cell is said to read."""
    for name in step.depends:
        if (root / name).is_dir():
            yield f"d:{name}"
            for file in sorted((root / name).rglob("*")):
                yield f"{'d' if file.is_dir() else 'f'}:{file.relative_to(root).as_posix()}"
        else:
            yield f"f:{name}"


def _all_reads(done: Iterable[Done]) -> Reads:
    """Return what all steps have read that isn't made by them."""
    traces = [each.trace for each in done]
    made = {slot for trace in traces for slot in trace.writes if slot[0] == "f"}
    made |= {f"d:{slot[2:].rpartition('/')[0] or '.'}" for slot in made}  # they list what is made
    found: dict[str, dict[str, str | None]] = {"s": {}, "f": {}, "d": {}, "p": {}}
    for trace in traces:
        for slot, digest in trace.reads.items():
            if slot[0] in found and slot not in made and not slot[2:].startswith(("/", "..")):
                found[slot[0]].setdefault(slot[2:], digest)
    modules = {name: digest or "" for name, digest in sorted(found["s"].items())}
    told = (text or "" for name, text in found["p"].items() if name[0] != "?")
    versions = {name: version for text in told for name, version in parse(text).items()}
    return Reads(
        modules,
        {name: digest for name, digest in sorted(found["f"].items()) if name not in modules},
        dict(sorted(found["d"].items())),
        dict(sorted(versions.items(), key=lambda pair: pair[0].lower())),
    )
