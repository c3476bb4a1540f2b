"""``python -m bench.warm_python FOLDER NAME``: runs the last cell when something comes in.

All cells above it have run before. It says how long that cell took when it ran for the first time
and once more, and what it printed; it ends when its input does.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.dialects import write_script
from bench.documents import DOCUMENTS


def main(folder: str, name: str) -> None:
    """Run the cells above the last one, and that when something comes in."""
    os.chdir(folder)
    sys.path.insert(0, folder)
    document, variables = DOCUMENTS[name], dict[str, Any]()
    above = write_script(replace(document, cells=document.cells[:-1]))[f"{document.name}.py"]
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(above, name, "exec"), variables)
    print("{}", flush=True)
    sys.stdin.readline()
    script = Path(f"{document.name}.py").read_text(encoding="utf-8")
    code = compile(script.removeprefix(above), name, "exec")
    seconds = []
    for _ in range(2):
        printed = io.StringIO()
        start = time.perf_counter()
        with contextlib.redirect_stdout(printed):
            exec(code, variables)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "shown": printed.getvalue()}), flush=True)
    sys.stdin.read()  # ending takes a library's threads a while, in which the other side runs


if __name__ == "__main__":
    main(*sys.argv[1:])
