"""AlterPartitionReassignments: move replicas to other brokers."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    ReassignablePartition,
    ReassignableTopic,
)

from tests.logion.broker.running import Running, running

Move = tuple[int, tuple[int, ...] | None]


async def reassign(
    broker: Running, *moves: Move, topic: str = "t", version: int | None = None
) -> AlterPartitionReassignmentsResponse:
    """Return the answer to moves of partitions of one topic."""
    partitions = tuple(
        ReassignablePartition(partition_index=index, replicas=replicas)
        for index, replicas in moves
    )
    topics = (ReassignableTopic(name=topic, partitions=partitions),) if moves else ()
    request = AlterPartitionReassignmentsRequest(topics=topics)
    answer: AlterPartitionReassignmentsResponse = await broker.ask(request, version)
    assert answer.error_code == Error.NONE
    return answer


def codes(answer: AlterPartitionReassignmentsResponse) -> list[int]:
    """Return the errors of all partitions of an answer."""
    return [it.error_code for topic in answer.responses for it in topic.partitions]


@pytest.mark.parametrize("version", range(2))
@pytest.mark.parametrize(
    ("move", "error"),
    [
        ((0, (1,)), Error.NONE),
        ((0, None), Error.NO_REASSIGNMENT_IN_PROGRESS),
        ((0, (5,)), Error.INVALID_REPLICA_ASSIGNMENT),
        ((0, (1, 5)), Error.INVALID_REPLICA_ASSIGNMENT),
        ((0, (1, 1)), Error.INVALID_REPLICA_ASSIGNMENT),
        ((0, ()), Error.INVALID_REPLICA_ASSIGNMENT),
        ((9, (1,)), Error.UNKNOWN_TOPIC_OR_PARTITION),
        ((9, None), Error.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
async def test_replicas_are_where_they_are_wanted_or_cannot_be(
    move: Move, error: Error, version: int
) -> None:
    async with running() as broker:
        await broker.create("t")
        assert codes(await reassign(broker, move, version=version)) == [error]


async def test_on_zookeeper_nothing_that_is_unknown_is_on_the_move_either() -> None:
    async with running(release="3.9") as broker:
        answer = await reassign(broker, (0, None), topic="nope")
    assert codes(answer) == [Error.NO_REASSIGNMENT_IN_PROGRESS]


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("3.9", [Error.NO_REASSIGNMENT_IN_PROGRESS]),
        ("4.3", [Error.NONE, Error.NO_REASSIGNMENT_IN_PROGRESS]),
    ],
)
async def test_a_partition_named_twice_has_one_answer_on_zookeeper(
    release: str, expected: list[Error]
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        assert codes(await reassign(broker, (0, (1,)), (0, None))) == expected


@pytest.mark.parametrize(
    ("release", "moves", "text"),
    [("3.9", [(0, None)], ""), ("4.3", [(0, None)], None), ("4.3", [], "")],
)
async def test_without_an_error_the_text_is_the_release_s(
    release: str, moves: list[Move], text: str | None
) -> None:
    async with running(release=release) as broker:
        assert (await reassign(broker, *moves)).error_message == text


@pytest.mark.parametrize(("release", "told"), [("3.9", []), ("4.3", ["t"])])
async def test_a_topic_without_partitions_is_told_on_kraft(
    release: str, told: list[str]
) -> None:
    topic = ReassignableTopic(name="t", partitions=())
    async with running(release=release) as broker:
        request = AlterPartitionReassignmentsRequest(topics=(topic,))
        answer = await broker.ask(request)
    assert [it.name for it in answer.responses] == told
