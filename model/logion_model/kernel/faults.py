"""What is wrong with a specification itself, named with the state that shows it.

A search believes its specification: the same state must always have the same steps, a
step must leave the state that it starts from alone, and predicates must have an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Generic

from logion_model.kernel.spec import Action, Property, S, Spec

FIRST_LOOKED_AT, THEN_EVERY = 256, 64
"""Which states are gone on from twice, and which are compared before and after they are
judged: the first ones, later each so-many-th."""


class SpecError(Exception):
    """A specification contradicts itself; what it says of which state."""

    def __init__(self, spec: str, fault: str, state: Hashable) -> None:
        """State which specification it is, and what it does with the state.

        None is a state that is not known.
        """
        super().__init__(spec, fault, state)

    def __str__(self) -> str:
        """Return it in words."""
        spec, fault, state = self.args
        of_which = "a state" if state is None else f"the state {state!r}"
        return f"{spec}: {fault} {of_which}"


@dataclass(slots=True)
class Checked(Generic[S]):
    """A specification whose answers are looked at while it is asked.

    As a context it turns any exception of the specification's functions into a
    SpecError that names what was asked, and of which state: any but MemoryError.
    """

    spec: Spec[S]
    asked: str = "the initial states"
    state: S | None = None
    looked: int = 0
    judged: int = 0

    def steps(self, state: S) -> Iterable[tuple[Action, S]]:
        """Return the steps out of a state; looks twice at some states.

        Raises SpecError for steps that differ the second time, and for a state that is
        not what it was before it was asked for its steps.
        """
        self.asked, self.state = "its steps fail in", state
        self.looked += 1
        if self.looked > FIRST_LOOKED_AT and self.looked % THEN_EVERY:
            return list(self.spec.next(state))  # before anything else is asked
        return self._looked_at(state)

    def _looked_at(self, state: S) -> list[tuple[Action, S]]:
        before = (hash(state), repr(state))
        steps = list(self.spec.next(state))
        if (hash(state), repr(state)) != before:
            raise SpecError(self.spec.name, f"a step changed {before[1]} to", state)
        if list(self.spec.next(state)) != steps:
            raise SpecError(
                self.spec.name, "another time gives other steps from", state
            )
        return steps

    def holds(self, invariant: Property[S], state: S) -> bool:
        """Return whether an invariant holds.

        Raises SpecError, of the states that it looks at, if one is another after that.
        """
        self.asked, self.state = f"{invariant.name} cannot be judged in", state
        self.judged += 1
        if self.judged > FIRST_LOOKED_AT and self.judged % THEN_EVERY:
            return invariant.holds(state)
        before = (hash(state), repr(state))
        answer = invariant.holds(state)
        if (hash(state), repr(state)) != before:
            raise SpecError(
                self.spec.name, f"{invariant.name} changed {before[1]} to", state
            )
        return answer

    def noted(self, predicate: Callable[[S], bool], name: str) -> Callable[[S], bool]:
        """Return a predicate that is asked for a property of this name."""

        def answer(state: S) -> bool:
            self.asked, self.state = f"{name} cannot be judged in", state
            return predicate(state)

        return answer

    def __enter__(self) -> None:
        """Nothing is asked yet."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Name what was asked, if it failed."""
        passes = isinstance(error, SpecError | MemoryError)
        if isinstance(error, Exception) and not passes:
            told = f"{self.asked} ({type(error).__name__}: {error})"
            raise SpecError(self.spec.name, told, self.state) from error
