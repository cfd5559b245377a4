"""What happens in a run, as a value: who is there, and what goes wrong when.

A plan is drawn from a seed, and can be made smaller until only what matters is left.
"""

from __future__ import annotations

import random
from enum import Enum
from typing import NamedTuple

FAULTS_UNTIL_MS = 20_000
"""Nothing goes wrong any more after so much of a run: all must recover."""

FAULTS_MAX = 6


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
    """Milliseconds for which a broker is away or a message is late; of a message that
    is cut, how many bytes arrive, or one less than all; of a power cut, how many
    operations of the disk it waits for as well."""

    def __str__(self) -> str:
        """Return a line of a story."""
        return f"{self.at_ms / 1000:.3f} s: {self.kind.value} ({self.size})"


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


class Plan(NamedTuple):
    """A run."""

    seed: int
    """Of every other chance: the order of tasks, delays, what a crash leaves."""
    partitions: int
    senders: tuple[Sender, ...]
    readers: tuple[Reader, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def end_of_faults_ms(self) -> int:
        """Return when the last fault is over."""
        return max((it.at_ms + it.size for it in self.faults), default=0)

    def __str__(self) -> str:
        """Return the plan in a few lines."""
        who = [*self.senders, *self.readers]
        lines = [f"seed {self.seed}, {self.partitions} partitions", *map(repr, who)]
        return "\n".join([*lines, *map(str, self.faults)])


def plan_of(seed: int, *, has_faults: bool = True) -> Plan:
    """Return the plan that belongs to a seed."""
    chance = random.Random(seed)  # noqa: S311 - chance that repeats
    faults = [_fault(chance) for _ in range(chance.randrange(FAULTS_MAX + 1))]
    return Plan(
        seed,
        partitions=chance.randrange(1, 3),
        senders=tuple(_sender(chance) for _ in range(chance.randrange(1, 4))),
        readers=tuple(_reader(chance) for _ in range(chance.randrange(1, 3))),
        faults=tuple(sorted(faults, key=lambda it: it.at_ms)) if has_faults else (),
    )


def _sender(chance: random.Random) -> Sender:
    return Sender(
        flushes=chance.randrange(2, 12),
        batch=chance.choice((1, 1, 2, 5)),
        pause_ms=chance.choice((0, 10, 500, 3_000)),
        is_idempotent=chance.random() < 0.7,
    )


def _reader(chance: random.Random) -> Reader:
    return Reader(max_wait_ms=chance.choice((100, 500, 60_000)))


def _fault(chance: random.Random) -> Fault:
    at_ms = chance.choice((0, FAULTS_UNTIL_MS // 10)) + chance.randrange(
        FAULTS_UNTIL_MS // 2
    )
    return Fault(chance.choice(list(Kind)), at_ms, chance.randrange(7_000))
