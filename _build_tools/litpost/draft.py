"""A post before the build that makes it is done: rendered, and shown to whoever waits for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping

from litpost.errors import LitpostError
from litpost.manifest import outputs_of_others, read_manifest
from litpost.project import Place, Project
from litpost.source import Source
from litpost.theme import COMMON, SCRIPT, Theme
from litpost.trace import Output, Trace
from litpost.writer import check_post, differing, locked, read, remove, remove_empty, write

Outputs = Mapping[str, tuple[Output, ...]]


class Draft:
    """A post from the moment in which it is known what its steps show.

    Parameters
    ----------
    source, place, theme, project
        What it is made of.
    is_forced
        Whether a post that was edited by hand may be overwritten.
    """

    def __init__(
        self, source: Source, place: Place, theme: Theme, project: Project, *, is_forced: bool
    ) -> None:
        self._source, self._place, self._theme, self._project = source, place, theme, project
        self._is_forced = is_forced
        self._reader: Callable[[], None] | None = None
        self._begun: tuple[Outputs, dict[str, bytes]] | None = None
        self._former: dict[str, bytes | None] = {}
        self._now: dict[str, bytes] = {}

    @contextlib.contextmanager
    def shown_to(self, reader: Callable[[], None] | None) -> Iterator[None]:
        """Call a `reader`, if there is one, whenever the post has been written or taken back.

        For a reader it is written as early as it can be. If what is done here fails, what was
        written is taken back.
        """
        self._reader = reader
        try:
            yield
        except LitpostError as error:
            try:
                self._take_back()
            except (LitpostError, OSError) as other:
                message = f"{error}\n{self._place.post} can't be put back as it was: {other}"
                raise LitpostError(message) from None
            raise
        except BaseException:
            with contextlib.suppress(LitpostError, OSError):  # what has come is told of
                self._take_back()
            raise

    def begin(self, traces: Mapping[str, Trace], is_certain: bool) -> None:
        """Render the post as it will be if the steps don't come to show something else.

        `is_certain` says that they won't.
        """
        self._begun, changed = None, dict[str, bytes]()
        with contextlib.suppress(Exception):  # it will be met again
            files = self._render(traces)
            self._begun = _outputs(traces), files
            if is_certain and self._reader:
                with locked(self._project.root, waits=False):
                    changed = self._write(files)
        self._tell_of(changed)

    def files(self, traces: Mapping[str, Trace]) -> dict[str, bytes]:
        """Return what the post consists of, but for its manifest: what it points at first.

        Raises
        ------
        SourceError
            It would be wrong.
        """
        if self._begun and self._begun[0] == _outputs(traces):
            return self._begun[1]
        return self._render(traces)

    def finish(self, files: Mapping[str, bytes]) -> bool:
        """Write all files, and remove the figures that are none of the post's any more.

        Returns whether anything was written, now or before.

        Raises
        ------
        LitpostError
            The post was edited by hand, or something can't be written.
        """
        root, place = self._project.root, self._place
        with locked(root):
            figures = {*self._former_figures(), *filter(self._is_figure, self._now)}
            changed = self._write(files)
            has_written, self._now = bool(self._now), {}  # nothing is taken back any more
            kept = {*files, *outputs_of_others(place, root)}
            remove(root, figures - kept)
        self._tell_of(changed.keys() - {place.manifest})
        return has_written

    def _render(self, traces: Mapping[str, Trace]) -> dict[str, bytes]:
        from litpost.renderer import render

        rendered = render(
            self._source, traces, place=self._place, theme=self._theme, project=self._project
        )
        return {
            **rendered.assets,
            f"assets/css/{self._theme.style_sheet}": self._theme.sheet(),
            f"assets/js/{SCRIPT}": (COMMON / SCRIPT).read_bytes(),
            rendered.place.post: rendered.text.encode(),
        }

    def _is_figure(self, path: str) -> bool:
        return path.startswith(f"{self._theme.images_folder}/{self._place.slug}/")

    def _former_figures(self) -> Iterator[str]:
        """Yield the figures of builds before: by the manifest, and by name if it lacks some.

        It does where it was lost, and where a build was killed before it had written one.
        """
        from litpost.images import kept_before

        root, place = self._project.root, self._place
        if manifest := read_manifest(root / place.manifest):
            yield from filter(self._is_figure, manifest.outputs)
        folder = root / self._theme.images_folder / place.slug
        yield from (path.relative_to(root).as_posix() for path in kept_before(folder))

    def _write(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Write the files that differ; return these."""
        root, place = self._project.root, self._place
        if not self._is_forced:
            check_post(root, place.post)
        changed = differing(root, files)
        former = {path: read(root / path) for path in (*changed, place.manifest)}
        self._former = former | self._former
        self._now |= changed
        write(root, changed)
        return changed

    def _take_back(self) -> None:
        """Put the post and its figures back as they were, unless they are somebody else's by now.

        The style sheet and the script stay: they are right for all posts.
        """
        root, place, written = self._project.root, self._place, self._now
        if not written:
            return
        with locked(root):
            post = read(root / place.post), read(root / place.manifest)
            former = self._former.get(place.post), self._former[place.manifest]
            if post not in (former, (written.get(place.post), former[1])):
                return
            mine = {path for path in written if path == place.post or self._is_figure(path)}
            mine -= differing(root, {path: written[path] for path in mine}).keys()
            new = {path for path in mine if self._former[path] is None}
            if mine - new:
                write(root, {path: self._former[path] or b"" for path in mine - new})
            remove(root, new)
            remove_empty(root, {path.rpartition("/")[0] for path in new if self._is_figure(path)})
        self._tell_of(mine)

    def _tell_of(self, changed: Collection[str]) -> None:
        if changed and self._reader:
            self._reader()


def _outputs(traces: Mapping[str, Trace]) -> Outputs:
    return {key: trace.outputs for key, trace in traces.items()}
