"""From settings by Kafka's names to the plain values a log works with."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from logion.cluster.metadata import Chance
from logion.config import TopicConfig
from logion.log.settings import CompactionSettings, LogSettings
from logion.protocol.errors import Error
from logion.protocol.releases import Release, release
from logion.records.batch import TimestampType
from logion.records.codec import Codec
from logion.records.validation import ProduceRules, rules_of_release
from logion.settings import topic_settings

CODECS = {
    "gzip": Codec.GZIP,
    "snappy": Codec.SNAPPY,
    "lz4": Codec.LZ4,
    "zstd": Codec.ZSTD,
    "uncompressed": Codec.NONE,
}
"""`compression.type` to the codec that the leader stores; `producer` is not here."""

LEVELS = {
    Codec.GZIP: "compression.gzip.level",
    Codec.LZ4: "compression.lz4.level",
    Codec.ZSTD: "compression.zstd.level",
}
"""The setting of each codec that has levels (KIP-390)."""


def log_settings(
    topic: TopicConfig, played: Release, *, producer_expiry_ms: int, chance: Chance
) -> LogSettings:
    """Return how a log of a topic behaves in the release that is played.

    `chance` draws its jitter: the logs of a topic do not all roll at once.
    """
    settings = _without_jitter(topic, played, producer_expiry_ms)
    jitter_ms = chance.randrange(topic.integer("segment.jitter.ms") + 1)
    return replace(settings, segment_jitter_ms=jitter_ms) if jitter_ms else settings


@lru_cache(maxsize=1)  # most topics have no settings of their own, and share one
def _without_jitter(
    topic: TopicConfig, played: Release, producer_expiry_ms: int
) -> LogSettings:
    policy = topic.words("cleanup.policy")
    is_compacted = "compact" in policy
    return LogSettings(
        segment_bytes=topic.segment_bytes,
        segment_ms=_segment_ms(topic, is_compacted=is_compacted),
        segment_index_bytes=topic.integer("segment.index.bytes"),
        index_interval_bytes=topic.integer("index.interval.bytes"),
        retention_ms=topic.integer("retention.ms"),
        retention_bytes=topic.integer("retention.bytes"),
        is_delete="delete" in policy,
        compaction=_compaction(topic, played),
        file_delete_delay_ms=topic.integer("file.delete.delay.ms"),
        flush_messages=topic.integer("flush.messages"),
        flush_ms=topic.integer("flush.ms"),
        rules=_rules(topic, played, is_compacted=is_compacted),
        min_in_sync_replicas=_min_in_sync(topic, played),
        asks_for_replicas_alone=played >= release("3.7"),
        producer_expiry_ms=producer_expiry_ms,
        is_down_converted=topic.flag("message.downconversion.enable"),
        unknown_producer=_unknown_producer(played),
        ages_by_file_time=played < release("0.10.1"),
    )


def _min_in_sync(topic: TopicConfig, played: Release) -> int:
    """Return `min.insync.replicas`; the broker's own is for no topic before 0.9.0
    (KAFKA-2114)."""
    key = "min.insync.replicas"
    if played < release("0.9.0") and key not in topic.overrides:
        return 1
    return topic.integer(key)


def _segment_ms(topic: TopicConfig, *, is_compacted: bool) -> int:
    """Return when a segment is full by age: soon enough to be cleaned in time."""
    segment_ms = topic.integer("segment.ms")
    return (
        min(segment_ms, topic.integer("max.compaction.lag.ms"))
        if is_compacted
        else segment_ms
    )


def _compaction(topic: TopicConfig, played: Release) -> CompactionSettings:
    return CompactionSettings(
        min_dirty_ratio=topic.number("min.cleanable.dirty.ratio"),
        min_lag_ms=topic.integer("min.compaction.lag.ms"),
        max_lag_ms=topic.integer("max.compaction.lag.ms"),
        delete_retention_ms=topic.integer("delete.retention.ms"),
        has_delete_horizons=played >= release("3.1"),
    )


def _rules(topic: TopicConfig, played: Release, *, is_compacted: bool) -> ProduceRules:
    codec = CODECS.get(topic.text("compression.type"))
    rules = ProduceRules(
        magic=_magic(topic, played),
        codec=codec,
        level=_level(topic, codec),
        timestamp_type=_timestamp_type(topic, played),
        timestamp_before_max_ms=topic.timestamp_before_max_ms,
        timestamp_after_max_ms=topic.timestamp_after_max_ms,
        message_size_max=topic.integer("max.message.bytes"),
        is_compacted=is_compacted,
    )
    return rules_of_release(rules, played)


def _level(topic: TopicConfig, codec: Codec | None) -> int | None:
    """Return the level at which the log compresses; None for its codec's default.

    A producer's codec comes without a level: it is then the default too.
    """
    name = LEVELS.get(codec) if codec is not None else None
    if name is None:
        return None
    level = topic.integer(name)
    is_default = level == topic_settings()[name].default(topic.broker.release)
    return None if is_default else level


def _magic(topic: TopicConfig, played: Release) -> int:
    """Return the format of a topic's log: its setting in the releases that had it."""
    if not release("0.10.0") <= played < release("3.0"):
        return played.message_format
    version = topic.text("message.format.version").partition("-")[0]
    return release(version).message_format


def _timestamp_type(topic: TopicConfig, played: Release) -> TimestampType:
    if played < release("0.10.0"):
        return TimestampType.CREATE_TIME
    if topic.text("message.timestamp.type") == "LogAppendTime":
        return TimestampType.LOG_APPEND_TIME
    return TimestampType.CREATE_TIME


def _unknown_producer(played: Release) -> Error:
    """Return what a producer that is not known hears if it begins late (KIP-360)."""
    if played >= release("2.5"):
        return Error.NONE
    if played >= release("1.0"):
        return Error.UNKNOWN_PRODUCER_ID
    return Error.OUT_OF_ORDER_SEQUENCE_NUMBER
