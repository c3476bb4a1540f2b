"""Receipts: what a post depends on and consists of, so that a build with nothing to do ends soon.

A receipt is kept for a post whose steps could all be current. As long as all that it names is as
it was, another build would come to the same files, so that nothing is parsed or planned. If only
plain words of the prose are others, it would come to the same files but for these words.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litpost.engine import engine_digest
from litpost.environment import session_environment
from litpost.errors import LitpostError
from litpost.project import TEMPLATES, Place, Project
from litpost.reports import CellReport, PostReport
from litpost.state import State
from litpost.store import Store
from litpost.versions import Versions
from litpost.world import file_digest, text_digest, times

if TYPE_CHECKING:
    from litpost.execution import Run
    from litpost.source import Source
    from litpost.theme import Theme

_IMAGE = re.compile(r"(?<![\w./-])[\w./-]+\.(?:png|jpe?g|gif|svg|webp|avif)\b")
_CODE = re.compile(r"^[ >]*[`~]{3}[\s\S]*?^[ >]*[`~]{3}|`\{.*?`", re.M)
_PACKAGE = Path(__file__).parent


class Receipts:
    """The receipts of a project's posts, in its store."""

    def __init__(self, project: Project, store: Store) -> None:
        self._project, self.store = project, store
        self.versions = Versions(store)

    @functools.cached_property
    def _common(self) -> str:
        return _common(self._project)

    def of(self, path: str) -> Receipt | None:
        """Return the receipt of a source's post, if there is one that may still hold."""
        note = self.store.note(_name(path))
        if note is None or note["common"] != self._common:
            return None
        environment = session_environment(self._project.language_of(path))
        state = State(self._project.root, self.versions, environment, {})
        return Receipt(path, self._project, self.store, note, state)

    def keep(
        self,
        source: Source,
        ran: Run,
        files: Mapping[str, bytes],
        cells: tuple[CellReport, ...],
        theme: Theme,
    ) -> None:
        """Keep the receipt of a build that wrote `files`, if another could do without running."""
        slots = _slots_of(ran)
        if slots is None:
            return
        slots |= {f"f:{path}": hashlib.sha256(data).hexdigest() for path, data in files.items()}
        for each in filter(None, (source, source.original)):
            slots[f"f:{each.path}"] = text_digest(each.text)
        root, place = self._project.root, Place.of(source.path)
        shown = {getattr(block, "path", source.path) for block in source.blocks}
        for path in {*shown, *_images(files[place.post].decode(), root)} - files.keys():
            slots[f"f:{path}"] = file_digest(str(root / path))
        note = {
            "common": self._common,
            "slots": slots,
            "cells": [{**vars(cell)} for cell in cells],
            "warnings": [str(warning) for warning in source.warnings],
            "code": _code_digest(source.text),
        }
        self.store.put_note(_name(source.path), note)
        words = {"text": source.text, "plain": _plain(source, self._project, theme, ran)}
        self.store.put_note(_words_name(source.path), words)


class Receipt:
    """The receipt of one post.

    Parameters
    ----------
    note
        What the store holds.
    state
        Tells what there is now.
    """

    def __init__(
        self,
        path: str,
        project: Project,
        store: Store,
        note: dict[str, Any],
        state: State,
    ) -> None:
        self._path, self._root, self._store = path, project.root, store
        self._note, self._state = note, state

    @functools.cached_property
    def _changed(self) -> Set[str]:
        """The slots that aren't as the note says."""
        slots = self._note["slots"].items()
        return {slot for slot, digest in slots if self._state.get(slot) != digest}

    @functools.cached_property
    def _is_recoded(self) -> bool:
        """Whether the source has other code, or what looks like it: the rest needn't be known."""
        slot = f"f:{self._path}"
        if self._state.get(slot) == self._note["slots"][slot]:
            return False
        text = self._text()
        return text is not None and self._note["code"] != _code_digest(text)

    def current(self) -> PostReport | None:
        """Return the report of a build, if there would be nothing to do."""
        return None if self._is_recoded or self._changed else self._report("unchanged")

    def reworded(self) -> PostReport | None:
        """Write the post if nothing but plain words of the source were changed; report that."""
        if self._is_recoded or self._changed != {f"f:{self._path}"}:
            return None
        note, kept = self._note, self._store.note(_words_name(self._path))
        if note["warnings"] or not kept:
            return None
        from litpost.rewording import reworded

        old, new = kept["text"], self._text()
        if new is None or text_digest(old) != note["slots"][f"f:{self._path}"]:
            return None
        if not (words := reworded(old, new, kept["plain"])):
            return None
        try:
            written = self._write(old, new, words)
        except LitpostError:  # a build will tell of it
            return None
        if not written:
            return None
        for name, text in {**written, self._path: new}.items():
            note["slots"][f"f:{name}"] = text_digest(text)
        self._store.put_note(_name(self._path), note)
        self._store.put_note(_words_name(self._path), {**kept, "text": new})
        return self._report("written")

    def _write(self, old: str, new: str, words: Mapping[str, str]) -> dict[str, str]:
        """Write the post with other words, and its manifest; nothing if it isn't as it was."""
        from litpost.rewording import with_words
        from litpost.signature import sign
        from litpost.writer import locked, write

        place = Place.of(self._path)
        with locked(self._root):
            post, manifest = map(self._read, (place.post, place.manifest))
            text = with_words(post, words)
            if text is None or text_digest(post) != self._note["slots"][f"f:{place.post}"]:
                return {}
            text = sign(text)
            for former, now in ((old, new), (post, text)):
                manifest = manifest.replace(text_digest(former), text_digest(now))
            files = {place.post: text, place.manifest: manifest}
            write(self._root, {name: data.encode() for name, data in files.items()})
        return files

    def will_run(self) -> bool:
        """Guess whether a build will run cells.

        It won't if nothing but the source's prose was changed. Whatever the guess, it changes
        nothing but how long the build takes.
        """
        return self._is_recoded or any(slot[0] != "f" for slot in self._changed)

    def _text(self) -> str | None:
        try:
            return self._read(self._path)
        except (OSError, UnicodeDecodeError):
            return None

    def _read(self, path: str) -> str:
        return (self._root / path).read_bytes().decode()

    def _report(self, status: str) -> PostReport:
        cells = tuple(CellReport(**cell) for cell in self._note["cells"])
        warnings = tuple(self._note["warnings"])
        return PostReport(
            self._path, Place.of(self._path).post, status, cells=cells, warnings=warnings
        )


def _slots_of(ran: Run) -> dict[str, str | None] | None:
    """Return what all steps have read and made outside of their session, and its digests.

    There is nothing to go by if one of them has to run at every build.
    """
    slots: dict[str, str | None] = {}
    made: dict[str, str | None] = {}
    for done in ran.done.values():
        trace = done.trace
        if done.step.cache is False or (trace.unseen and not done.step.depends):
            return None
        for slot, digest in trace.reads.items():
            if slot[0] not in "vmal" and slot not in made:
                slots.setdefault(slot, digest)
        made |= {slot: digest for slot, digest in trace.writes.items() if slot[0] == "f"}
    if any(slots.get(slot, digest) != digest for slot, digest in made.items()):
        return None  # a step that changes what it has read, or what one before it has, runs again
    return slots | made


def _plain(source: Source, project: Project, theme: Theme, ran: Run) -> list[int]:
    """Return the lines that may be reworded.

    There are none if the blog has rules or templates of its own, or if the post's own files are
    read or shown by it.
    """
    from litpost.rewording import plain_lines
    from litpost.source import Snippet

    place = Place.of(source.path)
    own = {source.path, place.post, place.manifest}
    shown = {block.path for block in source.blocks if isinstance(block, Snippet)}
    read = {slot[2:] for done in ran.done.values() for slot in done.trace.reads if slot[0] == "f"}
    if own & (shown | read) or (project.root / TEMPLATES).is_dir():
        return []
    return plain_lines(source, after=theme.excerpt.end if theme.excerpt else "")


def _code_digest(text: str) -> str:
    """Return a digest of what is code in a source, or looks like it."""
    return text_digest("\n".join(_CODE.findall(text)))


def _name(path: str) -> str:
    return f"receipt {path}"


def _words_name(path: str) -> str:
    return f"words {path}"


def _images(post: str, root: Path) -> Iterator[str]:
    """Yield the images that a post names and that are there."""
    for name in set(_IMAGE.findall(post)):
        for path in (name.lstrip("/"), f"assets/img/posts/{name}"):
            if os.path.isfile(f"{root}/{path}"):  # noqa: PTH113  (many, at every build)
                yield path


def _common(project: Project) -> str:
    """Return a digest of what all posts depend on: settings, templates, this litpost."""
    settings = repr(replace(project, root=Path()))
    own = sorted(_stamps(str(project.root / TEMPLATES)))
    return text_digest(repr((engine_digest(), _package(), settings, own)))


@functools.cache
def _package() -> str:
    """Return a digest of litpost's own files, as they were when this process first asked."""
    return text_digest(repr(sorted(_stamps(str(_PACKAGE)))))


def _stamps(folder: str) -> Iterator[tuple[str, str]]:
    """Yield path, and time and size, of all files in a folder, but of compiled ones."""
    for place, _, names in os.walk(folder):
        for name in names:
            if not name.endswith(".pyc"):
                path = os.path.join(place, name)  # noqa: PTH118  (many files, at every build)
                yield path[len(folder) :], times(path) or ""
