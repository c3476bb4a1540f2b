"""YAML as sources use it: front matter and cell options, with the line of every key."""

from __future__ import annotations

import copy
import functools
from typing import Any

import yaml

from litpost.errors import Problem


class _Loader(yaml.SafeLoader):
    """Reads dates as text: they go to the post as the author wrote them."""


class _Dumper(yaml.SafeDumper):
    """Writes text that looks like a date without quotes, as the author does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write a value out wherever it stands."""
        return True


for _resolving in (_Loader, _Dumper):
    _resolving.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in _resolving.yaml_implicit_resolvers.items()
    }


def read_mapping(
    text: str, *, path: str, line: int
) -> tuple[dict[str, Any], dict[str, int], list[Problem]]:
    """Read a YAML mapping.

    Returns
    -------
    values, lines, problems
        The mapping; the line of each of its keys, counted from `line`; keys that stand twice or
        that aren't text.

    Raises
    ------
    yaml.YAMLError
        The text isn't YAML, or isn't a mapping.
    """
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    problems = []
    for key, name, at, value in _pairs(text):
        if name is None:
            message = f"`{key}:` isn't a name in YAML; put it in quotes"
            problems.append(Problem(path, line + at, message))
        elif name in lines:
            message = f"`{name}` stands here a second time; first in line"
            problems.append(Problem(path, line + at, f"{message} {lines[name]}"))
        else:
            lines[name] = line + at
            values[name] = copy.deepcopy(value)
    return values, lines, problems


@functools.lru_cache(maxsize=4096)
def _pairs(text: str) -> tuple[tuple[str, str | None, int, Any], ...]:
    """Return each key as it is written, as a name if it is one, and with its line and its value.

    Parsing them is what takes long of reading a source; of one that was edited, most are as before.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return ()
        if not isinstance(node, yaml.MappingNode):
            raise yaml.MarkedYAMLError(problem="not a mapping", problem_mark=node.start_mark)
        pairs: dict[Any, Any] = {}
        found = []
        for key, value in node.value:
            name = key.value if key.tag == "tag:yaml.org,2002:str" else None
            if name is not None and name not in pairs:
                pairs[name] = loader.construct_object(value, deep=True)
            written = text[key.start_mark.index : key.end_mark.index]
            found.append((written, name, key.start_mark.line, pairs.get(name)))
        return tuple(found)
    finally:
        loader.dispose()


def _write_list(dumper: _Dumper, items: list[Any]) -> yaml.Node:
    plain = not any(isinstance(item, (list, dict)) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=plain)


_Dumper.add_representer(list, _write_list)


def write_mapping(values: dict[str, Any]) -> str:
    """Write a mapping as YAML, in its own order, each value on one line where it can be.

    >>> print(write_mapping({"title": "LSTM", "date": "2023-07-19 12:00:00 +0900", "tags": ["a"]}))
    title: LSTM
    date: 2023-07-19 12:00:00 +0900
    tags: [a]
    <BLANKLINE>
    """
    text: str = yaml.dump(
        values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6,
        default_flow_style=False,
    )  # fmt: skip
    return text
