"""Random walks through a specification: for scopes that cannot be exhausted.

A walk proves nothing. It finds what is broken often, fast, at any scope, and its
counterexamples are as long as chance made them. The same seed walks the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Generic

from logion_model.kernel.breadth import of_states
from logion_model.kernel.faults import Checked
from logion_model.kernel.report import DEADLOCK, Report, Step, Violation
from logion_model.kernel.spec import Property, S, Spec


def simulate(
    spec: Spec[S],
    *,
    walks: int,
    steps_max: int,
    seed: int = 0,
    invariants: Sequence[str] | None = None,
) -> Report[S]:
    """Walk at random from an initial state, again and again, until something breaks.

    Each walk ends after `steps_max` steps, out of bounds, or where nothing is possible.
    The report says `bounded` if nothing broke; its depth is the longest walk's.
    Raises ValueError for a name of what must happen in the end: no walk shows that.
    """
    judged = of_states(spec, invariants, or_none=True)
    walker = _Walker(spec, judged, Random(seed))  # noqa: S311
    with walker.checked:
        for _ in range(walks):
            if (violation := walker.walk(steps_max)) is not None:
                return walker.report((violation,))
    return walker.report(())


@dataclass(slots=True)
class _Walker(Generic[S]):
    spec: Spec[S]
    judged: tuple[Property[S], ...]
    chance: Random
    seen: set[Hashable] = field(default_factory=set)
    taken: Counter[str] = field(default_factory=Counter)
    longest: int = 0
    checked: Checked[S] = field(init=False)

    def __post_init__(self) -> None:
        """Let the specification be looked at while it is asked."""
        self.checked = Checked(self.spec)

    def walk(self, steps_max: int) -> Violation[S] | None:
        """Return what one walk breaks, None if nothing."""
        path = [Step[S](None, self.chance.choice(self.spec.initial))]
        while (broken := self._broken(path)) is None and len(path) <= steps_max:
            steps = list(self.checked.steps(path[-1].state))
            if not steps and not self.spec.may_stop(path[-1].state):
                broken = DEADLOCK
            if not steps:
                break
            action, after = self.chance.choice(steps)
            self.taken[action.name] += 1
            if not self.spec.within(after):
                break
            path.append(Step(action, after))
        self.longest = max(self.longest, len(path))
        if broken is None:
            return None
        return Violation(broken.name, broken.source, tuple(path))

    def _broken(self, path: Sequence[Step[S]]) -> Property[S] | None:
        state = path[-1].state
        key = self.spec.key(state)
        if key in self.seen:
            return None
        self.seen.add(key)
        wrong = (it for it in self.judged if not self.checked.holds(it, state))
        return next(wrong, None)

    def report(self, violations: tuple[Violation[S], ...]) -> Report[S]:
        """Return what the walks found."""
        declared = dict.fromkeys(self.spec.actions, 0)
        return Report(
            spec=self.spec.name,
            distinct=len(self.seen),
            generated=self.taken.total(),
            depth=self.longest,
            complete=False,
            taken=declared | self.taken,
            violations=violations,
        )
