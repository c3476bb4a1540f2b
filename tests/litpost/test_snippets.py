from __future__ import annotations

from pathlib import Path

import pytest

from litpost.errors import SourceError
from litpost.parser import parse
from litpost.snippets import resolve
from litpost.source import Snippet

CODE = '''"""A module."""

LIMIT = 3


# Doubles.
@staticmethod
def double(x):
    # region body
    y = x
    # region inner

    return y + x
    # endregion
    # endregion


class Box:
    size: int = 1

    def open(self):
        return 1
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("X = 1\n")
    (tmp_path / "pkg" / "code.py").write_text(CODE)
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe")
    (tmp_path / "open.py").write_text("# region a\n")
    (tmp_path / "twice.py").write_text("# region a\n# endregion\n# region a\n# endregion\n")
    (tmp_path / "promise.py").write_text("f(1)  # => 2\n")
    return tmp_path


def snippet(wanted: str, root: Path) -> Snippet:
    text = f"---\nt: x\n---\n```{{python}}\n#| source: {wanted}\n```\n"
    [block] = resolve(parse(text, "s.md"), root).blocks
    assert isinstance(block, Snippet)
    return block


@pytest.mark.parametrize(
    ("wanted", "first", "last", "start", "end"),
    [
        ("pkg/code.py#body", 10, 14, "y = x", "# endregion"),
        ("pkg/code.py#inner", 13, 13, "return y + x", "return y + x"),
        ("pkg.code:double", 6, 15, "# Doubles.", "    # endregion"),
        ("pkg.code:LIMIT", 3, 3, "LIMIT = 3", "LIMIT = 3"),
        ("pkg.code:Box", 18, 22, "class Box:", "        return 1"),
        ("pkg.code:Box.open", 21, 22, "def open(self):", "    return 1"),
        ("pkg.code:Box.size", 19, 19, "size: int = 1", "size: int = 1"),
        ("pkg:X", 1, 1, "X = 1", "X = 1"),
        ("pkg/__init__.py", 1, 1, "X = 1", "X = 1"),
    ],
)
def test_a_snippet_is_exactly_its_lines(
    wanted: str, first: int, last: int, start: str, end: str, root: Path
) -> None:
    found = snippet(wanted, root)
    lines = found.code.split("\n")
    assert lines[0] == start
    if "double" not in wanted:
        assert (found.first_line, found.last_line) == (first, last)
        assert lines[-1] == end


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("pkg/code.py#bodi", "no region `bodi` in pkg/code.py; did you mean `body`?"),
        ("pkg/cod.py#body", "no file `pkg/cod.py`; did you mean `code.py`?"),
        ("pkg.code:doubel", "no symbol `doubel` in pkg/code.py; did you mean `double`?"),
        ("pkg.code:Box.shut", "no symbol `Box.shut` in pkg/code.py; there are: `open`, `size`"),
        ("nowhere:x", "no module `nowhere` here"),
        ("../secret.py", "`../secret.py` lies outside of this project"),
        ("binary.py", "`binary.py` isn't text in UTF-8"),
        ("open.py#a", "open.py:1: region `a` is never closed by `# endregion`"),
        ("twice.py#a", "twice.py:3: region `a` stands in the file twice"),
        ("promise.py", "`promise.py` has `# =>` in it, which is verified in cells only"),
    ],
)
def test_what_is_gone_is_an_error_that_names_what_there_is(
    wanted: str, message: str, root: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        snippet(wanted, root)
    assert str(caught.value).startswith("s.md:4: ")
    assert message in str(caught.value)


def test_a_link_out_of_the_root_is_not_followed(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.py"
    outside.write_text("x = 1\n")
    (root / "inside.py").symlink_to(outside)
    with pytest.raises(SourceError, match="outside of this project"):
        snippet("inside.py", root)
