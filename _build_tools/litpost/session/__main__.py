"""The loop of a session: ``python -P -m litpost.session ROOT REQUESTS ANSWERS LEASH``.

`REQUESTS` and `ANSWERS` are the descriptors of two pipes that carry one JSON object a line. `LEASH`
is that of a third one, whose other end is held as long as anybody wants the session.

``{"do": "run", "kind": "cell"|"value", "key", "code", "error": bool, "figsize", "covers",
"underscore": bool, "identity", "is_first": bool, "vouched": bool, "exists": {slot: digest},
"declared": {slot: digest}, "known": {slot: digest}, "ahead": bool}``
    is answered by two objects: ``{"outputs": [{"kind", "bundle"}…], "failure": null|{…}, "missed":
    null|name, "asked": [name…]}`` as soon as the step has run, then ``{"trace": {…}}``. See
    `litpost.trace` for what was missed and for the failure, `litpost.session.recorder` for the
    trace; what was asked for by imports are modules and packages, without what these hold.
``{"do": "keep", "files": {slot: path}, "limit": bytes}``
    writes variables into files, as far as they are plain (`litpost.session.values`); is answered by
    ``{"kept": [slot…]}``.
``{"do": "rehearse"}``
    draws something that is thrown away; is answered by ``{}``.
``{"do": "give", "files": {slot: path}}``
    brings variables in from such files, as if a step had set them; is answered by
    ``{"given": {slot: digest}}``, without those that couldn't be read.

The session ends when `REQUESTS` ends.
"""

from __future__ import annotations

import builtins
import contextlib
import fcntl
import json
import os
import re
import signal
import sys
from collections.abc import Generator
from typing import Any

_read = json.JSONDecoder().decode  # before cells can replace json's functions and defaults
_write = json.JSONEncoder(separators=(",", ":")).encode
Answer = Generator[dict[str, Any], None, None]
LATE = "it came as litpost looked at what the cell has left"
_GLOBAL = re.compile(r"\bglobal\s+([\w, ]+)")


def main(root: str, requests: str, answers: str, leash: str) -> None:
    """Answer requests until there are no more."""
    incoming = os.fdopen(int(requests), encoding="utf-8")
    outgoing = os.fdopen(int(answers), "w", encoding="utf-8")
    for descriptor in (incoming.fileno(), outgoing.fileno(), int(leash)):
        os.set_inheritable(descriptor, False)
    _end_with_asker(int(leash))
    # In a script's background it would be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    answer = _start(os.path.realpath(root))
    own = os.getpid()
    for line in incoming:
        parts = answer(_read(line))
        while text := _next(parts):
            if os.getpid() != own:
                os._exit(0)  # a child that a cell has forked and that has come to the cell's end
            outgoing.write(text)
            outgoing.flush()
    os._exit(0)  # whatever threads the cells have left running


def _next(parts: Answer) -> str:
    """Return the next part of an answer, as a line; nothing after the last."""
    try:
        for part in parts:  # `next` would come to count as one level less in the stack
            return _write(part) + "\n"
    except KeyboardInterrupt:  # as the step had ended: of whatever it has shown nothing is kept
        parts.close()
        failure = {"name": "KeyboardInterrupt", "message": LATE, "final": True}
        return _write({"outputs": [], "failure": failure, "trace": {}}) + "\n"
    return ""


def _end_with_asker(leash: int) -> None:
    """Have this process end, whatever it does, when the one that asks it has ended.

    That one holds the other end of a pipe by which nothing is ever sent. When it is closed, the
    system sends a signal, if it is told to, that ends us.
    """
    flags = fcntl.fcntl(leash, fcntl.F_GETFL)
    fcntl.fcntl(leash, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(leash, fcntl.F_SETFL, flags | fcntl.FASYNC)


def _start(root: str) -> Any:
    """Make the process one where cells run; return what answers a request, part by part."""
    from litpost.session import defaults
    from litpost.session.ambient import Ambient, watch_states
    from litpost.session.collector import Collector
    from litpost.session.modules import Modules
    from litpost.session.namespace import Builtins, Main, Namespace
    from litpost.session.openers import OPENING, watch_openers
    from litpost.session.patches import Patches
    from litpost.session.recorder import Recorder
    from litpost.session.shell import Shell
    from litpost.session.states import FILTERS, told
    from litpost.session.tensors import watch_hooks
    from litpost.session.watch import Watch

    namespace = Namespace()
    collector = Collector()
    modules = Modules(root, collector)
    watch = Watch(modules, collector, FILTERS)
    sys.modules["__main__"] = Main(namespace)
    shell = Shell(root, namespace, collector)
    shell.install()
    patches = Patches(modules.is_local, told)
    patches.install(vars(builtins))
    dict.__setitem__(namespace, "__builtins__", Builtins(namespace, importer=watch.imports.import_))
    ambient = Ambient(patches)

    def settled(name: str) -> Any:
        def change(module: Any) -> None:
            if name in defaults.DEFAULTS:
                defaults.DEFAULTS[name](module)
            ambient.settle(name, is_told=watch.notes.have_local_file())
            if name in ("numpy.random", "torch"):
                watch_states(ambient, module)
            if name == "torch":
                watch_hooks(module)
            watch_openers(watch, module)

        return change

    libraries = {"numpy", "numpy.random", "matplotlib", "pandas", "torch", "keras", "tensorflow",
                 "jax", "polars", "sklearn", "sympy", *OPENING}  # fmt: skip
    changes = {"importlib.metadata": watch.imports.watch_metadata}
    defaults.install({**shell.imports, **changes, **{name: settled(name) for name in libraries}})
    collector.install()
    modules.install(watch.imports.import_)
    import random

    watch_states(ambient, random)
    watch.install()
    ambient.settle()
    recorder = Recorder(namespace, modules, watch, ambient)
    recorder.settle()
    deletable: set[str] = set()

    def run(request: dict[str, Any]) -> Answer:
        if "del" in request["code"]:
            found = _GLOBAL.findall(request["code"])
            deletable.update(name.strip() for names in found for name in names.split(","))
        if not request["is_first"]:
            collector.begin_others()
        recorder.begin(request, keep=deletable)
        shown = shell.run(request)
        asked = sorted({name.partition(".")[0] for name in watch.imports.asked})
        yield {**shown, "missed": namespace.missed, "asked": asked}
        trace = recorder.end(
            request["identity"],
            vouched=request["vouched"],
            declared=request["declared"],
            known=request["known"],
        )
        yield {"trace": trace}

    def keep(request: dict[str, Any]) -> Answer:
        yield {"kept": list(recorder.keep(request["files"], limit=request["limit"]))}

    def give(request: dict[str, Any]) -> Answer:
        collector.begin_others()
        yield {"given": recorder.give(request["files"])}

    def rehearse(request: dict[str, Any]) -> Answer:
        with contextlib.suppress(Exception):  # a cell will meet it, if it matters
            if ambient.settings().keys() <= {"rcParams"}:  # else it may be heard of, or patched
                shell.figures.rehearse()
        yield {}

    does = {"run": run, "keep": keep, "give": give, "rehearse": rehearse}
    return lambda request: does[request["do"]](request)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except BaseException:
        sys.__excepthook__(*sys.exc_info())
        os._exit(1)  # whatever threads the cells have left running
