"""What replicas do, by release: data. The flaws of old releases are among it.

Each rule that was mended later is a flag; `docs/track-record.md` says what it may lose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from logion.names import LeaderEpoch


@dataclass(frozen=True, slots=True)
class ReplicationRules:
    """How followers, and leaders towards them, behave; the defaults are the newest."""

    asks_leader: bool = True
    """A new follower asks where its last epoch ends in its leader's log, and truncates
    its own there (KIP-101); before, to the high watermark that it knew."""
    answers_name_epoch: bool = True
    """The answer says of which epoch it tells the end, so that both can go back to one
    that they share (KIP-279)."""
    notes_epoch_at_once: bool = True
    """A leader's epoch is known from its election on, not from its first record
    (KAFKA-7415)."""
    names_own_epoch: bool = True
    """A follower says which leader epoch it is in, and no other is answered
    (KIP-320)."""
    asks_by_fetch: bool = True
    """The question goes with every fetch (KIP-595), and is no request of its own."""
    trusts_same_leader: bool = False
    """A follower truncates nothing if its leader is the one it had (KAFKA-7164)."""
    joins_at_epoch_start: bool = True
    """Who joins the ISR has all that was there when its leader was elected
    (KAFKA-7128)."""
    is_late_by_its_offset: bool = True
    """A follower is late since it last had everything, not since it last asked."""
    counts_last_fetch: bool = True
    """Who now asks for what was the end when it last asked had everything then
    (KAFKA-4485)."""
    stays_with_whole_log: bool = True
    """Who has everything stays in the ISR, however long ago it asked (KAFKA-7152)."""


KIP_595 = ReplicationRules()
"""Kafka 2.7 and later."""

KIP_320 = replace(KIP_595, asks_by_fetch=False)
"""Kafka 2.1 to 2.6."""

KIP_279 = replace(KIP_320, names_own_epoch=False, stays_with_whole_log=False)
"""Kafka 2.0, that is 2.0.1, which mended three faults of 2.0.0."""

KIP_101 = replace(
    KIP_279,
    answers_name_epoch=False,
    notes_epoch_at_once=False,
    trusts_same_leader=True,
    joins_at_epoch_start=False,
)
"""Kafka 0.11 to 1.1."""

KAFKA_0_10_2 = replace(KIP_101, asks_leader=False)
"""Kafka 0.10.2."""

KAFKA_0_9 = replace(KAFKA_0_10_2, counts_last_fetch=False)
"""Kafka 0.9 to 0.10.1."""

KAFKA_0_8 = replace(KAFKA_0_9, is_late_by_its_offset=False)
"""Kafka 0.8."""

_SINCE = (
    ((2, 7), KIP_595),
    ((2, 1), KIP_320),
    ((2, 0), KIP_279),
    ((0, 11), KIP_101),
    ((0, 10, 2), KAFKA_0_10_2),
    ((0, 9), KAFKA_0_9),
    ((0, 8), KAFKA_0_8),
)


def rules_of(release: tuple[int, ...]) -> ReplicationRules:
    """Return how the replicas of a release, such as `(0, 10, 0)`, behave; since 0.8."""
    return next(rules for since, rules in _SINCE if release >= since)


def is_newer(told: LeaderEpoch, known: LeaderEpoch) -> bool:
    """Tell whether what a replica is told of leader and ISR changes anything.

    It may be told late, twice or out of order: only the epoch says what is the last.
    """
    return told > known
