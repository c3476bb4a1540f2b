"""What a Jekyll site needs to have literate posts, as files and as blocks in its own files.

A block stands between two marks. litpost writes what is between them and nothing else; a file that
it wrote as a whole begins with the first mark.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from litpost.errors import UsageError
from litpost.exclusions import KEY, missing_names, with_names
from litpost.project import MANIFESTS, SOURCES, TEMPLATES
from litpost.schema import FILE, schema_file
from litpost.theme import THEMES, load_theme, themes

BEGIN, END = "# litpost: written by `litpost init`", "# litpost: end"
_EXCLUDED = ("Makefile",)
_DEFAULTS = (
    "Gemfile", "Gemfile.lock", "node_modules/", "vendor/bundle/", "vendor/cache/", "vendor/gems/",
    "vendor/ruby/",
)  # fmt: skip
"""What Jekyll 3 excludes as long as a site names nothing itself."""

IGNORED = f"""\
.litpost/
!/{SOURCES}/{FILE}
!/{MANIFESTS}/
!/.pre-commit-config.yaml
"""
"""What git passes over; and what it doesn't, though a theme may have it pass over hidden files."""

MAKEFILE = """\
.PHONY: posts posts-check posts-test
posts: ## run the code of every source and write its post
\tlitpost build
posts-check: ## fail if a post is older than what it is made of
\tlitpost build --check
posts-test: ## run the cells of every source as tests
\tpytest --litpost
"""

WORKFLOW = """\
name: litpost
on:
  push:
  pull_request:
jobs:
  posts:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install litpost  # the cells' libraries aren't needed
      - run: litpost build --check
"""

HOOK = """\
- repo: local
  hooks:
    - id: litpost
      name: posts are what their sources come to
      entry: litpost build --check
      language: system
      pass_filenames: false
"""


@dataclass(frozen=True)
class Installation:
    """What is to be written, by path, and what its reader has to do by hand."""

    files: Mapping[str, bytes]
    notes: tuple[str, ...]


def find_theme(root: Path) -> tuple[str, str] | None:
    """Return the theme that a site has, and by what it was found; nothing if it is none we know.

    Raises
    ------
    UsageError
        `_config.yml` can't be read.
    """
    config = read_site(root)
    own = config.get("litpost")
    if isinstance(own, dict) and own.get("theme") in themes():
        return str(own["theme"]), "`_config.yml` says so to litpost"
    named = " ".join(str(config.get(key) or "") for key in ("theme", "remote_theme"))
    gems = _text(root / "Gemfile")
    for name in themes():
        found = _found_by(name)
        for gem in found["names"]:
            if re.search(rf"(?:^|[/\s]){re.escape(gem)}(?:@|\s|$)", named):
                return name, f"`_config.yml` names {gem}"
    for name in themes():
        found = _found_by(name)
        for file in found["files"]:
            if (root / file).exists():
                return name, f"there is {file}"
        for gem in found["names"]:
            if re.search(rf"^\s*gem\s+[\"']{re.escape(gem)}[\"']", gems, re.M):
                return name, f"the Gemfile names {gem}"
    return None


def _found_by(theme: str) -> Mapping[str, list[str]]:
    text = (THEMES / theme / "theme.toml").read_text(encoding="utf-8")
    marks: Mapping[str, list[str]] = tomllib.loads(text)["found-by"]
    return marks


def read_site(root: Path) -> Mapping[str, object]:
    """Read the settings of a Jekyll site.

    Raises
    ------
    UsageError
        There is none in the folder, or its settings can't be read.
    """
    file = root / "_config.yml"
    if not file.is_file():
        raise UsageError(
            f"no `_config.yml` in {root}, so it isn't a Jekyll site; go to one, name it by "
            "`--root DIR`, or make one: `jekyll new DIR`"
        )
    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"_config.yml can't be read: {error}") from None
    if not isinstance(config, dict):
        raise UsageError("_config.yml can't be read: it isn't `key: value`")
    return config


def plan_installation(root: Path, theme: str) -> Installation:
    """Say what has to be written so that a site has literate posts; nothing that is so already."""
    read_site(root)
    notes: list[str] = []
    files: dict[str, str] = {}
    files[f"{SOURCES}/{FILE}"] = schema_file(load_theme(theme, root / TEMPLATES)).decode()
    edits: Mapping[str, Callable[[str], str]] = {
        "_config.yml": lambda text: _configured(text, theme, notes),
        ".gitignore": lambda text: _with_block(text, IGNORED),
        "Makefile": lambda text: _with_targets(text, notes),
        ".github/workflows/litpost.yml": lambda text: _with_block("", WORKFLOW),
        ".pre-commit-config.yaml": lambda text: _hooked(text, notes),
    }
    for path, edit in edits.items():
        files[path] = _edited(_text(root / path), edit)
    return Installation(
        {
            path: text.encode()
            for path, text in files.items()
            if (path not in _WHOLE or _is_ours(root / path, notes, path))
            and (not (root / path).is_file() or _text(root / path) != text)
        },
        tuple(notes),
    )


def _edited(text: str, edit: Callable[[str], str]) -> str:
    """Edit a text whose lines may all end as on Windows, and keep that."""
    ends = text.count("\r\n")
    if not ends or ends != text.count("\n"):
        return edit(text)
    return edit(text.replace("\r\n", "\n")).replace("\n", "\r\n")


_WHOLE = (".github/workflows/litpost.yml",)


def _is_ours(file: Path, notes: list[str], path: str) -> bool:
    if file.is_file() and not _text(file).startswith(BEGIN):
        notes.append(f"{path} is there and isn't litpost's; it stays as it is")
        return False
    return True


def _configured(text: str, theme: str, notes: list[str]) -> str:
    """Add the theme and the excludes to `_config.yml`."""
    bare = _without_blocks(text)
    own = yaml.safe_load(bare) or {}
    lines = []
    if "litpost" not in own:
        lines += ["litpost:", f"  theme: {theme}"]
    elif not isinstance(own["litpost"], dict) or own["litpost"].get("theme") != theme:
        notes.append(f"_config.yml has a `litpost:` of its own; give it `theme: {theme}`")
    if KEY not in own:
        names = [*_EXCLUDED, *_DEFAULTS]
        lines += [f"{KEY}:", *(f"  - {name}" for name in names)]
    text = _with_block(text, "\n".join(lines) + "\n") if lines else text
    return _excluding(text, own[KEY], notes) if KEY in own else text


def _excluding(text: str, listed: object, notes: list[str]) -> str:
    """Put what isn't the site's own into the list of excludes that it has."""
    missing = missing_names(listed if isinstance(listed, list) else [], _EXCLUDED)
    written = with_names(text, missing) if missing else text
    if written is None:
        wanted = ", ".join(f"`{name}`" for name in missing)
        notes.append(f"_config.yml has an `exclude:` of its own; add {wanted} to it")
    return text if written is None else written


def _with_targets(text: str, notes: list[str]) -> str:
    if re.search(r"^posts(?:-check|-test)?\s*:", _without_blocks(text), re.M):
        notes.append("the Makefile has a target `posts` of its own; litpost's were left out")
        return text
    return _with_block(text, MAKEFILE)


def _hooked(text: str, notes: list[str]) -> str:
    """Add the hook to pre-commit's list, behind the line that begins it."""
    if not text:
        return _with_block("repos:\n", HOOK)
    if BEGIN in text:
        return _with_block(text, HOOK)
    match = re.search(r"^repos:[ \t]*\n(?=([ \t]*)-)", text, re.M)
    if match is None:
        notes.append(".pre-commit-config.yaml has no list of `repos:`; the hook was left out")
        return text
    block = "".join(f"{match[1]}{line}\n" for line in _block(HOOK).splitlines())
    return text[: match.end()] + block + text[match.end() :]


def _block(body: str) -> str:
    return f"{BEGIN}\n{body}{END}\n"


def _with_block(text: str, body: str) -> str:
    r"""Put a block where there is one already, else at the end.

    >>> print(_with_block("a: 1", "b: 2\n"), end="")
    a: 1
    <BLANKLINE>
    # litpost: written by `litpost init`
    b: 2
    # litpost: end
    """
    if match := next(_blocks(text), None):
        indent = match[1]
        block = "".join(f"{indent}{line}\n" for line in _block(body).splitlines())
        return text[: match.start()] + block + text[match.end() :]
    before = text if not text or text.endswith("\n") else text + "\n"
    gap = "\n" if before and not before.endswith(":\n") else ""
    return before + gap + _block(body)


def _blocks(text: str) -> Iterator[re.Match[str]]:
    pattern = rf"^([ \t]*){re.escape(BEGIN)}\n(?:.*\n)*?[ \t]*{re.escape(END)}(?:\n|\Z)"
    return re.finditer(pattern, text, re.M)


def _without_blocks(text: str) -> str:
    for match in reversed(list(_blocks(text))):
        text = text[: match.start()] + text[match.end() :]
    return text


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read: {error}") from None
