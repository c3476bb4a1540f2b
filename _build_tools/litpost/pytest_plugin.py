"""Sources as tests: ``pytest --litpost``.

Every cell that runs is a test, and so is every post: that it still is what its source comes to.
Nothing of litpost is imported unless that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from litpost.project import Project
    from litpost.reports import PostReport
    from litpost.source import Cell


ACCEPTED = "litpost accepted"
"""The name under which a test's report tells what was accepted, also from another process."""


class Stop(Exception):  # noqa: N818
    """A test of a source failed; its message says where."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("litpost", "literate posts")
    group.addoption("--litpost", action="store_true", help="test sources: their cells, their posts")
    group.addoption(
        "--litpost-update",
        action="store_true",
        help="accept new outputs: write the posts, and what was found behind `# =>`",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Look for sources where no files were named."""
    if _looks_itself(config):
        folder = config.rootpath / "_literate"
        if folder.is_dir() and config.args != [str(config.rootpath)]:
            config.args.append(str(folder))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect sources."""
    if not _is_wanted(parent.config) or file_path.suffix not in (".md", ".markdown"):
        return None
    from litpost.project import find_project

    root = _root_of(file_path)
    if root is None:
        return None
    project = find_project(root)
    if file_path.relative_to(project.root).as_posix() not in project.sources()[0]:
        return None
    file: pytest.Collector = SourceFile.from_parent(parent, path=file_path)
    return file


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """List what was written to accept new outputs; say so if there are no sources."""
    folder = config.rootpath / "_literate"
    if _looks_itself(config) and not any(folder.glob("*.m*d*")):
        terminalreporter.line(f'litpost: no sources in {folder}; `litpost new "Title"` begins one')
    reports = [report for each in terminalreporter.stats.values() for report in each]
    told = {
        text: None
        for report in reports
        for name, text in getattr(report, "user_properties", ())
        if name == ACCEPTED
    }
    if told:
        terminalreporter.section("litpost: accepted")
        for text in told:
            terminalreporter.line(text)


def _root_of(file: Path) -> Path | None:
    """Return the folder of the blog that a file is a source of, if it lies where sources lie."""
    folders = (each for each in file.parents[:2] if each.name == "_literate")
    return next((folder.parent for folder in folders), None)


def _looks_itself(config: pytest.Config) -> bool:
    """Say whether sources are to be found where no files were named."""
    return _is_wanted(config) and config.args_source is not pytest.Config.ArgsSource.ARGS


def _is_wanted(config: pytest.Config) -> bool:
    return bool(config.getoption("--litpost") or config.getoption("--litpost-update"))


class SourceFile(pytest.File):
    """A source: the tests of its cells and of its post. It is built once, when the first runs."""

    accepted: Sequence[str] = ()
    """What was written to accept new outputs, a sentence each."""

    @cached_property
    def project(self) -> Project:
        """The blog."""
        from litpost.project import find_project

        return find_project(_root_of(self.path))

    @property
    def source(self) -> str:
        """The path of the source."""
        return self.path.relative_to(self.project.root).as_posix()

    @cached_property
    def report(self) -> PostReport:
        """What a build comes to; it writes only if new outputs are to be accepted."""
        from litpost import builder
        from litpost.acceptance import build_accepting
        from litpost.project import STORE
        from litpost.receipts import Receipts
        from litpost.store import Store

        store = Store(self.project.root / STORE)
        try:
            receipt = Receipts(self.project, store).of(self.source)
            current = receipt and receipt.current()
        finally:
            store.close()
        if current:
            return current
        if not self.config.getoption("--litpost-update"):
            return builder.build(self.source, self.project, dry=True)
        report, self.accepted = build_accepting(self.source, self.project)
        return report

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the tests; one that says so where the source can't be read."""
        from litpost import builder
        from litpost.errors import LitpostError
        from litpost.project import TEMPLATES
        from litpost.source import Cell
        from litpost.theme import load_theme

        theme = load_theme(self.project.theme, self.project.root / TEMPLATES)
        try:
            source = builder.read(self.source, self.project, theme)
        except LitpostError as error:
            yield self._grouped(PostItem.from_parent(self, name="post", wrong=str(error)))
            return
        steps = list(source.steps())
        for number, step in enumerate(steps):
            # What a translation doesn't take is tested with its original.
            if not isinstance(step, Cell) or source.path_of(step) != self.source:
                continue
            name = step.options.label or f"line {step.line}"
            before = [other.key for other in steps[:number]]
            yield self._grouped(CellItem.from_parent(self, name=name, cell=step, before=before))
        yield self._grouped(PostItem.from_parent(self, name="post"))

    def _grouped(self, item: pytest.Item) -> pytest.Item:
        """Keep the tests of a source in one worker, where there are several."""
        if self.config.pluginmanager.hasplugin("xdist"):
            item.add_marker(pytest.mark.xdist_group(f"litpost {self.source}"))
        return item


class SourceItem(pytest.Item):
    """A test of a source."""

    parent: SourceFile

    def runtest(self) -> None:
        """Fail if there is something wrong, and note what was accepted for the summary."""
        report = self.parent.report
        self.user_properties += [(ACCEPTED, told) for told in self.parent.accepted]
        self.parent.accepted = ()
        self.judge(report)

    def judge(self, report: PostReport) -> None:
        """Fail if what a build came to is wrong."""
        raise NotImplementedError

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """Show litpost's own message, which points into the source."""
        if isinstance(excinfo.value, Stop):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args)


class CellItem(SourceItem):
    """A cell runs, and what it asserts and expects is true."""

    def __init__(self, *, cell: Cell, before: list[str], **rest: Any) -> None:
        super().__init__(**rest)
        self._cell, self._before = cell, before

    def judge(self, report: PostReport) -> None:
        """Fail if the cell fails; skip it if the build ended before it."""
        if report.failed == self._cell.key:
            raise Stop(report.message)
        if report.failed in self._before:
            pytest.skip("not run: a cell before it failed")

    def reportinfo(self) -> tuple[Path, int, str]:
        """Tell where the cell stands."""
        return self.path, self._cell.line - 1, self.name


class PostItem(SourceItem):
    """The post is what its source comes to."""

    def __init__(self, *, wrong: str = "", **rest: Any) -> None:
        super().__init__(**rest)
        self._wrong = wrong

    def runtest(self) -> None:
        """Fail if the source can't be read, or as other tests do."""
        if self._wrong:
            raise Stop(self._wrong)
        super().runtest()

    def judge(self, report: PostReport) -> None:
        """Fail if it isn't, with the differences, or if the source can't be built."""
        if report.status == "failed":
            is_told = report.failed and any(
                isinstance(item, CellItem) and item._cell.key == report.failed
                for item in self.session.items if item.parent is self.parent
            )  # fmt: skip
            if is_told:
                pytest.skip("not written: a cell failed")
            raise Stop(report.message)
        if report.status == "stale":
            raise Stop(
                f"{report.source}:1: {report.post} isn't what this source comes to; "
                f"`litpost build` writes it, or --litpost-update here\n{self._shown(report.diff)}"
            )

    def _shown(self, diff: str) -> str:
        from litpost.terminal import coloured

        return coloured(diff) if self.config.get_terminal_writer().hasmarkup else diff

    def reportinfo(self) -> tuple[Path, int, str]:
        """Tell which source it is."""
        return self.path, 0, f"{self.path.name}: post"
