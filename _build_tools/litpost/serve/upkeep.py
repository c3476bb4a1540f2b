"""Keeps the posts of a blog current: sees what changes, and builds what that touches."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from litpost import site
from litpost.ansi import plain
from litpost.errors import LitpostError, UsageError
from litpost.freshness import freshen
from litpost.languages import THEME_CONFIG
from litpost.manifest import read_manifest
from litpost.project import STORE, TEMPLATES, Place, Project, find_project
from litpost.receipts import Receipts
from litpost.reports import PostReport
from litpost.serve.board import Board
from litpost.serve.watcher import Stamps, changed, stamps, tree
from litpost.sessions import Sessions
from litpost.store import Store

CONFIG = "_config.yml"
JEKYLL = "Jekyll"
SITE = "_site"
PAUSE = 0.1  # seconds between two looks
WARM = 3  # sources whose sessions are kept warm
TICK = 20_000_000  # nanoseconds by which the times of files may be behind
EDITED = (".md", ".markdown", ".py", ".j2", ".toml", ".yml", ".html", ".css", ".scss", ".js")
"""How the names of files end that people write, and cells don't."""


class Upkeep:
    """The posts of a blog, as they are kept current.

    Parameters
    ----------
    project
        The blog.
    board
        Is told what has changed, and what is wrong.
    jekyll
        Have Jekyll build the site behind the posts.
    """

    def __init__(self, project: Project, board: Board, *, jekyll: bool = False) -> None:
        self.project = project
        self._board, self._jekyll = board, jekyll
        self._problems: dict[str, str] = {}
        self._reads: dict[str, set[str]] = {}
        self._files: dict[str, set[str]] = {}
        self._stamps: Stamps = {}
        self._effort = 0.0  # seconds that a look takes, without what is built then
        self._sessions: dict[tuple[str, str], Sessions] = {}

    def go_on(self) -> None:
        """Build all posts, then what changes, until the process is interrupted."""
        self._stamps = stamps(self._watched())
        self._build(self.project.sources()[0], is_new=True)
        while True:
            self.look()
            time.sleep(max(PAUSE, 4 * self._effort))

    def look(self) -> None:
        """Build what has changed since the last look, if anything has."""
        start = time.monotonic()
        before, self._stamps = self._stamps, stamps(self._watched())
        self._effort = time.monotonic() - start
        touched = changed(before, self._stamps)
        if not touched:
            return
        is_common = bool(touched & set(self._common()))
        settings = {self._path(CONFIG), self._path(THEME_CONFIG)}
        if touched & settings and not self._read_settings():
            return
        sources = self.project.sources()[0]
        gone = self._reads.keys() - sources
        for path in gone:
            del self._reads[path]
            self._problems.pop(path, None)
        chosen = [
            path for path in sources
            if is_common or path in self._problems or touched & self._inputs(path)
        ]  # fmt: skip
        self._build(chosen, is_new=is_common or bool(gone))

    def _read_settings(self) -> bool:
        """Read the blog's settings anew; say whether they can be read."""
        self._problems.pop(CONFIG, None)
        try:
            self.project = find_project(self.project.root)
        except UsageError as error:
            self._problems[CONFIG] = str(error)
            self._board.tell(self._problems, is_new=False)
        return CONFIG not in self._problems

    def _build(self, sources: Iterable[str], *, is_new: bool) -> None:
        """Bring the posts of some sources up to date, the site behind them, and the board."""
        for path in sources:
            began, version = time.time_ns() - TICK, self._board.notice.version
            report = self._post(path)
            self._reads.pop(path, None)
            self._problems.pop(path, None)
            if report.status == "failed":
                self._problems[path] = report.message
            _print(report)
            self._forgive(began)
            is_told = self._jekyll or self._board.notice.version != version
            self._board.tell(self._problems, is_new=is_new and not is_told)
            for sessions in self._sessions.values():
                sessions.run_ahead()
            is_new = is_new and self._jekyll
        if self._jekyll:
            began = time.time_ns() - TICK
            is_new = self._site()
            self._forgive(began)
        self._board.tell(self._problems, is_new=is_new)

    def _post(self, path: str) -> PostReport:
        root = self.project.root
        try:
            with contextlib.closing(Store(root / STORE)) as store:
                receipts = Receipts(self.project, store)
                return freshen(
                    path, self.project, receipts,
                    sessions=self._sessions_of(path), written=partial(self._show, path),
                )  # fmt: skip
        except LitpostError as error:
            return PostReport(path, Place.of(path).post, "failed", str(error))

    def _show(self, path: str) -> None:
        """Have browsers load what was written of a source's post."""
        self._problems.pop(path, None)
        self._board.tell(self._problems, is_new=not self._jekyll)

    def _sessions_of(self, path: str) -> Sessions:
        """Return what starts a source's sessions; those of sources built long ago are closed."""
        language = self.project.language_of(path)
        sessions = self._sessions.pop((path, language), None)
        self._sessions[path, language] = sessions or Sessions(
            self.project.root, language, is_warm=True
        )
        while len(self._sessions) > WARM:
            self._sessions.pop(next(iter(self._sessions))).close()
        return self._sessions[path, language]

    def close(self) -> None:
        """End all sessions."""
        while self._sessions:
            self._sessions.popitem()[1].close()

    def _site(self) -> bool:
        """Have Jekyll build what has changed; say whether it could."""
        self._problems.pop(JEKYLL, None)
        root = self.project.root
        try:
            site.build_site(root, destination=root / SITE, incremental=True)
        except LitpostError as error:
            self._problems[JEKYLL] = plain(str(error))
            print(error, file=sys.stderr)
        return JEKYLL not in self._problems

    def _forgive(self, began: int) -> None:
        """Take what a build itself has written for seen, but nothing that a person may have.

        What cells write can be what they read, and would be built over and over.
        """
        posts = {self._path(Place.of(path).post) for path in self.project.sources()[0]}
        found = stamps(self._watched())
        read = self._only_read()
        for path, stamp in found.items():
            is_old = path not in self._stamps and stamp is not None and stamp[0] < began
            is_peoples = path.endswith(EDITED) and path not in posts
            if (is_peoples or path in read) and not is_old:
                found[path] = self._stamps.get(path)
        self._stamps = found

    def _only_read(self) -> set[str]:
        """Return the paths of the files that cells read and don't write, as far as it is known."""
        paths = self._files.keys() & self._reads.keys() - self._problems.keys()
        return set().union(*(self._files[path] for path in paths))

    def _watched(self) -> Iterator[str]:
        """Yield the paths of all that pages are made of; of everything if a post failed."""
        yield from self._common()
        for path in self.project.sources()[0]:
            yield from self._inputs(path)
        if self._jekyll or self._problems.keys() - {CONFIG}:
            yield from tree(self.project.root, without=(SITE,))

    def _common(self) -> list[str]:
        """List what all posts depend on: the settings and the blog's own templates."""
        folder = self.project.root / TEMPLATES
        settings = [self._path(CONFIG), self._path(THEME_CONFIG)]
        return [*settings, *(str(file) for file in folder.rglob("*"))]

    def _inputs(self, source: str) -> set[str]:
        """Return the paths of what a post is made of, as its last build has noted, and its own."""
        if source not in self._reads:
            place = Place.of(source)
            named = {source, place.post}
            manifest = read_manifest(self.project.root / place.manifest)
            if manifest:
                made_of = (manifest.source, manifest.modules, manifest.files, manifest.folders)
                named.update(*made_of)
            self._reads[source] = set(map(self._path, named))
            self._files[source] = set(map(self._path, manifest.files if manifest else ()))
        return self._reads[source]

    def _path(self, name: str) -> str:
        return str(Path(self.project.root, name))


def _print(report: PostReport) -> None:
    for line in (*(f"{warning} (warning)" for warning in report.warnings), report.message):
        if line:
            print(line, file=sys.stderr)
    print(f"{report.status:9} {report.post}", file=sys.stderr)
