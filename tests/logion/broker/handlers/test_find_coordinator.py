from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest

from tests.logion.broker.running import NARROW, running


@pytest.mark.parametrize("version", range(4))
async def test_the_first_to_ask_is_answered_and_makes_the_topic(version: int) -> None:
    async with running() as broker:
        found = await broker.ask(FindCoordinatorRequest(key="g"), version)
        assert found.error_code == Error.NONE
        assert (found.node_id, found.host, found.port) == (1, *broker.address)
        topic = broker.state.cluster.image.topics["__consumer_offsets"]
        assert len(topic.partitions) == int(NARROW["offsets.topic.num.partitions"])
        assert broker.state.cluster.topic_config(topic.name).words(
            "cleanup.policy"
        ) == ("compact",)


@pytest.mark.parametrize("version", range(4, 7))
async def test_several_keys_are_answered_in_their_order(version: int) -> None:
    async with running() as broker:
        request = FindCoordinatorRequest(coordinator_keys=("b", "", "b"))
        answer = await broker.ask(request, version)
        assert [it.key for it in answer.coordinators] == ["b", "", "b"]
        assert {it.error_code for it in answer.coordinators} == {0}
        assert (await broker.ask(FindCoordinatorRequest(), version)).coordinators == ()


@pytest.mark.parametrize(
    ("key_type", "version", "error"),
    [
        (2, 5, Error.INVALID_REQUEST),
        (2, 6, Error.INVALID_REQUEST),
        (7, 6, Error.INVALID_REQUEST),
    ],
)
async def test_what_nobody_coordinates_is_said_for_good(
    key_type: int, version: int, error: Error
) -> None:
    async with running() as broker:
        keys = {"coordinator_keys": ("k",)} if version >= 4 else {"key": "k"}
        request = FindCoordinatorRequest(key_type=key_type, **keys)
        answer = await broker.ask(request, version)
        found = answer.coordinators[0] if version >= 4 else answer
        assert found.error_code == error
        assert not error.retriable
        assert (found.node_id, found.host, found.port) == (-1, "", -1)


async def test_without_a_disk_there_is_no_coordinator() -> None:
    async with running() as broker:
        await broker.create("t")
        broker.partition("t").log.directory.fail(OSError("the disk is gone"))
        found = await broker.ask(FindCoordinatorRequest(key="g"), 3)
        assert found.error_code == Error.COORDINATOR_NOT_AVAILABLE


async def test_a_topic_that_cannot_be_made_has_no_coordinator() -> None:
    settings = {"offsets.topic.replication.factor": "3"}
    async with running(settings) as broker:
        found = await broker.ask(FindCoordinatorRequest(key="g"), 3)
        assert found.error_code == Error.COORDINATOR_NOT_AVAILABLE


async def test_a_partition_without_a_leader_has_no_coordinator() -> None:
    from dataclasses import replace

    async with running() as broker:
        await broker.ask(FindCoordinatorRequest(key="g"), 3)
        cluster = broker.state.cluster
        cluster.image = replace(cluster.image, brokers={})
        found = await broker.ask(FindCoordinatorRequest(key="g"), 3)
        assert found.error_code == Error.COORDINATOR_NOT_AVAILABLE


@pytest.mark.parametrize("version", range(1, 7))
async def test_a_transactional_id_has_its_own_topic(version: int) -> None:
    settings = {"transaction.state.log.num.partitions": "3"}
    async with running(settings) as broker:
        keys = {"coordinator_keys": ("tx",)} if version >= 4 else {"key": "tx"}
        answer = await broker.ask(FindCoordinatorRequest(key_type=1, **keys), version)
        found = answer.coordinators[0] if version >= 4 else answer
        assert (found.error_code, found.node_id) == (Error.NONE, 1)
        topics = broker.state.cluster.image.topics
        assert set(topics) == {"__transaction_state"}
        assert len(topics["__transaction_state"].partitions) == 3
        assert set(broker.state.transactions.shards.led) == {0, 1, 2}
