"""CreateTopics: create topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from logion.config_entries import Source
from logion.names import ZERO_UUID
from logion.protocol.errors import Error
from logion.protocol.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreateTopicsRequest,
)
from logion.protocol.schema import replace

from tests.logion.broker.running import create_request, running


def assigned(
    *replicas: Sequence[int], partitions: int = -1, first: int = 0
) -> CreateTopicsRequest:
    """Return a request that says which broker gets which partition."""
    assignments = tuple(
        CreatableReplicaAssignment(partition_index=index, broker_ids=tuple(brokers))
        for index, brokers in enumerate(replicas, first)
    )
    topic = CreatableTopic(
        name="t",
        num_partitions=partitions,
        replication_factor=-1,
        assignments=assignments,
        configs=(),
    )
    return CreateTopicsRequest(topics=(topic,))


@pytest.mark.parametrize("version", range(8))
async def test_every_version_makes_a_topic_that_serves_at_once(version: int) -> None:
    async with running(release="3.9") as broker:
        answer = await broker.ask(create_request("t", partitions=3), version)
        assert [it.error_code for it in answer.topics] == [Error.NONE]
        assert broker.partition("t", 2).high_watermark == 0


async def test_the_answer_describes_the_topic_and_names_its_id() -> None:
    request = create_request("t", partitions=2, configs={"retention.ms": "5"})
    async with running() as broker:
        (made,) = (await broker.ask(request, 7)).topics
        assert made.topic_id == broker.topic_id("t") != ZERO_UUID
    assert (made.num_partitions, made.replication_factor) == (2, 1)
    assert made.error_message is None
    configs = {it.name: it for it in made.configs or ()}
    assert configs["retention.ms"].value == "5"
    assert configs["retention.ms"].config_source == Source.DYNAMIC_TOPIC_CONFIG
    assert configs["cleanup.policy"].config_source == Source.DEFAULT_CONFIG
    assert list(configs) == sorted(configs)


async def test_validate_only_changes_nothing() -> None:
    async with running() as broker:
        request = create_request("t", validate_only=True)
        (made,) = (await broker.ask(request)).topics
        assert (made.error_code, made.num_partitions) == (Error.NONE, 1)
        assert "t" not in broker.state.cluster.image.topics


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", Error.INVALID_TOPIC_EXCEPTION),
        ("..", Error.INVALID_TOPIC_EXCEPTION),
        ("a b", Error.INVALID_TOPIC_EXCEPTION),
        ("x" * 250, Error.INVALID_TOPIC_EXCEPTION),
        ("there", Error.TOPIC_ALREADY_EXISTS),
        ("has_dot", Error.INVALID_TOPIC_EXCEPTION),
    ],
)
async def test_a_name_must_be_legal_new_and_unlike_others(
    name: str, error: Error
) -> None:
    async with running() as broker:
        await broker.create("there")
        await broker.create("has.dot")
        (result,) = (await broker.ask(create_request(name))).topics
    assert (result.name, result.error_code) == (name, error)
    assert result.error_message
    assert (result.topic_id, result.num_partitions) == (ZERO_UUID, -1)
    assert result.configs == ()


@pytest.mark.parametrize(
    ("partitions", "replicas", "error"),
    [
        (0, 1, Error.INVALID_PARTITIONS),
        (-2, 1, Error.INVALID_PARTITIONS),
        (1, 0, Error.INVALID_REPLICATION_FACTOR),
        (1, -2, Error.INVALID_REPLICATION_FACTOR),
        (1, 2, Error.INVALID_REPLICATION_FACTOR),
        (10_001, 1, Error.POLICY_VIOLATION),
        (2**31 - 1, 1, Error.POLICY_VIOLATION),
    ],
)
async def test_counts_must_be_possible(
    partitions: int, replicas: int, error: Error
) -> None:
    async with running() as broker:
        request = create_request("t", partitions=partitions, replicas=replicas)
        (result,) = (await broker.ask(request)).topics
        assert result.error_code == error
        assert "t" not in broker.state.cluster.image.topics


async def test_minus_one_takes_the_broker_s_defaults() -> None:
    async with running({"num.partitions": "3"}) as broker:
        request = create_request("t", partitions=-1, replicas=-1)
        (result,) = (await broker.ask(request, 2)).topics
    assert result.error_code == Error.NONE


@pytest.mark.parametrize(
    ("partitions", "replicas", "error"),
    [
        (-1, 1, Error.INVALID_PARTITIONS),
        (1, -1, Error.INVALID_REPLICATION_FACTOR),
    ],
)
async def test_before_2_4_there_were_no_defaults(
    partitions: int, replicas: int, error: Error
) -> None:
    async with running(release="2.3") as broker:
        request = create_request("t", partitions=partitions, replicas=replicas)
        (result,) = (await broker.ask(request)).topics
    assert result.error_code == error


@pytest.mark.parametrize(
    "configs", [{"retention.ms": "x"}, {"nope": "1"}, {"retention.ms": None}]
)
async def test_settings_must_be_known_and_right(
    configs: Mapping[str, str | None],
) -> None:
    async with running() as broker:
        (result,) = (await broker.ask(create_request("t", configs=configs))).topics
    assert result.error_code == Error.INVALID_CONFIG


async def test_an_assignment_says_how_many_partitions_there_are() -> None:
    async with running() as broker:
        (result,) = (await broker.ask(assigned([1], [1]))).topics
    assert (result.error_code, result.num_partitions) == (Error.NONE, 2)


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (assigned([1], partitions=1), Error.INVALID_REQUEST),
        (assigned([1], first=1), Error.INVALID_REPLICA_ASSIGNMENT),
        (assigned([1, 1]), Error.INVALID_REPLICA_ASSIGNMENT),
        (assigned([77]), Error.INVALID_REPLICA_ASSIGNMENT),
        (assigned([]), Error.INVALID_REPLICA_ASSIGNMENT),
    ],
)
async def test_an_assignment_must_be_possible(
    request_: CreateTopicsRequest, error: Error
) -> None:
    async with running() as broker:
        (result,) = (await broker.ask(request_)).topics
    assert result.error_code == error


async def test_a_partition_assigned_twice_is_refused() -> None:
    request = assigned([1])
    (topic,) = request.topics
    request = replace(
        request, topics=(replace(topic, assignments=topic.assignments * 2),)
    )
    async with running() as broker:
        (result,) = (await broker.ask(request)).topics
    assert result.error_code == Error.INVALID_REPLICA_ASSIGNMENT


async def test_a_name_given_twice_is_refused_once_and_others_are_made() -> None:
    async with running() as broker:
        answer = await broker.ask(create_request("a", "b", "a"))
        assert [(it.name, it.error_code) for it in answer.topics] == [
            ("b", Error.NONE),
            ("a", Error.INVALID_REQUEST),
        ]
        assert set(broker.state.cluster.image.topics) == {"b"}


async def test_before_2_8_topics_have_no_ids() -> None:
    async with running(release="2.7") as broker:
        await broker.ask(create_request("t"))
        assert broker.topic_id("t") == ZERO_UUID


@pytest.mark.parametrize(
    ("release", "answered"),
    [("0.11.0", "b c a"), ("2.8", "a b a c"), ("3.9", "a b a c"), ("4.3", "b c a")],
)
async def test_a_name_given_twice_has_one_answer_at_the_end_or_two(
    release: str, answered: str
) -> None:
    async with running(release=release) as broker:
        answer = await broker.ask(create_request("a", "b", "a", "c"), 2)
    names = " ".join(it.name for it in answer.topics)
    assert names == answered


async def test_nothing_is_made_where_no_directory_works() -> None:
    async with running() as broker:
        broker.state.logs.directories[0].fail(OSError(5, "broken"))
        (answer,) = (await broker.ask(create_request("t"))).topics
        assert answer.error_code == Error.KAFKA_STORAGE_ERROR
        assert broker.state.cluster.image.topics == {}


@pytest.mark.parametrize("release", ["3.9", "4.0"])
async def test_on_zookeeper_a_topic_that_is_only_checked_has_no_id(
    release: str,
) -> None:
    async with running(release=release) as broker:
        answer = await broker.ask(create_request("t", validate_only=True), 7)
    assert (answer.topics[0].topic_id == ZERO_UUID) is (release == "3.9")
