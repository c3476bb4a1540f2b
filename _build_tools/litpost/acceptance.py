"""Accepting what the cells of a source come to: false expectations become what was found."""

from __future__ import annotations

import re
from dataclasses import replace

from litpost import builder
from litpost.project import Project
from litpost.reports import FalseExpectation, PostReport
from litpost.writer import write


def build_accepting(path: str, project: Project) -> tuple[PostReport, list[str]]:
    r"""Build the post of a source, with every false ``# =>`` in it made true.

    A build ends at the first that is false, so that there are as many as false expectations, and
    one. An expectation that is false again, since no two runs agree, stays as it was.

    Returns
    -------
    PostReport
        That of the last build.
    list of str
        What was changed in the source, a sentence each.
    """
    accepted: dict[int, FalseExpectation] = {}
    while True:
        before = (project.root / path).read_bytes()
        report = builder.build(path, project)
        false = report.false
        if false and (project.root / path).read_bytes() != before:
            continue  # somebody else has edited it, or is accepting, too
        if false is None or false.path != path:
            break
        if false.line in accepted:
            former = accepted.pop(false.line)
            _rewrite(project, false.line, path, expected=false.expected, found=former.expected)
            message = f"{report.message}\nno value is true there each time; it stays as it was"
            report = replace(report, message=message)
            break
        if not _rewrite(project, false.line, path, expected=false.expected, found=false.found):
            break
        accepted[false.line] = false
    told = [
        f"{each.path}:{each.line}: `# => {each.expected}` is now `# => {each.found}`"
        for each in accepted.values()
    ]
    if report.status == "written":
        told.append(f"{report.post} was written")
    return report, told


def _rewrite(project: Project, line: int, path: str, *, expected: str, found: str) -> bool:
    """Write another value into a line of a source; say whether it stands there as expected."""
    data = (project.root / path).read_bytes()
    lines = data.split(b"\n")
    pattern = rf"(#\s*=>\s*){re.escape(expected)}(\s*)\Z"
    match = re.search(pattern, text := lines[line - 1].decode())
    if match is None:
        return False
    lines[line - 1] = f"{text[: match.start()]}{match[1]}{found}{match[2]}".encode()
    write(project.root, {path: b"\n".join(lines)})
    return True
