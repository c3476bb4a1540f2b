"""Every tool gets the same cells, in its own notation."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from bench.dialects import (
    write_codebraid,
    write_litpost,
    write_markdown_exec,
    write_myst,
    write_notebook,
    write_script,
)
from bench.document import Cell, Document, Revision
from bench.documents import DOCUMENTS, large_document, small_document
from bench.tools import TOOLS

REPOSITORY = Path(__file__).parents[2]
ALL = [
    *DOCUMENTS.values(),
    small_document(3),
    *(large_document(kind, 2) for kind in ("changes", "reads", "leaves")),
]
WRITERS = [
    write_litpost,
    write_notebook,
    write_myst,
    write_codebraid,
    write_markdown_exec,
    write_script,
]


def text_of(document: Document, files: dict[str, str]) -> str:
    """Return the document's own file, a notebook's cells one below the other."""
    others = dict(document.files)
    (path,) = (path for path in files if path not in others)
    if path.endswith(".ipynb"):
        return "\n".join(cell["source"] for cell in json.loads(files[path])["cells"])
    return files[path]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
@pytest.mark.parametrize("document", ALL, ids=lambda document: document.name)
def test_every_tool_gets_all_code_in_order(document: Document, write) -> None:
    rest = text_of(document, write(document))
    for cell in document.cells:
        _, found, rest = rest.partition(cell.lines)
        assert found, f"{cell.label} is missing"


@pytest.mark.parametrize("write", WRITERS[:-1], ids=lambda write: write.__name__)
@pytest.mark.parametrize("document", ALL, ids=lambda document: document.name)
def test_every_tool_but_python_gets_all_prose(document: Document, write) -> None:
    text = text_of(document, write(document))
    assert all(cell.prose in text for cell in document.cells)


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
@pytest.mark.parametrize("document", ALL, ids=lambda document: document.name)
def test_every_tool_gets_the_same_module_and_data(document: Document, write) -> None:
    assert dict(document.files).items() <= write(document).items()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_posts_have_ten_cells_and_the_last_draws_what_others_computed(name: str) -> None:
    document = DOCUMENTS[name]
    assert len(document.cells) == 10
    assert 3 <= sum(bool(cell.figure) for cell in document.cells) <= 4
    assert document.cells[-1].figure
    assert len(document.cells[-1].reads) > 2


@pytest.mark.parametrize("document", ALL, ids=lambda document: document.name)
def test_a_slice_has_all_names_that_its_cells_read(document: Document) -> None:
    last = document.cells[-1].label
    trees = [ast.parse(cell.lines) for cell in document.cells]
    bound = {name for tree in trees for name in names_bound(tree)}
    known: set[str] = set()
    for cell in document.slice(last).cells:
        tree = ast.parse(cell.lines)
        known |= names_bound(tree)
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert read & bound <= known, cell.label


def names_bound(tree: ast.AST) -> set[str]:
    """Return all names that code binds anywhere in it, parameters too."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
    return names


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("part", ["prose", "last", "module"])
def test_an_edit_changes_one_part(name: str, part: str) -> None:
    before, after = (DOCUMENTS[name].at(Revision(**{part: number})) for number in (1, 2))
    changed = {
        "prose": [c.prose for c in before.cells] != [c.prose for c in after.cells],
        "last": before.cells[-1].code != after.cells[-1].code,
        "module": before.files != after.files,
    }
    assert [name for name, different in changed.items() if different] == [part]
    assert [c.code for c in before.cells[:-1]] == [c.code for c in after.cells[:-1]]


def test_a_slice_that_reads_what_is_not_there_is_an_error() -> None:
    document = Document("d", "D", (Cell("a", "", "b", reads=("b",)),))
    with pytest.raises(KeyError):
        document.slice("a")


def test_no_document_is_named_like_a_module_that_it_imports() -> None:
    for document in ALL:
        imported = set(
            re.findall(r"^import (\w+)", "\n".join(c.code for c in document.cells), re.M)
        )
        assert document.name not in imported


def test_peers_run_with_the_versions_that_litpost_runs_with() -> None:
    def pins(path: str) -> dict[str, str]:
        lines = (REPOSITORY / path).read_text(encoding="utf-8").splitlines()
        return dict(line.split(";")[0].split("==") for line in lines)

    own, peers = pins("requirements.txt"), pins("bench/requirements.txt")
    for name in ("numpy", "matplotlib", "keras", "tensorflow", "tensorflow-cpu", "ipython"):
        assert own[name] == peers[name]


def test_tools_have_names_of_their_own() -> None:
    assert len({tool.name.lower() for tool in TOOLS}) == len(TOOLS)
