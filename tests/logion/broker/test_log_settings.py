"""From settings by Kafka's names to what a log does."""

from __future__ import annotations

import random

import pytest
from logion.broker.log_settings import log_settings
from logion.config import BrokerConfig, topic_config
from logion.log.settings import LogSettings
from logion.protocol.errors import Error
from logion.protocol.releases import release
from logion.records.codec import Codec
from logion.records.validation import ProduceRules


def rules(
    played: str = "4.3", broker: dict[str, str] | None = None, **topic: str
) -> ProduceRules:
    """Return what a topic's log accepts; `_` stands for the dots of a setting."""
    overrides = {key.replace("_", "."): value for key, value in topic.items()}
    return settings(played, broker, overrides).rules


def settings(
    played: str, broker: dict[str, str] | None, overrides: dict[str, str]
) -> LogSettings:
    """Return how a topic's log behaves."""
    topic = topic_config(BrokerConfig.of(broker or {}, release=played), overrides)
    return log_settings(
        topic, release(played), producer_expiry_ms=1, chance=random.Random(1)
    )


def test_logs_of_one_topic_roll_a_little_apart() -> None:
    given = {"segment.ms": "1000", "segment.jitter.ms": "300"}
    jitters = {
        log_settings(
            topic_config(BrokerConfig.of({}), given),
            release("4.3"),
            producer_expiry_ms=1,
            chance=random.Random(seed),
        ).segment_jitter_ms
        for seed in range(50)
    }
    assert len(jitters) > 25
    assert min(jitters) >= 0
    assert max(jitters) <= 300
    assert settings("4.3", None, {}).segment_jitter_ms == 0


@pytest.mark.parametrize(
    ("played", "minimum"), [("0.8.0", 1), ("0.8.2", 1), ("0.9.0", 3)]
)
def test_replicas_of_the_broker_are_for_topics_since_0_9(
    played: str, minimum: int
) -> None:
    key = "min.insync.replicas"
    asked = settings(played, {key: "3"}, {})
    assert asked.min_in_sync_replicas == minimum
    own = settings("0.8.2", {key: "3"}, {key: "2"})
    assert own.min_in_sync_replicas == 2


def test_no_more_replicas_are_asked_for_than_there_are_since_3_7() -> None:
    asked = [settings(it, None, {}).asks_for_replicas_alone for it in ("3.6", "3.7")]
    assert asked == [False, True]


@pytest.mark.parametrize(
    ("codec", "key", "level"),
    [("gzip", "gzip", 1), ("lz4", "lz4", 17), ("zstd", "zstd", -5)],
)
def test_the_level_of_the_logs_codec_is_used(codec: str, key: str, level: int) -> None:
    given = {f"compression_{key}_level": str(level)}
    assert rules(compression_type=codec, **given).level == level
    assert rules(broker={f"compression.{key}.level": str(level)}).level is None
    by_broker = {"compression.type": codec, f"compression.{key}.level": str(level)}
    assert rules(broker=by_broker).level == level


def test_the_level_of_another_codec_is_not() -> None:
    assert rules(compression_type="snappy", compression_gzip_level="1").level is None
    assert rules(compression_type="zstd", compression_gzip_level="1").level is None


@pytest.mark.parametrize("played", ["0.10.0", "3.7", "3.8", "4.3"])
def test_a_level_that_nobody_chose_is_the_codecs_own(played: str) -> None:
    found = rules(played, compression_type="gzip")
    assert (found.codec, found.level) == (Codec.GZIP, None)


@pytest.mark.parametrize(
    ("played", "is_single", "error"),
    [
        ("0.10.0", False, Error.CORRUPT_MESSAGE),
        ("0.11.0", False, Error.CORRUPT_MESSAGE),
        ("2.3", False, Error.CORRUPT_MESSAGE),
        ("2.8", True, Error.INVALID_RECORD),
    ],
)
def test_old_releases_take_several_wrappers_in_one_set(
    played: str, error: Error, *, is_single: bool
) -> None:
    found = rules(played)
    assert (found.is_single_wrapper, found.invalid_record) == (is_single, error)
