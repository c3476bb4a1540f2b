"""The matplotlib backend of a session: ``plt.show()`` shows the open figures where it stands."""

from __future__ import annotations

from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

__all__ = ["FigureCanvas", "show"]


def show(*args: Any, **kwargs: Any) -> None:
    """Show pyplot's open figures; the session's shell puts its own function in this place."""
    raise RuntimeError("this backend works in a session of litpost only")
