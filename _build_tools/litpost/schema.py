"""The JSON schema of a source's front matter and cell options, for editors.

It says what `litpost.checks` and `litpost.options` check, as far as JSON Schema can say it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from litpost.options import LABEL, NAMES, WIDTH
from litpost.parser import SETTINGS
from litpost.theme import Key, Theme

FILE = ".schema.json"
"""Its name in the folder of the sources."""

MEANINGS = Path(__file__).parent / "meanings.toml"
_FLAG = {"type": "boolean"}
_TEXT = {"type": ["string", "number"]}
_POSITIVE = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e9}
_RELATIVE = {"type": "string", "pattern": "^(?![/~])"}
_RANGE = r"\s*[1-9]\d{0,3}(-[1-9]\d{0,3})?\s*"
_LABEL = {"type": "string", "pattern": f"^{LABEL.pattern.removesuffix(chr(92) + 'Z')}$"}
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "label": _LABEL,
    "use": _LABEL,
    "fig-format": {"enum": ["svg", "png"]},
    "cache": {"enum": [True, False, "document"]},
    "depends": {"anyOf": [_RELATIVE, {"type": "array", "items": _RELATIVE}]},
    "out-width": {
        "type": ["string", "number"],
        "pattern": f"^{WIDTH.pattern.removesuffix(chr(92) + 'Z')}$",
    },
    "highlight": {"type": ["string", "integer"], "pattern": f"^{_RANGE}(,{_RANGE})*$"},
}
_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "cache": {"const": "document"},
    "environment": {"type": "array", "items": {"type": "string"}},
    "math": _FLAG,
    "timeout": _POSITIVE,
}
_DATE = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\s*(Z|[-+]\d{2}:?\d{2})$",
}


def schema_comment(folder: str = "") -> str:
    """Return the comment that wires a source, in a folder of the sources' own, to the schema.

    >>> schema_comment("en")
    '# yaml-language-server: $schema=../.schema.json'
    """
    return f"# yaml-language-server: $schema={'../' * bool(folder)}{FILE}"


@cache
def meanings() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return what every option and setting takes and means, in words."""
    return tomllib.loads(MEANINGS.read_text(encoding="utf-8"))


def make_schema(theme: Theme) -> dict[str, Any]:
    """Make the schema of the front matter of sources for a theme; `$defs` has the cell options."""
    keys = {name: _key(key) for name, key in theme.keys.items()}
    keys["litpost"] = _closed({name: _setting(name) for name in SETTINGS})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Front matter of a source of litpost, for the theme {theme.name}",
        "type": "object",
        "properties": keys,
        "$defs": {"options": _closed({name: _option(name) for name in NAMES})},
    }


def schema_file(theme: Theme) -> bytes:
    """Return the file that holds the schema."""
    text = json.dumps(make_schema(theme), indent=1, ensure_ascii=False, sort_keys=True)
    return (text + "\n").encode()


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _option(name: str) -> dict[str, Any]:
    kind = str(NAMES[name].type)
    plain = _FLAG if kind.startswith("bool") else _POSITIVE if "float" in kind else _TEXT
    meaning = meanings()["options"].get(name, {}).get("meaning", "")
    return {**_OPTIONS.get(name, plain), "description": meaning}


def _setting(name: str) -> dict[str, Any]:
    meaning = meanings()["settings"].get(name, {}).get("meaning", "")
    return {**_SETTINGS.get(name, {"type": "string"}), "description": meaning}


def _key(key: Key) -> dict[str, Any]:
    """Say what a key of the front matter may hold; text with inline values may hold anything."""
    text = _text(key)
    texts: dict[str, Any] = {"type": "array", "items": text}
    if key.max_items:
        texts["maxItems"] = key.max_items
    mapping = {"type": "object"}
    kinds: Mapping[str, Any] = {
        "flag": _FLAG, "mapping": mapping, "texts": texts,
        "text or texts": {"anyOf": [text, texts]}, "image or mapping": {"anyOf": [text, mapping]},
    }  # fmt: skip
    made = dict(kinds.get(key.type, text))
    computed = {"type": "string", "pattern": r"`\{python\}\s"}
    if key.type != "flag":
        made = {"anyOf": [made, computed, {"type": "array", "contains": computed}]}
    return {**made, "description": key.because} if key.because else made


def _text(key: Key) -> dict[str, Any]:
    if key.type == "date":
        return dict(_DATE)
    every: list[Mapping[str, Any]] = [_TEXT]
    if key.forbidden:
        every.append({"not": {"type": "string", "pattern": key.forbidden}})
    if key.max_length:
        every.append({"maxLength": key.max_length})
    if key.type.startswith("image"):
        every.append({"type": "string", "pattern": "^(:|/|https?://)"})
    if key.raster:
        every.append({"not": {"type": "string", "pattern": r"\.[sS][vV][gG]$"}})
    return {"allOf": every} if every[1:] else dict(_TEXT)
