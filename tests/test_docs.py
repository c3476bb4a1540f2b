"""The documentation: the tutorial runs, what the how-tos show builds, links lead somewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from litpost import builder
from litpost.project import find_project

DOCS = Path(__file__).parents[1] / "docs"
SHOWN = re.findall(
    r"^````markdown\n(.*?)^````", (DOCS / "howto.md").read_text("utf-8"), re.S | re.M
)


@pytest.mark.slow
@pytest.mark.xdist_group("tutorial")
def test_every_command_of_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    root = tmp_path / "blog"
    shutil.copytree(DOCS / "tutorial", root)
    [path] = find_project(root).sources()[0]
    report = builder.build(path, find_project(root))
    assert report.status == "written", report.message
    post = (root / "_posts" / Path(path).name).read_text(encoding="utf-8")
    for told in ("the theme is minima", "is 1024.", "is 2048.", "expected 1024", "curve: run:"):
        assert told in post, told


@pytest.mark.parametrize("text", SHOWN)
def test_what_the_howtos_show_builds(text: str, tmp_path: Path) -> None:
    path = "_literate/2024-05-01-shown.md"
    (tmp_path / "_literate/ko").mkdir(parents=True)
    if "original:" in text:
        (tmp_path / path).write_text(SHOWN[0], encoding="utf-8")
        path = "_literate/ko/2024-05-01-shown.md"
    (tmp_path / path).write_text(text, encoding="utf-8")
    report = builder.build(path, find_project(tmp_path))
    assert report.status == "written", report.message


@pytest.mark.parametrize("file", sorted(DOCS.glob("*.md")), ids=lambda file: file.name)
def test_links_lead_somewhere(file: Path) -> None:
    text = re.sub(r"^````?.*?^````?$", "", file.read_text(encoding="utf-8"), flags=re.S | re.M)
    for target in re.findall(r"\]\(([^)#\s]+)", re.sub(r"`[^`\n]*`", "", text)):
        if "://" not in target:
            assert (file.parent / target).exists(), target
