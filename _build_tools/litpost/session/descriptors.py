"""Where open files and folders lie: functions take descriptors in the place of paths."""

from __future__ import annotations

import os
import sys

_readlink = os.readlink  # before anybody watches it


def path_of_descriptor(descriptor: int) -> str | None:
    """Return the path of what a descriptor is of; nothing if that has none."""
    try:
        if sys.platform == "darwin":
            import fcntl

            path = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024))
            return os.fsdecode(path.rstrip(b"\0"))
        path = _readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return None
    return path if path.startswith("/") else None
