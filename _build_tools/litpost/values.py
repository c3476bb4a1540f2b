"""Values that slow steps have computed, kept for builds in which these don't have to run.

Only what is plain is kept (`litpost.session.values`), and only where its digest alone says what it
is: not what shares objects with other variables, nor what is told by the run that made it. A
session that is given a value takes its digest anew, so that another one is never taken for it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from litpost.runner import Session, SessionError
from litpost.store import warn
from litpost.trace import Trace

SLOW = 0.1  # seconds: what took less is run again
RATE = 50_000_000  # bytes for each second that the step took: keeping them takes less
LIMIT = 1_000_000_000  # bytes of all
TIMEOUT = 60.0  # seconds
NUMPY = ".numpy"  # the end of a file's name, if NumPy is needed to read it


class Values:
    """Values by their digests, a file each; all of them may be deleted at any time.

    Parameters
    ----------
    store
        The folder of all that is stored; they get one of their own in it.
    """

    def __init__(self, store: Path) -> None:
        self._folder = store / "values"

    def needs(self, digest: str) -> tuple[str, ...] | None:
        """Return the slots that have to be there for a value to be read; None if it isn't kept."""
        if not is_fit(digest):
            return None
        return next((slots for file, slots in self._places(digest) if file.is_file()), None)

    def _places(self, digest: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
        """Yield where a value may lie, with what it needs there."""
        yield self._folder / digest, ()
        yield self._folder / f"{digest}{NUMPY}", ("m:numpy",)

    def _path(self, digest: str) -> Path:
        return next(
            (file for file, _ in self._places(digest) if file.is_file()), self._folder / digest
        )

    def keep(self, session: Session, trace: Trace) -> bool:
        """Have a session keep what a step has computed, if it was slow.

        Returns
        -------
        bool
            Whether the session can still be used.
        """
        # A value that is given costs fingerprints, too.
        seconds = trace.seconds - trace.fingerprint_seconds
        if trace.failure or trace.missed or seconds < SLOW:
            return True
        files = {
            slot: str(self._folder / digest)
            for slot, digest in trace.writes.items()
            if slot[0] == "v" and digest and is_fit(digest) and self.needs(digest) is None
        }
        if not files:
            return True
        limit = min(int(seconds * RATE), LIMIT)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            kept = session.ask({"do": "keep", "files": files, "limit": limit}, timeout=TIMEOUT)
        except SessionError:
            return False
        except OSError:  # as with all that is stored, that costs time and nothing else
            return True
        if kept["kept"]:
            self.collect(size=LIMIT)
        return True

    def give(self, session: Session, wanted: Mapping[str, str]) -> dict[str, str]:
        """Bring variables into a session; return those that are there now as they are wanted."""
        files = {slot: self._path(digest) for slot, digest in wanted.items()}
        asked = {slot: str(file) for slot, file in files.items()}
        try:
            found = session.ask({"do": "give", "files": asked}, timeout=TIMEOUT)["given"]
        except SessionError:
            return {}
        given = {slot: digest for slot, digest in wanted.items() if found.get(slot) == digest}
        for slot, file in files.items():
            with contextlib.suppress(OSError):
                if slot in given:
                    os.utime(file)
                else:
                    file.unlink()  # unless another build has deleted it meanwhile
                    warn("a stored value isn't what was written; it is passed over")
        return given

    def collect(self, *, size: int, age: float = float("inf"), dry: bool = False) -> int:
        """Delete values that weren't used for `age` seconds, and the oldest above `size` bytes.

        Returns how many were deleted, or would be if `dry`.
        """
        gone = list(self._beyond(size, time.time() - age))
        for file in () if dry else gone:
            with contextlib.suppress(OSError):
                file.unlink()
        return len(gone)

    @property
    def size(self) -> int:
        """The bytes of all."""
        return sum(found.st_size for _, found in self._files())

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        with contextlib.suppress(FileNotFoundError):
            return [(file, file.stat()) for file in self._folder.iterdir()]
        return []

    def _beyond(self, size: int, since: float) -> Iterator[Path]:
        total = 0
        for file, found in sorted(self._files(), key=lambda each: -each[1].st_mtime):
            total += found.st_size
            if total > size or found.st_mtime < since:
                yield file


def is_fit(digest: str) -> bool:
    """Say whether a digest tells all of a value: neither what it shares nor where it comes from."""
    return digest.isalnum()
