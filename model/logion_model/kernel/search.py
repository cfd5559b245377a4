"""The readable search: breadth first, every state kept whole.

It is the one to believe; whatever is faster is held to it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

from logion_model.kernel.breadth import BreadthFirst, Watch
from logion_model.kernel.faults import SpecError
from logion_model.kernel.report import Report, Step
from logion_model.kernel.spec import Action, S, Spec


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


@dataclass(slots=True)
class Search(BreadthFirst[S]):
    """A search under way: what was visited, and what is still to be gone on from."""

    parents: dict[S, S | None] = field(default_factory=dict)
    """The visited states, each with the state it was first reached from."""
    keys: set[Hashable] = field(default_factory=set)
    """Keys of the visited states, unless these are the states themselves."""

    @property
    def distinct(self) -> int:
        """Return how many states were visited."""
        return len(self.parents)

    def empty_level(self) -> list[S]:
        """Return a place for the states of a level."""
        return []

    def is_new(self, state: S) -> bool:
        """Return whether no state was visited that counts as this one."""
        if self.spec.tells_all_apart:
            return state not in self.parents
        return self.spec.key(state) not in self.keys

    def remember(self, state: S, parent: S | None, nth: int) -> None:  # noqa: ARG002
        """Note a new state and its parent."""
        self.parents[state] = parent
        if not self.spec.tells_all_apart:
            self.keys.add(self.spec.key(state))

    def steps_to(self, state: S) -> tuple[Step[S], ...]:
        """Return the way on which a visited state was found."""
        path = [state]
        while (parent := self.parents[path[-1]]) is not None:
            path.append(parent)
        path.reverse()
        return along(self.spec, path)

    def saved(self) -> dict[str, object]:
        """Return all but the specification: what `resumed` needs to go on."""
        kept = {name: getattr(self, name) for name in _WHOLE}
        return BreadthFirst.saved(self) | kept

    @classmethod
    def resumed(cls, spec: Spec[S], saved: dict[str, Any]) -> Search[S]:
        """Return the search that was saved, of the same specification."""
        search = cls.continued(spec, saved)
        for name in _WHOLE:
            setattr(search, name, saved[name])
        if not spec.tells_all_apart:  # the keys of another process may be others
            search.keys.update(map(spec.key, search.parents))
        return search


_WHOLE = ("parents", "level", "following")


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
