"""Records what a step reads and writes, as slots with digests.

========  ==========================================================================
``v:``    a variable of the cells; ``v:*`` is the list of all their names
``m:``    a module: a local one by its globals, any other by the fact that it is loaded
``a:``    ambient state
``s:``    the source of a local module
``p:``    the distribution that brings a module, with all that it requires, or (``=``) one by its
          name; ``?``: one that a library looks for, and may do without
``l:``    how the lines of a step's code are laid out
========  ==========================================================================

Those of `litpost.session.watch` are the rest. A digest of None means that there is nothing.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

import xxhash

from litpost.session.ambient import TENSORFLOW, TENSORFLOW_MODULES, Ambient
from litpost.session.fingerprints import Fingerprint, fingerprint, module_fingerprint
from litpost.session.holding import Held
from litpost.session.modules import STANDARD, Modules
from litpost.session.namespace import EVERYTHING, Namespace
from litpost.session.sharing import JointDigest, joint_digests
from litpost.session.states import DRAWN, LIBRARIES
from litpost.session.values import dump, load
from litpost.session.watch import Watch
from litpost.world import LOADED, file_digest, text_digest

_rename, _remove = os.replace, os.remove  # before cells can replace them
_STANDARD = STANDARD | {"__main__", "litpost", "builtins", "xxhash"}

Reads = Mapping[str, str | None]


class Recorder:
    """Knows what the slots of a session hold, and what each step has to do with them."""

    def __init__(self, namespace: Namespace, modules: Modules, watch: Watch, ambient: Ambient):
        self.namespace, self.modules, self.watch = namespace, modules, watch
        self.ambient = ambient
        self.live: dict[str, str] = {}
        self._mates: dict[str, tuple[str, ...]] = {}
        self._prints: dict[str, Fingerprint] = {}
        self._known = set(sys.modules)
        self._modules_seen: dict[str, ModuleType] = {}
        self._settings: dict[str, str] = {}
        self._settings_now: dict[str, str] = {}
        self._drawn: dict[str, str] = {}
        self._layouts: dict[str, str] = {}
        self._threads = set(threading.enumerate())

    def begin(self, request: Mapping[str, Any], *, keep: Iterable[str] = ()) -> None:
        """Make ready for a step.

        `request` tells the variables that exist at its place of the source, with the digests that
        they have there: those that this session has otherwise are put out of its reach.
        """
        exists: Mapping[str, str] = request["exists"]
        for slot in [s for s in self.live if s.startswith("v:")]:
            if exists.get(slot) != self.live[slot]:
                self.namespace.forget(slot[2:])
                self._forget(slot)
        self.namespace.lacking = {s[2:] for s in exists if s not in self.live}
        self._layouts[request["key"]] = text_digest(request["code"])
        self._settings, self._drawn = self.ambient.settings(), self.ambient.drawn()
        self.namespace.begin(keep=keep)
        self.watch.begin(is_ahead=request["ahead"])
        self.ambient.begin()

    def keep(self, files: Mapping[str, str], *, limit: int) -> Iterator[str]:
        """Write variables into files, unless these would come to something else when read.

        The name of a file ends with ``.numpy`` if NumPy is needed to read it. Yields the slots of
        those that are kept.
        """
        values = self.namespace.peek()
        for slot, path in files.items():
            partial = f"{path}.{os.getpid()}"
            try:
                dump(values[slot[2:]], partial, limit=limit)
                found = fingerprint(load(partial), is_local=self.modules.is_local)
                if found.digest == self.live[slot]:
                    _rename(partial, path + ".numpy" * ("numpy" in found.modules))
                    yield slot
            except Exception:  # whatever a value leads to: that it isn't kept costs time only
                pass
            finally:
                with contextlib.suppress(OSError):
                    _remove(partial)

    def give(self, files: Mapping[str, str]) -> dict[str, str]:
        """Bring variables in from files, as if a step had set them; return their digests."""
        digests = {}
        for slot, path in files.items():
            try:
                value = load(path)
            except Exception:  # whatever a damaged file leads to
                continue
            self._forget(slot)
            self.namespace.put(slot[2:], value)
            self._prints[slot] = fingerprint(value, is_local=self.modules.is_local)
            digests[slot] = self._prints[slot].digest
        self.live |= digests
        return digests

    def end(self, identity: str, *, vouched: bool, declared: Reads, known: Reads) -> dict[str, Any]:
        """Return what the step has read and written.

        What is opaque is told by `identity` and the reads, with those that are `declared`, if these
        are all, or `vouched` for. Of a step that is run again, `known` are the reads of its first
        run: a library may look for less once it has been used.
        """
        start, collects = time.perf_counter(), gc.isenabled()
        self.watch.end()
        self._settings_now = self.ambient.settings()
        gc.disable()  # a search makes many objects, and no garbage in cycles
        try:
            trace = self._trace(identity, vouched=vouched, declared=declared, known=known)
        finally:
            if collects:
                gc.enable()
        return {**trace, "fingerprint_seconds": time.perf_counter() - start}

    def _trace(
        self, identity: str, *, vouched: bool, declared: Reads, known: Reads
    ) -> dict[str, Any]:
        names_read = set(self.namespace.reads)
        present = self.namespace.touched()
        now = self.namespace.peek()
        before = dict(self.live)
        gone = {s for s in before if s.startswith("v:") and s[2:] not in now}
        gone |= {s for s in before if s.startswith("m:") and s[2:] not in sys.modules}
        walk = {f"v:{name}" for name in present} | self._replaced_modules()
        former = set(walk | gone)
        for slot in walk | gone:
            former.update(self._mates.get(slot, ()))
        values = {f"v:{name}": value for name, value in now.items()}
        new = self._loaded()
        anew = {f"v:{name}" for name in (present | self.namespace.deleted) - names_read}
        reads = self._variable_reads(names_read, before)
        reached = self._walk(walk | (former - gone), values, new, gone, anew=anew)
        reads |= self.watch.notes.reads | self._module_reads(reached, new, before)
        reads |= self._ambient_reads(reached)
        joint = joint_digests(
            {slot: self._prints[slot] for slot in self._walked - gone if slot in self._prints}
        )
        reads |= self._reads_by_sharing(joint, before, anew=anew)
        reads |= {f"l:{key}": self._layouts.get(key) for key in self.watch.layouts
                  if key in self._layouts}  # fmt: skip
        told = {slot: value for slot, value in reads.items() if slot[0] != "p"} | dict(declared)
        if known and are_of_one_run(told, known):
            told = dict(known)
        unseen = self._unseen()
        once = time.time_ns() if unseen and not vouched else 0
        run = xxhash.xxh3_64_hexdigest(repr((identity, sorted(told.items()), once)).encode())
        writes = self._changes(joint, before, gone, anew, run)
        writes |= self._ambient_writes(reached, run)
        writes |= self._file_writes()
        return {
            "reads": reads,
            "writes": writes,
            "names": {s: sorted(self._prints[s].names) for s in writes
                      if s in self._prints and self._prints[s].names},
            "shorts": {s: self._prints[s].short for s in writes
                       if s in self._prints and self._prints[s].short},
            "unseen": unseen,
            "missed": self.namespace.missed,
        }  # fmt: skip

    # Walking

    def _loaded(self) -> set[str]:
        """Return the names of the modules that the step has loaded."""
        new = set(sys.modules) - self._known
        self._known = set(sys.modules)
        return new

    def _replaced_modules(self) -> set[str]:
        """Return the slots of local modules in whose place there is another object now."""
        return {
            slot for slot, known in self._modules_seen.items()
            if (module := sys.modules.get(slot[2:])) is not None and module is not known
        }  # fmt: skip

    def _walk(
        self,
        slots: set[str],
        values: Mapping[str, Any],
        new: set[str],
        gone: set[str],
        *,
        anew: set[str],
    ) -> set[str]:
        """Take the fingerprints of slots, and of all that share objects with them.

        Returns the names of the modules that the step reaches through them, or through what was in
        them before, unless that was set `anew`. Of the packages that a module lies in, what else
        they hold isn't reached.
        """
        reached = {name for name in new | self.ambient.reached if self.modules.is_local(name)}
        reached |= self.watch.imports.asked
        for slot in gone:
            former = self._prints.pop(slot, None)
            if former and slot[0] == "v" and slot not in anew:
                reached |= former.modules
        parents: set[str] = set()
        self._walked: set[str] = set()
        searched: list[Held] = []
        followed: set[str] = set()
        todo = slots | {f"m:{name}" for name in reached if self.modules.is_local(name)}
        while todo:
            for slot in todo - self._walked:
                if slot in self._prints and slot[0] == "v" and slot not in anew:
                    reached |= self._prints[slot].modules
                if (found := self._fingerprint(slot, values, searched)) is not None:
                    self._prints[slot] = found
            self._walked |= todo
            for slot in self._walked - followed:
                if slot[0] == "v" or slot[2:] in reached:
                    followed.add(slot)
                    reached |= self._prints[slot].modules if slot in self._prints else set()
            parents = self._parents(reached)
            local = {name for name in reached | parents if self.modules.is_local(name)}
            todo = ({f"m:{name}" for name in local} | self._sharing()) - self._walked
            todo |= {s for s in self._walked - followed if s[2:] in reached}
        return reached | parents

    def _fingerprint(
        self, slot: str, values: Mapping[str, Any], searched: list[Held]
    ) -> Fingerprint | None:
        is_local = self.modules.is_local
        if slot.startswith("v:"):
            if slot not in values:
                return None
            return fingerprint(values[slot], is_local=is_local, searched=searched)
        module = sys.modules.get(slot[2:])
        if module is None:
            return None
        self._modules_seen[slot] = module
        place = self.watch.notes.name(str(getattr(module, "__file__", None)))
        return module_fingerprint(module, place, is_local=is_local)

    def _parents(self, names: Iterable[str]) -> set[str]:
        """Return the packages that local modules lie in: these are imported first."""
        found = set()
        for name in names:
            while "." in name:
                name = name.rpartition(".")[0]
                if self.modules.is_local(name):
                    found.add(name)
        return found

    def _sharing(self) -> set[str]:
        """Return the slots that share an object with one that was walked."""
        walked = [self._prints[slot] for slot in self._walked & self._prints.keys()]
        held = {each for found in walked for each in found.held}
        ids = set[int]().union(*(f.objects for f in walked), *(each.objects for each in held))
        others = self._prints.keys() - self._walked
        return {
            slot for slot in others
            if not all(map(ids.isdisjoint, self._prints[slot].all_objects()))
        }  # fmt: skip

    # Reads

    def _variable_reads(self, names: set[str], before: Mapping[str, str]) -> dict[str, str | None]:
        """Return the variables that were read by name."""
        reads = {f"v:{name}": before.get(f"v:{name}") for name in names - {EVERYTHING}}
        if EVERYTHING in names:
            reads["v:*"] = text_digest(" ".join(sorted(s for s in before if s.startswith("v:"))))
        return reads

    def _reads_by_sharing(
        self, joint: Mapping[str, JointDigest], before: Mapping[str, str], *, anew: set[str]
    ) -> dict[str, str | None]:
        """Return what shares objects with others, or has changed, and isn't set anew.

        The step may have got hold of an object by another way than by the name of a variable that
        it is in, or may have made what shares one with it. What it then writes of that variable
        follows from what was in it.
        """
        return {
            slot: before[slot]
            for slot, (digest, mates) in joint.items()
            if slot in before and slot not in anew
            and (mates or self._prints[slot].opaque or digest != before[slot])
        }  # fmt: skip

    def _module_reads(
        self, reached: set[str], new: set[str], before: Mapping[str, str]
    ) -> dict[str, str | None]:
        reads: dict[str, str | None] = {
            f"s:{self.watch.notes.name(path)}": self.modules.digests[path]
            for path in self.modules.compiled
        }
        libraries = set[str]()
        for name in reached:
            if self.modules.is_local(name):
                reads[f"m:{name}"] = before.get(f"m:{name}")
                module = sys.modules.get(name) or self._modules_seen.get(f"m:{name}")
                if source := self.modules.source_digest(module):
                    reads[f"s:{self.watch.notes.name(source[0])}"] = source[1]
            elif (top := name.partition(".")[0]) not in _STANDARD:
                libraries.add(top)
        reads |= {f"p:{name}": "" for name in libraries}
        wished = self.watch.imports.wished_by(libraries)
        reads |= {f"p:?{name}": "" for name in sorted(wished - libraries)}
        for name in self.watch.imports.asked:
            top = name.partition(".")[0]
            reads.setdefault(f"m:{top}", before.get(f"m:{top}"))
        return reads

    def _reaches_libraries(self, reached: set[str]) -> bool:
        return any(
            name.partition(".")[0] not in _STANDARD and not self.modules.is_local(name)
            for name in reached
        )

    def _ambient_reads(self, reached: set[str]) -> dict[str, str | None]:
        libraries = self._reaches_libraries(reached)
        reads = {
            f"a:{name}": self._settings.get(name)
            for name in self.ambient.looks
            if name not in LIBRARIES or libraries
        }
        after = self.ambient.drawn()
        for name in DRAWN:
            if name in self.ambient.asked or after.get(name) != self._drawn.get(name):
                reads[f"a:{name}"] = self._drawn.get(name)
        if TENSORFLOW_MODULES & {name.partition(".")[0] for name in reached}:
            reads[f"a:{TENSORFLOW}"] = self._drawn.get(TENSORFLOW)
        return reads

    # Writes

    def _changes(
        self,
        joint: Mapping[str, JointDigest],
        before: Mapping[str, str],
        gone: set[str],
        set_anew: set[str],
        run: str,
    ) -> dict[str, Any]:
        """Return what has changed, and what was set without being read: it need not be changed."""
        for slot in gone:
            self._forget(slot)
        for slot, (digest, mates) in joint.items():
            self.live[slot] = f"{digest}@{run}" if self._prints[slot].opaque else digest
            self._mates[slot] = mates
        for name in {name.partition(".")[0] for name in self._new_libraries()}:
            self.live[f"m:{name}"] = LOADED
        slots = before.keys() | self.live.keys()
        changed = {s for s in slots if self.live.get(s) != before.get(s)}
        return {s: self.live.get(s) for s in changed | set_anew}

    def _new_libraries(self) -> set[str]:
        tops = {name for name in self._known if "." not in name and not name.startswith("_")}
        return {
            name for name in tops - self._at_start
            if f"m:{name}" not in self.live and not self.modules.is_local(name)
        }  # fmt: skip

    def settle(self) -> None:
        """Take what has been loaded so far for the start."""
        self._known = set(sys.modules)
        self._at_start = {name for name in self._known if "." not in name}

    def _ambient_writes(self, reached: set[str], run: str) -> dict[str, str | None]:
        if self.ambient.is_active():
            self.ambient.tokens[TENSORFLOW] = run
        writes: dict[str, str | None] = {}
        for before, after in (
            (self._settings, self._settings_now),
            (self._drawn, self.ambient.drawn()),
        ):
            for name in before.keys() | after.keys():
                if before.get(name) != after.get(name):
                    writes[f"a:{name}"] = after.get(name)
        return writes

    def _file_writes(self) -> dict[str, str | None]:
        writes = {}
        for path, before in self.watch.written.items():
            digest = file_digest(path)
            if (
                digest != before
            ):  # a folder that was there is no change, nor is a file made and gone
                writes[f"f:{self.watch.notes.name(path)}"] = digest
        return writes

    def _unseen(self) -> str:
        threads = {t for t in threading.enumerate() if t.is_alive() and not _is_harmless(t)}
        threads -= self._threads
        self._threads |= threads
        if threads:
            return "it leaves a thread running"
        return self.watch.unseen

    def _forget(self, slot: str) -> None:
        self.live.pop(slot, None)
        self._mates.pop(slot, None)
        self._prints.pop(slot, None)


def _is_harmless(thread: threading.Thread) -> bool:
    """Say whether a thread does nothing for the cells: tqdm's looks after its bars."""
    return type(thread).__module__ == "tqdm._monitor"


def are_of_one_run(reads: Reads, known: Reads) -> bool:
    """Say whether a step that is run again does so as it did before.

    Of what lies outside of the project, libraries look for more or less by what else has used them.
    """

    def inner(reads: Reads) -> dict[str, str | None]:
        return {slot: digest for slot, digest in reads.items() if _is_inner(slot, digest)}

    agree = all(known.get(slot, digest) == digest for slot, digest in reads.items())
    return agree and inner(reads) == inner(known)


def _is_inner(slot: str, digest: str | None) -> bool:
    """Say whether what was read belongs to the session, or is a file of the project."""
    is_local_module = slot[0] == "m" and digest not in (None, LOADED)
    is_local_file = slot[0] in "fdxt" and not slot[2:].startswith(("/", ".."))
    return slot[0] in "vasl" or is_local_module or is_local_file
