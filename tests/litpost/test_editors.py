"""Sources in editors: as notebooks by jupytext, and their schema for the YAML language server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from litpost.theme import themes
from tests.litpost.blog import Blog

REPOSITORY = Path(__file__).parents[2]
COMMANDS = re.findall(
    r"^    (jupytext .*)$", (REPOSITORY / "docs/reference.md").read_text(encoding="utf-8"), re.M
)
TUTORIAL = REPOSITORY / "docs/tutorial/_literate/2024-05-01-ten-minutes.md"
SOURCES = [
    *sorted((REPOSITORY / "_literate").rglob("*.md")),
    TUTORIAL,
    REPOSITORY / "tests/litpost/golden/source.md",
]


def through_notebook(blog: Blog, source: str) -> tuple[str, list[str]]:
    """Make a notebook of a source as the reference says; return it as text, and its cells."""
    blog.write("SOURCE.md", source)
    there, back = COMMANDS
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command in (there, "rm SOURCE.md", back):
        subprocess.run(command, shell=True, cwd=blog.root, env=environment, check=True)
    cells = json.loads(blog.read("study.ipynb"))["cells"]
    codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return (blog.root / "SOURCE.md").read_bytes().decode(), codes


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_sources_open_as_notebooks_and_come_back_as_they_were(blog: Blog, source: Path) -> None:
    text = source.read_bytes().decode()
    back, codes = through_notebook(blog, text)
    assert back == text
    if source != TUTORIAL:  # whose longer fences jupytext doesn't know
        bodies = re.findall(r"^```\{python\}\n(.*?)\n?^```$", text, re.S | re.M)
        assert codes == [body.rstrip() for body in bodies]


@pytest.mark.parametrize("theme", themes())
def test_a_new_source_keeps_its_schema_in_a_notebook(blog: Blog, theme: str) -> None:
    blog.write("_config.yml", f"litpost: {{theme: {theme}}}\nlanguage_switch_lang_list: [en, ko]\n")
    for language in ("en", "ko"):
        path = blog.litpost(
            "new", "A", "--lang", language, "--slug", f"a-{language}"
        ).stdout.strip()
        text = blog.read(path)
        back, codes = through_notebook(blog, text)
        assert back == text
        assert len(codes) == 1
        line = text.split("\n")[1]
        named = re.fullmatch(r"#\s+yaml-language-server\s*:\s*\$schema=(\S+)", line)
        assert named, line
        assert (blog.root / path).parent.joinpath(named[1]).is_file()
