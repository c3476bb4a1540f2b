"""What lies outside of sessions: digests of files, folders, modules that could be imported."""

from __future__ import annotations

import hashlib
import os
import re

LOADED = "elsewhere"
"""The digest of a module that isn't the project's: that it is loaded is all that counts."""

_SUFFIXES = (".py", ".so", ".pyd")


def distribution_name(name: str) -> str:
    """Return a distribution's name as all spellings of it come to be.

    >>> distribution_name("Scikit_Learn")
    'scikit-learn'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_digest(path: str) -> str | None:
    """Return the SHA-256 of a file, ``folder``, or nothing where there is none to be read."""
    if os.path.isdir(path):  # noqa: PTH112
        return "folder"
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def listing(path: str) -> str | None:
    """Return a digest of the names in a folder, and of which of them are folders."""
    try:
        with os.scandir(path) as entries:
            names = sorted(entry.name + "/" * entry.is_dir() for entry in entries)
    except OSError:
        return None
    return text_digest("\n".join(names))


def existence(path: str) -> str | None:
    """Say what there is at a path, and where it leads if it is a link."""
    if os.path.islink(path):  # noqa: PTH114
        return f"link to {os.readlink(path)} ({existence(os.path.realpath(path))})"  # noqa: PTH115
    if os.path.isdir(path):  # noqa: PTH112
        return "folder"
    return "file" if os.path.lexists(path) else None


def times(path: str) -> str | None:
    """Return the time and size of a file."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return f"{found.st_mtime_ns}:{found.st_size}:{found.st_mode}"


def importable_names(folder: str) -> str | None:
    """Return a digest of the names of the modules that a folder has."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if entry.name.endswith(_SUFFIXES)
                or os.path.isfile(os.path.join(entry.path, "__init__.py"))  # noqa: PTH113, PTH118
            )
    except OSError:
        return None
    return text_digest("\n".join(names))
