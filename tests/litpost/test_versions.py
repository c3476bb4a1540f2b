"""What is installed, as litpost reads it, and as `importlib.metadata` does."""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
from pathlib import Path

import pytest

from litpost import builder, versions
from litpost.project import STORE, find_project
from litpost.receipts import Receipts
from litpost.store import Store
from litpost.versions import Versions, parse
from tests.litpost.blog import Blog
from tests.litpost.incremental import SOURCE, Tree


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each test read what is installed: the other tests do so once."""
    table = getattr(versions._table, "__wrapped__", versions._table)
    monkeypatch.setattr(versions, "_table", table)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [str(tmp_path / "a"), str(tmp_path / "none"), str(tmp_path)])
    (tmp_path / "a").mkdir()
    return tmp_path


def install(folder: Path, name: str, metadata: str, **files: str) -> None:
    (folder / name).mkdir(parents=True)
    is_egg = name.endswith(".egg-info")
    (folder / name / ("PKG-INFO" if is_egg else "METADATA")).write_text(metadata)
    for file, text in files.items():
        (folder / name / file.replace("_txt", ".txt")).write_text(text)


def of(module: str) -> str | None:
    return Versions(None).of(module)


def test_all_that_is_installed_here_is_read_as_importlib_reads_it() -> None:
    brought = importlib.metadata.packages_distributions()
    assert "numpy" in brought
    installed = Versions(None)
    for module, names in brought.items():
        found = parse(installed.of(module) or "")
        assert {name: found.get(name) for name in names} == {
            name: importlib.metadata.version(name) for name in names
        }


def test_what_a_distribution_requires_is_named_with_it(site: Path) -> None:
    metadata = (
        "Metadata-Version: 2.1\nName: One.Two\nVersion: 1.0\nRequires-Dist: three (>=2) ; os\n"
        'Requires-Dist: four ; extra == "test"\nRequires-Dist: missing\n\nName: not a header\n'
    )
    record = "one/__init__.py,sha256=x,1\none/two.so,,\none-1.0.dist-info/METADATA,,\n"
    install(site, "One.Two-1.0.dist-info", metadata, RECORD=record)
    install(site, "three-3.0.dist-info", "Name: three\nVersion: 3.0\n", top_level_txt="three\n")
    install(site, "four-4.0.dist-info", "Name: four\nVersion: 4.0\n", top_level_txt="four\n")
    assert of("one") == "One.Two 1.0; three 3.0"
    assert of("One") is of("one-1") is None


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("six.py,sha256=x,1", "six"),
        ('"with, comma.py",,', None),
        ('"quoted/a.py",,', "quoted"),
        ("_fast.cpython-311-x86_64-linux-gnu.so,,", "_fast"),
        ("_fast.abi3.so,,", "_fast"),
        ("_fast.pyd,,", "_fast"),
        ("google/cloud/storage/__init__.py,,", "google"),
        ("package.libs/libz.so,,", None),
        ("package-1.0.dist-info/RECORD,,", None),
        ("../../bin/tool.py,,", None),
        ("notes.txt,,", None),
        ("__pycache__/six.cpython-311.pyc,,", None),
    ],
)
def test_modules_are_found_by_the_files_of_a_distribution(
    site: Path, line: str, module: str | None
) -> None:
    install(site, "x-1.0.dist-info", "Name: x\nVersion: 1.0\n", RECORD=f"{line}\r\n")
    names = ["six", "with, comma", "quoted", "_fast", "google", "package", "notes", "__pycache__"]
    found = [name for name in names if of(name) == "x 1.0"]
    assert found == ([module] if module else [])


def test_the_first_on_the_path_is_the_one_that_counts(site: Path) -> None:
    install(site / "a", "x-2.0.dist-info", "Name: x\nVersion: 2.0\n", top_level_txt="x")
    install(site, "X-1.0.dist-info", "Name: X\nVersion: 1.0\n", top_level_txt="x")
    assert of("x") == "x 2.0"


def test_a_module_may_be_of_several_distributions(site: Path) -> None:
    for name in ("b", "a"):
        install(site, f"{name}.egg-info", f"Name: {name}\nVersion: 1\n", top_level_txt="shared")
    assert of("shared") == "a 1; b 1"


def test_what_tells_nothing_of_itself_is_passed_over(site: Path) -> None:
    (site / "empty.dist-info").mkdir()
    (site / "file.egg-info").write_text("Name: file\n")
    install(site, "x.dist-info", "Name: x\nVersion: 1\n", top_level_txt="x")
    assert of("x") == "x 1"
    assert of("file") is None


def test_what_is_installed_is_listed_anew_after_cells_have_run(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may have installed something, and other sources are built by the same command."""
    listings: list[str] = []

    def installed() -> str:
        listings.append("listed")
        return "what there is"

    monkeypatch.setattr(versions, "_installed", installed)
    Tree({"a": "import json\nprint(1)"}).lay(blog)
    with contextlib.closing(Store(blog.root / STORE)) as store:
        receipts = Receipts(find_project(blog.root), store)
        for count in (1, 2, 2):
            receipts.versions.prepare()
            assert len(listings) == count
            builder.build(SOURCE, find_project(blog.root), receipts=receipts)
