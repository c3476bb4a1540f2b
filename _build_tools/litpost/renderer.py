"""From a source and the traces of its steps to the text of the post and the bytes of its images."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from litpost import ansi, liquid
from litpost.checks import check_excerpt, check_header, check_images
from litpost.errors import Problem, SourceError
from litpost.figures import drawn_pngs
from litpost.formulas import FormulaError, mathml
from litpost.header import write_mapping
from litpost.images import Image, ImageError, Images, resized
from litpost.inlines import add_formulas, add_references
from litpost.options import FOLDED
from litpost.places import in_source_lines
from litpost.project import Place, Project
from litpost.references import anchor, check_shown, numbers
from litpost.signature import sign
from litpost.source import (
    Block,
    Cell,
    Formula,
    Prose,
    Reference,
    Snippet,
    Source,
    Text,
    Value,
    Verbatim,
)
from litpost.tables import clean
from litpost.templates import Templates
from litpost.theme import SCRIPT, Theme
from litpost.trace import Output, Trace
from litpost.words import words

_STYLE = re.compile(r"<style scoped>.*?</style>\s*", re.S)
_KRAMDOWN = re.compile(r"[\\`*_{}\[\]<>|#$~\"'^]|-(?=-)|(?<=-)-|\.(?=\.\.)")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


@dataclass(frozen=True)
class Rendered:
    """A post as it goes to the tree: its text, and its images by path from the root."""

    place: Place
    text: str
    assets: Mapping[str, bytes]


def render(
    source: Source, traces: Mapping[str, Trace], *, place: Place, theme: Theme, project: Project
) -> Rendered:
    """Write a post.

    Parameters
    ----------
    source
        What the author wrote.
    traces
        What its steps showed, by key.
    place
        Where the post and its images go.

    Raises
    ------
    SourceError
        The post would be wrong in its theme, or a figure has no alternative text.
    """
    rendering = _Rendering(source, traces, place, theme, project)
    body = "".join(rendering.blocks())
    covers = rendering.covers()
    values = rendering.header(covers)
    problems = [
        *rendering.problems,
        *check_shown(source, rendering.numbers, rendering.anchors),
        *check_header(values, source, theme, complete=True),
        *check_excerpt(body, source, theme),
        *check_images(values, source, theme, made=rendering.images.files.keys(), root=project.root),
    ]
    if problems:
        raise SourceError(problems)
    text = rendering.templates.fill(
        "post",
        source=source.path,
        digest="0" * 64,
        front_matter=write_mapping(values),
        style_sheet=theme.style_sheet,
        script=SCRIPT,
        words=rendering.words,
        outline_end=theme.excerpt.end if theme.excerpt else "",
        body=body.removesuffix("\n"),
    )
    return Rendered(place, sign(text), rendering.images.files)


def render_body(
    source: Source, traces: Mapping[str, Trace], *, place: Place, theme: Theme, project: Project
) -> str:
    """Write only what stands below a post's header, unchecked."""
    return "".join(_Rendering(source, traces, place, theme, project).blocks())


class _Rendering:
    """One post in the making."""

    def __init__(
        self,
        source: Source,
        traces: Mapping[str, Trace],
        place: Place,
        theme: Theme,
        project: Project,
    ) -> None:
        self.source, self.traces, self.place = source, traces, place
        self.theme, self.project = theme, project
        folder = f"{theme.images_folder}/{place.slug}"
        self.images = Images(folder, theme.colours)
        self.problems: list[Problem] = []
        self.numbers = numbers(source)
        self.anchors: set[str] = set()
        self.has_formulas = False
        self.words = words(project.language_of(source.path))
        self._unnamed = 0
        self._with_table: set[str] = set()
        self._line = 1
        self._inline = self._caption_markdown()
        self._cells = {block.key: block for block in source.blocks if isinstance(block, Cell)}
        self.templates = Templates(project.root, theme)

    def blocks(self) -> Iterator[str]:
        """Yield the text of each block of the body."""
        raw, before = False, ""
        for block in self.source.blocks:
            if isinstance(block, Prose):
                raw = liquid.ends_raw(block.text, raw=raw)
            text = self._block(block, raw=raw)
            if isinstance(block, Formula) and block.is_block and not _ends_paragraph(before):
                text = block.indent.rstrip() + "\n" + text
            yield text
            before = text or before

    def _block(self, block: Block, *, raw: bool) -> str:
        match block:
            case Prose():
                return block.text
            case Verbatim():
                return block.text if raw else liquid.escape(block.text)
            case Formula():
                return self._formula(block)
            case Reference():
                return self._reference(block.anchor)
            case Value():
                return self._prose_value(block)
            case Cell():
                return _indent(self._cell(block), block)
            case Snippet():
                return _indent(self._snippet(block), block.cell)

    # Inline values

    def _value(self, value: Value) -> Output:
        return next(out for out in self.traces[value.key].outputs if out.kind == "result")

    def _prose_value(self, value: Value) -> str:
        output = self._value(value)
        if "text/markdown" in output.bundle:
            return liquid.escape(output.bundle["text/markdown"])
        return liquid.escape(_KRAMDOWN.sub(r"\\\g<0>", output.text))

    def _plain(self, text: Text) -> str:
        """Write a text with its values as they are, for alternative text and front matter."""
        return "".join(part if isinstance(part, str) else self._value(part).text for part in text)

    def _caption(self, text: Text, line: int) -> str:
        """Write a caption as HTML: themes don't look for Markdown in it."""
        self._line = line
        markdown = "".join(
            part if isinstance(part, str) else _PUNCTUATION.sub(r"\\\1", self._value(part).text)
            for part in text
        )
        rendered: str = self._inline.renderInline(markdown)
        return liquid.escape(rendered)

    # Formulas and references

    def _formula(self, formula: Formula) -> str:
        number = self._number(formula.label)
        text = self._math(
            formula.latex, display=formula.display, is_block=formula.is_block, id=formula.label,
            number=self.numbers.get(formula.label or "") if number else None,
        )  # fmt: skip
        return _indent(text + "\n", formula) if formula.is_block else text

    def _math(
        self,
        latex: str,
        *,
        display: bool,
        is_block: bool = False,
        is_html: bool = False,
        **values: Any,
    ) -> str:
        converted = mathml(latex, display=display)
        self.has_formulas = True
        text = self.templates.fill(
            "math", latex=latex.strip(), mathml=converted, display=display, is_block=is_block,
            is_html=is_html, **{"id": None, "number": None, **values},
        )  # fmt: skip
        return text.strip("\n")

    def _reference(self, name: str) -> str:
        if name not in self.numbers:
            return f"@{name}"
        kind = name.partition("-")[0]
        text = self.words[kind].format(self.numbers[name])
        return self.templates.fill("reference", id=name, text=text).rstrip("\n")

    def _number(self, name: str | None) -> str:
        """Note that something that may be referred to is shown; return its number in words."""
        if name is None or name not in self.numbers:
            return ""
        self.anchors.add(name)
        return self.words[name.partition("-")[0]].format(self.numbers[name])

    def _caption_markdown(self) -> MarkdownIt:
        markdown = MarkdownIt("commonmark")
        add_references(markdown)
        if self.source.front_matter.settings.get("math", True):
            add_formulas(markdown)

        def formula(renderer: Any, tokens: list[Token], index: int, *rest: Any) -> str:
            token = tokens[index]
            try:
                return self._math(token.content, display=token.meta["display"], is_html=True)
            except FormulaError as error:
                message = f"`{token.content}`: {error.message}"
                self.problems.append(Problem(self.source.path, self._line, message))
                return ""

        def reference(renderer: Any, tokens: list[Token], index: int, *rest: Any) -> str:
            return self._reference(tokens[index].content)

        markdown.add_render_rule("formula", formula)
        markdown.add_render_rule("reference", reference)
        return markdown

    # Cells

    def _cell(self, cell: Cell) -> str:
        options = cell.options
        if not options.include:
            return ""
        parts = []
        if options.echo and cell.code:
            parts.append(
                self._code(cell.code, lines=self._lines(cell, cell.code), **self._listing(cell))
            )
        if options.output and cell.key in self.traces:
            parts += self._outputs(cell)
        return "\n".join(parts)

    def _code(
        self,
        code: str,
        *,
        language: str = "python",
        caption: str = "",
        title: str = "",
        id: str | None = None,
        number: str = "",
        lines: str = "",
    ) -> str:
        return self.templates.fill(
            "code", code=code, language=language, caption=caption, fence=_fence(code),
            title=title, id=id, number=number, lines=lines,
        )  # fmt: skip

    def _lines(self, cell: Cell, code: str) -> str:
        """Write the lines to point at as a picture behind the code."""
        count = code.count("\n") + 1
        if any(last > count for _, last in cell.options.highlight):
            message = f"`highlight` names lines that aren't there: the code has {count}"
            self.problems.append(Problem(self.source.path, cell.line, message))
        return highlighted(cell.options.highlight)

    def _listing(self, cell: Cell) -> dict[str, Any]:
        """Return what stands above the code of a cell that has a caption for it."""
        title = self._caption(cell.listing_caption, cell.line)
        if not title:
            return {}
        name = anchor("lst", cell.options.label)
        return {"title": title, "id": name, "number": self._number(name)}

    def _snippet(self, snippet: Snippet) -> str:
        cell, caption = snippet.cell, ""
        if not (cell.options.include and cell.options.echo):
            return ""
        if cell.options.link:
            caption = self._link(snippet)
        language = "python" if snippet.path.endswith(".py") else Path(snippet.path).suffix[1:]
        return self._code(
            snippet.code,
            language=language or "text",
            caption=caption,
            lines=self._lines(cell, snippet.code),
            **self._listing(cell),
        )

    def _link(self, snippet: Snippet) -> str:
        if not self.project.repository:
            message = "`link: true` needs `repository: owner/name` in _config.yml"
            self.problems.append(Problem(self.source.path, snippet.cell.line, message))
        lines = f"L{snippet.first_line}-L{snippet.last_line}"
        url = html.escape(f"{self.project.repository}/{snippet.path}#{lines}")
        return f'<a href="{url}">{html.escape(snippet.path)}</a>'

    def _outputs(self, cell: Cell) -> Iterator[str]:
        figures = 0
        for output in self.traces[cell.key].outputs:
            bundle = output.bundle
            drawn = drawn_pngs(bundle)
            if drawn or not _PICTURES.isdisjoint(bundle):
                figures += 1
            if drawn:
                yield self._figure(cell, drawn, "", figures)
                continue
            match next((mime for mime in _PREFERRED if mime in bundle), None):
                case "image/svg+xml" | "image/png" | "image/jpeg" as mime:
                    yield self._figure(cell, {"": bundle[mime]}, mime, figures)
                case "text/html":
                    yield self._html(cell, bundle["text/html"])
                case "text/markdown":
                    yield liquid.escape(bundle["text/markdown"]).strip("\n") + "\n"
                case "text/latex":
                    yield self._code(bundle["text/latex"].strip(), language="latex")
                case "text/plain":
                    yield self._text(cell, output)

    def _text(self, cell: Cell, output: Output) -> str:
        printed = in_source_lines(output.printed, self.source).rstrip("\n")
        text = ansi.plain(printed)
        if not text:
            return ""
        count = text.count("\n") + 1
        folds = cell.options.fold if cell.options.fold is not None else count > FOLDED
        return self.templates.fill(
            "text",
            text=text,
            html=ansi.as_html(printed) if ansi.has_colours(printed) else "",
            kind={"stderr": "stderr", "error": "error"}.get(output.kind, "output"),
            fence=_fence(text),
            summary=self.words["folded"].format(count) if folds else "",
        )

    def _html(self, cell: Cell, text: str) -> str:
        text = _STYLE.sub("", text).strip()
        text = re.sub(r"\n\s*\n", "\n", text)
        if "<table" not in text:
            return self.templates.fill("html", html=text)
        text = clean(text)
        caption, name = "", None
        if cell.key not in self._with_table:
            self._with_table.add(cell.key)
            caption = self._caption(cell.table_caption, cell.line)
            name = anchor("tbl", cell.options.label)
        return self.templates.fill(
            "table", html=text, caption=caption, id=name, number=self._number(name)
        )

    def _figure(self, cell: Cell, drawn: Mapping[str, str], mime: str, number: int) -> str:
        alt = self._plain(cell.alt)
        if not alt.strip():
            message = f"this {cell.name} shows a figure; describe it in `#| fig-alt: …`"
            self.problems.append(Problem(self.source.path, cell.line, message))
        label = cell.options.label
        if label is None:
            self._unnamed += 1
            name = f"figure-{self._unnamed}"
        else:
            name = label if number == 1 else f"{label}-{number}"
        id = anchor("fig", label) if number == 1 else None
        images = self._images(cell, name, drawn, mime)
        return self.templates.fill(
            "figure",
            id=id,
            images=[
                replace(
                    resized(image, cell.options.out_width), address=self.theme.address(image.path)
                )
                for image in images
            ],
            alt=alt,
            caption=self._caption(cell.caption, cell.line) if number == 1 else "",
            number=self._number(id),
        )

    def _images(
        self, cell: Cell, name: str, drawn: Mapping[str, str], mime: str
    ) -> Sequence[Image]:
        try:
            if mime:
                return [*self.images.drawings(name, drawn[""], mime)]
            return [*self.images.pngs(name, drawn)]
        except ImageError as error:
            message = (
                f"this {cell.name} shows an `{mime or 'image/png'}` that is none: {error}; "
                "what counts is the bytes of an image, or these in Base64"
            )
            self.problems.append(Problem(self.source.path, cell.line, message))
            return []

    # Front matter

    def covers(self) -> dict[str, str]:
        """Keep the images made of the cover figure; return front matter key to address."""
        label = self.source.front_matter.settings.get("cover")
        if label is None:
            return {}
        bundles = [output.bundle for output in self.traces[label].outputs if output.bundle]
        made = {}
        for key, cover in self.theme.covers.items():
            mime = f"image/png;name={cover.file}"
            data = next((bundle[mime] for bundle in bundles if mime in bundle), None)
            if data is None:
                cell = self._cells[label]
                message = f"`cover: {label}`: this cell shows no matplotlib figure"
                self.problems.append(Problem(self.source.path_of(cell), cell.line, message))
                break
            name, _, suffix = cover.file.rpartition(".")
            made[key] = "/" + self.images.keep(name, suffix, base64.b64decode(data))
        return made

    def header(self, covers: Mapping[str, str]) -> dict[str, Any]:
        """Fill in the front matter: values, the covers, and what the theme can't do without."""
        given = {key: self._filled(item) for key, item in self.source.front_matter.values.items()}
        given.setdefault("layout", self.theme.layout)
        if self.theme.math_key and self.has_formulas:
            given.setdefault(self.theme.math_key, True)
        given.setdefault("date", f"{self.place.date} 12:00:00 +0000")
        if "lng_pair" in self.theme.keys:
            original = self.source.original or self.source
            given.setdefault("lng_pair", Place.of(original.path).slug)
        given |= {key: text for key, text in self._of_language().items() if key not in given}
        for name, path in covers.items():
            key, _, within = name.partition(".")
            if within:
                given[key] = {within: path, **given.get(key, {})}
            else:
                given.setdefault(key, path)
        return given

    def _of_language(self) -> dict[str, str]:
        """Return what the front matter of a post in another language than the site's says."""
        theme, language = self.theme, self.place.language
        told = {
            theme.language_key: language,
            "permalink": theme.language_permalink.replace("LANGUAGE", language),
        }
        return {key: value for key, value in told.items() if language and key and value}

    def _filled(self, item: Any) -> Any:
        if isinstance(item, tuple):
            return self._plain(item)
        if isinstance(item, list):
            return [self._filled(part) for part in item]
        if isinstance(item, dict):
            return {key: self._filled(part) for key, part in item.items()}
        return item


_PREFERRED = (
    "image/svg+xml",
    "text/html",
    "text/markdown",
    "image/png",
    "image/jpeg",
    "text/plain",
    "text/latex",
)
"""Which form of an output is shown where it has several, best first."""


_PICTURES = {"image/svg+xml", "image/png", "image/jpeg"}


def _fence(text: str) -> str:
    """Return a fence longer than any in a text."""
    return "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))


def highlighted(ranges: tuple[tuple[int, int], ...]) -> str:
    """Write ranges of lines as a CSS gradient that paints them.

    >>> highlighted(((2, 3),))
    'linear-gradient(transparent 1lh, var(--litpost-mark) 1lh 3lh, transparent 3lh)'
    """
    if not ranges:
        return ""
    stops = [
        f"transparent {first - 1}lh, var(--litpost-mark) {first - 1}lh {last}lh, "
        f"transparent {last}lh"
        for first, last in ranges
    ]
    return f"linear-gradient({', '.join(stops)})"


def _ends_paragraph(text: str) -> bool:
    """Say whether a text ends with a line that holds nothing but marks of lists or quotations."""
    return not text.rstrip("\n") or bool(re.search(r"\n[\s>]*\n[\s>]*\Z", text))


def _indent(text: str, cell: Cell | Formula) -> str:
    """Put what a cell or formula became where it stood, in a list or a quotation."""
    if not cell.indent and not cell.first_indent:
        return text
    indent = cell.indent
    lines = [indent + line if line else indent.rstrip() for line in text.splitlines()]
    if lines and cell.first_indent:
        lines[0] = cell.first_indent + lines[0][len(indent) :]
    return "".join(line + "\n" for line in lines)
