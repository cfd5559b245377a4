"""What a specification is made of: actions, properties, fairness, and their sum."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

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


def always(_: object) -> bool:
    """Return True of any state."""
    return True


@dataclass(frozen=True, slots=True)
class Fairness:
    """An action that is not put off for ever: without any, everything may stop.

    Weakly fair: if from some moment on it is possible without a break, it is taken.
    Strongly fair: if it is possible again and again, it is taken again and again.
    A step that changes nothing does not count as possible.
    """

    action: str
    strong: bool = False
    each: int = 0
    """How many of its first arguments tell one such action from another. 0: it is
    enough that some action of the name is taken; 1: some for each first argument."""


@dataclass(frozen=True, slots=True)
class Liveness(Generic[S]):
    """A promise that something happens in the end, on every fair path.

    Whenever `after` holds, `goal` holds then or later. Without `after`: some time after
    the start. With `always` as `after`: again and again.
    """

    name: str
    goal: Callable[[S], bool]
    source: str
    after: Callable[[S], bool] | None = None
    stays: bool = False
    """Whether the goal must hold for ever in the end; `after` is not asked then."""


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
    may_stop: Callable[[S], bool] = always
    """Whether a state without successors is an end rather than a deadlock."""
    within: Callable[[S], bool] = always
    """Bounds a world without end: a state outside is not counted, not judged, and
    nothing is asked of what follows it. Steps that lead out are counted as taken. (TLC
    does not count such a state either, but judges it.)"""
    view: Callable[[S], Hashable] | None = None
    """The part of a state by which states are told apart, None for all of it. Of those
    that look alike the first found is kept whole and gone on from, so leave out only
    what no step and no property depends on: counters for a trace, messages handled."""
    symmetry: Callable[[S], Iterable[S]] | None = None
    """The states that differ from this one in nothing but who is who, itself included:
    one of each such set is counted. Steps and properties must not tell them apart.
    To name one state alone, a representative, is faster and as good."""
    liveness: tuple[Liveness[S], ...] = ()
    """What must happen in the end. Judged without `symmetry`."""
    fairness: tuple[Fairness, ...] = ()
    """What a path must not put off for ever to count against `liveness`."""

    @property
    def tells_all_apart(self) -> bool:
        """Return whether two different states are always counted as two."""
        return self.view is None and self.symmetry is None

    def key(self, state: S) -> Hashable:
        """Return what is equal for two states that count as one.

        Which of the permutations stands for them all may differ between processes, as
        hashes of strings do; how many states there are does not.
        """
        alike = (state,) if self.symmetry is None else self.symmetry(state)
        views = alike if self.view is None else map(self.view, alike)
        return _lowest(set(views))


def _lowest(views: set[Hashable]) -> Hashable:
    """Return the one of the lowest hash; all those, should several share it."""
    if len(views) > 1:
        low = min(map(hash, views))
        views = {view for view in views if hash(view) == low}
    return views.pop() if len(views) == 1 else frozenset(views)
