"""A clean build in a scratch folder, beside what is committed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from litpost import builder
from litpost.errors import LitpostError
from litpost.manifest import read_manifest
from litpost.progress import Progress
from litpost.project import Place, Project
from litpost.reports import PostReport

_PASSED_OVER = shutil.ignore_patterns(
    ".git", ".litpost", ".venv*", "_site", ".jekyll-cache", "node_modules", "__pycache__"
)


def verify(
    sources: Sequence[str], project: Project, *, progress: Callable[[str], Progress]
) -> Iterator[PostReport]:
    """Build sources from nothing, and say which of their files differ from those in the project.

    Parameters
    ----------
    sources
        Their paths from the root.
    progress
        Returns what shows which cell of a source runs.

    Yields
    ------
    PostReport
        ``current``, or ``stale`` with the differences, or ``failed``.
    """
    with tempfile.TemporaryDirectory(prefix="litpost-") as scratch:
        root = Path(scratch).resolve() / project.root.name
        shutil.copytree(project.root, root, ignore=_ignored, symlinks=True)
        clean = replace(project, root=root)
        for path in sources:
            with progress(path) as shown:
                report = _verify(path, project, clean, shown.step)
            yield report


def _ignored(folder: str, names: list[str]) -> set[str]:
    """Pass over what isn't the blog's own, virtual environments among it."""
    environments = {n for n in names if (Path(folder) / n / "pyvenv.cfg").is_file()}
    return set(_PASSED_OVER(folder, names)) | environments


def _verify(path: str, project: Project, clean: Project, report: builder.Report) -> PostReport:
    place = Place.of(path)
    manifest = read_manifest(project.root / place.manifest)
    known = set(manifest.outputs) if manifest else set()
    for name in {*known, place.post, place.manifest}:
        (clean.root / name).unlink(missing_ok=True)
    built = builder.build(path, clean, force=True, uses_store=False, report=report)
    if built.status == "failed":
        return built
    made = read_manifest(clean.root / place.manifest)
    if made is None:
        raise LitpostError(f"{place.manifest}: the clean build wrote no manifest")
    names = sorted({*known, *made.outputs, place.manifest})
    differ = [name for name in names if _read(project.root / name) != _read(clean.root / name)]
    diff = "".join(builder.diffs(project.root, {n: _read(clean.root / n) or b"" for n in differ}))
    message = f"{path}: a clean build differs in {', '.join(differ)}" if differ else ""
    status = "stale" if differ else "current"
    return PostReport(path, place.post, status, message, diff, built.cells)


def _read(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
