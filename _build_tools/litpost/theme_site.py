"""The site in the real theme: its repository at a pinned commit, with our posts laid over it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litpost.errors import LitpostError, UsageError, nearest
from litpost.project import POSTS, STORE
from litpost.theme import THEMES, themes

PLUGINS_MISSING = """\
The theme needs the Jekyll plugins {plugins}, which aren't installed. Debian has them:
  sudo apt-get install {packages}
elsewhere: gem install {plugins}"""


@dataclass(frozen=True)
class Patch:
    """A text of one of the theme's files, and what stands there instead."""

    file: str
    find: str
    replace: str


@dataclass(frozen=True)
class Upstream:
    """Where a theme's own repository is, and what our site needs changed in it.

    Attributes
    ----------
    repository, commit
        What is cloned; `commit` is its whole name.
    plugins
        The Jekyll plugins that its configuration names.
    settings
        The file that holds its languages, as ``default_lng`` and ``language_switch_lang_list``.
    pages
        The pages that it has in every language.
    patches
        What Debian's Jekyll wants otherwise.
    """

    repository: str
    commit: str
    plugins: Sequence[str]
    settings: str
    pages: Sequence[str]
    patches: Sequence[Patch]


def upstream(theme: str) -> Upstream:
    """Read where a theme comes from.

    Raises
    ------
    UsageError
        There is no such theme, or none that a site can be built of.
    """
    file = THEMES / theme / "upstream.toml"
    if not file.is_file():
        known = [name for name in themes() if (THEMES / name / "upstream.toml").is_file()]
        raise UsageError(f"no theme `{theme}` to build the site in; {nearest(theme, known)}")
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return Upstream(**{**data, "patches": tuple(Patch(**patch) for patch in data["patches"])})


def lay(
    root: Path, theme: str, *, language: str, languages: Sequence[str], repository: str = ""
) -> Path:
    """Lay the blog's posts and images over a copy of the theme; return the copy's folder.

    Parameters
    ----------
    root
        The blog's folder.
    theme
        The theme's name.
    language, languages
        The language of ``_posts/``, and all.
    repository
        Where to clone it from, a path or an address, instead of its own.

    Raises
    ------
    UsageError
        A plugin is missing, or the commit can't be had.
    """
    source = upstream(theme)
    _check_plugins(source.plugins)
    clone = _clone(root / STORE / "themes" / theme, source, repository or source.repository)
    site = root / STORE / "site" / theme
    if site.exists():
        shutil.rmtree(site)
    shutil.copytree(clone, site, ignore=shutil.ignore_patterns(".git"))
    _set_languages(site, source, language, languages)
    for patch in source.patches:
        _apply(site, patch)
    for folder in (POSTS, *(f"{name}/{POSTS}" for name in languages), "assets/img/posts"):
        if (root / folder).is_dir():
            shutil.copytree(root / folder, site / folder, dirs_exist_ok=True)
    for name in ("css/litpost.css", "js/litpost.js"):
        (site / "assets" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / "assets" / name, site / "assets" / name)
    return site


def _check_plugins(plugins: Sequence[str]) -> None:
    for plugin in plugins:
        command = ["ruby", "-e", f"require 'jekyll'; require '{plugin}'"]
        if not shutil.which("ruby") or subprocess.run(command, capture_output=True).returncode:
            packages = " ".join(f"ruby-{name}" for name in plugins)
            message = PLUGINS_MISSING.format(plugins=" ".join(plugins), packages=packages)
            raise UsageError(message)


def _clone(folder: Path, source: Upstream, repository: str) -> Path:
    """Check the pinned commit out, unless that was done before."""
    if folder.is_dir() and _git("-C", str(folder), "rev-parse", "HEAD") == source.commit:
        return folder
    if folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        _git("clone", "--quiet", "--no-checkout", repository, str(folder))
        _git("-C", str(folder), "checkout", "--quiet", source.commit)
    except LitpostError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        raise UsageError("git isn't installed; the theme is cloned with it") from None
    if done.returncode:
        raise LitpostError(f"`git {' '.join(arguments)}` failed:\n{done.stderr.strip()}")
    return done.stdout.strip()


def _set_languages(site: Path, source: Upstream, language: str, languages: Sequence[str]) -> None:
    """Give the theme our languages: its default's pages lie at the top, others in folders."""
    file = site / source.settings
    text = file.read_text(encoding="utf-8")
    former = _setting(text, "default_lng", source.settings)
    listed = _setting(text, "language_switch_lang_list", source.settings).strip("[]")
    text = _replaced(text, "default_lng", language)
    text = _replaced(text, "language_switch_lang_list", f"[{', '.join(languages)}]")
    file.write_text(text, encoding="utf-8")
    shutil.rmtree(site / POSTS, ignore_errors=True)
    if language != former and (site / language).is_dir():
        for name in source.pages:
            (site / former).mkdir(exist_ok=True)
            shutil.move(site / name, site / former / name)
            shutil.move(site / language / name, site / name)
        shutil.rmtree(site / language)
    for name in map(str.strip, listed.split(",")):
        shutil.rmtree(site / name / POSTS, ignore_errors=True)
        if name not in languages:
            shutil.rmtree(site / name, ignore_errors=True)


def _setting(text: str, name: str, file: str) -> str:
    match = re.search(rf"^{name}:\s*(.*?)\s*$", text, re.M)
    if not match:
        raise LitpostError(f"{file} has no `{name}`: the theme isn't what it was at its commit")
    return match[1]


def _replaced(text: str, name: str, value: str) -> str:
    return re.sub(rf"^{name}:.*$", f"{name}: {value}", text, count=1, flags=re.M)


def _apply(site: Path, patch: Patch) -> None:
    file = site / patch.file
    text = file.read_text(encoding="utf-8")
    if patch.find not in text:
        raise LitpostError(f"{patch.file} has no {patch.find!r}: the theme isn't what it was")
    file.write_text(text.replace(patch.find, patch.replace, 1), encoding="utf-8")


def site_languages(language: str, languages: Sequence[str]) -> tuple[str, ...]:
    """Return all of the site's languages, its own first.

    >>> site_languages("ko", ["en", "ko"])
    ('ko', 'en')
    """
    return tuple(dict.fromkeys([language, *languages]))


def repository_of(theme: str, environment: Mapping[str, str]) -> str:
    """Return where a theme is to be cloned from, if the environment says so."""
    return environment.get(f"{theme.upper().replace('-', '')}_REPO", "")
