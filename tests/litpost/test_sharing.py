"""Which variables share objects, as it is found out, and as it is defined."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from litpost.session.fingerprints import Fingerprint
from litpost.session.holding import Held
from litpost.session.sharing import joint_digests, shared_groups

Prints = Mapping[str, Fingerprint]

IDS = st.integers(1, 12)
MET = st.lists(IDS, max_size=4, unique=True)
HELD = st.lists(st.frozensets(IDS, min_size=1, max_size=5), min_size=1, max_size=3)


@st.composite
def fingerprints(draw: st.DrawFn) -> Prints:
    """Make fingerprints of a few variables; what an opaque object holds may be several's."""
    held = [Held(set(ids), set()) for ids in draw(HELD)]
    return {
        name: Fingerprint(
            name,
            {each: number for number, each in enumerate(draw(MET))},
            draw(st.lists(st.sampled_from(held), max_size=2, unique=True)),
        )
        for name in "abcd"
    }


def objects(found: Fingerprint) -> set[int]:
    return {each for ids in found.all_objects() for each in ids}


def groups(prints: Prints) -> list[set[str]]:
    """Group variables by merging those with an object in common until there are none."""
    parts = [{name} for name in prints]
    ids = [objects(found) for found in prints.values()]
    while pairs := [
        (i, j) for i, j in itertools.combinations(range(len(parts)), 2) if ids[i] & ids[j]
    ]:
        i, j = pairs[0]
        parts[i] |= parts.pop(j)
        ids[i] |= ids.pop(j)
    return [part for part in parts if len(part) > 1]


def told_of(prints: Prints, mates: Sequence[str]) -> list[tuple[str, list[tuple[int, int]]]]:
    """Number the objects that several of a group have, by where they are first met."""
    numbers: dict[int, int] = {}
    told = []
    for name in mates:
        others = [objects(prints[other]) for other in mates if other != name]
        places = sorted(
            (n, i) for i, n in prints[name].objects.items() if any(i in ids for ids in others)
        )
        told.append((name, [(n, numbers.setdefault(i, len(numbers))) for n, i in places]))
    return told


@given(fingerprints())
def test_groups_are_those_that_have_objects_in_common(prints: Prints) -> None:
    assert sorted(map(sorted, shared_groups(prints))) == sorted(map(sorted, groups(prints)))


@given(fingerprints(), fingerprints())
def test_digests_tell_apart_what_is_shared_otherwise(one: Prints, other: Prints) -> None:
    found, others = joint_digests(one), joint_digests(other)
    for name in one:
        mates, known = found[name][1], others[name][1]
        is_same = mates == known and told_of(one, mates) == told_of(other, known)
        assert (found[name] == others[name]) == is_same
