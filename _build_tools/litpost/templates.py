"""The templates of a theme, and the blog's own in their place."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import traceback
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket

from litpost import liquid
from litpost.errors import LitpostError
from litpost.formulas import one_line
from litpost.project import STORE, TEMPLATES
from litpost.theme import COMMON, Theme
from litpost.writer import read, write

_DIGEST = 32  # bytes
_USUAL = ("code", "text", "figure", "post")


class Templates:
    """The templates that posts of a blog are made with."""

    def __init__(self, root: Path, theme: Theme) -> None:
        self._root = root
        compiled = root / STORE / "templates"  # by name and content; may be deleted at any time
        compiled.mkdir(parents=True, exist_ok=True)
        own = root / TEMPLATES
        if own.is_dir():  # they may change, and macros of theirs may count from post to post
            self._environment = _environment((own, theme.folder, COMMON), compiled)
        else:
            self._environment = _kept_environment((theme.folder, COMMON), compiled)

    def compile(self) -> None:
        """Compile the templates that most posts need, if what was compiled isn't kept."""
        for name in _USUAL:
            self._environment.get_template(f"{name}.j2")

    def fill(self, name: str, **values: Any) -> str:
        """Fill one of the theme's templates."""
        try:
            return self._environment.get_template(f"{name}.j2").render(**values) + "\n"
        except jinja2.TemplateError as error:
            raise LitpostError(f"{self._place(name, error)}: {error}") from error

    def _place(self, name: str, error: jinja2.TemplateError) -> str:
        """Say where in which template an error is."""
        if isinstance(error, jinja2.TemplateSyntaxError):
            file, line = error.filename or f"{name}.j2", error.lineno
        else:
            frames = traceback.extract_tb(error.__traceback__)
            file, line = frames[-1].filename, frames[-1].lineno or 0
        return f"{file.removeprefix(f'{self._root}/')}:{line}"


class _Compiled(jinja2.BytecodeCache):
    """Compiled templates in a folder, each with a digest: one that is damaged is compiled anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a template, if it is there and is what was written."""
        data = read(self._folder / bucket.key) or b""
        code = data[_DIGEST:]
        if code and data[:_DIGEST] == hashlib.sha256(code).digest():
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a template."""
        code = bucket.bytecode_to_string()
        with contextlib.suppress(LitpostError):  # it is compiled anew next time
            write(self._folder, {bucket.key: hashlib.sha256(code).digest() + code})


def _environment(folders: tuple[Path, ...], compiled: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        bytecode_cache=_Compiled(compiled),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=False,
    )
    environment.filters["liquid"] = liquid.escape
    environment.filters["one_line"] = one_line
    return environment


_kept_environment = functools.lru_cache(maxsize=8)(_environment)
