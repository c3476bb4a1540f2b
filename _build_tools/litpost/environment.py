"""The environment of sessions, the same on every machine but for what an author has set."""

from __future__ import annotations

import os

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://litpost.session.backend",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "PYTHONUNBUFFERED": "1",  # C code's output, too, then stands where it was printed
    "PYTHONBREAKPOINT": "0",
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONOPTIMIZE": "",
    "PYTHONWARNINGS": "",
    "NO_COLOR": "1",
    "COLUMNS": "88",
    "LINES": "24",
    "TERM": "dumb",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
}
"""What a session's environment says, so that machines don't differ in it."""


SCRATCH = ("IPYTHONDIR", "MATPLOTLIBRC")
"""Variables that name a session's own scratch folder."""

LANGUAGE = "LITPOST_LANG"
"""The variable behind `litpost.lang`, so that a step that looks at it is known to have read it."""


def session_environment(language: str) -> dict[str, str]:
    """Return the variables of the environment as a session gets them for posts in a language.

    They come by name: in which order this process has got them differs from shell to shell.
    """
    own = {**os.environ, **ENVIRONMENT, LANGUAGE: language}
    return {name: own[name] for name in sorted(own) if name not in SCRATCH}
