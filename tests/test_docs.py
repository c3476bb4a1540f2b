"""The documentation: the tutorial runs, what the how-tos show builds, links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
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


def test_a_plot_is_edited_without_training_again_as_the_howto_says(tmp_path: Path) -> None:
    [text] = [text for text in SHOWN if "label: training" in text]
    path, ran = "_literate/2024-05-01-shown.md", list[str]()
    (tmp_path / path).parent.mkdir()
    for shown in (text, text.replace("plt.semilogy(losses)", "plt.semilogy(losses[::2])")):
        ran.clear()
        (tmp_path / path).write_text(shown, encoding="utf-8")
        report = builder.build(
            path, find_project(tmp_path), report=lambda step, number, count: ran.append(step.key)
        )
        assert report.status == "written", report.message
    assert len(ran) == 2
    assert "training" not in ran


WORKERS = re.search(
    r"^```sh\n(build\(\).*?)^```", (DOCS / "howto.md").read_text("utf-8"), re.S | re.M
)
POST = """\
---
title: A
---

<!-- outline-start -->
Summary.
<!-- outline-end -->

```{python}
"NAME"
```
"""


def test_sources_are_built_in_clones_as_the_howto_says(tmp_path: Path) -> None:
    root = tmp_path / "blog"
    for name in ("a", "b"):
        source = root / f"_literate/2024-05-01-{name}.md"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(POST.replace("NAME", name), encoding="utf-8")
    translation = root / "_literate/ko/2024-05-01-a.md"
    translation.parent.mkdir()
    header = "title: A\nlitpost: {original: 2024-05-01-a.md}\n"
    translation.write_text(POST.replace("title: A\n", header).partition("```")[0], encoding="utf-8")
    (root / ".gitignore").write_text(".litpost/\n", encoding="utf-8")
    assert WORKERS
    commands = [
        "git init -q", "git add -A", "git commit -qm Begin", WORKERS[1], "litpost build --check",
        "git status --porcelain", "cp -r ../store .litpost", "litpost build --json",
    ]  # fmt: skip
    done = subprocess.run(
        ["bash", "-ec", "\n".join(commands)], cwd=root, env=WHO, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    posts = [f"{folder}_posts/2024-05-01-{name}.md" for folder, name in BUILT]
    said = done.stdout.partition("{")[0].splitlines()
    assert sorted(said[:3]) == sorted(f"written   {post}" for post in posts)
    assert said[3:] == [f"current   {post}" for post in posts]
    reports = json.loads(done.stdout.removeprefix("\n".join([*said, ""])))["posts"]
    assert [report["status"] for report in reports] == ["unchanged"] * 3
    assert [cell["status"] for report in reports for cell in report["cells"]] == ["current"] * 3


BUILT = [("", "a"), ("", "b"), ("ko/", "a")]
WHO = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    **{
        f"GIT_{who}_{what}": "a@b.c"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}


@pytest.mark.parametrize("file", sorted(DOCS.glob("*.md")), ids=lambda file: file.name)
def test_links_lead_somewhere(file: Path) -> None:
    text = re.sub(r"^````?.*?^````?$", "", file.read_text(encoding="utf-8"), flags=re.S | re.M)
    for target in re.findall(r"\]\(([^)#\s]+)", re.sub(r"`[^`\n]*`", "", text)):
        if "://" not in target:
            assert (file.parent / target).exists(), target
