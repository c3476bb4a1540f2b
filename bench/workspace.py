"""Folders in which documents are written, edited and built."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.dialects import Files
from bench.document import Document
from bench.process import Run, RunError, run
from bench.tools import Tool


@dataclass(frozen=True)
class Page:
    """What a build has left of one document.

    Attributes
    ----------
    text
        Its text without tags, every run of blanks as one.
    figures
        How many figures there are.
    """

    text: str
    figures: int

    def missing(self, lines: Sequence[str], figures: int = 0) -> str:
        """Say which of the lines and figures that it should show it doesn't; nothing if none."""
        lost = [line for line in lines if " ".join(line.split()) not in self.text]
        if lost:
            return f"doesn't show `{lost[0]}`"
        if self.figures < figures:
            return f"shows {self.figures} figures instead of {figures}"
        return ""


@dataclass(frozen=True)
class Workspace:
    """A folder with documents of one tool."""

    tool: Tool
    folder: Path

    def write(self, documents: Sequence[Document]) -> None:
        """Write the documents, with as few changes to files as an editor would make."""
        write_files(self.folder, self.tool.files(documents))

    def clear(self) -> None:
        """Delete everything, caches too."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def build(
        self,
        documents: Sequence[Document],
        *,
        options: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        watch: bool = False,
    ) -> Run:
        """Build the documents.

        Raises
        ------
        RunError
            The tool failed.
        """
        command = [*self.tool.arguments(documents), *options]
        environment = {**self.tool.environment(), **(variables or {})}
        return run(command, self.folder, environment, watch=watch)

    def page(self, document: Document, built: Run) -> Page:
        """Return what the build has left of a document.

        Raises
        ------
        RunError
            Nothing.
        """
        try:
            return Page(
                self.tool.shown(self.folder, document, printed=built.stdout),
                self.tool.count_figures(self.folder, document, printed=built.stdout),
            )
        except OSError as error:
            raise RunError(f"left no page: {error}") from error


def write_files(folder: Path, files: Files) -> None:
    """Write the files that differ from what is there.

    Python takes its compiled form of a module for current if the module's size and the second of
    its last change are the same: an edited module is written in a second of its own, as by hand.
    """
    for path, text in files.items():
        file = folder / path
        if file.is_file():
            if file.read_text(encoding="utf-8") == text:
                continue
            while file.suffix == ".py" and int(file.stat().st_mtime) == int(time.time()):
                time.sleep(0.05)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
