"""Building, serving and checking the Jekyll site."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from litpost.commands.common import DONE, FAILED, Commands, add_examples, add_root
from litpost.errors import UsageError


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "site", help="build the Jekyll site", description="Build the Jekyll site into _site/."
    )
    add_root(parser)
    parser.add_argument(
        "--theme", metavar="NAME", help="in the real theme, cloned, instead of our own layouts"
    )
    parser.add_argument("--serve", action="store_true", help="serve it, and rebuild it on changes")
    parser.add_argument("--destination", type=Path, metavar="DIR", help="by default, _site/")
    parser.add_argument(
        "--check", action="store_true", help="check what was built instead; exit 1 on any fault"
    )
    parser.add_argument("--baseurl", metavar="PATH", help="instead of that of _config.yml")
    add_examples(
        parser,
        "litpost site --serve",
        "litpost site --check",
        "litpost site --theme mrgreen",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return its exit status."""
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

    if not any(folder.rglob("*.html")):
        raise UsageError(f"no pages in {folder}; `litpost site` builds them")
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
