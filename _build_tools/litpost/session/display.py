"""What an object shows of itself, by the display protocol that notebooks have made common.

The protocol is IPython's (``_repr_html_`` and its like), followed without importing IPython. Where
IPython does more than to follow it (a warning, say), `UnusualError` leaves the object to IPython.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from types import MethodType, ModuleType
from typing import Any

WIDTH = 79  # characters of a line, as IPython's pretty printer has it
PRINTER = ("lib", "pretty.py")  # in IPython's folder; needs nothing else of IPython
_find_spec = importlib.util.find_spec  # before what asks it is noted
_CANARY = "_ipython_canary_method_should_not_exist_"
_METHODS: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "text/html": ("_repr_html_", (str,)),
    "text/markdown": ("_repr_markdown_", (str,)),
    "image/svg+xml": ("_repr_svg_", (str,)),
    "image/png": ("_repr_png_", (bytes, str)),
    "application/pdf": ("_repr_pdf_", (bytes, str)),
    "image/jpeg": ("_repr_jpeg_", (bytes, str)),
    "text/latex": ("_repr_latex_", (str,)),
    "application/json": ("_repr_json_", (list, dict)),
    "application/javascript": ("_repr_javascript_", (str,)),
}
_SCALARS = (int, float, complex, bool, str, bytes, type(None))
_BUILTIN_PRINTED = (tuple, list, dict, set, frozenset, type, BaseException)


class UnusualError(Exception):
    """Only IPython knows how this object is shown."""


class Display:
    """Makes MIME bundles of objects.

    Parameters
    ----------
    draw
        Makes the bundle of a matplotlib figure.
    """

    def __init__(self, draw: Callable[[Any], dict[str, Any]]) -> None:
        self._draw = draw
        self._printer: ModuleType | None = None

    def bundle(self, value: Any) -> dict[str, Any]:
        """Return an object's MIME bundle; nothing, if it has shown itself.

        Raises
        ------
        UnusualError
            IPython must do it.
        """
        if _shows_itself(value):
            return {}
        bundle = self._own_bundle(value)
        if "text/plain" not in bundle or self._is_registered(value):
            text = _implemented(lambda: self.text(value))
            if text is not None:
                bundle["text/plain"] = text
        for mime in _METHODS:
            if mime not in bundle and (content := representation(value, mime)) is not None:
                bundle[mime] = content
        return bundle

    def text(self, value: Any) -> str:
        """Write an object as IPython's pretty printer does.

        Raises
        ------
        UnusualError
            The pretty printer isn't where it was.
        """
        if (short := _short(value)) is not None:
            return short
        if _prints_itself(value):
            return "\n".join(repr(value).splitlines())
        text: str = self._pretty().pretty(value)
        return text

    def _own_bundle(self, value: Any) -> dict[str, Any]:
        """Return what ``_repr_mimebundle_`` gives, or a figure's drawing."""
        if any(_name(cls) == ("matplotlib.figure", "Figure") for cls in _classes(value)):
            return dict(self._draw(value))
        method = _method(value, "_repr_mimebundle_")
        if method is None:
            return {}
        found = _implemented(lambda: method(include=None, exclude=None))
        return {} if found is None else dict(_content(found, (dict,)))

    def _is_registered(self, value: Any) -> bool:
        """Say whether the printer has a rule for the type, which goes before a bundle's text."""
        printer = self._pretty()
        return any(
            cls in printer._type_pprinters or _name(cls) in printer._deferred_type_pprinters
            for cls in _classes(value)
        )

    def _pretty(self) -> ModuleType:
        """Load IPython's pretty printer from its file, without the package around it."""
        if self._printer is None:
            package = _find_spec("IPython")
            path = os.path.join(os.path.dirname(str(package and package.origin)), *PRINTER)  # noqa: PTH118, PTH120
            spec = importlib.util.spec_from_file_location("_litpost_pretty", path)
            if spec is None or spec.loader is None or not os.path.exists(path):  # noqa: PTH110
                raise UnusualError
            printer = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(printer)
            self._printer = printer
        return self._printer


def representation(value: Any, mime: str) -> Any:
    """Return an object's representation in one of the richer formats, or None.

    Raises
    ------
    UnusualError
        It is of a type that the format doesn't take: IPython warns of it.
    """
    name, types = _METHODS[mime]
    method = _method(value, name)
    found = None if method is None else _implemented(method)
    return None if found is None else _content(found, types)


def _content(found: Any, types: tuple[type, ...]) -> Any:
    """Check a representation, which may come with metadata, and return it without."""
    if isinstance(found, types):
        return found
    if isinstance(found, tuple) and len(found) == 2 and isinstance(found[0], types):
        return found[0]
    raise UnusualError


def _method(value: Any, name: str) -> Callable[..., Any] | None:
    """Return a method of the protocol, but not of what claims to have any attribute."""
    try:
        if getattr(value, _CANARY, None) is not None:
            return None
        method = getattr(value, name, None)
    except Exception:
        return None
    if isinstance(value, type) and not isinstance(method, MethodType):
        return None  # the method of the class's instances
    return method if callable(method) else None


def _implemented(method: Callable[[], Any]) -> Any:
    """Call a method of the protocol, which says with NotImplementedError that it isn't one."""
    try:
        return method()
    except NotImplementedError:
        return None


def _shows_itself(value: Any) -> bool:
    """Let an object show itself if it can, and say whether it has."""
    method = _method(value, "_ipython_display_")
    if method is None:
        return False
    try:
        method()
    except NotImplementedError:
        return False
    return True


def _classes(value: Any) -> tuple[type, ...]:
    """Return the classes by which the pretty printer finds its rule."""
    try:
        cls = getattr(value, "__class__", None) or type(value)
    except Exception:
        cls = type(value)
    return tuple(getattr(cls, "__mro__", ()))


def _name(cls: type) -> tuple[Any, Any]:
    return getattr(cls, "__module__", None), getattr(cls, "__name__", None)


def _prints_itself(value: Any) -> bool:
    """Say whether the pretty printer has no rule for an object and takes its ``repr``."""
    for cls in _classes(value):
        if cls is object or cls in _BUILTIN_PRINTED or "_repr_pretty_" in cls.__dict__:
            return False
        if _name(cls)[0] in ("builtins", "collections", "types", "os", "re"):
            return cls in _SCALARS
        if "__repr__" in cls.__dict__:
            try:
                return callable(cls.__repr__)
            except Exception:
                return False
    return False


def _short(value: Any) -> str | None:
    """Write plain data that fits into a line, where nothing is broken or sorted."""
    if type(value) in _SCALARS:
        return repr(value)
    if _is_plain(value, [WIDTH]) and len(text := repr(value)) <= WIDTH:
        return text
    return None


def _is_plain(value: Any, left: list[int]) -> bool:
    """Say whether lists, tuples and dicts hold nothing but plain data, and little of it."""
    left[0] -= 1
    if left[0] < 0:
        return False  # too long for a line, or a list that holds itself
    if type(value) in (list, tuple):
        return all(_is_plain(part, left) for part in value)
    if type(value) is dict:
        return all(_is_plain(key, left) and _is_plain(value[key], left) for key in value)
    return type(value) in _SCALARS
