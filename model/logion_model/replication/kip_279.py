"""KIP-279 (2.0): a new follower truncates to the last record it shares with the leader.

What is still missing is fencing: the log it compares with may be that of a broker which
no longer leads, or that does not lead yet.
"""

from __future__ import annotations

from logion_model.replication.base import Rules, State


def truncation_point(state: State, leader: int, follower: int) -> int:
    """Return the offset after the last record that both logs hold at the same place."""
    mine, theirs = state.replicas[follower].log, state.replicas[leader].log
    both = enumerate(zip(mine, theirs, strict=False), 1)
    return max((end for end, (a, b) in both if a == b), default=0)


RULES = Rules(
    name="kip-279",
    title="KIP-279: followers truncate to the last record in common",
    source="KIP-279; KAFKA-6361",
    truncation_point=truncation_point,
)
