"""Folders of libraries that cells find besides those that are installed, for tests."""

from __future__ import annotations

import importlib
import sysconfig
from pathlib import Path

import pytest


def import_from(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Have cells find the modules and distributions of a folder."""
    patch.setenv("PYTHONPATH", str(folder))
    patch.syspath_prepend(str(folder))
    versions = importlib.import_module("litpost.versions")  # `litpost.versions` is a function, too
    table = getattr(versions._table, "__wrapped__", versions._table)
    patch.setattr(versions, "_table", table)  # and list what is installed anew


def user_site(base: Path, patch: pytest.MonkeyPatch) -> Path:
    """Return a new folder where a user's own libraries are; cells find what is in it."""
    patch.setenv("PYTHONUSERBASE", str(base))
    folder = Path(sysconfig.get_path("purelib", "posix_user", {"userbase": str(base)}))
    folder.mkdir(parents=True, exist_ok=True)
    import_from(folder, patch)
    return folder
