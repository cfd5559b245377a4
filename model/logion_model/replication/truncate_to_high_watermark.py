"""Kafka 0.8 to 0.10: a new follower truncates its log to its own high watermark.

A follower learns the high watermark one fetch late, so its own may lie below what the
leader has already committed. Truncating there drops a committed record on a member of
the ISR, which may be elected before it has fetched the record again (KAFKA-1211).
"""

from __future__ import annotations

from logion_model.replication.base import Rules, State


def truncation_point(state: State, _leader: int, follower: int) -> int:
    """Return the follower's own high watermark."""
    return state.replicas[follower].high_watermark


RULES = Rules(
    name="truncate-to-high-watermark",
    title="Kafka 0.8 to 0.10: followers truncate to their own high watermark",
    source="KIP-101, Motivation; KAFKA-1211",
    truncation_point=truncation_point,
)
