"""Breadth first: what every search does, however it remembers where it was."""

from __future__ import annotations

import gc
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar

from logion_model.kernel.faults import Checked
from logion_model.kernel.liveness import judged
from logion_model.kernel.report import DEADLOCK, Progress, Report, Step, Violation
from logion_model.kernel.spec import Liveness, Property, S, Spec

Watch: TypeAlias = Callable[[Progress], bool]
"""Is told how far a search has come, now and then; False makes it stop there."""

Promise: TypeAlias = Property[S] | Liveness[S]

WATCHED_EVERY = 1_000
"""States of a level gone on from between two calls of a `Watch`, or states found: one
may lead to thousands."""


def chosen(spec: Spec[S], names: Sequence[str] | None) -> tuple[Promise[S], ...]:
    """Return the properties of these names, all of them for None.

    Raises ValueError for one that the specification does not have.
    """
    known: tuple[Promise[S], ...] = (*spec.invariants, *spec.liveness)
    by_name = {it.name: it for it in known}
    if names is None:
        return known
    if unknown := [name for name in names if name not in by_name]:
        has = ", ".join(by_name)
        raise ValueError(f"{spec.name} has no property {unknown[0]}; it has {has}")
    return tuple(by_name[name] for name in names)


def of_states(
    spec: Spec[S], names: Sequence[str] | None, *, or_none: bool = False
) -> tuple[Property[S], ...]:
    """Return the properties of these names, for a search that judges single states.

    Raises ValueError as `chosen` does, and for what must happen in the end, which such
    a search cannot judge; `or_none` leaves that out where no names are given.
    """
    named = chosen(spec, names)
    judged = tuple(it for it in named if isinstance(it, Property))
    if len(judged) < len(named) and not (or_none and names is None):
        promised = next(it.name for it in named if it not in judged)
        raise ValueError(
            f"{spec.name}: {promised} is judged by the whole search alone: "
            "neither --fast nor --walks"
        )
    return judged


@contextmanager
def looking_for_no_cycles() -> Iterator[None]:
    """Let Python look for no cycles among objects: states have none, and are many."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looking:
            gc.enable()


T = TypeVar("T")


class Level(Protocol[T]):
    """States in order of discovery."""

    def append(self, state: T, /) -> None:
        """Add a state."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, index: int, /) -> T:
        """Return one by its place, from 0; asked for in order."""


_SAVED = ("to_the_end", "expanded", "depth", "sizes", "taken", "violations")
_BY_NAME = ("unbroken", "promises", "unreached")


@dataclass(slots=True)
class BreadthFirst(ABC, Generic[S]):
    """A search under way, apart from how it remembers the states that it visited."""

    spec: Spec[S]
    unbroken: tuple[Property[S], ...]
    to_the_end: bool
    promises: tuple[Liveness[S], ...] = ()
    """What must happen in the end, as far as it is not judged yet."""
    level: Level[S] = field(init=False)
    expanded: int = 0
    """How many states of the level were gone on from."""
    following: Level[S] = field(init=False)
    """The next level, as far as it is known."""
    depth: int = 0
    sizes: list[int] = field(default_factory=list)
    """How many states each level has, the first one first."""
    taken: Counter[str] = field(default_factory=Counter)
    violations: list[Violation[S]] = field(default_factory=list)
    unreached: tuple[Property[S], ...] = ()
    checked: Checked[S] = field(init=False)

    def __post_init__(self) -> None:
        """Let the specification be looked at while it is asked."""
        self.checked = Checked(self.spec)
        self.level, self.following = self.empty_level(), self.empty_level()

    @property
    @abstractmethod
    def distinct(self) -> int:
        """Return how many states were visited."""

    @abstractmethod
    def empty_level(self) -> Level[S]:
        """Return a place for the states of a level."""

    @abstractmethod
    def is_new(self, state: S) -> bool:
        """Return whether no state was visited that counts as this one."""

    @abstractmethod
    def remember(self, state: S, parent: S | None, nth: int) -> None:
        """Note a new state; it is the so-many-th step out of its parent, from 0.

        Without a parent: the so-many-th initial state.
        """

    @abstractmethod
    def steps_to(self, state: S) -> tuple[Step[S], ...]:
        """Return a shortest way to the newest state, or to the one gone on from."""

    @classmethod
    def begun(
        cls, spec: Spec[S], names: Sequence[str] | None, *, to_the_end: bool
    ) -> Self:
        """Return a search that has visited the initial states."""
        search = cls.judging(spec, names, to_the_end=to_the_end)
        search.unreached = spec.sometimes
        search.start()
        return search

    @classmethod
    def judging(
        cls, spec: Spec[S], names: Sequence[str] | None, *, to_the_end: bool
    ) -> Self:
        """Return a search that has visited nothing."""
        named = chosen(spec, names)
        invariants = tuple(it for it in named if isinstance(it, Property))
        promises = tuple(it for it in named if isinstance(it, Liveness))
        return cls(spec, invariants, to_the_end, promises)

    def saved(self) -> dict[str, object]:
        """Return what every search needs to go on, but the specification."""
        kept = {name: getattr(self, name) for name in _SAVED}
        names = {name: [p.name for p in getattr(self, name)] for name in _BY_NAME}
        return kept | names

    @classmethod
    def continued(cls, spec: Spec[S], saved: dict[str, Any]) -> Self:
        """Return the search that was saved, but for the states that it knows."""
        names = saved["unbroken"] + saved["promises"]
        search = cls.judging(spec, names, to_the_end=saved["to_the_end"])
        wanted = saved["unreached"]
        search.unreached = tuple(p for p in spec.sometimes if p.name in wanted)
        for name in _SAVED:
            setattr(search, name, saved[name])
        return search

    def start(self) -> None:
        """Visit the initial states."""
        with self.checked:
            for nth, state in enumerate(self.spec.initial):
                if self.is_new(state) and not self.is_over:
                    self._admit(state, None, nth)
        self._descend()

    @property
    def is_over(self) -> bool:
        """Return whether a violation ends the search."""
        return bool(self.violations) and not self.to_the_end

    @property
    def progress(self) -> Progress:
        """Return how far the search has come."""
        waiting = len(self.level) - self.expanded + len(self.following)
        generated = self.taken.total()
        return Progress(self.distinct, generated, self.depth, waiting)

    def run(
        self,
        watch: Watch | None = None,
        *,
        states_max: int | None = None,
        depth_max: int | None = None,
    ) -> Report[S]:
        """Go on to the end, to a bound, or until `watch` says to stop."""
        with looking_for_no_cycles():
            self._run(watch, states_max, depth_max)
        return self.report()

    def _run(
        self, watch: Watch | None, states_max: int | None, depth_max: int | None
    ) -> None:
        while self.level and not self.is_over:
            if self.depth == depth_max or not self._finish_level(watch, states_max):
                break
            self._descend()
        if not self.level and not self.is_over and self.promises:
            self.violations += judged(self.spec, self.promises)
            self.promises = ()

    def _descend(self) -> None:
        """Go to the next level; a violation that ends the search gives the depth."""
        self.level, self.following = self.following, self.empty_level()
        self.expanded = 0
        if self.is_over:
            self.depth = self.violations[0].length
        elif self.level:
            self.depth += 1
            self.sizes.append(len(self.level))

    def _finish_level(self, watch: Watch | None, states_max: int | None) -> bool:
        """Go on from every state of the level; False if a bound or `watch` stops it."""
        if states_max is not None and self.distinct >= states_max:
            return False
        watched = self.distinct
        with self.checked:
            while self.expanded < len(self.level) and not self.is_over:
                self._expand(self.level[self.expanded])
                self.expanded += 1
                found = self.distinct - watched
                if self.expanded % WATCHED_EVERY == 0 or found >= WATCHED_EVERY:
                    watched = self.distinct
                    if states_max is not None and self.distinct >= states_max:
                        return False
                    if watch and not watch(self.progress):
                        return False
        return watch is None or watch(self.progress)

    def _expand(self, state: S) -> None:
        """Take every step out of a state."""
        stuck = True
        for nth, (action, after) in enumerate(self.checked.steps(state)):
            stuck = False
            self.taken[action.name] += 1
            if self.is_new(after):
                self._admit(after, state, nth)
                if self.is_over:
                    return
        if stuck and not self.spec.may_stop(state):
            self._blame(DEADLOCK, state)

    def _admit(self, state: S, parent: S | None, nth: int) -> None:
        """Remember and judge a new state, if it is within bounds."""
        if not self.spec.within(state):
            return
        self.remember(state, parent, nth)
        self.following.append(state)
        for invariant in self.unbroken:
            if not self.checked.holds(invariant, state):
                self._blame(invariant, state)
        if self.unreached:
            self.unreached = tuple(
                it for it in self.unreached if not self.checked.holds(it, state)
            )

    def _blame(self, broken: Property[S], state: S) -> None:
        if all(broken.name != earlier.broken for earlier in self.violations):
            steps = self.steps_to(state)
            self.violations.append(Violation(broken.name, broken.source, steps))
        self.unbroken = tuple(p for p in self.unbroken if p is not broken)

    def report(self) -> Report[S]:
        """Return what was found so far."""
        declared = dict.fromkeys(self.spec.actions, 0)
        return Report(
            spec=self.spec.name,
            distinct=self.distinct,
            generated=self.taken.total(),
            depth=self.depth,
            complete=not self.level and not self.is_over,
            taken=declared | self.taken,
            violations=tuple(self.violations),
            unreached=tuple(wanted.name for wanted in self.unreached),
        )
