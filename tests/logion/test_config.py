from __future__ import annotations

from contextlib import nullcontext

import pytest
from logion.config import (
    UNLIMITED,
    BrokerConfig,
    ConfigEntry,
    ConfigError,
    Listener,
    Source,
    TopicConfig,
    check_topic_overrides,
    topic_config,
)
from logion.config_shipped import shipped_settings

RELEASES = ("0.8.0", "0.8.1", "0.8.2", "0.10.0.1", "0.11.0", "2.8", "3.9", "4.3")
TWO_PARTITIONS = {"0.8.0", "0.8.1"}


def entry_of(config: BrokerConfig | TopicConfig, name: str) -> ConfigEntry:
    return next(entry for entry in config.entries() if entry.name == name)


def test_what_is_not_set_is_the_default_of_the_release() -> None:
    assert BrokerConfig.of({}, release="0.10.0")["message.max.bytes"] == 1_000_012
    assert BrokerConfig.of({})["message.max.bytes"] == 1_048_588


def test_values_have_the_type_of_their_setting() -> None:
    config = BrokerConfig.of({"log.dirs": "a, b", "num.partitions": "7"})
    assert config.integer("num.partitions") == 7
    assert config.flag("auto.create.topics.enable") is True
    assert config.number("log.cleaner.io.buffer.load.factor") == 0.9
    assert config.text("broker.rack") == ""
    assert config.words("log.dirs") == ("a", "b")
    assert config.words("log.cleanup.policy") == ("delete",)
    assert config.optional_integer("log.retention.ms") is None
    assert config.optional_integer("num.partitions") == 7


def test_asking_for_the_wrong_type_is_our_own_mistake() -> None:
    config = BrokerConfig.of({})
    with pytest.raises(TypeError, match=r"log\.dir is not a whole number"):
        config.integer("log.dir")
    with pytest.raises(TypeError, match="not a boolean"):
        config.flag("log.dir")
    with pytest.raises(TypeError, match="not a number"):
        config.number("log.dir")
    topic = topic_config(config, {})
    for ask in (topic.integer, topic.flag, topic.number):
        with pytest.raises(TypeError, match="cleanup"):
            ask("cleanup.policy")


def test_unknown_keys_are_warned_about_and_kept() -> None:
    config = BrokerConfig.of({"foo.bar": "1", "zookeeper.connect": "localhost:2181"})
    assert config.warnings == ("unknown setting foo.bar",)
    assert config["foo.bar"] == "1"
    with pytest.raises(KeyError):
        config["never.heard.of"]


def test_keys_of_one_listener_and_of_plug_ins_are_no_reason_to_warn() -> None:
    config = BrokerConfig.of(
        {"listener.name.internal.ssl.keystore.location": "x", "rsm.config.a": "b"}
    )
    assert config.warnings == ()


@pytest.mark.parametrize("release", RELEASES)
def test_what_a_release_ships_is_understood_without_a_warning(release: str) -> None:
    shipped = shipped_settings(release)
    config = BrokerConfig.of(shipped, release=release)
    assert config.warnings == ()
    assert config.broker_id == (1 if release == "4.3" else 0)
    assert config.integer("num.partitions") == (
        2 if release in {"0.8.0", "0.8.1"} else 1
    )


def test_the_shipped_settings_let_one_broker_hold_the_internal_topics() -> None:
    shipped = shipped_settings()
    assert shipped["group.initial.rebalance.delay.ms"] == "0"
    assert shipped["offsets.topic.replication.factor"] == "1"
    assert shipped["transaction.state.log.min.isr"] == "1"
    assert "offsets.topic.replication.factor" not in shipped_settings("0.10.0")


@pytest.mark.parametrize(
    ("given", "retention_ms"),
    [
        ({}, 604_800_000),
        ({"log.retention.hours": "2"}, 7_200_000),
        ({"log.retention.hours": "2", "log.retention.minutes": "3"}, 180_000),
        ({"log.retention.minutes": "3", "log.retention.ms": "4"}, 4),
        ({"log.retention.hours": "-7"}, -1),
        ({"log.retention.ms": "-5"}, -1),
    ],
)
def test_the_finer_unit_wins(given: dict[str, str], retention_ms: int) -> None:
    topic = topic_config(BrokerConfig.of(given), {})
    assert topic.integer("retention.ms") == retention_ms


def test_a_topic_overrides_its_broker() -> None:
    broker = BrokerConfig.of({"log.retention.ms": "5", "min.insync.replicas": "2"})
    topic = topic_config(broker, {"retention.ms": "9"})
    assert topic.integer("retention.ms") == 9
    assert topic.integer("min.insync.replicas") == 2
    assert topic.integer("segment.ms") == 168 * 3_600_000
    assert topic.words("cleanup.policy") == ("delete",)
    assert topic.number("min.cleanable.dirty.ratio") == 0.5
    assert topic.flag("preallocate") is False
    assert topic.text("compression.type") == "producer"
    assert topic["remote.storage.enable"] is False


def test_tiny_segments_need_the_internal_setting_since_4_1() -> None:
    broker = BrokerConfig.of({})
    assert topic_config(broker, {"internal.segment.bytes": "100"}).segment_bytes == 100
    assert topic_config(broker, {"segment.bytes": "2000000"}).segment_bytes == 2000000
    with pytest.raises(ConfigError, match="at least 1048576"):
        topic_config(broker, {"segment.bytes": "100"})
    old = BrokerConfig.of({}, release="3.9")
    assert topic_config(old, {"segment.bytes": "100"}).segment_bytes == 100


def test_timestamps_are_bounded_by_the_settings_of_the_release() -> None:
    old = BrokerConfig.of({}, release="2.8")
    difference = {"message.timestamp.difference.max.ms": "5"}
    assert topic_config(old, difference).timestamp_before_max_ms == 5
    both = BrokerConfig.of({}, release="3.9")
    limits = {**difference, "message.timestamp.after.max.ms": "7"}
    assert topic_config(both, limits).timestamp_before_max_ms == 5
    assert topic_config(both, limits).timestamp_after_max_ms == 7
    new = topic_config(BrokerConfig.of({}), {})
    assert new.timestamp_before_max_ms == UNLIMITED
    assert new.timestamp_after_max_ms == 3_600_000


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"retention": "1"}, "Unknown topic config name: retention"),
        ({"message.format.version": "2.8"}, "Unknown topic config name"),
        ({"retention.ms": None}, "a value is needed"),
        ({"retention.ms": "soon"}, "Not a number of type LONG"),
        (
            {"min.compaction.lag.ms": "9", "max.compaction.lag.ms": "8"},
            "below min.compaction.lag.ms, 9",
        ),
    ],
)
def test_wrong_overrides_are_refused(
    overrides: dict[str, str | None], reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        check_topic_overrides(overrides)


def test_a_topic_entry_tells_where_its_value_came_from() -> None:
    broker = BrokerConfig.of({"log.retention.ms": "5"})
    entry = entry_of(topic_config(broker, {"retention.ms": "9"}), "retention.ms")
    assert (entry.value, entry.source, entry.type) == (
        "9",
        Source.DYNAMIC_TOPIC_CONFIG,
        5,
    )
    assert [tuple(found) for found in entry.synonyms] == [
        ("retention.ms", "9", Source.DYNAMIC_TOPIC_CONFIG),
        ("log.retention.ms", "5", Source.STATIC_BROKER_CONFIG),
        ("log.retention.hours", "168", Source.DEFAULT_CONFIG),
    ]
    default = entry_of(topic_config(broker, {}), "flush.ms")
    assert default.source is Source.DEFAULT_CONFIG


def test_a_topic_shows_the_settings_of_the_release_and_its_own() -> None:
    old = topic_config(BrokerConfig.of({}, release="0.10.0"), {})
    assert len(list(old.entries())) == 21
    new = topic_config(BrokerConfig.of({}), {"internal.segment.bytes": "99"})
    assert entry_of(new, "internal.segment.bytes").value == "99"


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("group.consumer.migration.policy", "4.0"),
        ("process.roles", "3.0"),
        ("kafka.csv.metrics.dir", None),
        ("leader.replication.throttled.rate", None),
        ("replica.alter.log.dirs.io.max.bytes.per.second", None),
    ],
)
def test_a_broker_shows_a_setting_from_some_release_on(
    name: str, first: str | None
) -> None:
    shown = [
        release
        for release in ("2.8", "3.0", "3.9", "4.0", "4.3")
        if name in {it.name for it in BrokerConfig.of({}, release=release).entries()}
    ]
    assert (shown[0] if shown else None) == first


def test_a_broker_entry_tells_where_its_value_came_from() -> None:
    config = BrokerConfig.of(
        {"num.partitions": "4", "ssl.key.password": "secret", "log.retention.ms": "1"}
    )
    partitions = entry_of(config, "num.partitions")
    assert (partitions.value, partitions.source) == ("4", Source.STATIC_BROKER_CONFIG)
    assert partitions.is_read_only
    assert not entry_of(config, "log.retention.ms").is_read_only
    hours = entry_of(config, "log.retention.hours")
    assert hours.source is Source.DEFAULT_CONFIG
    assert [it.name for it in hours.synonyms] == ["log.retention.hours"]


def test_a_password_is_never_told() -> None:
    secret = entry_of(
        BrokerConfig.of({"ssl.key.password": "secret"}), "ssl.key.password"
    )
    assert secret.is_sensitive
    assert secret.value is None
    assert all(found.value is None for found in secret.synonyms)


def test_a_dynamic_value_is_stronger_than_the_file() -> None:
    static = BrokerConfig.of({"log.retention.ms": "1", "background.threads": "3"})
    config = static.with_dynamic(
        own={"log.retention.ms": "3"}, cluster={"log.retention.ms": "2"}
    )
    assert config.integer("log.retention.ms") == 3
    assert config.integer("background.threads") == 3
    assert [found.source for found in config.synonyms("log.retention.ms")] == [
        Source.DYNAMIC_BROKER_CONFIG,
        Source.DYNAMIC_DEFAULT_BROKER_CONFIG,
        Source.STATIC_BROKER_CONFIG,
        Source.DEFAULT_CONFIG,
    ]
    assert static.integer("log.retention.ms") == 1


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ({"num.partitions": "2"}, "Cannot update these configs dynamically"),
        ({"background.threads": "0"}, "at least 1"),
    ],
)
def test_wrong_dynamic_changes_are_refused(own: dict[str, str], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        BrokerConfig.of({}).with_dynamic(own=own, cluster={})


@pytest.mark.parametrize(("release", "read_only"), [("3.9", False), ("4.0", True)])
def test_a_running_broker_keeps_what_it_advertises_since_4_0(
    release: str, read_only: bool
) -> None:
    config = BrokerConfig.of({}, release=release)
    assert entry_of(config, "advertised.listeners").is_read_only is read_only
    own = {"advertised.listeners": "PLAINTEXT://other:9092"}
    with pytest.raises(ConfigError) if read_only else nullcontext():
        config.with_dynamic(own=own, cluster={})


def test_an_unknown_dynamic_setting_may_be_a_plug_ins() -> None:
    config = BrokerConfig.of({}).with_dynamic(own={"foo": "2"}, cluster={"bar": "3"})
    assert (config["foo"], config["bar"]) == ("2", "3")


def test_listeners_are_read_from_any_generation_of_keys() -> None:
    old = BrokerConfig.of({"port": "9093", "advertised.host.name": "h"})
    assert old.listeners == (Listener("PLAINTEXT", "", 9093),)
    assert old.advertised_listeners == (Listener("PLAINTEXT", "h", 9093),)
    new = BrokerConfig.of(
        {
            "listeners": "PLAINTEXT://[::1]:9092,INSIDE://:0",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT",
            "advertised.listeners": "PLAINTEXT://a.example:1",
        }
    )
    assert new.listeners == (
        Listener("PLAINTEXT", "::1", 9092),
        Listener("INSIDE", "", 0),
    )
    assert new.advertised_listeners == (Listener("PLAINTEXT", "a.example", 1),)
    assert BrokerConfig.of({"listeners": "PLAINTEXT://:1"}).advertised_listeners == (
        Listener("PLAINTEXT", "", 1),
    )


def test_log_dirs_are_stronger_than_log_dir() -> None:
    assert BrokerConfig.of({"log.dir": "a", "log.dirs": "b,c"}).log_dirs == ("b", "c")
    assert BrokerConfig.of({"log.dir": "a"}).log_dirs == ("a",)


def test_a_number_for_the_broker_may_come_under_either_name() -> None:
    assert BrokerConfig.of({"node.id": "5"}).broker_id == 5
    assert BrokerConfig.of({"broker.id": "6"}).broker_id == 6
    assert BrokerConfig.of({}).broker_id == -1


def test_the_listeners_of_a_controller_are_not_for_clients() -> None:
    config = BrokerConfig.of(
        {
            "process.roles": "broker,controller",
            "controller.listener.names": "CONTROLLER",
            "listeners": "PLAINTEXT://:9092,CONTROLLER://:9093",
        }
    )
    assert [each.name for each in config.listeners] == ["PLAINTEXT"]
    assert [each.name for each in config.advertised_listeners] == ["PLAINTEXT"]


def test_what_is_given_for_one_listener_is_told_as_what_it_is_of() -> None:
    prefix = "listener.name.in."
    config = BrokerConfig.of(
        {
            f"{prefix}ssl.keystore.type": "JKS",
            "ssl.keystore.type": "PKCS12",
            f"{prefix}ssl.key.password": "secret",
            f"{prefix}ssl.client.auth": "perhaps",
        }
    )
    kind = entry_of(config, f"{prefix}ssl.keystore.type")
    assert (kind.value, kind.is_read_only, kind.is_sensitive) == ("JKS", True, False)
    assert [it.value for it in kind.synonyms] == ["JKS", "PKCS12", "JKS"]
    assert entry_of(config, f"{prefix}ssl.client.auth").value == "perhaps"
    secret = entry_of(config, f"{prefix}ssl.key.password")
    assert (secret.value, secret.is_sensitive) == (None, True)
    assert [it.value for it in secret.synonyms] == [None]


def test_what_the_release_does_not_know_is_told_without_its_value() -> None:
    given = {"my.plug.in": "1", "log.message.format.version": "0.9.0"}
    static = BrokerConfig.of(given)
    config = static.with_dynamic(own={"my.plug.in": "2"}, cluster={})
    found = entry_of(config, "my.plug.in")
    assert (found.value, found.type, found.is_sensitive) == (None, 0, True)
    assert found.source is Source.DYNAMIC_BROKER_CONFIG
    assert entry_of(config, "log.message.format.version").value is None
    old = BrokerConfig.of(given, release="1.0")
    assert "my.plug.in" not in {it.name for it in old.entries()}


def test_a_change_while_running_takes_the_place_of_all_names_of_its_meaning() -> None:
    static = BrokerConfig.of({"log.retention.hours": "2"})
    assert entry_of(static, "log.retention.hours").value == "2"
    config = static.with_dynamic(own={"log.retention.ms": "5"}, cluster={})
    assert entry_of(config, "log.retention.hours").value == "168"
    assert entry_of(config, "log.retention.ms").value == "5"


def test_an_id_goes_by_both_its_names_since_3_1() -> None:
    assert entry_of(BrokerConfig.of({"broker.id": "4"}), "node.id").value == "4"
    old = BrokerConfig.of({"broker.id": "4"}, release="3.0")
    assert entry_of(old, "node.id").value == "-1"
