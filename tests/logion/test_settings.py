from __future__ import annotations

import json

import pytest
from logion.settings import (
    TABLE,
    ConfigError,
    Setting,
    broker_settings,
    broker_synonyms,
    group_settings,
    metrics_settings,
    minor_release,
    topic_settings,
    value_text,
)

RELEASES = ("0.8.0", "0.8.2", "0.9.0", "0.10.0", "0.11.0", "2.8", "3.9", "4.3")


UNSET = {"node.id", "controller.quorum.voters", "controller.quorum.bootstrap.servers"}
"""Their default says that nobody set them, which the rule for a given value refuses."""

JUDGED = [each for each in broker_settings().values() if each.name not in UNSET]


@pytest.mark.parametrize("setting", JUDGED, ids=lambda setting: setting.name)
def test_every_default_is_allowed_by_its_own_rule(setting: Setting) -> None:
    for release in RELEASES:
        text = value_text(setting.default(release))
        if text is not None:
            assert setting.parse(text, release) == setting.default(release)


@pytest.mark.parametrize(
    "setting", [*topic_settings().values()], ids=lambda setting: setting.name
)
def test_every_topic_setting_falls_back_to_known_broker_settings(
    setting: Setting,
) -> None:
    assert set(setting.synonyms) <= set(broker_settings())


@pytest.mark.parametrize(
    ("name", "release", "default"),
    [
        ("message.max.bytes", "0.10.0.1", 1_000_012),
        ("message.max.bytes", "2.4.1", 1_000_012),
        ("message.max.bytes", "2.5", 1_048_588),
        ("log.cleaner.enable", "0.8.2.2", False),
        ("log.cleaner.enable", "0.10.0", True),
        ("unclean.leader.election.enable", "0.10.2", True),
        ("unclean.leader.election.enable", "0.11.0.3", False),
        ("delete.topic.enable", "0.11.0", False),
        ("delete.topic.enable", "1.0", True),
        ("offsets.retention.minutes", "1.1", 1440),
        ("offsets.retention.minutes", "2.0", 10080),
        ("group.max.session.timeout.ms", "2.3", 1_800_000),
        ("replica.lag.time.max.ms", "2.5", 30_000),
        ("log.message.format.version", "0.10.0", "0.10.0-IV1"),
        ("group.initial.rebalance.delay.ms", "4.3", 3000),
        ("ssl.enabled.protocols", "4.3", ("TLSv1.2", "TLSv1.3")),
    ],
)
def test_a_default_is_the_one_of_the_release(
    name: str, release: str, default: object
) -> None:
    assert broker_settings()[name].default(release) == default


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("num.partitions", "x", "Not a number of type INT"),
        ("num.partitions", "1_000", "Not a number of type INT"),
        ("num.partitions", "2147483648", "Not a number of type INT"),
        ("log.retention.bytes", "9223372036854775808", "Not a number of type LONG"),
        ("offsets.commit.required.acks", "40000", "Not a number of type SHORT"),
        ("log.cleaner.min.cleanable.ratio", "half", "Not a number of type DOUBLE"),
        ("log.cleaner.min.cleanable.ratio", "2", "Value must be no more than 1"),
        ("num.io.threads", "0", "Value must be at least 1"),
        ("auto.create.topics.enable", "yes", "either true or false"),
        ("log.cleanup.policy", "x", "String must be one of: compact, delete"),
        ("compression.type", "lzma", "String must be one of:"),
        ("compression.gzip.level", "0", "Value must be at least 1"),
        ("inter.broker.protocol.version", "7.0", "`7.0` is not a valid version"),
        ("group.consumer.migration.policy", "x", "one of (case insensitive)"),
    ],
)
def test_a_wrong_value_is_refused_with_key_value_and_reason(
    name: str, text: str, reason: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        broker_settings()[name].parse(text, "4.3")
    assert (caught.value.key, caught.value.value) == (name, text)
    assert reason in caught.value.reason
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("num.partitions", " 3 ", 3),
        ("auto.create.topics.enable", "TRUE", True),
        ("log.cleanup.policy", "compact , delete", ("compact", "delete")),
        ("compression.gzip.level", "-1", -1),
        ("inter.broker.protocol.version", "0.10.0.1", "0.10.0.1"),
        ("group.consumer.migration.policy", "Upgrade", "Upgrade"),
        ("log.cleaner.min.cleanable.ratio", "0.25", 0.25),
    ],
)
def test_a_value_is_read_as_the_type_of_its_setting(
    name: str, text: str, value: object
) -> None:
    assert broker_settings()[name].parse(text, "4.3") == value


@pytest.mark.parametrize("text", ["*", "0:1,1:2", ""])
def test_throttled_replicas_are_pairs_or_a_star(text: str) -> None:
    setting = topic_settings()["leader.replication.throttled.replicas"]
    assert value_text(setting.parse(text, "4.3")) == text
    with pytest.raises(ConfigError, match="form"):
        setting.parse("0-1", "4.3")


def test_both_policies_at_once_came_with_0_10_1() -> None:
    setting = topic_settings()["cleanup.policy"]
    assert setting.parse("compact,delete", "0.10.1") == ("compact", "delete")
    with pytest.raises(ConfigError, match="one of"):
        setting.parse("compact,delete", "0.10.0")


def test_a_setting_is_known_from_its_first_to_its_last_release() -> None:
    lag = broker_settings()["replica.lag.max.messages"]
    assert lag.is_known_in("0.8.2.2")
    assert not lag.is_known_in("0.9.0")
    assert not broker_settings()["process.roles"].is_known_in("2.7")
    assert broker_settings()["process.roles"].is_known_in("4.3")


def test_names_of_one_meaning_know_each_other() -> None:
    names = ("log.retention.ms", "log.retention.minutes", "log.retention.hours")
    assert broker_synonyms()["log.retention.hours"] == names
    assert "num.partitions" not in broker_synonyms()


def test_releases_are_ordered_by_their_minor_numbers() -> None:
    assert minor_release("0.10.0.1") == minor_release("0.10.0-IV1") == (0, 10, 0)
    assert minor_release("3.9.1") == (3, 9)
    assert minor_release("0.8.2") < minor_release("0.10.0") < minor_release("2.8")
    with pytest.raises(ValueError, match="'trunk' is not"):
        minor_release("trunk")


def test_every_setting_says_what_it_is_for() -> None:
    tables = (broker_settings, topic_settings, group_settings, metrics_settings)
    for setting in (it for table in tables for it in table().values()):
        assert setting.doc, setting.name


def test_every_line_of_the_file_is_a_setting() -> None:
    lines = TABLE.read_text().splitlines()
    tables = (broker_settings, topic_settings, group_settings, metrics_settings)
    found = [(line["of"], line["name"]) for line in map(json.loads, lines)]
    assert len(set(found)) == len(lines) == sum(len(table()) for table in tables)
    order = ["broker", "topic", "group", "metrics"]
    assert found == sorted(found, key=lambda it: (order.index(it[0]), it[1]))


def test_every_setting_that_another_names_is_one_of_the_broker() -> None:
    for setting in group_settings().values():
        named = (*setting.synonyms, *(it for it in setting.bounds if it))
        assert set(named) <= set(broker_settings()), setting.name


def test_an_era_that_says_nothing_of_a_rule_or_type_keeps_it() -> None:
    first, second, *_ = broker_settings()["remote.log.reader.threads"].eras
    assert (first.hidden, second.hidden) == (True, False)
    assert (first.type, first.rule) == (second.type, second.rule)


def test_before_1_1_nothing_changes_while_a_broker_runs() -> None:
    retention = broker_settings()["log.retention.ms"]
    assert retention.is_read_only_in("1.0")
    assert not retention.is_read_only_in("1.1")
