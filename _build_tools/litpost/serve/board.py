"""What browsers are told: which state of the blog is shown, and what is wrong with it."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """What is told at one moment.

    Attributes
    ----------
    version
        Names the state of the pages: a page of another version is to be loaded anew.
    problems
        What is wrong, by the path of the source that it is wrong with.
    is_over
        The server stops, nothing more will be told.
    """

    version: str
    problems: Mapping[str, str]
    is_over: bool = False

    def as_json(self) -> str:
        """Return the notice as the page's script reads it."""
        problems = [{"source": path, "message": text} for path, text in self.problems.items()]
        return json.dumps({"version": self.version, "problems": problems})


class Board:
    """Holds the newest notice; threads may wait for the next one.

    Parameters
    ----------
    name
        Distinguishes the versions of this process from those of an earlier one.
    """

    def __init__(self, name: str) -> None:
        self._name, self._number = name, 0
        self._notice = Notice(f"{name}.0", {})
        self._changed = threading.Condition()

    @property
    def notice(self) -> Notice:
        """The newest notice."""
        return self._notice

    def tell(self, problems: Mapping[str, str], *, is_new: bool) -> None:
        """Put up what is wrong; `is_new` says that pages have changed, too."""
        with self._changed:
            self._number += is_new
            notice = Notice(f"{self._name}.{self._number}", dict(problems))
            if notice != self._notice:
                self._notice = notice
                self._changed.notify_all()

    def close(self) -> None:
        """Let all who wait go."""
        with self._changed:
            self._notice = Notice(self._notice.version, self._notice.problems, is_over=True)
            self._changed.notify_all()

    def wait(self, seen: Notice | None, timeout: float) -> Notice:
        """Return the newest notice, once it is another than `seen` or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._notice is not seen, timeout)
            return self._notice
