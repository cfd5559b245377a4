from __future__ import annotations

import pytest
from logion.config import BrokerConfig, ConfigError

REFUSED = [
    ({"listeners": "PLAINTEXT"}, "4.3", "expected NAME://host:port"),
    ({"listeners": "PLAINTEXT://:70000"}, "4.3", "expected NAME://host:port"),
    ({"listeners": "SSL://:1,SSL://:2"}, "4.3", "different name"),
    ({"listeners": "SSL://:1,PLAINTEXT://:1"}, "4.3", "different port"),
    ({"listeners": "MINE://:1"}, "4.3", "no security protocol for MINE"),
    (
        {"listeners": "PLAINTEXT://:1", "advertised.listeners": "SSL://h:1"},
        "4.3",
        "among the listeners",
    ),
    ({"replica.fetch.wait.max.ms": "30001"}, "4.3", "must not be above"),
    ({"replica.lag.time.max.ms": "499"}, "4.3", "must not be above"),
    ({"message.max.bytes": "1048577"}, "0.10.0", "replica.fetch.max.bytes, 1048576"),
    ({"log.retention.hours": "0"}, "0.10.0", "unlimited"),
    ({"broker.id": "1001"}, "0.10.0", "reserved.broker.max.id, 1000"),
    (
        {"broker.id": "-1", "broker.id.generation.enable": "false"},
        "0.10.0",
        "0 or more",
    ),
    ({"broker.id": "1", "node.id": "2"}, "3.9", "differs from broker.id, 1"),
    ({"offsets.commit.required.acks": "4"}, "0.10.0", "replication.factor, 3"),
    ({"log.cleaner.dedupe.buffer.size": "1048576"}, "0.10.0", "above 1048576"),
    (
        {"inter.broker.protocol.version": "0.9.0"},
        "0.10.0",
        "inter.broker.protocol.version is set to 0.9.0",
    ),
    ({"queued.max.request.bytes": "5"}, "4.3", "socket.request.max.bytes"),
    ({"group.min.session.timeout.ms": "9999999"}, "4.3", "must not be above"),
]


@pytest.mark.parametrize(("given", "release", "reason"), REFUSED)
def test_settings_that_contradict_each_other_are_refused(
    given: dict[str, str], release: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        BrokerConfig.of(given, release=release)


SWAPPED = "SSL:PLAINTEXT,PLAINTEXT:SSL"
MAPPED = {"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT, a:plaintext"}

ALLOWED = [
    ({"broker.id": "1000"}, "0.10.0"),
    ({"broker.id": "1001", "reserved.broker.max.id": "2000"}, "0.10.0"),
    ({"broker.id": "5000", "broker.id.generation.enable": "false"}, "0.10.0"),
    ({"broker.id": "1001"}, "0.8.2"),
    ({"node.id": "5000", "process.roles": "broker"}, "3.9"),
    ({"listeners": "A://:0", "listener.security.protocol.map": "A:PLAINTEXT"}, "3.9"),
    ({"listeners": "PLAINTEXT://127.0.0.1:1,A://[::1]:1", **MAPPED}, "3.9"),
    ({"listeners": "PLAINTEXT://:0,A://:0", **MAPPED}, "3.9"),
    ({"listeners": "SSL://:0", "listener.security.protocol.map": SWAPPED}, "3.9"),
    (
        {
            "listeners": "PLAINTEXT://:9092,CONTROLLER://:9093",
            "controller.listener.names": "CONTROLLER",
        },
        "4.3",
    ),
    ({"message.max.bytes": "2000000"}, "0.10.1"),
    (
        {
            "inter.broker.protocol.version": "0.9.0",
            "log.message.format.version": "0.9.0",
        },
        "0.10.0",
    ),
    ({"log.retention.hours": "-1"}, "4.3"),
]


@pytest.mark.parametrize(("given", "release"), ALLOWED)
def test_settings_that_agree_are_accepted(given: dict[str, str], release: str) -> None:
    assert BrokerConfig.of(given, release=release).warnings == ()


@pytest.mark.parametrize("release", ["0.10.0", "3.9", "4.3"])
@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL", "SASL_PLAINTEXT"])
def test_a_listener_that_asks_for_security_is_refused(
    protocol: str, release: str
) -> None:
    reason = f"listener {protocol} asks for {protocol}, and only PLAINTEXT is built"
    with pytest.raises(ConfigError, match=reason):
        BrokerConfig.of({"listeners": f"{protocol}://:0"}, release=release)


def test_a_name_that_is_mapped_to_security_is_refused() -> None:
    given = {
        "listeners": "PLAINTEXT://:0,IN://:1",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,IN:ssl",
    }
    with pytest.raises(ConfigError, match="listener IN asks for SSL"):
        BrokerConfig.of(given)


@pytest.mark.parametrize(
    ("changes", "of_all"),
    [
        ({"num.partitions": "3"}, False),
        ({"ssl.keystore.type": "JKS"}, False),
        ({"listener.name.in.ssl.keystore.type": "JKS"}, True),
        ({"listeners": "PLAINTEXT://:1"}, True),
    ],
)
def test_what_cannot_be_changed_while_running_is_refused_by_its_name(
    changes: dict[str, str], *, of_all: bool
) -> None:
    (key,) = changes
    with pytest.raises(ConfigError) as caught:
        BrokerConfig.of({}).check_changes(changes, of_all=of_all)
    assert caught.value.key == key


def test_what_is_of_one_listener_can_be_changed_for_one_broker() -> None:
    changes = {"listener.name.in.ssl.keystore.type": "JKS", "my.plug.in": "1"}
    BrokerConfig.of({}).check_changes(changes, of_all=False)
    throttle = {"follower.replication.throttled.rate": "9"}
    BrokerConfig.of({}).check_changes(throttle, of_all=True)


@pytest.mark.parametrize("count", ["4", "8", "16"])
def test_threads_are_doubled_or_halved(count: str) -> None:
    now = BrokerConfig.of({"num.io.threads": "8"})
    now.with_dynamic(own={"num.io.threads": count}, cluster={}).check_steps_from(now)


@pytest.mark.parametrize("count", ["3", "17"])
def test_threads_do_not_change_by_more_at_once(count: str) -> None:
    now = BrokerConfig.of({"num.io.threads": "8"})
    then = now.with_dynamic(own={"num.io.threads": count}, cluster={})
    with pytest.raises(ConfigError, match=r"num\.io\.threads.*half"):
        then.check_steps_from(now)


def test_what_was_stored_for_another_release_is_not_usable() -> None:
    stored = {
        "log.roll.hours": "5",
        "log.retention.ms": "5",
        "log.cleaner.threads": "x",
        "my.plug.in": "1",
    }
    usable = BrokerConfig.of({}, release="2.8").usable(stored)
    assert usable == {"log.retention.ms": "5", "my.plug.in": "1"}
    old = BrokerConfig.of({}, release="1.1").usable(stored)
    assert old == {**usable, "log.roll.hours": "5"}
