"""Metadata: the brokers, the topics, and who leads their partitions."""

from __future__ import annotations

from typing import Any

import pytest
from logion.broker.permissions import (
    CLUSTER_OPERATIONS,
    NOT_ASKED,
    TOPIC_OPERATIONS,
)
from logion.names import ZERO_UUID, Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic

from tests.logion.broker.running import Running, create_request, running


def request(*names: str, **fields: Any) -> MetadataRequest:
    """Return a request for topics by name."""
    topics = tuple(MetadataRequestTopic(name=name) for name in names)
    return MetadataRequest(topics=topics, **fields)


async def errors(
    broker: Running, asked: MetadataRequest, version: int | None = None
) -> list[tuple[str | None, int]]:
    """Return the name and error of each topic in the answer."""
    answer = await broker.ask(asked, version)
    return [(it.name, it.error_code) for it in answer.topics]


@pytest.mark.parametrize("version", range(13))
async def test_every_version_tells_brokers_topics_and_leaders(version: int) -> None:
    async with running({"broker.rack": "r"}, release="3.9") as broker:
        await broker.create("t", 2)
        answer = await broker.ask(request("t"), version)
        (node,) = answer.brokers
        assert (node.node_id, node.host, node.port) == (1, *broker.broker.addresses[0])
        (topic,) = answer.topics
        assert (topic.name, topic.error_code) == ("t", Error.NONE)
        if version >= 1:
            assert (node.rack, answer.controller_id) == ("r", 1)
        if version >= 2:
            assert answer.cluster_id == broker.state.cluster.image.cluster_id
        if version >= 10:
            assert topic.topic_id == broker.topic_id("t")
    for index, partition in enumerate(topic.partitions):
        assert (partition.error_code, partition.partition_index) == (0, index)
        assert partition.leader_id == 1
        assert partition.replica_nodes == partition.isr_nodes == (1,)
        if version >= 7:
            assert partition.leader_epoch == 0


async def test_all_topics_are_asked_for_by_null_in_version_0_by_an_empty_list() -> None:
    async with running(release="3.9") as broker:
        await broker.create("t")
        assert await errors(broker, request(), 0) == [("t", 0)]
        assert await errors(broker, request(), 1) == []
        assert await errors(broker, MetadataRequest(topics=None), 1) == [("t", 0)]


@pytest.mark.parametrize(
    ("release", "first"),
    [
        ("0.8.2", Error.LEADER_NOT_AVAILABLE),
        ("3.9", Error.LEADER_NOT_AVAILABLE),
        ("4.3", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
async def test_asking_for_a_topic_makes_it_and_asking_again_finds_it(
    release: str, first: Error
) -> None:
    async with running({"num.partitions": "3"}, release=release) as broker:
        asked = request("new")
        assert await errors(broker, asked) == [("new", first)]
        answer = await broker.ask(asked)
        assert answer.topics[0].error_code == Error.NONE
        assert len(answer.topics[0].partitions) == 3


async def test_nothing_is_made_if_broker_or_client_forbid_it() -> None:
    unknown = [("new", Error.UNKNOWN_TOPIC_OR_PARTITION)]
    async with running({"auto.create.topics.enable": "false"}) as broker:
        assert await errors(broker, request("new")) == unknown
        assert not broker.state.cluster.image.topics
    async with running() as broker:
        polite = request("new", allow_auto_topic_creation=False)
        assert await errors(broker, polite) == unknown
        assert not broker.state.cluster.image.topics


async def test_before_version_4_a_client_could_not_forbid_it() -> None:
    async with running(release="3.9") as broker:
        await broker.ask(request("new"), 3)
        assert "new" in broker.state.cluster.image.topics


@pytest.mark.parametrize("name", ["a b", "", "x" * 250])
@pytest.mark.parametrize("allow", [True, False])
async def test_a_wrong_name_is_told_apart_from_a_missing_topic(
    name: str,
    allow: bool,
) -> None:
    async with running(release="3.9") as broker:
        asked = request(name, allow_auto_topic_creation=allow)
        assert await errors(broker, asked) == [(name, Error.INVALID_TOPIC_EXCEPTION)]


async def test_since_4_0_only_the_controller_knows_that_names_are_too_alike() -> None:
    async with running() as broker:
        await broker.create("has.dot")
        found = await errors(broker, request("has_dot"))
        assert found == [("has_dot", Error.UNKNOWN_TOPIC_OR_PARTITION)]
        assert "has_dot" not in broker.state.cluster.image.topics


async def test_an_internal_topic_is_made_with_its_own_settings() -> None:
    settings = {"offsets.topic.num.partitions": "2"}
    async with running(settings, release="3.9") as broker:
        await broker.ask(request("__consumer_offsets"))
        (topic,) = (await broker.ask(request("__consumer_offsets"))).topics
        assert topic.is_internal
        assert len(topic.partitions) == 2
        configs = broker.state.cluster.image.config_of("__consumer_offsets")
        assert configs["cleanup.policy"] == "compact"


async def test_a_topic_asked_for_twice_is_told_once() -> None:
    async with running() as broker:
        await broker.create("t")
        assert await errors(broker, request("t", "t")) == [("t", Error.NONE)]


async def test_since_version_12_topics_are_found_by_id() -> None:
    async with running() as broker:
        await broker.create("t")
        known, unknown = broker.topic_id("t"), Uuid(b"\x01" * 16)
        topics = tuple(
            MetadataRequestTopic(name=None, topic_id=it) for it in (known, unknown)
        )
        answer = await broker.ask(MetadataRequest(topics=topics), 12)
    found = [(it.name, it.topic_id, it.error_code) for it in answer.topics]
    assert found == [
        ("t", known, Error.NONE),
        (None, unknown, Error.UNKNOWN_TOPIC_ID),
    ]


@pytest.mark.parametrize("version", [10, 11])
async def test_before_version_12_ids_are_refused(version: int) -> None:
    async with running() as broker:
        await broker.create("t")
        topic = MetadataRequestTopic(name="t", topic_id=broker.topic_id("t"))
        asked = MetadataRequest(topics=(topic,))
        assert await errors(broker, asked, version) == [("t", Error.INVALID_REQUEST)]
        assert (await broker.ask(asked, version)).brokers == ()


async def test_names_do_not_count_beside_ids() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.create("u")
        by_id = MetadataRequestTopic(name="u", topic_id=broker.topic_id("t"))
        topics = (by_id, by_id, MetadataRequestTopic(name="u"))
        answer = await broker.ask(MetadataRequest(topics=topics), 12)
    assert [it.name for it in answer.topics] == ["t"]


@pytest.mark.parametrize(("version", "error"), [(12, 0), (13, -1)])
async def test_neither_name_nor_id_fails_the_whole_request(
    version: int, error: int
) -> None:
    nothing = MetadataRequestTopic(name=None, topic_id=ZERO_UUID)
    async with running() as broker:
        answer = await broker.ask(MetadataRequest(topics=(nothing,)), version)
    assert (answer.brokers, answer.error_code) == ((), error)
    assert [it.error_code for it in answer.topics] == [Error.UNKNOWN_SERVER_ERROR]


async def test_what_the_client_may_do_is_told_when_asked_for() -> None:
    async with running() as broker:
        await broker.create("t")
        silent = await broker.ask(request("t"), 8)
        told = await broker.ask(
            request(
                "t",
                "a b",
                include_cluster_authorized_operations=True,
                include_topic_authorized_operations=True,
            ),
            8,
        )
    assert silent.cluster_authorized_operations == NOT_ASKED
    assert silent.topics[0].topic_authorized_operations == NOT_ASKED
    assert told.cluster_authorized_operations == CLUSTER_OPERATIONS
    allowed = [it.topic_authorized_operations for it in told.topics]
    assert allowed == [TOPIC_OPERATIONS] * 2


async def test_a_release_without_ids_tells_none() -> None:
    async with running(release="2.7") as broker:
        await broker.create("t")
        (topic,) = (await broker.ask(request("t"))).topics
        assert topic.topic_id == ZERO_UUID


async def test_addresses_are_those_of_the_listener_asked() -> None:
    listeners = "PLAINTEXT://127.0.0.1:0,OTHER://127.0.0.1:0"
    settings = {
        "listeners": listeners,
        "advertised.listeners": "PLAINTEXT://first:1,OTHER://second:2",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,OTHER:PLAINTEXT",
    }
    from logion.client.connection import Address, connect

    from tests.logion.broker.running import ask

    async with running(settings) as broker:
        other = Address(*broker.broker.addresses[1])
        async with await connect(other) as client:
            second = await ask(client, request())
        first = await broker.ask(request())
    assert (first.brokers[0].host, first.brokers[0].port) == ("first", 1)
    assert (second.brokers[0].host, second.brokers[0].port) == ("second", 2)


@pytest.mark.parametrize(
    ("release", "error"),
    [
        ("2.8", Error.INVALID_TOPIC_EXCEPTION),
        ("3.9", Error.INVALID_TOPIC_EXCEPTION),
        ("4.3", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
async def test_a_name_too_like_anothers_is_not_made(release: str, error: Error) -> None:
    async with running(release=release) as broker:
        await broker.create("a.b")
        for may_create in (True, True, False):
            asked = request("a_b", allow_auto_topic_creation=may_create)
            assert await errors(broker, asked, 4) == [("a_b", error)]
        illegal = await errors(broker, request("a b"))
        assert illegal == [("a b", Error.INVALID_TOPIC_EXCEPTION)]
        assert list(broker.state.cluster.image.topics) == ["a.b"]


async def test_a_topic_that_0_8_could_not_make_fails_all_of_the_answer() -> None:
    async with running(release="0.8.2") as broker:
        await broker.create("t")
        for name in ("a b", "", ".."):
            answer = await broker.ask(request("t", name, "t"), 0)
            assert answer.brokers == ()
            told = [(it.name, it.error_code) for it in answer.topics]
            refused = Error.INVALID_TOPIC_EXCEPTION
            assert told == [(it, refused) for it in ("t", name, "t")]


async def test_0_8_made_what_was_asked_for_before_a_topic_that_it_could_not() -> None:
    async with running(release="0.8.2") as broker:
        answer = await broker.ask(request("t", "a b", "u"), 0)
        refused = Error.INVALID_TOPIC_EXCEPTION
        assert [it.error_code for it in answer.topics] == [refused] * 3
        assert list(broker.state.cluster.image.topics) == ["t"]


async def test_0_8_made_topics_whose_names_are_alike() -> None:
    async with running(release="0.8.2") as broker:
        found = await errors(broker, request("a.b", "a_b"), 0)
        assert {error for _, error in found} == {Error.LEADER_NOT_AVAILABLE}
        assert list(broker.state.cluster.image.topics) == ["a.b", "a_b"]


async def test_0_8_had_one_error_for_whatever_else_kept_a_topic_from_being_made() -> (
    None
):
    settings = {"default.replication.factor": "3"}
    async with running(settings, release="0.8.2") as broker:
        found = await errors(broker, request("t"), 0)
        assert found == [("t", Error.UNKNOWN_SERVER_ERROR)]


async def test_a_partition_on_a_failed_directory_has_no_leader() -> None:
    folders = {"log.dirs": "a,b"}
    async with running(folders, release="3.9") as broker:
        await broker.create("t", 2)
        broken = broker.partition("t", 0).log.directory
        broken.fail(OSError(5, "broken"))
        assert broker.partition("t", 1).log.directory is not broken
        (topic,) = (await broker.ask(request("t"), 12)).topics
        (created,) = (await broker.ask(create_request("u"))).topics
    first, second = topic.partitions
    assert first.error_code == Error.LEADER_NOT_AVAILABLE
    assert (first.leader_id, first.offline_replicas) == (-1, (1,))
    assert (first.replica_nodes, first.isr_nodes) == ((1,), (1,))
    assert second.error_code == Error.NONE
    assert (second.leader_id, second.offline_replicas) == (1, ())
    assert created.error_code == Error.NONE


async def test_nothing_is_made_where_no_directory_works() -> None:
    async with running(release="3.9") as broker:
        broker.state.logs.directories[0].fail(OSError(5, "broken"))
        found = await errors(broker, request("t"), 12)
        assert found == [("t", Error.KAFKA_STORAGE_ERROR)]
        assert broker.state.cluster.image.topics == {}
