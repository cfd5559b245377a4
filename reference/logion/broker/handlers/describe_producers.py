"""DescribeProducers (API 61): the producers a partition remembers (KIP-664)."""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.cluster.topics import check_topic_name
from logion.log.producers import Producer
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_producers import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    PartitionResponse,
    ProducerState,
    TopicResponse,
)
from logion.protocol.releases import release
from logion.replica.partition import Partition


async def handle(
    broker: BrokerState, context: Context, request: DescribeProducersRequest
) -> DescribeProducersResponse:
    """Return each partition's active producers: those that still count."""
    return DescribeProducersResponse(
        throttle_time_ms=0,
        topics=tuple(
            TopicResponse(
                name=topic.name,
                partitions=tuple(
                    _describe(broker, TopicPartition(topic.name, index))
                    for index in topic.partition_indexes
                ),
            )
            for topic in request.topics
        ),
    )


def _describe(broker: BrokerState, name: TopicPartition) -> PartitionResponse:
    partition = _find(broker, name)
    if isinstance(partition, Error):
        return PartitionResponse(
            partition_index=name.partition,
            error_code=partition,
            error_message=partition.meaning,
            active_producers=(),
        )
    return PartitionResponse(
        partition_index=name.partition,
        error_code=Error.NONE,
        active_producers=tuple(map(_state, partition.log.producers.values())),
    )


def _find(broker: BrokerState, name: TopicPartition) -> Partition | Error:
    try:
        check_topic_name(name.topic)
    except ApiError as refusal:
        if broker.release >= release("3.0"):  # 2.8 does not look at names, 3.9 does
            return refusal.error
    return broker.leading(name)


def _state(producer: Producer) -> ProducerState:
    start = producer.transaction_start
    return ProducerState(
        producer_id=producer.producer_id,
        producer_epoch=producer.epoch,
        last_sequence=producer.last_sequence,
        last_timestamp=producer.timestamp,
        coordinator_epoch=producer.coordinator_epoch,
        current_txn_start_offset=-1 if start is None else start,
    )
