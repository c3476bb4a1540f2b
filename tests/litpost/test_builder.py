"""Builds of a whole source: what is written, what is kept, what is stale."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from litpost import builder
from tests.litpost.blog import FIGURES, HEADER, MANIFEST, POST, SOURCE, Blog, cell

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
FIGURE = cell(PLOT, "label: line", "fig-alt: a line")


def test_a_second_build_writes_nothing(blog: Blog) -> None:
    blog.build(FIGURE)
    before = {path: (blog.root / path).stat().st_mtime_ns for path in blog.files()}
    report = blog.try_build()
    assert report.status == "unchanged"
    assert {path: (blog.root / path).stat().st_mtime_ns for path in blog.files()} == before


def test_only_what_differs_is_written(blog: Blog) -> None:
    blog.build(FIGURE + "\nOne.\n")
    before = {path: (blog.root / path).stat().st_mtime_ns for path in blog.files()}
    blog.build(FIGURE + "\nTwo.\n")
    changed = {p for p in before if (blog.root / p).stat().st_mtime_ns != before[p]}
    assert changed == {POST, MANIFEST}


def test_two_clean_builds_in_different_folders_are_byte_identical(tmp_path: Path) -> None:
    files = []
    for name in ("a", "litpost"):
        blog = Blog(tmp_path / name)
        blog.write("helper.py", "def f():\n    return object()\n")
        code = "import helper, random\nprint(helper.f(), random.random(), helper.__file__)"
        blog.build(FIGURE + "\n" + cell(code) + "\n" + cell("helper.g()", "error: true"))
        files.append(blog.files())
        assert list(blog.manifest()["modules"]) == ["helper.py"]
    assert files[0] == files[1]
    assert str(tmp_path).encode() not in b"".join(files[0].values())


def test_an_edited_module_is_seen_though_its_time_and_size_are_the_same(blog: Blog) -> None:
    helper = blog.root / "pkg" / "helper.py"
    body = cell("from pkg import helper\nprint(helper.X)", "echo: false")
    for number in ("1", "2"):
        blog.write("pkg/__init__.py", "")
        blog.write("pkg/helper.py", f"X = {number}\n")
        os.utime(helper, (1_700_000_000, 1_700_000_000))
        python = [sys.executable, "-c", "import pkg.helper"]  # leaves bytecode of the first
        subprocess.run(python, cwd=blog.root, check=True)
        assert f"\n{number}\n" in blog.shown(body)


def test_a_failing_cell_leaves_the_old_post_and_figures(blog: Blog) -> None:
    blog.build(FIGURE)
    before = blog.files()
    message = blog.failure(
        FIGURE.replace("[1, 2]", "[1, 3]") + "\nProse.\n\n" + cell("print('so far')\n1 / 0")
    )
    assert blog.files() == before
    line = blog.read(SOURCE).split("\n").index("1 / 0") + 1
    assert message.startswith(
        f"{SOURCE}:{line}: cell failed: ZeroDivisionError: division by zero\n"
    )
    assert f">{line:5} | 1 / 0" in message
    assert "It printed:\n  so far" in message
    assert f'File "{SOURCE}", line {line}, in <module>' in message


def test_an_inline_value_that_fails_is_told_by_its_line(blog: Blog) -> None:
    message = blog.failure("One.\n\nTwo `{python} undefined` three.\n")
    assert message.startswith(f"{SOURCE}:11: inline value `undefined` failed: NameError")
    assert f'File "{SOURCE}", line 11, in <module>' in message
    caption = "```{python}\n#| fig-cap: '`{python} 1 / 0`'\nx = 1\n```\n"
    assert "inline value `1 / 0` failed: ZeroDivisionError" in blog.failure(caption)


def test_a_hand_edited_post_is_kept(blog: Blog) -> None:
    blog.build("Text.\n")
    edited = blog.read().replace("Text.", "My text.")
    blog.write(POST, edited)
    message = blog.failure("Other.\n")
    assert "was edited by hand" in message
    assert "--force" in message
    assert blog.read() == edited
    blog.build(force=True)
    assert "Other." in blog.read()


def test_a_post_that_litpost_did_not_write_is_kept(blog: Blog) -> None:
    blog.write(POST, "---\ntitle: Old\n---\n")
    assert "litpost didn't write it" in blog.failure("New.\n")
    assert blog.read() == "---\ntitle: Old\n---\n"


def test_figures_of_removed_cells_are_removed(blog: Blog) -> None:
    blog.build(FIGURE)
    blog.write(f"{FIGURES}/mine.png", "the author's")
    blog.build("None.\n")
    assert sorted(path.name for path in (blog.root / FIGURES).iterdir()) == ["mine.png"]


@pytest.mark.parametrize("manifest", [None, "<<<<<<< ours\n", "an older one"])
def test_figures_that_no_manifest_tells_of_are_known_by_their_names(
    blog: Blog, manifest: str | None
) -> None:
    blog.build("None.\n")
    before = blog.read(MANIFEST)
    blog.build(FIGURE)
    mine = {"mine.png": "the author's", "trip-20240102.png": "too", "line-0123abcd.svg": "drawn"}
    for name, text in mine.items():
        blog.write(f"{FIGURES}/{name}", text)
    if manifest is None:
        (blog.root / MANIFEST).unlink()
    else:  # the older one is left by a build that is killed before it writes its own
        blog.write(MANIFEST, before if manifest == "an older one" else manifest)
    blog.build("None.\n")
    assert sorted(path.name for path in (blog.root / FIGURES).iterdir()) == sorted(mine)
    assert blog.litpost("build", "--check").returncode == 0


def test_nothing_is_written_out_of_the_root(blog: Blog, tmp_path_factory: object) -> None:
    outside = blog.root.parent / f"{blog.root.name}-outside"
    outside.mkdir()
    (blog.root / "_posts").symlink_to(outside)
    assert "leads out of" in blog.failure("Text.\n")
    assert list(outside.iterdir()) == []


def test_builds_at_once_wait_for_each_other_and_agree(blog: Blog) -> None:
    blog.source(FIGURE)
    command = [sys.executable, "-m", "litpost", "build"]
    builds = [subprocess.Popen(command, cwd=blog.root) for _ in range(3)]
    assert [build.wait() for build in builds] == [0, 0, 0]
    assert builder.check(SOURCE, blog.project).status == "current"
    assert not [path for path in blog.root.rglob(".*.*") if path.name.count(".") > 2]


def stale(blog: Blog) -> str:
    report = builder.check(SOURCE, blog.project)
    assert report.status == ("stale" if report.message else "current")
    return report.message.partition(": stale: ")[2]


def test_whatever_a_post_was_made_of_makes_it_stale(blog: Blog) -> None:
    blog.write("helper.py", "X = 1\n")
    blog.write("shown.py", "Y = 1\n")
    blog.write("data.txt", "1")
    blog.build(
        cell("import helper, numpy\nopen('data.txt').read();")
        + "\n"
        + "```{python}\n#| source: shown.py\n```\n"
    )
    assert stale(blog) == ""
    edits = {
        "helper.py": "helper.py was changed",
        "shown.py": "shown.py was changed",
        "data.txt": "data.txt was changed",
        SOURCE: f"{SOURCE} was changed",
        POST: f"{POST} is not what was built",
        "assets/css/litpost.css": "assets/css/litpost.css is not what was built",
    }
    for path, reason in edits.items():
        text = blog.read(path)
        blog.write(path, text + "\n")
        assert stale(blog) == reason
        blog.write(path, text)
    (blog.root / "data.txt").rename(blog.root / "gone.txt")
    assert stale(blog) == "data.txt is gone"
    (blog.root / "gone.txt").rename(blog.root / "data.txt")
    blog.write("_literate/_templates/text.j2", "{{ text }}")
    assert stale(blog) == "the templates in _literate/_templates/ were changed"
    os.remove(blog.root / "_literate/_templates/text.j2")  # noqa: PTH107
    blog.write("_config.yml", "repository: a/b\n")
    assert "the setting `repository` is" in stale(blog)
    os.remove(blog.root / "_config.yml")  # noqa: PTH107
    manifest = blog.read(MANIFEST)
    known = blog.manifest()["versions"]["numpy"]
    blog.write(MANIFEST, manifest.replace(f'"numpy": "{known}"', '"numpy": "1.0"'))
    assert stale(blog) == f"numpy is {known}, was 1.0"
    blog.write(MANIFEST, manifest.replace('"numpy": "', '"not-installed-here": "'))
    assert stale(blog) == ""
    blog.write(MANIFEST, manifest[:100])
    assert "there is no manifest" in stale(blog)


def test_a_check_runs_nothing(blog: Blog) -> None:
    blog.build(cell("open('ran.txt', 'a').write('x');"))
    assert blog.read("ran.txt") == "x"
    assert stale(blog) == ""
    assert blog.read("ran.txt") == "x"


def test_a_source_that_is_not_text_is_an_error(blog: Blog) -> None:
    (blog.root / SOURCE).write_bytes(HEADER.encode() + b"\xff")
    assert blog.try_build().message == f"{SOURCE}:9: isn't text in UTF-8"


def test_snippets_link_to_their_lines_on_request(blog: Blog) -> None:
    blog.write("code.py", "# region a\nx = 1\n# endregion\n")
    body = "```{python}\n#| source: code.py#a\n#| link: true\n```\n"
    assert "needs `repository: owner/name` in _config.yml" in blog.failure(body)
    blog.write("_config.yml", "repository: me/blog\n")
    link = '<a href="https://github.com/me/blog/blob/main/code.py#L2-L2">code.py</a>'
    assert link in blog.shown(body)
