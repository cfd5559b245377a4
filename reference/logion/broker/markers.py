"""The ends of transactions are written into the partitions that they touch (KIP-98)."""

from __future__ import annotations

from collections.abc import Iterable

import trio

from logion.broker.internal_topics import OFFSETS
from logion.broker.state import BrokerState
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.replica.partition import Partition, TransactionEnd

MARKERS_PER_TURN = 64
"""After so many markers others get their turn."""


async def write_markers(
    broker: BrokerState, end: TransactionEnd, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, Error]:
    """Write a marker to each partition, wait for them, and return each one's error.

    NONE once it is committed, and the offsets that the transaction commits count.
    Ask again after UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER,
    NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR and REQUEST_TIMED_OUT;
    INVALID_PRODUCER_EPOCH and TRANSACTION_COORDINATOR_FENCED say that whoever asks was
    replaced, and UNSUPPORTED_FOR_MESSAGE_FORMAT that there is nothing to mark.
    """
    errors: dict[TopicPartition, Error] = {}
    written: dict[TopicPartition, tuple[Partition, int]] = {}
    for number, name in enumerate(dict.fromkeys(partitions)):
        if number % MARKERS_PER_TURN == MARKERS_PER_TURN - 1:
            await trio.lowlevel.checkpoint()
        try:
            partition = _leading(broker, name)
            written[name] = partition, _write(broker, end, partition)
        except ApiError as refusal:
            errors[name] = refusal.error
    if not all(map(_is_committed, written.values())):
        with trio.move_on_after(broker.request_timeout_ms / 1000):
            for partition, end_offset in written.values():
                await partition.committed(end_offset)
    for name, marker in written.items():
        is_committed = _is_committed(marker)
        errors[name] = Error.NONE if is_committed else Error.REQUEST_TIMED_OUT
        _settle(broker, marker[0])
    return errors


def _is_committed(marker: tuple[Partition, int]) -> bool:
    partition, end_offset = marker
    return partition.high_watermark >= end_offset


def _leading(broker: BrokerState, name: TopicPartition) -> Partition:
    partition = broker.leading(name)
    if isinstance(partition, Error):
        raise ApiError(partition)
    return partition


def _write(broker: BrokerState, end: TransactionEnd, partition: Partition) -> int:
    """Append the marker; return the offset below which it must be committed."""
    now_ms = broker.clock.time_ms()
    if partition.name.topic != OFFSETS:
        return partition.end_transaction(end, now_ms)
    shard = broker.groups.shards.led.get(partition.name.partition)
    if shard is None:
        raise ApiError(Error.NOT_LEADER_OR_FOLLOWER, "its groups are not known here")
    return shard.end_transaction(end, now_ms)


def _settle(broker: BrokerState, partition: Partition) -> None:
    """Let the offsets count that a marker among those of groups has committed."""
    shard = broker.groups.shards.led.get(partition.name.partition)
    if shard is not None and shard.partition is partition:
        shard.settle()
