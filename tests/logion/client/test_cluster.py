from __future__ import annotations

import pytest
import trio
from logion.client.cluster import METADATA_TRIES_MAX, open_cluster, raise_for
from logion.client.connection import Address, Options
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse

from tests.logion.client.small_broker import SmallBroker, met, running

NOBODY = Address("127.0.0.1", 1)
HERE = TopicPartition("t", 0)


def metadata_asked(broker: SmallBroker) -> int:
    return sum(api == "Metadata" for api, _ in broker.asked)


async def test_a_cluster_is_met_by_any_of_its_brokers() -> None:
    async with running() as broker, open_cluster([NOBODY, broker.address]) as cluster:
        assert cluster.picture.nodes[0].port == broker.port


async def test_a_broker_that_does_not_know_itself_yet_is_asked_again() -> None:
    async with met(Options(backoff_s=0), unaware=4) as (broker, cluster):
        assert cluster.picture.nodes[0].port == broker.port
        assert metadata_asked(broker) == 3


async def test_a_broker_that_never_knows_itself_is_met_all_the_same() -> None:
    async with met(Options(backoff_s=0), unaware=99) as (broker, cluster):
        assert not cluster.picture.nodes
        assert metadata_asked(broker) == METADATA_TRIES_MAX


async def test_a_cluster_nobody_answers_for_is_an_error() -> None:
    with pytest.raises(ApiError, match=r"cannot connect to 127\.0\.0\.1:1"):
        async with open_cluster([NOBODY]):
            pass


async def test_no_address_is_an_error() -> None:
    with pytest.raises(ApiError, match="no bootstrap address"):
        async with open_cluster([]):
            pass


async def test_the_leader_of_a_partition_is_asked_for_once() -> None:
    async with met(topics={"t": [[]]}) as (broker, cluster):
        assert (await cluster.leader(HERE)).node_id == 0
        asked = len(broker.asked)
        assert (await cluster.leader(HERE)).node_id == 0
        assert len(broker.asked) == asked


async def test_brokers_are_asked_on_one_connection_each() -> None:
    async with running() as broker, open_cluster([broker.address]) as cluster:
        await cluster.ask(MetadataRequest(topics=()), MetadataResponse)
        await cluster.ask_controller(MetadataRequest(topics=()), MetadataResponse)
        assert broker.asked.count(("ApiVersions", 3)) == 1


async def test_a_lost_connection_is_made_again() -> None:
    async with running() as broker, open_cluster([broker.address]) as cluster:
        await (await cluster.any_connection()).aclose()
        await cluster.refresh(())
        assert broker.asked.count(("ApiVersions", 3)) == 2


async def test_a_broker_metadata_does_not_name_is_an_error() -> None:
    async with running() as broker, open_cluster([broker.address]) as cluster:
        with pytest.raises(ApiError, match="broker 9 is not known"):
            await cluster.node(9)


async def test_an_error_that_may_pass_is_tried_again_with_fresh_metadata() -> None:
    async with running(topics={"t": [[]]}) as broker:
        options = Options(backoff_s=0)
        async with open_cluster([broker.address], options) as cluster:
            await cluster.leader(HERE)
            known: list[bool] = []

            async def attempt() -> str:
                known.append(HERE in cluster.picture.leaders)
                if len(known) < 3:
                    raise ApiError(Error.NOT_LEADER_OR_FOLLOWER)
                return "done"

            assert await cluster.retry(attempt, ("t",)) == "done"
            assert known == [True, False, False]


async def test_an_error_that_does_not_pass_is_raised_at_once() -> None:
    async with running() as broker, open_cluster([broker.address]) as cluster:
        attempts: list[int] = []

        async def attempt() -> None:
            attempts.append(1)
            raise ApiError(Error.TOPIC_AUTHORIZATION_FAILED)

        with pytest.raises(ApiError):
            await cluster.retry(attempt)
        assert len(attempts) == 1


async def test_after_its_time_the_last_error_is_raised() -> None:
    options = Options(retry_s=0, backoff_s=0)
    async with running() as broker, open_cluster([broker.address], options) as cluster:

        async def attempt() -> None:
            await trio.lowlevel.checkpoint()
            raise ApiError(Error.LEADER_NOT_AVAILABLE)

        with pytest.raises(ApiError):
            await cluster.retry(attempt)


def test_no_error_raises_nothing_and_an_error_its_own() -> None:
    raise_for(0)
    with pytest.raises(ApiError, match="why") as raised:
        raise_for(3, "why")
    assert raised.value.error is Error.UNKNOWN_TOPIC_OR_PARTITION
