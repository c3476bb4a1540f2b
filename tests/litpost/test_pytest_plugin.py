"""``pytest --litpost``: every cell and every post is a test, told in the source's lines."""

from __future__ import annotations

import subprocess
import sys

from tests.litpost.blog import HEADER, POST, SOURCE, Blog, cell


def pytest_in(blog: Blog, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "-rA"]
    return subprocess.run(
        [*command, *arguments], cwd=blog.root, capture_output=True, text=True
    )  # fmt: skip


GOOD = cell("x = 2", "label: two") + "\n" + cell("assert x == 2", "label: claim")


def test_every_cell_and_the_post_are_tests(blog: Blog) -> None:
    blog.build(GOOD + "\n" + cell("nothing", "label: shown", "eval: false"))
    done = pytest_in(blog, "--litpost")
    assert done.returncode == 0, done.stdout
    for name in ("two", "claim", "post"):
        assert f"PASSED {SOURCE}::{name}" in done.stdout
    assert "shown" not in done.stdout
    assert "3 passed" in done.stdout


def test_without_the_option_nothing_is_collected_or_imported(blog: Blog) -> None:
    blog.build(GOOD)
    blog.write(
        "test_it.py",
        "import sys\n\ndef test_it():\n"
        "    found = {m for m in sys.modules if m.startswith('litpost')}\n"
        "    assert found == {'litpost', 'litpost.pytest_plugin'}\n",
    )
    done = pytest_in(blog)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_where_there_are_no_sources_it_is_said_how_to_begin(blog: Blog) -> None:
    blog.write("test_it.py", "def test_it():\n    pass\n")
    done = pytest_in(blog, "--litpost", "-q")
    assert done.returncode == 0
    assert f"no sources in {blog.root}/_literate; `litpost new" in done.stdout
    assert "no sources" not in pytest_in(blog, "--litpost", "test_it.py").stdout


def test_a_failure_points_into_the_source(blog: Blog) -> None:
    blog.build(GOOD)
    blog.source(GOOD + "\n" + cell("x  # => 3", "label: wrong") + "\n" + cell("x", "label: after"))
    done = pytest_in(blog, "--litpost")
    assert done.returncode == 1
    assert f"PASSED {SOURCE}::claim" in done.stdout
    assert f"FAILED {SOURCE}::wrong" in done.stdout
    assert f"{SOURCE}:21: cell `wrong` failed" in done.stdout
    assert "2 passed, 2 skipped" in done.stdout.replace("1 failed, ", "")
    assert "raise Stop" not in done.stdout


def test_a_post_that_is_not_what_its_source_comes_to_fails_until_accepted(blog: Blog) -> None:
    blog.build(cell("print('old')"))
    before = blog.files()
    blog.source(cell("print('new')"))
    done = pytest_in(blog, "--litpost")
    assert done.returncode == 1
    assert f"{POST} isn't what this source comes to" in done.stdout
    assert "+new" in done.stdout
    assert "\x1b[32m+new" in pytest_in(blog, "--litpost", "--color=yes").stdout
    assert blog.files() == before
    assert pytest_in(blog, "--litpost-update").returncode == 0
    assert "new" in blog.read()
    assert pytest_in(blog, "--litpost").returncode == 0


def test_a_hand_edited_post_fails(blog: Blog) -> None:
    blog.build(GOOD)
    blog.write(POST, blog.read() + "mine\n")
    assert "isn't what this source comes to" in pytest_in(blog, "--litpost").stdout
    done = pytest_in(blog, "--litpost-update")
    assert done.returncode == 1
    assert "was edited by hand" in done.stdout
    assert blog.read().endswith("mine\n")


def test_translations_are_tested_too(blog: Blog) -> None:
    blog.write("_config.yml", "lang: en\n")
    blog.source(GOOD)
    head = HEADER.replace("---\n\n", "litpost: {original: 2024-01-02-try.md}\n---\n\n", 1)
    translation = "_literate/ko/2024-01-02-try.md"
    blog.write(translation, head + cell("", "use: claim") + "\n" + cell("x + 1", "label: own"))
    assert blog.litpost("build").returncode == 0
    done = pytest_in(blog, "--litpost")
    assert done.returncode == 0, done.stdout
    for name in ("claim", "own", "post"):
        assert f"PASSED {translation}::{name}" in done.stdout
    assert "6 passed" in done.stdout
    blog.write(translation, blog.read(translation).replace("x + 1", "x + 1  # => 4"))
    done = pytest_in(blog, "--litpost")
    assert f"FAILED {translation}::own" in done.stdout
    assert pytest_in(blog, "--litpost-update").returncode == 0
    assert "x + 1  # => 3\n" in blog.read(translation)


def test_a_wrong_inline_value_and_a_wrong_source_fail(blog: Blog) -> None:
    blog.source(GOOD + "\nValue `{python} 1 / 0`.\n")
    done = pytest_in(blog, "--litpost")
    assert f"FAILED {SOURCE}::post" in done.stdout
    assert f"{SOURCE}:19: inline value `1 / 0` failed: ZeroDivisionError" in done.stdout
    blog.source(cell("1", "labl: a"))
    done = pytest_in(blog, "--litpost")
    assert f"{SOURCE}:10: unknown cell option `labl`" in done.stdout


def test_sources_are_found_beside_named_test_folders(blog: Blog) -> None:
    blog.build(GOOD)
    blog.write("pytest.ini", "[pytest]\ntestpaths = tests\naddopts = --strict-markers\n")
    blog.write("tests/test_it.py", "def test_it():\n    pass\n")
    assert "4 passed" in pytest_in(blog, "--litpost").stdout
    assert "1 passed" in pytest_in(blog, "--litpost", "tests").stdout
    assert "3 passed" in pytest_in(blog, "--litpost", "_literate").stdout
    done = pytest_in(blog, "--litpost", "-n", "2", "--dist", "loadgroup")
    assert "4 passed" in done.stdout, done.stdout
