"""The commands, a module each: what they take, and what they do.

A module is imported only when its command is called, or when all of them are to be listed; what a
command needs is imported when it runs.
"""

from __future__ import annotations

COMMANDS = (
    "init",
    "new",
    "import",
    "build",
    "serve",
    "explain",
    "verify",
    "gc",
    "site",
    "themes",
    "doctor",
    "completion",
)
"""The names of the commands, in the order in which help lists them."""
