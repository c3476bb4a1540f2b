"""Making sources of notebooks, Quarto and R Markdown documents, scripts and old posts."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from litpost.commands.common import DONE, Commands, add_examples, add_root

if TYPE_CHECKING:
    from litpost.project import Project
    from litpost.theme import Theme


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "import",
        help="make a source of a notebook, a document or an old post",
        description="Make a source of a notebook (.ipynb), a Quarto or R Markdown document (.qmd, "
        ".Rmd), a script that jupytext knows (.py), or an old post (.md), whose code then "
        "doesn't run until its author says so. Report what to look at; nothing is overwritten.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="what to read")
    parser.add_argument("--date", metavar="DATE", help="its date; by default, the file's, or today")
    parser.add_argument("--slug", metavar="NAME", help="its name; by default, the file's")
    add_root(parser)
    add_examples(
        parser,
        "litpost import study.ipynb",
        "litpost import _posts/2019-03-01-old.md --slug old",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    import datetime

    from litpost.errors import UsageError
    from litpost.imports.writing import read_document, write_source
    from litpost.project import SOURCES, TEMPLATES, find_project
    from litpost.skeleton import day_of, slug_of
    from litpost.theme import load_theme
    from litpost.writer import create

    file: Path = options.file
    if not file.is_file():
        what = "that is a folder" if file.is_dir() else "there is no such file"
        raise UsageError(f"`{file}`: {what}; name a notebook, a document or an old post")
    project = find_project(options.root)
    theme = load_theme(project.theme, project.root / TEMPLATES)
    named = re.match(r"(?:(\d{4}-\d{2}-\d{2})-)?(.+)", file.stem)
    assert named
    document = read_document(file)
    written = str(document.header.get("date", ""))
    dated = written if re.match(r"\d{4}-\d{2}-\d{2}", written) else named[1]
    day = day_of(options.date or dated or str(datetime.date.today()))
    slug = slug_of(options.slug or named[2])
    path = f"{SOURCES}/{day}-{slug}.md"
    folder = f"{theme.images_folder}/{slug}"
    source = write_source(document, theme, title=named[2], folder=folder, root=project.root)
    create(project.root, path, source.text.encode())
    for name, data in document.files.items():
        create(project.root, f"{folder}/{Path(name).name}", data)
    print(path)
    for note in [*source.notes, *_faults(path, project, theme)]:
        print(note if note.startswith(path) else f"{path}: {note}")
    print("`litpost build` makes its post", file=sys.stderr)
    return DONE


def _faults(path: str, project: Project, theme: Theme) -> Iterator[str]:
    """Yield what keeps the new source from being built, and its code from running."""
    from litpost import builder
    from litpost.errors import SourceError
    from litpost.imports.ailments import ailments
    from litpost.parser import parse

    try:
        builder.read(path, project, theme)
    except SourceError as error:
        yield from map(str, error.problems)
    try:
        source = parse((project.root / path).read_text(encoding="utf-8"), path)
    except SourceError:
        return
    yield from (
        f"{found.path}:{found.line}: wouldn't run: {found.message}" for found in ailments(source)
    )
