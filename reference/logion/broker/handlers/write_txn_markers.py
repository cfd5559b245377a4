"""WriteTxnMarkers (API 27): end transactions in the partitions that this broker leads.

v1   flexible
v2   the transaction's version: stricter checks of the epoch (KIP-1228)

A transaction's coordinator asks for it, and who aborts a hanging one (KIP-664). Two
markers of one producer are answered together.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.markers import write_markers
from logion.broker.state import BrokerState
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)
from logion.replica.partition import TransactionEnd


async def handle(
    broker: BrokerState, context: Context, request: WriteTxnMarkersRequest
) -> WriteTxnMarkersResponse:
    """Write every marker that can be written; each partition has its own error.

    A marker without partitions is passed over.
    """
    errors: dict[int, dict[TopicPartition, Error]] = {}
    for marker in filter(_partitions, request.markers):
        found = await write_markers(broker, _end(marker), _partitions(marker))
        errors.setdefault(marker.producer_id, {}).update(found)
    return WriteTxnMarkersResponse(
        markers=tuple(
            WritableTxnMarkerResult(producer_id=producer_id, topics=_by_topic(found))
            for producer_id, found in errors.items()
        )
    )


def _end(marker: WritableTxnMarker) -> TransactionEnd:
    return TransactionEnd(
        marker.producer_id,
        marker.producer_epoch,
        marker.transaction_result,
        marker.coordinator_epoch,
        marker.transaction_version,
    )


def _partitions(marker: WritableTxnMarker) -> list[TopicPartition]:
    return [
        TopicPartition(topic.name, index)
        for topic in marker.topics
        for index in topic.partition_indexes
    ]


def _by_topic(
    errors: dict[TopicPartition, Error],
) -> tuple[WritableTxnMarkerTopicResult, ...]:
    topics: dict[str, list[WritableTxnMarkerPartitionResult]] = {}
    for name, error in errors.items():
        topics.setdefault(name.topic, []).append(
            WritableTxnMarkerPartitionResult(
                partition_index=name.partition, error_code=error
            )
        )
    return tuple(
        WritableTxnMarkerTopicResult(name=topic, partitions=tuple(results))
        for topic, results in topics.items()
    )
