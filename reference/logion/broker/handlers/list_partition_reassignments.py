"""ListPartitionReassignments (API 46): which replicas are on the move (KIP-455)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.cluster.image import PartitionInfo
from logion.protocol.errors import Error
from logion.protocol.messages.list_partition_reassignments import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
    OngoingPartitionReassignment,
    OngoingTopicReassignment,
)
from logion.protocol.releases import release


async def handle(
    broker: BrokerState, context: Context, request: ListPartitionReassignmentsRequest
) -> ListPartitionReassignmentsResponse:
    """Return the moves in progress among those asked for; null asks for all."""
    return ListPartitionReassignmentsResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        error_message=None if broker.release >= release("4.0") else "",
        topics=tuple(_topics(broker, request)),
    )


def _topics(
    broker: BrokerState, request: ListPartitionReassignmentsRequest
) -> Iterator[OngoingTopicReassignment]:
    for name, partitions in _asked(broker, request):
        moving = [it for it in partitions if it.adding or it.removing]
        if moving:
            yield OngoingTopicReassignment(
                name=name, partitions=tuple(map(_moving, moving))
            )


def _asked(
    broker: BrokerState, request: ListPartitionReassignmentsRequest
) -> Iterator[tuple[str, Sequence[PartitionInfo]]]:
    """Return the partitions asked for that there are, by topic."""
    image = broker.cluster.image
    if request.topics is None:
        for topic in image.topics.values():
            yield topic.name, list(topic.partitions.values())
        return
    for asked in request.topics:
        found = (image.partition(asked.name, it) for it in asked.partition_indexes)
        yield asked.name, [it for it in found if it is not None]


def _moving(partition: PartitionInfo) -> OngoingPartitionReassignment:
    return OngoingPartitionReassignment(
        partition_index=partition.partition,
        replicas=partition.replicas,
        adding_replicas=partition.adding,
        removing_replicas=partition.removing,
    )
