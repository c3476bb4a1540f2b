from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.litpost.blog import Blog


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    (tmp_path / "_literate").mkdir()
    return Blog(tmp_path)


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for clean builds."""
    return tmp_path_factory.mktemp("clean")


@pytest.fixture(autouse=True, scope="session")
def _installed_once() -> Iterator[None]:
    """Look up what is installed once for all tests, not once for each new blog."""
    versions = importlib.import_module("litpost.versions")  # `litpost.versions` is a function, too
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(versions, "_table", functools.cache(versions._table))
        yield


@pytest.fixture(autouse=True)
def _none_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no step count as slow, however long it takes on this machine."""
    monkeypatch.setattr("litpost.values.SLOW", float("inf"))
