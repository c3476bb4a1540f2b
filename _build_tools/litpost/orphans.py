"""What is left of sources that are gone: posts, figures and manifests, and which of it may go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from litpost.project import MANIFESTS, SOURCES, Place, Project, is_source

SUFFIXES = (".md", ".markdown")


@dataclass(frozen=True)
class Orphan:
    """A manifest whose source is gone.

    `place` is that of the source; `is_edited` says that somebody has written in its post since.
    """

    place: Place
    is_edited: bool

    @property
    def message(self) -> str:
        """Say what is left, and how it goes."""
        told = f"{self.place.post}: was made from {self.place.source}, which is gone"
        if not self.is_edited:
            return f"{told}; `litpost gc` removes it, or give that back its name"
        return (
            f"{told}, and was edited by hand: it stays. Delete it, and `litpost gc` removes the "
            f"rest, or delete {self.place.manifest} to keep it as a post like any other"
        )


def find_orphans(project: Project) -> list[Orphan]:
    """Find the manifests whose sources are gone."""
    folder = project.root / MANIFESTS
    files = sorted(folder.rglob("*.json"))
    names = [file.relative_to(folder).with_suffix(".md").as_posix() for file in files]
    places = [Place.of(f"{SOURCES}/{name}") for name in names if is_source(name)]
    return [
        Orphan(place, _is_edited(project.root / place.post))
        for place in places
        if not _is_there(project.root, place)
    ]


def _is_there(root: Path, place: Place) -> bool:
    return any((root / place.source).with_suffix(suffix).is_file() for suffix in SUFFIXES)


def _is_edited(post: Path) -> bool:
    from litpost.signature import is_signed

    return post.is_file() and not is_signed(post.read_bytes().decode("utf-8", "replace"))


def removable(orphans: list[Orphan], project: Project) -> Iterator[str]:
    """Yield the files that orphans have left, but for those that are anybody else's.

    These are edited posts with all that they show, what another manifest lists, figures that
    aren't as they were drawn, and files that all posts share.
    """
    from litpost.manifest import read_manifest
    from litpost.source import digest

    going = {orphan.place.manifest: orphan.place for orphan in orphans if not orphan.is_edited}
    manifests = {
        file.relative_to(project.root).as_posix(): read_manifest(file)
        for file in sorted((project.root / MANIFESTS).rglob("*.json"))
    }
    kept = {
        path
        for name, manifest in manifests.items()
        if manifest and name not in going
        for path in manifest.outputs
    }
    for name, place in going.items():
        if place.post not in kept and (project.root / place.post).is_file():
            yield place.post
        manifest = manifests[name]
        for path, known in (manifest.outputs if manifest else {}).items():
            file = project.root / path
            is_figure = file.parent.name == place.slug and path not in kept
            if is_figure and file.is_file() and digest(file.read_bytes()) == known:
                yield path
        yield name
