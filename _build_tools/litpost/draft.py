"""A post before the build that makes it is done: rendered, and shown to whoever waits for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from litpost.project import Place, Project
from litpost.source import Source
from litpost.theme import COMMON, SCRIPT, Theme
from litpost.trace import Output, Trace
from litpost.writer import check_post, differing, locked, read, remove, write

if TYPE_CHECKING:
    from litpost.renderer import Rendered

Outputs = Mapping[str, tuple[Output, ...]]


class Draft:
    """A post that is rendered as soon as it is known what the steps show.

    If somebody waits for it, it is also written then, unless the steps may come to show something
    else. As a context: what was written is taken back if the build fails after all.

    Parameters
    ----------
    source, place, theme, project
        What it is made of.
    is_forced
        Whether a post that was edited by hand may be overwritten.
    written
        Is called when the post or its figures have been written, or taken back; or nobody waits.
    """

    def __init__(
        self,
        source: Source,
        place: Place,
        theme: Theme,
        project: Project,
        *,
        is_forced: bool = False,
        written: Callable[[], None] | None = None,
    ) -> None:
        self._source, self._place, self._theme, self._project = source, place, theme, project
        self._is_forced, self._written = is_forced, written
        self._begun: tuple[Outputs, Rendered] | None = None
        self._former: dict[str, bytes | None] = {}
        self._now: dict[str, bytes] = {}

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None
    ) -> None:
        if kind and self._now:
            self._take_back()

    def begin(self, traces: Mapping[str, Trace], is_certain: bool) -> None:
        """Render the post as it will be if the steps don't come to show something else.

        `is_certain` says that they won't.
        """
        self._begun, has_written = None, False
        with contextlib.suppress(Exception):  # it will be met again
            self._begun = _outputs(traces), self._render(traces)
            if is_certain and self._written:
                has_written = self._write(self.files(self._begun[1]))
        if has_written and self._written:
            self._written()

    def rendered(self, traces: Mapping[str, Trace]) -> Rendered:
        """Return the rendered post.

        Raises
        ------
        SourceError
            It would be wrong.
        """
        if self._begun and self._begun[0] == _outputs(traces):
            return self._begun[1]
        return self._render(traces)

    def files(self, rendered: Rendered) -> dict[str, bytes]:
        """Return what the post consists of, but for its manifest: what it points at first."""
        return {
            **rendered.assets,
            f"assets/css/{self._theme.style_sheet}": self._theme.sheet(),
            f"assets/js/{SCRIPT}": (COMMON / SCRIPT).read_bytes(),
            rendered.place.post: rendered.text.encode(),
        }

    def _render(self, traces: Mapping[str, Trace]) -> Rendered:
        from litpost.renderer import render

        return render(
            self._source, traces, place=self._place, theme=self._theme, project=self._project
        )

    def _write(self, files: Mapping[str, bytes]) -> bool:
        """Write the files that differ; say whether there are any."""
        root = self._project.root
        with locked(root):
            if not self._is_forced:
                check_post(root, self._place.post)
            changed = differing(root, files)
            self._former = {path: read(root / path) for path in changed} | self._former
            self._now |= changed
            write(root, changed)
        return bool(changed)

    def _take_back(self) -> None:
        """Put back what was there, where it is still as it was written here."""
        root = self._project.root
        with locked(root):
            changed = differing(root, self._now)
            former = {path: data for path, data in self._former.items() if path not in changed}
            write(root, {path: data for path, data in former.items() if data is not None})
            remove(root, (path for path, data in former.items() if data is None))
        if self._written:
            self._written()


def _outputs(traces: Mapping[str, Trace]) -> Outputs:
    return {key: trace.outputs for key, trace in traces.items()}
