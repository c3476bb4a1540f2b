"""Files that C code opens for libraries: nothing but the libraries' own classes tells of them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from litpost.session.watch import Watch


def watch_writers(watch: Watch, module: ModuleType) -> None:
    """Note the files that a library, which has just been loaded, opens in C code."""
    if module.__name__ == "torch":
        _wrap(watch, vars(module)["serialization"]._open_zipfile_writer_file, "w")
    elif module.__name__ == "h5py":
        _wrap(watch, vars(module)["File"], "r")


def _wrap(watch: Watch, kind: Any, usual: str) -> None:
    """Wrap a class that is given the file's name and, perhaps, a mode."""
    start = kind.__init__

    def init(self: Any, name: Any, *args: Any, **kwargs: Any) -> None:
        mode = kwargs.get("mode") or (args[0] if usual == "r" and args else usual)
        watch.opened_below(name, reads=mode not in ("w", "w-", "x"), writes=mode != "r")
        start(self, name, *args, **kwargs)

    init.__doc__ = start.__doc__
    kind.__init__ = init
