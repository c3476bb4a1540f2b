"""Whether a source is right for its theme: its front matter, its excerpt, its images."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from litpost.errors import Problem
from litpost.figures import raster_size
from litpost.source import Formula, Prose, Source, Verbatim
from litpost.theme import Key, Theme

_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}:\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[-+]\d{2}:?\d{2})?)?\Z"
)
_IMAGE_PATH = re.compile(r'<img\s+src="([^"]+)"|!\[[^\]]*\]\(([^)\s]+)')


def check_header(
    values: Mapping[str, Any], source: Source, theme: Theme, *, complete: bool
) -> Iterator[Problem]:
    """Check front matter against the theme's schema.

    Parameters
    ----------
    values
        The front matter as it goes to the post, or as it stands in the source: values that have
        yet to be computed are passed over.
    complete
        Whether a required key that is missing is a problem.
    """

    def problem(name: str, message: str) -> Problem:
        return Problem(source.path, source.front_matter.lines.get(name, 1), message)

    for name, value in values.items():
        if name not in theme.keys:
            import difflib  # only where there is something to compare

            if close := difflib.get_close_matches(name, theme.keys, n=1, cutoff=0.85):
                yield problem(
                    name, f"unknown front matter key `{name}`; did you mean `{close[0]}`?"
                )
        elif not _has_values(value):
            for message in _check_value(theme.keys[name], value):
                yield problem(name, f"`{name}`: {message}")
    for name, key in theme.keys.items():
        if complete and key.required and name not in values:
            because = f": {key.because}" if key.because else ""
            yield problem(name, f"the front matter has no `{name}`{because}")


def _has_values(value: Any) -> bool:
    """Say whether a header's value holds inline values that are not computed yet."""
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, tuple) for item in items)


def _check_value(key: Key, value: Any) -> Iterator[str]:
    if key.type == "flag":
        if not isinstance(value, bool):
            yield f"takes true or false, found {value!r}"
        return
    if key.type == "mapping" or (key.type == "image or mapping" and isinstance(value, dict)):
        if not isinstance(value, dict):
            yield f"takes keys and values, found {value!r}"
        return
    if isinstance(value, list) and key.type in ("texts", "text or texts"):
        texts = value
        if key.max_items and len(texts) > key.max_items:
            because = f": {key.because}" if key.because else ""
            yield f"{len(texts)} of them, at most {key.max_items} allowed{because}"
    elif key.type == "texts":
        yield f"takes a list such as `[one, two]`, found {value!r}"
        return
    else:
        texts = [value]
    for text in texts:
        if isinstance(text, bool) or not isinstance(text, (str, int, float)):
            yield f"takes text, found {text!r}"
        else:
            yield from _check_text(key, str(text))


def _check_text(key: Key, text: str) -> Iterator[str]:
    because = f": {key.because}" if key.because else ""
    if key.forbidden and (match := re.search(key.forbidden, text)):
        yield f"`{match[0]}` may not stand in {text!r}{because}"
    if key.max_length and len(text) > key.max_length:
        yield f"{len(text)} characters long, at most {key.max_length} allowed{because}"
    if key.type == "date":
        yield from _check_date(text)
    if key.type in ("image", "image or mapping"):
        if not text.startswith((":", "/", "http://", "https://")):
            yield (
                f"{text!r} is a relative path, which is broken under the theme's permalinks; "
                "write `/assets/img/…`, or `:name` for `/assets/img/posts/name`"
            )
        if key.raster and text.lower().endswith(".svg"):
            yield f"{text!r} is an SVG; a PNG or JPEG is needed{because}"


def _check_date(text: str) -> Iterator[str]:
    """Check that a date names the same day wherever the site is built."""
    want = "write it as `2023-07-19 12:00:00 +0900`: at noon, with an offset"
    match = _DATE.match(text)
    if not match:
        yield f"{text!r} isn't a date; {want}"
        return
    day, clock, seconds, offset = match.groups()
    if not clock or not offset:
        yield (
            f"{text!r} has no {'offset' if clock else 'time'}, so its day depends on where the "
            f"site is built; {want}"
        )
        return
    try:
        offset = "+00:00" if offset == "Z" else offset
        moment = datetime.datetime.fromisoformat(f"{day}T{clock:0>5}:{seconds or '00'}{offset}")
    except ValueError as error:
        yield f"{text!r} isn't a date ({error}); {want}"
        return
    if (utc := moment.astimezone(datetime.UTC).date()) != moment.date():
        yield f"{text!r} is {utc} in UTC, so a site built in UTC shows another day; {want}"


def check_prose(source: Source, theme: Theme) -> Iterator[Problem]:
    """Check the prose against the theme's rules, and the excerpt as far as it is written."""
    for block in _prose(source):
        for rule in theme.prose:
            for match in re.finditer(rule.pattern, block.text):
                message = f"`{match[0]}`: {rule.message}"
                yield Problem(source.path, _line(block, match.start()), message)
    written = "".join(b.text for b in source.blocks if isinstance(b, (Prose, Verbatim, Formula)))
    yield from check_excerpt(written, source, theme)


def check_excerpt(body: str, source: Source, theme: Theme) -> Iterator[Problem]:
    """Check what the blog list will show of a post with this body."""
    excerpt = theme.excerpt
    if excerpt is None:
        return
    start, end = body.find(excerpt.start), body.find(excerpt.end)
    if not 0 <= start < end:
        message = (
            f"the text has no excerpt between `{excerpt.start}` and `{excerpt.end}`; "
            "put a short summary there: the blog list shows its first 25 words"
        )
        yield Problem(source.path, 1, message)
    elif match := re.search(excerpt.forbidden, body[start + len(excerpt.start) : end]):
        line = source.text[: source.text.find(excerpt.start)].count("\n") + 1
        message = f"`{match[0]}` may not stand in the excerpt: {excerpt.because}"
        yield Problem(source.path, line, message)


def _prose(source: Source) -> Iterator[Prose]:
    return (block for block in source.blocks if isinstance(block, Prose))


def _line(block: Prose, position: int) -> int:
    return block.line + block.text[:position].count("\n")


def check_images(
    values: Mapping[str, Any],
    source: Source,
    theme: Theme,
    *,
    made: Collection[str],
    root: Path,
) -> Iterator[Problem]:
    """Check that the site's own images that a post names are there, and large enough.

    Parameters
    ----------
    made
        Paths of the images that this build makes.
    """

    def is_there(path: str) -> bool:
        return path in made or (root / path).is_file()

    for name, value in values.items():
        key = theme.keys.get(name)
        if (
            key is None
            or not key.type.startswith("image")
            or not (path := _local(str(value), theme))
        ):
            continue
        at = source.front_matter.lines.get(name, 1)
        if not is_there(path):
            message = (
                f"`{name}`: no file `{path}`; name one, or let `litpost: cover: label` make it"
            )
            yield Problem(source.path, at, message)
        elif (width := _width(root / path, path in made)) < (key.min_width or 0):
            least = f"at least {key.min_width} needed"
            message = f"`{name}`: {path} is {width:g} pixels wide, {least}"
            yield Problem(source.path, at, message)
    for block in _prose(source):
        for match in _IMAGE_PATH.finditer(block.text):
            path = _local(match[1] or match[2], theme)
            if path and not is_there(path):
                at = _line(block, match.start())
                yield Problem(source.path, at, f"no image file `{path}`")


def _local(value: str, theme: Theme) -> str:
    """Return the path from the root that an image's address stands for, or nothing."""
    if value.startswith(":"):
        return f"{theme.images_folder}/{value[1:]}"
    return value[1:] if value.startswith("/") and not value.startswith("//") else ""


def _width(file: Path, is_made: bool) -> float:
    """Return the width of an image in pixels; no limit is known of an SVG or of one just made."""
    size = None if is_made else raster_size(file.read_bytes())
    return size[0] if size else float("inf")
