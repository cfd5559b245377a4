"""What consumers tell each other through a classic group (protocol type `consumer`).

The broker passes these on as bytes: an int16 version, then the message. A reader takes
a version it does not know for its own newest one and ignores what is left over.

v1   partitions owned before the rebalance, for cooperative assignors (KIP-429)
v2   generation in which they were owned (KIP-792)
v3   rack (KIP-881)
"""

from __future__ import annotations

from logion.protocol.schema import BYTES, INT32, STRING, array, message, struct, wire


@struct
class TopicPartition:
    """Partitions of one topic."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@message(versions="0-3")
class ConsumerProtocolSubscription:
    """What a consumer wants; the metadata of its JoinGroup."""

    topics: tuple[str, ...] = wire(array(STRING))
    """Topics it subscribes to."""
    user_data: bytes | None = wire(BYTES, nullable="0+", default=None)
    """Anything its assignor needs; null if nothing."""
    owned_partitions: tuple[TopicPartition, ...] = wire(
        array(TopicPartition), "1+", default=(), ignorable=True
    )
    """Partitions it owns already, by topic."""
    generation_id: int = wire(INT32, "2+", default=-1, ignorable=True)
    """Generation in which it got them; -1 if unknown."""
    rack_id: str | None = wire(
        STRING, "3+", nullable="3+", default=None, ignorable=True
    )
    """The consumer's `client.rack`; null if it has none."""


@message(versions="0-3")
class ConsumerProtocolAssignment:
    """What a consumer gets; its part of the leader's SyncGroup."""

    assigned_partitions: tuple[TopicPartition, ...] = wire(array(TopicPartition))
    """Partitions it shall own, by topic."""
    user_data: bytes | None = wire(BYTES, nullable="0+", default=None)
    """Anything the assignor says to it; null if nothing."""
