"""KIP-101 (0.11): a new follower asks the leader where its last epoch ends.

The hole that KIP-279 found: when the leader knows neither that epoch nor a later one,
the follower falls back to its high watermark and may drop a committed record.
"""

from __future__ import annotations

from logion_model.replication.base import Rules, State


def truncation_point(state: State, leader: int, follower: int) -> int:
    """Return where the follower's last epoch ends in the leader's log."""
    mine, theirs = state.replicas[follower], state.replicas[leader]
    if not mine.log:
        return 0
    if not theirs.log:
        return mine.high_watermark
    last_epoch = mine.log[-1].epoch
    if theirs.log[-1].epoch == last_epoch:
        return theirs.end_offset
    later = (n for n, entry in enumerate(theirs.log) if entry.epoch > last_epoch)
    return next(later, mine.high_watermark)


RULES = Rules(
    name="kip-101",
    title="KIP-101: followers truncate to the end of their last epoch",
    source="KIP-101; KAFKA-6361",
    truncation_point=truncation_point,
)
