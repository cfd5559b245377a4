"""The settings of groups, and of what clients send of their metrics.

A group's setting falls back to the broker's of the same meaning, which also bounds it
from below and above. Source: KIP-848, KIP-714.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from logion.config import BrokerConfig
from logion.config_entries import (
    UNKNOWN_TYPE,
    ConfigEntry,
    Source,
    Synonym,
    broker_synonyms_of,
    entry_of,
)
from logion.settings import (
    ConfigError,
    OutOfBoundsError,
    Setting,
    Value,
    WrongValueError,
    group_settings,
    metrics_settings,
    minor_release,
    value_text,
)

BROKER_SYNONYMS_SINCE = (4, 3)
"""First release that tells which broker setting a group's falls back to."""

DEFAULTS_TOLD_SINCE = (4, 1)
"""First release that tells what a subscription to metrics does not set."""

INTERVAL_MS = (100, 3_600_000)
"""How often clients may be asked for metrics."""

MATCHED = frozenset(
    {
        "client_id",
        "client_instance_id",
        "client_software_name",
        "client_software_version",
        "client_source_address",
        "client_source_port",
    }
)
"""What a subscription can choose clients by."""


def group_value(broker: BrokerConfig, overrides: Mapping[str, str], name: str) -> Value:
    """Return a setting of a group: its own, else the broker's, else the default."""
    setting = group_settings()[name]
    text = overrides.get(name)
    if text is not None:
        return setting.parse(text, broker.release)
    for synonym in setting.synonyms:
        return broker[synonym]
    return setting.default(broker.release)


def check_group_overrides(broker: BrokerConfig, overrides: Mapping[str, str]) -> None:
    """Raise ConfigError for the first setting that a group may not have.

    One that the release does not know, a wrong value, one that the broker's bounds
    exclude, or a session no longer than the pause between two heartbeats.
    """
    release = broker.release
    for name, text in overrides.items():
        setting = group_settings().get(name)
        if setting is None or not setting.is_known_in(release):
            raise ConfigError(name, text, f"Unknown group config name: {name}")
        _check_bounds(broker, setting, text)
    for kind in ("consumer", "share", "streams"):
        _check_session(broker, overrides, kind)


def _check_bounds(broker: BrokerConfig, setting: Setting, text: str) -> None:
    value = setting.parse(text, broker.release)
    low, high = setting.bounds
    if low and isinstance(value, int) and value < broker.integer(low):
        raise OutOfBoundsError(setting.name, text, f"must not be below {low}")
    if high and isinstance(value, int) and value > broker.integer(high):
        raise OutOfBoundsError(setting.name, text, f"must not be above {high}")


def _check_session(
    broker: BrokerConfig, overrides: Mapping[str, str], kind: str
) -> None:
    session, heartbeat = f"{kind}.session.timeout.ms", f"{kind}.heartbeat.interval.ms"
    if session not in overrides and heartbeat not in overrides:
        return
    timeout = group_value(broker, overrides, session)
    interval = group_value(broker, overrides, heartbeat)
    assert isinstance(timeout, int)
    assert isinstance(interval, int)
    if timeout <= interval:
        text = overrides.get(session)
        raise OutOfBoundsError(session, text, f"must be above {heartbeat}, {interval}")


def group_entries(
    broker: BrokerConfig, overrides: Mapping[str, str]
) -> list[ConfigEntry]:
    """Return every setting of a group that the release tells of, by name."""
    return [
        entry_of(
            setting,
            broker.release,
            value=group_value(broker, overrides, name),
            synonyms=_group_synonyms(broker, overrides, setting),
        )
        for name, setting in group_settings().items()
        if setting.is_shown_in(broker.release)
    ]


def _group_synonyms(
    broker: BrokerConfig, overrides: Mapping[str, str], setting: Setting
) -> tuple[Synonym, ...]:
    name = setting.name
    own = _own(overrides, name, Source.DYNAMIC_GROUP_CONFIG)
    told = minor_release(broker.release) >= BROKER_SYNONYMS_SINCE
    if told and setting.synonyms:
        return (*own, *broker_synonyms_of(broker, setting.synonyms[0]))
    default = value_text(group_value(broker, {}, name))
    return own or (Synonym(name, default, Source.DEFAULT_CONFIG),)


def _own(
    overrides: Mapping[str, str], name: str, source: Source
) -> tuple[Synonym, ...]:
    return (Synonym(name, overrides[name], source),) if name in overrides else ()


def check_metrics_overrides(overrides: Mapping[str, str], release: str) -> None:
    """Raise ConfigError for the first setting that a subscription may not have."""
    for name, text in overrides.items():
        setting = metrics_settings().get(name)
        if setting is None:
            reason = f"Unknown client metrics configuration: {name}"
            raise ConfigError(name, text, reason)
        value = setting.parse(text, release)
        low, high = INTERVAL_MS
        if isinstance(value, int) and not low <= value <= high:
            raise OutOfBoundsError(name, text, f"must be {low} to {high}")
        if name == "match" and isinstance(value, tuple):
            _check_match(text, value)


def _check_match(text: str, patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        what, _, wanted = pattern.partition("=")
        if what.strip() not in MATCHED or not wanted.strip():
            known = ", ".join(sorted(MATCHED))
            reason = f"{pattern!r} is no pattern of one of {known}"
            raise WrongValueError("match", text, reason)
        try:
            re.compile(wanted.strip())
        except re.error as problem:
            reason = f"{wanted!r} is no regular expression: {problem}"
            raise WrongValueError("match", text, reason) from None


def metrics_entries(overrides: Mapping[str, str], release: str) -> list[ConfigEntry]:
    """Return the settings of a subscription to metrics of clients, by name."""
    source = Source.DYNAMIC_CLIENT_METRICS_CONFIG
    if minor_release(release) < DEFAULTS_TOLD_SINCE:
        return [
            ConfigEntry(
                name,
                text,
                UNKNOWN_TYPE,
                source,
                is_read_only=False,
                is_sensitive=False,
                synonyms=(),
                doc=None,
            )
            for name, text in sorted(overrides.items())
        ]
    return [
        entry_of(
            setting,
            release,
            value=overrides.get(name, setting.default(release)),
            synonyms=_own(overrides, name, source),
        )
        for name, setting in metrics_settings().items()
    ]
