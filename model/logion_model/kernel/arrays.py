"""The states that a fast search visited, as sorted arrays: 16 bytes a state.

What was visited is one sorted array, and the states of each level are another, for the
way back from a violation. What follows a part of a level is sorted, so that what occurs
twice stands together, and looked for among what was visited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from logion_model.kernel.batches import Batches, GoneOn

States: TypeAlias = NDArray[np.uint64]
"""Numbers that stand for states."""

AT_ONCE = 1 << 16
"""States that are gone on from together."""


@dataclass(slots=True)
class Arrays:
    """The states that were visited, level by level."""

    batches: Batches
    seen: States = field(default_factory=lambda: np.empty(0, np.uint64))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.seen)

    def begin(self, numbers: Sequence[int]) -> States:
        """Visit the initial states, which are sorted; return the first level."""
        self.seen = np.array(numbers, np.uint64)
        return self.seen

    def go_on(self, level: States, wanted: Collection[str], *, stops: bool) -> GoneOn:
        """Visit what follows a level, up to a violation if it `stops` there."""
        found, generated, first = list[States](), 0, dict[str, int]()
        for part in _parts(level):
            batch = self.batches.expand(part)
            generated += len(batch.after)
            found.append(_missing(self.seen, np.unique(batch.after)))
            for name in wanted:
                if name in batch.broken:
                    first.setdefault(name, int(part[batch.broken[name][0]]))
            if first and stops:
                break
        following = np.unique(np.concatenate(found))
        self.seen = np.sort(np.concatenate((self.seen, following)), kind="stable")
        return GoneOn(following, generated, list(first.items()))

    def before(self, level: States, number: int) -> int:
        """Return a state of the level from which a step leads to this one."""
        for part in _parts(level):
            batch = self.batches.expand(part)
            steps = np.flatnonzero(batch.after == np.uint64(number))
            if len(steps):
                return int(part[batch.origins[steps[0]]])
        raise ValueError(f"no step leads to {number}")


def _parts(level: States) -> Iterator[States]:
    return (level[at : at + AT_ONCE] for at in range(0, len(level), AT_ONCE))


def _missing(seen: States, sought: States) -> States:
    """Return what is not in `seen`; both are sorted."""
    places = np.searchsorted(seen, sought)
    places[places == len(seen)] = 0
    missing: States = sought[seen[places] != sought]
    return missing
