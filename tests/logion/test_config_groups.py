from __future__ import annotations

import pytest
from logion.config import BrokerConfig, ConfigError
from logion.config_entries import Source, Synonym
from logion.config_groups import (
    check_group_overrides,
    check_metrics_overrides,
    group_entries,
    group_value,
    metrics_entries,
)
from logion.settings import group_settings

SESSION, HEARTBEAT = "consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"
BROKER = BrokerConfig.of({"group.consumer.session.timeout.ms": "50000"})


def test_a_groups_setting_falls_back_to_the_brokers() -> None:
    assert group_value(BROKER, {}, SESSION) == 50_000
    assert group_value(BROKER, {SESSION: "55000"}, SESSION) == 55_000
    assert group_value(BROKER, {}, "share.auto.offset.reset") == "latest"


def test_a_groups_entry_tells_where_its_value_could_be_from() -> None:
    found = {it.name: it for it in group_entries(BROKER, {SESSION: "55000"})}
    name = "group.consumer.session.timeout.ms"
    assert found[SESSION].synonyms == (
        Synonym(SESSION, "55000", Source.DYNAMIC_GROUP_CONFIG),
        Synonym(name, "50000", Source.STATIC_BROKER_CONFIG),
        Synonym(name, "45000", Source.DEFAULT_CONFIG),
    )
    assert found[SESSION].source is Source.DYNAMIC_GROUP_CONFIG
    assert list(found) == sorted(found)


def test_each_release_has_its_settings_of_groups() -> None:
    old = BrokerConfig.of({}, release="4.0")
    names = {it.name for it in group_entries(old, {})}
    assert SESSION in names
    assert "streams.session.timeout.ms" not in names


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        ({"no.such.setting": "1"}, "no.such.setting"),
        ({SESSION: "soon"}, SESSION),
        ({SESSION: "1"}, "group.consumer.min.session.timeout.ms"),
        ({SESSION: "99999999"}, "group.consumer.max.session.timeout.ms"),
        ({HEARTBEAT: "1"}, "group.consumer.min.heartbeat.interval.ms"),
        ({"streams.num.standby.replicas": "9"}, "group.streams.max.standby.replicas"),
    ],
)
def test_what_a_group_may_not_have_is_refused(
    overrides: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        check_group_overrides(BROKER, overrides)


def test_a_session_is_longer_than_the_pause_between_heartbeats() -> None:
    wide = BrokerConfig.of(
        {
            "group.consumer.min.session.timeout.ms": "1",
            "group.consumer.max.heartbeat.interval.ms": "60000",
        }
    )
    check_group_overrides(wide, {SESSION: "20000", HEARTBEAT: "15000"})
    with pytest.raises(ConfigError, match="above"):
        check_group_overrides(wide, {SESSION: "20000", HEARTBEAT: "20000"})


def test_a_setting_of_a_later_release_is_unknown() -> None:
    with pytest.raises(ConfigError, match="Unknown"):
        check_group_overrides(
            BrokerConfig.of({}, release="4.0"), {"share.isolation.level": "x"}
        )


def test_every_setting_of_groups_has_a_default() -> None:
    for name in group_settings():
        assert group_value(BROKER, {}, name) is not None


@pytest.mark.parametrize(
    "text", ["client_id=a.*", "client_id=x, client_source_port=9", ""]
)
def test_a_subscription_chooses_clients_by_patterns(text: str) -> None:
    check_metrics_overrides({"match": text, "interval.ms": "100"}, "4.3")


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("match", "hat=blue", "hat=blue"),
        ("match", "client_id", "client_id"),
        ("match", "client_id=[", "regular expression"),
        ("interval.ms", "99", "100 to 3600000"),
        ("interval.ms", "soon", "interval.ms"),
        ("shoes", "1", "shoes"),
    ],
)
def test_what_a_subscription_may_not_have_is_refused(
    key: str, value: str, named: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check_metrics_overrides({key: value}, "4.3")
    assert named in str(caught.value)


def test_a_subscription_tells_its_defaults_since_4_1() -> None:
    set_ = {"metrics": "*"}
    assert [it.name for it in metrics_entries(set_, "4.0")] == ["metrics"]
    found = {it.name: it for it in metrics_entries(set_, "4.1")}
    assert found["metrics"].source is Source.DYNAMIC_CLIENT_METRICS_CONFIG
    assert (found["interval.ms"].value, found["match"].value) == ("300000", "")
    assert found["match"].source is Source.DEFAULT_CONFIG
