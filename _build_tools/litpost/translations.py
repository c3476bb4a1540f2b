"""Translations: a source in another language that takes the cells of its original by their labels.

The program is the original's: all its cells run for a translation, too, in their order. A cell that
the translation takes (``#| use: label``) shows there what it shows, under captions of the
translation's own; one that it doesn't take runs, unseen, right after the one before it. Inline
values, and cells with code, are the translation's own and run where they stand.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from litpost.errors import LitpostError, Problem, SourceError, nearest
from litpost.languages import LISTED
from litpost.project import SOURCES, Place, Project
from litpost.source import Block, Cell, Source, Value, digest

OWN_OPTIONS = frozenset(
    """use echo output include fig-cap fig-alt tbl-cap lst-cap out-width highlight fold
    link""".split()
)
OWN_SETTINGS = frozenset(("original", "revision", "math"))


def translate(source: Source, original: Source) -> Source:
    """Put the original's cells into a translation.

    Parameters
    ----------
    source
        The translation, as it was parsed.
    original
        The source that it names as its original, as it was parsed.

    Raises
    ------
    SourceError
        The translation takes a cell that isn't there, or in another order, or sets what only the
        original can.
    """
    translation = _Translation(source, original)
    blocks = tuple(translation.blocks())
    problems = [*translation.problems, *_check_header(source, original)]
    if problems:
        raise SourceError(problems)
    header = source.front_matter
    own = {name: value for name, value in header.settings.items() if name in OWN_SETTINGS}
    settings = {**original.front_matter.settings, **own}
    values = {**header.values, "lng_pair": pair} if (pair := _pair(original)) else header.values
    front_matter = replace(header, settings=settings, values=values)
    warnings = (*translation.lacks(), *_outdated(source, original))
    return replace(
        source, blocks=blocks, front_matter=front_matter, original=original, warnings=warnings
    )


def check_language(source: Source, project: Project) -> None:
    """Check that the site has the language of a source's folder.

    Raises
    ------
    LitpostError
        It hasn't, or it is that of the sources that lie in no folder.
    """
    language = Place.of(source.path).language
    if language == project.language:
        raise LitpostError(
            f"{source.path}: `{language}` is the blog's own language; its sources lie in {SOURCES}/"
        )
    if language and project.languages and language not in project.languages:
        known = ", ".join(project.languages)
        raise LitpostError(
            f"{source.path}: the site has no language `{language}`; "
            f"`{LISTED}` in its settings has {known}"
        )


def original_path(name: str, source: Source, project: Project) -> str:
    """Find the source that a translation names as its original.

    Raises
    ------
    SourceError
        There is none of that name, or it is of the same language.
    """
    path = f"{SOURCES}/{name.removeprefix(f'{SOURCES}/')}"
    at = source.front_matter.lines.get("litpost", 1)
    sources, _ = project.sources()
    if path not in sources:
        others = [other.removeprefix(f"{SOURCES}/") for other in sources if other != source.path]
        message = f"`original: {name}`: no such source; {nearest(name, others)}"
        raise SourceError([Problem(source.path, at, message)])
    if project.language_of(path) == project.language_of(source.path):
        message = (
            f"`original: {name}` is of the same language; "
            f"a translation lies in {SOURCES}/<language>/"
        )
        raise SourceError([Problem(source.path, at, message)])
    return path


def check_untranslated(source: Source) -> Iterator[Problem]:
    """Check that a source without an original takes no cell from one."""
    for cell in source.cells():
        if cell.options.use:
            message = (
                f"`use: {cell.options.use}` takes a cell of the original, and this source names "
                "none; name it in the header, `litpost: {original: YYYY-MM-DD-slug.md}`"
            )
            yield Problem(source.path, cell.line, message)


def revision(source: Source) -> str:
    """Return a digest of all that a translator has to translate: of words, not of code or layout.

    >>> from litpost.source import FrontMatter, Prose
    >>> one, other = (
    ...     Source("a.md", text, FrontMatter({}, {}, {}), (Prose(text, 1),))
    ...     for text in ("Two words.", "Two  words.")
    ... )
    >>> revision(one) == revision(other)
    True
    """
    told = [*_words(source.front_matter.values)]
    for block in source.blocks:
        if isinstance(block, Cell):
            told.append(block.options.label or "")
            for text in (block.caption, block.alt, block.table_caption, block.listing_caption):
                told += _words(text)
        else:
            names = ("text", "expression", "anchor")
            told += [str(getattr(block, name)) for name in names if hasattr(block, name)]
    return digest("\0".join(" ".join(text.split()) for text in told))[:8]


def _words(value: Any) -> Iterator[str]:
    """Yield the texts in a caption, or in a value of the header."""
    if isinstance(value, Value):
        yield value.expression
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _words(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _words(item)
    else:
        yield str(value)


@dataclass
class _Translation:
    """The blocks of a translation in the making."""

    source: Source
    original: Source
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._cells: Sequence[Cell] = tuple(self.original.cells())
        self._keys = {cell.key for cell in self._cells}
        self._taken: dict[str, Cell] = {}
        self._wanted = {cell.options.use for cell in self.source.cells() if cell.options.use}

    def blocks(self) -> Iterator[Block]:
        """Yield the translation's own blocks, the original's cells among them."""
        done = yield from self._unseen(0)
        for block in self.source.blocks:
            if not isinstance(block, Cell):
                yield block
            elif not block.options.use:
                yield self._own(block)
            elif (place := self._place(block, done)) is not None:
                yield self._borrowed(block, self._cells[place])
                done = yield from self._unseen(place + 1)

    def lacks(self) -> Iterator[Problem]:
        """Yield what the original shows and the translation doesn't."""
        for cell in self._cells:
            options = cell.options
            if options.label in self._wanted or not options.include:
                continue
            if not (options.echo or options.output):
                continue
            what = f"`{options.label}`" if options.label else "a cell without a label"
            where = f"{self.original.path}:{cell.line}"
            message = f"this translation lacks {what} of its original ({where})"
            yield Problem(self.source.path, 1, message)

    def _unseen(self, start: int) -> Generator[Block, None, int]:
        """Yield the cells from one on that aren't taken; return which comes after them."""
        for place in range(start, len(self._cells)):
            cell = self._cells[place]
            if cell.options.label and cell.options.label in self._wanted:
                return place
            if cell.options.eval and not cell.options.source:
                options = replace(cell.options, include=False)
                yield replace(cell, options=options, caption=(), alt=(), table_caption=(),
                              listing_caption=(), home=self.original.path)  # fmt: skip
        return len(self._cells)

    def _place(self, cell: Cell, done: int) -> int | None:
        """Find the cell that is taken; complain if it can't be taken here."""
        label = cell.options.use or ""
        labels = [each.options.label or "" for each in self._cells]
        if label not in labels:
            hint = nearest(label, filter(None, labels))
            self._complain(cell, f"`use: {label}`: no cell of {self.original.path} has that "
                                 f"label; {hint}")  # fmt: skip
            return None
        if label in self._taken:
            line = self._taken[label].line
            self._complain(cell, f"`use: {label}`: that cell is taken already, in line {line}")
            return None
        self._taken[label] = cell
        if (place := labels.index(label)) < done:
            last = labels[done - 1]
            message = (
                f"`use: {label}` stands behind `use: {last}`; the original has them the other way "
                "round, and they run in its order"
            )
            self._complain(cell, message)
            return None
        return place

    def _borrowed(self, cell: Cell, taken: Cell) -> Cell:
        """Return a cell of the original, with what the translation says of its looks."""
        for name in sorted(cell.given - OWN_OPTIONS):
            self._complain(cell, f"`#| {name}:` beside `use:`; that is the original's to say")
        own = {
            name: getattr(cell.options, name.replace("-", "_")) for name in cell.given & OWN_OPTIONS
        }
        options = {name.replace("-", "_"): value for name, value in own.items()}
        return replace(
            cell,
            code=taken.code,
            options=replace(taken.options, **options),
            key=taken.key,
            code_line=taken.code_line,
            home=self.original.path,
        )

    def _own(self, cell: Cell) -> Cell:
        """Return a cell of the translation's own, under a key that no other has."""
        if cell.key not in self._keys:
            return cell
        if cell.options.label:
            message = f"label `{cell.options.label}` is taken by a cell of the original"
            self._complain(cell, message)
        keys = (f"{cell.key}-own-{number}" for number in count(1))
        return replace(cell, key=next(key for key in keys if key not in self._keys))

    def _complain(self, cell: Cell, message: str) -> None:
        self.problems.append(Problem(self.source.path, cell.line, message))


def _pair(original: Source) -> Any:
    return original.front_matter.values.get("lng_pair")


def _check_header(source: Source, original: Source) -> Iterator[Problem]:
    header = source.front_matter
    at = header.lines.get("litpost", 1)
    for name in header.settings:
        if name not in OWN_SETTINGS:
            message = f"`litpost: {name}` in a translation; that is the original's to say"
            yield Problem(source.path, at, message)
    if original.front_matter.settings.get("original"):
        message = f"{original.path} is a translation, too; name its original"
        yield Problem(source.path, at, message)
    pair = _pair(original) or Place.of(original.path).slug
    if (own := header.values.get("lng_pair", pair)) != pair:
        message = f"`lng_pair: {own}`: a translation has that of its original, `{pair}`"
        yield Problem(source.path, header.lines["lng_pair"], message)


def _outdated(source: Source, original: Source) -> Iterator[Problem]:
    """Say if the original's words aren't those that were translated."""
    now, known = revision(original), source.front_matter.settings.get("revision")
    at = source.front_matter.lines.get("litpost", 1)
    if known is None:
        message = (
            f'say which text this translates, so that a newer one is noticed: `revision: "{now}"` '
            "below `litpost:`"
        )
        yield Problem(source.path, at, message)
    elif known != now:
        message = (
            f"the text of {original.path} isn't the one that this translates; when it is "
            f'translated, write `revision: "{now}"`'
        )
        yield Problem(source.path, at, message)
