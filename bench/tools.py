"""The tools that are compared: litpost, its peers, and plain Python."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bench import dialects
from bench.dialects import Files
from bench.document import Document

REPOSITORY = Path(__file__).resolve().parents[1]
OWN = REPOSITORY / ".venv" / "bin"
PEERS = REPOSITORY / ".venv-bench" / "bin"


@dataclass(frozen=True)
class Tool:
    """Something that runs documents and shows what they do.

    Attributes
    ----------
    name
        What it is called in tables.
    folder
        Where its programs lie.
    distributions
        What its version depends on.
    write
        Writes a document in its notation.
    command
        Returns the command that builds documents by their names.
    page
        Path of a document's result; `{name}` stands for its name. Nothing: it is printed.
    figures
        Pattern of the figures' paths. Nothing: they stand in the page.
    settings
        Files that a project needs besides its documents.
    caches
        Whether a second build can be faster than the first.
    """

    name: str
    folder: Path
    distributions: tuple[str, ...]
    write: Callable[[Document], Files]
    command: Callable[[list[str]], list[str]]
    page: str = ""
    figures: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    caches: bool = False

    def files(self, documents: Iterable[Document]) -> Files:
        """Write a project with these documents."""
        files = dict(self.settings)
        for document in documents:
            files |= self.write(document)
        return files

    def arguments(self, documents: Iterable[Document]) -> list[str]:
        """Return the command that builds these documents, run in the project's folder."""
        program, *rest = self.command([document.name for document in documents])
        return [str(self.folder / program), *rest]

    def environment(self) -> dict[str, str]:
        """Return this process' environment, with the tool's programs first on the path.

        The project's folder is on Python's path, as if its virtual environment knew it: without
        that, codebraid and MkDocs don't find the author's module.
        """
        path = os.pathsep.join([str(self.folder), os.environ.get("PATH", os.defpath)])
        return {**os.environ, "PATH": path, "PYTHONPATH": "."}

    def shown(self, folder: Path, document: Document, *, printed: str) -> str:
        """Return a document's result without tags, and blanks as one.

        Raises
        ------
        OSError
            There is none.
        """
        return plain_text(self._result(folder, document, printed=printed))

    def count_figures(self, folder: Path, document: Document, *, printed: str) -> int:
        """Count the figures that belong to a document's result."""
        if self.figures:
            return len(list(folder.glob(self.figures.format(name=document.name))))
        return self._result(folder, document, printed=printed).count("<svg")

    def _result(self, folder: Path, document: Document, *, printed: str) -> str:
        if not self.page:
            return printed
        return (folder / self.page.format(name=document.name)).read_text(encoding="utf-8")


def plain_text(page: str) -> str:
    """Return a page without tags and entities, every run of blanks as one."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", page)).split())


def _sphinx_settings() -> tuple[tuple[str, str], ...]:
    return (
        (
            "conf.py",
            'extensions = ["myst_nb"]\n'
            'nb_execution_mode = "cache"\n'
            'exclude_patterns = ["_build"]\n',  # or the executed notebooks there are sources
        ),
        ("index.md", "# Documents\n\n```{toctree}\n:glob:\n\n*\n```\n"),
    )


FLOOR = Tool(
    name="python",
    folder=OWN,
    distributions=("numpy", "matplotlib", "tensorflow-cpu"),
    write=dialects.write_script,
    command=lambda names: ["python", *(f"{name}.py" for name in names)],
    figures="*.svg",
)

LITPOST = Tool(
    name="litpost",
    folder=OWN,
    distributions=("litpost", "ipython"),
    write=dialects.write_litpost,
    command=lambda _: ["litpost", "build"],
    page=f"_posts/{dialects.DAY}-{{name}}.md",
    figures="assets/img/posts/{name}/*.dark.svg",  # each has a light twin
    settings=(("_config.yml", "title: Bench\n"),),
    caches=True,
)

NBCONVERT = Tool(
    name="nbconvert",
    folder=PEERS,
    distributions=("nbconvert", "nbclient", "ipykernel"),
    write=dialects.write_notebook,
    command=lambda names: [
        *("jupyter-nbconvert", "--log-level=ERROR", "--execute", "--to=markdown"),
        *("--output-dir=out", *(f"{name}.ipynb" for name in names)),
    ],
    page="out/{name}.md",
    figures="out/{name}_files/*.svg",
)

MYST_NB = Tool(
    name="MyST-NB",
    folder=PEERS,
    distributions=("myst-nb", "jupyter-cache", "sphinx", "ipykernel"),
    write=dialects.write_myst,
    command=lambda _: ["sphinx-build", "-q", "-b", "html", ".", "_build/html"],
    page="_build/html/{name}.html",
    figures="_build/html/_images/*.svg",
    settings=_sphinx_settings(),
    caches=True,
)

CODEBRAID = Tool(
    name="codebraid",
    folder=PEERS,
    distributions=("codebraid",),
    write=dialects.write_codebraid,
    command=lambda names: [
        *("codebraid", "pandoc", "--from=markdown", "--to=markdown", "--overwrite"),
        *("--output=out.md", *(f"{name}.md" for name in names)),
    ],
    page="out.md",
    figures="*.svg",
    caches=True,
)

MARKDOWN_EXEC = Tool(
    name="markdown-exec",
    folder=PEERS,
    distributions=("markdown-exec", "mkdocs"),
    write=dialects.write_markdown_exec,
    command=lambda _: ["mkdocs", "build", "--quiet"],
    page="site/{name}/index.html",
    settings=(
        (
            "mkdocs.yml",
            "site_name: Bench\n"
            "plugins: [markdown-exec]\n"
            "markdown_extensions: [pymdownx.superfences]\n",
        ),
        ("docs/index.md", "# Documents\n"),
    ),
)

TOOLS = (FLOOR, LITPOST, NBCONVERT, MYST_NB, CODEBRAID, MARKDOWN_EXEC)
