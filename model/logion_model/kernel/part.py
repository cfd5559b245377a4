"""A part of the hashed search: what one of several processes does, level by level.

Each state falls to one process, which remembers its fingerprint: one part of the state
decides to which (`locality`), or the fingerprint where no part will do. The states
themselves stay where they are found. A process goes on from some states of its level, a
round, and asks the others about those that fall to them: which are new? These it keeps,
once the answer is there; it does not wait for it. So each state is gone on from once,
counts and depths are those of one process, and between processes go eight bytes for a
state that might be new, and one back. Only to make a level even do packed states move.
"""

from __future__ import annotations

from array import array
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeAlias
from zlib import crc32

from logion_model.kernel.faults import Checked
from logion_model.kernel.fingerprints import (
    Fingerprinter,
    Fingerprints,
)
from logion_model.kernel.hashed import PACKED_TOGETHER, of_key, packed, unpacked
from logion_model.kernel.spec import Property, S, Spec

PIECES_A_ROUND = 2
"""Pieces of a level gone on from between two questions to the others."""

KNOWN_SLOTS = 1 << 15
"""How many fingerprints of other processes are remembered, so as not to ask again."""

Asked: TypeAlias = bytes
"""Fingerprints that fall to one process, of 8 bytes each."""

Answered: TypeAlias = bytes
"""For each fingerprint asked about 1 if it was new, 0 if it was known."""


class Piece(NamedTuple):
    """States that wait to be gone on from."""

    first: int
    """The name of the first of them; the names of the others follow it, in steps of as
    many as there are processes."""
    size: int
    states: bytes
    """What `unpacked` reads."""


class Told(NamedTuple):
    """What a process says of its part of a level, and of the next one so far."""

    left: int
    """States of the level that it has not gone on from."""
    open: int
    """States that may be new: it has asked, and waits for the answer."""
    following: int
    broken: list[tuple[str, int]]
    """Properties that it found broken for the first time, each with the state."""
    unreached: set[str]


class Round(NamedTuple):
    """What a process did in a round."""

    asked: list[Asked]
    """By the process to be asked."""
    answered: list[Answered]
    """By the process that asked."""
    taken: Counter[str]
    stuck: list[int]
    """States without steps that may not stop."""
    told: Told


class Waiting(NamedTuple, Generic[S]):
    """A piece on its way to disk, or back."""

    follows: bool
    """Whether it is of the following level."""
    first: int
    states: list[S]


class _Pending(NamedTuple, Generic[S]):
    """A state that may be new, and how it was reached."""

    state: S
    parent: int
    place: int


@dataclass(slots=True)
class Part(Generic[S]):
    """The states that one process found, and the fingerprints that fall to it.

    The n-th state that a process finds has the name `n * processes + process`.
    """

    spec: Spec[S]
    unbroken: tuple[Property[S], ...]
    index: int
    many: int
    """How many processes there are."""
    deciding: int | None = field(default=None, init=False)
    """The place of the part of a state, or of its view, that decides to which process
    it falls; None for the fingerprint."""
    fingerprinter: Fingerprinter = field(default_factory=Fingerprinter)
    seen: Fingerprints = field(default_factory=Fingerprints)
    """Those that fall to this process, wherever the states are."""
    parents: array[int] = field(default_factory=lambda: array("Q"))
    """Of each state found here the name of the one before; of an initial one its own.
    """
    places: array[int] = field(default_factory=lambda: array("H"))
    """Which step out of there each is, or which initial state."""
    level: deque[Piece] = field(default_factory=deque)
    """What is still to be gone on from."""
    following: deque[Piece] = field(default_factory=deque)
    loose: list[S] = field(default_factory=list)
    """The last states of the following level, not packed yet."""
    pending: list[dict[int, _Pending[S]]] = field(default_factory=list)
    """By the process that was asked."""
    asked: list[deque[int]] = field(default_factory=list)
    """What each process was asked and has not answered, in order."""
    asking: list[array[int]] = field(default_factory=list)
    """What each process will be asked when the round ends."""
    known: array[int] = field(init=False)
    """The last fingerprints that others have answered, each in the slot that its lowest
    bits say: a state is found again soon or never."""
    broken: list[tuple[str, int]] = field(default_factory=list)
    """Properties broken for the first time since that was last told, and where."""
    unreached: tuple[Property[S], ...] = ()
    checked: Checked[S] = field(init=False)

    def __post_init__(self) -> None:
        """Let the specification be looked at while it is asked."""
        self.checked = Checked(self.spec)
        self.unreached = self.spec.sometimes
        self.pending = [{} for _ in range(self.many)]
        self.asked = [deque() for _ in range(self.many)]
        self.asking = [array("Q") for _ in range(self.many)]
        self.known = array("Q", bytes(8 * KNOWN_SLOTS))

    def begin(self, deciding: int | None) -> Told:
        """Find the initial states that fall to this process: the following level."""
        self.deciding = deciding
        with self.checked:
            for nth, state in enumerate(self.spec.initial):
                if self._falls_to(state, self._fingerprint(state)) == self.index:
                    self._find(state, self._next_name, nth)
        return self._told()

    def _fingerprint(self, state: S) -> int:
        return of_key(self.spec, self.fingerprinter, state)

    def _falls_to(self, state: S, fingerprint: int) -> int:
        if self.deciding is None:
            return (fingerprint >> 16) % self.many
        told: Any = state if self.spec.view is None else self.spec.view(state)
        return crc32(self.fingerprinter.of_part(told[self.deciding])) % self.many

    @property
    def _next_name(self) -> int:
        return len(self.parents) * self.many + self.index

    def round(
        self, inbox: Sequence[Asked], answers: Sequence[Answered], *, expands: bool
    ) -> Round:
        """Answer what each process asks, admit what each says is new, and go on.

        `expands` is whether to go on from further states of the level.
        """
        answered = [bytes(map(self._is_first, array("Q", it))) for it in inbox]
        taken, stuck = Counter[str](), list[int]()
        with self.checked:
            self._admit_new(answers)
            for _ in range(min(PIECES_A_ROUND, len(self.level)) if expands else 0):
                self._go_on_from(self.level.popleft(), taken, stuck)
        return Round(self._questions(), answered, taken, stuck, self._told())

    def _go_on_from(self, piece: Piece, taken: Counter[str], stuck: list[int]) -> None:
        for nth, state in enumerate(unpacked(piece.states)):
            name = piece.first + nth * self.many
            if not self._expand(name, state, taken):
                stuck.append(name)

    def _questions(self) -> list[Asked]:
        """Return what is asked at the end of a round."""
        questions = []
        for asked, asking in zip(self.asked, self.asking, strict=True):
            asked.extend(asking)
            questions.append(asking.tobytes())
            del asking[:]
        return questions

    def _expand(self, name: int, state: S, taken: Counter[str]) -> bool:
        """Take every step out of a state; False for a deadlock."""
        nth = -1
        for nth, (action, after) in enumerate(self.checked.steps(state)):
            taken[action.name] += 1
            self._find(after, name, nth)
        return nth >= 0 or self.spec.may_stop(state)

    def _find(self, state: S, parent: int, place: int) -> None:
        """Admit a state if its fingerprint is new here; leave others to be asked about.

        One out of bounds is passed over.
        """
        fingerprint = self._fingerprint(state)
        falls_to = self._falls_to(state, fingerprint)
        if falls_to != self.index:
            if not self._is_known(fingerprint, falls_to) and self.spec.within(state):
                self.pending[falls_to][fingerprint] = _Pending(state, parent, place)
                self.asking[falls_to].append(fingerprint)
        elif fingerprint not in self.seen and self.spec.within(state):
            self.seen.add(fingerprint)
            self._admit(_Pending(state, parent, place))

    def _is_known(self, fingerprint: int, falls_to: int) -> bool:
        """Return whether another process was asked about a fingerprint lately."""
        slot = fingerprint % KNOWN_SLOTS
        return self.known[slot] == fingerprint or fingerprint in self.pending[falls_to]

    def _is_first(self, fingerprint: int) -> bool:
        """Return whether one that falls to this process is new, and remember it."""
        if fingerprint in self.seen:
            return False
        self.seen.add(fingerprint)
        return True

    def _admit_new(self, answers: Sequence[Answered]) -> None:
        """Admit the states that the others say are new."""
        for waiting, asked, answered in zip(
            self.pending, self.asked, answers, strict=True
        ):
            for is_new in answered:
                fingerprint = asked.popleft()
                found = waiting.pop(fingerprint)
                self.known[fingerprint % KNOWN_SLOTS] = fingerprint
                if is_new:
                    self._admit(found)

    def _admit(self, found: _Pending[S]) -> None:
        """Keep and judge a new state."""
        state, name = found.state, self._next_name
        self.parents.append(found.parent)
        self.places.append(found.place)
        self.loose.append(state)
        if len(self.loose) == PACKED_TOGETHER:
            self._pack()
        for invariant in self.unbroken:
            if not self.checked.holds(invariant, state):
                self.broken.append((invariant.name, name))
                self.unbroken = tuple(p for p in self.unbroken if p is not invariant)
        if self.unreached:
            self.unreached = tuple(
                it for it in self.unreached if not self.checked.holds(it, state)
            )

    def _pack(self) -> None:
        """Pack the states that are loose."""
        first = self._next_name - len(self.loose) * self.many
        self.following.append(Piece(first, len(self.loose), packed(self.loose)))
        self.loose = []

    def _told(self) -> Told:
        broken, self.broken = self.broken, []
        following = _size(self.following) + len(self.loose)
        unreached = {it.name for it in self.unreached}
        unanswered = sum(map(len, self.pending))
        return Told(_size(self.level), unanswered, following, broken, unreached)

    def descend(self) -> None:
        """Make the following level the one to go on from."""
        if self.loose:
            self._pack()
        self.level, self.following = self.following, deque()

    def give(self, surplus: int) -> list[Piece]:
        """Hand over so many states of the level, which has no fewer."""
        given = list[Piece]()
        while surplus:
            piece = self.level.pop()
            if piece.size > surplus:
                kept, piece = self._split(piece, piece.size - surplus)
                self.level.append(kept)
            given.append(piece)
            surplus -= piece.size
        return given

    def _split(self, piece: Piece, at: int) -> tuple[Piece, Piece]:
        """Return so many of the states of a piece, and the others."""
        states, second = unpacked(piece.states), piece.first + at * self.many
        left = Piece(piece.first, at, packed(states[:at]))
        return left, Piece(second, piece.size - at, packed(states[at:]))

    def take(self, pieces: Sequence[Piece]) -> None:
        """Go on from these pieces too."""
        self.level.extend(pieces)

    def saved(self) -> dict[str, Any]:
        """Return what was found, between two rounds, but for the states that wait."""
        return {
            "deciding": self.deciding,
            "seen": self.seen.saved(),
            "parents": self.parents.tobytes(),
            "places": self.places.tobytes(),
            "unbroken": [it.name for it in self.unbroken],
            "unreached": [it.name for it in self.unreached],
        }

    def resume(self, saved: dict[str, Any]) -> None:
        """Take up what was saved; nothing was found yet."""
        self.deciding = saved["deciding"]
        self.seen = Fingerprints.resumed(saved["seen"])
        self.parents.frombytes(saved["parents"])
        self.places.frombytes(saved["places"])
        unbroken, unreached = saved["unbroken"], saved["unreached"]
        self.unbroken = tuple(p for p in self.unbroken if p.name in unbroken)
        self.unreached = tuple(p for p in self.unreached if p.name in unreached)

    def waiting(self, place: int) -> Waiting[S] | None:
        """Return the piece at this place, from 0; None behind the last."""
        if self.loose:
            self._pack()
        follows = place >= len(self.level)
        pieces = self.following if follows else self.level
        place -= len(self.level) * follows
        if place == len(pieces):
            return None
        return Waiting(follows, pieces[place].first, unpacked(pieces[place].states))

    def wait(self, waiting: Waiting[S]) -> None:
        """Let a piece wait behind those that do."""
        states = waiting.states
        piece = Piece(waiting.first, len(states), packed(states))
        (self.following if waiting.follows else self.level).append(piece)

    def came_from(self, number: int) -> tuple[int, int]:
        """Return the state before the one of this number, and the place of the step."""
        return self.parents[number], self.places[number]


def _size(pieces: Sequence[Piece]) -> int:
    return sum(piece.size for piece in pieces)
