"""``python -m bench.warm_litpost FOLDER NAME``: builds a document again at each line of its input.

It builds as `litpost serve` does, and says how long it took until the post was written, and what
that shows. As there, the session for the next edit is started once the build is done; whoever asks
gets the answer when that session is ready, as if a person had looked at the page meanwhile.
"""

from __future__ import annotations

import contextlib
import gc
import json
import sys
import threading
import time
from pathlib import Path

from bench.dialects import DAY
from bench.documents import DOCUMENTS
from litpost.freshness import freshen
from litpost.project import STORE, find_project
from litpost.receipts import Receipts
from litpost.sessions import Sessions
from litpost.store import Store


def main(folder: str, name: str) -> None:
    """Build, and build again whenever something comes in."""
    gc.set_threshold(100_000)  # as the command does
    root = Path(folder)
    project, file = find_project(root), f"{DAY}-{DOCUMENTS[name].name}.md"
    written: list[float] = []
    with contextlib.closing(Sessions(root, "en", is_warm=True)) as sessions:
        print("{}", flush=True)
        for _ in sys.stdin:
            written.clear()
            start = time.perf_counter()
            with contextlib.closing(Store(root / STORE)) as store:
                receipts = Receipts(project, store)
                report = freshen(
                    f"_literate/{file}", project, receipts,
                    sessions=sessions, written=lambda: written.append(time.perf_counter()),
                )  # fmt: skip
            sessions.run_ahead()
            if report.status != "written":
                raise SystemExit(f"{report.status}: {report.message}")
            shown = (root / "_posts" / file).read_text(encoding="utf-8")
            for thread in {*threading.enumerate()} - {threading.current_thread()}:
                thread.join()
            print(json.dumps({"seconds": [written[-1] - start], "shown": shown}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
