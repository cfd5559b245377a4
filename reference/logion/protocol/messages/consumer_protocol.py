"""TODO."""

from __future__ import annotations

from logion.protocol.schema import BYTES, INT32, STRING, array, message, struct, wire


@struct
class TopicPartition:
    """TODO."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@message(versions="0-3")
class ConsumerProtocolSubscription:
    """TODO."""

    topics: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    user_data: bytes | None = wire(BYTES, nullable="0+", default=None)
    """TODO."""
    owned_partitions: tuple[TopicPartition, ...] = wire(
        array(TopicPartition), "1+", default=(), ignorable=True
    )
    """TODO."""
    generation_id: int = wire(INT32, "2+", default=-1, ignorable=True)
    """TODO."""
    rack_id: str | None = wire(
        STRING, "3+", nullable="3+", default=None, ignorable=True
    )
    """TODO."""


@message(versions="0-3")
class ConsumerProtocolAssignment:
    """TODO."""

    assigned_partitions: tuple[TopicPartition, ...] = wire(array(TopicPartition))
    """TODO."""
    user_data: bytes | None = wire(BYTES, nullable="0+", default=None)
    """TODO."""
