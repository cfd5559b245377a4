"""A look ahead of a search: the first levels of a world, for little and bounded work.

What it costs to go on from a state differs: one of three replicas has five steps, one
of three hundred has hundreds, each a copy of a large state, and a group of nine can be
divided in millions of ways. So what is bounded is neither states nor time but work:
each step that a specification yields counts, more if its states are long. It can stop
between any two steps, and judges few states, since that may take long as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic

from logion_model.kernel import Progress
from logion_model.kernel.faults import Checked
from logion_model.kernel.spec import Property, S, Spec

LONG = 2_500
"""Characters of a state, written out, that make a step count once more."""

RENAMED = 8
"""How often a step counts in a world with symmetry: what it leads to has to be found
under other names as well."""

JUDGED_MAX = 2_000
"""States that are judged: what is broken at once is no reason to refuse anything."""


@dataclass(slots=True)
class Sounding(Generic[S]):
    """What is known of the beginning of a world."""

    spec: Spec[S]
    judged: Sequence[Property[S]] = ()
    """Those that end a search when they are broken."""
    sizes: list[int] = field(default_factory=list)
    """How many states each level has, up to the one that is gone on from."""
    states: dict[S, None] = field(default_factory=dict)
    work: float = 0
    """In steps between short states."""
    is_complete: bool = False
    is_broken: bool = False
    """Whether a search ends where this does, at what it judges."""
    checked: Checked[S] = field(init=False)
    _keys: set[object] = field(default_factory=set)
    _following: list[S] = field(default_factory=list)
    _gone_on_from: int = 0
    _paused: Iterator[None] = field(init=False)

    def __post_init__(self) -> None:
        """Begin before the initial states."""
        self.checked = Checked(self.spec)
        self._paused = self._visits()

    @property
    def is_over(self) -> bool:
        """Return whether there is nothing to be guessed."""
        return self.is_complete or self.is_broken

    def go_on(self, work_max: float) -> None:
        """Visit further states until so much work is done, or nothing is left.

        Raises SpecError for a specification that fails.
        """
        with self.checked:
            while self.work < work_max and not self.is_over:
                next(self._paused, None)

    @property
    def progress(self) -> Progress:
        """Return how far it has come."""
        waiting = self.sizes[-1] - self._gone_on_from if self.sizes else 0
        following = len(self._following)
        depth = len(self.sizes)
        return Progress(len(self.states), 0, depth, waiting + following)

    def _visits(self) -> Iterator[None]:
        """Pause after each step."""
        for state in self.spec.initial:
            self._admit(state)
            yield
        while level := self._following:
            self.sizes.append(len(level))
            self._following = []
            weight = self._weight(level[0])
            for self._gone_on_from, state in enumerate(level, 1):
                yield from self._steps_out_of(state, weight)
        self.is_complete = True

    def _weight(self, state: S) -> float:
        """Return how much a step between such states counts."""
        times = 1 if self.spec.symmetry is None else RENAMED
        return times * (1 + len(repr(state)) / LONG)

    def _steps_out_of(self, state: S, weight: float) -> Iterator[None]:
        is_stuck = True
        self._ask_for_steps(state)
        for _, after in self.spec.next(state):
            is_stuck = False
            self._admit(after)
            self.work += weight
            yield
            self._ask_for_steps(state)
        if is_stuck and self.judged and not self.spec.may_stop(state):
            self.is_broken = True
            yield

    def _ask_for_steps(self, state: S) -> None:
        self.checked.asked, self.checked.state = "its steps fail in", state

    def _admit(self, state: S) -> None:
        """Note a state if it is new and within bounds; judge it if it is early."""
        key = state if self.spec.tells_all_apart else self.spec.key(state)
        if key in self._keys or not self.spec.within(state):
            return
        self._keys.add(key)
        self.states[state] = None
        self._following.append(state)
        if len(self.states) <= JUDGED_MAX:
            self.is_broken = not all(
                self.checked.holds(it, state) for it in self.judged
            )
