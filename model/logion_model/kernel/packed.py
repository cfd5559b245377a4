"""The fast search: states as integers, steps as numbers to add.

A specification that wants speed says how its states are packed and which steps lead on
(`Packed`). The search is the readable one with less bookkeeping: it keeps the packed
states of each level and no parents. The way to a violation is found backwards, level
by level. Tests hold it to the readable search, state for state.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol

from logion_model.kernel.breadth import Watch, of_states
from logion_model.kernel.report import Progress, Report, Violation
from logion_model.kernel.search import along
from logion_model.kernel.spec import Property, S, Spec


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
    in the end: that needs whole states.
    """
    wanted = {it.name: it for it in of_states(packed.spec, invariants)}
    search = _Search(packed, wanted, to_the_end)
    level = search.start()
    while level and not search.is_over:
        level = search.next_level(level)
        if watch and not watch(search.progress(len(level))):
            break
    return search.report(complete=not level and not search.is_over)


@dataclass(slots=True)
class _Search(Generic[S]):
    packed: Packed[S]
    wanted: dict[str, Property[S]]
    to_the_end: bool
    seen: set[int] = field(default_factory=set)
    levels: list[list[int]] = field(default_factory=list)
    generated: int = 0
    found: list[Violation[S]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Return whether a violation ends the search."""
        return bool(self.found) and not self.to_the_end

    def start(self) -> list[int]:
        """Return the initial states."""
        self.seen.update(map(self.packed.pack, self.packed.spec.initial))
        return sorted(self.seen)

    def next_level(self, level: list[int]) -> list[int]:
        """Return the new states that follow those of a level, which is judged."""
        self.levels.append(level)
        expand, seen, following = self.packed.expand, self.seen, list[int]()
        for number in level:
            after, broken = expand(number)
            self.generated += len(after)
            for new in after:
                if new not in seen:
                    seen.add(new)
                    following.append(new)
            if broken and self._blames(broken, number):
                break
        return following

    def _blames(self, broken: Collection[str], number: int) -> bool:
        """Note what is broken for the first time; True if that ends the search."""
        for name in broken:
            if name in self.wanted:
                invariant = self.wanted.pop(name)
                way = _violation(self.packed, invariant, self.levels, number)
                self.found.append(way)
        return self.is_over

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
        )


def _violation(
    packed: Packed[S], broken: Property[S], levels: Sequence[Sequence[int]], last: int
) -> Violation[S]:
    """Return the way to the last state: backwards, a state of each level before."""
    way = [last]
    for level in reversed(levels[:-1]):
        way.append(next(it for it in level if way[-1] in packed.expand(it)[0]))
    states = (packed.unpack(number) for number in reversed(way))
    return Violation(broken.name, broken.source, along(packed.spec, states))
