from __future__ import annotations

from pathlib import Path

import pytest

from tests.litpost.blog import Blog


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    (tmp_path / "_literate").mkdir()
    return Blog(tmp_path)
