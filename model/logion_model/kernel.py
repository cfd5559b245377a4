"""An explicit-state checker, small enough to be read and believed.

A specification says which states are initial and which steps lead on from a state.
`explore` visits every reachable state breadth first, so that the first state which
breaks an invariant has a shortest counterexample: a numbered list of actions.

What a report counts: *distinct* states, *generated* successors (the same state may be
generated often), and *depth*, the number of states on the longest of the shortest
paths, the initial state included. Distinct and depth do not depend on how actions are
written down, so they can be compared with another checker's; generated does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Generic, NamedTuple, TypeVar

S = TypeVar("S", bound=Hashable)


class Action(NamedTuple):
    """One step by name and arguments, such as `write(1)`."""

    name: str
    arguments: tuple[object, ...] = ()

    def __str__(self) -> str:
        """Return it as a line of a program."""
        return f"{self.name}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True, slots=True)
class Property(Generic[S]):
    """A named predicate on states, and where it was promised."""

    name: str
    holds: Callable[[S], bool]
    source: str
    """The document, KIP or protocol field that makes the promise."""


def _always(_: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Spec(Generic[S]):
    """What may happen: initial states, steps, and what must hold throughout."""

    name: str
    initial: tuple[S, ...]
    next: Callable[[S], Iterable[tuple[Action, S]]]
    """Every step possible in a state, with the state it leads to."""
    actions: tuple[str, ...]
    """Names of all actions: one that is never taken is reported."""
    invariants: tuple[Property[S], ...] = ()
    sometimes: tuple[Property[S], ...] = ()
    """What some state must show: a model that does nothing breaks no invariant."""
    may_stop: Callable[[S], bool] = _always
    """Whether a state without successors is an end rather than a deadlock."""


class Step(NamedTuple, Generic[S]):
    """One line of a counterexample; the first has no action."""

    action: Action | None
    state: S


@dataclass(frozen=True, slots=True)
class Violation(Generic[S]):
    """A property that failed and a shortest way to the state that shows it."""

    broken: str
    source: str
    steps: tuple[Step[S], ...]

    @property
    def length(self) -> int:
        """Return the number of states on the way, the initial one included."""
        return len(self.steps)

    def __str__(self) -> str:
        """Return the counterexample as a program: numbered actions."""
        actions = [step.action for step in self.steps if step.action is not None]
        lines = [f"{n:3}. {action}" for n, action in enumerate(actions, 1)]
        return "\n".join([f"violates {self.broken} ({self.source})", *lines])


@dataclass(frozen=True, slots=True)
class Report(Generic[S]):
    """What an exploration found."""

    spec: str
    distinct: int
    generated: int
    depth: int
    complete: bool
    """Whether every reachable state was visited."""
    taken: Mapping[str, int]
    """How often each declared action was taken; 0 for one that never was."""
    violations: tuple[Violation[S], ...] = ()
    """At most one per property, each a shortest; the first found comes first."""
    unreached: tuple[str, ...] = ()
    """Names of `sometimes` properties that no visited state showed."""

    @property
    def violation(self) -> Violation[S] | None:
        """Return the shortest counterexample, or None."""
        return self.violations[0] if self.violations else None

    @property
    def never_taken(self) -> tuple[str, ...]:
        """Return the declared actions that no visited state allowed."""
        return tuple(name for name, times in self.taken.items() if not times)

    @property
    def verdict(self) -> str:
        """Return `violated`, `bounded` (stopped early), `vacuous` or `holds`."""
        if self.violation is not None:
            return "violated"
        if not self.complete:
            return "bounded"
        return "vacuous" if self.unreached else "holds"


DEADLOCK: Property[Any] = Property(
    "no-deadlock", lambda _: False, "the specification says where it may stop"
)
"""The property that a state without successors breaks."""


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
            if state not in self.parents:
                self.parents[state] = parent
                new.append(state)
                self._judge(state)
            if self.is_over:
                self.depth = self.violations[0].length
                break
        return new

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
