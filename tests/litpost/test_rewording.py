"""An edit of nothing but plain words: the post gets them, and nothing is parsed."""

from __future__ import annotations

import pytest

from litpost import builder, draft, writer
from litpost.errors import LitpostError
from tests.litpost.blog import HEADER, POST, SOURCE, Blog
from tests.litpost.incremental import build_by_command, build_clean

BODY = """\
The first words of a paragraph,
and the second line of it.

# A heading

한국어로 쓴 문장이다.

- an item
with a lazy line

<div>
words in a tag
</div>

Said twice.

Said twice.

```{python}
#| label: a
print("Printed once.")
```

Printed once.

```text
verbatim words
```

A value `{python} 1 + 1` in
the middle of words.

The picture old.png is here.
"""


def _edit(blog: Blog, old: str, new: str) -> None:
    text = blog.read(SOURCE)
    assert text.count(old) >= 1
    blog.write(SOURCE, text.replace(old, new, 1))


def _refuse(*args: object, **kwargs: object) -> None:
    raise AssertionError("it is parsed")


def _agree(blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> None:
    clean = build_clean(blog, tmp_path_factory.mktemp("clean"))
    built = build_by_command(blog)
    assert built.status == clean.status
    assert built.files == clean.files or built.status == "failed"


WORDS = {
    "words": ("The first words", "Other words"),
    "a line": ("and the second line of it.", "und die zweite Zeile davon (nebenbei) - so!"),
    "Korean": ("한국어로 쓴 문장이다.", "다른 문장이다."),
    "in a list": ("with a lazy line", "with another lazy line"),
    "in a tag": ("words in a tag", "other words in a tag"),
    "beside a value": ("the middle of words.", "the midst of them."),
}


@pytest.mark.parametrize("name", WORDS)
def test_words_go_to_the_post_and_nothing_is_parsed(
    name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = WORDS[name]
    blog.source(BODY)
    build_by_command(blog)
    _edit(blog, old, new)
    clean = build_clean(blog, tmp_path_factory.mktemp("clean"))
    with monkeypatch.context() as patch:
        patch.setattr(builder, "build", _refuse)
        assert build_by_command(blog).files == clean.files
    assert new in blog.read(POST)
    assert build_by_command(blog).files == clean.files
    _edit(blog, new, old)
    _agree(blog, tmp_path_factory)


OTHERS = {
    "a heading": ("and the second line of it.", "# and the second line of it."),
    "an underline": ("and the second line of it.", "---"),
    "a value": ("and the second line of it.", "and `{python} 2 + 2` of it."),
    "emphasis": ("and the second line of it.", "and the *second* line of it."),
    "a formula": ("and the second line of it.", "and the $x$ of it."),
    "a number": ("and the second line of it.", "2. and the second line of it."),
    "another line": ("and the second line of it.", "and the second\nline of it."),
    "one line less": ("and the second line of it.\n", ""),
    "the end of a paragraph": ("and the second line of it.", ""),
    "the excerpt": ("Summary.", "Another summary."),
    "the title": ("A title", "Another title"),
    "what is said twice": ("Said twice.", "Said once."),
    "what is printed, too": ("\nPrinted once.", "\nPrinted never."),
    "what a cell prints": ('print("Printed once.")', 'print("Printed twice.")'),
    "verbatim words": ("verbatim words", "other verbatim words"),
    "a picture": ("The picture old.png", "The picture new.png"),
    "Liquid": ("and the second line of it.", "and {{ page.title }} of it."),
    "a reference": ("and the second line of it.", "and @fig-none of it."),
}


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_edit_is_built(
    name: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    blog.source(BODY)
    build_by_command(blog)
    _edit(blog, *OTHERS[name])
    _agree(blog, tmp_path_factory)


@pytest.mark.parametrize("path", [SOURCE, POST])
def test_a_cell_that_reads_the_posts_own_files_runs_for_an_edit_of_words(
    path: str, blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    code = f"import os\nif os.path.exists('{path}'):\n    print(len(open('{path}').read()))"
    blog.source(f"Some words.\n\n```{{python}}\n{code}\n```\n")
    build_by_command(blog)
    build_by_command(blog)
    _edit(blog, "Some words.", "Some other words.")
    built = build_by_command(blog)
    assert len(built.ran) == 1


def test_what_keeps_the_post_from_being_written_is_told_as_by_any_build(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*args: object) -> None:
        raise LitpostError("no room")

    blog.source(BODY)
    build_by_command(blog)
    _edit(blog, "The first words", "Other words")
    for module in (writer, draft):
        monkeypatch.setattr(module, "write", write)
    built = build_by_command(blog)
    assert (built.status, built.message) == ("failed", "no room")


def test_a_post_that_was_edited_by_hand_stays(blog: Blog) -> None:
    blog.source(BODY)
    build_by_command(blog)
    blog.write(POST, edited := blog.read(POST).replace("Said twice.", "Said thrice."))
    _edit(blog, "The first words", "Other words")
    assert build_by_command(blog).status == "failed"
    assert blog.read(POST) == edited


def test_a_blog_with_templates_of_its_own_may_do_anything_with_words(blog: Blog) -> None:
    blog.write("_literate/_templates/html.j2", "{{ html }}\n")
    blog.source(BODY)
    build_by_command(blog)
    _edit(blog, "The first words", "Other words")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "build", _refuse)
        with pytest.raises(AssertionError, match="parsed"):
            build_by_command(blog)


def test_a_header_that_a_line_of_the_prose_repeats(
    blog: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    blog.source("Words, and others.\n", header=HEADER.replace("---\n\n", "other: Said.\n---\n\n"))
    build_by_command(blog)
    _edit(blog, "Words, and others.", "lng_pair: try")
    _agree(blog, tmp_path_factory)
