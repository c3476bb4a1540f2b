"""State that isn't a variable: random generators, settings of libraries, counters.

Some of it is *drawn from*: a step that has left it as it was hasn't used it, unless it asked for
it, and one that has changed it has read it. The rest are *settings*: every step is taken to have
read them (those of a library: every step that reaches a library). What is as a session starts, or
as its library is right after loading, has no entry: loading a library is no change.
"""

from __future__ import annotations

import builtins
import copyreg
import decimal
import locale
import logging
import os
import random
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import xxhash

from litpost.session.fingerprints import fingerprint

State = Mapping[str, str]


def _digest(value: object) -> str:
    return xxhash.xxh3_64_hexdigest(repr(value).encode("utf-8", "surrogatepass"))


def _told(value: object) -> object:
    """Return a digest of what may hold functions; of what can't be looked into, nobody's own."""
    found = fingerprint(value, is_local=lambda name: False)
    return found.digest, [id(value), os.getpid(), _BORN] if found.opaque else []


def _numpy_random() -> object:
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is None or not hasattr(numpy_random, "mtrand"):
        return None
    kind, keys, *rest = numpy_random.mtrand._rand.get_state()
    return kind, keys.tobytes(), rest


def _torch_random() -> object:
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "default_generator"):
        return None
    return torch.default_generator.get_state().numpy().tobytes()


def _numpy_settings() -> object:
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "geterr"):
        return None
    return _told([numpy.get_printoptions(), numpy.geterr(), numpy.geterrcall()])


def _rc_params() -> object:
    mpl = sys.modules.get("matplotlib")
    if mpl is None or not hasattr(mpl, "rcParams"):
        return None
    return sorted(
        (name, str(value)) for name, value in dict.items(mpl.rcParams) if name != "backend"
    )


def _pandas_options() -> object:
    config = sys.modules.get("pandas._config.config")
    return config and _told(getattr(config, "_global_config", None))


def _logging() -> object:
    loggers = {"": logging.root, **logging.root.manager.loggerDict}
    return logging.root.manager.disable, sorted(
        (name, logger.level, logger.disabled, logger.propagate, len(logger.filters),
         [_handler(handler) for handler in logger.handlers])
        for name, logger in loggers.items()
        if isinstance(logger, logging.Logger)
        and (logger.level or logger.handlers or logger.disabled or not logger.propagate)
        and not name.startswith(("matplotlib", "tensorflow", "absl", "asyncio", "PIL"))
    )  # fmt: skip


def _handler(handler: logging.Handler) -> object:
    form = handler.formatter
    return (type(handler).__name__, handler.level, len(handler.filters),
            form and (type(form).__name__, form._fmt, form.datefmt))  # fmt: skip


def _torch_settings() -> object:
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_default_dtype"):
        return None
    options = getattr(sys.modules.get("torch._tensor_str"), "PRINT_OPTS", None)
    return (str(torch.get_default_dtype()), torch.is_grad_enabled(), torch.get_num_threads(),
            str(options))  # fmt: skip


def _keras_state() -> object:
    config = sys.modules.get("keras.src.backend.config")
    names = ("_FLOATX", "_EPSILON", "_IMAGE_DATA_FORMAT", "_BACKEND")
    return config and [str(getattr(config, name, None)) for name in names]


_BORN = time.time_ns()
_BUILTINS = dict(vars(builtins))
_ENVIRONMENT = dict(os.environ._data)  # type: ignore[attr-defined]


def _changed_builtins() -> object:
    """List the builtins that aren't those of the session's start, by what they are.

    C++ libraries keep internals there, under names such as ``__pybind11_internals…``.
    """
    now = vars(builtins)
    names = {n for n in _BUILTINS.keys() | now.keys() if _BUILTINS.get(n) is not now.get(n)}
    internal = {n for n in names - _BUILTINS.keys() if n.startswith("__")}
    return sorted((name, _told(now.get(name))) for name in names - internal - {"_"})


def _interpreter() -> object:
    """Return what cells change of the interpreter: streams, arguments, limits, copiers."""
    streams = [
        "its own" if type(stream).__module__.startswith("litpost.") else _told(stream)
        for stream in (sys.stdout, sys.stderr)
    ]
    copiers = {k: v for k, v in copyreg.dispatch_table.items() if k.__module__ == "__main__"}
    return streams, list(sys.argv), sys.get_int_max_str_digits(), _told(copiers)


def _changed_environment() -> object:
    now = os.environ._data  # type: ignore[attr-defined]
    names = sorted(now.keys() | _ENVIRONMENT.keys())
    return [(n, now.get(n)) for n in names if now.get(n) != _ENVIRONMENT.get(n)]


def _tensorflow_activity() -> tuple[int, str]:
    """Return what moves whenever TensorFlow or Keras make anything, and what settings move.

    To set a seed makes nothing.
    """
    pywrap = sys.modules.get("tensorflow.python.pywrap_tfe")
    tracker = sys.modules.get("keras.src.backend.common.global_state")
    state = vars(tracker.GLOBAL_STATE_TRACKER) if tracker else {}
    context = getattr(sys.modules.get("tensorflow.python.eager.context"), "_context", None)
    rng: Any = getattr(context, "_rng", None)
    functions = sys.modules.get("tensorflow.python.eager.polymorphic_function.eager_function_run")
    settings = (
        sorted(state.items(), key=lambda item: item[0]),
        getattr(context, "_seed", None), rng and _digest(rng.getstate()),
        getattr(functions, "RUN_FUNCTIONS_EAGERLY", None),
    )  # fmt: skip
    tensors = pywrap.TFE_Py_UID() if pywrap and hasattr(pywrap, "TFE_Py_UID") else 0
    return tensors, str(settings)


FILTERS: set[str] = set()
"""Warning filters that libraries have set as they were loaded: those of this process."""

DRAWN: dict[str, Callable[[], object]] = {
    "random": random.getstate,
    "numpy.random": _numpy_random,
    "torch.random": _torch_random,
}
SETTINGS: dict[str, Callable[[], object]] = {
    "warning filters": lambda: (
        [e for e in map(str, warnings.filters) if e not in FILTERS],
        _told([warnings.showwarning, warnings.formatwarning]),
    ),
    "NumPy's print and error options": _numpy_settings,
    "rcParams": _rc_params,
    "pandas' options": _pandas_options,
    "decimal context": lambda: str(decimal.getcontext()),
    "locale": lambda: (locale.setlocale(locale.LC_ALL), time.tzname, time.timezone),
    "logging": _logging,
    "torch's settings": _torch_settings,
    "Keras' settings": _keras_state,
    "working directory": os.getcwd,
    "environment": _changed_environment,
    "sys.path": lambda: list(sys.path),
    "recursion limit": sys.getrecursionlimit,
    "builtins": _changed_builtins,
    "interpreter": _interpreter,
}
LIBRARIES = {
    "numpy.random": "numpy.random",
    "torch.random": "torch",
    "NumPy's print and error options": "numpy",
    "rcParams": "matplotlib",
    "pandas' options": "pandas",
    "torch's settings": "torch",
    "Keras' settings": "keras",
}
"""The library that a state belongs to; only steps that reach a library notice its settings."""

TENSORFLOW = "TensorFlow's and Keras' state"
TENSORFLOW_MODULES = frozenset({"tensorflow", "keras", "tf_keras"})


class Ambient:
    """The ambient state of a session, compared with its start."""

    def __init__(self) -> None:
        self._start: dict[str, str] = {}
        self._activity = (0, "")
        self.tokens: dict[str, str] = {}
        self.asked: set[str] = set()
        self.settle()

    def settle(self, library: str = "") -> None:
        """Take the state of a library, which has just been loaded, for its start."""
        if not library:
            _BUILTINS.clear()
            _BUILTINS.update(vars(builtins))
        for name, look in {**DRAWN, **SETTINGS}.items():
            if LIBRARIES.get(name, "") == library:
                self._start[name] = _digest(look())

    def settings(self) -> dict[str, str]:
        """Return the settings that aren't as they were at the start."""
        return self._changed(SETTINGS)

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
        return _tensorflow_activity()

    def _changed(self, looks: Mapping[str, Callable[[], object]]) -> dict[str, str]:
        changed = {}
        for name, look in looks.items():
            if name in self._start and (digest := _digest(look())) != self._start[name]:
                changed[name] = digest
        return changed


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
