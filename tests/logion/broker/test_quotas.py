"""The quotas of one broker's clients, as requests meet them."""

from __future__ import annotations

import pytest
from logion.broker.context import Context
from logion.broker.quotas import Quotas
from logion.names import ZERO_UUID
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.create_partitions import (
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from logion.protocol.messages.delete_topics import DeleteTopicsRequest, DeleteTopicState
from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from logion.quota.limits import Quota

from tests.logion.broker.quotas_set import limit_every_user
from tests.logion.broker.running import Running, create_request, running

CLIENT = Context(0, 9, 1, "c", "10.0.0.1:1", "PLAINTEXT")


async def test_nothing_is_measured_while_no_quota_is_set() -> None:
    async with running() as broker:
        quotas = broker.state.quotas
        assert not quotas.are_set
        await limit_every_user(broker, producer_byte_rate=1)
        assert quotas.are_set
        await broker.state.cluster.configure_entities({"users/<default>": {}})
        assert not quotas.are_set


async def test_quotas_are_known_again_after_a_restart() -> None:
    from tests.logion.broker.running import World

    world = World()
    async with running(world=world) as broker:
        await limit_every_user(broker, producer_byte_rate=1)
    async with running(world=world) as broker:
        assert broker.state.quotas.are_set


def shipped(quotas: Quotas) -> int:
    """Return the pause after 1000 bytes of a client without a quota of its own."""
    return quotas.record(Quota.PRODUCE, CLIENT, 100_000)


@pytest.mark.parametrize("release", ["0.9.0", "0.10.0", "2.8"])
async def test_old_releases_have_quotas_among_their_settings(release: str) -> None:
    settings = {"quota.producer.default": "1000"}
    async with running(settings, release=release) as broker:
        assert shipped(broker.state.quotas) == 90_000
        assert broker.state.quotas.record(Quota.FETCH, CLIENT, 10**9) == 0


async def test_a_client_s_own_quota_goes_over_that_of_the_settings() -> None:
    settings = {"quota.producer.default": "1000"}
    async with running(settings, release="2.8") as broker:
        own = {"clients/c": {"producer_byte_rate": "100000"}}
        await broker.state.cluster.configure_entities(own)
        assert shipped(broker.state.quotas) == 0
        own = {"clients/<default>": {"producer_byte_rate": "1000"}}
        await broker.state.cluster.configure_entities({**own, "clients/c": {}})
        assert shipped(broker.state.quotas) > 0


async def test_newer_releases_do_not_know_those_settings() -> None:
    async with running({"quota.producer.default": "1000"}, release="3.0") as broker:
        assert not broker.state.quotas.are_set


async def test_the_windows_are_those_of_the_settings() -> None:
    settings = {
        "quota.window.num": "3",
        "quota.window.size.seconds": "2",
        "controller.quota.window.num": "5",
        "controller.quota.window.size.seconds": "4",
    }
    async with running(settings) as broker:
        book = broker.state.quotas.book
    assert book.window == (3, 2000)
    assert book.mutation_window == (5, 4000)


async def make(broker: Running, version: int, *names: str, partitions: int = 1) -> list:
    """Return the error codes of making topics, and the pause."""
    answer = await broker.ask(create_request(*names, partitions=partitions), version)
    return [*(it.error_code for it in answer.topics), answer.throttle_time_ms]


async def test_topics_are_refused_to_who_made_too_many() -> None:
    over = Error.THROTTLING_QUOTA_EXCEEDED
    async with running() as broker:
        await limit_every_user(broker, controller_mutation_rate=1)
        assert await make(broker, 7, "a", partitions=15) == [0, 0]
        assert await make(broker, 7, "b") == [over, 4000]
        assert "b" not in broker.state.cluster.image.topics


async def test_older_clients_make_them_and_pause() -> None:
    async with running() as broker:
        await limit_every_user(broker, controller_mutation_rate=1)
        assert await make(broker, 5, "a", "b", partitions=7) == [0, 0, 3000]
        assert "b" in broker.state.cluster.image.topics


@pytest.mark.parametrize(("release", "pause_ms"), [("3.9", 0), ("4.3", 4000)])
async def test_what_is_only_checked_costs_nothing_on_zookeeper(
    release: str, pause_ms: int
) -> None:
    async with running(release=release) as broker:
        await limit_every_user(broker, controller_mutation_rate=1)
        only = create_request("a", partitions=15, validate_only=True)
        await broker.ask(only, 7)
        assert (await make(broker, 7, "a"))[1] == pause_ms


async def test_partitions_and_deletions_count_as_topics_do() -> None:
    over = Error.THROTTLING_QUOTA_EXCEEDED
    more = CreatePartitionsTopic(name="a", count=16, assignments=None)
    grow = CreatePartitionsRequest(topics=(more,), timeout_ms=1, validate_only=False)
    gone = DeleteTopicsRequest(
        topics=(DeleteTopicState(name="a", topic_id=ZERO_UUID),), timeout_ms=1
    )
    async with running() as broker:
        await broker.create("a")
        await limit_every_user(broker, controller_mutation_rate=1)
        answer = await broker.ask(grow, 3)
        assert (answer.results[0].error_code, answer.throttle_time_ms) == (0, 0)
        assert len(broker.state.cluster.image.topics["a"].partitions) == 16
        answer = await broker.ask(gone, 6)
        assert (answer.responses[0].error_code, answer.throttle_time_ms) == (over, 4000)
        assert "a" in broker.state.cluster.image.topics


async def test_topics_made_by_a_look_at_them_count_but_are_never_refused() -> None:
    look = MetadataRequest(topics=(MetadataRequestTopic(name="new"),))
    async with running() as broker:
        await limit_every_user(broker, controller_mutation_rate=1)
        await make(broker, 7, "a", partitions=15)
        await broker.ask(look)
        assert "new" in broker.state.cluster.image.topics
        assert (await make(broker, 7, "b"))[1] == 5000


async def test_an_account_says_what_it_refuses() -> None:
    async with running() as broker:
        await limit_every_user(broker, controller_mutation_rate=1)
        account = broker.state.quotas.mutations(CLIENT, strict_since=0)
        account.take(12)
        with pytest.raises(ApiError, match="controller_mutation_rate"):
            account.take(1)
        assert account.pause_ms == 1000
