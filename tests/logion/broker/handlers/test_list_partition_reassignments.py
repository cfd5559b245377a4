"""ListPartitionReassignments: which replicas are on the move."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from logion.broker.context import Context
from logion.broker.handlers.list_partition_reassignments import handle
from logion.cluster.image import ClusterImage, PartitionInfo, TopicInfo
from logion.names import ZERO_UUID, BrokerId
from logion.protocol.messages.list_partition_reassignments import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsTopics,
)

from tests.logion.broker.running import Running, running

ONE, TWO = BrokerId(1), BrokerId(2)


def some(topic: str, *indexes: int) -> ListPartitionReassignmentsRequest:
    """Return a request for partitions of one topic."""
    asked = ListPartitionReassignmentsTopics(name=topic, partition_indexes=indexes)
    return ListPartitionReassignmentsRequest(topics=(asked,))


ALL = ListPartitionReassignmentsRequest(topics=None)


@pytest.mark.parametrize(("release", "text"), [("3.9", ""), ("4.3", None)])
async def test_nothing_is_on_the_move_where_there_is_one_broker(
    release: str, text: str | None
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        for asked in (ALL, some("t", 0, 9), some("nope", 0)):
            answer = await broker.ask(asked)
            assert (answer.error_code, answer.topics) == (0, ())
            assert answer.error_message == text


def with_a_move(broker: Running) -> None:
    """Let the image have a partition whose replica is on the move."""
    partitions: Mapping[int, PartitionInfo] = MappingProxyType(
        {
            0: PartitionInfo(0, (ONE, TWO), adding=(TWO,), removing=(ONE,)),
            1: PartitionInfo(1, (ONE,)),
        }
    )
    topics = {"t": TopicInfo("t", ZERO_UUID, partitions)}
    broker.state.cluster.image = ClusterImage(topics=topics)


@pytest.mark.parametrize("asked", [ALL, some("t", 0, 1)])
async def test_a_move_is_told(asked: ListPartitionReassignmentsRequest) -> None:
    context = Context(46, 0, 1, "", "10.0.0.1:1", "PLAINTEXT")
    async with running() as broker:
        before = broker.state.cluster.image
        with_a_move(broker)
        (topic,) = (await handle(broker.state, context, asked)).topics
        broker.state.cluster.image = before
    (moving,) = topic.partitions
    assert (topic.name, moving.partition_index, moving.replicas) == ("t", 0, (1, 2))
    assert (moving.adding_replicas, moving.removing_replicas) == ((2,), (1,))
