"""What a step reads from outside of the session, as it happens, and what nobody can watch.

That is files, folders and variables of the environment; for modules, see `Imports`.

Slots are named by a letter and a name; a path is told from the root, or absolutely outside of it.

========  ==========================================================================
``f:``    a file's content
``d:``    a folder's list of names
``x:``    whether there is a file or a folder
``t:``    a file's time and size
``e:``    a variable of the environment, as the session was given it
========  ==========================================================================
"""

from __future__ import annotations

import linecache
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from litpost.kept import KEPT, Kept
from litpost.session.askers import asker, is_import_system, is_importing, is_own
from litpost.session.collector import Collector
from litpost.session.descriptors import path_of_descriptor
from litpost.session.imports import Imports
from litpost.session.modules import OWN, Modules
from litpost.session.notes import Notes
from litpost.world import existence, file_digest, listing, text_digest, times

_CODE = (".py", ".pyc", ".so", ".pyd")
_WRITING = os.O_WRONLY | os.O_RDWR
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/run/", "/etc/", "/usr/share/fonts/", "/usr/lib/", "/lib/")
_PROGRAMS = frozenset(
    """subprocess.Popen os.system os.exec os.posix_spawn os.spawn os.fork os.forkpty
    pty.spawn""".split()
)
_CONNECTIONS = frozenset("socket.connect socket.bind socket.sendto socket.getaddrinfo".split())
_CHANGES = {
    "os.remove": ((0, 1),), "os.rmdir": ((0, 1),), "os.mkdir": ((0, 2),), "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),), "os.rename": ((0, 2), (1, 3)), "os.link": ((0, 2), (1, 3)),
}  # fmt: skip
"""Events, and which of their arguments are paths, with the folders that these are told from."""
_LISTINGS = frozenset(("os.listdir", "os.scandir"))
_SEARCHES = frozenset(("gc.get_objects", "gc.get_referrers"))
_WATCHED = frozenset(
    ("open", "sqlite3.connect", *_LISTINGS, *_CHANGES, *_PROGRAMS, *_CONNECTIONS, *_SEARCHES)
)
_EXISTENCE = frozenset("""exists lexists isfile isdir islink ismount is_file is_dir is_symlink
    is_mount samefile _joinrealpath realpath _iglob _glob0 _glob1 _glob2 makedirs mkdir checkcache
    updatecache""".split())  # fmt: skip
_USUAL = (None, "PATH", "TERM", "TMPDIR", "TEMP", "TMP", "TEST_TMPDIR")
"""Variables (None: all) that differ between terminals, and that say nothing of what a library does
when it looks at them as it is loaded."""
_LARGE = 1_000_000  # bytes
_OWN_VARIABLES = frozenset(("IPYTHONDIR", "MATPLOTLIBRC"))


class Watch:
    """Watches the running step.

    Attributes
    ----------
    notes
        What it has read.
    imports
        What it has asked for by import.
    written
        Paths that it has written to or removed, with what was there before.
    unseen
        Why it can't be told by what it reads, if so.
    layouts
        Keys of the steps whose lines were looked at.
    """

    def __init__(self, modules: Modules, collector: Collector, filters: set[str]) -> None:
        self.modules, self._collector = modules, collector
        self.root = modules.root
        self.notes = Notes(self.root)
        self.imports = Imports(self.notes, modules, filters)
        self.written: dict[str, str | None] = {}
        self.unseen = ""
        self.layouts: set[str] = set()
        self._folder: int | None = None
        self._is_ahead = False
        self._held: dict[str, str | None] = {}
        self._kept = Kept(Path(os.environ.get("MATPLOTLIBRC", "/dev")) / KEPT)
        self._environment = dict(os.environ)
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
        self._own_folder = os.path.join(self.root, ".litpost", "")  # noqa: PTH118
        self._ignored = (
            *modules.libraries, *_SYSTEM,
            os.path.join(cache, ""), os.path.join(os.environ.get("MATPLOTLIBRC", "/dev"), ""),  # noqa: PTH118
        )  # fmt: skip

    def install(self) -> None:
        """Watch from now on."""
        watched, audit, notes = _WATCHED, self._audit, self.notes
        self.imports.install()

        def hear(event: str, arguments: tuple[Any, ...]) -> None:
            if event in watched and notes.are_open:  # of a thousand, one is: `id` tells, too
                audit(event, arguments, sys._getframe(1))

        sys.addaudithook(hear)
        for name in ("stat", "lstat", "access", "readlink"):
            _replace(name, self._watched(getattr(os, name)))
        _replace("open", self._opening(os.open))
        os.environ.__class__ = _watched_environment(self._environment_read)
        getlines = linecache.getlines

        def lines(filename: str, *args: Any, **kwargs: Any) -> list[str]:
            if notes.are_open and filename.startswith("<"):
                self.layouts.add(filename[1:-1])
            return getlines(filename, *args, **kwargs)

        linecache.getlines = lines

    def begin(self, *, is_ahead: bool) -> None:
        """Forget all, as a step begins.

        One that runs ahead of a build must leave nothing behind: if it is about to, since what it
        reads isn't as it was, the session ends.
        """
        self.written, self.layouts, self.unseen = {}, set(), ""
        self._is_ahead = is_ahead
        self._prepared: set[str] = set()
        self.imports.begin()
        self.notes.begin()

    def end(self) -> None:
        """Stop watching: the step has ended."""
        self.notes.are_open = False
        self._note_held()
        self._note_prepared()
        self.imports.end()

    def path_of(self, path: Any, folder: int | None = None) -> str | None:
        """Return the absolute path of something to watch, or nothing.

        `folder` is the descriptor of the one that the path is told from, if it isn't the current.
        """
        if not isinstance(path, (str, bytes, os.PathLike)):
            return None
        start = path_of_descriptor(folder) if folder is not None and folder >= 0 else ""
        if start is None:
            return None
        try:
            full = os.path.abspath(os.path.join(start, os.fsdecode(path)))  # noqa: PTH100, PTH118
        except (TypeError, ValueError):
            return None
        if full.startswith((OWN, self._own_folder)):
            return None
        if full.startswith(self.root + os.sep):
            parts = Path(full[len(self.root) + 1 :]).parts
            return None if {"__pycache__", "site-packages", ".git"}.intersection(parts) else full
        if full == self.root:
            return full
        return None if (full + os.sep).startswith(self._ignored) or "__pycache__" in full else full

    def _audit(self, event: str, arguments: tuple[Any, ...], frame: FrameType) -> None:
        if event == "open":
            self._opened(frame, *arguments)
        elif event in _LISTINGS:
            self._listed(arguments[0], frame, looks=event == "os.scandir")
        elif event in _CHANGES:
            places = _CHANGES[event]
            for number, (place, folder) in enumerate(places):
                path = self.path_of(arguments[place], folder and arguments[folder])
                self._note_existence(path)
                if number < len(places) - 1:
                    self._note_file(path)
                self._note_change(path, whole=len(places) > 1)
        elif event in _SEARCHES:
            self._collector.unfreeze()
        elif event == "sqlite3.connect":
            self._note_file(arguments[0])
            self._note_change(arguments[0])
        elif not is_importing(frame):
            self._end_if_ahead()
            what = "starts another program" if event in _PROGRAMS else "opens a connection"
            self.unseen = self.unseen or f"it {what}"

    def _opened(self, frame: FrameType, path: Any, mode: Any, flags: Any) -> None:
        if is_import_system(frame.f_code.co_filename) and str(path).endswith(_CODE):
            return
        if (full := self.path_of(path, self._folder)) is None:
            return
        flags = flags if isinstance(flags, int) else 0
        is_new = flags & os.O_EXCL and not full.startswith(self.root + os.sep)  # a temporary one
        is_written = bool(flags & _WRITING)
        is_read = not is_new and not (is_written and flags & os.O_TRUNC)
        self._note_open(full, reads=is_read, writes=is_written)

    def opened_below(self, path: Any, *, reads: bool, writes: bool) -> None:
        """Note a file that is about to be opened by C code, which no event tells of."""
        if self.notes.are_open and (full := self.path_of(path)):
            self._note_open(full, reads=reads, writes=writes)

    def looked_below(self, path: Any, *, lists: bool) -> None:
        """Note that C code is about to look for something, or to list what is there and below."""
        if not (self.notes.are_open and isinstance(path, (str, bytes, os.PathLike))):
            return
        start = re.split(r"[^/]*[*?\[]", os.fsdecode(path), maxsplit=1)[0]
        if (full := self.path_of(start or ".")) is None or full in self.written:
            return
        self._note_existence(full)
        with self.notes.paused():
            folders = [folder for folder, _, _ in os.walk(full)] if lists else []
        for folder in folders:
            self.notes.note("d", folder, listing)

    def _note_open(self, full: str, *, reads: bool, writes: bool) -> None:
        if reads:
            self._note_file(full)
        if writes:
            self._note_obstacle(full)
            self._note_change(full)

    def _note_file(self, path: Any) -> None:
        if (full := self.path_of(path)) and full not in self.written:
            self.notes.note("f", full, file_digest)

    def _note_existence(self, path: Any) -> None:
        if (full := self.path_of(path)) and full not in self.written:
            self.notes.note("x", full, existence)

    def _note_obstacle(self, full: str) -> None:
        """Note what keeps a file from being written: a folder in its place, or none around it."""
        with self.notes.paused():
            if os.path.isdir(full):  # noqa: PTH112
                self._note_existence(full)
            if not os.path.isdir(folder := os.path.dirname(full)):  # noqa: PTH112, PTH120
                self._note_existence(folder)

    def _note_change(self, path: Any, *, whole: bool = False) -> None:
        if full := self.path_of(path):
            if full.startswith(self.root + os.sep):
                self._end_if_ahead()
            elif self._is_library_loading(sys._getframe()):
                self._prepared.add(full)
            with self.notes.paused():
                self._kept.keep(full, whole=whole)
                self.written.setdefault(full, existence(full))
            self._held[full] = None

    def _end_if_ahead(self) -> None:
        if self._is_ahead:
            os._exit(0)

    def _note_prepared(self) -> None:
        """Take what libraries have made for themselves, as they were loaded, for what was there.

        It is their settings and folders in the user's home: they would find them the next time.
        """
        looks = {"f": file_digest, "x": existence, "d": listing, "t": times}
        for path in self._prepared:
            for letter, look in looks.items():
                if (slot := f"{letter}:{self.notes.name(path)}") in self.notes.reads:
                    self.notes.reads[slot] = look(path)

    def _note_held(self) -> None:
        """Note files that were opened by an earlier step and that this one has written to."""
        for path, before in self._held.items():
            found = _signature(path)
            if before is not None and found != before:
                self.written.setdefault(path, "file")
            self._held[path] = found

    def _listed(self, path: Any, frame: FrameType, *, looks: bool) -> None:
        """Note that a folder was listed; who scans it himself may look at all that is in it."""
        caller = frame.f_code.co_filename
        path = path_of_descriptor(path) if isinstance(path, int) else path
        full = self.path_of("." if path is None else path)
        if full is None or is_import_system(caller) or (full := self._behind(full)) is None:
            return
        self.notes.note("d", full, listing)
        if looks and not caller.startswith((*self.modules.libraries, "<frozen")):
            with self.notes.paused():
                for entry in os.listdir(full) if os.path.isdir(full) else ():  # noqa: PTH112, PTH208
                    self.notes.note("t", os.path.join(full, entry), times)  # noqa: PTH118

    def _behind(self, full: str) -> str | None:
        """Return the folder that a path leads to, if the step has made that path.

        Nothing if it has made that folder, outside of the project: a temporary one, say. Whether
        it was there before is noted; what is in it now is the step's own doing.
        """
        with self.notes.paused():
            new = [path for path, before in self.written.items() if before is None]
            made = [path for path in new if not path.startswith(self.root + os.sep)]
            if not _is_below(full, made):
                return full
            real = os.path.realpath(full)
            folders = [os.path.realpath(path) for path in made if not os.path.islink(path)]  # noqa: PTH114
            return None if _is_below(real, folders) else self.path_of(real)

    def _watched(self, look: Callable[..., Any]) -> Callable[..., Any]:
        def watched(path: Any, *args: Any, **kwargs: Any) -> Any:
            folder = kwargs.get("dir_fd")
            are_open = self.notes.are_open
            if are_open and (full := self.path_of(path, folder)) and full not in self.written:
                frame = sys._getframe(1)
                if not is_own(asker(frame)):
                    self._note_look(full, frame)
            return look(path, *args, **kwargs)

        return watched

    def _opening(self, open_: Callable[..., int]) -> Callable[..., int]:
        """Let `_opened` know the folder that a path is told from: the event doesn't tell."""

        def opened(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            self._folder = dir_fd
            try:
                return open_(path, flags, mode, dir_fd=dir_fd)
            finally:
                self._folder = None

        return opened

    def _note_look(self, full: str, frame: FrameType) -> None:
        callers = {frame.f_code.co_name, frame.f_back.f_code.co_name if frame.f_back else ""}
        with self.notes.paused():
            is_link = os.path.islink(full)  # noqa: PTH114
            if _EXISTENCE & callers or is_link or os.path.isdir(full):  # noqa: PTH112
                self.notes.note("x", full, existence)
                if _EXISTENCE & callers or not is_link:
                    return
            if "getsize" in callers or not os.path.exists(full):  # noqa: PTH110
                self.notes.note("f", full, file_digest)
            else:
                self.notes.note("t", full, times)

    def _is_library_loading(self, frame: FrameType) -> bool:
        file = asker(frame)
        return file.startswith((*self.modules.libraries, "<frozen")) and is_importing(frame)

    def _environment_read(self, name: str | None) -> None:
        if not self.notes.are_open or name in _OWN_VARIABLES:
            return
        if name in _USUAL and self._is_library_loading(sys._getframe(2)):
            return
        if name is None:
            known = sorted((n, v) for n, v in self._environment.items() if n not in _OWN_VARIABLES)
            self.notes.reads["e:*"] = text_digest(repr(known))
        else:
            value = self._environment.get(name)
            self.notes.reads[f"e:{name}"] = None if value is None else text_digest(value)


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _replace(name: str, function: Callable[..., Any]) -> None:
    """Replace a function of `os`, also where `os` tells which arguments it takes."""
    original = getattr(os, name)
    function.__name__, function.__doc__ = original.__name__, original.__doc__
    setattr(os, name, function)
    supporting: tuple[set[Any], ...] = (
        os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks,
    )  # fmt: skip
    for functions in supporting:
        if original in functions:
            functions.add(function)


def _signature(path: str) -> str | None:
    """Return what tells whether a file was written to: a large one isn't read for it."""
    is_large = os.path.isfile(path) and os.path.getsize(path) > _LARGE  # noqa: PTH113, PTH202
    return times(path) if is_large else file_digest(path)


def _watched_environment(note: Callable[[str | None], None]) -> type:
    kind: Any = type(os.environ)

    class Environment(kind):  # type: ignore[misc]
        def __getitem__(self, key: str) -> str:
            note(key if isinstance(key, str) else None)
            value: str = super().__getitem__(key)
            return value

        def __iter__(self) -> Any:
            note(None)
            return super().__iter__()

    Environment.__name__ = Environment.__qualname__ = kind.__name__
    Environment.__module__ = kind.__module__
    return Environment
