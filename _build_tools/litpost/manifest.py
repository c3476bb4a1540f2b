"""The sidecar of a post: digests and versions of all that it was made of and of all it consists of.

It is committed beside the post, so that anyone can tell whether the post is current without the
libraries that its cells need.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from litpost import __version__
from litpost.project import MANIFESTS, TEMPLATES, Place, Project
from litpost.source import Snippet, Source, digest
from litpost.trace import Reads
from litpost.world import listing

FORMAT = 2


@dataclass(frozen=True)
class Manifest:
    """What a post was made of, and what it consists of.

    All mappings go from a path from the root to a SHA-256 (nothing where a cell has looked for a
    file that isn't there), but for `versions`, which goes from
    distributions to their versions, and `settings`, the project's settings that a post shows.
    """

    source: Mapping[str, str]
    modules: Mapping[str, str]
    files: Mapping[str, str | None]
    folders: Mapping[str, str | None]
    templates: Mapping[str, str]
    versions: Mapping[str, str]
    settings: Mapping[str, str]
    outputs: Mapping[str, str]

    def as_json(self) -> bytes:
        """Write the manifest."""
        data = {"format": FORMAT, **asdict(self)}
        return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def make_manifest(
    source: Source, project: Project, reads: Reads, outputs: Mapping[str, bytes]
) -> Manifest:
    """Record a build of a source that read `reads` and writes `outputs`."""
    shown = {block.path for block in source.blocks if isinstance(block, Snippet)}
    files = {path: digest((project.root / path).read_bytes()) for path in sorted(shown)}
    return Manifest(
        source={each.path: digest(each.text) for each in (source, source.original) if each},
        modules=reads.modules,
        files={**reads.files, **files},
        folders=reads.folders,
        templates=_templates(project.root),
        versions={**reads.versions, **_own_versions()},
        settings=_settings(project),
        outputs={path: digest(data) for path, data in sorted(outputs.items())},
    )


def read_manifest(file: Path) -> Manifest | None:
    """Read a manifest, or nothing where there is none that this litpost understands."""
    try:
        data = json.loads(file.read_bytes())
        return Manifest(**data) if data.pop("format") == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def outputs_of_others(place: Place, root: Path) -> Iterator[str]:
    """Yield what other posts of the same slug consist of: translations share figures."""
    for file in (root / MANIFESTS).rglob(f"*-{place.slug}.json"):
        manifest = read_manifest(file) if file != root / place.manifest else None
        if manifest:
            yield from manifest.outputs


def staleness(manifest: Manifest, project: Project) -> Iterator[str]:
    """Say what has changed since a post was built, one sentence each.

    Distributions that aren't installed here are passed over: a post can be checked without them.
    """
    root = project.root
    for kind in ("source", "modules", "files"):
        for path, known in getattr(manifest, kind).items():
            if (found := _digest(root / path)) != known:
                yield f"{path} {'is gone' if not found else 'was changed' if known else 'is new'}"
    for path, known in manifest.folders.items():
        if listing(str(root / path)) != known:
            yield f"there is something else in {path}/"
    if _templates(root) != manifest.templates:
        yield f"the templates in {TEMPLATES}/ were changed"
    for name, known in manifest.versions.items():
        found = _own_versions().get(name) or _installed(name)
        if found and found != known:
            yield f"{name} is {found}, was {known}"
    for name, known in manifest.settings.items():
        if (found := _settings(project).get(name)) != known:
            yield f"the setting `{name}` is {found!r}, was {known!r}"
    for path, known in manifest.outputs.items():
        if (found := _digest(root / path)) != known:
            yield f"{path} {'is not what was built' if found else 'is missing'}"


def _digest(file: Path) -> str | None:
    try:
        return digest(file.read_bytes())
    except OSError:
        return None


def _templates(root: Path) -> dict[str, str]:
    files = sorted(file for file in (root / TEMPLATES).rglob("*") if file.is_file())
    return {file.relative_to(root).as_posix(): digest(file.read_bytes()) for file in files}


def _own_versions() -> dict[str, str]:
    return {"litpost": __version__, "Python": f"{sys.version_info.major}.{sys.version_info.minor}"}


def _settings(project: Project) -> dict[str, str]:
    return {
        "theme": project.theme, "repository": project.repository, "language": project.language,
    }  # fmt: skip


def _installed(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version  # takes as long as many a build

    try:
        return version(name)
    except PackageNotFoundError:
        return None
