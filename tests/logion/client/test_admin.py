from __future__ import annotations

import pytest
from logion.client.admin import (
    TOPIC,
    create_topic,
    delete_request,
    delete_topics,
    describe_configs,
)
from logion.client.cluster import open_cluster
from logion.protocol.errors import ApiError, Error

from tests.logion.client.small_broker import met, running


async def test_a_topic_is_made_with_its_partitions() -> None:
    async with running() as broker, open_cluster([broker.address]) as cluster:
        await create_topic(cluster, "t", partitions=3, configs={"retention.ms": "7"})
    assert broker.topics == {"t": [[], [], []]}


async def test_a_topic_that_is_there_cannot_be_made() -> None:
    async with met(topics={"t": [[]]}) as (_, cluster):
        with pytest.raises(ApiError) as refused:
            await create_topic(cluster, "t")
    assert refused.value.error is Error.TOPIC_ALREADY_EXISTS


async def test_topics_are_deleted_by_name() -> None:
    async with met(topics={"a": [[]], "b": [[]]}) as (broker, cluster):
        await delete_topics(cluster, ["a"])
    assert list(broker.topics) == ["b"]


async def test_a_topic_that_is_not_there_cannot_be_deleted() -> None:
    async with running() as broker, open_cluster([broker.address]) as cluster:
        with pytest.raises(ApiError) as refused:
            await delete_topics(cluster, ["t"])
    assert refused.value.error is Error.UNKNOWN_TOPIC_OR_PARTITION


async def test_settings_are_described_by_name() -> None:
    async with running() as broker, open_cluster([broker.address]) as cluster:
        assert await describe_configs(cluster, TOPIC, "t") == {"retention.ms": "7"}


def test_names_to_delete_stand_where_the_version_has_them() -> None:
    assert delete_request(["t"], 5, 1).topic_names == ("t",)
    assert [topic.name for topic in delete_request(["t"], 6, 1).topics] == ["t"]
