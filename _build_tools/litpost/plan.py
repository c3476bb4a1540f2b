"""The steps of a source: what could run, in which order, and by what each is told from others."""

from __future__ import annotations

import hashlib
import re
import symtable
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from litpost.code import essence, knows_lines, words
from litpost.schemes import Colours
from litpost.source import Cell, Source, Value, first_line

DEFAULT_TIMEOUT = 600.0
_UNDERSCORE = re.compile(r"(?<!\w)_(?!\w)")


@dataclass(frozen=True)
class Step:
    """One piece of code to run in the session: a cell or an inline value.

    Attributes
    ----------
    key
        Names it within its source.
    block
        The cell or inline value that it is.
    request
        What a session is asked to do.
    timeout
        Seconds that it may take.
    engine
        Digest of what runs it.
    is_literal
        Whether each blank and comment of its code counts.
    is_first
        Whether no other step comes before it.
    """

    key: str
    block: Cell | Value
    request: Mapping[str, Any] = field(repr=False)
    timeout: float
    engine: str
    is_literal: bool = False
    is_first: bool = False

    @cached_property
    def identity(self) -> str:
        """Digest of all that it is by itself: a trace of another identity is another step's."""
        code = self.code if self.is_literal else essence(self.code)
        told = sorted({**self.request, "code": code, "depends": self.depends}.items())
        data = repr((self.engine, told)).encode("utf-8", "surrogatepass")
        return hashlib.sha256(data).hexdigest()

    @property
    def code(self) -> str:
        """The code, as it stands in the source."""
        code: str = self.request["code"]
        return code

    @property
    def line(self) -> int:
        """The line of the source where the step's code starts."""
        return first_line(self.block)

    @property
    def may_fail(self) -> bool:
        """Whether the author wants an error shown."""
        return isinstance(self.block, Cell) and self.block.options.error

    @property
    def depends(self) -> Sequence[str]:
        """The files that it is said to read."""
        return self.block.options.depends if isinstance(self.block, Cell) else ()

    @property
    def cache(self) -> bool | str:
        """Whether it may be passed over: true, false, or ``document``."""
        return self.block.options.cache if isinstance(self.block, Cell) else True

    @cached_property
    def words(self) -> set[str]:
        """All names that its code may mention."""
        return words(self.code)


@dataclass(frozen=True)
class Plan:
    """The steps of one source, in the order in which they run.

    `language` is what `litpost.lang` is; `is_one` says that all steps run if one has to (``cache:
    document``); `environment` are the slots of the variables that every step is said to read.
    """

    source: Source
    steps: tuple[Step, ...]
    language: str
    is_one: bool = False
    environment: tuple[str, ...] = ()


def plan(
    source: Source,
    *,
    covers: Mapping[str, Sequence[int]],
    engine: str,
    language: str = "en",
    schemes: Mapping[str, Colours] = MappingProxyType({}),
) -> Plan:
    """List the steps of a source: every cell, and every inline value where it stands.

    Parameters
    ----------
    source
        What the author wrote.
    covers
        The images to make of the cover figure: name to width and height, in pixels.
    engine
        Digest of what runs steps: of this litpost, this Python.
    language
        The language of the post.
    schemes
        The colours of PNG figures, by scheme.
    """
    settings = source.front_matter.settings
    timeout = float(settings.get("timeout", DEFAULT_TIMEOUT))
    cover = settings.get("cover")
    blocks = list(source.steps())
    codes = [_code(block) for block in blocks]
    common = {
        "underscore": any(map(_UNDERSCORE.search, codes))
        and not any(map(_assigns_underscore, codes))
    }
    whole = any(map(knows_lines, codes))  # one cell may ask for the lines of another

    colours = {name: (colour.ink, colour.ground) for name, colour in schemes.items()}

    def step(block: Cell | Value) -> Step:
        request = _request(block, covers if block.key == cover else {}, colours) | common
        own = block.options.timeout if isinstance(block, Cell) else None
        return Step(
            block.key, block, request, own or timeout, engine,
            is_literal=whole, is_first=block is blocks[0],
        )  # fmt: skip

    steps = tuple(map(step, blocks))
    is_one = settings.get("cache") == "document" or any(s.cache == "document" for s in steps)
    environment = tuple(f"e:{name}" for name in settings.get("environment", ()))
    return Plan(source, steps, language, is_one, environment)


def _code(block: Cell | Value) -> str:
    return block.expression if isinstance(block, Value) else block.code


def _request(
    block: Cell | Value,
    covers: Mapping[str, Sequence[int]],
    schemes: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    options = block.options if isinstance(block, Cell) else None
    told = {
        "do": "run",
        "kind": "cell" if options else "value",
        "key": block.key,
        "code": _code(block),
        "error": bool(options and options.error),
        "figsize": [options.fig_width, options.fig_height]
        if options and (options.fig_width or options.fig_height)
        else None,
        "covers": covers,
    }
    return {**told, "schemes": schemes} if options and options.fig_format == "png" else told


def _assigns_underscore(code: str) -> bool:
    """Say whether a cell has a variable `_` of its own, which results then leave alone."""
    try:
        names = symtable.symtable(code, "<cell>", "exec")
        found = names.lookup("_")
    except (SyntaxError, ValueError, KeyError):  # magics, say
        return False
    return found.is_assigned() or found.is_imported()
