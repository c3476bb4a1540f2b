"""The command line: exit statuses, messages, JSON."""

from __future__ import annotations

import ast
import dataclasses
import doctest
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import litpost
from litpost.project import find_project
from tests.litpost.blog import POST, SOURCE, Blog, cell


def test_done_is_0_failed_1_usage_2_stale_3(blog: Blog) -> None:
    blog.source(cell("1 + 1", "label: sum"))
    assert blog.litpost("build", "--check").returncode == 3
    done = blog.litpost("build")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"written   {POST}\n", "")
    again = blog.litpost("build", SOURCE)
    assert (again.returncode, again.stdout) == (0, f"unchanged {POST}\n")
    assert blog.litpost("build", "--check").returncode == 0
    blog.source(cell("1 / 0"))
    failed = blog.litpost("build")
    assert failed.returncode == 1
    assert "ZeroDivisionError" in failed.stderr
    assert blog.litpost("build", "nothing.md").returncode == 2


def test_json_reports_every_cell(blog: Blog) -> None:
    blog.write("code.py", "x = 1\n")
    blog.source(
        cell("1 + 1", "label: sum")
        + "\n```{python}\n#| source: code.py\n```\n\n"
        + cell("oops(", "eval: false")
    )
    report = json.loads(blog.litpost("build", "--json").stdout)
    [post] = report["posts"]
    assert (post["source"], post["post"], post["status"]) == (SOURCE, POST, "written")
    assert [cell["status"] for cell in post["cells"]] == ["ran", "shown", "shown"]
    first = post["cells"][0]
    assert set(first) == {"label", "line", "status", "because", "seconds"}
    assert (first["label"], first["line"]) == ("sum", 9)
    assert first["because"]
    assert first["seconds"] > 0
    checked = json.loads(blog.litpost("build", "--check", "--json").stdout)
    [post] = checked["posts"]
    assert post["status"] == "current"
    assert [cell["status"] for cell in post["cells"]] == ["current", "shown", "shown"]
    blog.source(cell("1 / 0"))
    failed = blog.litpost("build", "--json")
    assert failed.returncode == 1
    [post] = json.loads(failed.stdout)["posts"]
    assert post["status"] == "failed"
    assert "ZeroDivisionError" in post["message"]
    assert [cell["status"] for cell in post["cells"]] == ["ran"]


def test_diff_writes_nothing_and_shows_what_would_change(blog: Blog) -> None:
    blog.build("One.\n")
    before = blog.files()
    blog.source("Two.\n")
    shown = blog.litpost("build", "--diff")
    assert shown.returncode == 0
    assert f"--- a/{POST}\n+++ b/{POST}\n" in shown.stdout
    assert "\n-One.\n+Two.\n" in shown.stdout
    assert blog.files() == before
    assert blog.litpost("build", "--diff", "--check").returncode == 3


USAGE = [
    (["build", "--root", "nowhere"], "no folder `nowhere`; name the blog's by `--root DIR`"),
    (["build", "--root", "_literate"], "in _literate; `litpost init` makes one in a Jekyll site"),
    (["build"], 'no sources in _literate/; `litpost new "Title"` begins one'),
    (["build", "x.md"], "no source `x.md`; sources lie in _literate/"),
    (["build", "_literate/notes.md"], "isn't a source of this project"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE)
def test_wrong_use_is_one_clear_sentence(blog: Blog, arguments: list[str], message: str) -> None:
    blog.write("_literate/notes.md", "a note")
    done = blog.litpost(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_module_of_the_blog_is_none_that_litpost_needs(blog: Blog) -> None:
    blog.write("yaml.py", "raise SystemExit('the wrong one')\n")
    blog.source(cell("1 + 1"))
    assert blog.litpost("build").returncode == 0


MISTYPED = [
    (["bild"], "litpost: error: `bild`: did you mean `build`?"),
    (["xyz"], "litpost: error: `xyz`: there are: `build`, `completion`, `doctor`"),
    (["build", "--dif"], ""),
    (["build", "--chekc"], "litpost build: error: `--chekc`: did you mean `--check` or"),
    (["explain", "a", "b"], "litpost explain: error: `b`: it takes no more"),
    (["completion", "bsh"], "litpost completion: error: `bsh`: did you mean `bash` or `zsh`?"),
]


@pytest.mark.parametrize(("arguments", "message"), MISTYPED)
def test_what_is_mistyped_is_told_what_was_meant(
    blog: Blog, arguments: list[str], message: str
) -> None:
    blog.source("Text.\n")
    done = blog.litpost(*arguments)
    assert done.returncode == (2 if message else 0)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_library_that_is_missing_is_told_where_to_put(blog: Blog) -> None:
    blog.source(cell("import no_such_library.part"))
    done = blog.litpost("build")
    assert done.returncode == 1
    assert f"Cells run in {sys.prefix}; if `no_such_library` is of a library" in done.stderr
    assert f"`{sys.executable} -m pip install …`" in done.stderr


WITHOUT_SITE = [["site"], ["serve", "--jekyll"], ["site", "--check"]]


@pytest.mark.parametrize("arguments", WITHOUT_SITE, ids=" ".join)
def test_what_needs_a_site_says_how_to_get_one(blog: Blog, arguments: list[str]) -> None:
    blog.source("Text.\n")
    done = blog.litpost(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    told = "no pages in" if "--check" in arguments else "it isn't a Jekyll site; `jekyll new DIR`"
    assert told in done.stderr


def test_who_reads_may_stop_and_may_know_no_korean(blog: Blog) -> None:
    command = [sys.executable, "-m", "litpost"]
    with subprocess.Popen(
        [*command, "themes"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as done:
        assert done.stdout
        assert done.stderr
        done.stdout.close()
        assert done.stderr.read() == ""
    assert done.returncode == 141
    told = subprocess.run(
        [*command, "new", "둘", "--date", "2024-05-01"], cwd=blog.root, capture_output=True,
        text=True, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert (told.returncode, told.stdout) == (0, "_literate/2024-05-01-\\ub458.md\n")


def test_a_python_that_is_too_old_is_told_so(tmp_path: Path) -> None:
    code = "import sys; sys.version_info = (3, 9, 1); import litpost.cli"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed, this is 3.9" in done.stderr
    first = Path(litpost.__file__).read_text(encoding="utf-8")
    ast.parse(first, feature_version=(3, 7))


def test_without_jekyll_it_is_said_how_to_get_it(blog: Blog) -> None:
    blog.write("_config.yml", "title: x\n")
    code = (
        "import os, sys; from litpost import site; from litpost.cli import main; "
        "site._may_use_apt = lambda: False; os.environ['PATH'] = ''; sys.exit(main(['site']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=blog.root, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("litpost: Jekyll, which builds the site, isn't installed.")
    assert "sudo apt-get install jekyll" in done.stderr


SETTINGS = "litpost: {theme: chirpy, branch: trunk}\nrepository: me/blog\nlang: de\nother: 1\n"


def test_settings_are_kept_and_read_anew_once_they_change(blog: Blog) -> None:
    blog.write("_config.yml", SETTINGS)
    first = find_project(blog.root)
    kept = blog.root / ".litpost/settings.json"
    assert not kept.exists()
    kept.parent.mkdir()
    assert find_project(blog.root) == find_project(blog.root) == first
    assert kept.is_file()
    blog.write("_config.yml", SETTINGS.replace("de", "ko"))
    assert find_project(blog.root) == dataclasses.replace(first, language="ko")
    blog.write("_data/conf/main.yml", "language_switch_lang_list: [ko, en]\n")
    assert find_project(blog.root).languages == ("ko", "en")
    assert find_project(blog.root).languages == ("ko", "en")


@pytest.mark.parametrize("damage", ["{", "[]", "{}", '{"of": 1}', "\\0"])
def test_damaged_settings_are_not_taken(damage: str, blog: Blog) -> None:
    blog.write("_config.yml", SETTINGS)
    blog.write(".litpost/settings.json", damage)
    assert find_project(blog.root).theme == "chirpy"


def test_doctor_says_what_is_there_and_how_to_get_what_is_missing(blog: Blog) -> None:
    blog.source("Text.\n")
    blog.write("_config.yml", "litpost: {theme: chirpy}\nlang: de\n")
    done = blog.litpost("doctor")
    assert done.returncode in (0, 1)
    for told in ("Python", "theme", "chirpy", "language", "1 source", "jupytext", "git"):
        assert told in done.stdout
    found = {
        item["name"]: item for item in json.loads(blog.litpost("doctor", "--json").stdout)["found"]
    }
    assert found["theme"]["what"].startswith("chirpy")
    blog.write("_config.yml", "litpost: {theme: chripy}\n")
    done = blog.litpost("doctor")
    assert done.returncode == 1
    assert "did you mean `chirpy`?" in done.stdout
    (blog.root / "_literate").rename(blog.root / "other")
    done = blog.litpost("doctor")
    assert done.returncode == 1
    assert "`litpost init` makes one" in done.stdout


def test_doctor_finds_the_jekyll_that_builds_the_site_beside_any_gemfile(blog: Blog) -> None:
    script = blog.root / "bin/jekyll"
    blog.write("bin/jekyll", "#!/bin/sh\n[ $JEKYLL_NO_BUNDLER_REQUIRE ] && echo jekyll 4.3.1\n")
    script.chmod(0o755)
    blog.write("Gemfile", 'gem "no-such-gem"\n')
    environment = {**os.environ, "PATH": f"{script.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "litpost", "doctor"], cwd=blog.root, env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    assert "ok       Jekyll      4.3.1, as `jekyll`" in done.stdout


def test_a_wrong_configuration_is_one_clear_sentence(blog: Blog) -> None:
    blog.source("Text.\n")
    blog.write("_config.yml", "litpost: {theme: mrgren}\n")
    done = blog.litpost("build")
    assert (done.returncode, done.stderr) == (
        2, "litpost: no theme `mrgren`; did you mean `mrgreen`?\n",
    )  # fmt: skip
    for broken in ("a: [", "- a\n", "litpost: 3\n"):
        blog.write("_config.yml", broken)
        done = blog.litpost("build")
        assert done.returncode == 2, broken
        assert "_config.yml can't be read" in done.stderr
        assert "Traceback" not in done.stderr


def loaded_by_a_build(blog: Blog, names: set[str]) -> str:
    """Build; return which of some modules the driver has loaded for it."""
    code = (
        "import sys; from litpost.cli import main; main(['build']);"
        f"print(sorted({names!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=blog.root, capture_output=True, text=True
    )
    return done.stdout.splitlines()[-1]


def test_the_driver_imports_no_library_of_the_cells(blog: Blog) -> None:
    blog.source("Text.\n")
    assert loaded_by_a_build(blog, {"numpy", "matplotlib", "IPython", "tensorflow"}) == "[]"


def test_a_build_with_nothing_to_do_loads_nothing_that_takes_long(blog: Blog) -> None:
    blog.write("_config.yml", SETTINGS)
    blog.source("Text.\n")
    slow = {"yaml", "jinja2", "markdown_it", "subprocess"}
    assert "yaml" in loaded_by_a_build(blog, slow)
    loaded_by_a_build(blog, slow)
    assert loaded_by_a_build(blog, slow) == "[]"


def modules() -> list[str]:
    found = pkgutil.walk_packages(litpost.__path__, "litpost.")
    return [module.name for module in found if not module.name.endswith("__main__")]


@pytest.mark.parametrize("name", modules())
def test_docstrings_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
