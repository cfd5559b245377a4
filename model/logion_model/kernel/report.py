"""What an exploration found: counts, verdicts, counterexamples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple

from logion_model.kernel.spec import Action, Property, S


class Step(NamedTuple, Generic[S]):
    """One line of a counterexample; the first has no action."""

    action: Action | None
    state: S


class Progress(NamedTuple):
    """How far a search has come."""

    distinct: int
    generated: int
    depth: int
    queue: int
    """States that are known and not yet gone on from."""


@dataclass(frozen=True, slots=True)
class Violation(Generic[S]):
    """A property that failed and a shortest way to the state that shows it."""

    broken: str
    source: str
    steps: tuple[Step[S], ...]
    again: int | None = None
    """Of a path without end: the step that follows the last one. If that is the last
    one itself, nothing more happens."""

    @property
    def length(self) -> int:
        """Return the number of states on the way, the initial one included."""
        return len(self.steps)

    def __str__(self) -> str:
        """Return the counterexample as a program: numbered actions."""
        actions = [step.action for step in self.steps if step.action is not None]
        lines = [f"{n:3}. {action}" for n, action in enumerate(actions, 1)]
        title = f"violates {self.broken} ({self.source})"
        return "\n".join([title, *lines, *self._ending])

    @property
    def _ending(self) -> list[str]:
        if self.again is None:
            return []
        stops = self.again == len(self.steps) - 1
        return [
            "     and nothing more" if stops else f"     and on with {self.again + 1}"
        ]


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
    odds_of_collision: float = 0.0
    """At most these are the odds that two states counted as one by mistake."""
    is_counted: bool = True
    """Whether `taken` and `unreached` were looked at: if not, both are empty."""

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
