"""`litpost init`: finds the theme, touches no line of others, and a second run does nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from litpost.installation import BEGIN, END
from tests.litpost.blog import Blog

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def site(tmp_path: Path) -> Blog:
    return Blog(tmp_path)


FOUND = [
    ({"_config.yml": "theme: minima\n"}, "minima"),
    ({"_config.yml": "remote_theme: daattali/beautiful-jekyll@6.0.1\n"}, "beautiful-jekyll"),
    ({"_config.yml": "theme: jekyll-theme-chirpy\n"}, "chirpy"),
    ({"_config.yml": "remote_theme: mmistakes/minimal-mistakes\n"}, "minimal-mistakes"),
    ({"_config.yml": "title: x\n", "_data/conf/main.yml": "a: 1\n"}, "mrgreen"),
    ({"_config.yml": "", "assets/css/beautifuljekyll.css": "a"}, "beautiful-jekyll"),
    ({"_config.yml": "title: x\n", "Gemfile": 'gem "minima", "~> 2.5"\n'}, "minima"),
    ({"_config.yml": "theme: minimalistic\n"}, "minima"),
]


@pytest.mark.parametrize(("files", "theme"), FOUND)
def test_the_theme_is_found_and_a_second_run_changes_nothing(
    site: Blog, files: dict[str, str], theme: str
) -> None:
    for path, text in files.items():
        site.write(path, text)
    done = site.litpost("init", "--yes")
    assert done.returncode == 0, done.stderr
    config = yaml.safe_load(site.read("_config.yml"))
    assert config["litpost"] == {"theme": theme}
    assert "Makefile" in config["exclude"]
    assert (site.root / "_literate").is_dir()
    before = everything(site)
    again = site.litpost("init", "--yes")
    assert "nothing to do" in again.stdout
    assert everything(site) == before
    assert site.litpost("new", "First").returncode == 0
    assert site.litpost("build").returncode == 0


def everything(site: Blog) -> dict[str, bytes]:
    return {str(f): f.read_bytes() for f in site.root.rglob("*") if f.is_file()}


OWN = {
    "_config.yml": "# mine\ntitle: T  \nexclude: [a,   b]\nurl: x",
    ".gitignore": "_site",
    "Makefile": "all:\n\techo hi\n",
    ".pre-commit-config.yaml": "repos:\n  - repo: local\n    hooks: []\n",
    ".github/workflows/litpost.yml": "name: mine\n",
}


def test_no_line_of_others_is_touched(site: Blog) -> None:
    for path, text in OWN.items():
        site.write(path, text)
    done = site.litpost("init", "--yes", "--theme", "chirpy")
    assert done.returncode == 0, done.stderr
    assert "litpost.yml is there and isn't litpost's" in done.stderr
    for path, text in OWN.items():
        written = site.read(path)
        block = rf"^[ \t]*{re.escape(BEGIN)}\n.*?{re.escape(END)}\n"
        rest = re.sub(block, "", written, flags=re.S | re.M).replace(", Makefile]", "]")
        assert rest.strip("\n") == text.strip("\n"), path
    hooks = yaml.safe_load(site.read(".pre-commit-config.yaml"))["repos"]
    assert len(hooks) == 2
    assert yaml.safe_load(site.read("_config.yml"))["exclude"] == ["a", "b", "Makefile"]


def test_a_theme_that_was_named_once_stays(site: Blog) -> None:
    site.write("_config.yml", "title: x\n")
    assert site.litpost("init", "--yes", "--theme", "chirpy").returncode == 0
    again = site.litpost("init", "--yes")
    assert "the theme is chirpy: `_config.yml` says so" in again.stderr
    assert "nothing to do" in again.stdout


def test_git_takes_what_is_to_be_committed_where_a_theme_ignores_hidden_files(site: Blog) -> None:
    site.write("_config.yml", "theme: minima\n")
    site.write(".gitignore", ".*\n!.git*\n_site\n")
    checked("git", "init", "-q", cwd=site.root)
    assert site.litpost("init", "--yes").returncode == 0
    assert site.litpost("new", "First", "--date", "2024-05-01").returncode == 0
    assert site.litpost("build").returncode == 0
    taken = set(checked("git", "ls-files", "-o", "--exclude-standard", cwd=site.root).split("\n"))
    assert taken >= {
        "_literate/.schema.json", "_literate/2024-05-01-first.md", ".pre-commit-config.yaml",
        "_literate/.manifest/2024-05-01-first.json", "_posts/2024-05-01-first.md", "Makefile",
        ".github/workflows/litpost.yml",
    }  # fmt: skip
    assert not any(path.startswith(".litpost") for path in taken)


def test_what_is_to_be_written_is_shown_and_nothing_is_written_unasked(site: Blog) -> None:
    site.write("_config.yml", "theme: minima\n")
    before = everything(site)
    done = subprocess.run(
        [sys.executable, "-m", "litpost", "init"], cwd=site.root, stdin=subprocess.DEVNULL,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "+  theme: minima\n" in done.stdout
    assert "`litpost init --yes` writes what is shown" in done.stderr
    assert everything(site) == before


def test_where_there_is_no_site_or_no_such_theme_it_says_so(site: Blog) -> None:
    done = site.litpost("init", "--yes")
    assert done.returncode == 2
    assert "it isn't a Jekyll site" in done.stderr
    site.write("_config.yml", "title: x\n")
    done = site.litpost("init", "--yes", "--theme", "minma")
    assert (done.returncode, done.stderr) == (
        2,
        "litpost: no theme `minma`; did you mean `minima`?\n",
    )
    assert not (site.root / "_literate").exists()


@pytest.mark.slow
@pytest.mark.site
@pytest.mark.xdist_group("wheel")
def test_the_wheel_serves_any_blog(site: Blog, tmp_path_factory: pytest.TempPathFactory) -> None:
    scratch = tmp_path_factory.mktemp("wheel")
    tree = scratch / "tree"
    for name in ("pyproject.toml", "README.md", "LICENSE", "_build_tools"):
        source = REPOSITORY / name
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        else:
            tree.mkdir(exist_ok=True)
            shutil.copy(source, tree)
    pip = ["-m", "pip", "--disable-pip-version-check", "-q"]
    checked(sys.executable, *pip, "wheel", "--no-deps", "-w", str(scratch), str(tree))
    [wheel] = scratch.glob("*.whl")
    checked(sys.executable, "-m", "venv", str(scratch / "venv"))
    python = scratch / "venv/bin/python"
    checked(python, *pip, "install", str(wheel))
    found = "from importlib.util import find_spec as f; print(f('tensorflow'), f('lstm_src'))"
    assert checked(python, "-c", found, cwd=site.root) == "None None\n"
    litpost = scratch / "venv/bin/litpost"
    site.write("_config.yml", "title: Birds\n")
    site.write("_layouts/post.html", "<html><body>{{ content }}</body></html>\n")
    site.write("index.html", "---\n---\n{% for post in site.posts %}{{ post.title }}{% endfor %}\n")
    checked(litpost, "init", "--yes", cwd=site.root)
    checked(litpost, "new", "Counting birds", "--date", "2024-05-01", cwd=site.root)
    checked(litpost, "build", cwd=site.root)
    checked(litpost, "build", "--check", cwd=site.root)
    if not shutil.which("jekyll") and "CI" not in os.environ:
        pytest.skip("Jekyll is not installed")
    checked(litpost, "site", cwd=site.root)
    [page] = (site.root / "_site").rglob("counting-birds.html")
    assert "The last of the 11 powers is 1024." in page.read_text(encoding="utf-8")
    assert not (site.root / "_site/Makefile").exists()


def checked(*command: str | Path, cwd: Path | None = None) -> str:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=own)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
