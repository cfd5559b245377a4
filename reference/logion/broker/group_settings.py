"""From settings by Kafka's names to the plain values the group coordinator works with.

The release decides what a setting cannot say; each line says since when.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from logion.cluster.metadata import Cluster
from logion.config import BrokerConfig
from logion.config_groups import group_value
from logion.group.consumer.assignors import ASSIGNORS
from logion.group.consumer.state import MIGRATIONS, Settings
from logion.group.rules import GroupRules
from logion.group.settings import CoordinatorSettings, ValueVersions
from logion.protocol.releases import Release, release
from logion.records.codec import Codec
from logion.settings import ConfigError

MINUTE_MS = 60_000

NOTHING: Mapping[str, str] = {}
"""What a group has set that nobody has given settings."""

ASSIGNOR_CLASSES = {"UniformAssignor": "uniform", "RangeAssignor": "range"}
"""Names of assignors by the last part of their class in Kafka."""

NEW_PROTOCOL = release("4.0")
"""The first release that serves consumer groups, without being asked to."""

NEW_MEMBER_TIMEOUT_MS = 300_000
"""How long the first JoinGroup of a member may wait (KAFKA-7610)."""


def coordinator_settings(config: BrokerConfig, played: Release) -> CoordinatorSettings:
    """Return what the coordinator of a broker of this release is set to."""
    return CoordinatorSettings(
        rules=_rules(config, played),
        versions=ValueVersions(
            offset_key=1 if played >= release("0.9.0") else 0,
            offset=_offset_version(played),
            group=_group_version(played),
        ),
        codec=Codec(config.integer("offsets.topic.compression.codec")),
        metadata_size_max=config.integer("offset.metadata.max.bytes"),
        retention_ms=config.integer("offsets.retention.minutes") * MINUTE_MS,
        commit_timeout_ms=config.integer("offsets.commit.timeout.ms"),
        load_size=config.integer("offsets.load.buffer.size"),
        keeps_unused_groups=played >= release("4.0"),
        stamps_expiry=release("0.9.0") <= played < release("2.1"),
        consumer=consumer_settings(config, played),
        serves_consumers=played >= NEW_PROTOCOL
        and "consumer" in config.words("group.coordinator.rebalance.protocols"),
    )


def consumer_settings(
    config: BrokerConfig, played: Release, overrides: Mapping[str, str] | None = None
) -> Settings:
    """Return what a consumer group is set to, which has these settings of its own."""
    if played < NEW_PROTOCOL:
        return Settings()
    has_interval = played >= release("4.3")
    policy = config.text("group.consumer.migration.policy").lower()

    def of_group(name: str) -> int:
        value = group_value(config, overrides or {}, name)
        assert isinstance(value, int)
        return value

    return Settings(
        session_timeout_ms=of_group("consumer.session.timeout.ms"),
        heartbeat_interval_ms=of_group("consumer.heartbeat.interval.ms"),
        size_max=config.integer("group.consumer.max.size"),
        classic_size_max=config.integer("group.max.size"),
        assignors=_assignors(config),
        assignment_interval_ms=of_group("consumer.assignment.interval.ms")
        if has_interval
        else 0,
        migration=MIGRATIONS[policy],
        first_epoch=1 if has_interval else 0,
        has_metadata_hash=played >= release("4.1"),
        has_assignment_epochs=has_interval,
    )


def consumer_settings_by_group(
    cluster: Cluster, played: Release
) -> Callable[[str], Settings]:
    """Return what tells how a consumer group is set, by its name.

    Settings of groups, and those of the broker that change while it runs, hold from the
    next request on.
    """
    known: dict[str, tuple[BrokerConfig, Mapping[str, str], Settings]] = {}

    def settings_of(group_id: str) -> Settings:
        overrides = cluster.image.group_configs.get(group_id, NOTHING)
        key = group_id if overrides else ""
        found = known.get(key)
        if found is None or found[:2] != (cluster.config, overrides):
            settings = consumer_settings(cluster.config, played, overrides)
            found = known[key] = (cluster.config, overrides, settings)
        return found[2]

    return settings_of


def _assignors(config: BrokerConfig) -> tuple[str, ...]:
    """Return the names of the assignors that groups may use.

    Each goes by its name or by the class that Kafka has for it. Raises ConfigError for
    one that is not here: it would be a class of somebody's own.
    """
    key = "group.consumer.assignors"
    words = config.words(key)
    names = tuple(ASSIGNOR_CLASSES.get(it.rpartition(".")[2], it) for it in words)
    if not names or not set(names) <= ASSIGNORS.keys():
        known = ", ".join(ASSIGNORS)
        raise ConfigError(key, ",".join(words), f"expected some of {known}")
    return names


def _rules(config: BrokerConfig, played: Release) -> GroupRules:
    has_delay = played >= release("0.11.0")
    is_timed = played >= release("2.2")
    return GroupRules(
        session_timeout_min_ms=config.integer("group.min.session.timeout.ms"),
        session_timeout_max_ms=config.integer("group.max.session.timeout.ms"),
        initial_delay_ms=config.integer("group.initial.rebalance.delay.ms")
        if has_delay
        else 0,
        size_max=config.integer("group.max.size"),
        new_member_timeout_ms=NEW_MEMBER_TIMEOUT_MS if is_timed else None,
        expires_unsynced=played >= release("2.8"),
        keeps_empty_groups=played >= release("0.10.1"),
        heartbeats_while_completing=played >= release("2.6"),
        refuses_heartbeats_by_state=played < release("0.10.1"),
        refuses_commits_by_state=played < release("2.4"),
        requires_protocol_type=played >= release("1.0"),
    )


def _offset_version(played: Release) -> int:
    if played >= release("2.1"):
        return 3
    return 1 if played >= release("0.9.0") else 0


def _group_version(played: Release) -> int:
    if played >= release("2.3"):
        return 3
    if played >= release("2.1"):
        return 2
    return 1 if played >= release("0.10.1") else 0
