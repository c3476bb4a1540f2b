"""Receipts: what a post depends on and consists of, so that a build with nothing to do ends soon.

A receipt is kept for a post whose steps could all be current. As long as all that it names is as
it was, another build would come to the same files, so that nothing is parsed or planned.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litpost.engine import engine_digest
from litpost.environment import session_environment
from litpost.project import STORE, TEMPLATES, Place, Project
from litpost.reports import CellReport, PostReport
from litpost.state import State
from litpost.store import Store
from litpost.versions import Versions
from litpost.world import times

if TYPE_CHECKING:
    from litpost.execution import Run
    from litpost.source import Source

_IMAGE = re.compile(r"[\w./-]+\.(?:png|jpe?g|gif|svg|webp|avif)\b")
_CODE = re.compile(r"^[ >]*[`~]{3}[\s\S]*?^[ >]*[`~]{3}|`\{.*?`", re.M)
_PACKAGE = Path(__file__).parent


class Receipts:
    """The receipts of a project's posts."""

    def __init__(self, project: Project, store: Store) -> None:
        self._project, self._store = project, store
        self._common = _common(project)
        self._versions = Versions(store)

    def current(self, path: str) -> PostReport | None:
        """Return the report of a build of a source, if there would be nothing to do."""
        note = self._store.note(_name(path))
        if note is None or note["common"] != self._common:
            return None
        state = self._state(path)
        if any(state.get(slot) != digest for slot, digest in note["slots"].items()):
            return None
        cells = tuple(CellReport(**cell) for cell in note["cells"])
        warnings = tuple(note["warnings"])
        return PostReport(path, Place.of(path).post, "unchanged", cells=cells, warnings=warnings)

    def will_run(self, path: str) -> bool:
        """Guess whether a build of a source that isn't current will run cells.

        It won't if nothing but the source's prose was changed. Whatever the guess, it changes
        nothing but how long the build takes.
        """
        note = self._store.note(_name(path))
        if note is None or note["common"] != self._common:
            return True
        state = self._state(path)
        slots = note["slots"].items()
        if any(state.get(slot) != digest for slot, digest in slots if slot[0] != "f"):
            return True
        try:
            text = (self._project.root / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return False
        return bool(note["code"] != _code_digest(text))

    def _state(self, path: str) -> State:
        environment = session_environment(self._project.language_of(path))
        return State(self._project.root, self._versions, environment, {})


def keep_receipt(
    source: Source,
    project: Project,
    ran: Run,
    files: Mapping[str, bytes],
    cells: tuple[CellReport, ...],
) -> None:
    """Keep the receipt of a build that wrote `files`, if another could do without running."""
    traces = [done.trace for done in ran.done.values()]
    fleeting = any(
        done.step.cache is False or (done.trace.unseen and not done.step.depends)
        for done in ran.done.values()
    )
    if fleeting:
        return
    slots: dict[str, str | None] = {}
    made: dict[str, str | None] = {}
    for trace in traces:
        for slot, digest in trace.reads.items():
            if slot[0] not in "vmal" and slot not in made:
                slots.setdefault(slot, digest)
        made |= {slot: digest for slot, digest in trace.writes.items() if slot[0] == "f"}
    if any(slots.get(slot, digest) != digest for slot, digest in made.items()):
        return  # a step that changes what it has read, or what one before it has, runs again
    slots |= made
    slots |= {f"f:{path}": hashlib.sha256(data).hexdigest() for path, data in files.items()}
    for each in filter(None, (source, source.original)):
        slots[f"f:{each.path}"] = hashlib.sha256(each.text.encode()).hexdigest()
    store = Store(project.root / STORE)
    environment = session_environment(project.language_of(source.path))
    state = State(project.root, Versions(store), environment, {})
    shown = {getattr(block, "path", source.path) for block in source.blocks}
    post = files[Place.of(source.path).post].decode()
    for path in {*shown, *_images(post, project.root)} - files.keys():
        slots[f"f:{path}"] = state.get(f"f:{path}")
    note = {
        "common": _common(project),
        "slots": slots,
        "cells": [asdict(cell) for cell in cells],
        "warnings": [str(warning) for warning in source.warnings],
        "code": _code_digest(source.text),
    }
    store.put_note(_name(source.path), note)
    store.close()


def _code_digest(text: str) -> str:
    """Return a digest of what is code in a source, or looks like it."""
    return hashlib.sha256("\n".join(_CODE.findall(text)).encode()).hexdigest()


def _name(path: str) -> str:
    return f"receipt {path}"


def _images(post: str, root: Path) -> Iterator[str]:
    """Yield the images that a post names and that are there."""
    for name in set(_IMAGE.findall(post)):
        for path in (name.lstrip("/"), f"assets/img/posts/{name}"):
            if (root / path).is_file():
                yield path


def _common(project: Project) -> str:
    """Return a digest of what all posts depend on: settings, templates, this litpost."""
    told: list[Any] = [engine_digest(), repr(replace(project, root=Path()))]
    for folder in (_PACKAGE, project.root / TEMPLATES):
        told += sorted(_stamps(str(folder)))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _stamps(folder: str) -> Iterator[tuple[str, str]]:
    """Yield path, and time and size, of all files in a folder, but of compiled ones."""
    for place, _, names in os.walk(folder):
        for name in names:
            if not name.endswith(".pyc"):
                path = os.path.join(place, name)  # noqa: PTH118  (many files, at every build)
                yield path[len(folder) :], times(path) or ""
