"""Files that C code opens for libraries: nothing but the libraries' own functions tells of them."""

from __future__ import annotations

import functools
import glob
import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from litpost.session.watch import Watch

_OPENERS: Mapping[str, Mapping[str, str]] = {
    "torch": {
        "serialization._open_zipfile_writer_file": "w",
        "jit.load": "r",
        "jit.save": "w2",
        "jit.RecursiveScriptModule.save": "w",
        "jit.ScriptModule.save": "w",
    },
    "h5py": {"File": ""},
    "pyarrow.csv": {"read_csv|open_csv": "r"},
    "pyarrow.dataset": {"dataset": "r"},
    "pyarrow.json": {"read_json|open_json": "r"},
    "pyarrow.parquet.core": {"ParquetFile": "r", "ParquetDataset": "r", "ParquetWriter": "w"},
    "polars": {
        "(read|scan)_(avro|csv|excel|ipc|ipc_stream|json|lines|ndjson|ods|parquet)": "r",
        "DataFrame.write_(avro|csv|excel|ipc|ipc_stream|json|ndjson|parquet)": "w",
        "LazyFrame.sink_(csv|ipc|ndjson|parquet)": "w",
    },
    "cv2": {"imread|imreadmulti": "r", "imwrite|imwritemulti": "w"},
    "onnxruntime": {"InferenceSession": "r"},
    "keras.src.utils.dataset_utils": {"index_directory": "r"},
    "tensorflow": {
        "data.(FixedLengthRecord|TextLine|TFRecord)Dataset": "r",
        "data.Dataset.list_files": "r",
        "data.experimental.(CsvDataset|make_csv_dataset)": "r",
        "io.(matching_files|read_file)": "r",
        "io.gfile.(exists|isdir)": "x",
        "io.gfile.(glob|listdir|walk)": "d",
        "io.gfile.stat": "r",
        "io.(TFRecordWriter|write_file)": "w",
        "io.gfile.GFile": "",
    },
}
"""By module: patterns of its functions and classes, and whether these read (r) or write (w) what
they are given first, or second (2), look for it (x) or list it (d); where neither is said, their
mode tells."""

_LONGEST = 4096  # bytes of a path
OPENING = frozenset(_OPENERS)


def watch_openers(watch: Watch, module: ModuleType) -> None:
    """Note the files that a library, which has just been loaded, opens in C code."""
    for pattern, mode in _OPENERS.get(module.__name__, {}).items():
        *path, last = pattern.split(".")
        owner: Any = module
        for each in path:
            owner = getattr(owner, each, None)  # not in every version
        for name in [name for name in getattr(owner, "__dict__", ()) if re.fullmatch(last, name)]:
            _wrap(watch, owner, name, mode)


def _wrap(watch: Watch, owner: Any, name: str, mode: str) -> None:
    """Let a function, or a class as it makes an object, tell of the files that it is given."""
    kind = vars(owner)[name]
    if isinstance(kind, type):
        owner, name = kind, "__init__"
    is_static = isinstance(kind, staticmethod)
    opener, is_method = getattr(owner, name), isinstance(owner, type) and not is_static
    start = is_method + mode.endswith("2")
    first, mode = _name(opener, start), mode.rstrip("2")

    @functools.wraps(opener)
    def opened(*args: Any, **kwargs: Any) -> Any:
        given = args[start:]
        paths = given[0] if given else kwargs.get(first)
        if mode in ("x", "d"):
            watch.looked_below(paths, lists=mode == "d")
            return opener(*args, **kwargs)
        asked = (mode or kwargs.get("mode") or (given[1:] or "r")[0]).replace("b", "")
        for path in _paths(paths):
            watch.opened_below(path, reads=asked not in ("w", "w-", "x"), writes=asked != "r")
        return opener(*args, **kwargs)

    setattr(owner, name, staticmethod(opened) if is_static else opened)


def _name(opener: Callable[..., Any], place: int) -> str:
    """Return the name of what a function is given at a place."""
    try:
        return [*inspect.signature(opener).parameters][place]
    except (ValueError, IndexError):  # it is made in C
        return ""


def _is_path(given: Any) -> bool:
    """Say whether bytes may be a path: they may be a file's content."""
    return isinstance(given, bytes) and len(given) < _LONGEST and b"\0" not in given


def _paths(given: Any) -> Iterator[Any]:
    """Yield the files that a path, a pattern, a folder or a list of these stands for."""
    if type(given).__name__ == "EagerTensor":
        given = given.numpy()
    if type(given).__name__ == "ndarray":
        given = given.ravel().tolist()
    if isinstance(given, (list, tuple)):
        for each in given:
            yield from _paths(each)
    elif isinstance(given, (str, os.PathLike)) or _is_path(given):
        path = os.fsdecode(given)
        found = glob.glob(path, recursive=True) if glob.has_magic(path) else [path]  # noqa: PTH207
        for each in found:
            if os.path.isdir(each):  # noqa: PTH112
                for folder, _, names in os.walk(each):
                    yield from (os.path.join(folder, name) for name in sorted(names))  # noqa: PTH118
            else:
                yield each
