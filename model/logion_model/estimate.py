"""How large a search will become, guessed from its first levels, and what fits here.

Levels of a bounded world grow ever more slowly, and then shrink: the logarithm of the
growth falls, fast at first and then more slowly. The last growth, carried on with two
thirds of its average fall (with all of its latest fall, if that is steeper) gives the
levels to come. Measured on the models here, this is right within a factor of ten once a
tenth of the states is known, and often when it is a hundredth.
"""

from __future__ import annotations

import math
import os
from collections.abc import Hashable, Iterable, Sequence
from itertools import islice, pairwise
from pathlib import Path
from sys import getsizeof
from typing import NamedTuple

from logion_model.kernel import Progress

LEVELS_MIN = 5
"""With fewer levels nothing can be said."""

LEVELS_MAX = 10_000
"""With more levels to come no end is in sight."""

SLOWER = 2 / 3
"""How much more slowly growth falls later than on average so far."""

STATES_MAX = 1e15
"""More is not told apart."""

ENTRY_BYTES = 120
"""What a dictionary needs for a state beside the state itself, and the queue."""

SAMPLED = 5_000
"""States whose size is measured."""


class Estimate(NamedTuple):
    """What a search will need."""

    states: float
    """`STATES_MAX` if no end is in sight."""
    bytes_each: int

    @property
    def size(self) -> float:
        """Return the memory that all states need, in bytes."""
        return self.states * self.bytes_each

    def __str__(self) -> str:
        """Return it in words."""
        about = "about" if self.states < STATES_MAX else "over"
        return f"{about} {rounded(self.states)} states, {self.bytes_each} bytes each"


def rounded(number: float) -> str:
    """Return a number with two digits that count: `1,200,000`."""
    digits = max(0, math.floor(math.log10(max(number, 1))) - 1)
    return f"{round(number, -digits):,.0f}"


def states_in_all(sizes: Sequence[int]) -> float:
    """Return how many states there will be, given the sizes of the first levels.

    At least those that are known; `STATES_MAX` if no end is in sight.
    """
    if len(sizes) < LEVELS_MIN:
        return STATES_MAX
    growths = [math.log(after / before) for before, after in pairwise(sizes)]
    recent = growths[len(growths) // 2 :]
    growth, fall = sum(growths[-2:]) / 2, max(_fall(growths) * SLOWER, _fall(recent))
    total, last = float(sum(sizes)), float(sizes[-1])
    if fall <= 0 < growth:
        return STATES_MAX
    for _ in range(LEVELS_MAX):
        growth -= fall
        last *= math.exp(growth)
        total += last
        if last < 1:
            return total
        if total >= STATES_MAX:
            break
    return STATES_MAX


def levels(sizes: Sequence[int], progress: Progress) -> list[int]:
    """Return the sizes of the levels, and of the one that follows if some is known.

    It is said to grow on as it did, so rather too large: what occurs twice is met more
    often in the end.
    """
    following = progress.distinct - sum(sizes)
    gone_on = sizes[-1] - (progress.queue - following)
    return [*sizes, following * sizes[-1] // gone_on] if following else list(sizes)


def _fall(growths: Sequence[float]) -> float:
    """Return by how much they fall from one to the next, by least squares."""
    middle, mean = (len(growths) - 1) / 2, sum(growths) / len(growths)
    square = sum((place - middle) ** 2 for place in range(len(growths)))
    both = enumerate(growths)
    return sum((middle - place) * (growth - mean) for place, growth in both) / square


def bytes_each(states: Iterable[Hashable]) -> int:
    """Return what one state needs in memory on average; what is shared counts once."""
    sample = list(islice(states, SAMPLED))
    counted: set[int] = set()
    held = sum(_size(state, counted) for state in sample)
    return held // max(1, len(sample)) + ENTRY_BYTES


def _size(value: object, counted: set[int]) -> int:
    if id(value) in counted:
        return 0
    counted.add(id(value))
    size = getsizeof(value, 0)
    if isinstance(value, tuple | frozenset):
        size += sum(_size(item, counted) for item in value)
    return size


MEMORY = Path("/proc/meminfo")
"""Where Linux says how much memory is free."""


def free_memory() -> int:
    """Return the bytes that are free, or all there are where that is not told."""
    if MEMORY.exists():
        for line in MEMORY.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
