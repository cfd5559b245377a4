"""The search for short memory: of each state 64 bits are kept, and how it was reached.

Two states with one fingerprint count as one, and what follows the second is missed: the
report says how likely that is. All else is as in the readable search. The way to a
state is kept as the number of the state before it and the place of the step among those
out of there; whole states are needed only while they wait, and wait packed.
"""

from __future__ import annotations

import pickle
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Generic

from logion_model.kernel.breadth import BreadthFirst, Watch, chosen
from logion_model.kernel.fingerprints import (
    Fingerprinter,
    Fingerprints,
    odds_of_collision,
)
from logion_model.kernel.report import Report, Step
from logion_model.kernel.spec import Liveness, Property, S, Spec

PACKED_TOGETHER = 256
"""States that wait in one piece."""

BYTES_EACH = 40
"""What a state takes at most, with its way and its share of those that wait."""


def explore_hashed(
    spec: Spec[S],
    *,
    invariants: Sequence[str] | None = None,
    to_the_end: bool = False,
    states_max: int | None = None,
    watch: Watch | None = None,
) -> Report[S]:
    """Visit the reachable states as `explore` does, and report the same.

    Raises ValueError where `explore` does, and for what must happen in the end: that
    needs whole states. Raises TypeError for states that are not made of plain values.
    """
    judged_by(spec, invariants)
    search = HashedSearch.begun(spec, invariants, to_the_end=to_the_end)
    return search.run(watch, states_max=states_max)


def judged_by(spec: Spec[S], names: Sequence[str] | None) -> tuple[Property[S], ...]:
    """Return the invariants of these names, all of them for None.

    Raises ValueError for an unknown one, and for what must happen in the end.
    """
    named = chosen(spec, names)
    if promises := [it.name for it in named if isinstance(it, Liveness)]:
        raise ValueError(f"{spec.name}: {promises[0]} needs whole states, not hashed")
    return tuple(it for it in named if isinstance(it, Property))


def of_key(spec: Spec[S], fingerprinter: Fingerprinter, state: S) -> int:
    """Return the lowest fingerprint of the states that count as this one."""
    alike = (state,) if spec.symmetry is None else spec.symmetry(state)
    views = alike if spec.view is None else map(spec.view, alike)
    return min(map(fingerprinter.of, views))


def steps_along(spec: Spec[S], places: Sequence[int]) -> tuple[Step[S], ...]:
    """Return the steps of these places, the first among the initial states."""
    steps = [Step(None, spec.initial[places[0]])]
    for place in places[1:]:
        steps.append(Step(*list(spec.next(steps[-1].state))[place]))
    return tuple(steps)


def packed(states: list[S]) -> bytes:
    """Return states as few bytes."""
    return zlib.compress(pickle.dumps(states, pickle.HIGHEST_PROTOCOL), 1)


def unpacked(states: bytes) -> list[Any]:
    """Return the states that were packed into these bytes."""
    found: list[Any] = pickle.loads(zlib.decompress(states))  # noqa: S301
    return found


class Waiting(Generic[S]):
    """States in order, packed but for the last ones and those that are asked for."""

    def __init__(self) -> None:
        """Begin empty."""
        self._packed: list[bytes] = []
        self._last: list[S] = []
        self._place = -1
        self._unpacked: list[S] = []

    def append(self, state: S, /) -> None:
        """Add a state."""
        self._last.append(state)
        if len(self._last) == PACKED_TOGETHER:
            self._packed.append(packed(self._last))
            self._last = []

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._packed) * PACKED_TOGETHER + len(self._last)

    def __getitem__(self, index: int, /) -> S:
        """Return one by its place, from 0."""
        place, within = divmod(index, PACKED_TOGETHER)
        if place == len(self._packed):
            return self._last[within]
        if place != self._place:
            self._place = place
            self._unpacked = unpacked(self._packed[place])
        return self._unpacked[within]

    def pieces(self) -> Iterator[list[S]]:
        """Yield all states in order, some at a time."""
        for first in range(0, len(self), PACKED_TOGETHER):
            end = min(first + PACKED_TOGETHER, len(self))
            yield [self[place] for place in range(first, end)]


@dataclass(slots=True)
class HashedSearch(BreadthFirst[S]):
    """A search under way that keeps fingerprints."""

    fingerprinter: Fingerprinter = field(default_factory=Fingerprinter)
    seen: Fingerprints = field(default_factory=Fingerprints)
    level: Waiting[S] = field(init=False)
    following: Waiting[S] = field(init=False)
    asked: int = 0
    """The fingerprint of the state that was last asked for."""
    newest: int = 0
    """The fingerprint of the state that was last remembered."""
    parents: array[int] = field(default_factory=lambda: array("I"))
    """Of each state, by its number in order of discovery, that of the one before it;
    an initial state's is its own."""
    places: array[int] = field(default_factory=lambda: array("H"))
    """Of each state the place of the step to it among those out of the one before."""

    @property
    def distinct(self) -> int:
        """Return how many fingerprints were seen."""
        return len(self.parents)

    def empty_level(self) -> Waiting[S]:
        """Return a place for the states of a level."""
        return Waiting()

    def is_new(self, state: S) -> bool:
        """Return whether no state of its fingerprint was visited."""
        self.asked = self._fingerprint(state)
        return self.asked not in self.seen

    def _fingerprint(self, state: S) -> int:
        return of_key(self.spec, self.fingerprinter, state)

    def remember(self, state: S, parent: S | None, nth: int) -> None:  # noqa: ARG002
        """Note the fingerprint of the state that was asked for, and its way."""
        self.parents.append(self.distinct if parent is None else self._gone_on_from)
        self.places.append(nth)
        self.newest = self.asked
        self.seen.add(self.newest)

    @property
    def _gone_on_from(self) -> int:
        """Return the number of the state whose steps are taken."""
        return sum(self.sizes[:-1]) + self.expanded

    def steps_to(self, state: S) -> tuple[Step[S], ...]:
        """Return the way to the newest state, or to the one gone on from."""
        is_newest = self._fingerprint(state) == self.newest
        number = self.distinct - 1 if is_newest else self._gone_on_from
        way = [self.places[number]]
        while self.parents[number] != number:
            number = self.parents[number]
            way.append(self.places[number])
        return steps_along(self.spec, way[::-1])

    def saved(self) -> dict[str, object]:
        """Return all but the specification and the states that wait."""
        kept = BreadthFirst.saved(self)
        ways = {"parents": self.parents.tobytes(), "places": self.places.tobytes()}
        return kept | ways | {"seen": self.seen.saved()}

    def pieces(self) -> Iterator[list[S]]:
        """Yield the states that wait, some at a time: of this level, then the next."""
        yield from self.level.pieces()
        yield from self.following.pieces()

    @classmethod
    def resumed(
        cls, spec: Spec[S], saved: dict[str, Any], pieces: Iterator[list[S]]
    ) -> HashedSearch[S]:
        """Return the search that was saved, of the same specification."""
        search = cls.continued(spec, saved)
        search.seen = Fingerprints.resumed(saved["seen"])
        search.parents.frombytes(saved["parents"])
        search.places.frombytes(saved["places"])
        waiting = (state for piece in pieces for state in piece)
        for state in islice(waiting, search.sizes[-1]):
            search.level.append(state)
        for state in waiting:
            search.following.append(state)
        return search

    def report(self) -> Report[S]:
        """Return what was found so far, and the odds that a state was missed."""
        found = BreadthFirst.report(self)
        return replace(found, odds_of_collision=odds_of_collision(found.distinct))
