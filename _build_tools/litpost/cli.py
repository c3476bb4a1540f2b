"""The command line."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from litpost import __version__
from litpost.errors import LitpostError, UsageError

if TYPE_CHECKING:
    from litpost.project import Project
    from litpost.reports import PostReport

DONE, FAILED, USAGE, STALE = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except UsageError as error:
        print(f"litpost: {error}", file=sys.stderr)
        return USAGE
    except LitpostError as error:
        print(f"litpost: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("litpost: interrupted; nothing more was written", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="litpost",
        description="A literate post is a program whose printout is a blog post.",
        epilog="Exit status: 0 done, 1 a cell or check failed, 2 usage, 3 stale (--check).",
    )
    parser.add_argument("--version", action="version", version=f"litpost {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_build(commands)
    _add_explain(commands)
    _add_verify(commands)
    _add_gc(commands)
    _add_site(commands)
    _add_themes(commands)
    return parser


def _add_build(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "build",
        help="run sources and write their posts",
        description="Run sources and write their posts to _posts/, their figures to assets/img/.",
    )
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="by default, all of _literate/"
    )
    _add_root(parser)
    parser.add_argument(
        "--check", action="store_true", help="run and write nothing; exit 3 if a post is stale"
    )
    parser.add_argument(
        "--diff", action="store_true", help="run, write nothing, print what would change"
    )
    parser.add_argument("--force", action="store_true", help="overwrite hand-edited posts")
    parser.add_argument("--no-cache", action="store_true", help="run every cell")
    parser.add_argument("--json", action="store_true", help="print a report of every cell")
    parser.set_defaults(run=_build)


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "verify",
        help="build clean elsewhere, and compare",
        description="Build sources from nothing in a scratch folder; exit 1 if that differs from "
        "what is here.",
    )
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="by default, all of _literate/"
    )
    _add_root(parser)
    parser.set_defaults(run=_verify)


def _add_gc(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "gc",
        help="make the store of traces smaller",
        description="Delete traces that weren't used for long, and the oldest of too many.",
    )
    _add_root(parser)
    parser.add_argument("--days", type=float, default=30, metavar="N", help="by default, 30")
    parser.add_argument("--size", type=float, default=500, metavar="MB", help="by default, 500")
    parser.set_defaults(run=_gc)


def _add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "explain",
        help="say which cells would run, and why",
        description="Say for every cell whether it would run, and because of what. Nothing runs.",
    )
    parser.add_argument("source", metavar="SOURCE")
    _add_root(parser)
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(run=_explain)


def _add_site(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "site", help="build the Jekyll site", description="Build the Jekyll site into _site/."
    )
    _add_root(parser)
    parser.add_argument(
        "--theme", metavar="NAME", help="in the real theme, cloned, instead of our own layouts"
    )
    parser.add_argument("--serve", action="store_true", help="serve it, and rebuild it on changes")
    parser.add_argument("--destination", type=Path, metavar="DIR", help="by default, _site/")
    parser.add_argument(
        "--check", action="store_true", help="check what was built instead; exit 1 on any fault"
    )
    parser.add_argument("--baseurl", metavar="PATH", help="instead of that of _config.yml")
    parser.set_defaults(run=_site)


def _add_themes(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "themes", help="list the themes", description="List the themes that posts can be made for."
    )
    parser.set_defaults(run=_themes)


def _add_root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, metavar="DIR", help="the blog's folder")


def _build(options: argparse.Namespace) -> int:
    from litpost.project import STORE, find_project
    from litpost.receipts import Receipts
    from litpost.store import Store

    project = find_project(options.root)
    sources = _sources(options.sources, project)
    trusts = not (options.check or options.diff or options.force or options.no_cache)
    store = Store(project.root / STORE) if trusts else None
    receipts = Receipts(project, store) if store else None
    reports = []
    for path in sources:
        report = receipts.current(path) if receipts else None
        report = report or _build_one(path, project, options)
        reports.append(report)
        for warning in report.warnings:
            print(f"{warning} (warning)", file=sys.stderr)
        if report.message:
            print(report.message, file=sys.stderr)
        if not options.json:
            sys.stdout.write(report.diff)
            print(f"{report.status:9} {report.post}", file=sys.stderr if options.diff else None)
    if store:
        store.close()
    if options.json:
        print(json.dumps({"posts": [report.as_json() for report in reports]}, indent=1))
    statuses = {report.status for report in reports}
    if "failed" in statuses:
        return FAILED
    return STALE if options.check and "stale" in statuses else DONE


def _sources(names: Sequence[str], project: Project) -> list[str]:
    """Return the sources that were named, or all."""
    if names:
        return list(dict.fromkeys(map(project.source_path, names)))
    sources, others = project.sources()
    for path in others:
        print(f"{path}: passed over; a source is named YYYY-MM-DD-slug.md", file=sys.stderr)
    if not sources:
        raise UsageError("no sources in _literate/; the first could be YYYY-MM-DD-slug.md")
    return sources


def _build_one(path: str, project: Project, options: argparse.Namespace) -> PostReport:
    from litpost import builder
    from litpost.progress import Progress
    from litpost.project import TEMPLATES
    from litpost.theme import load_theme

    load_theme(project.theme, project.root / TEMPLATES)
    if options.check and not options.diff:
        return builder.check(path, project)
    with Progress(path, sys.stderr) as progress:
        return builder.build(
            path,
            project,
            force=options.force,
            dry=options.diff or options.check,
            uses_store=not options.no_cache,
            report=progress.step,
        )


def _verify(options: argparse.Namespace) -> int:
    from litpost import verification
    from litpost.progress import Progress
    from litpost.project import find_project

    project = find_project(options.root)
    statuses = set()
    for report in verification.verify(
        _sources(options.sources, project), project,
        report=lambda path: Progress(path, sys.stderr).step,
    ):  # fmt: skip
        if report.message:
            print(report.message, file=sys.stderr)
        sys.stdout.write(report.diff)
        print(f"{report.status:9} {report.post}")
        statuses.add(report.status)
    return DONE if statuses <= {"current"} else FAILED


def _gc(options: argparse.Namespace) -> int:
    from litpost.project import STORE, find_project
    from litpost.store import Store

    store = Store(find_project(options.root).root / STORE)
    deleted, left = store.collect(age=options.days * 86400, size=int(options.size * 1e6))
    store.close()
    print(f"{deleted} traces deleted; the store has {left / 1e6:.1f} MB")
    return DONE


def _explain(options: argparse.Namespace) -> int:
    from litpost import builder
    from litpost.project import find_project

    project = find_project(options.root)
    path = project.source_path(options.source)
    cells = builder.explain(path, project)
    if options.json:
        print(json.dumps({"source": path, "cells": [cell.as_json() for cell in cells]}, indent=1))
        return DONE
    for cell in cells:
        name = cell.label or "cell"
        print(f"{cell.source or path}:{cell.line}: {name}: {cell.status}: {cell.because}")
    return DONE


def _site(options: argparse.Namespace) -> int:
    from litpost import site, theme_site
    from litpost.project import find_project

    root = find_project(options.root).root
    destination = options.destination or root / "_site"
    if options.check:
        return _check_site(root, destination, options.baseurl)
    if options.theme:
        config = site.read_config(root)
        languages = theme_site.site_languages(config.language, config.languages)
        root = theme_site.lay(
            root,
            options.theme,
            language=config.language,
            languages=languages,
            repository=theme_site.repository_of(options.theme, os.environ),
        )
    if options.serve:
        site.serve_site(root, destination=destination, baseurl=options.baseurl)
    else:
        site.build_site(root, destination=destination, baseurl=options.baseurl)
    return DONE


def _check_site(root: Path, folder: Path, baseurl: str | None) -> int:
    from litpost import pages, site

    if not (folder / "index.html").is_file():
        raise UsageError(f"no site in {folder}; `litpost site` builds it")
    config = site.read_config(root)
    found = pages.check_site(
        folder,
        baseurl=site.normal_baseurl(baseurl if baseurl is not None else config.baseurl),
        default_language=config.language,
        languages=config.languages,
    )
    for finding in found:
        print(pages.in_source(finding, root))
    count = f"{len(found)} fault{'s' * (len(found) != 1)}" if found else "no faults"
    print(f"{folder.name}/: {count}", file=sys.stderr)
    return FAILED if found else DONE


def _themes(options: argparse.Namespace) -> int:
    from litpost.theme import load_theme, themes

    for name in themes():
        print(f"{name:17} {load_theme(name).description}")
    return DONE


if __name__ == "__main__":
    raise SystemExit(main())
