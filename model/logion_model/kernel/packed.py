"""The fast search: states as integers, steps as numbers to add.

A specification that wants speed says how its states are packed and which steps lead on
(`Packed`). The search is the readable one with less bookkeeping: it keeps the packed
states of each level and no parents. The way to a violation is found backwards, level
by level. Tests hold it to the readable search, state for state.

Numbers of 64 bits can stand in arrays: with numpy, many states are gone on from at once
(`arrays`). Without, the same is done one by one (`_Sets`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol

from logion_model.kernel.batches import (
    Batches,
    GoneOn,
    Level,
    TooManyValuesError,
    Visited,
)
from logion_model.kernel.breadth import Watch, of_states
from logion_model.kernel.faults import Checked, SpecError
from logion_model.kernel.report import Progress, Report, Violation
from logion_model.kernel.search import along
from logion_model.kernel.spec import Property, S, Spec

NO_WAY_ON = "the fast search cannot go on from"


class Packed(Protocol[S]):
    """A specification whose states are integers."""

    @property
    def spec(self) -> Spec[S]:
        """Return the readable specification that it was made of."""

    def pack(self, state: S) -> int:
        """Return the number of a state."""

    def unpack(self, number: int) -> S:
        """Return the state of a number that was met before."""

    def expand(self, number: int) -> tuple[Sequence[int], Collection[str]]:
        """Return the states that follow, and the invariants that this one breaks."""

    def batches(self) -> Batches | None:
        """Return how to go on from many states at once, None if that cannot be."""


def explore_packed(
    packed: Packed[S],
    *,
    invariants: Sequence[str] | None = None,
    to_the_end: bool = False,
    watch: Watch | None = None,
) -> Report[S]:
    """Visit the reachable states as `explore` does, and report the same.

    How often which action was taken is not counted, and `sometimes` not looked at: the
    readable search does that at a smaller scope. Raises ValueError for what must happen
    in the end: that needs whole states. Raises SpecError for rules that fail.
    """
    wanted = {it.name: it for it in of_states(packed.spec, invariants)}
    search = _Search(packed, wanted, to_the_end, _visited(packed))
    level = search.start()
    while len(level) and not search.is_over:
        level = search.next_level(level)
        if watch and not watch(search.progress(len(level))):
            break
    return search.report(complete=not len(level) and not search.is_over)


def _visited(packed: Packed[Any]) -> Visited:
    batches = packed.batches()
    if batches is None:
        return _Sets(packed)
    from logion_model.kernel.arrays import Arrays

    return Arrays(batches)


@dataclass(slots=True)
class _Search(Generic[S]):
    packed: Packed[S]
    wanted: dict[str, Property[S]]
    to_the_end: bool
    seen: Visited
    levels: list[Level] = field(default_factory=list)
    generated: int = 0
    found: list[Violation[S]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Return whether a violation ends the search."""
        return bool(self.found) and not self.to_the_end

    def start(self) -> Level:
        """Return the initial states."""
        initial = set(map(self.packed.pack, self.packed.spec.initial))
        return self.seen.begin(sorted(initial))

    def next_level(self, level: Level) -> Level:
        """Return the new states that follow those of a level, which is judged."""
        self.levels.append(level)
        try:
            with Checked(self.packed.spec, NO_WAY_ON):
                found = self.seen.go_on(level, self.wanted, stops=not self.to_the_end)
        except SpecError as fault:
            if isinstance(fault.__cause__, TooManyValuesError):
                raise fault.__cause__ from None
            self._name_state(level)
            raise
        self.generated += found.generated
        for name, number in found.broken:
            invariant = self.wanted.pop(name)
            steps = along(self.packed.spec, self._way_to(number))
            self.found.append(Violation(name, invariant.source, steps))
        return found.level

    def _name_state(self, level: Level) -> None:
        """Raise SpecError for the first state of a level of which the rules fail.

        What follows many states is found at once, so which one it was is not known.
        """
        for number in map(int, level):
            state = self.packed.unpack(number)
            try:
                with Checked(self.packed.spec, NO_WAY_ON, state):
                    self.packed.expand(number)
            except SpecError:
                self._ask_readable(state)
                raise

    def _ask_readable(self, state: S) -> None:
        """Raise SpecError if the readable rules fail too: it says of what."""
        checked = Checked(self.packed.spec)
        with checked:
            checked.steps(state)
            for invariant in self.wanted.values():
                checked.holds(invariant, state)

    def _way_to(self, last: int) -> Iterator[S]:
        """Yield the states up to the last, of each level one: found backwards."""
        way = [last]
        for level in reversed(self.levels[:-1]):
            way.append(self.seen.before(level, way[-1]))
        return map(self.packed.unpack, reversed(way))

    def progress(self, queue: int) -> Progress:
        """Return how far the search has come."""
        return Progress(len(self.seen), self.generated, len(self.levels), queue)

    def report(self, *, complete: bool) -> Report[S]:
        """Return what was found."""
        return Report(
            spec=self.packed.spec.name,
            distinct=len(self.seen),
            generated=self.generated,
            depth=len(self.levels),
            complete=complete,
            taken={},
            violations=tuple(self.found),
            is_counted=False,
        )


@dataclass(slots=True)
class _Sets:
    """The states that were visited, one by one."""

    packed: Packed[Any]
    seen: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.seen)

    def begin(self, numbers: Sequence[int]) -> list[int]:
        """Visit the initial states; return the first level."""
        self.seen.update(numbers)
        return list(numbers)

    def go_on(
        self, level: Sequence[int], wanted: Collection[str], *, stops: bool
    ) -> GoneOn:
        """Visit what follows a level, up to a violation if it `stops` there."""
        expand, seen, following = self.packed.expand, self.seen, list[int]()
        generated, first = 0, dict[str, int]()
        for number in level:
            after, broken = expand(number)
            generated += len(after)
            for new in after:
                if new not in seen:
                    seen.add(new)
                    following.append(new)
            for name in broken:
                if name in wanted:
                    first.setdefault(name, number)
            if first and stops:
                break
        return GoneOn(following, generated, list(first.items()))

    def before(self, level: Sequence[int], number: int) -> int:
        """Return a state of the level from which a step leads to this one."""
        return next(it for it in level if number in self.packed.expand(it)[0])
