"""State that isn't a variable: random generators, settings of libraries, counters.

Some of it is *drawn from*: a step that has left it as it was hasn't used it, unless it asked for
it, and one that has changed it has read it. The rest are *settings*: every step is taken to have
read them (those of a library: every step that reaches a library). What is as a session starts, or
as its library is right after loading, has no entry: loading a library is no change.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from litpost.session.patches import Patches
from litpost.session.states import (
    DRAWN,
    LIBRARIES,
    REACHED,
    SETTINGS,
    digest,
    take_builtins,
    take_loggers,
    tensorflow_activity,
)

PATCHES = "what was set in libraries"
TENSORFLOW = "TensorFlow's and Keras' state"
TENSORFLOW_MODULES = frozenset({"tensorflow", "keras", "tf_keras"})


class Ambient:
    """The ambient state of a session, compared with its start.

    Attributes
    ----------
    looks
        Settings by name: how to look at them.
    reached
        Modules that have functions or classes among the settings.
    """

    def __init__(self, patches: Patches) -> None:
        self.looks = {**SETTINGS, PATCHES: patches.state}
        self.reached: set[str] = set()
        self._start: dict[str, str] = {}
        self._activity = (0, "")
        self.tokens: dict[str, str] = {}
        self.asked: set[str] = set()
        self.settle()

    def settle(self, library: str = "", *, is_told: bool = False) -> None:
        """Take the state of a library, which has just been loaded, for its start.

        If what it is may have been `is_told` by a file of the project's, it has no start.
        """
        if library:
            take_loggers()
        else:
            take_builtins()
        for name, look in {**DRAWN, **self.looks}.items():
            if LIBRARIES.get(name, "") == library:
                start = _looked(look)
                self._start[name] = "" if is_told else start

    def settings(self) -> dict[str, str]:
        """Return the settings that aren't as they were at the start."""
        REACHED.clear()
        changed = self._changed(self.looks)
        self.reached = set(REACHED)
        return changed

    def drawn(self) -> dict[str, str]:
        """Return the states that are drawn from and aren't as they were at the start."""
        return self._changed(DRAWN) | self.tokens

    def begin(self) -> None:
        """Note how things are as a step begins."""
        self.asked.clear()
        self._activity = self._look_at_activity()

    def is_active(self) -> bool:
        """Say whether TensorFlow has done anything since the step began."""
        before, after = self._activity, self._look_at_activity()
        return bool(after != (before[0] + 1, before[1]) if before[0] else after[0] or after[1])

    def _look_at_activity(self) -> tuple[int, str]:
        if "tensorflow" not in sys.modules and "keras" not in sys.modules:
            return 0, ""
        return tensorflow_activity()

    def _changed(self, looks: Mapping[str, Callable[[], object]]) -> dict[str, str]:
        changed = {}
        for name, look in looks.items():
            if name in self._start and (found := _looked(look)) != self._start[name]:
                changed[name] = found
        return changed


def _looked(look: Callable[[], object]) -> str:
    """Digest what there is to be seen; cells may have removed it, such as the working directory."""
    try:
        return digest(look())
    except Exception as error:
        return digest(type(error).__name__)


_ASKING = ("getstate", "get_state", "seed", "setstate", "set_state", "manual_seed", "initial_seed",
           "get_rng_state", "set_rng_state")  # fmt: skip


def watch_states(ambient: Ambient, module: Any) -> None:
    """Note when a cell asks a generator for its state, or sets it: that need not change it."""
    name = {"torch": "torch.random"}.get(module.__name__, module.__name__)
    for function in _ASKING:
        if original := getattr(module, function, None):
            setattr(module, function, _Asking(original, ambient.asked, name))


class _Asking:
    """A function that notes that it was called."""

    def __init__(self, original: Callable[..., Any], asked: set[str], name: str) -> None:
        self._original, self._asked, self._name = original, asked, name
        self.__name__ = getattr(original, "__name__", "")
        self.__doc__ = original.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._asked.add(self._name)
        return self._original(*args, **kwargs)
