"""AlterPartitionReassignments (API 45): move replicas to other brokers (KIP-455).

v1   whether the number of replicas may change (KIP-860)

Null replicas end a move that is in progress. There are no other brokers, so none ever
is: what is asked for is there already, or cannot be.
"""

from __future__ import annotations

from collections.abc import Sequence

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.cluster.topics import check_replicas
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    ReassignablePartition,
    ReassignablePartitionResponse,
    ReassignableTopic,
    ReassignableTopicResponse,
)
from logion.protocol.releases import release


async def handle(
    broker: BrokerState, context: Context, request: AlterPartitionReassignmentsRequest
) -> AlterPartitionReassignmentsResponse:
    """Return what comes of each move."""
    on_kraft = broker.release >= release("4.0")
    return AlterPartitionReassignmentsResponse(
        throttle_time_ms=0,
        allow_replication_factor_change=request.allow_replication_factor_change,
        error_code=Error.NONE,
        error_message=None if on_kraft and request.topics else "",
        responses=tuple(
            _topic(broker, it) for it in request.topics if on_kraft or it.partitions
        ),
    )


def _topic(broker: BrokerState, asked: ReassignableTopic) -> ReassignableTopicResponse:
    return ReassignableTopicResponse(
        name=asked.name,
        partitions=tuple(
            _result(broker, asked.name, it) for it in _each(broker, asked.partitions)
        ),
    )


def _each(
    broker: BrokerState, asked: Sequence[ReassignablePartition]
) -> Sequence[ReassignablePartition]:
    """Return the moves that are answered; on ZooKeeper the last one of a partition."""
    if broker.release >= release("4.0"):
        return asked
    return list({it.partition_index: it for it in asked}.values())


def _result(
    broker: BrokerState, topic: str, asked: ReassignablePartition
) -> ReassignablePartitionResponse:
    refusal = _refuse(broker, TopicPartition(topic, asked.partition_index), asked)
    return ReassignablePartitionResponse(
        partition_index=asked.partition_index,
        error_code=Error.NONE if refusal is None else refusal.error,
        error_message=None if refusal is None else refusal.message,
    )


def _refuse(
    broker: BrokerState, name: TopicPartition, asked: ReassignablePartition
) -> ApiError | None:
    """Return why replicas cannot move, None if they are where they are wanted."""
    image = broker.cluster.image
    is_known = image.partition(*name) is not None
    if asked.replicas is None and (is_known or broker.release < release("4.0")):
        return ApiError(Error.NO_REASSIGNMENT_IN_PROGRESS)
    if not is_known:
        return ApiError(Error.UNKNOWN_TOPIC_OR_PARTITION, f"there is no {name}")
    try:
        check_replicas(image, {name.partition: asked.replicas or ()}, None)
    except ApiError as refusal:
        return refusal
    return None
