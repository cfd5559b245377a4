"""Share groups and streams groups: what a broker answers that has them switched off.

The answers are those of Apache Kafka 4.1.0, and of 4.3.0 with `share.version` and
`streams.version` 0.
"""

from __future__ import annotations

from typing import Any

import pytest
from logion.broker.dispatch import served
from logion.client.versions import Versions
from logion.names import Uuid
from logion.protocol.apis import api_named
from logion.protocol.errors import Error
from logion.protocol.releases import release
from logion_conformance.compare.probe import Ground
from logion_conformance.compare.probes.sharing import WAYS
from logion_conformance.material import Topic

from tests.logion.broker.running import Running, running

TOPIC = Topic("t", Uuid(bytes(range(16))))

STATES = (
    "InitializeShareGroupState",
    "ReadShareGroupState",
    "WriteShareGroupState",
    "DeleteShareGroupState",
    "ReadShareGroupStateSummary",
)
BY_GROUP = ("ShareGroupDescribe", "StreamsGroupDescribe", "DescribeShareGroupOffsets")
WHOLE = tuple(name for name in WAYS if name not in (*STATES, *BY_GROUP))


async def answers(broker: Running, api: str, way: str) -> list[Any]:
    """Return the answers to one way to ask, in each version of 4.3."""
    key = api_named(api).key
    first, last = release("4.3").versions[key]
    found = []
    for version in range(first, last + 1):
        ground = Ground("g", api, version, TOPIC, TOPIC, 2, 1, Versions({}))
        found.append(await broker.ask(WAYS[api][way](ground), version))
    return found


async def test_what_concerns_one_group_is_an_unsupported_version() -> None:
    async with running(release="4.3") as broker:
        for api in WHOLE:
            for way in WAYS[api]:
                for answer in await answers(broker, api, way):
                    assert answer.error_code == Error.UNSUPPORTED_VERSION, api


async def test_each_group_asked_for_is_an_unsupported_version() -> None:
    async with running(release="4.3") as broker:
        for api in BY_GROUP:
            for answer in await answers(broker, api, "off"):
                told = [(it.group_id, it.error_code) for it in answer.groups]
                refused = Error.UNSUPPORTED_VERSION
                assert told == [("g", refused), ("", refused)], api
            for answer in await answers(broker, api, "off-none"):
                assert answer.groups == ()


async def test_no_broker_coordinates_share_groups() -> None:
    async with running(release="4.3") as broker:
        for api in STATES:
            for answer in await answers(broker, api, "off"):
                (result,) = answer.results
                (row,) = result.partitions
                assert result.topic_id == TOPIC.topic_id
                assert (row.partition, row.error_code) == (0, Error.NOT_COORDINATOR)
                assert row.error_message


@pytest.mark.parametrize(
    ("name", "shares", "streams"),
    [("4.0", False, False), ("4.1", True, False), ("4.2", True, True)],
)
def test_they_are_advertised_where_the_release_does(
    name: str, *, shares: bool, streams: bool
) -> None:
    keys = served(release(name).versions)
    assert (api_named("ShareFetch").key in keys) is shares
    assert (api_named("StreamsGroupHeartbeat").key in keys) is streams
