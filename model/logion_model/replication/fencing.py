"""Rules about epochs that KIP-320's variants share."""

from __future__ import annotations

from logion_model.replication.base import State


def has_committed_in_its_epoch(state: State, leader: int) -> bool:
    """Return whether the high watermark has reached the leader's own epoch.

    Until it has, records of earlier leaders may be committed that this leader does not
    yet know to be so; a follower that lacks them must not join the ISR (KAFKA-7128).
    """
    replica = state.replicas[leader]
    offset = replica.high_watermark
    return offset == replica.end_offset or replica.log[offset].epoch == replica.epoch


def is_same_epoch(state: State, leader: int, follower: int) -> bool:
    """Return whether both believe in this leader, in the same leader epoch."""
    mine, theirs = state.replicas[follower], state.replicas[leader]
    return mine.leader == theirs.leader == leader and mine.epoch == theirs.epoch
