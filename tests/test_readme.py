"""Every command that the README shows is run here, in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"^```sh\n(.*?)^```", README, re.S | re.M)
    for line in block.splitlines()
]  # fmt: skip
CALLERS = ("make test", "make check")
"""The commands that run this test themselves."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the committed and the new files, with the source that the README shows."""
    root = tmp_path_factory.mktemp("readme") / "blog"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, root / name)
    venv = root / ".venv"
    venv.symlink_to(sys.prefix)
    (venv / ".installed").touch()
    shown = re.search(r"^````markdown\n(.*?)^````", README, re.S | re.M)
    assert shown
    (root / "_literate" / "2024-05-01-powers-of-two.md").write_text(shown[1], encoding="utf-8")
    return root


def run(command: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, shell=True, cwd=root, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.site
@pytest.mark.xdist_group("readme")
def test_the_commands_do_what_the_readme_says(copy: Path) -> None:
    if not shutil.which("jekyll") and "CI" not in os.environ:
        pytest.skip("Jekyll is not installed")
    commands = [command for command in COMMANDS if command not in CALLERS]
    assert "make post" in commands
    assert "make site" in commands
    for command in commands:
        done = run(command, copy)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    post = (copy / "_posts" / "2024-05-01-powers-of-two.md").read_text(encoding="utf-8")
    assert "The last of them is 1024." in post
    assert "<figcaption>Ten doublings reach 1024.</figcaption>" in post
    pages = {page.name for page in (copy / "_site").rglob("*.html")}
    assert "2024-05-01-powers-of-two.html" in pages
    assert "2023-07-19-deep-learning-from-scratch2-chapter6.html" in pages


def test_the_makefile_has_the_commands_that_run_this_test() -> None:
    for command in CALLERS:
        assert command in COMMANDS
        assert run(f"{command} --dry-run", REPOSITORY).returncode == 0


SERVED = {"": "litpost serve", "JEKYLL=1": "litpost serve --jekyll"}


@pytest.mark.parametrize(("setting", "command"), SERVED.items())
def test_make_serves_what_the_readme_says(setting: str, command: str) -> None:
    shown = f"make serve {setting}".strip()
    assert f"`{shown}`" in README
    done = run(f"{shown} --dry-run", REPOSITORY)
    assert done.stdout.split("\n")[-2].strip().endswith(command), done.stdout + done.stderr


def test_what_the_readme_names_is_there() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)|(?:src|srcset)=\"([^\"]+)\"", README):
        target = link[0] or link[1]
        if "://" not in target:
            assert (REPOSITORY / target).exists(), target
    for name in re.findall(r"^\| `([^`]+)`", README, re.M):
        assert (REPOSITORY / name).exists() or name in {"parser", ".litpost/"}, name
