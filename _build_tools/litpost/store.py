"""The store of traces, ``.litpost/store.sqlite``: what earlier runs of steps have done.

It may be deleted at any time. An entry that isn't what was written is passed over and reported.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
import sqlite3
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from litpost.errors import UnwritableError

FORMAT = 1
DATABASE = "store.sqlite"
_LACKS = re.compile("no such (table|column)|has no column|[Cc]ould not decode")
KEPT = 32  # traces of one step, the newest: more than a site has languages
_TABLES = """
CREATE TABLE IF NOT EXISTS traces (
    identity TEXT, reads TEXT, data BLOB, sum BLOB, used REAL, PRIMARY KEY (identity, reads));
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, data BLOB, sum BLOB, used REAL);
"""


def warn(message: str) -> None:
    """Tell of something stored that can't be used."""
    print(f"litpost: {message}", file=sys.stderr)


class Store:
    """Traces by the identity of their steps, and notes by name.

    Parameters
    ----------
    folder
        Where it lies; made if need be.
    warn
        Is told of entries that can't be used.

    Raises
    ------
    UnwritableError
        The folder can't be written to.
    """

    def __init__(self, folder: Path, *, warn: Callable[[str], None] = warn) -> None:
        self._file = folder / DATABASE
        self._warn = warn
        self._told: set[str] = set()
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise UnwritableError(folder, error) from None
        try:
            self._database = self._open()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            self._database = self._make_anew(error)

    def _make_anew(self, error: Exception) -> sqlite3.Connection:
        """Begin a new store in the place of a damaged one; any other error is none of the file."""
        if not _is_damage(error):
            raise UnwritableError(self._file.parent, error)
        try:
            for suffix in ("-wal", "-shm", ""):
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)
            database = self._open()
        except (OSError, sqlite3.DatabaseError) as reason:
            raise UnwritableError(self._file.parent, reason) from None
        self._warn(f"{self._file.name} can't be read ({error}); it is made anew")
        return database

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=60, isolation_level=None)
        database.execute("PRAGMA synchronous=OFF")  # what a power cut damages is made anew
        with contextlib.suppress(sqlite3.OperationalError):
            database.execute("PRAGMA journal_mode=WAL")
        [version] = database.execute("PRAGMA user_version").fetchone()
        if version not in (0, FORMAT):
            database.executescript("DROP TABLE IF EXISTS traces; DROP TABLE IF EXISTS notes;")
        if version != FORMAT:
            database.executescript(_TABLES + f"PRAGMA user_version={FORMAT};")
        return database

    def close(self) -> None:
        """Close the store."""
        self._database.close()

    def traces(self, identity: str) -> list[Mapping[str, Any]]:
        """Return the stored traces of a step, the newest first."""
        query = "SELECT rowid, data, sum FROM traces WHERE identity = ? ORDER BY used DESC"
        return [_decoded(data) for data in self._read(query, identity, "traces")]

    def keep(self, identity: str, reads: str, trace: dict[str, Any]) -> None:
        """Keep a trace, in the place of one with the same reads."""
        self._write("traces", ("identity", "reads"), (identity, reads), trace)
        self._execute(
            "DELETE FROM traces WHERE identity = ? AND rowid NOT IN "
            "(SELECT rowid FROM traces WHERE identity = ? ORDER BY used DESC LIMIT ?)",
            (identity, identity, KEPT),
        )

    def note(self, name: str) -> dict[str, Any] | None:
        """Return a note."""
        query = "SELECT rowid, data, sum FROM notes WHERE name = ?"
        data = next(self._read(query, name, "notes"), None)
        return None if data is None else _decode(data)

    def put_note(self, name: str, data: dict[str, Any]) -> None:
        """Keep a note."""
        self._write("notes", ("name",), (name,), data)

    def notes(self) -> dict[str, dict[str, Any]]:
        """Return all notes."""
        names = [name for [name] in self._execute("SELECT name FROM notes")]
        return {name: note for name in names if (note := self.note(name)) is not None}

    def collect(self, *, age: float, size: int, dry: bool = False) -> tuple[int, int]:
        """Delete entries that weren't used for `age` seconds, and the oldest above `size` bytes.

        Returns how many were deleted, or would be if `dry`, and how many bytes there are then.
        """
        limits = (time.time() - age, self._oldest(size))
        found = self._execute("SELECT count(*) FROM traces WHERE used < ? OR used <= ?", limits)
        [count] = next(iter(found), [0])
        if not dry:
            self._execute("DELETE FROM traces WHERE used < ? OR used <= ?", limits)
            self._execute("VACUUM")
            self._execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count, self._file.stat().st_size

    def _oldest(self, size: int) -> float:
        """Return when the newest entry was used that isn't within `size` bytes; 0 if all are."""
        total = 0
        for used, length in self._execute(
            "SELECT used, length(data) FROM traces ORDER BY used DESC"
        ):
            total += length
            if total > size:
                return float(used)
        return 0.0

    def _read(self, query: str, key: str, table: str) -> Iterator[bytes]:
        for row, data, checksum in self._execute(query, (key,)):
            if isinstance(data, bytes) and _sum(key, data) == checksum:
                yield data
            else:
                self._warn("an entry of the store isn't what was written; it is passed over")
                self._execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))

    def _write(
        self, table: str, names: tuple[str, ...], keys: tuple[str, ...], value: dict[str, Any]
    ) -> None:
        data = zlib.compress(json.dumps(value).encode(), 1)
        row = (*keys, data, _sum(keys[0], data), time.time())
        columns = ", ".join((*names, "data", "sum", "used"))
        marks = ", ".join("?" * len(row))
        self._execute(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", row)

    def _execute(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Do something with the database; if that can't be done, it costs time, and nothing else.

        Where it is damaged, it is made anew.
        """
        try:
            return self._database.execute(query, values).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if _is_damage(error):
                self._database.close()
                self._database = self._make_anew(error)
            elif str(error) not in self._told:  # the disk is full, say
                purpose = "read" if query.startswith("SELECT") else "written to"
                self._warn(f"the store can't be {purpose}: {error}; what it lacks is run again")
                self._told.add(str(error))
        return []


def _is_damage(error: Exception) -> bool:
    name = getattr(error, "sqlite_errorname", "")  # there is none if Python itself complains
    is_damaged = name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
    return is_damaged or isinstance(error, UnicodeDecodeError) or bool(_LACKS.search(str(error)))


def _decode(data: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(zlib.decompress(data))
    return decoded


@functools.lru_cache(maxsize=64)
def _decoded(data: bytes) -> Mapping[str, Any]:
    """Decode a trace: a build reads each twice, a server those of a source at every build."""
    return _decode(data)


def _sum(key: str, data: bytes) -> bytes:
    return hashlib.blake2b(key.encode() + data, digest_size=16).digest()
