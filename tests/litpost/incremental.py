"""Incremental builds beside clean ones, for tests: they must write the same bytes."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litpost import builder, cli
from litpost.project import STORE, find_project
from litpost.sessions import Sessions
from litpost.store import Store
from litpost.versions import Versions
from tests.litpost.blog import HEADER, SOURCE, Blog, cell
from tests.litpost.forks import forking

WRITTEN = ("_posts", "assets", "_literate/.manifest")


@dataclass(frozen=True)
class Tree:
    """What a person edits: cells by label, options in their first lines, and files by path.

    Attributes
    ----------
    cells
        Code by label, in order.
    files
        Text by path; nothing for a file that is removed.
    prose
        Text between header and cells.
    texts
        Text after the cells of these labels.
    """

    cells: Mapping[str, str]
    files: Mapping[str, str | None] = field(default_factory=dict)
    prose: str = ""
    header: str = HEADER
    texts: Mapping[str, str] = field(default_factory=dict)

    def lay(self, blog: Blog) -> None:
        """Write it into a blog, if it isn't so already."""
        for path, text in self.files.items():
            file = blog.root / path
            if text is None:
                file.unlink(missing_ok=True)
            elif not file.is_file() or file.read_text(encoding="utf-8") != text:
                blog.write(path, text)
        parts = [
            _cell(label, code) + (f"\n{text}\n" if (text := self.texts.get(label)) else "")
            for label, code in self.cells.items()
        ]
        blog.source(f"{self.prose}\n\n" + "\n".join(parts), header=self.header)


def _cell(label: str, code: str) -> str:
    lines = code.strip("\n").split("\n")
    count = next((n for n, line in enumerate(lines) if not line.startswith("#|")), len(lines))
    options = [line[2:].strip() for line in lines[:count]]
    return cell("\n".join(lines[count:]), f"label: {label}", *options)


@dataclass(frozen=True)
class Built:
    """What a build came to: the files that it has written, its status, and which cells ran."""

    files: Mapping[str, bytes]
    status: str
    message: str
    ran: Sequence[str]
    because: Mapping[str, str]
    asked: Sequence[str]
    """The cells that a session was asked to run in the course of the build."""


def build(blog: Blog, sessions: Sessions | None = None) -> Built:
    """Build the blog's source; with sessions, as `litpost serve` does.

    There a post is written before its build is done only if that is certain: it isn't written again
    then, but to take it back.
    """
    asked: list[str] = []
    seen: list[Mapping[str, bytes]] = []
    report = builder.build(
        SOURCE,
        find_project(blog.root),
        sessions=sessions,
        report=lambda step, number, count: asked.append(step.key),
        written=(lambda: seen.append(blog.files())) if sessions else None,
    )
    assert len(seen) <= (2 if report.status == "failed" else 1), seen
    if sessions:
        sessions.run_ahead()
    return _built(blog, report.as_json(), int(report.status == "failed"), asked)


def build_by_command(blog: Blog) -> Built:
    """Build the blog by the command's function; its sessions are forked."""
    printed, told = io.StringIO(), io.StringIO()
    with forking(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
        status = cli.main(["build", "--json", "--root", str(blog.root)])
    return _built(blog, json.loads(printed.getvalue())["posts"][0], status)


def build_by_process(blog: Blog) -> Built:
    """Build the blog by the command line."""
    with contextlib.closing(Store(blog.root / STORE)) as store:
        Versions(store).of("litpost")  # looked up here, they needn't be there
    ran = blog.litpost("build", "--json")
    assert ran.stdout, ran.stderr
    return _built(blog, json.loads(ran.stdout)["posts"][0], ran.returncode)


def _built(blog: Blog, report: Mapping[str, Any], code: int, asked: Sequence[str] = ()) -> Built:
    assert (report["status"] == "failed") == bool(code)
    status = {0: "built", 1: "failed"}[code]
    ran = [str(cell["label"]) for cell in report["cells"] if cell["status"] == "ran"]
    because = {str(cell["label"]): cell["because"] for cell in report["cells"]}
    return Built(blog.files(), status, report["message"], ran, because, asked)


def build_clean(blog: Blog, scratch: Path) -> Built:
    """Build a copy of the blog as it is, without anything that litpost has written."""
    root = scratch / "clean"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(blog.root, root, symlinks=True)
    for folder in (*WRITTEN, ".litpost"):
        if (root / folder).is_dir():  # cells may list it: it stays, empty
            shutil.rmtree(root / folder)
            (root / folder).mkdir()
    with forking():
        return build(Blog(root))


def check(blog: Blog, scratch: Path, build: Callable[[Blog], Built] = build) -> Built:
    """Build incrementally and clean; the two must agree. Return the incremental one."""
    clean = build_clean(blog, scratch)
    built = build(blog)
    assert built.status == clean.status, (built.message, clean.message)
    if built.status == "built":
        differ = [
            p for p in {*built.files, *clean.files} if built.files.get(p) != clean.files.get(p)
        ]
        assert not differ, _difference(built, clean, differ)
    else:
        assert built.message == clean.message, (built.message, clean.message)
    return built


def _difference(built: Built, clean: Built, paths: Sequence[str]) -> str:
    parts = [f"ran {built.ran}"]
    for path in paths:
        for name, files in (("incremental", built.files), ("clean", clean.files)):
            parts.append(f"--- {name} {path}\n{files.get(path, b'').decode('utf-8', 'replace')}")
    return "\n".join(parts)
