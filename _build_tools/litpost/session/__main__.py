"""The loop of a session: ``python -P -m litpost.session ROOT REQUESTS ANSWERS``.

`REQUESTS` and `ANSWERS` are the descriptors of two pipes that carry one JSON object a line.

``{"do": "run", "kind": "cell"|"value", "key", "code", "error": bool, "figsize", "covers",
"underscore": bool}``
    is answered by ``{"outputs": [{"kind", "bundle"}…], "failure": null|{name, message, line,
    traceback}}``;
``{"do": "reads"}``
    by what the session read: ``{"modules", "files", "versions"}``.

The session ends when `REQUESTS` ends.
"""

from __future__ import annotations

import builtins
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def main(root: str, requests: str, answers: str) -> None:
    """Answer requests until there are no more."""
    incoming = os.fdopen(int(requests), encoding="utf-8")
    outgoing = os.fdopen(int(answers), "w", encoding="utf-8")
    for descriptor in (incoming.fileno(), outgoing.fileno()):
        os.set_inheritable(descriptor, False)

    from litpost.session import defaults, modules
    from litpost.session.reads import Reads
    from litpost.session.shell import Shell

    reads = Reads(Path(root))
    sys.modules["__main__"] = main_module = ModuleType("__main__")
    vars(main_module)["__builtins__"] = builtins
    shell = Shell(root, vars(main_module))
    shell.install()
    defaults.install(shell.imports)
    modules.install(root)

    own = os.getpid()

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        return shell.run(request) if request["do"] == "run" else reads.as_json()

    for line in incoming:
        try:
            text = json.dumps(answer(json.loads(line)), ensure_ascii=True)
        except KeyboardInterrupt:  # a time-out that came as the step ended
            text = json.dumps({"outputs": [], "failure": {"name": "Timeout", "message": ""}})
        if os.getpid() != own:
            os._exit(0)  # a child that a cell has forked and that has come to the cell's end
        outgoing.write(text + "\n")
        outgoing.flush()
    os._exit(0)  # whatever threads the cells have left running


if __name__ == "__main__":
    main(*sys.argv[1:])
