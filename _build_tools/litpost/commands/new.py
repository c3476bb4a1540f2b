"""Writing a new source."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from litpost.commands.common import DONE, Commands, add_examples, add_root

if TYPE_CHECKING:
    from litpost.project import Project
    from litpost.theme import Theme


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "new",
        help="write a new source",
        description="Write a new source to _literate/: a header that is right for the theme, and "
        "an example cell. Nothing is ever overwritten.",
    )
    parser.add_argument("title", metavar="TITLE", help="the post's title")
    parser.add_argument("--lang", metavar="LANG", help="its language; by default, the site's")
    parser.add_argument("--date", metavar="DATE", help="its date; by default, today")
    parser.add_argument("--slug", metavar="NAME", help="its name; by default, made of the title")
    add_root(parser)
    add_examples(
        parser,
        'litpost new "Powers of two"',
        'litpost new "두 배" --lang ko --date 2024-05-01 --slug powers',
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
    import datetime

    from litpost.project import SOURCES, TEMPLATES, find_project
    from litpost.schema import FILE, schema_file
    from litpost.skeleton import day_of, skeleton, slug_of
    from litpost.theme import load_theme
    from litpost.writer import create, differing, write

    project = find_project(options.root)
    templates = project.root / TEMPLATES
    theme = load_theme(project.theme, templates)
    day = day_of(options.date) if options.date else str(datetime.date.today())
    slug = slug_of(options.slug or options.title)
    folder = project.folder_of(options.lang or project.language, is_listed=not theme.language_key)
    language = folder or project.language
    path = "/".join(filter(None, (SOURCES, folder, f"{day}-{slug}.md")))
    _check_is_free(path, slug, folder, project)
    text = skeleton(
        _header(options, theme, folder),
        theme,
        language=language,
        templates=templates,
        folder=folder,
    )
    _check(text, path, theme)
    create(project.root, path, text.encode())
    write(project.root, differing(project.root, {f"{SOURCES}/{FILE}": schema_file(theme)}))
    print(path)
    print("`litpost build` makes its post", file=sys.stderr)
    return DONE


def _header(options: argparse.Namespace, theme: Theme, language: str) -> dict[str, object]:
    header: dict[str, object] = {"title": options.title}
    if options.date and " " in options.date.strip().replace("T", " "):
        header["date"] = options.date.strip()
    if "tags" in theme.keys:
        header["tags"] = []
    if language and theme.language_key:
        header[theme.language_key] = language
    return header


def _check_is_free(path: str, slug: str, folder: str, project: Project) -> None:
    """Stop where another source has the slug: their figures would lie in one folder."""
    from litpost.errors import UsageError
    from litpost.project import Place

    if (project.root / path).exists():
        raise UsageError(f"{path} is there already; `--slug NAME` or `--date DATE` names another")
    sources, _ = project.sources()
    other = next((p for p in sources if Place.of(p).slug == slug), None)
    if other and not folder:
        raise UsageError(
            f"`{slug}` is the name of {other}, too, and figures of both would lie in one folder; "
            f"`--slug NAME` gives this one another"
        )


def _check(text: str, path: str, theme: Theme) -> None:
    """Stop where the theme wouldn't take what is to be written."""
    from litpost.checks import check_header
    from litpost.errors import UsageError
    from litpost.parser import parse

    source = parse(text, path)
    problems = check_header(source.front_matter.values, source, theme, complete=False)
    if messages := [problem.message for problem in problems]:
        raise UsageError("; ".join(messages))
