"""A design for KIP-320 that was not enough: compare the epoch of the last record.

Fetches, the high watermark and the ISR all look at the epoch of the last record, and a
follower truncates when a fetch shows that it left the leader's log. But nobody compares
*leader epochs*: a zombie follower may still truncate against the wrong broker.
"""

from __future__ import annotations

from logion_model.replication import kip_279
from logion_model.replication.base import Rules, State, is_caught_up
from logion_model.replication.fencing import has_committed_in_its_epoch


def shares_epoch(state: State, leader: int, follower: int, end_offset: int) -> bool:
    """Return whether the leader leads, and both logs agree just below `end_offset`."""
    if state.replicas[leader].leader != leader:
        return False
    if not is_caught_up(state, leader, follower, end_offset):
        return False
    mine, theirs = state.replicas[follower].log, state.replicas[leader].log
    last_offset = end_offset - 1
    return end_offset == 0 or mine[last_offset].epoch == theirs[last_offset].epoch


def may_fetch(state: State, leader: int, follower: int) -> bool:
    """Return whether the follower's last record has the epoch it has at the leader."""
    return shares_epoch(state, leader, follower, state.replicas[follower].end_offset)


def has_next(state: State, leader: int, member: int) -> bool:
    """Return whether the member has the next record to commit, in the same epoch."""
    end_offset = state.replicas[leader].high_watermark + 1
    return shares_epoch(state, leader, member, end_offset)


def lags(state: State, leader: int, follower: int) -> bool:
    """Return whether the follower lacks the leader's last record."""
    end_offset = state.replicas[leader].end_offset
    return not shares_epoch(state, leader, follower, end_offset)


def may_join(state: State, leader: int, follower: int) -> bool:
    """Return whether the follower has what this leader committed in its own epoch."""
    end_offset = state.replicas[leader].high_watermark
    return has_committed_in_its_epoch(state, leader) and shares_epoch(
        state, leader, follower, end_offset
    )


def has_diverged(state: State, leader: int, follower: int) -> bool:
    """Return whether the follower's last record is not in the leader's log."""
    mine, theirs = state.replicas[follower], state.replicas[leader].log
    if mine.leader != leader or not mine.log:
        return False
    last_offset = mine.end_offset - 1
    return (
        last_offset >= len(theirs)
        or theirs[last_offset].epoch != mine.log[last_offset].epoch
    )


RULES = Rules(
    name="kip-320-first-try",
    title="KIP-320, first try: compare the epoch of the last record",
    source="KIP-320, discussion; KAFKA-6880",
    truncation_point=kip_279.truncation_point,
    may_fetch=may_fetch,
    has_next=has_next,
    lags=lags,
    may_join=may_join,
    truncate_later=has_diverged,
)
