"""DescribeTopicPartitions: partitions of topics, page by page."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from logion.broker.permissions import NOT_ASKED, TOPIC_OPERATIONS
from logion.names import ZERO_UUID
from logion.protocol.errors import Error
from logion.protocol.messages.describe_topic_partitions import (
    Cursor,
    DescribeTopicPartitionsRequest,
    TopicRequest,
)

from tests.logion.broker.running import Running, running

COUNTS = {"a": 2, "b": 1, "c": 3}
ALL = [(name, index) for name, count in COUNTS.items() for index in range(count)]


def request(
    *names: str, limit: int = 2000, cursor: tuple[str, int] | None = None
) -> DescribeTopicPartitionsRequest:
    """Return a request for topics, at most `limit` partitions, from `cursor` on."""
    return DescribeTopicPartitionsRequest(
        topics=tuple(TopicRequest(name=name) for name in names),
        response_partition_limit=limit,
        cursor=None
        if cursor is None
        else Cursor(topic_name=cursor[0], partition_index=cursor[1]),
    )


def partitions(answer: Any) -> list[tuple[str, int]]:
    """Return the partitions of a page, in its order."""
    return [
        (topic.name, it.partition_index)
        for topic in answer.topics
        for it in topic.partitions
    ]


async def fill(broker: Running) -> None:
    """Make the topics of COUNTS, in another order."""
    for name in reversed(COUNTS):
        await broker.create(name, COUNTS[name])


async def test_topics_come_in_the_order_of_their_names() -> None:
    async with running() as broker:
        await fill(broker)
        answer = await broker.ask(request("c", "a", "c"))
        every = await broker.ask(request())
    assert partitions(answer) == [it for it in ALL if it[0] != "b"]
    assert partitions(every) == ALL
    assert answer.next_cursor is None


async def test_a_partition_has_its_leader_and_its_replicas() -> None:
    async with running() as broker:
        await broker.create("t")
        (topic,) = (await broker.ask(request("t"))).topics
        assert topic.topic_id == broker.topic_id("t")
    assert (topic.error_code, topic.is_internal) == (Error.NONE, False)
    assert topic.topic_authorized_operations == TOPIC_OPERATIONS
    (found,) = topic.partitions
    assert (found.error_code, found.leader_id, found.leader_epoch) == (0, 1, 0)
    assert found.replica_nodes == found.isr_nodes == (1,)
    assert found.offline_replicas == ()
    assert found.eligible_leader_replicas == found.last_known_elr == ()


@settings(deadline=None, max_examples=20)
@given(limit=st.integers(-1, 7))
async def test_the_pages_are_all_partitions_once_each_in_order(limit: int) -> None:
    async with running() as broker:
        await fill(broker)
        found: list[tuple[str, int]] = []
        cursor = None
        for _ in range(len(ALL) + 1):
            answer = await broker.ask(request(limit=limit, cursor=cursor))
            page = partitions(answer)
            assert len(page) <= max(1, limit)
            found += page
            if answer.next_cursor is None:
                break
            cursor = answer.next_cursor.topic_name, answer.next_cursor.partition_index
    assert found == ALL


async def test_the_broker_limits_a_page_too() -> None:
    async with running({"max.request.partition.size.limit": "2"}) as broker:
        await fill(broker)
        answer = await broker.ask(request())
    assert partitions(answer) == ALL[:2]
    assert (answer.next_cursor.topic_name, answer.next_cursor.partition_index) == (
        "b",
        0,
    )


async def test_a_topic_that_is_not_there_has_an_error() -> None:
    async with running() as broker:
        answer = await broker.ask(request("nope", "a b"))
    assert [(it.name, it.error_code, it.topic_id) for it in answer.topics] == [
        ("a b", Error.INVALID_TOPIC_EXCEPTION, ZERO_UUID),
        ("nope", Error.UNKNOWN_TOPIC_OR_PARTITION, ZERO_UUID),
    ]


async def test_a_cursor_must_be_within_what_is_asked_for() -> None:
    async with running() as broker:
        await fill(broker)
        for cursor in (("b", 0), ("a", -1)):
            answer = await broker.ask(request("a", "c", cursor=cursor))
            found = [it.error_code for it in answer.topics]
            assert found == [Error.INVALID_REQUEST] * 2
        past = await broker.ask(request("a", "b", cursor=("a", 9)))
    assert partitions(past) == [("b", 0)]


async def test_a_partition_on_a_failed_directory_has_no_leader() -> None:
    async with running() as broker:
        await broker.create("t")
        broker.partition("t").log.directory.fail(OSError(5, "broken"))
        (found,) = (await broker.ask(request("t"))).topics[0].partitions
    assert found.error_code == Error.LEADER_NOT_AVAILABLE
    assert (found.leader_id, found.offline_replicas) == (-1, (1,))


async def test_a_topic_without_a_name_fails_the_whole_request() -> None:
    async with running() as broker:
        await broker.create("a")
        answer = await broker.ask(request("a", ""))
    told = [(it.error_code, it.topic_authorized_operations) for it in answer.topics]
    assert told == [(Error.UNKNOWN_SERVER_ERROR, NOT_ASKED)] * 2
