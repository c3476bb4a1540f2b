"""What a step prints, from Python and from anything below it, and what it displays."""

from __future__ import annotations

import io
import os
import re
import sysconfig
from collections.abc import Mapping
from typing import IO, Any

LIMIT = 10_000_000  # characters that one step may print
_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,16}\b")
_LIBRARIES = {sysconfig.get_path(name) + os.sep for name in ("purelib", "platlib", "stdlib")}


class FloodError(BaseException):
    """A step printed more than `LIMIT`; no ``except Exception`` of the step's stops it."""


def writable(text: str) -> str:
    r"""Write what UTF-8 can't hold as its escape.

    >>> writable("a\ud800")
    'a\\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode()


class Outputs:
    """What the running step has shown so far, in order."""

    def __init__(self, root: str) -> None:
        self.root = root + os.sep
        self.items: list[dict[str, Any]] = []
        self.size = 0

    def clear(self) -> None:
        """Forget all, as a new step begins."""
        self.items, self.size = [], 0

    def add(self, kind: str, bundle: Mapping[str, str]) -> None:
        """Add one output; text that follows text of the same stream is joined to it."""
        bundle = {
            mime: self.stable(writable(text)) if mime.startswith("text/") else text
            for mime, text in bundle.items()
        }
        self.size += sum(map(len, bundle.values()))
        if kind in ("stdout", "stderr") and self.items and self.items[-1]["kind"] == kind:
            self.items[-1]["bundle"]["text/plain"] += bundle["text/plain"]
        else:
            self.items.append({"kind": kind, "bundle": bundle})

    def stable(self, text: str) -> str:
        """Take out of a text what differs from run to run and from machine to machine.

        These are the addresses of objects, and where the project and Python's libraries lie.
        """
        text = _ADDRESS.sub("at 0x…", text)
        for folder in sorted(_LIBRARIES, key=len, reverse=True):
            text = text.replace(folder, "")
        return text.replace(self.root, "")

    def write(self, kind: str, text: str) -> None:
        """Add text that was printed.

        Raises
        ------
        FloodError
            The step has printed more than `LIMIT` characters.
        """
        if self.size > LIMIT:
            raise FloodError(f"the cell printed more than {LIMIT:,} characters")
        if text:
            self.add(kind, {"text/plain": text})


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of the cells."""

    encoding = "utf-8"

    def __init__(self, kind: str, outputs: Outputs, descriptor: int) -> None:
        self._kind, self._outputs, self._descriptor = kind, outputs, descriptor
        self._owner = os.getpid()

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor, for subprocesses."""
        return self._descriptor

    @property
    def buffer(self) -> IO[bytes]:
        """Take bytes, as ``sys.stdout.buffer`` does."""
        return _Bytes(self)  # type: ignore[return-value]

    def write(self, text: str) -> int:
        """Keep a text; a forked child hands it to its parent through the descriptor."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() != self._owner:
            os.write(self._descriptor, text.encode())
        else:
            self._outputs.write(self._kind, text)
        return len(text)


class _Bytes(io.RawIOBase):
    """The bytes' side of a stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._stream.write(bytes(data).decode("utf-8", "replace"))
        return len(data)


class Descriptors:
    """Catches what C code and child processes write to descriptors 1 and 2.

    The driver has opened both as files, and watches their sizes. Such text has no place in the
    order of the cell's outputs, so it comes after them: that way it is the same at every build.
    """

    def drain(self, outputs: Outputs) -> None:
        """Move what has been written since the last time to a step's outputs."""
        for descriptor, kind in ((1, "stdout"), (2, "stderr")):
            data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            outputs.write(kind, data.decode("utf-8", "replace"))
