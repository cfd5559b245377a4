"""Who is in sync: the leader's rules for followers that fall behind, or catch up.

Pure: times are arguments, in milliseconds of one clock. A leader proposes a change of
the ISR by these rules. Who would join counts for commitment at once, who would leave
until it is confirmed (`logion.replica.leader`). The controller may have reasons of its
own against a follower: that it is fenced, or shuts down (KIP-841).
"""

from __future__ import annotations

from typing import NamedTuple

from logion.names import BrokerId
from logion.replica.leader import Leader
from logion.replica.rules import ReplicationRules


class Progress(NamedTuple):
    """How a follower keeps up, as its fetches show."""

    caught_up_ms: int
    """When it last had everything; at the beginning of a term, that time."""
    last_fetch_ms: int
    end_offset_then: int
    """Where the leader's log ended at its last fetch."""


class Patience(NamedTuple):
    """How far a follower in the ISR may be behind."""

    time_ms: int
    """`replica.lag.time.max.ms`."""
    records: int | None = None
    """`replica.lag.max.messages`, which went in 0.9; None: as many as there are."""


def on_asked(
    rules: ReplicationRules,
    progress: Progress,
    offset: int,
    end_offset: int,
    now_ms: int,
) -> Progress:
    """Return the progress of a follower that asks for an offset of a log.

    It is caught up now if it asks for the end, and was so when it last asked if it asks
    for what was the end then: a leader that never rests leaves it behind at any moment.
    """
    caught_up_ms = progress.caught_up_ms
    if offset >= end_offset:
        caught_up_ms = now_ms
    elif rules.counts_last_fetch and offset >= progress.end_offset_then:
        caught_up_ms = max(caught_up_ms, progress.last_fetch_ms)
    return Progress(caught_up_ms, now_ms, end_offset)


def late_ms(rules: ReplicationRules, progress: Progress, now_ms: int) -> int:
    """Return how long a follower has been late."""
    if rules.is_late_by_its_offset:
        return now_ms - progress.caught_up_ms
    return now_ms - progress.last_fetch_ms


def lags(
    rules: ReplicationRules,
    leader: Leader,
    follower: BrokerId,
    late_ms: int,
    patience: Patience,
) -> bool:
    """Tell whether a follower that is so late, stuck or slow, should leave the ISR."""
    missing = leader.end_offsets[leader.broker] - leader.end_offsets.get(follower, 0)
    if patience.records is not None and missing > patience.records:
        return True
    if rules.stays_with_whole_log and not missing:
        return False
    return late_ms > patience.time_ms


def may_join(rules: ReplicationRules, leader: Leader, follower: BrokerId) -> bool:
    """Tell whether a follower has what it must have to be in the ISR.

    That is all that is committed, as far as the leader knows; since a new leader may
    not know it yet, all that it had at its election, too (KAFKA-7128).
    """
    wanted = leader.high_watermark
    if rules.joins_at_epoch_start:
        wanted = max(wanted, leader.epoch_start_offset)
    return leader.end_offsets.get(follower, -1) >= wanted
