"""A part of the hashed search: what one of several processes does, level by level.

Each process has the states whose fingerprints fall to it: it remembers them, judges
them and goes on from them. A state that falls to another is sent there at the end of
the level. So every state is gone on from once, and counts and depths are those of one
process. A violation ends the search with its level.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple

from logion_model.kernel.faults import Checked
from logion_model.kernel.fingerprints import (
    Fingerprinter,
    Fingerprints,
)
from logion_model.kernel.hashed import Waiting, of_key
from logion_model.kernel.spec import Property, S, Spec


class Sent(NamedTuple, Generic[S]):
    """A state on its way to where it belongs."""

    state: S
    fingerprint: int
    parent: int | None
    """The state before it, as `number * processes + process`; None for an initial."""
    place: int
    """Which step out of there, or which initial state."""


class Admitted(NamedTuple):
    """What a process says of its part of a level."""

    size: int
    broken: list[tuple[str, int]]
    """Properties broken for the first time there, each with the state."""
    unreached: set[str]


class Expanded(NamedTuple):
    """What a process found behind its part of a level."""

    outbox: list[Waiting[Sent[Any]]]
    """For each process the states that fall to it."""
    taken: Counter[str]
    stuck: list[int]
    """A state without steps that may not stop, if there is one."""


@dataclass(slots=True)
class Part(Generic[S]):
    """The states that fall to one process."""

    spec: Spec[S]
    unbroken: tuple[Property[S], ...]
    index: int
    many: int
    """How many processes there are."""
    fingerprinter: Fingerprinter = field(default_factory=Fingerprinter)
    seen: Fingerprints = field(default_factory=Fingerprints)
    parents: array[int] = field(default_factory=lambda: array("Q"))
    places: array[int] = field(default_factory=lambda: array("H"))
    level: Waiting[S] = field(default_factory=Waiting)
    following: Waiting[S] = field(default_factory=Waiting)
    broken: list[tuple[str, int]] = field(default_factory=list)
    """Properties broken for the first time in the following level, and where."""
    unreached: tuple[Property[S], ...] = ()
    checked: Checked[S] = field(init=False)

    def __post_init__(self) -> None:
        """Let the specification be looked at while it is asked."""
        self.checked = Checked(self.spec)
        self.unreached = self.spec.sometimes

    def begin(self) -> Expanded:
        """Find the initial states, as if they were behind a level before them."""
        with self.checked:
            outbox: _Outbox[S] = _Outbox(self.many)
            for nth, state in enumerate(self.spec.initial):
                self._find(outbox, state, None, nth)
        return Expanded(outbox.sent, Counter(), [])

    def _find(self, outbox: _Outbox[S], state: S, parent: int | None, nth: int) -> None:
        """Admit a state that falls to this process; leave any other to be sent."""
        fingerprint = self._fingerprint(state)
        sent = Sent(state, fingerprint, parent, nth)
        falls_to = (fingerprint >> 16) % self.many
        if falls_to == self.index:
            self._admit(sent)
        else:
            outbox.add(falls_to, sent)

    def _fingerprint(self, state: S) -> int:
        return of_key(self.spec, self.fingerprinter, state)

    def admit(self, inbox: Sequence[Waiting[Sent[S]]]) -> Admitted:
        """Admit what was sent to this process; that makes the next level whole."""
        with self.checked:
            for waiting in inbox:
                for place in range(len(waiting)):
                    self._admit(waiting[place])
        self.level, self.following = self.following, Waiting()
        broken, self.broken = self.broken, []
        return Admitted(len(self.level), broken, {it.name for it in self.unreached})

    def _admit(self, sent: Sent[S]) -> None:
        """Remember and judge a state, if it is new and within bounds."""
        state = sent.state
        if sent.fingerprint in self.seen or not self.spec.within(state):
            return
        name = len(self.parents) * self.many + self.index
        self.parents.append(name if sent.parent is None else sent.parent)
        self.places.append(sent.place)
        self.seen.add(sent.fingerprint)
        self.following.append(state)
        for invariant in self.unbroken:
            if not self.checked.holds(invariant, state):
                self.broken.append((invariant.name, name))
                self.unbroken = tuple(p for p in self.unbroken if p is not invariant)
        if self.unreached:
            self.unreached = tuple(p for p in self.unreached if not p.holds(state))

    def expand(self) -> Expanded:
        """Go on from every state of the level."""
        outbox: _Outbox[S] = _Outbox(self.many)
        taken, stuck = Counter[str](), list[int]()
        first = len(self.parents) - len(self.level)
        with self.checked:
            for place in range(len(self.level)):
                name, nth = (first + place) * self.many + self.index, -1
                state = self.level[place]
                for nth, (action, after) in enumerate(self.checked.steps(state)):
                    taken[action.name] += 1
                    self._find(outbox, after, name, nth)
                if nth < 0 and not stuck and not self.spec.may_stop(state):
                    stuck.append(name)
        return Expanded(outbox.sent, taken, stuck)

    def came_from(self, number: int) -> tuple[int, int]:
        """Return the state before the one of this number, and the place of the step."""
        return self.parents[number], self.places[number]


class _Outbox(Generic[S]):
    """States by the process that they fall to, each once."""

    def __init__(self, many: int) -> None:
        self._known = Fingerprints()
        self.sent = [Waiting[Sent[S]]() for _ in range(many)]

    def add(self, falls_to: int, sent: Sent[S]) -> None:
        if sent.fingerprint not in self._known:
            self._known.add(sent.fingerprint)
            self.sent[falls_to].append(sent)
