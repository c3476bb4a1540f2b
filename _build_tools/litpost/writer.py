"""The only module that touches the tree: atomically, below the root, and only what differs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from litpost.errors import HandEditedError, LitpostError, UnwritableError, UsageError
from litpost.project import STORE
from litpost.signature import is_signed


@contextlib.contextmanager
def locked(root: Path, *, waits: bool = True) -> Iterator[None]:
    """Hold the root's lock, so that two builds never write at once; wait for it if need be.

    Raises
    ------
    UnwritableError
        There can be none.
    BlockingIOError
        Somebody holds it, and it isn't to be waited for.
    """
    folder = root / STORE
    try:
        folder.mkdir(exist_ok=True)
        file = (folder / "lock").open("w")
    except OSError as error:
        raise UnwritableError(folder, error) from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def check_post(root: Path, path: str) -> None:
    """Check that a post may be overwritten.

    Raises
    ------
    HandEditedError
        What is on disk isn't what litpost wrote there.
    """
    file = root / path
    if file.is_file() and not is_signed(file.read_bytes().decode("utf-8", "replace")):
        raise HandEditedError(
            f"{path}: this post was edited by hand, or litpost didn't write it; it stays as it is. "
            "Move the edits to its source, then build with --force to overwrite it"
        )


def differing(root: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that aren't on disk with these bytes."""
    return {path: data for path, data in files.items() if read(root / path) != data}


def read(file: Path) -> bytes | None:
    """Return what is in a file, or nothing where none can be read."""
    try:
        return file.read_bytes()
    except OSError:
        return None


def write(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files below the root: each is replaced as a whole, or stays as it was.

    Raises
    ------
    LitpostError
        A path leads out of the root, or can't be written.
    """
    real = root.resolve()
    for path in files:
        if not (root / path).resolve().is_relative_to(real):
            raise LitpostError(f"{path}: leads out of {root.name}/; nothing was written")
    for path, data in files.items():
        try:
            _replace(root / path, data)
        except OSError as error:
            raise LitpostError(f"{path}: can't be written: {error.strerror}") from error


def create(root: Path, path: str, data: bytes) -> None:
    """Write a file that isn't there yet, as a whole.

    Raises
    ------
    UsageError
        There is something at that path.
    LitpostError
        It can't be written.
    """
    file = root / path
    try:
        with _temporary(file, data) as temporary:
            os.link(temporary, file)
    except FileExistsError:
        raise UsageError(f"{path} is there already; it stays as it is") from None
    except OSError as error:
        raise LitpostError(f"{path}: can't be written: {error.strerror}") from error


def remove(root: Path, paths: Iterable[str]) -> None:
    """Remove files below the root that an earlier build wrote and nothing needs any more.

    Raises
    ------
    LitpostError
        One can't be removed.
    """
    real = root.resolve()
    for path in paths:
        file = root / path
        try:
            if file.resolve().is_relative_to(real):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise LitpostError(f"{path}: can't be removed: {error.strerror}") from error


def remove_empty(root: Path, folders: Iterable[str]) -> None:
    """Remove those of some folders that are empty."""
    for path in folders:
        with contextlib.suppress(OSError):  # it isn't, or isn't there
            (root / path).rmdir()


def _replace(file: Path, data: bytes) -> None:
    with _temporary(file, data) as temporary:
        temporary.replace(file)


@contextlib.contextmanager
def _temporary(file: Path, data: bytes) -> Iterator[Path]:
    """Yield a file with these bytes beside another one; remove it if it is left there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:40]}.")
    try:
        with os.fdopen(descriptor, "wb") as temporary:
            temporary.write(data)
            os.fchmod(descriptor, 0o666 & ~_umask())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
