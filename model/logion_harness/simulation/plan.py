"""What happens in a run, as a value: who is there, and what goes wrong when.

A plan is drawn from a seed, and can be made smaller until only what matters is left.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, TypeVar

from logion.config import NEWEST_RELEASE
from logion.protocol.apis import APIS, FETCH, PRODUCE

FAULTS_UNTIL_MS = 12_000
"""What goes wrong begins before so much of a run: then all must recover."""

FAULTS_MAX = 8

RECOVERY_MS = 8_000
"""So long after the last fault everything must work again."""

RELEASES = (NEWEST_RELEASE, "3.9", "2.8")
"""Those whose rules a broker of a run may have."""

OFFSET_COMMIT = 8

ANY = -1
"""A fault that does not look which API a message belongs to."""

TROUBLED = (PRODUCE, PRODUCE, PRODUCE, OFFSET_COMMIT, FETCH, ANY)
"""What faults of messages befall: most of all what may happen twice."""

Part = TypeVar("Part")


class Kind(Enum):
    """What goes wrong."""

    RESTART = "the broker stops cleanly"
    KILL = "the broker's process is killed"
    POWER_CUT = "the broker's machine loses its power"
    LOSE_REQUEST = "a connection ends, and the request on its way with it"
    CUT_REQUEST = "a connection ends inside a request"
    SLOW_REQUEST = "a request is late"
    LOSE_ANSWER = "a connection ends, and the answer on its way with it"
    CUT_ANSWER = "a connection ends inside an answer"
    SLOW_ANSWER = "an answer is late"


ENDS = frozenset({Kind.RESTART, Kind.KILL, Kind.POWER_CUT})
"""What ends a broker."""

REQUESTS = frozenset({Kind.LOSE_REQUEST, Kind.CUT_REQUEST, Kind.SLOW_REQUEST})
ANSWERS = frozenset({Kind.LOSE_ANSWER, Kind.CUT_ANSWER, Kind.SLOW_ANSWER})
"""What befalls the first message of its direction that is sent from then on."""


class Fault(NamedTuple):
    """Something that goes wrong, and when."""

    kind: Kind
    at_ms: int
    size: int
    """Milliseconds for which a broker is away or a message is late; bytes that arrive
    of a message that is cut."""
    api: int = ANY
    """Key of the API whose messages it befalls."""

    def __str__(self) -> str:
        """Return a line of a story."""
        name = "" if self.api == ANY else f", {APIS[self.api].name}"
        return f"{self.at_ms / 1000:.3f} s: {self.kind.value} ({self.size}){name}"


class Sender(NamedTuple):
    """A producer."""

    flushes: int
    """How often it sends, before its last time when all is well again."""
    batch: int
    """Records of each."""
    pause_ms: int
    """Between two."""
    is_idempotent: bool


class Reader(NamedTuple):
    """A consumer that reads every partition from the start."""

    max_wait_ms: int
    """How long its fetches wait for records."""


class Member(NamedTuple):
    """A consumer of the one group: it reads what falls to it, and commits."""

    polls: int
    """After so many its process ends, and another takes its place."""
    leaves: bool
    """Whether it leaves the group then; else it is not heard from any more."""


class Transactor(NamedTuple):
    """Who writes transactions."""

    transactions: int
    open_ms: int
    """How long each is open."""
    pause_ms: int
    """Between two."""
    aborted: int
    """Every so many is aborted."""
    taken_over: int
    """Before every so many ends, another process takes the transactional id over."""


class Plan(NamedTuple):
    """A run."""

    seed: int
    """Of every other chance: the order of tasks, delays, what a crash leaves."""
    partitions: int
    senders: tuple[Sender, ...]
    readers: tuple[Reader, ...]
    faults: tuple[Fault, ...] = ()
    members: tuple[Member, ...] = ()
    transactors: tuple[Transactor, ...] = ()
    release: str = NEWEST_RELEASE

    @property
    def end_of_faults_ms(self) -> int:
        """Return when the last fault is over for certain."""
        last_ms = max((it.at_ms for it in self.faults), default=0)
        return last_ms + sum(it.size for it in self.faults)

    @property
    def well_ms(self) -> int:
        """Return when everything must work again."""
        return self.end_of_faults_ms + RECOVERY_MS

    def __str__(self) -> str:
        """Return the plan in a few lines."""
        who = (*self.senders, *self.readers, *self.members, *self.transactors)
        partitions = f"{self.partitions} partition" + "s" * (self.partitions > 1)
        first = f"seed {self.seed}, release {self.release}, {partitions}"
        return "\n".join([first, *map(repr, who), *map(str, self.faults)])


def plan_of(seed: int) -> Plan:
    """Return the plan that belongs to a seed."""
    chance = random.Random(seed)  # noqa: S311 - chance that repeats
    return Plan(
        seed,
        chance.randrange(1, 3),
        _some(chance, 1, 3, _sender),
        _some(chance, 1, 2, _reader),
        tuple(sorted(_some(chance, 0, FAULTS_MAX, _fault), key=lambda it: it.at_ms)),
        _some(chance, 0, 2, _member),
        _some(chance, 0, 1, _transactor),
        chance.choice(RELEASES),
    )


def _some(
    chance: random.Random, least: int, most: int, draw: Callable[[random.Random], Part]
) -> tuple[Part, ...]:
    return tuple(draw(chance) for _ in range(chance.randrange(least, most + 1)))


def _sender(chance: random.Random) -> Sender:
    return Sender(
        flushes=chance.randrange(2, 10),
        batch=chance.choice((1, 1, 2, 5)),
        pause_ms=chance.choice((0, 10, 300, 2_000)),
        is_idempotent=chance.random() < 0.7,
    )


def _reader(chance: random.Random) -> Reader:
    return Reader(max_wait_ms=chance.choice((1_000, 30_000)))


def _member(chance: random.Random) -> Member:
    return Member(polls=chance.randrange(2, 20), leaves=chance.random() < 0.5)


def _transactor(chance: random.Random) -> Transactor:
    return Transactor(
        transactions=chance.randrange(1, 5),
        open_ms=chance.choice((0, 100, 3_000)),
        pause_ms=chance.choice((10, 3_000)),
        aborted=chance.randrange(1, 4),
        taken_over=chance.randrange(2, 7),
    )


def _fault(chance: random.Random) -> Fault:
    at_ms = chance.randrange(chance.choice((2_000, FAULTS_UNTIL_MS)))
    kind, size = chance.choice(list(Kind)), chance.randrange(4_000)
    return Fault(kind, at_ms, size, ANY if kind in ENDS else chance.choice(TROUBLED))
