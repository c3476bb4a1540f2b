"""What runs steps: this litpost and this Python, as a digest. Traces of another don't count."""

from __future__ import annotations

import functools
import hashlib
import sys
from pathlib import Path

from litpost import __version__
from litpost.environment import ENVIRONMENT

_FOLDER = Path(__file__).parent
_MODULES = (
    "__init__.py", "kept.py", "world.py", "schemes.py", "trace.py", "plan.py", "code.py",
    "tables.py",
)  # fmt: skip


@functools.cache
def engine_digest() -> str:
    """Return a digest of all that a trace depends on besides its step and what that reads.

    It is of what this process began with, whatever becomes of the files.
    """
    digest = hashlib.sha256(repr((__version__, sys.version, sorted(ENVIRONMENT.items()))).encode())
    for file in (*sorted((_FOLDER / "session").glob("*.py")), *(_FOLDER / m for m in _MODULES)):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
