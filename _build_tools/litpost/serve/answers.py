"""What is behind an address: pages of the preview, files of the blog, or the site of Jekyll."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from litpost.project import Project
from litpost.serve import pages
from litpost.site import normal_baseurl


@dataclass(frozen=True)
class Answer:
    """What is sent: bytes of a media type."""

    body: bytes
    type: str = "text/html; charset=utf-8"


class Answers(Protocol):
    """Finds what is behind an address."""

    def find(self, path: str, version: str) -> Answer | None:
        """Return what is at a path, as pages of a version; or nothing where there is nothing."""


class Preview:
    """Pages that litpost makes of the posts; what else they show is files of the blog.

    Parameters
    ----------
    project
        Tells how the blog is set up now.
    """

    def __init__(self, project: Callable[[], Project]) -> None:
        self._project = project

    def find(self, path: str, version: str) -> Answer | None:
        """Return what is at a path."""
        project = self._project()
        sources = {pages.address_of(source): source for source in project.sources()[0]}
        if path in ("/", "/index.html"):
            posts = [pages.read_post(source, project) for source in sources.values()]
            return Answer(pages.fill_index(posts, version).encode())
        if source := sources.get(path.removesuffix(".html").rstrip("/")):
            return Answer(pages.fill_post(pages.read_post(source, project), version).encode())
        address, sheet = pages.style_sheet(project)
        if path == address:
            return Answer(sheet, "text/css; charset=utf-8")
        return read_file(project.root, path)


class Site:
    """Pages that Jekyll has made.

    Parameters
    ----------
    folder
        Where they lie.
    baseurl
        The path that they were made for.
    """

    def __init__(self, folder: Path, baseurl: str) -> None:
        self._folder, self._baseurl = folder, normal_baseurl(baseurl)

    def find(self, path: str, version: str) -> Answer | None:
        """Return what is at a path."""
        if path == self._baseurl or path.startswith(f"{self._baseurl}/"):
            path = path.removeprefix(self._baseurl)
        for name in (path, f"{path.rstrip('/')}.html", f"{path.rstrip('/')}/index.html"):
            answer = read_file(self._folder, name)
            if answer and answer.type.startswith("text/html"):
                return Answer(pages.with_script(answer.body, version), answer.type)
            if answer:
                return answer
        return None


def read_file(folder: Path, path: str) -> Answer | None:
    """Read a file below a folder; hidden ones, and those that Jekyll wouldn't publish, aren't."""
    names = path.strip("/").split("/")
    if "\0" in path or any(name[:1] in ("", ".", "_") for name in names):
        return None
    file = folder.joinpath(*names).resolve()
    if not file.is_relative_to(folder.resolve()):
        return None
    try:
        body = file.read_bytes()
    except OSError:
        return None
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Answer(body, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
