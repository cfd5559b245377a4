"""The readable search: breadth first, every state kept whole.

It is the one to believe; whatever is faster is held to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic

from logion_model.kernel.report import DEADLOCK, Report, Step, Violation
from logion_model.kernel.spec import Action, Property, S, Spec


def explore(
    spec: Spec[S],
    *,
    invariants: Sequence[str] | None = None,
    to_the_end: bool = False,
    states_max: int | None = None,
    depth_max: int | None = None,
) -> Report[S]:
    """Visit the reachable states, breadth first, until one breaks an invariant.

    `invariants` names those to check (all when None, none when empty). `to_the_end`
    goes on after a violation, so that every state is counted and every property
    judged. `states_max` and `depth_max` end the search after the level that reaches
    them. Raises ValueError for an invariant that the specification does not have.
    """
    search = _Search(spec, _chosen(spec, invariants), to_the_end)
    level = search.admit((None, state) for state in spec.initial)
    while level and not search.is_over:
        search.depth += 1
        if states_max is not None and len(search.parents) >= states_max:
            break
        if search.depth == depth_max:
            break
        level = search.admit(search.successors(level))
    return search.report(complete=not level and not search.is_over)


def _chosen(spec: Spec[S], names: Sequence[str] | None) -> tuple[Property[S], ...]:
    if names is None:
        return spec.invariants
    by_name = {invariant.name: invariant for invariant in spec.invariants}
    if unknown := [name for name in names if name not in by_name]:
        known = ", ".join(by_name)
        raise ValueError(f"{spec.name} has no property {unknown[0]}; it has {known}")
    return tuple(by_name[name] for name in names)


@dataclass(slots=True)
class _Search(Generic[S]):
    """The visited states, each with the state it was first reached from."""

    spec: Spec[S]
    unbroken: tuple[Property[S], ...]
    to_the_end: bool
    parents: dict[S, S | None] = field(default_factory=dict)
    seen: set[Hashable] = field(default_factory=set)
    """Keys of the visited states, unless these are the states themselves."""
    taken: Counter[str] = field(default_factory=Counter)
    depth: int = 0
    violations: list[Violation[S]] = field(default_factory=list)
    unreached: list[Property[S]] = field(init=False)

    def __post_init__(self) -> None:
        self.unreached = list(self.spec.sometimes)

    @property
    def is_over(self) -> bool:
        """Return whether a violation ends the search."""
        return bool(self.violations) and not self.to_the_end

    def admit(self, reached: Iterable[tuple[S | None, S]]) -> list[S]:
        """Return the states not seen before, up to one that ends the search."""
        new = []
        for parent, state in reached:
            if self._is_new(state) and self.spec.within(state):
                self._remember(state, parent)
                new.append(state)
                self._judge(state)
            if self.is_over:
                self.depth = self.violations[0].length
                break
        return new

    def _is_new(self, state: S) -> bool:
        if self.spec.tells_all_apart:
            return state not in self.parents
        return self.spec.key(state) not in self.seen

    def _remember(self, state: S, parent: S | None) -> None:
        self.parents[state] = parent
        if not self.spec.tells_all_apart:
            self.seen.add(self.spec.key(state))

    def successors(self, level: Iterable[S]) -> Iterable[tuple[S, S]]:
        """Yield each step out of `level` as (before, after)."""
        for state in level:
            stuck = True
            for action, after in self.spec.next(state):
                stuck = False
                self.taken[action.name] += 1
                yield state, after
            if stuck and not self.spec.may_stop(state):
                self._blame(DEADLOCK, state)
            if self.is_over:
                return

    def _judge(self, state: S) -> None:
        for invariant in self.unbroken:
            if not invariant.holds(state):
                self._blame(invariant, state)
        if self.unreached:
            self.unreached = [p for p in self.unreached if not p.holds(state)]

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
        pairs = pairwise(path)
        later = [Step(self._action(before, after), after) for before, after in pairs]
        return (Step(None, path[0]), *later)

    def _action(self, before: S, after: S) -> Action:
        """Return an action that leads from one state to the other.

        Actions are found again instead of stored: a trace has a dozen steps, the
        search may have millions of states.
        """
        return next(act for act, state in self.spec.next(before) if state == after)

    def report(self, *, complete: bool) -> Report[S]:
        """Return what was found so far."""
        declared = dict.fromkeys(self.spec.actions, 0)
        return Report(
            spec=self.spec.name,
            distinct=len(self.parents),
            generated=self.taken.total(),
            depth=self.depth,
            complete=complete,
            taken=declared | self.taken,
            violations=tuple(self.violations),
            unreached=tuple(wanted.name for wanted in self.unreached),
        )
