"""Sources that are gone: builds tell of their posts, and gc removes what nobody else needs."""

from __future__ import annotations

import json

import pytest

from tests.litpost.blog import FIGURES, POST, SOURCE, Blog, cell

FIGURE = cell(
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "label: line", "fig-alt: A line."
)
MANIFEST = "_literate/.manifest/2024-01-02-try.json"
OTHER = SOURCE.replace("try", "other")
GONE = f"{POST}: was made from {SOURCE}, which is gone; `litpost gc` removes it"


def rename(blog: Blog, path: str, new: str) -> None:
    (blog.root / new).parent.mkdir(parents=True, exist_ok=True)
    (blog.root / path).rename(blog.root / new)


@pytest.fixture
def orphaned(blog: Blog) -> Blog:
    """Build a source that has a figure, and rename it."""
    blog.build(FIGURE)
    rename(blog, SOURCE, OTHER)
    return blog


def test_a_build_tells_of_posts_whose_sources_are_gone(orphaned: Blog) -> None:
    checked = orphaned.litpost("build", "--check")
    assert checked.returncode == 3
    assert GONE in checked.stderr
    built = orphaned.litpost("build")
    assert built.returncode == 0
    assert GONE in built.stderr
    assert built.stdout.splitlines()[-1] == f"stale     {POST}"
    assert orphaned.litpost("build", "--check").returncode == 3
    assert GONE not in orphaned.litpost("build", OTHER).stderr
    assert orphaned.litpost("build", "--check", OTHER).returncode == 0
    posts = json.loads(orphaned.litpost("build", "--check", "--json").stdout)["posts"]
    assert [post["status"] for post in posts] == ["current", "stale"]
    assert posts[1]["message"].startswith(GONE)
    assert posts[1]["source"] == SOURCE


def test_gc_removes_what_they_have_left_and_nothing_else(orphaned: Blog) -> None:
    orphaned.litpost("build")
    before = orphaned.files()
    left = {POST, MANIFEST, *(path for path in before if path.startswith(f"{FIGURES}/"))}
    assert len(left) == 4
    dry = orphaned.litpost("gc", "--dry-run")
    assert {line[10:] for line in dry.stdout.splitlines()[:-1]} == left
    assert "0 traces would be deleted" in dry.stdout
    assert orphaned.files() == before
    done = orphaned.litpost("gc")
    assert set(done.stdout.splitlines()[:-1]) == {f"removed   {each}" for each in left}
    assert orphaned.files() == {path: data for path, data in before.items() if path not in left}
    assert not (orphaned.root / FIGURES).exists()
    assert orphaned.litpost("build", "--check").returncode == 0


def test_where_all_sources_are_gone_it_is_told_of_their_posts(blog: Blog) -> None:
    blog.build("Text.\n")
    (blog.root / SOURCE).unlink()
    checked = blog.litpost("build", "--check")
    assert (checked.returncode, GONE in checked.stderr) == (3, True)
    assert blog.litpost("gc").returncode == 0
    assert "no sources in _literate/" in blog.litpost("build").stderr


def test_an_edited_post_stays_with_its_figures(orphaned: Blog) -> None:
    orphaned.write(POST, orphaned.read() + "mine\n")
    before = orphaned.files()
    checked = orphaned.litpost("build", "--check")
    assert f"{SOURCE}, which is gone, and was edited by hand: it stays" in checked.stderr
    done = orphaned.litpost("gc")
    assert f"delete {MANIFEST} to keep it" in done.stderr
    assert orphaned.files() == before
    (orphaned.root / MANIFEST).unlink()
    assert orphaned.litpost("build").returncode == 0
    assert orphaned.litpost("build", "--check").returncode == 0
    (orphaned.root / POST).unlink()


def test_a_figure_that_was_drawn_over_stays(orphaned: Blog) -> None:
    drawn = orphaned.image("line")
    orphaned.write(drawn, "mine")
    orphaned.litpost("gc")
    assert orphaned.read(drawn) == "mine"
    assert not (orphaned.root / POST).exists()


def test_what_another_manifest_lists_stays(blog: Blog) -> None:
    blog.write("_config.yml", "lang: en\n")
    blog.build(FIGURE)
    translation = "_literate/ko/2024-01-02-try.md"
    blog.write(
        translation,
        "---\ntitle: B\nlitpost: {original: 2024-01-02-try.md}\n---\n\n<!-- outline-start -->\nS.\n"
        "<!-- outline-end -->\n\n" + cell("", "use: line", "fig-alt: 선."),
    )
    assert blog.litpost("build").returncode == 0
    figures = [path for path in blog.files() if path.startswith(FIGURES)]
    (blog.root / translation).unlink()
    done = blog.litpost("gc")
    assert "removed   ko/_posts/2024-01-02-try.md" in done.stdout
    assert [path for path in blog.files() if path.startswith(FIGURES)] == figures
    assert blog.litpost("build", "--check").returncode == 0


def test_a_manifest_names_nothing_else_that_is_removed(orphaned: Blog) -> None:
    manifest = json.loads(orphaned.read(MANIFEST))
    orphaned.write("README.md", "mine")
    manifest["outputs"]["README.md"] = manifest["outputs"].pop(POST)
    orphaned.write(MANIFEST, json.dumps(manifest))
    orphaned.write("_literate/.manifest/notes.json", "{}")
    orphaned.write("_literate/.manifest/2020-01-01-old.json", '{"format": 0}')
    orphaned.write("_posts/2020-01-01-old.md", orphaned.read())
    done = orphaned.litpost("gc")
    assert orphaned.read("README.md") == "mine"
    assert "removed   _literate/.manifest/2020-01-01-old.json" in done.stdout
    assert "removed   _posts/2020-01-01-old.md" in done.stdout
    assert orphaned.read("_literate/.manifest/notes.json") == "{}"
