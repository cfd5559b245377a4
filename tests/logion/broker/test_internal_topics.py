"""Topics that Kafka keeps for itself, and how they are made when they are missing."""

from __future__ import annotations

from logion.broker.internal_topics import (
    INTERNAL_TOPICS,
    OFFSETS,
    TRANSACTIONS,
    missing_topic,
)
from logion.cluster.topics import NewTopic
from logion.config import BrokerConfig, check_topic_overrides


def config(release: str = "4.3", **settings: str) -> BrokerConfig:
    """Return settings, with dots for underscores in the keys."""
    mapping = {key.replace("_", "."): value for key, value in settings.items()}
    return BrokerConfig.of(mapping, release=release)


def test_a_missing_topic_is_made_as_the_broker_is_set() -> None:
    assert missing_topic("t", config(), broker_count=1) == NewTopic("t")


def test_the_offsets_topic_is_compacted_and_has_its_own_counts() -> None:
    found = missing_topic(OFFSETS, config(), broker_count=5)
    assert (found.partition_count, found.replication_factor) == (50, 3)
    assert found.configs["cleanup.policy"] == "compact"
    assert found.configs["segment.bytes"] == "104857600"


def test_before_0_11_the_offsets_topic_takes_the_replicas_it_can_get() -> None:
    assert (
        missing_topic(OFFSETS, config("0.10.2"), broker_count=1).replication_factor == 1
    )
    assert (
        missing_topic(OFFSETS, config("0.11.0"), broker_count=1).replication_factor == 3
    )


def test_the_transactions_topic_needs_more_than_one_replica_in_sync() -> None:
    found = missing_topic(TRANSACTIONS, config(), broker_count=5)
    assert found.configs["min.insync.replicas"] == "2"
    assert found.configs["unclean.leader.election.enable"] == "false"


def test_their_settings_are_settings_of_topics() -> None:
    for release in ("0.8.2", "0.11.0", "2.8", "4.3"):
        played = config(release)
        for name in INTERNAL_TOPICS if release != "0.8.2" else {OFFSETS}:
            configs = missing_topic(name, played, broker_count=1).configs
            check_topic_overrides(configs, release=release)
