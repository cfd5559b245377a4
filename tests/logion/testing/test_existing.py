from __future__ import annotations

import pytest
from logion.protocol.errors import ApiError, Error
from logion.settings import Value
from logion.testing import Broker
from logion.testing.existing import ExistingBroker

from tests.logion.testing.filling import fill, member


@pytest.mark.parametrize("release", ["1.1", "4.3"])
async def test_groups_are_listed_and_deleted(release: str) -> None:
    async with Broker(release=release) as broker:
        existing = ExistingBroker(broker.bootstrap)
        assert existing.groups() == []
        await fill(broker)
        member(broker, "g").close()
        assert existing.groups() == ["g"]
        existing.delete_group("g")
        assert existing.groups() == broker.groups() == []
        with pytest.raises(ApiError) as refused:
            existing.delete_group("g")
        assert refused.value.error is Error.GROUP_ID_NOT_FOUND


async def test_a_coordinator_that_still_loads_is_asked_again() -> None:
    rule = {"error": "COORDINATOR_LOAD_IN_PROGRESS", "times": 2}
    rules = [rule | {"api": "ListGroups"}, rule | {"api": "DeleteGroups"}]
    async with Broker(faults={"rules": rules}) as broker:
        existing = ExistingBroker(broker.bootstrap)
        assert existing.groups() == []
        with pytest.raises(ApiError) as refused:
            existing.delete_group("g")
        assert refused.value.error is Error.GROUP_ID_NOT_FOUND
        assert len(broker.faults.fired()) == 4


async def test_a_group_with_a_member_stays() -> None:
    async with Broker() as broker:
        await fill(broker)
        consumer = member(broker, "g")
        with pytest.raises(ApiError) as refused:
            ExistingBroker(broker.bootstrap).delete_group("g")
        assert refused.value.error is Error.NON_EMPTY_GROUP
        consumer.close()


async def test_topics_and_records_are_those_of_the_broker() -> None:
    async with Broker() as broker:
        await fill(broker)
        existing = ExistingBroker(f"127.0.0.1:1, {broker.bootstrap}")
        assert existing.topics() == broker.topics() == ["t"]
        assert existing.partitions("t") == 2
        assert existing.records("t") == broker.records("t")
        assert existing.records("t", 1) == []
        assert existing.end_offset("t") == existing.high_watermark("t") == 3
        existing.create_topic("u", partitions=3)
        assert broker.partitions("u") == 3
        existing.delete_topic("u")
        assert broker.topics() == ["t"]


@pytest.mark.parametrize("kind", ["own", "existing"])
async def test_settings_of_a_topic_need_not_be_texts(kind: str) -> None:
    compact: dict[str, Value] = {"cleanup.policy": "compact"}
    given = compact | {"retention.ms": 77, "preallocate": True}
    async with Broker() as broker:
        asked = broker if kind == "own" else ExistingBroker(broker.bootstrap)
        asked.create_topic("t", configs=given)
        (topic,) = broker.inspect().topics
        assert topic.configs == compact | {"retention.ms": "77", "preallocate": "true"}


@pytest.mark.parametrize("name", ["_private", "nosuch"])
def test_what_no_broker_has_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(ExistingBroker("127.0.0.1:9092"), name)


def test_what_only_ours_has_skips_the_test() -> None:
    with pytest.raises(pytest.skip.Exception, match="`clock` of logion's own broker"):
        _ = ExistingBroker("127.0.0.1:9092").clock
