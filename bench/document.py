"""A document that every tool builds: cells and prose, defined once."""

from __future__ import annotations

from dataclasses import dataclass, replace

PROSE, LAST, MODULE = "PROSE_REVISION", "LAST_REVISION", "MODULE_REVISION"


@dataclass(frozen=True)
class Cell:
    """A piece of code and the prose above it.

    Attributes
    ----------
    label
        Names the cell and its figure's file.
    prose
        One paragraph.
    code
        Python, the same for every tool; what it shows in text, it prints.
    reads
        Labels of the cells whose variables it reads.
    figure
        What its figure shows; nothing if it draws none.
    """

    label: str
    prose: str
    code: str
    reads: tuple[str, ...] = ()
    figure: str = ""

    @property
    def lines(self) -> str:
        """The code without blank lines at its ends."""
        return self.code.strip("\n")


@dataclass(frozen=True)
class Revision:
    """How often each part of a document has been edited."""

    prose: int = 0
    last: int = 0
    module: int = 0


@dataclass(frozen=True)
class Document:
    """Cells, and the files that they read.

    The words `PROSE_REVISION`, `LAST_REVISION` and `MODULE_REVISION` in its texts stand for
    numbers: `at` fills them in, and so makes an edit.

    Attributes
    ----------
    name
        Names the document's files; not like a module that it imports, or Python would import it.
    title
        Its heading.
    cells
        In the order in which they run.
    files
        Text of every other file by path: local modules and data.
    """

    name: str
    title: str
    cells: tuple[Cell, ...]
    files: tuple[tuple[str, str], ...] = ()

    def at(self, revision: Revision) -> Document:
        """Return the document as it is after these edits."""

        def edit(text: str) -> str:
            text = text.replace(PROSE, str(revision.prose))
            return text.replace(LAST, str(revision.last)).replace(MODULE, str(revision.module))

        return replace(
            self,
            cells=tuple(
                replace(cell, prose=edit(cell.prose), code=edit(cell.code)) for cell in self.cells
            ),
            files=tuple((path, edit(text)) for path, text in self.files),
        )

    def slice(self, label: str) -> Document:
        """Return the document with that cell and those that it reads, directly or through others.

        Raises
        ------
        KeyError
            A cell reads one that doesn't stand above it.
        """
        by_label = {cell.label: cell for cell in self.cells}
        wanted = [label]
        for name in wanted:
            wanted += [read for read in by_label[name].reads if read not in wanted]
        return replace(self, cells=tuple(cell for cell in self.cells if cell.label in wanted))
