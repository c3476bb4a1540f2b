"""A blog in a temporary folder, for tests."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from litpost import builder
from litpost.project import Project, find_project

HEADER = "---\ntitle: A title\n---\n\n<!-- outline-start -->\nSummary.\n<!-- outline-end -->\n\n"
SOURCE = "_literate/2024-01-02-try.md"
POST = "_posts/2024-01-02-try.md"
MANIFEST = "_literate/.manifest/2024-01-02-try.json"
FIGURES = "assets/img/posts/try"


@dataclass(frozen=True)
class Blog:
    """A blog with one source, `SOURCE`."""

    root: Path

    def write(self, path: str, text: str) -> None:
        """Write a file of the blog."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def source(self, body: str, *, header: str = HEADER) -> None:
        """Write the source."""
        self.write(SOURCE, header + body)

    def read(self, path: str = POST) -> str:
        """Read a file of the blog."""
        return (self.root / path).read_text(encoding="utf-8")

    def body(self) -> str:
        """Return the post's text between the links of the style sheet and the script."""
        text = self.read().partition('relative_url }}">\n')[2]
        return text.rpartition("<script ")[0].strip("\n")

    @property
    def project(self) -> Project:
        """The blog as litpost sees it."""
        return find_project(self.root)

    def build(self, body: str | None = None, *, header: str = HEADER, force: bool = False) -> None:
        """Build the source; it must succeed."""
        report = self.try_build(body, header=header, force=force)
        assert report.status in ("written", "unchanged"), report.message

    def try_build(
        self, body: str | None = None, *, header: str = HEADER, force: bool = False
    ) -> builder.PostReport:
        """Build the source; return the report."""
        if body is not None:
            self.source(body, header=header)
        return builder.build(SOURCE, self.project, force=force)

    def shown(self, body: str) -> str:
        """Build a body; return the post's."""
        self.build(body)
        return self.body()

    def failure(self, body: str, *, header: str = HEADER) -> str:
        """Build a body that is wrong; return the message."""
        report = self.try_build(body, header=header)
        assert report.status == "failed", report
        return report.message

    def litpost(
        self, *arguments: str, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command line in the blog."""
        return subprocess.run(
            [sys.executable, "-m", "litpost", *arguments],
            cwd=self.root, capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip

    def image(self, name: str, suffix: str = "svg") -> str:
        """Return the path of an image whose name is followed by a digest."""
        [file] = (self.root / FIGURES).glob(f"{name}-????????.{suffix}")
        return file.relative_to(self.root).as_posix()

    def manifest(self) -> dict[str, dict[str, str]]:
        """Read the manifest."""
        manifest: dict[str, dict[str, str]] = json.loads(self.read(MANIFEST))
        return manifest

    def files(self) -> dict[str, bytes]:
        """Return all files that a build writes."""
        return {
            file.relative_to(self.root).as_posix(): file.read_bytes()
            for folder in ("_posts", "assets", "_literate/.manifest")
            for file in sorted((self.root / folder).rglob("*"))
            if file.is_file()
        }


def cell(code: str, *options: str) -> str:
    """Write a cell."""
    lines = [*(f"#| {option}" for option in options), code]
    return "```{python}\n" + "\n".join(lines) + "\n```\n"
