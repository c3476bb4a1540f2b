"""How to look at what no variable holds: generators, settings of libraries and of the interpreter.

Some of it is *drawn from*, the rest are *settings*; see `litpost.session.ambient`.
"""

from __future__ import annotations

import builtins
import copyreg
import decimal
import gc
import locale
import logging
import os
import random
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import xxhash

from litpost.session.fingerprints import fingerprint
from litpost.session.holding import ATOMS


def digest(value: object) -> str:
    """Return a digest of what a look has found."""
    return xxhash.xxh3_64_hexdigest(repr(value).encode("utf-8", "surrogatepass"))


def told(value: object) -> object:
    """Return a digest of what may hold functions; of what can't be looked into, nobody's own."""
    found = fingerprint(value, is_local=lambda name: False)
    REACHED.update(found.modules)
    return found.digest, [id(value), os.getpid(), _BORN] if found.opaque else []


def _numpy_random() -> object:
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is None or not hasattr(numpy_random, "mtrand"):
        return None
    state = numpy_random.mtrand._rand.get_state()
    if isinstance(state, dict):  # of another bit generator than the usual one
        return told(state)
    kind, keys, *rest = state
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
    return told([numpy.get_printoptions(), numpy.geterr(), numpy.geterrcall()])


def _rc_params() -> object:
    mpl = sys.modules.get("matplotlib")
    if mpl is None or not hasattr(mpl, "rcParams"):
        return None
    params = sorted(dict.items(mpl.rcParams))
    return [(name, each if type(each) in ATOMS else str(each)) for name, each in params]


def _pandas_options() -> object:
    config = sys.modules.get("pandas._config.config")
    return config and told(getattr(config, "_global_config", None))


def _logging() -> object:
    """Return what loggers do that isn't what libraries have had them do as they were loaded."""
    loggers = {"": logging.root, **logging.root.manager.loggerDict}
    states = {name: state for name, logger in loggers.items() if (state := _logger(name, logger))}
    _START.setdefault("loggers", set()).update(states)
    makers = told(logging.getLogRecordFactory()), told(logging.getLoggerClass())
    known = _LOGGERS.items()
    return logging.root.manager.disable, makers, sorted(
        (name, state) for name, state in states.items() if (name, state) not in known
    )  # fmt: skip


def take_loggers() -> None:
    """Take the loggers that a library has set up, as it was loaded, for its start."""
    known = set(_START.get("loggers", ()))
    loggers = logging.root.manager.loggerDict
    for name in loggers.keys() - known:
        if state := _logger(name, loggers[name]):
            _LOGGERS[name] = state


def _logger(name: str, logger: object) -> object:
    """Return how a logger isn't as it was made; libraries change handlers of theirs at any time."""
    if not isinstance(logger, logging.Logger):
        return None
    state: list[object] = [logger.level, logger.disabled]
    if not name.startswith(("tensorflow", "absl")):
        state += [not logger.propagate, list(map(told, logger.filters)),
                  list(map(_handler, logger.handlers))]  # fmt: skip
    return state if any(state) else None


def _handler(handler: logging.Handler) -> object:
    form, stream = handler.formatter, getattr(handler, "stream", None)
    streams = {id(sys.stdout): "stdout", id(sys.stderr): "stderr"}
    return (told(type(handler)), handler.level, list(map(told, handler.filters)),
            streams.get(id(stream), type(stream).__name__),
            form and (told(type(form)), form._fmt, form.datefmt, type(form._style).__name__),
    )  # fmt: skip


def _torch_settings() -> object:
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_default_dtype"):
        return None
    options = getattr(sys.modules.get("torch._tensor_str"), "PRINT_OPTS", None)
    return (str(torch.get_default_dtype()), torch.is_grad_enabled(), torch.get_num_threads(),
            str(options), str(torch.get_default_device()), torch.is_anomaly_enabled(),
            torch.get_float32_matmul_precision(), torch.is_warn_always_enabled(),
            torch.are_deterministic_algorithms_enabled())  # fmt: skip


def _scikit_settings() -> object:
    config: Any = sys.modules.get("sklearn._config")
    if config is None or not hasattr(config, "_threadlocal"):
        return None
    return told(getattr(config._threadlocal, "global_config", config._global_config))


def _jax_settings() -> object:
    config = getattr(sys.modules.get("jax"), "config", None)
    return config and sorted(config.values.items())


def _polars_settings() -> object:
    """Return the settings of polars that are no variables of the environment."""
    config: Any = sys.modules.get("polars.config")
    looks = getattr(config, "_POLARS_CFG_DIRECT_VARS", {})
    return [(name, looks[name]()) for name in sorted(looks)]


def _keras_state() -> object:
    config = sys.modules.get("keras.src.backend.config")
    names = ("_FLOATX", "_EPSILON", "_IMAGE_DATA_FORMAT", "_BACKEND", "_MAX_EPOCHS",
             "_MAX_STEPS_PER_EPOCH", "_NNX_ENABLED")  # fmt: skip
    return config and [str(getattr(config, name, None)) for name in names]


REACHED: set[str] = set()
"""The modules of what was told since this was last emptied."""
_BORN = time.time_ns()
_START: dict[str, set[Any]] = {}
_LOGGERS: dict[str, object] = {}
_NAMED: dict[str, Any] = {}
_BUILTINS: dict[str, Any] = {}
_ENVIRONMENT = dict(os.environ._data)  # type: ignore[attr-defined]


def take_builtins() -> None:
    """Take the builtins as they are for those of the session's start."""
    _BUILTINS.clear()
    _BUILTINS.update(vars(builtins))


def _changed_builtins() -> object:
    """List the builtins that aren't those of the session's start, by what they are.

    C++ libraries keep internals there, under names such as ``__pybind11_internals…``.
    """
    now = vars(builtins)
    names = {n for n in _BUILTINS.keys() | now.keys() if _BUILTINS.get(n) is not now.get(n)}
    internal = {n for n in names - _BUILTINS.keys() if n.startswith("__") and "internals" in n}
    return sorted((name, told(now.get(name))) for name in names - internal)


def _interpreter() -> object:
    """Return what cells change of the interpreter: streams, arguments, limits, copiers, hooks."""
    hooks = [
        hook for hook, usual in (
            (sys.excepthook, sys.__excepthook__),
            (sys.unraisablehook, sys.__unraisablehook__),
            (sys.breakpointhook, sys.__breakpointhook__),
            (threading.excepthook, threading.__excepthook__),
            (sys.getprofile(), None),
            (sys.gettrace(), None),
        ) if hook is not usual
    ]  # fmt: skip
    limits = (sys.get_int_max_str_digits(), sys.getswitchinterval(), threading.stack_size(),
              getattr(sys, "tracebacklimit", None), sys.dont_write_bytecode)  # fmt: skip
    streams = [
        "its own" if type(stream).__module__.startswith("litpost.") else told(stream)
        for stream in (sys.stdout, sys.stderr)
    ]
    copiers = {k: v for k, v in copyreg.dispatch_table.items() if k.__module__ == "__main__"}
    return streams, list(sys.argv), limits, told(copiers), [told(hook) for hook in hooks]


def _collector() -> object:
    return gc.isenabled(), gc.get_threshold(), gc.get_debug()


def _signals() -> object:
    """Return what happens at signals, and how long sockets wait."""
    module, sockets = sys.modules.get("_signal"), sys.modules.get("_socket")
    handlers = list(map(module.getsignal, range(1, 32))) if module else []
    told_handlers = [told(each) if callable(each) else each for each in handlers]
    return told_handlers, sockets and sockets.getdefaulttimeout()


def _standard_library() -> object:
    """Return what modules of Python's own library hold that cells change by functions of theirs."""
    csv = sys.modules.get("_csv")
    context = getattr(sys.modules.get("multiprocessing.context"), "_default_context", None)
    return (
        csv and ([(name, _dialect(csv.get_dialect(name))) for name in csv.list_dialects()],
                 csv.field_size_limit()),
        type(getattr(context, "_actual_context", None)).__name__,
        sorted(logging.getLevelNamesMapping().items()),
    )  # fmt: skip


def _dialect(dialect: Any) -> object:
    return [getattr(dialect, name) for name in dir(dialect) if name[0] != "_"]


def _fonts_and_colours() -> object:
    """Return the fonts, colormaps and names of colours that matplotlib hasn't had at its start."""
    mpl: Any = sys.modules.get("matplotlib")
    fonts: Any = sys.modules.get("matplotlib.font_manager")
    if fonts is None or not hasattr(mpl, "colormaps"):
        return None
    known = _START.setdefault("fonts", {*map(id, fonts.fontManager.ttflist)})
    added = [font for font in fonts.fontManager.ttflist if id(font) not in known]
    return (
        len(fonts.fontManager.ttflist), [(font.fname, font.name, font.weight) for font in added],
        [(name, _colours(mpl.colormaps[name])) for name in _added("colormaps", mpl.colormaps)],
        _named_colours(mpl.colors.get_named_colors_mapping()),
    )  # fmt: skip


def _named_colours(named: dict[str, Any]) -> object:
    """Return the names of colours that don't stand for what they stood for when first asked."""
    if not _NAMED:
        _NAMED.update(named)
    names = _NAMED.keys() | named.keys()
    return sorted((n, str(named.get(n))) for n in names if named.get(n) != _NAMED.get(n))


def _added(what: str, names: Iterable[str]) -> list[str]:
    """Return the names that weren't there when this was first asked, as a library was loaded."""
    return sorted(set(names) - _START.setdefault(what, set(names)))


def _colours(colormap: Any) -> object:
    return colormap.N, colormap([-1.0, *(n / 32 for n in range(33)), 2.0, float("nan")]).tobytes()


def _pandas_classes() -> object:
    """Return the attributes that pandas' classes have been given since pandas was loaded."""
    pandas: Any = sys.modules.get("pandas")
    classes = [pandas.DataFrame, pandas.Series, pandas.Index] if hasattr(pandas, "Index") else []
    return [
        (name, told(vars(kind)[name]))
        for kind in classes for name in _added(kind.__name__, vars(kind))
    ]  # fmt: skip


def _sympy_printing() -> object:
    """Return what `init_printing` and its like set: of SymPy, and among IPython's formatters."""
    symbols: Any = sys.modules.get("sympy.printing.pretty.pretty_symbology")
    printer: Any = sys.modules.get("sympy.printing.printer")
    shells: Any = sys.modules.get("IPython.core.interactiveshell")
    if symbols is None or printer is None:
        return None
    shell = shells and shells.InteractiveShell._instance
    formatters = shell.display_formatter.formatters if shell else {}
    shown = [
        (mime, kind.__qualname__, told(function))
        for mime, formatter in formatters.items()
        for kind, function in formatter.type_printers.items()
        if str(getattr(function, "__module__", "")).startswith("sympy")
    ]
    return symbols._use_unicode, told(printer.Printer._global_settings), sorted(shown, key=str)


def _changed_environment() -> object:
    now = getattr(os.environ, "_data", os.environ)
    names = sorted(now.keys() | _ENVIRONMENT.keys())
    return [(n, now.get(n)) for n in names if now.get(n) != _ENVIRONMENT.get(n)]


_CONTEXT = """_seed _device_policy _jit_compile_rewrite _optimizer_jit _soft_device_placement
    _log_device_placement _intra_op_parallelism_threads _inter_op_parallelism_threads
    _optimizer_experimental_options _virtual_device_map""".split()
"""TensorFlow's settings that its context has, and those that its modules have."""
_FLAGS = """data.ops.debug_mode:DEBUG_MODE eager.context:default_execution_mode
    eager.polymorphic_function.eager_function_run:RUN_FUNCTIONS_EAGERLY
    framework.config:tensor_float_32_execution_enabled framework.ops:_numpy_style_slicing
    framework.tensor:Tensor.reshape framework.tensor:Tensor._USE_EQUALITY
    ops.control_flow_util:ENABLE_CONTROL_FLOW_V2
    util.traceback_utils:is_traceback_filtering_enabled""".split()


def _found(place: str) -> object:
    """Return a flag of one of TensorFlow's modules, or what its function says."""
    module, _, path = place.partition(":")
    found: Any = sys.modules.get(f"tensorflow.python.{module}")
    for name in path.split("."):
        found = getattr(found, name, None)
    return found() if path.endswith("enabled") and callable(found) else found


def tensorflow_activity() -> tuple[int, str]:
    """Return what moves whenever TensorFlow or Keras make anything, and what settings move.

    To set a seed makes nothing.
    """
    pywrap = sys.modules.get("tensorflow.python.pywrap_tfe")
    tracker = sys.modules.get("keras.src.backend.common.global_state")
    state = vars(tracker.GLOBAL_STATE_TRACKER) if tracker else {}
    context = getattr(sys.modules.get("tensorflow.python.eager.context"), "_context", None)
    rng: Any = getattr(context, "_rng", None)
    settings = (
        sorted(state.items(), key=lambda item: item[0]), rng and digest(rng.getstate()),
        [getattr(context, name, None) for name in _CONTEXT],
        getattr(getattr(context, "_thread_local_data", None), "op_callbacks", None),
        [_found(place) for place in _FLAGS],
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
        told([warnings.showwarning, warnings.formatwarning]),
    ),
    "NumPy's print and error options": _numpy_settings,
    "rcParams": _rc_params,
    "pandas' options": _pandas_options,
    "decimal context": lambda: str(decimal.getcontext()),
    "locale": lambda: (locale.setlocale(locale.LC_ALL), time.tzname, time.timezone),
    "logging": _logging,
    "torch's settings": _torch_settings,
    "Keras' settings": _keras_state,
    "scikit-learn's settings": _scikit_settings,
    "JAX' settings": _jax_settings,
    "polars' settings": _polars_settings,
    "working directory": os.getcwd,
    "environment": _changed_environment,
    "sys.path": lambda: list(sys.path),
    "recursion limit": sys.getrecursionlimit,
    "builtins": _changed_builtins,
    "interpreter": _interpreter,
    "garbage collector": _collector,
    "signals": _signals,
    "Python's library": _standard_library,
    "fonts and colours": _fonts_and_colours,
    "pandas' classes": _pandas_classes,
    "SymPy's printing": _sympy_printing,
}
LIBRARIES = {
    "numpy.random": "numpy.random",
    "torch.random": "torch",
    "NumPy's print and error options": "numpy",
    "rcParams": "matplotlib",
    "pandas' options": "pandas",
    "fonts and colours": "matplotlib",
    "pandas' classes": "pandas",
    "SymPy's printing": "sympy",
    "torch's settings": "torch",
    "Keras' settings": "keras",
    "scikit-learn's settings": "sklearn",
    "JAX' settings": "jax",
    "polars' settings": "polars",
}
"""The library that a state belongs to; only steps that reach a library notice its settings."""
