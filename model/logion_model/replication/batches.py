"""Replication for many states at once: `tables` as arrays.

A table becomes an array of the keys that were met, sorted, and beside it what stands
there: the steps of all keys one after the other, and where each key's begin. What
follows a state that many states share is looked up for all of them by one search.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from logion_model.kernel.batches import Batch
from logion_model.replication.layout import Layout
from logion_model.replication.tables import By, LeaderTables, Moves, Tables

States: TypeAlias = NDArray[np.uint64]
Places: TypeAlias = NDArray[np.intp]
Flags: TypeAlias = NDArray[np.bool_]

BITS = (1 << 64) - 1
"""A step may be negative: it is added modulo 2⁶⁴."""


class Lists:
    """A list of numbers for each of some rows, one after the other."""

    def __init__(self) -> None:
        """Have no row yet."""
        self.counts = self.starts = np.empty(0, np.intp)
        self.numbers = np.empty(0, np.uint64)

    def add(self, lists: Sequence[Sequence[int]]) -> None:
        """Add rows behind the others."""
        counts = np.fromiter(map(len, lists), np.intp, len(lists))
        starts = np.cumsum(counts) - counts + len(self.numbers)
        self.counts = np.concatenate((self.counts, counts))
        self.starts = np.concatenate((self.starts, starts))
        numbers = _array(chain.from_iterable(lists))
        self.numbers = np.concatenate((self.numbers, numbers))

    def at(self, rows: Places) -> tuple[Places, States]:
        """Return all numbers of these rows, and for each the place of its row."""
        counts = self.counts[rows]
        ends = np.cumsum(counts)
        places = np.repeat(np.arange(len(rows)), counts)
        first = self.starts[rows] - ends + counts
        return places, self.numbers[first[places] + np.arange(len(places))]


def _array(numbers: Iterable[int]) -> States:
    return np.fromiter((it & BITS for it in numbers), np.uint64)


class Rows:
    """A table of moves as arrays: it grows as it is asked."""

    def __init__(self, by: By) -> None:
        """Know no row yet."""
        self.mask, self._table = np.uint64(by.mask), by.table
        self._keys = np.empty(0, np.uint64)
        self._rows = np.empty(0, np.intp)
        self.steps, self.asked = Lists(), Lists()
        self.advance = np.empty(0, np.uint64)
        self.leads = np.empty(0, bool)
        self.broken: dict[str, Flags] = {}

    def _learn(self, keys: States) -> None:
        """Add the rows of these keys, which are sorted, each once."""
        rows: list[Moves] = [self._table[key] for key in keys.tolist()]
        known = len(self._rows)
        places = np.searchsorted(self._keys, keys)
        self._keys = np.insert(self._keys, places, keys)
        self._rows = np.insert(self._rows, places, np.arange(known, known + len(rows)))
        self.steps.add([row.steps for row in rows])
        self.asked.add([row.asked for row in rows])
        advance = _array(row.advance for row in rows)
        self.advance = np.concatenate((self.advance, advance))
        self.leads = np.concatenate((self.leads, [row.leads for row in rows]))
        names = {name for row in rows for name in row.broken}
        for name in names | set(self.broken):
            before = self.broken.get(name, np.zeros(known, bool))
            broken = [name in row.broken for row in rows]
            self.broken[name] = np.concatenate((before, broken))

    def at(self, keys: States) -> Places:
        """Return the rows of these keys; those that are missing are found first."""
        places = self._places(keys)
        if not len(self._keys) or not (self._keys[places] == keys).all():
            self._learn(np.setdiff1d(keys, self._keys))
            places = self._places(keys)
        return self._rows[places]

    def _places(self, keys: States) -> Places:
        places = np.searchsorted(self._keys, keys)
        places[places == len(self._keys)] = 0
        return places


class _Found:
    """What is found from some states."""

    def __init__(self, numbers: States) -> None:
        self.numbers = numbers
        self.after: list[States] = []
        self.origins: list[Places] = []
        self.broken: dict[str, Flags] = {}

    def step(self, origins: Places, steps: States) -> None:
        """Note a step from each of these states."""
        self.origins.append(origins)
        self.after.append(self.numbers[origins] + steps)

    def look(self, rows: Rows, origins: Places, instead: Any = 0) -> Places:
        """Return the rows of these states, noting their steps and what is broken."""
        at = rows.at((self.numbers[origins] & rows.mask) | instead)
        places, steps = rows.steps.at(at)
        self.step(origins[places], steps)
        for name, flags in rows.broken.items():
            noted = self.broken.setdefault(name, np.zeros(len(self.numbers), bool))
            noted[origins] |= flags[at]
        return at

    def batch(self) -> Batch:
        """Return all of it."""
        places = {name: np.flatnonzero(it) for name, it in self.broken.items()}
        return Batch(
            np.concatenate(self.after),
            np.concatenate(self.origins),
            {name: it for name, it in places.items() if len(it)},
        )


class _Pair:
    """The tables of a leader and a follower, as arrays."""

    def __init__(self, tables: Any) -> None:
        self.small, self.exposed, self.isr, self.following = map(Rows, tables)


class _Leader:
    """The tables of a replica that may lead, as arrays."""

    def __init__(self, tables: LeaderTables) -> None:
        self.told, self.own, self.is_true = map(Rows, tables[:3])
        self.pairs = [_Pair(it) for it in tables.pairs]


class ReplicationBatches:
    """A variant of replication, for many states at once."""

    def __init__(self, layout: Layout, tables: Tables) -> None:
        """Begin with the tables as far as they are filled."""
        self._layout = layout
        self._history = np.uint64(layout.history.mask)
        self._controller = Rows(tables.controller)
        self._leaders = [_Leader(it) for it in tables.leaders]

    def expand(self, numbers: States) -> Batch:
        """Return what follows these states, as `PackedReplication.expand` does."""
        found = _Found(numbers)
        everyone = np.arange(len(numbers))
        found.look(self._controller, everyone)
        quorum, named = self._parts(numbers & self._history)
        for leader, requests in zip(self._leaders, named, strict=True):
            rows = found.look(leader.told, everyone, requests)
            places, asked = leader.told.asked.at(rows)
            for pair in leader.pairs:
                found.look(pair.following, places, asked)
            leading = np.flatnonzero(leader.told.leads[rows])
            if len(leading):
                _lead(found, leader, leading, quorum[leading])
        return found.batch()

    def _parts(self, histories: States) -> tuple[States, list[States]]:
        """Return for each state what may stand in the place of its history."""
        known, places = np.unique(histories, return_inverse=True)
        parts = [self._layout.parts[it] for it in known.tolist()]
        named = zip(*(it.named for it in parts), strict=True)
        quorum = _array(it.quorum for it in parts)[places]
        return quorum, [_array(it)[places] for it in named]


def _lead(found: _Found, leader: _Leader, leading: Places, quorum: States) -> None:
    """Note what those do that lead."""
    alone = found.look(leader.own, leading)
    advance = leader.own.advance[alone]
    for pair in leader.pairs:
        both = found.look(pair.small, leading)
        advance[pair.small.advance[both] == 0] = 0
        found.look(pair.exposed, leading)
    rows = found.look(leader.is_true, leading, quorum)
    truly = leading[leader.is_true.leads[rows]]
    for pair in leader.pairs:
        found.look(pair.isr, truly)
    advancing = np.flatnonzero(advance)
    found.step(leading[advancing], advance[advancing])
