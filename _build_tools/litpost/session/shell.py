"""An IPython shell without a terminal: it runs steps and keeps what they show."""

from __future__ import annotations

import ast
import asyncio
import base64
import inspect
import io
import json
import linecache
import sys
import tokenize
import traceback
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from litpost.session.expectations import CHECK, Expectations
from litpost.session.figures import Figures
from litpost.session.streams import Descriptors, Outputs, Stream, writable

FILE = "<{key}>"
_SILENT = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.DEDENT, tokenize.ENDMARKER)
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_OWN_PREFIX = __file__.rpartition("/")[0]


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Where ``display(…)`` leads."""

    def publish(self, data: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        self.parent.show("display", data)


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
    descriptors: Descriptors

    @classmethod
    def start(cls, root: str, descriptors: Descriptors) -> Shell:
        """Make the shell of this process, with nothing kept on disk."""
        shell: Shell = cls.instance(
            display_pub_class=_Publisher, displayhook_class=_Hook, colors="nocolor",
        )  # fmt: skip
        shell.outputs = Outputs(root)
        shell.figures = Figures()
        shell.descriptors = descriptors
        formatter = shell.display_formatter.mimebundle_formatter
        formatter.for_type_by_name("matplotlib.figure", "Figure", shell._figure_bundle)
        sys.stdout = Stream("stdout", shell.outputs, 1)
        sys.stderr = Stream("stderr", shell.outputs, 2)
        return shell

    def _figure_bundle(self, figure: Any, **kwargs: Any) -> dict[str, str]:
        return self.figures.bundle(figure)

    def init_history(self) -> None:
        """Keep no history: a build leaves nothing behind."""
        self.config.HistoryManager.enabled = False
        super().init_history()

    def show(self, kind: str, data: Mapping[str, Any]) -> None:
        """Add a MIME bundle to the running step's outputs."""
        self.outputs.add(kind, {mime: _as_text(content) for mime, content in data.items()})

    def show_figures(self) -> None:
        """Show pyplot's open figures."""
        for figure in self.figures.open_figures():
            self.show("display", self.figures.bundle(figure))

    def run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run one step; see `litpost.session.__main__` for the request and the answer."""
        key, code = request["key"], request["code"]
        self.outputs.clear()
        self.figures.begin(key, covers=request.get("covers") or {}, size=request.get("figsize"))
        lines = f"{code}\n".splitlines(keepends=True)  # tracebacks' marks count on the newline
        linecache.cache[FILE.format(key=key)] = (len(code), None, lines, FILE.format(key=key))
        failure = None
        try:
            with self.builtin_trap, self.display_trap:
                if request["kind"] == "value":
                    self._value_step(code, key)
                else:
                    self._cell_step(code, key)
        except BaseException as error:
            failure = self._failure(error, key)
        self.figures.open_figures()  # what a failure has left is no figure of the next step
        self._drain()
        if failure and request.get("error"):
            self.outputs.add("error", {"text/plain": failure["traceback"]})
        return {"outputs": self.outputs.items, "failure": failure}

    def _drain(self) -> None:
        try:
            self.descriptors.drain(self.outputs)
        except BaseException as error:
            self.outputs.items.append({"kind": "stderr", "bundle": {"text/plain": f"{error}\n"}})

    def _value_step(self, code: str, key: str) -> None:
        value = self._execute(compile(code, FILE.format(key=key), "eval", _FLAGS))
        bundle = {"text/plain": str(value)}
        if callable(markdown := getattr(value, "_repr_markdown_", None)):
            bundle["text/markdown"] = markdown()
        self.outputs.items = []
        self.outputs.add("result", bundle)

    def _cell_step(self, code: str, key: str) -> None:
        expectations = Expectations(code)
        self.user_global_ns[CHECK] = expectations.check
        try:
            self._statements(code, key, expectations)
            expectations.finish()
        except AssertionError as error:
            if expectations.failed_line is not None:
                error.litpost_line = expectations.failed_line  # type: ignore[attr-defined]
            raise
        finally:
            self.user_global_ns.pop(CHECK, None)

    def _statements(self, code: str, key: str, expectations: Expectations) -> None:
        file = FILE.format(key=key)
        tree = compile(self.transform_cell(code), file, "exec", ast.PyCF_ONLY_AST | _FLAGS)
        assert isinstance(tree, ast.Module)
        tree = expectations.instrument(tree)
        last = tree.body[-1] if tree.body else None
        shows = isinstance(last, ast.Expr) and not _ends_with_semicolon(code)
        body = tree.body[:-1] if shows else tree.body
        if body:
            self._execute(compile(ast.Module(body, []), file, "exec", _FLAGS, dont_inherit=True))
        if shows and isinstance(last, ast.Expr):
            expression = ast.Expression(last.value)
            value = self._execute(compile(expression, file, "eval", _FLAGS, dont_inherit=True))
            self._show_result(value)
        self.show_figures()

    def _show_result(self, value: Any) -> None:
        """Show a cell's last expression, but not matplotlib's artists beside their figure."""
        if _is_artist(value) and self.figures.are_open():
            return
        self.displayhook(value)

    def _execute(self, code: CodeType) -> Any:
        result = eval(code, self.user_global_ns, self.user_ns)
        return asyncio.run(result) if code.co_flags & inspect.CO_COROUTINE else result

    def _failure(self, error: BaseException, key: str) -> dict[str, Any]:
        """Describe an error: where it struck in the step's own lines, and how it came there."""
        own = FILE.format(key=key)
        frames = reversed(traceback.extract_tb(error.__traceback__))
        line = next((frame.lineno for frame in frames if frame.filename == own), None)
        if isinstance(error, SyntaxError) and error.filename == own:
            line = error.lineno
        line = getattr(error, "litpost_line", line)
        kept = traceback.TracebackException.from_exception(error)
        _prune(kept)
        name = type(error).__name__
        return {
            "name": name if name != "FloodError" else "too much output",
            "message": self.outputs.stable(writable(str(error))),
            "line": line,
            "traceback": self.outputs.stable(writable("".join(kept.format()))),
        }


def _prune(error: traceback.TracebackException) -> None:
    """Take the session's own frames out of a traceback and its causes."""
    kept = [frame for frame in error.stack if not frame.filename.startswith(_OWN_PREFIX)]
    error.stack = traceback.StackSummary.from_list(kept)
    for other in (error.__cause__, error.__context__):
        if other is not None:
            _prune(other)


def _as_text(content: Any) -> str:
    if isinstance(content, bytes):
        return base64.b64encode(content).decode()
    if isinstance(content, str):
        return content
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def _ends_with_semicolon(code: str) -> bool:
    """Say whether the last statement is silenced, as in a notebook."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):  # a magic's line, for example
        return code.rstrip().endswith(";")
    said = [token.string for token in tokens if token.type not in _SILENT]
    return said[-1:] == [";"]


def _is_artist(value: Any) -> bool:
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return bool(values) and all(type(v).__module__.startswith("matplotlib.") for v in values)
