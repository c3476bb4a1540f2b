"""What a step prints, from Python and from anything below it, and what it displays."""

from __future__ import annotations

import codecs
import io
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import IO, Any

from litpost.session.texts import as_printed, stabilizer, writable

STREAMS = {"stdout": 1, "stderr": 2}
LIMIT = 10_000_000  # characters that one step may print
DISPLAY_LIMIT = 5 * LIMIT  # characters of all that it may display


class FloodError(BaseException):
    """A step showed more than it may; no ``except Exception`` of the step's stops it."""


class Outputs:
    """What the running step has shown so far, in order.

    What C code and child processes write to descriptors 1 and 2 takes its place before whatever
    Python shows next, so a program that has ended stands where the cell has called it.
    """

    def __init__(self, root: str) -> None:
        self.stable = stabilizer(root, os.environ.get("MATPLOTLIBRC", ""))
        self._items: list[_Item] = []
        self._sizes: Counter[bool] = Counter()
        self._below = [_Below(kind, descriptor) for kind, descriptor in STREAMS.items()]

    def begin(self) -> None:
        """Forget all, as a new step begins."""
        self.clear()
        self._sizes.clear()
        self.drain()
        for below in self._below:
            below.truncate()

    def clear(self) -> None:
        """Forget what the step has shown."""
        self._items = []

    def add(self, kind: str, bundle: Mapping[str, str], *, name: str | None = None) -> None:
        """Add an output; by its `name` it can be replaced.

        Raises
        ------
        FloodError
            The step has shown more than it may.
        """
        self.drain()
        self._add(kind, bundle, name)

    def replace(self, name: str, bundle: Mapping[str, str]) -> None:
        """Put another bundle in the place of all outputs of a name."""
        for item in self._items:
            if item.name == name:
                item.bundles = [bundle]

    def drain(self) -> None:
        """Take in what was written below Python since the last time."""
        for below in self._below:
            for text in below.read():
                self._add(below.kind, {"text/plain": text})

    def finish(self) -> list[dict[str, Any]]:
        """Return the step's outputs, as they go to the driver."""
        return [{"kind": item.kind, "bundle": self._clean(item.bundle())} for item in self._items]

    def _add(self, kind: str, bundle: Mapping[str, str], name: str | None = None) -> None:
        is_printed = kind in STREAMS
        self._sizes[is_printed] += sum(map(len, bundle.values()))
        if self._sizes[is_printed] > (LIMIT if is_printed else DISPLAY_LIMIT):
            raise FloodError(f"the cell printed more than {LIMIT:,} characters")
        if is_printed and self._items and self._items[-1].kind == kind:
            self._items[-1].bundles.append(bundle)
        else:
            self._items.append(_Item(kind, [bundle], name))

    def _clean(self, bundle: Mapping[str, str]) -> dict[str, str]:
        stable = {
            mime: self.stable(writable(text)) if mime.startswith("text/") else text
            for mime, text in bundle.items()
        }
        if "text/plain" in stable:
            stable["text/plain"] = as_printed(stable["text/plain"])
        return stable


class _Item:
    """One output; what follows on the same stream is joined to it at the end."""

    def __init__(self, kind: str, bundles: list[Mapping[str, str]], name: str | None) -> None:
        self.kind, self.bundles, self.name = kind, bundles, name

    def bundle(self) -> dict[str, str]:
        return {
            mime: "".join(bundle.get(mime, "") for bundle in self.bundles)
            for mime in self.bundles[0]
        }


class _Below:
    """What is written to a descriptor; the driver has opened it as a file, to append to."""

    def __init__(self, kind: str, descriptor: int) -> None:
        self.kind = kind
        self._descriptor = os.dup(descriptor)  # a cell may close or redirect the other
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self) -> Iterator[str]:
        """Yield what is new, if anything is."""
        if (size := os.fstat(self._descriptor).st_size) > self._offset:
            data = os.pread(self._descriptor, min(size - self._offset, 2 * LIMIT), self._offset)
            self._offset += len(data)
            yield self._decoder.decode(data)

    def truncate(self) -> None:
        """Make the file empty; all of it has been read."""
        os.ftruncate(self._descriptor, 0)
        self._offset = 0


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of the cells."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, kind: str, outputs: Outputs) -> None:
        self._kind, self._outputs = kind, outputs
        self._owner = os.getpid()
        self.buffer: IO[bytes] = _Bytes(self)  # type: ignore[assignment]

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor, for subprocesses."""
        return STREAMS[self._kind]

    def reconfigure(self, **settings: Any) -> None:
        """Do nothing: the encoding is UTF-8 and nothing is held back."""

    def write(self, text: str) -> int:
        """Keep a text; a forked child hands it to its parent through the descriptor."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() != self._owner:
            os.write(self.fileno(), writable(text).encode())
        elif text:
            self._outputs.add(self._kind, {"text/plain": text})
        return len(text)


class _Bytes(io.RawIOBase):
    """The bytes' side of a stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._stream.write(self._decoder.decode(bytes(data)))
        return len(data)


class NoInput(io.TextIOBase):
    """``sys.stdin`` of the cells."""

    def read(self, size: int | None = -1) -> str:
        """Say that there is nothing to read, in place of waiting for it.

        Raises
        ------
        EOFError
            Always.
        """
        raise EOFError("nobody is there to type while a cell runs; put the text in the code")

    readline = read  # type: ignore[assignment]
