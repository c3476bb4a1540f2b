"""What is installed, which blog this is, and what is missing."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from litpost import __version__
from litpost.errors import UsageError
from litpost.project import TEMPLATES, Project, find_project
from litpost.site import installed_jekyll
from litpost.theme import load_theme

EXTRAS = {
    "jupytext": ("`litpost import` of notebooks", "pip install 'litpost[import]'"),
    "matplotlib": ("figures", "pip install matplotlib"),
    "pandas": ("tables of DataFrames", "pip install pandas"),
    "pytest": ("sources as tests", "pip install pytest"),
}
"""Distributions that builds can do without: what for, and how to get them."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `status` is ``ok``, ``missing`` (builds need it) or ``absent`` (they can do without it); `how`
    tells how to get it.
    """

    name: str
    status: str
    what: str
    how: str = ""


def look(root: Path | None) -> Iterator[Finding]:
    """Look at this Python, the blog and its theme, Jekyll, and what else there may be."""
    yield Finding("litpost", "ok", __version__)
    yield Finding("Python", "ok", f"{platform.python_version()} in {sys.prefix}")
    try:
        yield from _blog(find_project(root))
    except UsageError as error:
        yield Finding("blog", "missing", str(error))
    yield _jekyll(root or Path.cwd())
    yield _program("git", "`litpost site --theme` clones with it", "apt-get install git")
    for name, (purpose, how) in EXTRAS.items():
        try:
            yield Finding(name, "ok", version(name))
        except PackageNotFoundError:
            yield Finding(name, "absent", purpose, how)


def _blog(project: Project) -> Iterator[Finding]:
    yield Finding("blog", "ok", str(project.root))
    try:
        theme = load_theme(project.theme, project.root / TEMPLATES)
        yield Finding("theme", "ok", f"{theme.name}: {theme.description}")
    except UsageError as error:
        how = "name it in _config.yml: `litpost: {theme: …}`; `litpost themes` lists them"
        yield Finding("theme", "missing", str(error), how)
    yield Finding("language", "ok", project.language)
    sources, others = project.sources()
    count = f"{len(sources)} source{'s' * (len(sources) != 1)}"
    more = f", and {len(others)} files that aren't named like one" if others else ""
    how = "" if sources else '`litpost new "Title"` begins one'
    yield Finding("sources", "ok" if sources else "absent", count + more, how)


def _jekyll(root: Path) -> Finding:
    """Find Jekyll without installing it."""
    jekyll = installed_jekyll(root)
    if jekyll is None:
        how = "apt-get install jekyll, or gem install bundler && bundle install"
        return Finding("Jekyll", "missing", "`litpost site` builds with it", how)
    done = subprocess.run(
        [*jekyll.command, "--version"], cwd=root, env=jekyll.environment(),
        capture_output=True, text=True,
    )  # fmt: skip
    return Finding("Jekyll", "ok", f"{done.stdout.split()[-1]}, as `{' '.join(jekyll.command)}`")


def _program(name: str, purpose: str, how: str) -> Finding:
    found = shutil.which(name)
    return Finding(name, "ok" if found else "absent", found or purpose, "" if found else how)
