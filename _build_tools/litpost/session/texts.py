"""What a step shows, as text that is the same at every run and on every machine."""

from __future__ import annotations

import base64
import json
import re
import site
import sysconfig
from collections.abc import Callable
from typing import Any

_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,16}\b")
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]")
_STYLE = re.compile(r"\x1b\[[\d;]*m")
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\x1b"} | {
    127: 0x2421
}
_SCHEMES = ("purelib", "platlib", "stdlib", "platstdlib")


def stabilizer(root: str, scratch: str = "") -> Callable[[str], str]:
    """Return a function that takes out of a text what differs from run to run.

    That is the addresses of objects, and the folders where the project and Python's libraries lie,
    and where the session has its `scratch`.

    >>> stable = stabilizer("/home/me/blog")
    >>> stable("<A at 0x7f12a3b4c5d6> in /home/me/blog/code.py, not in /home/me/blog2/code.py")
    '<A at 0x…> in code.py, not in /home/me/blog2/code.py'
    >>> stable("/home/me/blog is where it runs")
    '. is where it runs'
    """
    paths = {sysconfig.get_path(name) for name in _SCHEMES} | {*site.getsitepackages()}
    libraries = "|".join(map(re.escape, sorted(paths, key=len, reverse=True)))
    places = re.compile(
        rf"(?<![\w.-])(?:(?:{libraries})/|{re.escape(root)}(?:/|(?P<bare>(?![\w.-]))))"
    )

    def stable(text: str) -> str:
        text = _ADDRESS.sub("at 0x…", text)
        if scratch:
            text = text.replace(scratch, "litpost-…")
        return places.sub(lambda match: "" if match["bare"] is None else ".", text)

    return stable


def as_printed(text: str) -> str:
    r"""Return what a terminal would be left with: lines that were overwritten are gone.

    Colours stay; other sequences go. Other control characters, which HTML can't hold, become
    pictures of themselves.

    >>> as_printed("\x1b[31mred\x1b[0m, 10%\r 20%\r100%\r\nabc\b\bx\0")
    '100%\nax␀'
    """
    text = _SEQUENCE.sub(_kept, text).replace("\r\n", "\n")
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    while "\b" in text:
        text = re.sub(r"[^\n\x08]\x08|^\x08+", "", text, flags=re.M)
    return text.translate(_PICTURES)


def _kept(match: re.Match[str]) -> str:
    return match[0] if _STYLE.fullmatch(match[0]) else ""


def writable(text: str) -> str:
    r"""Write what UTF-8 can't hold as its escape.

    >>> writable("a\ud800")
    'a\\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode()


def as_text(content: Any) -> str:
    """Write an object's representation as text: bytes in Base64, data as JSON.

    >>> as_text(b"PNG"), as_text("PNG"), as_text({"b": 1, "a": 2})
    ('UE5H', 'PNG', '{"a": 2, "b": 1}')
    """
    if isinstance(content, bytes):
        return base64.b64encode(content).decode()
    if isinstance(content, str):
        return content
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
