"""Whose code asks for something, by the frames of its calls."""

from __future__ import annotations

import os
import sys
from types import FrameType

from litpost.session.modules import OWN, STANDARD, Modules

_PATHS = ("posixpath.py", "genericpath.py", "pathlib.py", "os.py", "<frozen posixpath>",
          "<frozen genericpath>", "<frozen os>", "<frozen _collections_abc>",
          "_collections_abc.py", "watch.py")  # fmt: skip
_SESSION = os.path.join(OWN, "session", "")  # noqa: PTH118


def asker(frame: FrameType | None) -> str:
    """Return the file of the code that asked, by way of Python's own modules for paths, for it."""
    while frame is not None and frame.f_code.co_filename.endswith(_PATHS):
        frame = frame.f_back
    return frame.f_code.co_filename if frame is not None else ""


def asking_library(frame: FrameType | None, modules: Modules) -> str:
    """Return the library that asked, by way of Python's own modules, or nothing if others did."""
    while frame is not None:
        file, name = frame.f_code.co_filename, frame.f_globals.get("__name__")
        top = name.partition(".")[0] if isinstance(name, str) else ""
        if top not in STANDARD and not is_own(file):
            is_local = modules.is_local_file(file)
            if file.startswith("<"):  # it was made by some code
                is_local = top not in sys.modules or modules.is_local(top)
            return "" if is_local or top == "__main__" else top
        frame = frame.f_back
    return ""


def is_import_system(file: str) -> bool:
    """Say whether code is of what finds modules and distributions: versions tell what it finds."""
    return file.startswith("<frozen importlib") or f"{os.sep}importlib{os.sep}" in file


def is_own(file: str) -> bool:
    """Say whether code is the session's, or that of imports."""
    return file.startswith(_SESSION) or is_import_system(file)


def is_importing(frame: FrameType | None) -> bool:
    """Say whether a library is being loaded: what it does then is told by its version."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap_external>":
            return True
        frame = frame.f_back
    return False
