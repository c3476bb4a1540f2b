"""The parts of the reference that are made of the parser and the options.

``python -m litpost.reference docs/reference.md`` makes them anew.

A part stands between ``<!-- made: name -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from litpost.cli import make_parser
from litpost.options import NAMES
from litpost.parser import SETTINGS
from litpost.schema import meanings

_PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(\n<!-- end -->)", re.S)


def filled(text: str) -> str:
    """Return a text with its parts made anew."""
    return _PART.sub(lambda match: f"{match[1]}\n{_PARTS[match[2]]()}\n{match[3]}", text)


def _commands() -> str:
    return "\n\n".join(_command(name, parser) for name, parser in _subparsers().items())


def _subparsers() -> Mapping[str, argparse.ArgumentParser]:
    [commands] = (
        action for action in make_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )  # fmt: skip
    choices: Mapping[str, argparse.ArgumentParser] = commands.choices
    return choices


def _command(name: str, parser: argparse.ArgumentParser) -> str:
    lines = [f"### litpost {name}", "", parser.description or "", "", "| | |", "|---|---|"]
    for action in parser._actions:
        if action.dest == "help":
            continue
        shown = action.metavar or ""
        names = [f"{flag} {shown}".strip() for flag in action.option_strings] or [str(shown)]
        lines.append(f"| {', '.join(f'`{each}`' for each in names)} | {action.help or ''} |")
    examples = [line.strip() for line in (parser.epilog or "").splitlines()[1:]]
    return "\n".join([*lines, "", *(f"    {line}" for line in examples)]).rstrip()


def _options() -> str:
    rows = ("".join(f"| {cell} " for cell in row) + "|" for row in _option_rows())
    return "\n".join(["| option | takes | default | meaning |", "|---|---|---|---|", *rows])


def _option_rows() -> Iterator[tuple[str, str, str, str]]:
    for name in NAMES:
        told = meanings()["options"][name]
        yield f"`{name}`", told["takes"], told["default"], told["meaning"]


def _settings() -> str:
    told = {name: meanings()["settings"][name] for name in sorted(SETTINGS)}
    rows = (f"| `{name}` | {t['takes']} | {t['meaning']} |" for name, t in told.items())
    return "\n".join(["| setting | takes | meaning |", "|---|---|---|", *rows])


_PARTS: Mapping[str, Callable[[], str]] = {
    "commands": _commands, "options": _options, "settings": _settings,
}  # fmt: skip


def main(path: str) -> None:
    """Make the parts of a file anew."""
    file = Path(path)
    file.write_text(filled(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
