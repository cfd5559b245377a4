"""The readable search: breadth first, every state kept whole.

It is the one to believe; whatever is faster is held to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Generic, TypeAlias, cast

from logion_model.kernel.faults import Checked, SpecError
from logion_model.kernel.liveness import judged
from logion_model.kernel.report import DEADLOCK, Progress, Report, Step, Violation
from logion_model.kernel.spec import Action, Liveness, Property, S, Spec

Watch: TypeAlias = Callable[[Progress], bool]
"""Is told how far a search has come, now and then; False makes it stop there."""

Promise: TypeAlias = Property[S] | Liveness[S]

WATCHED_EVERY = 1_000
"""States of a level gone on from between two calls of a `Watch`."""


def explore(
    spec: Spec[S],
    *,
    invariants: Sequence[str] | None = None,
    to_the_end: bool = False,
    states_max: int | None = None,
    depth_max: int | None = None,
    watch: Watch | None = None,
) -> Report[S]:
    """Visit the reachable states, breadth first, until one breaks an invariant.

    `invariants` names those to check (all when None, none when empty). `to_the_end`
    goes on after a violation, so that every state is counted and every property
    judged. `states_max` and `depth_max` end the search after the level that reaches
    them. What must happen in the end (`Spec.liveness`) goes by its name among the
    invariants, and is judged once every state is known. Raises ValueError for a name
    that the specification does not have, and SpecError if it contradicts itself.
    """
    search = Search.begun(spec, invariants, to_the_end=to_the_end)
    return search.run(watch, states_max=states_max, depth_max=depth_max)


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


@dataclass(slots=True)
class Search(Generic[S]):
    """A search under way: what was visited, and what is still to be gone on from."""

    spec: Spec[S]
    unbroken: tuple[Property[S], ...]
    to_the_end: bool
    promises: tuple[Liveness[S], ...] = ()
    """What must happen in the end, as far as it is not judged yet."""
    parents: dict[S, S | None] = field(default_factory=dict)
    """The visited states, each with the state it was first reached from."""
    keys: set[Hashable] = field(default_factory=set)
    """Keys of the visited states, unless these are the states themselves."""
    level: list[S] = field(default_factory=list)
    expanded: int = 0
    """How many states of the level were gone on from."""
    following: list[S] = field(default_factory=list)
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

    @classmethod
    def begun(
        cls, spec: Spec[S], names: Sequence[str] | None, *, to_the_end: bool
    ) -> Search[S]:
        """Return a search that has visited the initial states."""
        search = cls.judging(spec, names, to_the_end=to_the_end)
        search.unreached = spec.sometimes
        search.start()
        return search

    @classmethod
    def judging(
        cls, spec: Spec[S], names: Sequence[str] | None, *, to_the_end: bool
    ) -> Search[S]:
        """Return a search that has visited nothing."""
        named = chosen(spec, names)
        invariants = tuple(it for it in named if isinstance(it, Property))
        promises = tuple(it for it in named if isinstance(it, Liveness))
        return cls(spec, invariants, to_the_end, promises)

    def start(self) -> None:
        """Visit the initial states."""
        with self.checked:
            for state in self.spec.initial:
                if self._is_new(state) and not self.is_over:
                    self._admit(state, None)
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
        return Progress(len(self.parents), generated, self.depth, waiting)

    def run(
        self,
        watch: Watch | None = None,
        *,
        states_max: int | None = None,
        depth_max: int | None = None,
    ) -> Report[S]:
        """Go on to the end, to a bound, or until `watch` says to stop."""
        while self.level and not self.is_over:
            if states_max is not None and len(self.parents) >= states_max:
                break
            if self.depth == depth_max or not self._finish_level(watch):
                break
            self._descend()
        if not self.level and not self.is_over and self.promises:
            self.violations += judged(self.spec, self.promises)
            self.promises = ()
        return self.report()

    def _descend(self) -> None:
        """Go to the next level; a violation that ends the search gives the depth."""
        self.level, self.following, self.expanded = self.following, [], 0
        if self.is_over:
            self.depth = self.violations[0].length
        elif self.level:
            self.depth += 1
            self.sizes.append(len(self.level))

    def _finish_level(self, watch: Watch | None) -> bool:
        """Go on from every state of the level; False if `watch` stopped it."""
        with self.checked:
            while self.expanded < len(self.level) and not self.is_over:
                self._expand(self.level[self.expanded])
                self.expanded += 1
                watched = self.expanded % WATCHED_EVERY == 0
                if watch and watched and not watch(self.progress):
                    return False
        return watch is None or watch(self.progress)

    def _expand(self, state: S) -> None:
        """Take every step out of a state."""
        stuck = True
        for action, after in self.checked.steps(state):
            stuck = False
            self.taken[action.name] += 1
            if self._is_new(after):
                self._admit(after, state)
                if self.is_over:
                    return
        if stuck and not self.spec.may_stop(state):
            self._blame(DEADLOCK, state)

    def _is_new(self, state: S) -> bool:
        if self.spec.tells_all_apart:
            return state not in self.parents
        return self.spec.key(state) not in self.keys

    def _admit(self, state: S, parent: S | None) -> None:
        """Remember and judge a new state, if it is within bounds."""
        if not self.spec.within(state):
            return
        self.parents[state] = parent
        if not self.spec.tells_all_apart:
            self.keys.add(self.spec.key(state))
        self.following.append(state)
        for invariant in self.unbroken:
            if not self.checked.holds(invariant, state):
                self._blame(invariant, state)
        if self.unreached:
            self.unreached = tuple(p for p in self.unreached if not p.holds(state))

    def _blame(self, broken: Property[S], state: S) -> None:
        if all(broken.name != earlier.broken for earlier in self.violations):
            steps = self._steps_to(state)
            self.violations.append(Violation(broken.name, broken.source, steps))
        self.unbroken = tuple(p for p in self.unbroken if p is not broken)

    def _steps_to(self, state: S) -> tuple[Step[S], ...]:
        path = [state]
        while (parent := self.parents[path[-1]]) is not None:
            path.append(parent)
        path.reverse()
        return along(self.spec, path)

    def report(self) -> Report[S]:
        """Return what was found so far."""
        declared = dict.fromkeys(self.spec.actions, 0)
        return Report(
            spec=self.spec.name,
            distinct=len(self.parents),
            generated=self.taken.total(),
            depth=self.depth,
            complete=not self.level and not self.is_over,
            taken=declared | self.taken,
            violations=tuple(self.violations),
            unreached=tuple(wanted.name for wanted in self.unreached),
        )

    def saved(self) -> dict[str, object]:
        """Return all but the specification: what `resumed` needs to go on."""
        kept = {name: getattr(self, name) for name in _SAVED}
        names = {name: [p.name for p in getattr(self, name)] for name in _BY_NAME}
        return kept | names

    @classmethod
    def resumed(cls, spec: Spec[S], saved: dict[str, Any]) -> Search[S]:
        """Return the search that was saved, of the same specification."""
        names = saved["unbroken"] + saved["promises"]
        search = cls.judging(spec, names, to_the_end=saved["to_the_end"])
        wanted = saved["unreached"]
        search.unreached = tuple(p for p in spec.sometimes if p.name in wanted)
        for name in _SAVED:
            setattr(search, name, saved[name])
        if not spec.tells_all_apart:  # the keys of another process may be others
            search.keys.update(map(spec.key, search.parents))
        return search


_SAVED = (
    "to_the_end",
    "parents",
    "level",
    "expanded",
    "following",
    "depth",
    "sizes",
    "taken",
    "violations",
)
_BY_NAME = ("unbroken", "promises", "unreached")


def along(spec: Spec[S], path: Iterable[S]) -> tuple[Step[S], ...]:
    """Return the steps through these states, with an action for each.

    Actions are found again instead of stored: a trace has a dozen steps, the search may
    have millions of states. Raises SpecError if a step cannot be found again.
    """
    states = list(path)
    pairs = pairwise(states)
    later = [Step(_action(spec, before, after), after) for before, after in pairs]
    return (Step(None, states[0]), *later)


def _action(spec: Spec[S], before: S, after: S) -> Action:
    for action, state in spec.next(before):
        if state == after:
            return action
    raise SpecError(spec.name, "another time gives other steps from", cast(Any, before))
