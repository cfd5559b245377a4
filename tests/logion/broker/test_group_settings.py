from __future__ import annotations

import pytest
from logion.broker.group_settings import (
    consumer_settings,
    consumer_settings_by_group,
    coordinator_settings,
)
from logion.cluster.configs import DEFAULT_BROKER, ConfigEdit, Edit, Kind
from logion.config import BrokerConfig
from logion.protocol.errors import Error
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
)
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.releases import release

from tests.logion.broker.running import Running, running


@pytest.mark.parametrize(
    ("name", "versions"),
    [
        ("0.8.2", (0, 0, 0)),
        ("0.9.0", (1, 1, 0)),
        ("0.10.0", (1, 1, 0)),
        ("0.10.1", (1, 1, 1)),
        ("2.0", (1, 1, 1)),
        ("2.1", (1, 3, 2)),
        ("2.3", (1, 3, 3)),
        ("4.3", (1, 3, 3)),
    ],
)
def test_each_release_writes_its_own_records(
    name: str, versions: tuple[int, int, int]
) -> None:
    settings = coordinator_settings(BrokerConfig.of({}, release=name), release(name))
    assert settings.versions == versions


def test_settings_go_by_kafkas_names() -> None:
    given = {
        "group.min.session.timeout.ms": "1",
        "group.max.session.timeout.ms": "2",
        "group.initial.rebalance.delay.ms": "3",
        "group.max.size": "4",
        "offset.metadata.max.bytes": "5",
        "offsets.retention.minutes": "6",
        "offsets.commit.timeout.ms": "7",
        "offsets.load.buffer.size": "8",
    }
    settings = coordinator_settings(BrokerConfig.of(given), release("4.3"))
    rules = settings.rules
    assert (rules.session_timeout_min_ms, rules.session_timeout_max_ms) == (1, 2)
    assert (rules.initial_delay_ms, rules.size_max) == (3, 4)
    assert (settings.metadata_size_max, settings.retention_ms) == (5, 6 * 60_000)
    assert (settings.commit_timeout_ms, settings.load_size) == (7, 8)


def test_before_0_11_an_empty_group_does_not_wait_for_more() -> None:
    old = coordinator_settings(BrokerConfig.of({}, release="0.10.2"), release("0.10.2"))
    assert old.rules.initial_delay_ms == 0


def heartbeat(group: str) -> ConsumerGroupHeartbeatRequest:
    return ConsumerGroupHeartbeatRequest(
        group_id=group,
        member_id="m",
        member_epoch=0,
        rebalance_timeout_ms=1000,
        subscribed_topic_names=("t",),
        topic_partitions=(),
    )


async def told_ms(broker: Running, group: str) -> int:
    """Return how often a member of a group is told to report."""
    answer = await broker.ask(heartbeat(group), 0)
    assert answer.error_code == Error.NONE, answer
    return int(answer.heartbeat_interval_ms)


async def test_what_a_group_is_set_to_holds_from_the_next_request_on() -> None:
    edit = ConfigEdit(Edit.SET, "consumer.heartbeat.interval.ms", "7000")
    async with running() as broker:
        await broker.create("t")
        find = FindCoordinatorRequest(coordinator_keys=("g",))
        await broker.ask(find)
        cluster = broker.state.cluster
        assert await told_ms(broker, "g") == 5000
        await cluster.edit_config(Kind.GROUP, "g", [edit])
        assert (await told_ms(broker, "g"), await told_ms(broker, "h")) == (7000, 5000)
        await cluster.edit_config(Kind.GROUP, "g", [edit._replace(edit=Edit.DELETE)])
        assert await told_ms(broker, "g") == 5000


def test_a_groups_own_settings_come_before_the_brokers() -> None:
    config = BrokerConfig.of({"group.consumer.assignment.interval.ms": "9"})
    own = {
        "consumer.session.timeout.ms": "50000",
        "consumer.assignment.interval.ms": "5",
    }
    played = release("4.3")
    found = consumer_settings(config, played, own)
    assert (found.session_timeout_ms, found.assignment_interval_ms) == (50_000, 5)
    assert consumer_settings(config, played).assignment_interval_ms == 9


async def test_what_is_changed_of_the_broker_holds_for_its_groups() -> None:
    edit = ConfigEdit(Edit.SET, "group.consumer.assignment.interval.ms", "9")
    async with running() as broker:
        cluster = broker.state.cluster
        settings_of = consumer_settings_by_group(cluster, release("4.3"))
        assert settings_of("g").assignment_interval_ms == 1000
        assert settings_of("g") is settings_of("h")
        await cluster.edit_config(Kind.BROKER, DEFAULT_BROKER, [edit])
        assert settings_of("g").assignment_interval_ms == 9
