"""KIP-320 (2.1): replicas name the leader epoch, and a leader refuses any other.

1. A follower truncates to the last record in common (KIP-279), but only against a
   leader of the epoch that it was told.
2. A leader answers a fetch, counts it towards the high watermark and admits the
   follower to the ISR only if both are in the same epoch.
3. It admits nobody before its high watermark has reached its own epoch. Brokers have
   another rule for that, with the same promises (`AS_IN_BROKERS`, KAFKA-7128).
"""

from __future__ import annotations

from dataclasses import replace

from logion_model.replication import kip_279
from logion_model.replication.base import Assignment, Rules, State
from logion_model.replication.fencing import has_committed_in_its_epoch, is_same_epoch


def may_follow(state: State, request: Assignment) -> bool:
    """Return whether the leader named in the request is in the epoch named there."""
    assert request.leader is not None
    leader = state.replicas[request.leader]
    return leader.leader == request.leader and leader.epoch == request.epoch


def has_next(state: State, leader: int, member: int) -> bool:
    """Return whether the member, of this epoch, has the next record to commit."""
    offset = state.replicas[leader].high_watermark
    return (
        is_same_epoch(state, leader, member)
        and state.replicas[member].end_offset > offset
    )


def lags(state: State, leader: int, follower: int) -> bool:
    """Return whether the follower is of another epoch or behind."""
    ends = (state.replicas[r].end_offset for r in (follower, leader))
    return not is_same_epoch(state, leader, follower) or next(ends) < next(ends)


def may_join(state: State, leader: int, follower: int) -> bool:
    """Return whether the follower, of this epoch, has all that may be committed."""
    return (
        is_same_epoch(state, leader, follower)
        and state.replicas[follower].end_offset >= state.replicas[leader].high_watermark
        and has_committed_in_its_epoch(state, leader)
    )


def has_reached_epoch_start(state: State, leader: int, follower: int) -> bool:
    """Return whether the follower, of this epoch, has what its leader had at first.

    That, and all that the leader knows to be committed.
    """
    theirs, end_offset = state.replicas[leader], state.replicas[follower].end_offset
    epoch_start = sum(entry.epoch < theirs.epoch for entry in theirs.log)
    return (
        is_same_epoch(state, leader, follower)
        and end_offset >= theirs.high_watermark
        and end_offset >= epoch_start
    )


RULES = Rules(
    name="kip-320",
    title="KIP-320: leaders fence replicas of another epoch",
    source="KIP-320; KAFKA-6880, KAFKA-7128",
    truncation_point=kip_279.truncation_point,
    may_follow=may_follow,
    may_fetch=is_same_epoch,
    has_next=has_next,
    lags=lags,
    may_join=may_join,
)

AS_IN_BROKERS = replace(
    RULES,
    name="kip-320-as-in-brokers",
    title="KIP-320 with the rule for joining the ISR that brokers have",
    source="KAFKA-7128: a follower joins once it has reached the epoch's start offset",
    may_join=has_reached_epoch_start,
)
"""The same promises, with followers that join earlier: the leader may not know yet what
was committed before it, but no follower that joins lacks it."""
