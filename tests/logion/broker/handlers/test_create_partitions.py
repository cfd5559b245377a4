"""CreatePartitions: give topics more partitions."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.create_partitions import (
    CreatePartitionsAssignment,
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)

from tests.logion.broker.running import batch, running


def grow(
    name: str, count: int, assignments: Sequence[Sequence[int]] | None = None
) -> CreatePartitionsTopic:
    """Return a topic that shall have `count` partitions in all."""
    return CreatePartitionsTopic(
        name=name,
        count=count,
        assignments=None
        if assignments is None
        else tuple(
            CreatePartitionsAssignment(broker_ids=tuple(it)) for it in assignments
        ),
    )


def request(
    *topics: CreatePartitionsTopic, validate_only: bool = False
) -> CreatePartitionsRequest:
    """Return a request for these topics."""
    return CreatePartitionsRequest(
        topics=topics, timeout_ms=1000, validate_only=validate_only
    )


@pytest.mark.parametrize("version", range(4))
async def test_every_version_adds_partitions_that_serve_at_once(version: int) -> None:
    async with running(release="3.9") as broker:
        await broker.create("t")
        log = broker.partition("t").log
        log_id = id(log)
        broker.partition("t").append(
            memoryview(bytearray(batch(b"v"))), version=3, acks=1
        )
        answer = await broker.ask(request(grow("t", 3)), version)
        assert [(it.name, it.error_code) for it in answer.results] == [("t", 0)]
        assert answer.results[0].error_message is None
        assert broker.partition("t", 2).high_watermark == 0
        assert id(broker.partition("t").log) == log_id
        assert broker.partition("t").high_watermark == 1


async def test_validate_only_changes_nothing() -> None:
    async with running() as broker:
        await broker.create("t")
        asked = request(grow("t", 3), validate_only=True)
        answer = await broker.ask(asked)
        assert answer.results[0].error_code == Error.NONE
        assert len(broker.state.cluster.image.topics["t"].partitions) == 1


@pytest.mark.parametrize(
    ("topic", "error"),
    [
        (grow("nope", 3), Error.UNKNOWN_TOPIC_OR_PARTITION),
        (grow("t", 2), Error.INVALID_PARTITIONS),
        (grow("t", 1), Error.INVALID_PARTITIONS),
        (grow("t", -1), Error.INVALID_PARTITIONS),
        (grow("t", 3, []), Error.INVALID_REPLICA_ASSIGNMENT),
        (grow("t", 3, [[]]), Error.INVALID_REPLICA_ASSIGNMENT),
        (grow("t", 3, [[77]]), Error.INVALID_REPLICA_ASSIGNMENT),
        (grow("t", 3, [[1, 1]]), Error.INVALID_REPLICA_ASSIGNMENT),
        (grow("t", 3, [[1], [1]]), Error.INVALID_REPLICA_ASSIGNMENT),
        (grow("t", 10_003), Error.POLICY_VIOLATION),
        (grow("t", 2**31 - 1), Error.POLICY_VIOLATION),
    ],
)
async def test_only_more_partitions_that_are_possible_are_added(
    topic: CreatePartitionsTopic, error: Error
) -> None:
    async with running() as broker:
        await broker.create("t", 2)
        (result,) = (await broker.ask(request(topic))).results
        assert (result.name, result.error_code) == (topic.name, error)
        assert result.error_message
        assert len(broker.state.cluster.image.topics["t"].partitions) == 2


async def test_the_brokers_of_new_partitions_can_be_given() -> None:
    async with running() as broker:
        await broker.create("t")
        (result,) = (await broker.ask(request(grow("t", 2, [[1]])))).results
        assert result.error_code == Error.NONE
        assert broker.partition("t", 1).high_watermark == 0


async def test_a_topic_named_twice_is_left_alone() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.create("u")
        asked = request(grow("t", 2), grow("u", 2), grow("t", 3))
        answer = await broker.ask(asked)
        assert [(it.name, it.error_code) for it in answer.results] == [
            ("t", Error.INVALID_REQUEST),
            ("u", Error.NONE),
        ]
        assert len(broker.state.cluster.image.topics["t"].partitions) == 1


async def test_nothing_is_extended_where_no_directory_works() -> None:
    async with running() as broker:
        await broker.create("t")
        broker.state.logs.directories[0].fail(OSError(5, "broken"))
        (answer,) = (await broker.ask(request(grow("t", 2)))).results
        assert answer.error_code == Error.KAFKA_STORAGE_ERROR
        assert len(broker.state.cluster.image.topics["t"].partitions) == 1
