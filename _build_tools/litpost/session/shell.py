"""Runs steps in a namespace and keeps what they show."""

from __future__ import annotations

import ast
import builtins
import contextvars
import functools
import io
import itertools
import linecache
import re
import sys
import threading
import tokenize
import warnings
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from litpost.session.collector import Collector
from litpost.session.display import Display, UnusualError, representation
from litpost.session.expectations import CHECK, ExpectationError, Expectations, check_magic
from litpost.session.figures import Figures, load_backends
from litpost.session.identifiers import Identifiers
from litpost.session.patches import instrumented
from litpost.session.streams import FloodError, NoInput, Outputs, Stream
from litpost.session.texts import as_text, writable

if TYPE_CHECKING:
    import asyncio
    import traceback

    from litpost.session.ipython import IPython

FILE = "<{key}>"
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_COROUTINE = 0x80  # `_COROUTINE`
_OWN_PREFIX = __file__.rpartition("/")[0]
_PROMPT = re.compile(r"\s*In \[\d+\]: ")  # a notebook's, which happens to be an annotation
_WORD = re.compile(r"\w+")


class Shell:
    """Runs steps in one namespace.

    Parameters
    ----------
    root
        Folder that the steps run in.
    namespace
        Where the cells' variables are found. Nothing is looked up in it here, and nothing is put
        into it but `_`, the last result, after steps whose request says so.
    collector
        Is told of what runs.
    """

    def __init__(self, root: str, namespace: dict[str, Any], collector: Collector) -> None:
        self.namespace, self._collector = namespace, collector
        self.outputs = Outputs(root)
        self.figures = Figures()
        self.ids = Identifiers()
        self._display = Display(self.figures.bundle)
        self._expectations: Expectations | None = None
        self._ipython: IPython | None = None
        self._keeps_last = True

    def install(self) -> None:
        """Make the process one where cells run."""
        vars(builtins).update(
            {
                CHECK: self.check,
                "__IPYTHON__": True,
                "display": self.display,
                "get_ipython": self.get_ipython,
                "exit": (leave := Exit()),
                "quit": leave,
            }
        )
        sys.stdin = NoInput()
        sys.stdout = Stream("stdout", self.outputs)
        sys.stderr = Stream("stderr", self.outputs)
        sys.argv[:] = [""]
        vars(sys).update(ps1="In : ", ps2="...: ", ps3="Out: ")  # what makes it interactive

    @property
    def imports(self) -> dict[str, Any]:
        """What to do when a cell has imported a module: name to a function of the module."""
        return {
            "uuid": self.ids.patch,
            "sklearn.utils._repr_html.base": self.ids.patch_counter,
            "sklearn.utils._estimator_html_repr": self.ids.patch_counter,  # before 1.7
            "IPython": self._start_ipython,
            "litpost.session.backend": self._patch_backend,
            "matplotlib.pyplot": load_backends,
        }

    @property
    def ipython(self) -> IPython:
        """IPython's shell, which starts as IPython is imported."""
        import IPython  # noqa: F401

        assert self._ipython
        return self._ipython

    def get_ipython(self) -> IPython | TerminalInteractiveShell:
        """Return IPython's shell, and start it if need be.

        pandas and rich ask for no more than whether this is a Jupyter kernel: it isn't.

        Raises
        ------
        NameError
            A library asks that takes this answer for the same as a shell without a kernel.
        """
        caller = str(sys._getframe(1).f_globals.get("__name__")).partition(".")[0]
        if self._ipython is None and caller == "pandas":
            raise NameError("name 'get_ipython' is not defined", name="get_ipython")
        if self._ipython is None and caller == "rich":
            return TerminalInteractiveShell()
        return self.ipython

    def _start_ipython(self, module: ModuleType) -> None:
        from litpost.session.ipython import start

        if self._ipython is None:
            self._ipython = start(self)

    def _patch_backend(self, module: ModuleType) -> None:
        vars(module)["show"] = lambda *args, **kwargs: self.show_figures()

    def display(self, *objects: Any, **kwargs: Any) -> Any:
        """Show objects, as ``IPython.display.display`` does."""
        if kwargs or self._ipython:
            self.ipython  # noqa: B018  (it must have started)
            from IPython.display import display

            return display(*objects, **kwargs)
        for value in objects:
            if bundle := self.bundle(value):
                self.show("display", bundle)
        return None

    def bundle(self, value: Any) -> dict[str, Any]:
        """Return an object's MIME bundle."""
        if self._ipython is None:
            try:
                return self._display.bundle(value)
            except UnusualError:
                pass
        bundle: dict[str, Any] = self.ipython.display_formatter.format(value)[0]
        return bundle

    def show(
        self, kind: str, data: Mapping[str, Any], *, name: str | None = None, update: bool = False
    ) -> None:
        """Add a MIME bundle to the running step's outputs, or change those of a name."""
        bundle = {mime: as_text(content) for mime, content in data.items()}
        if name and update:
            self.outputs.replace(name, bundle)
        else:
            self.outputs.add(kind, bundle, name=name)

    def show_result(self, value: Any) -> None:
        """Show the value of an expression, and keep it as `_`."""
        if value is None:
            return
        bundle = self.bundle(value)
        if self._keeps_last and "_" not in vars(builtins):  # gettext's
            self.namespace["_"] = value
        if bundle:
            self.show("result", bundle)

    def check(self, value: Any, key: str, line: int) -> Any:
        """Verify an expectation of the running cell; those of other cells have been verified."""
        if self._expectations is None or self._expectations.key != key:
            return value
        return self._expectations.check(value, line)

    def show_figures(self) -> None:
        """Show pyplot's open figures."""
        for figure in self.figures.open_figures():
            self.show("display", self.figures.bundle(figure))

    def run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run one step; see `litpost.session.__main__` for the request and the answer."""
        key, code = request["key"], request["code"]
        may_fail = bool(request.get("error"))
        self._begin(request)
        self._collector.hide_callbacks()
        failure = None
        try:
            if request["kind"] == "value":
                self._value_step(code, key)
            else:
                self._cell_step(code, key, may_fail)
            self.outputs.drain()
        except BaseException as error:
            failure = self._failure(error, key, code)
            self._drain_rest(error)
        self._collector.restore_callbacks()
        self.figures.close()
        if failure and may_fail and not failure["final"]:
            self.outputs.add("error", {"text/plain": failure["traceback"]})
        return {"outputs": self.outputs.finish(), "failure": failure}

    def _begin(self, request: Mapping[str, Any]) -> None:
        """Make ready for a step, as if none had run before it."""
        key, code = request["key"], request["code"]
        self.outputs.begin()
        self.figures.begin(
            key,
            covers=request.get("covers") or {},
            size=request.get("figsize"),
            schemes=request.get("schemes") or {},
        )
        self.ids.begin(key)
        lines = [line + "\n" for line in code.split("\n")]
        linecache.cache[FILE.format(key=key)] = (len(code), None, lines, FILE.format(key=key))
        self._last_line: int | None = None
        self._keeps_last = request.get("underscore", True)
        sys.displayhook = self.show_result
        with warnings.catch_warnings():
            pass  # leaving it makes Python forget which warnings it has shown
        vars(warnings)["onceregistry"].clear()
        _number_anew()

    def _drain_rest(self, error: BaseException) -> None:
        """Take in what a failing step has written; nobody can read a flood."""
        try:
            self.outputs.drain()
        except FloodError as flood:
            error = flood
        if isinstance(error, FloodError):
            self.outputs.clear()

    def _value_step(self, code: str, key: str) -> None:
        file = FILE.format(key=key)
        tree = compile(code, file, "eval", ast.PyCF_ONLY_AST | _FLAGS, dont_inherit=True)
        self._collector.begin_others()
        value = self._execute([compile(instrumented(tree), file, "eval", _FLAGS, True)])
        bundle = {"text/plain": str(value)}
        if markdown := self._markdown(value):
            bundle["text/markdown"] = markdown
        self.outputs.clear()
        self.outputs.add("result", bundle)

    def _markdown(self, value: Any) -> Any:
        if self._ipython is None:
            try:
                return representation(value, "text/markdown")
            except UnusualError:
                pass
        found = self.ipython.display_formatter.formatters["text/markdown"](value)
        return found[0] if isinstance(found, tuple) else found

    def _cell_step(self, code: str, key: str, may_fail: bool) -> None:
        check_magic(code)
        if not _is_python(code):
            code = self.ipython.transform_cell(code)
        try:
            self._python_step(code, key, may_fail)
        except NameError as error:
            magic = self._automagic(code, error)
            if magic is None:
                raise
        else:
            return
        self._python_step(magic, key, may_fail)

    def _automagic(self, code: str, error: NameError) -> str | None:
        """Translate a line such as ``pwd`` or ``ls -l``: Python whose first name isn't defined."""
        word = _WORD.match(code)
        is_line = code.count("\n", 0, len(code.rstrip())) == 0
        if not (word and is_line and error.name == word[0]):
            return None
        magic: str = self.ipython.transform_cell(code)
        return magic if magic.strip() != code.strip() else None

    def _python_step(self, code: str, key: str, may_fail: bool) -> None:
        self._expectations = expectations = Expectations(code, key)
        failed: Exception | None = None
        try:
            self._statements(code, key, expectations)
        except ExpectationError:
            raise
        except Exception as error:
            if not may_fail:
                raise
            failed = error
        finally:
            self._expectations = None
        expectations.finish()
        if failed:
            raise failed

    def _statements(self, code: str, key: str, expectations: Expectations) -> None:
        file = FILE.format(key=key)
        tree = compile(code, file, "exec", ast.PyCF_ONLY_AST | _FLAGS, dont_inherit=True)
        assert isinstance(tree, ast.Module)
        last = tree.body[-1] if tree.body else None
        shows = isinstance(last, ast.Expr) and not _ends_with_semicolon(code)
        body = instrumented(expectations.instrument(tree)).body
        self._collector.begin(body)
        parts = [compile(ast.Module(body[: len(body) - shows], []), file, "exec", _FLAGS, True)]
        if shows and isinstance(last, ast.Expr):
            parts.append(compile(ast.Expression(last.value), file, "eval", _FLAGS, True))
        value = self._execute(parts)
        self._last_line = last.lineno if last else None
        if shows and not self.figures.are_to_show(value):
            self.show_result(value)
        self.show_figures()

    def _execute(self, parts: Sequence[CodeType]) -> Any:
        """Run compiled code; return the value of the last part."""
        self._collector.restore_callbacks()

        async def awaited() -> Any:
            for part in parts:
                value = self._run(part)
                if part.co_flags & _COROUTINE:
                    value = await value
            return value

        if any(part.co_flags & _COROUTINE for part in parts):
            context = contextvars.copy_context()
            try:
                return self._asyncio.run(awaited(), context=context)
            finally:  # what the step has set is set for those that follow
                for variable, value in context.items():
                    if variable.get(None) is not value:
                        variable.set(value)
        return [self._run(part) for part in parts][-1]

    def _run(self, part: CodeType) -> Any:
        """Run code as deep in the stack as any other step's, however many have run.

        Python comes to count a plain call of `eval` as no level once it has seen it a few times.
        """
        return eval(*(part, self.namespace))

    @functools.cached_property
    def _asyncio(self) -> asyncio.Runner:
        import asyncio

        return asyncio.Runner()

    def _failure(self, error: BaseException, key: str, code: str) -> dict[str, Any]:
        """Describe an error: where it struck in the step's own lines, and how it came there."""
        import traceback

        kept = traceback.TracebackException.from_exception(error)
        _prune(kept)
        name = type(error).__name__
        return {
            "name": name if name != "FloodError" else "too much output",
            "message": self.outputs.stable(writable(_message(error))),
            "line": _line(error, FILE.format(key=key)) or self._last_line,
            "traceback": self.outputs.stable(writable("".join(kept.format()))),
            "final": isinstance(error, (ExpectationError, FloodError)),
            "is_certain": _is_certain(error, FILE.format(key=key), code),
        } | self._false_promise(error)

    def _false_promise(self, error: BaseException) -> dict[str, str]:
        if not isinstance(error, ExpectationError):
            return {}
        found = self.outputs.stable(writable(error.found))
        return {"expected": error.expected, "found": found}


def _number_anew() -> None:
    """Have the names of threads begin with 1, whatever earlier steps have started."""
    vars(threading)["_counter"] = itertools.count(1).__next__
    if pools := sys.modules.get("concurrent.futures.thread"):
        pools.ThreadPoolExecutor._counter = itertools.count().__next__


class TerminalInteractiveShell:
    """What rich, by the class's name, takes for a shell that is no Jupyter kernel."""


class Exit:
    """``exit`` and ``quit``: a call of them, or a cell of nothing else, ends the step."""

    def __call__(self, code: object = None) -> None:
        """End the step.

        Raises
        ------
        SystemExit
            Always.
        """
        raise SystemExit(*([] if code is None else [code]))

    _ipython_display_ = __call__


def _is_python(code: str) -> bool:
    """Say whether a code is plain Python, so that nothing of it is IPython's."""
    if _PROMPT.match(code):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(code, "<cell>", "exec", ast.PyCF_ONLY_AST | _FLAGS, dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def _ends_with_semicolon(code: str) -> bool:
    if ";" not in code:
        return False
    passed = (tokenize.ENDMARKER, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT)
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    last = next((token for token in reversed([*tokens]) if token.type not in passed), None)
    return last is not None and last.string == ";"


def _frames(error: BaseException) -> Iterator[tuple[str, int | None]]:
    """Yield file and line of the frames that an error came through."""
    trace = error.__traceback__
    while trace:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(its `__str__` failed)"


def _line(error: BaseException, file: str) -> int | None:
    """Return the line of a step where an error struck, or where what caused it did."""
    if isinstance(error, ExpectationError):
        return error.line
    lines = [line for name, line in _frames(error) if name == file]
    if lines:
        return lines[-1]
    if isinstance(error, SyntaxError):
        return error.lineno
    cause = error.__cause__ or error.__context__
    return _line(cause, file) if cause else None


def _is_certain(error: BaseException, file: str, code: str) -> bool:
    """Say whether an error follows from what the step was seen to read: in any session it comes.

    Those are an error of the step's own syntax, and a name that nothing in it sets. Another may
    come of what a session lacks unseen: a submodule, something that was registered.
    """
    if isinstance(error, SyntaxError):
        return error.filename == file
    names = [name for name, _ in _frames(error)]
    if type(error) is not NameError or names[-1:] != [file]:
        return False
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):  # magics
        return False
    return error.name not in {
        str(getattr(node, field, "")).partition(".")[0]
        for node in ast.walk(tree) if not isinstance(getattr(node, "ctx", None), ast.Load)
        for field in ("id", "name", "asname", "arg", "rest")
    }  # fmt: skip


def _prune(error: traceback.TracebackException) -> None:
    """Take the session's own frames, and all above the cell, out of a traceback and its causes."""
    kept = [frame for frame in error.stack if not frame.filename.startswith(_OWN_PREFIX)]
    first = next((n for n, frame in enumerate(kept) if _is_cell(frame.filename)), 0)
    error.stack[:] = kept[first:]
    for other in (error.__cause__, error.__context__, *(error.exceptions or ())):
        if other is not None:
            _prune(other)


def _is_cell(file: str) -> bool:
    return file.startswith("<") and file in linecache.cache
