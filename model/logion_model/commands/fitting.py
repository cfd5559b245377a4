"""Whether a search fits in memory: it is refused before it begins, or when it grows."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from logion_model.checkpoint import Alone
from logion_model.commands.console import Watcher
from logion_model.entry import Scope, written
from logion_model.estimate import (
    LEVELS_MIN,
    Estimate,
    bytes_each,
    free_memory,
    levels,
    rounded,
    states_in_all,
)
from logion_model.kernel import HashedSearch, Progress, Spec
from logion_model.kernel.hashed import BYTES_EACH
from logion_model.sounding import Sounding

SOUNDINGS = (30_000, 400_000)
"""Before a search the size of the whole is guessed from so much work, as a `Sounding`
counts it; a second time where the first leaves a doubt. Early guesses are too low,
rather than too high, and grow without end where growth does not slow down yet: the
first refuses only what has hardly begun by then."""

DOUBTFUL = 1 / 10
"""A first guess below this part of what is free needs no second one."""

LOOKS = ((50_000, 10), (200_000, 1))
"""After so many states it is guessed again, from the search itself."""


NUMBER_MAX = 1_000
"""A world with more of anything has states too long to be looked at."""


class TooLargeError(Exception):
    """The states of a scope would not fit in memory."""


def refuse_number(scope: Scope, options: argparse.Namespace) -> None:
    """Raise TooLargeError for a scope of which not even one state should be made."""
    if max(scope, default=0) > NUMBER_MAX and not options.force:
        raise TooLargeError(
            f"scope {written(scope)}: numbers up to {NUMBER_MAX:,} can be looked at;"
            " --force tries all the same"
        )


def refuse_if_too_large(
    spec: Spec[Any],
    properties: Sequence[str] | None,
    each: int | None,
    options: argparse.Namespace,
) -> None:
    """Raise TooLargeError for a world that would not fit, whatever its scope is.

    What a search that ends at the first violation finds at once is not refused. `each`
    is what a state needs in memory, None for a search that keeps it whole. Nothing is
    refused that is forced or has a bound.
    """
    if options.force or options.states_max is not None:
        return
    judged = [it for it in spec.invariants if it.name in (properties or ())]
    sounding = Sounding(spec, judged)
    for work in SOUNDINGS:
        sounding.go_on(work)
        if sounding.is_over:
            return
        size = each or bytes_each(sounding.states)
        estimate = estimated(sounding.sizes, sounding.progress, size)
        if estimate.size < DOUBTFUL * free_memory():
            return
        if work == SOUNDINGS[-1] or len(sounding.sizes) < LEVELS_MIN:
            _refuse(estimate, 1)


def estimated(sizes: list[int], progress: Progress, each: int) -> Estimate:
    """Return what a search will need that has come so far."""
    return Estimate(states_in_all(levels(sizes, progress)), each)


def _refuse(estimate: Estimate, times: int) -> None:
    """Raise TooLargeError if that is so many times the memory there is."""
    free = free_memory()
    if estimate.size > times * free:
        raise TooLargeError(
            f"{estimate}: {rounded(estimate.size / 1e9)} GB, and"
            f" {free / 1e9:.1f} GB are free; --force tries all the same"
        )


def explore_while_it_fits(
    search: Alone, watcher: Watcher, options: argparse.Namespace
) -> None:
    """Go on with a search; refuse one that would not fit once its growth is known."""
    bound = options.states_max
    if not options.force and bound is None:
        for states, times in LOOKS:
            report = search.run(watcher, states_max=states)
            if report.complete or search.is_over or watcher.stopped:
                return
            is_hashed = isinstance(search, HashedSearch)
            each = BYTES_EACH if is_hashed else bytes_each(search.parents)
            _refuse(estimated(search.sizes, search.progress, each), times)
    search.run(watcher, states_max=bound)


@dataclass(slots=True)
class Gate:
    """Watches a search, and refuses it once the growth of its levels is known."""

    watcher: Watcher
    bytes_each: int
    states_max: int | None
    """Where to stop; None where the search may go to its end."""
    is_open: bool
    """Whether it refuses nothing."""
    sizes: list[int] = field(default_factory=list)
    looks: list[tuple[int, int]] = field(default_factory=lambda: list(LOOKS))
    """Those to come."""

    def __call__(self, progress: Progress) -> bool:
        """Return whether to go on; raises TooLargeError."""
        if progress.depth > len(self.sizes):
            self.sizes.append(progress.distinct - sum(self.sizes))
        if self.states_max is not None and progress.distinct >= self.states_max:
            return False
        if not self.is_open and progress.queue:
            self._look(progress)
        return self.watcher(progress)

    def _look(self, progress: Progress) -> None:
        while self.looks and progress.distinct >= self.looks[0][0]:
            _, times = self.looks.pop(0)
            _refuse(estimated(self.sizes, progress, self.bytes_each), times)


def gate(watcher: Watcher, bytes_each: int, options: argparse.Namespace) -> Gate:
    """Return what watches a search with these options."""
    is_open = bool(options.force) or options.states_max is not None
    return Gate(watcher, bytes_each, options.states_max, is_open)
