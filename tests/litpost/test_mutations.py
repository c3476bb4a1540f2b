"""Each kind of read and write is needed: an engine that drops one writes a stale post.

A case is a tree and an edit of it. As the engine is, the incremental build writes what the clean
one does; with one kind of slot dropped from all traces, or one part of the session that records
them put out of action, it doesn't.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from litpost.session.ambient import TENSORFLOW
from litpost.trace import Trace
from tests.litpost.blog import Blog
from tests.litpost.forks import forking
from tests.litpost.incremental import Tree, build, build_clean
from tests.litpost.libraries import user_site

HELPER = "K = {}\nSEEN = []\n\n\ndef f():\n    return K\n"


@dataclass(frozen=True)
class Case:
    """A tree and an edit of it.

    What must go wrong is a post, once all traces lack the read slots (or, if `writes`, the written
    ones) of which `drops` says so, or once sessions are changed by the code `mutation`.
    """

    drops: Callable[[str], bool]
    cells: Mapping[str, str]
    edit: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str | None] = field(default_factory=dict)
    change: Mapping[str, str | None] = field(default_factory=dict)
    before: Callable[[Blog, pytest.MonkeyPatch], None] = lambda blog, patch: None
    outside: Callable[[Blog, pytest.MonkeyPatch], None] = lambda blog, patch: None
    writes: bool = False
    mutation: str = ""


def _none(slot: str) -> bool:
    return False


def _kind(letter: str) -> Callable[[str], bool]:
    return lambda slot: slot.startswith(f"{letter}:")


_THING = "def f():\n    return {version!r}\n"
_WISHING = """try:
    import litpost_other as other
except ImportError:
    other = None

def f():
    return other and other.f()
"""


def _install(**versions_: str) -> Callable[[Blog, pytest.MonkeyPatch], None]:
    """Install distributions where a user's own are; a session takes them for some."""

    def install(blog: Blog, patch: pytest.MonkeyPatch) -> None:
        base = blog.root.parent / f"{blog.root.name} base"
        shutil.rmtree(base, ignore_errors=True)
        folder = user_site(base, patch)
        for name, version in versions_.items():
            described = folder / f"litpost_{name}-{version}.dist-info"
            described.mkdir(parents=True)
            (described / "METADATA").write_text(f"Name: litpost-{name}\nVersion: {version}\n")
            (described / "top_level.txt").write_text(f"litpost_{name}\n")
            code = _WISHING if name == "wishing" else _THING.format(version=version)
            (folder / f"litpost_{name}.py").write_text(code)

    return install


def _touch(blog: Blog, patch: pytest.MonkeyPatch) -> None:
    os.utime(blog.root / "d.txt", (1, 1))


READS: dict[str, Case] = {
    "v: variables": Case(
        _kind("v"), {"a": "x = 1", "b": "print(x)"}, {"a": "x = 2"},
    ),
    "v: the list of their names": Case(
        lambda slot: slot == "v:*",
        {"a": "x = 1", "b": "print(sorted(n for n in globals() if len(n) == 1))"},
        {"a": "y = x = 1"},
    ),
    "m: the state of modules": Case(
        _kind("m"), {"a": "import helper", "b": "helper.SEEN.append(1)", "c": "print(helper.SEEN)"},
        {"b": "helper.SEEN.append(2)"}, {"helper.py": HELPER.format(1)},
    ),
    "s: the source of modules": Case(
        _kind("s"), {"a": "import helper", "b": "print(helper.f())"},
        files={"helper.py": "def f():\n    return 1\n"},
        change={"helper.py": "def f():\n    return 2\n"},
    ),
    "f: files": Case(
        _kind("f"), {"a": "print(open('d.txt').read())"},
        files={"d.txt": "1"}, change={"d.txt": "2"},
    ),
    "f: files that are declared": Case(
        _kind("f"),
        {"a": "#| depends: d.txt\nimport subprocess\n"
              "print(subprocess.run(['cat', 'd.txt'], capture_output=True).stdout)"},
        files={"d.txt": "1"}, change={"d.txt": "2"},
    ),
    "d: listings": Case(
        _kind("d"), {"a": "import os\nprint(sorted(os.listdir('data')))"},
        files={"data/a": ""}, change={"data/b": ""},
    ),
    "x: existence": Case(
        _kind("x"), {"a": "import os\nprint(os.path.exists('d.txt'))"}, change={"d.txt": "1"},
    ),
    "t: times": Case(
        _kind("t"), {"a": "import os\nprint(os.stat('d.txt').st_size)"},
        files={"d.txt": "1"}, change={"d.txt": "12"},
    ),
    "n: importable names": Case(
        _kind("n"), {"a": "import colorsys\nprint(hasattr(colorsys, 'mine'))"},
        change={"colorsys.py": "mine = 1\n"},
    ),
    "e: the environment": Case(
        _kind("e"), {"a": "import os\nprint(os.environ.get('LITPOST_TEST', 'none'))"},
        outside=lambda blog, patch: patch.setenv("LITPOST_TEST", "1"),
    ),
    "p: distributions": Case(
        _kind("p"), {"a": "import litpost_thing", "b": "print(litpost_thing.f())"},
        before=_install(thing="1.0"), outside=_install(thing="2.0"),
    ),
    "p: distributions that a library can do without": Case(
        lambda slot: slot.startswith("p:?"),
        {"a": "import litpost_wishing", "b": "print(litpost_wishing.f())"},
        before=_install(wishing="1.0"), outside=_install(wishing="1.0", other="1.0"),
    ),
    "p: distributions that a library works with": Case(
        lambda slot: slot.startswith("p:?"),
        {"a": "import litpost_wishing", "b": "print(litpost_wishing.f())"},
        before=_install(wishing="1.0", other="1.0"), outside=_install(wishing="1.0", other="2.0"),
    ),
    "p: distributions by name": Case(
        _kind("p"),
        {"a": "import importlib.metadata\nprint(importlib.metadata.version('LitPost.thing'))"},
        before=_install(thing="1.0"), outside=_install(thing="2.0"),
    ),
    "p: distributions that aren't there": Case(
        _kind("p"),
        {"a": "import importlib.util\nprint(importlib.util.find_spec('litpost_thing') is None)"},
        outside=_install(thing="1.0"),
    ),
    "l: the layout of lines": Case(
        _kind("l"),
        {"a": "def f():\n    1 / 0",
         "b": "#| error: true\nf()"},
        {"a": "# one\ndef f():\n    1 / 0"},
    ),
    "a: settings": Case(
        lambda slot: slot == "a:decimal context",
        {"a": "import decimal", "b": "decimal.getcontext().prec = 3",
         "c": "print(decimal.Decimal(1) / 3)"},
        {"b": "decimal.getcontext().prec = 4"},
    ),
    "a: generators": Case(
        lambda slot: slot == "a:random",
        {"a": "import random", "b": "random.seed(1)", "c": "print(random.random())"},
        {"b": "random.seed(2)"},
    ),
}  # fmt: skip

WRITES: dict[str, Case] = {
    "v: variables": Case(
        _kind("v"), {"a": "x = 1", "b": "print(globals().get('x'))"},
        {"b": "print([globals().get('x')])"}, writes=True,
    ),
    "v: variables that are set to what they are": Case(
        lambda slot: slot == "v:x",
        {"a": "x = 1", "b": "x = 1", "c": "print(x)"}, {"a": "x = 2"}, writes=True,
    ),
    "m: the state of modules": Case(
        _kind("m"),
        {"b": "import helper as one\none.K = 2", "c": "import helper as two\nprint(two.K)"},
        {"c": "import helper as two\nprint(two.K, 1)"}, {"helper.py": HELPER.format(1)},
        writes=True,
    ),
    "f: files": Case(
        _kind("f"), {"a": "open('out.txt', 'w').write('1');", "b": "print(open('out.txt').read())"},
        change={"out.txt": "edited"}, writes=True,
    ),
    "a: settings": Case(
        _kind("a"), {"a": "import decimal", "b": "decimal.getcontext().prec = 3",
                     "c": "print(decimal.Decimal(1) / 3)"},
        {"c": "print(decimal.Decimal(2) / 3)"}, writes=True,
    ),
}  # fmt: skip


_WATCH = "from litpost.session.watch import Watch\nWatch.{} = lambda *a, **k: None"
_IMPORTS = "from litpost.session.imports import Imports\nImports.{} = lambda *a, **k: None"


def _session(case: Case, mutation: str) -> Case:
    """Have a case find fault with a session that is changed, and not with traces."""
    return replace(case, drops=_none, mutation=mutation)


SESSIONS: dict[str, Case] = {
    "the event of an open file": _session(READS["f: files"], mutation=_WATCH.format("_opened")),
    "the event of a listing": _session(READS["d: listings"], mutation=_WATCH.format("_listed")),
    "the event of a change": _session(WRITES["f: files"], mutation=_WATCH.format("_note_change")),
    "questions for existence": _session(
        READS["x: existence"], mutation=_WATCH.format("_note_look")
    ),
    "questions for times": _session(READS["t: times"], mutation=_WATCH.format("_note_look")),
    "reads of the environment": _session(
        READS["e: the environment"], mutation=_WATCH.format("_environment_read")
    ),
    "the places of modules": _session(
        READS["n: importable names"], mutation=_IMPORTS.format("_note_places")
    ),
    "the names that a cell looks up": _session(
        READS["v: variables"],
        mutation="from litpost.session.namespace import Namespace\n"
        "missing = Namespace.__missing__\n"
        "def look(self, name):\n"
        "    value = missing(self, name)\n"
        "    self.reads.clear()\n"
        "    return value\n"
        "Namespace.__missing__ = look",
    ),
    "questions for the state of a generator": Case(
        _none, {"a": "import random\nrandom.seed(1)", "b": "random.seed(1)",
                "c": "print(random.random())"},
        {"a": "import random\nrandom.seed(2)"},
        mutation="from litpost.session import ambient\nambient._ASKING = ()",
    ),
    "who shares an object": Case(
        _none, {"a": "import sys\nx = [1]\nvars(sys)['mine'] = x", "b": "y = sys.mine",
                "c": "y.append(2)", "d": "print(x)"},
        {"c": "y.append(3)"},
        mutation="from litpost.session.recorder import Recorder\n"
        "Recorder._sharing = lambda self: set()",
    ),
    "that two share an object": Case(
        _none, {"a": "x = [1]\ny = x", "b": "y.append(2)", "c": "print(x)"},
        {"a": "x = [1]\ny = [1]"},
        mutation="from litpost.session import recorder\n"
        "recorder.joint_digests = lambda prints: {n: (p.digest, ()) for n, p in prints.items()}",
    ),
    "what those are that share an object": Case(
        _none, {"a": "x = [1]", "b": "z = dict(x=x, n=1)", "c": "x.append(2)", "d": "print(z)"},
        {"b": "z = dict(x=x, n=2)"},
        mutation="from litpost.session.recorder import Recorder\n"
        "Recorder._reads_by_sharing = lambda *args, **keywords: {}",
    ),
    "the run that made what can't be looked into": Case(
        _none, {"a": "it = iter({1: 2, 3: 4})", "b": "next(it);", "c": "print(next(it))"},
        {"b": "pass"},
        mutation="from litpost.session import fingerprints\n"
        "def opaque(self, kind, value):\n"
        "    self.tell('opaque', kind)\n"
        "fingerprints._Walk.opaque = opaque",
    ),
    "what cells set in libraries": Case(
        _none, {"a": "import json", "b": "json.mine = 1", "c": "print(json.mine)"},
        {"b": "json.mine = 2"},
        mutation="from litpost.session.patches import Patches\nPatches.state = lambda self: []",
    ),
    "files that were opened by an earlier step": Case(
        _none, {"a": "file = open('out.txt', 'w')",
                "b": "print(1, file=file, flush=True)", "c": "print(open('out.txt').read())"},
        change={"out.txt": "edited"},
        mutation=_WATCH.format("_note_held"),
    ),
}  # fmt: skip


def agree(case: Case, scratch: Path) -> bool:
    """Build, edit, build incrementally and clean; say whether both have written the same."""
    blog = Blog(scratch / "blog")
    (blog.root / "_literate").mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        Tree(case.cells, case.files).lay(blog)
        case.before(blog, patch)
        assert build(blog).status == "built"
        Tree({**case.cells, **case.edit}, case.change).lay(blog)
        case.outside(blog, patch)
        clean = build_clean(blog, scratch)
        built = build(blog)
    assert built.status == clean.status == "built", built.message
    return built.files == clean.files


@contextlib.contextmanager
def mutated(case: Case) -> Iterator[None]:
    """Have incremental builds done by an engine that a case finds fault with."""
    name = "writes" if case.writes else "reads"
    as_json = Trace.as_json

    def without(trace: Trace) -> dict[str, Any]:
        data = as_json(trace)
        return {**data, name: {s: d for s, d in data[name].items() if not case.drops(s)}}

    with pytest.MonkeyPatch.context() as patch, forking(case.mutation):
        patch.setattr(Trace, "as_json", without)
        yield


TABLES = {"reads": READS, "writes": WRITES, "sessions": SESSIONS}
ALL = [
    pytest.param(case, id=f"{t} {n}") for t, cases in TABLES.items() for n, case in cases.items()
]


@pytest.mark.parametrize("case", ALL)
def test_an_engine_that_drops_it_writes_something_else(
    case: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with forking():
        assert agree(case, tmp_path_factory.mktemp("whole"))
    with mutated(case):
        assert not agree(case, tmp_path_factory.mktemp("mutated"))


@pytest.mark.slow
def test_an_engine_that_drops_tensorflows_state_does_too(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    cells = {
        "a": "import tensorflow as tf",
        "b": "tf.random.set_seed(1)",
        "c": "print(tf.random.uniform([1]).numpy())",
    }
    edit = {"b": "tf.random.set_seed(2)"}
    case = Case(lambda slot: slot == f"a:{TENSORFLOW}", cells, edit)
    with mutated(case):
        assert not agree(case, tmp_path_factory.mktemp("mutated"))
