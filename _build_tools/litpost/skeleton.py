"""What a new source starts with: its name, its header, an example cell."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import jinja2

from litpost.errors import UsageError
from litpost.header import write_mapping
from litpost.schema import schema_comment
from litpost.theme import COMMON, Theme
from litpost.words import words

TEMPLATE = "source.j2"
LONGEST = 60
_WHEN = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?\Z")


def slug_of(title: str) -> str:
    """Make a slug of a title, in the title's own script, as Jekyll's addresses may have it.

    >>> slug_of("Powers of two, again!"), slug_of("LSTM의 게이트: 왜 셋일까?")
    ('powers-of-two-again', 'lstm의-게이트-왜-셋일까')

    Raises
    ------
    UsageError
        The title has no letter and no digit.
    """
    text = unicodedata.normalize("NFC", title).lower()
    slug = re.sub(r"[^\w\u0300-\u036f]+", "-", text).strip("-_")
    if len(slug) > LONGEST:
        slug = slug[: LONGEST + 1].rpartition("-")[0] or slug[:LONGEST]
    if not slug:
        raise UsageError(f"{title!r} has no letters to make a name of; name it by `--slug NAME`")
    return slug


def day_of(date: str) -> str:
    """Return the day that a date names.

    >>> day_of("2024-05-01"), day_of("2024-05-01 18:30:00 +0900")
    ('2024-05-01', '2024-05-01')

    Raises
    ------
    UsageError
        It isn't a date.
    """
    match = _WHEN.match(date.strip())
    try:
        return str(datetime.date.fromisoformat(match[1] if match else date))
    except ValueError:
        allowed = "`2024-05-01`, or with a time and its offset, `2024-05-01 18:30:00 +0900`"
        raise UsageError(f"{date!r} isn't a date; write it as {allowed}") from None


def skeleton(
    header: Mapping[str, object], theme: Theme, *, language: str, templates: Path, folder: str = ""
) -> str:
    """Write the text of a new source.

    Parameters
    ----------
    header
        The front matter.
    theme
        Tells whether there is an excerpt, and between which marks.
    language
        The language of the example's words.
    templates
        The folder of the blog's own templates, which may have another ``source.j2``.
    folder
        The folder below the sources' own that it goes to, if it does.
    """
    loader = jinja2.FileSystemLoader([templates, theme.folder, COMMON])
    environment = jinja2.Environment(
        loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True,
        trim_blocks=True,
    )  # fmt: skip
    return environment.get_template(TEMPLATE).render(
        header=write_mapping(dict(header)),
        excerpt=theme.excerpt,
        words=words(language),
        schema=schema_comment(folder),
    )
