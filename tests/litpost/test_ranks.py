"""Sets are told alike in each session, whatever order memory gives their items."""

from __future__ import annotations

import enum
import itertools
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litpost.environment import session_environment
from litpost.session.fingerprints import fingerprint


class Node:
    """Hashed by its place."""

    def __init__(self, content: object, near: Iterable[Node] = ()) -> None:
        self.content, self.near = content, {*near}


class Slotted:
    __slots__ = ("content",)

    def __init__(self, content: object) -> None:
        self.content = content


@dataclass(frozen=True)
class Point:
    """Hashed by its content."""

    x: int


Letter = enum.Enum("Letter", {f"L{n}": n for n in range(11)})


def digest(value: Any) -> str:
    return fingerprint(value, is_local=lambda name: name == __name__).digest


def nodes(contents: Sequence[object], make: Callable[[Any], object] = Node) -> dict[Any, object]:
    """Make nodes one after the other; what is made first lies elsewhere than what is made last."""
    return {str(content): make(content) for content in contents}


@given(st.permutations([0, 1, 2, 3, 4, 5, 6, 7]))
def test_the_same_items_are_told_alike_wherever_they_lie(order: list[int]) -> None:
    made = nodes(order)
    inner = {*made.values()}
    again = nodes(sorted(order))
    assert digest([inner, made["3"]]) == digest([{*again.values()}, again["3"]])


@pytest.mark.parametrize(
    "contents",
    [
        ["a", "b"], [1, 1.0, True], [(1, 2), (2, 1)], [[1], [2]], [{"a": 1}, {"a": 2}, {"b": 1}],
        [{1}, {2}], [np.array([1, 2]), np.array([1, 3]), np.array([1.0, 2.0])],
        [Point(1), Point(2)], [int, str], [len, print],
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("make", [Node, Slotted])
def test_what_tells_items_apart_gives_them_their_order(
    contents: list[Any], make: Callable[[Any], object]
) -> None:
    digests = {
        digest([{*made.values()}, made[str(contents[0])]])
        for order in itertools.permutations(contents)
        for made in [nodes(order, make)]
    }
    assert len(digests) == 1


def test_an_item_of_other_content_is_told() -> None:
    assert digest({Node(1), Node(2)}) != digest({Node(1), Node(3)})
    assert digest({Node(1), Node(2)}) != digest({Node(1)})


def test_which_item_is_held_elsewhere_is_told() -> None:
    one, other = Node(1), Node(2)
    assert digest([{one, other}, one]) != digest([{one, other}, other])


def test_a_graph_with_more_paths_than_can_be_walked_is_told() -> None:
    def ladder(content: int) -> set[Node]:
        level: set[Node] = set()
        for _ in range(40):
            level = {Node(content, level), Node(content + 1, level)}
        return level

    assert digest(ladder(1)) == digest(ladder(1)) != digest(ladder(2))


def test_items_that_hold_each_other_are_told() -> None:
    def ring() -> set[Node]:
        one, other = Node(1), Node(2)
        one.near, other.near = {other}, {one}
        return {one, other}

    assert digest(ring()) == digest(ring())


@pytest.mark.parametrize(
    "make",
    [
        Point, Letter, str, Path, Fraction,
        lambda n: (n, Point(n)), lambda n: frozenset({n}), lambda n: (n, "text"),
    ],
    ids=["dataclass", "enum", "text", "path", "fraction", "tuple", "frozenset", "pair"],
)  # fmt: skip
def test_the_order_of_what_is_hashed_by_content_is_told(make: Callable[[Any], Any]) -> None:
    """In which order a loop goes through a set follows also from how it came to be."""
    make = {Path: lambda n: Path(str(n))}.get(make, make)  # type: ignore[call-overload]
    orders = itertools.permutations([make(n) for n in range(11)], 3)
    sets = [set(order) for order in orders]
    seen: dict[frozenset[Any], dict[tuple[Any, ...], str]] = {}
    for each in sets:
        told = seen.setdefault(frozenset(each), {}).setdefault(tuple(each), digest(each))
        assert told == digest(each)
    several = [told for told in seen.values() if len(told) > 1]
    assert several
    assert all(len({*told.values()}) == len(told) for told in several)


def test_a_set_that_holds_none_is_the_same_in_each_session() -> None:
    code = """
from litpost.session.fingerprints import fingerprint
print(fingerprint({None, *((None, n) for n in range(9))}, is_local=bool).digest)"""
    digests = {
        subprocess.check_output([sys.executable, "-c", code], env=session_environment("en"))
        for _ in range(3)
    }
    assert len(digests) == 1
