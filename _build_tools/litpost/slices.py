"""Which earlier steps to run again so that a session holds what a step reads.

It is a guess, from the words in the step's code and in the functions that it may call, and from
what it has read before. Whether it was right is seen afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from litpost.history import History, Written, live_after, without_stale
from litpost.plan import Step
from litpost.trace import Trace
from litpost.world import LOADED

TENSORFLOW = "a:TensorFlow's and Keras' state"
_DRAWING = ("random", "rand", "shuffle", "choice", "seed", "sample", "permutation", "normal")
_MEASURING = frozenset({"getsizeof", "__sizeof__", "getrefcount"})
"""What tells values apart that are equal, but have come to be in different ways."""


@dataclass(frozen=True)
class Slice:
    """What to do before a step.

    Attributes
    ----------
    steps
        The positions of the steps to run again.
    given
        By the position of a step: variables to bring in before it, with their digests.
    """

    steps: tuple[int, ...]
    given: Mapping[int, Written] = field(default_factory=dict)


class Search:
    """Finds out what to do before a step.

    Parameters
    ----------
    step
        What is to run.
    former
        What it has done before, if anything is known.
    history
        The steps before it.
    written
        The slots that they have written.
    live
        What of that the session holds.
    needs_of
        Tells, by the digest of a variable, which slots its value needs to be read; nothing if it
        isn't kept.
    """

    def __init__(
        self,
        step: Step,
        former: Trace | None,
        *,
        history: History,
        written: Written,
        live: Written,
        needs_of: Callable[[str], Sequence[str] | None],
    ) -> None:
        self._history, self._written, self._live = history, written, live
        words = set(step.words)
        self._needs_of = needs_of
        self._needs = self._guess(former, words)
        if not _MEASURING.isdisjoint(words):
            self._needs_of = lambda digest: None

    # What a step needs

    def _guess(self, former: Trace | None, words: set[str]) -> set[str]:
        """Guess what a step reads of what earlier steps have written; add words it leads to."""
        written = self._written
        needs = {slot for slot in former.reads if slot in written} if former else set()
        if former and "v:*" in former.reads:
            needs |= {slot for slot in written if slot.startswith("v:")}
        names = self._names()
        todo = list(words)
        while todo:
            slot = f"v:{todo.pop()}"
            if slot in written:
                needs.add(slot)
                new = names.get(slot, set()) - words
                words |= new
                todo += new
        for slot, digest in written.items():
            is_module = slot.startswith("m:") and (digest != LOADED or slot[2:] in words)
            is_setting = slot.startswith("a:") and not slot.endswith(("random", TENSORFLOW[2:]))
            is_drawn = slot.endswith("random") and any(
                w in word for word in words for w in _DRAWING
            )
            if is_module or is_setting or (slot.startswith("a:") and is_drawn):
                needs.add(slot)
        if TENSORFLOW in written and self._reaches_tensorflow(needs, words):
            needs.add(TENSORFLOW)
        return needs

    def _names(self) -> dict[str, set[str]]:
        """Return the globals that functions use, by the variable that holds them."""
        names: dict[str, set[str]] = {}
        for _, done in self._history:
            names |= {slot: set(found) for slot, found in done.trace.names.items()}
        return names

    def _reaches_tensorflow(self, needs: set[str], words: set[str]) -> bool:
        if words & {"tensorflow", "keras", "tf"}:
            return True
        values = {slot for slot in needs if slot.startswith("v:")}
        opaque = {slot for slot in values if self._needs_of(self._written[slot]) is None}
        return any(
            opaque & done.trace.writes.keys() and TENSORFLOW in done.trace.reads
            for _, done in self._history
        )

    # What gives it that

    def find(self) -> Slice | None:
        """Return what to do; nothing if all steps before have to run."""
        chosen: set[int] = set()
        given: dict[int, dict[str, str]] = {}
        while True:
            unmet = self._unmet(chosen, given)
            if unmet is None:
                return Slice(tuple(sorted(chosen)), self._lacking(chosen, given))
            position, slot = unmet
            digest = self._before(position).get(slot)
            if slot.startswith("v:") and digest and self._needs_of(digest) is not None:
                given.setdefault(position, {})[slot] = digest
                continue
            writer = next(
                (n for n in reversed(range(position)) if slot in self._history[n][1].trace.writes),
                None,
            )
            if writer is None or writer in chosen or self._is_overwritten(writer):
                return None
            chosen.add(writer)

    def _before(self, position: int) -> Written:
        """Return what there is before a step: that of the history at a position, or the last."""
        return self._history[position][0] if position < len(self._history) else self._written

    def _is_overwritten(self, position: int) -> bool:
        """Say whether a step after this one has written a file that this one writes too."""
        files = {slot for slot in self._history[position][1].trace.writes if slot[0] == "f"}
        return any(files & done.trace.writes.keys() for _, done in self._history[position + 1 :])

    def _unmet(self, chosen: set[int], given: Mapping[int, Written]) -> tuple[int, str] | None:
        """Go through the chosen steps without running them; return the first unmet need."""
        for position, live in self._go(chosen, given):
            before, there = self._before(position), {**live, **given.get(position, {})}
            for slot in self._wanted(position, given):
                if slot != "v:*" and there.get(slot) != before.get(slot):
                    return position, slot
        return None

    def _lacking(self, chosen: set[int], given: Mapping[int, Written]) -> dict[int, dict[str, str]]:
        """Return what is to be given without what steps chosen since will have made by then."""
        return {
            position: {slot: digest for slot, digest in slots.items() if live.get(slot) != digest}
            for position, live in self._go(chosen, given)
            if (slots := given.get(position))
        }

    def _go(
        self, chosen: set[int], given: Mapping[int, Written]
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield what the session holds before each of the chosen steps and the one to run."""
        live = dict(self._live)
        for position in [*sorted(chosen), len(self._history)]:
            before = self._before(position)
            live = without_stale(live, before)
            yield position, live
            if position < len(self._history):
                live = {**live, **given.get(position, {})}
                live = live_after(live, before, self._history[position][1].trace)

    def _wanted(self, position: int, given: Mapping[int, Written]) -> Iterable[str]:
        """Yield what has to be there before a step, and for what is brought in."""
        for digest in given.get(position, {}).values():
            yield from self._needs_of(digest) or ()
        if position == len(self._history):
            yield from self._needs
        else:
            reads = self._history[position][1].trace.reads
            yield from (slot for slot in reads if slot[0] in "vma")
