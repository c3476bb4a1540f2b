"""The folder that a blog lies in: its sources, its settings, where its posts go."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from litpost.errors import UsageError, nearest
from litpost.languages import LISTED, THEME_CONFIG
from litpost.world import text_digest, times

SOURCES = "_literate"
POSTS = "_posts"
MANIFESTS = f"{SOURCES}/.manifest"
TEMPLATES = f"{SOURCES}/_templates"
STORE = ".litpost"
DEFAULT_THEME = "mrgreen"

_READING = ("project.py", "languages.py")  # what reads the settings
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)\.(?:md|markdown)\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")


@dataclass(frozen=True)
class Project:
    """A blog that litpost writes posts for.

    Attributes
    ----------
    root
        The folder that holds ``_literate/``.
    theme
        Name of the theme, ``litpost: {theme: …}`` in ``_config.yml``.
    repository
        Address of the repository's files, for links to the lines of a snippet; or nothing.
    language
        The language of posts in ``_posts/``: ``default_lng``, ``lang``, ``locale`` or
        ``language`` of ``_config.yml``, or of the theme's own settings.
    languages
        All languages that the site has, ``language_switch_lang_list``; none if it doesn't say.
    """

    root: Path
    theme: str = DEFAULT_THEME
    repository: str = ""
    language: str = "en"
    languages: tuple[str, ...] = ()

    def source_path(self, name: str) -> str:
        """Return the path from the root of a source that somebody has named.

        Raises
        ------
        UsageError
            There is no such source, or it isn't one of this project's.
        """
        file = Path(name).resolve()
        if not file.is_file():
            file = (self.root / SOURCES / name).resolve()
        if not file.is_file():
            raise UsageError(f"no source `{name}`; sources lie in {SOURCES}/")
        folder = (self.root / SOURCES).resolve()
        path = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else ""
        if not is_source(path):
            raise UsageError(
                f"`{name}` isn't a source of this project: those are named "
                f"{SOURCES}/YYYY-MM-DD-slug.md or {SOURCES}/<language>/YYYY-MM-DD-slug.md"
            )
        return f"{SOURCES}/{path}"

    def sources(self) -> tuple[list[str], list[str]]:
        """List the paths of all sources, and of the Markdown files that aren't named like one."""
        folder = self.root / SOURCES
        folders = [each for each in sorted(folder.glob("*/")) if _LANGUAGE.match(each.name)]
        files = [file for each in (folder, *folders) for file in sorted(each.glob("*.m*d*"))]
        paths = [
            file.relative_to(self.root).as_posix()
            for file in files
            if file.suffix in (".md", ".markdown")
        ]
        return (
            [path for path in paths if _NAME.match(path.rpartition("/")[2])],
            [path for path in paths if not _NAME.match(path.rpartition("/")[2])],
        )

    def folder_of(self, language: str, *, is_listed: bool = False) -> str:
        """Return the folder, below the sources' own, of a language: none for the blog's.

        Parameters
        ----------
        language
            Its code.
        is_listed
            Whether the theme knows only languages that `_config.yml` lists.

        Raises
        ------
        UsageError
            The site has no such language, or it is no language at all.
        """
        if language in (self.language, re.split("[-_]", self.language)[0]):
            return ""
        message = f"`--lang {language}`: "
        if not _LANGUAGE.match(language):
            raise UsageError(f"{message}isn't the code of a language, such as `de` or `pt-BR`")
        if (self.languages or is_listed) and language not in self.languages:
            known = nearest(language, {self.language, *self.languages})
            raise UsageError(
                f"{message}the site has no such language; {known} "
                f"(`{LISTED}` in the site's settings lists them)"
            )
        return language

    def language_of(self, source: str) -> str:
        """Return the language of a source: that of its folder, or the blog's."""
        return Place.of(source).language or self.language


def is_source(path: str) -> bool:
    """Say whether a path below the folder of the sources is named like one.

    >>> is_source("en/2024-05-01-powers.md"), is_source("notes.md"), is_source("a/b/c.md")
    (True, False, False)
    """
    language, _, name = path.rpartition("/")
    return bool(_NAME.match(name)) and (not language or bool(_LANGUAGE.match(language)))


def source_languages(root: Path) -> tuple[str, ...]:
    """List the languages that have a folder of sources.

    >>> source_languages(Path("/no/such/blog"))
    ()
    """
    folders = sorted((root / SOURCES).glob("*/"))
    return tuple(folder.name for folder in folders if _LANGUAGE.match(folder.name))


@dataclass(frozen=True)
class Place:
    """Where the things made of one source go, and what its name says.

    `language` is that of its folder, and nothing for what lies in ``_literate/`` itself.
    """

    source: str
    date: str
    slug: str
    language: str = ""

    @classmethod
    def of(cls, source: str) -> Place:
        """Read a source's name."""
        folder, _, name = source.removeprefix(f"{SOURCES}/").rpartition("/")
        match = _NAME.match(name)
        assert match, source
        return cls(source, match[1], match[2], folder)

    @property
    def post(self) -> str:
        """The path of the post."""
        return f"{self._folder}{POSTS}/{self.date}-{self.slug}.md"

    @property
    def manifest(self) -> str:
        """The path of the manifest."""
        return f"{MANIFESTS}/{self._folder}{self.date}-{self.slug}.json"

    @property
    def _folder(self) -> str:
        return f"{self.language}/" if self.language else ""


def find_project(root: Path | None) -> Project:
    """Find the project in a folder, or in the current one or above it.

    Raises
    ------
    UsageError
        There is none, or its settings can't be read.
    """
    if root and not root.is_dir():
        raise UsageError(f"no folder `{root}`; name the blog's by `--root DIR`")
    start = (root or Path.cwd()).resolve()
    folders: Sequence[Path] = [start] if root else [start, *start.parents]
    for folder in folders:
        if (folder / SOURCES).is_dir():
            return _read(folder)
    where = f"no folder `{SOURCES}/` in {root or 'this folder or above it'}"
    raise UsageError(
        f"{where}; `litpost init` makes one in a Jekyll site, `--root DIR` names another folder"
    )


def _read(root: Path) -> Project:
    """Read a blog's settings, as they were read before if they are the same (YAML takes its time).

    That is kept in the folder of the store, if there is one.
    """
    texts = {name: _text(root / name) for name in ("_config.yml", THEME_CONFIG)}
    code = [times(str(Path(__file__).with_name(name))) for name in _READING]
    told, kept = text_digest(repr((texts, code))), root / STORE / "settings.json"
    try:
        known = json.loads(kept.read_bytes())
        if known.pop("of") == told:
            return Project(root, **{**known, "languages": tuple(known["languages"])})
    except (OSError, ValueError, LookupError, TypeError):  # it isn't there, or isn't what we wrote
        pass
    project = _parsed(root)
    values = {name: value for name, value in vars(project).items() if name != "root"}
    with contextlib.suppress(OSError):  # there is no store, or it can't be written to
        partial = kept.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({"of": told, **values}))
        partial.replace(kept)
    return project


def _text(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _parsed(root: Path) -> Project:
    import yaml

    from litpost.languages import read_languages

    file = root / "_config.yml"
    try:
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        config = yaml.safe_load(text) or {}
        settings = config.get("litpost") or {}
        if not isinstance(settings, dict):
            raise TypeError(f"`litpost` is {settings!r}, not settings such as {{theme: mrgreen}}")
        theme = settings.get("theme", DEFAULT_THEME)
        branch = settings.get("branch", "main")
        repository = str(config.get("repository") or "")
        languages = read_languages(root, config)
    except (yaml.YAMLError, AttributeError, TypeError, UnicodeDecodeError) as error:
        raise UsageError(f"_config.yml can't be read: {error}") from None
    if repository and "://" not in repository:
        repository = f"https://github.com/{repository}"
    files = f"{repository}/blob/{branch}" if repository else ""
    return Project(root, str(theme), files, languages.default, languages.listed)
