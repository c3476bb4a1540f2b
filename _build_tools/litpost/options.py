"""The `#|` options of a cell: which there are, what each may hold, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

import yaml

from litpost.errors import Problem, nearest
from litpost.header import read_mapping

LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z")
FOLDED = 40
_RANGE = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?\Z")
WIDTH = re.compile(r"(\d{1,4}(?:\.\d+)?)(px|%|)\Z")


@dataclass(frozen=True)
class Options:
    """What a cell was asked to do; the names are Quarto's and knitr's with ``_`` for ``-``.

    Attributes
    ----------
    label
        Name of the cell: of its figures' files, of references to it, in messages.
    echo, output, include, eval
        Show the code; show its outputs; show anything at all; run it.
    error
        The cell may fail; its error is shown.
    cache
        Whether the cell may be skipped when nothing that it reads has changed; ``document`` makes
        all cells run if one has to.
    depends
        Files and folders that it reads where nobody sees it: in C code, in other programs.
    timeout
        Seconds that the cell may take.
    source
        What to show instead of code of the cell's own: ``file#region`` or ``module:symbol``.
    use
        In a translation: the label of the original's cell that stands here.
    link
        Show a link to the file and lines of `source` in the repository.
    fig_cap, fig_alt, tbl_cap, lst_cap
        Caption and alternative text of figures, caption of tables, of the code itself.
    fig_width, fig_height
        Size of figures in inches, where the code doesn't set it.
    fig_format
        ``svg``, or ``png`` for figures of too many points for that.
    highlight
        The lines of the code to point at: ``2, 4-6``.
    fold
        Whether long output is folded; by itself it is from `FOLDED` lines on.
    out_width
        How wide figures are shown: pixels, or percents of the text.
    """

    label: str | None = None
    echo: bool = True
    output: bool = True
    include: bool = True
    eval: bool = True
    error: bool = False
    cache: bool | str = True
    depends: tuple[str, ...] = ()
    timeout: float | None = None
    source: str | None = None
    use: str | None = None
    link: bool = False
    fig_cap: str | None = None
    fig_alt: str | None = None
    tbl_cap: str | None = None
    lst_cap: str | None = None
    fig_width: float | None = None
    fig_height: float | None = None
    fig_format: str = "svg"
    out_width: str | None = None
    highlight: tuple[tuple[int, int], ...] = ()
    fold: bool | None = None


NAMES = {field.name.replace("_", "-"): field for field in fields(Options)}


def _text(value: Any) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise ValueError("text")


def _label(value: Any) -> str:
    if isinstance(value, str) and LABEL.match(value):
        return value
    raise ValueError("letters, digits, `-` and `_`")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def _positive(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e9:
        return float(value)
    raise ValueError("a number greater than 0")


def _cache(value: Any) -> bool | str:
    if isinstance(value, bool):
        return value
    if value == "document":
        return "document"
    raise ValueError("true, false or document")


def _paths(value: Any) -> tuple[str, ...]:
    paths = value if isinstance(value, list) else [value]
    if all(isinstance(path, str) and not path.startswith(("/", "~")) for path in paths):
        return tuple(paths)
    raise ValueError("a path from the blog's folder, or a list of them")


def _shown_width(value: Any) -> str:
    text = str(value)
    if not isinstance(value, bool) and (match := WIDTH.match(text)) and float(match[1]) > 0:
        return text
    raise ValueError("pixels or percents, such as `480`, `480px` or `60%`")


def _format(value: Any) -> str:
    if value in ("svg", "png"):
        return str(value)
    raise ValueError("`svg` or `png`")


def _ranges(value: Any) -> tuple[tuple[int, int], ...]:
    parts = [] if isinstance(value, bool) else str(value).split(",")
    matches = [_RANGE.match(part.strip()) for part in parts]
    ranges = [(int(match[1]), int(match[2] or match[1])) for match in matches if match]
    if not ranges or None in matches or any(not 0 < first <= last for first, last in ranges):
        raise ValueError("lines of the code, such as `2` or `2, 4-6`")
    return tuple(sorted(ranges))


_READERS: dict[str, Callable[[Any], Any]] = {
    "label": _label,
    "use": _label,
    "cache": _cache,
    "depends": _paths,
    "fig-format": _format,
    "out-width": _shown_width,
    "highlight": _ranges,
}


def _reader(name: str) -> Callable[[Any], Any]:
    if reader := _READERS.get(name):
        return reader
    kind = str(NAMES[name].type)
    return _flag if kind.startswith("bool") else _positive if "float" in kind else _text


def read_options(
    lines: Iterable[str], *, path: str, line: int
) -> tuple[Options, dict[str, int], list[Problem]]:
    """Read the YAML of a cell's option lines.

    Parameters
    ----------
    lines
        The option lines without their ``#|``.
    path, line
        Where the first of them stands.

    Returns
    -------
    options, where, problems
        What could be read, the line of each option, and everything that could not be read.
    """
    try:
        values, where, problems = read_mapping("\n".join(lines), path=path, line=line)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = line + (mark.line if mark else 0)
        what = getattr(error, "problem", None) or str(error)
        what = f"the cell's options aren't `key: value`: {what}"
        return Options(), {}, [Problem(path, at, what)]
    read: dict[str, Any] = {}
    for name, value in values.items():
        if name not in NAMES:
            hint = nearest(name, NAMES)
            problems.append(Problem(path, where[name], f"unknown cell option `{name}`; {hint}"))
            continue
        try:
            read[NAMES[name].name] = _reader(name)(value)
        except ValueError as allowed:
            message = f"cell option `{name}` is {value!r}; it takes {allowed}"
            problems.append(Problem(path, where[name], message))
    return Options(**read), where, problems
