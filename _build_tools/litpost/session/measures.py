"""What matplotlib measures many times over as it draws a figure, measured once.

For each drawing it lays out every text four times and finds the ticks of every axis six times: to
place labels and titles, to draw, and to see how far all that reaches. Nothing of it changes in
between, unless the axes do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from litpost.session.holding import identity


@contextmanager
def measured_once() -> Iterator[None]:
    """Have layouts of texts, and ticks of plain axes, kept as long as what they depend on.

    Other axes than those of two straight dimensions move their ticks as they draw them.
    """
    from matplotlib.axis import Axis, XAxis, YAxis
    from matplotlib.text import Text

    def of_text(text: Any, renderer: Any) -> tuple[Any, ...] | None:
        if text.get_wrap():  # it depends on what is around it
            return None
        return (
            text.get_text(), hash(text.get_fontproperties()), text.get_usetex(),
            text.get_rotation(), text.get_rotation_mode(), text.get_ha(), text.get_va(),
            text.figure.dpi, renderer,
        )  # fmt: skip

    def of_axis(axis: Any) -> tuple[Any, ...] | None:
        if type(axis) not in (XAxis, YAxis) or axis.axes.name != "rectilinear":
            return None
        return (
            *axis.get_view_interval(), *axis.axes.bbox.bounds, axis.figure.dpi,
            axis.get_major_locator(), axis.get_major_formatter(),
            axis.get_minor_locator(), axis.get_minor_formatter(),
        )  # fmt: skip

    with _kept(Text, "_get_layout", of_text), _kept(Axis, "_update_ticks", of_axis):
        yield


@contextmanager
def _kept(kind: type, name: str, depends: Callable[..., tuple[Any, ...] | None]) -> Iterator[None]:
    """Have what a method returns kept for each object, while what it `depends` on is the same.

    A matplotlib that has no such method is left as it is: it is one of its own.
    """
    method: Any = vars(kind).get(name)
    if method is None:
        yield
        return
    known: dict[int, tuple[Any, Any, Any]] = {}

    def keeping(this: Any, *args: Any) -> Any:
        state = depends(this, *args)
        if state is None:
            return method(this, *args)
        found = known.get(identity(this))
        if found is None or found[1] != state:
            found = known[identity(this)] = this, state, method(this, *args)
        return found[2]

    setattr(kind, name, keeping)
    try:
        yield
    finally:
        setattr(kind, name, method)
