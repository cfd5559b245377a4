"""ElectLeaders: give partitions their preferred leader, or any."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.elect_leaders import (
    ElectLeadersRequest,
    TopicPartitions,
)

from tests.logion.broker.running import Running, running

PREFERRED, UNCLEAN, UNKNOWN = range(3)


async def elect(
    broker: Running, kind: int, *asked: TopicPartitions | None, version: int = 2
) -> tuple[int, dict[str, dict[int, int]]]:
    """Return the error of the request, and those of partitions by topic."""
    topics = None if None in asked else tuple(it for it in asked if it is not None)
    request = ElectLeadersRequest(election_type=kind, topic_partitions=topics)
    answer = await broker.ask(request, version)
    return answer.error_code, {
        it.topic: {
            found.partition_id: found.error_code for found in it.partition_result
        }
        for it in answer.replica_election_results
    }


def of(topic: str, *partitions: int) -> TopicPartitions:
    """Return partitions of a topic."""
    return TopicPartitions(topic=topic, partitions=partitions)


@pytest.mark.parametrize("version", range(3))
async def test_every_version_says_where_no_election_is_needed(version: int) -> None:
    async with running() as broker:
        await broker.create("t", 2)
        asked = (of("t", 0, 1, 9), of("nope", 0))
        found = await elect(broker, PREFERRED, *asked, version=version)
    unneeded, unknown = Error.ELECTION_NOT_NEEDED, Error.UNKNOWN_TOPIC_OR_PARTITION
    expected = {"t": {0: unneeded, 1: unneeded, 9: unknown}, "nope": {0: unknown}}
    assert found == (Error.NONE, expected)


@pytest.mark.parametrize(("release", "told"), [("3.9", {}), ("4.3", {"t": {}})])
async def test_of_all_only_those_are_told_that_changed(
    release: str, told: dict[str, dict[int, int]]
) -> None:
    async with running(release=release) as broker:
        await broker.create("t", 2)
        assert await elect(broker, UNCLEAN, None) == (Error.NONE, told)


@pytest.mark.parametrize(
    ("release", "told"), [("3.9", {"t": [0]}), ("4.3", {"t": [0, 0], "u": []})]
)
async def test_on_zookeeper_each_partition_is_told_once_and_no_empty_topic(
    release: str, told: dict[str, list[int]]
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        request = ElectLeadersRequest(
            election_type=PREFERRED, topic_partitions=(of("t", 0, 0), of("u"))
        )
        answer = await broker.ask(request)
    results = answer.replica_election_results
    assert told == {
        it.topic: [found.partition_id for found in it.partition_result]
        for it in results
    }


async def test_an_election_of_an_unknown_kind_is_refused() -> None:
    wrong = Error.INVALID_REQUEST
    async with running() as broker:
        await broker.create("t")
        assert await elect(broker, UNKNOWN, of("t", 0)) == (wrong, {"t": {0: wrong}})
        assert await elect(broker, UNKNOWN, None) == (wrong, {})
        assert await elect(broker, UNKNOWN) == (Error.NONE, {})
    async with running(release="3.9") as broker:
        assert await elect(broker, UNKNOWN) == (wrong, {})
