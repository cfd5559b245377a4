"""DescribeTopicPartitions (API 75): partitions of topics, page by page (KIP-966).

Topics come in the order of their names. A page that is full says, by a cursor, which
partition the next one begins with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from logion.broker.context import Context
from logion.broker.internal_topics import INTERNAL_TOPICS
from logion.broker.permissions import NOT_ASKED, TOPIC_OPERATIONS
from logion.broker.state import BrokerState
from logion.cluster.image import ClusterImage, PartitionInfo, TopicInfo
from logion.cluster.topics import check_topic_name
from logion.names import ZERO_UUID, BrokerId
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_topic_partitions import (
    Cursor,
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
)


@dataclass(slots=True)
class Page:
    """The answer while it is written."""

    room: int
    """Partitions that still fit."""
    topics: list[DescribeTopicPartitionsResponseTopic]
    next_cursor: Cursor | None = None


async def handle(
    broker: BrokerState, context: Context, request: DescribeTopicPartitionsRequest
) -> DescribeTopicPartitionsResponse:
    """Return one page of partitions, and where the next one begins."""
    if any(topic.name == "" for topic in request.topics):
        return _refused(request, Error.UNKNOWN_SERVER_ERROR)
    if not _is_valid(request):
        return _refused(request, Error.INVALID_REQUEST)
    limit = broker.cluster.config.integer("max.request.partition.size.limit")
    page = Page(max(1, min(limit, request.response_partition_limit)), [])
    for name in _names(broker.cluster.image, request):
        if page.next_cursor is not None:
            break
        if page.room == 0:
            page.next_cursor = Cursor(topic_name=name, partition_index=0)
            break
        _write(page, broker, name, _first_partition(request, name))
    return DescribeTopicPartitionsResponse(
        throttle_time_ms=0, topics=tuple(page.topics), next_cursor=page.next_cursor
    )


def _is_valid(request: DescribeTopicPartitionsRequest) -> bool:
    """Tell whether the cursor is a partition of one of the topics asked for."""
    cursor = request.cursor
    if cursor is None:
        return True
    names = [topic.name for topic in request.topics]
    return cursor.partition_index >= 0 and (not names or cursor.topic_name in names)


def _refused(
    request: DescribeTopicPartitionsRequest, error: Error
) -> DescribeTopicPartitionsResponse:
    return DescribeTopicPartitionsResponse(
        throttle_time_ms=0,
        topics=tuple(_failed(topic.name, error, NOT_ASKED) for topic in request.topics),
    )


def _names(
    image: ClusterImage, request: DescribeTopicPartitionsRequest
) -> Iterator[str]:
    """Return the names of the topics asked for, from the cursor's on, sorted."""
    asked = {topic.name for topic in request.topics} or set(image.topics)
    first = "" if request.cursor is None else request.cursor.topic_name
    return (name for name in sorted(asked) if name >= first)


def _first_partition(request: DescribeTopicPartitionsRequest, name: str) -> int:
    cursor = request.cursor
    if cursor is None or cursor.topic_name != name:
        return 0
    return cursor.partition_index


def _write(page: Page, broker: BrokerState, name: str, first: int) -> None:
    """Add the partitions of one topic, as many as still fit."""
    topic = broker.cluster.image.topics.get(name)
    if topic is None:
        page.topics.append(_failed(name, _fault(name)))
        return
    left = [it for it in topic.partitions.values() if it.partition >= first]
    fitting = tuple(islice(left, page.room))
    page.topics.append(_described(topic, fitting, broker))
    page.room -= len(fitting)
    if len(fitting) < len(left):
        following = left[len(fitting)].partition
        page.next_cursor = Cursor(topic_name=name, partition_index=following)


def _fault(name: str) -> Error:
    try:
        check_topic_name(name)
    except ApiError as refusal:
        return refusal.error
    return Error.UNKNOWN_TOPIC_OR_PARTITION


def _failed(
    name: str, error: Error, operations: int = TOPIC_OPERATIONS
) -> DescribeTopicPartitionsResponseTopic:
    return DescribeTopicPartitionsResponseTopic(
        error_code=error,
        name=name,
        topic_id=ZERO_UUID,
        is_internal=name in INTERNAL_TOPICS,
        partitions=(),
        topic_authorized_operations=operations,
    )


def _described(
    topic: TopicInfo, partitions: tuple[PartitionInfo, ...], broker: BrokerState
) -> DescribeTopicPartitionsResponseTopic:
    return DescribeTopicPartitionsResponseTopic(
        error_code=Error.NONE,
        name=topic.name,
        topic_id=topic.id,
        is_internal=topic.name in INTERNAL_TOPICS,
        partitions=tuple(
            _partition(it, broker.offline_replicas(topic.name, it)) for it in partitions
        ),
        topic_authorized_operations=TOPIC_OPERATIONS,
    )


def _partition(
    info: PartitionInfo, offline: tuple[BrokerId, ...]
) -> DescribeTopicPartitionsResponsePartition:
    is_led = info.leader in info.replicas and info.leader not in offline
    return DescribeTopicPartitionsResponsePartition(
        error_code=Error.NONE if is_led else Error.LEADER_NOT_AVAILABLE,
        partition_index=info.partition,
        leader_id=info.leader if is_led else -1,
        leader_epoch=info.leader_epoch,
        replica_nodes=info.replicas,
        isr_nodes=info.isr,
        eligible_leader_replicas=(),
        last_known_elr=(),
        offline_replicas=offline,
    )
