"""Python's garbage collector: it is kept from going through what libraries make as they load.

That all is searched again and again is a fifth of the time in which TensorFlow loads. What is
loaded before there is anything of the author's isn't searched afterwards, either, as long as nobody
asks for all objects.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import gc
import itertools
from collections.abc import Iterator
from typing import Any

from litpost.session.namespace import BEGUN

_IMPORTS = (ast.Import, ast.ImportFrom)
_YOUNG = (100_000, 20, 1_000_000)


class Collector:
    """The garbage collector of a session."""

    def __init__(self) -> None:
        self._is_pristine = True  # nothing has run but the source's first imports, of libraries
        self._has_frozen = False
        self._callbacks: list[Any] = []

    def install(self) -> None:
        """Let code that runs in this process tell that more begins, or that it collects."""
        vars(builtins)[BEGUN] = self.begin_others
        collect = gc.collect

        @functools.wraps(collect)
        def collect_all(*args: Any, **kwargs: Any) -> int:
            self.unfreeze()
            return collect(*args, **kwargs)

        gc.collect = collect_all

    @contextlib.contextmanager
    def loading(self) -> Iterator[None]:
        """Have young objects searched only, as a library is loaded: what it makes is to stay."""
        thresholds = gc.get_threshold()
        gc.set_threshold(*_YOUNG)
        try:
            yield
        finally:
            if thresholds != _YOUNG and self._is_pristine:
                gc.freeze()
                self._has_frozen = True
            if gc.get_threshold() == _YOUNG:
                gc.set_threshold(*thresholds)

    def begin(self, body: list[ast.stmt]) -> None:
        """Have the statements of a cell tell when the imports that they begin with are done."""
        imports = itertools.takewhile(lambda each: isinstance(each, _IMPORTS), body)
        count = len(list(imports)) if self._is_pristine else 0
        if count:
            call = ast.Expr(ast.Call(ast.Name(BEGUN, ast.Load()), [], []))
            body.insert(count, ast.fix_missing_locations(ast.copy_location(call, body[count - 1])))
        else:
            self.begin_others()

    def begin_others(self) -> None:
        """Note that from now on more runs than the imports that the source begins with."""
        self._is_pristine = False

    def unfreeze(self) -> None:
        """Give libraries' objects back, as somebody is about to go through all."""
        if self._has_frozen:
            gc.unfreeze()
            self._has_frozen = self._is_pristine = False

    def hide_callbacks(self) -> None:
        """Keep those that earlier steps have had called from what litpost does before a step."""
        self._callbacks, gc.callbacks[:] = gc.callbacks[:], []

    def restore_callbacks(self) -> None:
        """Have them called again, and count anew: for what the step's own code leads to."""
        if self._callbacks:
            gc.freeze()
            gc.unfreeze()
            gc.callbacks[:0], self._callbacks = self._callbacks, []
