"""IPython in a session, from when a cell needs it: for magics, or its display classes.

Nothing of it is put into the cells' namespace, and what it shows goes where all outputs go.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.builtin_trap import BuiltinTrap
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from litpost.session.patches import Telling

if TYPE_CHECKING:
    from litpost.session.shell import Shell


_FOLDER_MAGICS = ("cd", "pushd", "popd", "dhist")


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Where IPython's ``display(…)`` leads."""

    def publish(
        self,
        data: Mapping[str, Any],
        *args: Any,
        transient: Mapping[str, str] | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        name = (transient or {}).get("display_id")
        self.shell.steps.show("display", data, name=name, update=update)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.steps.outputs.clear()


class _Hook(DisplayHook):  # type: ignore[misc]
    """Where the last expression of what a magic runs leads."""

    def __init__(self, shell: Any = None, cache_size: int = 0, **kwargs: Any) -> None:
        super(DisplayHook, self).__init__(shell=shell, **kwargs)  # its own fills the namespace
        self.shell = shell
        self.do_full_cache = self.cache_size = 0

    def __call__(self, result: Any = None) -> None:
        self.fill_exec_result(result)
        self.shell.steps.show_result(result)


class IPython(InteractiveShell):  # type: ignore[misc]
    """IPython's shell without a terminal, over the namespace of `Shell`."""

    steps: Shell

    @property
    def user_global_ns(self) -> dict[str, Any]:
        """The cells' namespace: they have but one."""
        namespace: dict[str, Any] = self.user_ns
        return namespace

    def prepare_user_module(
        self, user_module: Any = None, user_ns: dict[str, Any] | None = None
    ) -> tuple[Any, Any]:
        """Take the module and the namespace that are there, and put nothing into them."""
        return sys.modules["__main__"], user_ns

    def init_sys_modules(self) -> None:
        """Leave ``__main__`` as it is."""

    def init_user_ns(self) -> None:
        """Put nothing into the namespace."""

    def init_virtualenv(self) -> None:
        """Leave ``sys.path`` as it is."""

    def init_builtins(self) -> None:
        """Leave the builtins as `Shell` has made them."""
        self.builtin_trap = BuiltinTrap(shell=self)
        self.builtin_trap.auto_builtins = {}

    def init_history(self) -> None:
        """Keep no history: a build leaves nothing behind."""
        self.config.HistoryManager.enabled = False
        super().init_history()

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str | None, str]:
        """Leave matplotlib as it is, whatever ``%matplotlib`` says: its figures are shown."""
        return gui, "litpost"

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a magic; those that go through folders keep where they were in a variable."""
        if magic_name in _FOLDER_MAGICS:
            self.user_ns.setdefault("_dh", [os.getcwd()])  # noqa: PTH109
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    def ask_exit(self) -> None:
        """End the step."""
        raise SystemExit

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Let an error in an object's display, which IPython is handling, fail the step."""
        raise


def start(steps: Shell) -> IPython:
    """Start IPython's shell of this process, with nothing kept on disk."""
    shell: IPython = IPython.instance(
        user_ns=steps.namespace, display_pub_class=_Publisher, displayhook_class=_Hook,
        colors="nocolor",
    )  # fmt: skip
    shell.steps = steps
    shell.ast_transformers.append(Telling())
    formatter = shell.display_formatter.mimebundle_formatter
    formatter.for_type_by_name(
        "matplotlib.figure", "Figure", lambda figure: steps.figures.bundle(figure)
    )
    return shell
