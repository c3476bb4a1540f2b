"""Which variables share objects with which others, by their fingerprints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import xxhash

from litpost.session.fingerprints import Fingerprint
from litpost.session.holding import Held

JointDigest = tuple[str, tuple[str, ...]]
"""A digest, and the names of all slots that share something with what it is of."""


def joint_digests(prints: Mapping[str, Fingerprint]) -> dict[str, JointDigest]:
    """Return, for each slot, a digest that also tells which objects it shares with which others.

    If ``b = a``, a change of ``a`` is one of ``b``: that they are the same object is part of what
    they are.
    """
    digests: dict[str, JointDigest] = {name: (found.digest, ()) for name, found in prints.items()}
    for group in shared_groups(prints):
        mates = tuple(sorted(group))
        shared = _shared(group, prints)
        numbers: dict[int, int] = {}
        told: list[Any] = []
        for name in mates:
            found = prints[name]
            places = sorted((n, i) for i, n in found.objects.items() if n >= 0 and i in shared)
            told.append((name, [(n, numbers.setdefault(i, len(numbers))) for n, i in places]))
        sharing = xxhash.xxh3_64_hexdigest(repr(told).encode())
        for name in mates:
            digests[name] = (f"{prints[name].digest}+{sharing}", mates)
    return digests


def shared_groups(prints: Mapping[str, Fingerprint]) -> list[set[str]]:
    """Group the slots that share mutable objects, directly or through others."""
    owner: dict[int, str] = {}
    holder: dict[Held, str] = {}
    parent = {name: name for name in prints}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = name = parent[parent[name]]
        return name

    for name, found in prints.items():
        for held in found.held:
            parent[root(name)] = root(holder.get(held, name))
        new = [held.objects for held in found.held if holder.setdefault(held, name) == name]
        for ids in (found.objects.keys(), *new):
            for other in set(map(owner.__getitem__, owner.keys() & ids)):
                parent[root(name)] = root(other)
            owner |= dict.fromkeys(ids, name)
    groups: dict[str, set[str]] = {}
    for name in prints:
        groups.setdefault(root(name), set()).add(name)
    return [group for group in groups.values() if len(group) > 1]


def _shared(group: Iterable[str], prints: Mapping[str, Fingerprint]) -> set[int]:
    """Return those among the objects met by walking that more than one of a group has."""
    met = set[int]().union(*(prints[name].objects for name in group))
    seen: set[int] = set()
    shared: set[int] = set()
    for name in group:
        found = set[int]().union(*map(met.intersection, prints[name].all_objects()))
        shared |= seen & found
        seen |= found
    return shared
