"""An IPython shell without a terminal: it runs steps and keeps what they show."""

from __future__ import annotations

import ast
import asyncio
import base64
import builtins
import functools
import inspect
import json
import linecache
import sys
import traceback
import warnings
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from litpost.session.defaults import Ids
from litpost.session.expectations import CHECK, ExpectationError, Expectations, check_magic
from litpost.session.figures import Figures
from litpost.session.streams import FloodError, NoInput, Outputs, Stream
from litpost.session.texts import writable

FILE = "<{key}>"
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_OWN_PREFIX = __file__.rpartition("/")[0]


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Where ``display(…)`` leads."""

    def publish(
        self,
        data: Mapping[str, Any],
        *args: Any,
        transient: Mapping[str, str] | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        name = (transient or {}).get("display_id")
        self.parent.show("display", data, name=name, update=update)

    def clear_output(self, wait: bool = False) -> None:
        self.parent.outputs.clear()


class _Hook(DisplayHook):  # type: ignore[misc]
    """Where a cell's last expression leads."""

    def quiet(self) -> bool:
        return False

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Mapping[str, Any], *args: Any) -> None:
        self.shell.show("result", format_dict)


class Shell(InteractiveShell):  # type: ignore[misc]
    """Runs steps in one namespace."""

    outputs: Outputs
    figures: Figures
    ids: Ids
    expectations: Expectations | None = None

    @classmethod
    def start(cls, root: str) -> Shell:
        """Make the shell of this process, with nothing kept on disk."""
        shell: Shell = cls.instance(
            display_pub_class=_Publisher, displayhook_class=_Hook, colors="nocolor",
        )  # fmt: skip
        shell.outputs = Outputs(root)
        shell.figures = Figures()
        shell.ids = Ids()
        formatter = shell.display_formatter.mimebundle_formatter
        formatter.for_type_by_name("matplotlib.figure", "Figure", shell._figure_bundle)
        setattr(builtins, CHECK, shell.check)
        sys.stdin = NoInput()
        sys.stdout = Stream("stdout", shell.outputs)
        sys.stderr = Stream("stderr", shell.outputs)
        sys.argv[:] = [""]
        return shell

    def _figure_bundle(self, figure: Any, **kwargs: Any) -> dict[str, str]:
        return self.figures.bundle(figure)

    def init_history(self) -> None:
        """Keep no history: a build leaves nothing behind."""
        self.config.HistoryManager.enabled = False
        super().init_history()

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str | None, str]:
        """Leave matplotlib as it is, whatever ``%matplotlib`` says: its figures are shown."""
        return gui, "litpost"

    def ask_exit(self) -> None:
        """End the step: ``exit`` and ``quit`` of a cell lead here."""
        raise SystemExit

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Let an error in an object's display, which IPython is handling, fail the step."""
        raise

    def show(
        self, kind: str, data: Mapping[str, Any], *, name: str | None = None, update: bool = False
    ) -> None:
        """Add a MIME bundle to the running step's outputs, or change those of a name."""
        bundle = {mime: _as_text(content) for mime, content in data.items()}
        if name and update:
            self.outputs.replace(name, bundle)
        else:
            self.outputs.add(kind, bundle, name=name)

    def check(self, value: Any, key: str, line: int) -> Any:
        """Verify an expectation of the running cell; those of other cells have been verified."""
        if self.expectations is None or self.expectations.key != key:
            return value
        return self.expectations.check(value, line)

    def show_figures(self) -> None:
        """Show pyplot's open figures."""
        for figure in self.figures.open_figures():
            self.show("display", self.figures.bundle(figure))

    def run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run one step; see `litpost.session.__main__` for the request and the answer."""
        key, code = request["key"], request["code"]
        may_fail = bool(request.get("error"))
        self._begin(request)
        failure = None
        try:
            with self.builtin_trap, self.display_trap:
                if request["kind"] == "value":
                    self._value_step(code, key)
                else:
                    self._cell_step(code, key, may_fail)
            self.outputs.drain()
        except BaseException as error:
            failure = self._failure(error, key)
            self._drain_rest(error)
        self.figures.close()
        if failure and may_fail and not failure["final"]:
            self.outputs.add("error", {"text/plain": failure["traceback"]})
        return {"outputs": self.outputs.finish(), "failure": failure}

    def _begin(self, request: Mapping[str, Any]) -> None:
        """Make ready for a step, as if none had run before it."""
        key, code = request["key"], request["code"]
        self.outputs.begin()
        self.figures.begin(key, covers=request.get("covers") or {}, size=request.get("figsize"))
        self.ids.begin(key)
        lines = [line + "\n" for line in code.split("\n")]
        linecache.cache[FILE.format(key=key)] = (len(code), None, lines, FILE.format(key=key))
        self._last_line: int | None = None
        with warnings.catch_warnings():
            pass  # leaving it makes Python forget which warnings it has shown

    def _drain_rest(self, error: BaseException) -> None:
        """Take in what a failing step has written; nobody can read a flood."""
        try:
            self.outputs.drain()
        except FloodError as flood:
            error = flood
        if isinstance(error, FloodError):
            self.outputs.clear()

    def _value_step(self, code: str, key: str) -> None:
        value = self._execute([compile(code, FILE.format(key=key), "eval", _FLAGS, True)])
        bundle = {"text/plain": str(value)}
        if markdown := self.display_formatter.formatters["text/markdown"](value):
            bundle["text/markdown"] = markdown[0] if isinstance(markdown, tuple) else markdown
        self.outputs.clear()
        self.outputs.add("result", bundle)

    def _cell_step(self, code: str, key: str, may_fail: bool) -> None:
        check_magic(code)
        code = self.transform_cell(code)
        self.expectations = expectations = Expectations(code, key)
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
            self.expectations = None
        expectations.finish()
        if failed:
            raise failed

    def _statements(self, code: str, key: str, expectations: Expectations) -> None:
        file = FILE.format(key=key)
        tree = compile(code, file, "exec", ast.PyCF_ONLY_AST | _FLAGS, dont_inherit=True)
        assert isinstance(tree, ast.Module)
        last = tree.body[-1] if tree.body else None
        shows = isinstance(last, ast.Expr) and not _Hook.semicolon_at_end_of_expression(code)
        body = expectations.instrument(tree).body
        parts = [compile(ast.Module(body[: len(body) - shows], []), file, "exec", _FLAGS, True)]
        if shows and isinstance(last, ast.Expr):
            parts.append(compile(ast.Expression(last.value), file, "eval", _FLAGS, True))
        value = self._execute(parts)
        self._last_line = last.lineno if last else None
        if shows and not self.figures.are_to_show(value):
            self.displayhook(value)
        self.show_figures()

    def _execute(self, parts: Sequence[CodeType]) -> Any:
        """Run compiled code; return the value of the last part."""

        async def awaited() -> Any:
            for part in parts:
                value = eval(part, self.user_global_ns, self.user_ns)
                if part.co_flags & inspect.CO_COROUTINE:
                    value = await value
            return value

        if any(part.co_flags & inspect.CO_COROUTINE for part in parts):
            return self._asyncio.run(awaited())
        return [eval(part, self.user_global_ns, self.user_ns) for part in parts][-1]

    @functools.cached_property
    def _asyncio(self) -> asyncio.Runner:
        return asyncio.Runner()

    def _failure(self, error: BaseException, key: str) -> dict[str, Any]:
        """Describe an error: where it struck in the step's own lines, and how it came there."""
        kept = traceback.TracebackException.from_exception(error)
        _prune(kept)
        name = type(error).__name__
        return {
            "name": name if name != "FloodError" else "too much output",
            "message": self.outputs.stable(writable(_message(error))),
            "line": _line(error, FILE.format(key=key)) or self._last_line,
            "traceback": self.outputs.stable(writable("".join(kept.format()))),
            "final": isinstance(error, (ExpectationError, FloodError)),
        }


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(its `__str__` failed)"


def _line(error: BaseException, file: str) -> int | None:
    """Return the line of a step where an error struck, or where what caused it did."""
    if isinstance(error, ExpectationError):
        return error.line
    frames = reversed(traceback.extract_tb(error.__traceback__))
    if at := next((frame.lineno for frame in frames if frame.filename == file), None):
        return at
    if isinstance(error, SyntaxError):
        return error.lineno
    cause = error.__cause__ or error.__context__
    return _line(cause, file) if cause else None


def _prune(error: traceback.TracebackException) -> None:
    """Take the session's own frames, and all above the cell, out of a traceback and its causes."""
    kept = [frame for frame in error.stack if not frame.filename.startswith(_OWN_PREFIX)]
    first = next((n for n, frame in enumerate(kept) if _is_cell(frame.filename)), 0)
    error.stack = traceback.StackSummary.from_list(kept[first:])
    for other in (error.__cause__, error.__context__, *(error.exceptions or ())):
        if other is not None:
            _prune(other)


def _is_cell(file: str) -> bool:
    return file.startswith("<") and file in linecache.cache


def _as_text(content: Any) -> str:
    if isinstance(content, bytes):
        return base64.b64encode(content).decode()
    if isinstance(content, str):
        return content
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
