"""Names in a list of a YAML file that somebody else writes: put in, and nothing else touched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

import yaml

KEY = "exclude"


def missing_names(listed: Sequence[object], names: Sequence[str]) -> list[str]:
    """Return the names that a list of Jekyll's, of paths and patterns, doesn't cover.

    >>> missing_names(["/vendor", "Make*"], ["Makefile", "Gemfile", "vendor"])
    ['Gemfile']
    """
    patterns = [str(entry).lstrip("/") for entry in listed]
    return [name for name in names if not any(fnmatchcase(name, each) for each in patterns)]


def with_names(text: str, names: Sequence[str]) -> str | None:
    r"""Put names at the end of the list ``exclude``, as that is written.

    Returns
    -------
    str or None
        The text; nothing if it has no such list, or one that is written in a way in which this
        can't be done.

    >>> with_names("exclude: [a,  b]  # mine\n", ["Makefile"])
    'exclude: [a,  b, Makefile]  # mine\n'
    >>> with_names("exclude:\n- 'a' # mine\n", ["Makefile"])
    "exclude:\n- 'a' # mine\n- 'Makefile'\n"
    """
    node = _list(text)
    if node is None or not all(map(_is_on_a_line, node.value)):
        return None
    written = _in_flow(text, node, names) if node.flow_style else _in_block(text, node, names)
    before, after = yaml.safe_load(text), _loaded(written)
    return written if after == {**before, KEY: [*before[KEY], *names]} else None


def _loaded(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _list(text: str) -> yaml.SequenceNode | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else ()
    found = [value for key, value in pairs if key.value == KEY]
    return found[-1] if found and isinstance(found[-1], yaml.SequenceNode) else None


def _is_on_a_line(item: yaml.Node) -> bool:
    return isinstance(item, yaml.ScalarNode) and item.style not in ("|", ">")


def _in_block(text: str, node: yaml.SequenceNode, names: Sequence[str]) -> str:
    """Put lines behind that of the last item."""
    last = node.value[-1]
    start = text.rfind("\n", 0, last.start_mark.index) + 1
    dash = text[start : last.start_mark.index]
    return _with_lines(text, last.end_mark.index, [dash + _quoted(name, last) for name in names])


def _in_flow(text: str, node: yaml.SequenceNode, names: Sequence[str]) -> str:
    """Put names behind the last item, on lines of their own if that has one."""
    end = node.end_mark.index - 1
    if not node.value:
        return text[:end] + ", ".join(names) + text[end:]
    last = node.value[-1]
    start, stop = last.start_mark.index, last.end_mark.index
    quoted = [_quoted(name, last) for name in names]
    comma = re.match(r"\s*,", text[stop:end])
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    if "\n" not in text[stop:end] or indent.strip():
        return text[:stop] + "".join(f", {name}" for name in quoted) + text[stop:]
    if comma:
        return _with_lines(text, stop + comma.end(), [f"{indent}{name}," for name in quoted])
    lines = [f"{indent}{name}{',' * (name != quoted[-1])}" for name in quoted]
    return _with_lines(f"{text[:stop]},{text[stop:]}", stop + 1, lines)


def _with_lines(text: str, place: int, lines: Sequence[str]) -> str:
    """Put lines behind the one that a place is in, with its kind of line end."""
    match = re.compile(r"[^\r\n]*(\r?\n|\Z)").match(text, place)
    assert match  # there is an end of every line
    if not match[1]:
        return text + "".join(f"\n{line}" for line in lines)
    added = "".join(line + match[1] for line in lines)
    return text[: match.end()] + added + text[match.end() :]


def _quoted(name: str, like: yaml.Node) -> str:
    """Write a name in the quotes in which another one stands."""
    quote = like.style if isinstance(like, yaml.ScalarNode) and like.style in ("'", '"') else ""
    return f"{quote}{name}{quote}"
