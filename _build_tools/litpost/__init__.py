"""litpost: literate blogging for Jekyll.

A source is a program whose printout is a blog post: litpost runs its cells, proves what the text
claims, and writes plain Markdown that any Jekyll builds.
"""

from __future__ import annotations

import sys
from typing import Any

__version__ = "0.1.0"

if sys.version_info < (3, 11):  # noqa: UP036 (before anything else is read that needs it)
    sys.stderr.write(
        "litpost: Python 3.11 or newer is needed, this is {}.{}; name one to make, "
        "`make PYTHON=python3.12 post`, or set up an environment of one: "
        "`python3.12 -m venv .venv`\n".format(*sys.version_info)
    )
    raise SystemExit(2)


def __getattr__(name: str) -> str:
    """Return `lang`, the language of the post that is being built, ``en`` outside of builds."""
    if name != "lang":
        raise AttributeError(f"module 'litpost' has no attribute {name!r}")
    import os

    return os.environ.get("LITPOST_LANG", "en")


def table(value: Any, **settings: Any) -> Any:
    """Show a DataFrame, an array or a list of rows as a table; see `litpost.tables.table`."""
    from litpost import tables

    return tables.table(value, **settings)


def versions(*distributions: str) -> str:
    """Name Python and installed distributions with their versions, for the foot of a post.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        One of them isn't installed.
    """
    import platform
    from importlib.metadata import version

    parts = [f"Python {platform.python_version()}"]
    return ", ".join(parts + [f"{name} {version(name)}" for name in distributions])
