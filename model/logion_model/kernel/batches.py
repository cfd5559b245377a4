"""States that are integers, many at once: what a fast search hands around."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

Numbers: TypeAlias = Any
"""An array of numpy's, which is an extra: the model does without."""

Level: TypeAlias = Any
"""The states of a level in order: a list, or an array."""


class TooManyValuesError(ValueError):
    """States of a scope do not fit in numbers: no fault of the specification."""


class Batch(NamedTuple):
    """What follows many states."""

    after: Numbers
    """The states that follow, each as often as there are steps to it."""
    origins: Numbers
    """Of each of these the place of the state before it."""
    broken: dict[str, Numbers]
    """For each invariant that some state breaks the places of all that do."""


class Batches(Protocol):
    """How to go on from many states at once."""

    def expand(self, numbers: Numbers) -> Batch:
        """Return what follows an array of states."""


class GoneOn(NamedTuple):
    """What was found by going on from a level."""

    level: Level
    """The new states behind it."""
    generated: int
    broken: list[tuple[str, int]]
    """Invariants broken in the level, each with the first state that breaks it."""


class Visited(Protocol):
    """The states that were visited, and how the search goes on from a level."""

    def __len__(self) -> int:
        """Return how many there are."""

    def begin(self, numbers: Sequence[int]) -> Level:
        """Visit the initial states; return the first level."""

    def go_on(self, level: Level, wanted: Collection[str], *, stops: bool) -> GoneOn:
        """Visit what follows a level.

        `wanted` are the invariants to judge; once one is broken the rest of the level
        may be left out if it `stops` there.
        """

    def before(self, level: Level, number: int) -> int:
        """Return a state of the level from which a step leads to this one."""
