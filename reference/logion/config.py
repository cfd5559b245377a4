"""The broker's and the topics' settings: read, checked, resolved.

Text comes in as Java properties, keys are Kafka's own (`settings.jsonl`), and what is
not set falls back to the default of the release the broker plays. A topic's setting
falls back to the broker's: `retention.ms` to `log.retention.ms`, then `.minutes`,
then `.hours`. Every value knows where it came from, as DescribeConfigs tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from logion import config_rules
from logion.config_entries import (
    ConfigEntry,
    Source,
    Synonym,
    broker_entries,
    broker_synonyms_of,
    topic_entries,
)
from logion.settings import (
    NEWEST_RELEASE,
    ConfigError,
    Setting,
    Value,
    broker_settings,
    minor_release,
    topic_settings,
    value_text,
    words_in,
)

__all__ = [
    "NEWEST_RELEASE",
    "UNLIMITED",
    "BrokerConfig",
    "ConfigEntry",
    "ConfigError",
    "Listener",
    "Source",
    "Synonym",
    "TopicConfig",
    "Value",
    "check_topic_overrides",
    "topic_config",
]


UNLIMITED = 2**63 - 1
"""Kafka's "no limit" of a setting of type long."""


class Listener(NamedTuple):
    """One `NAME://host:port` of `listeners` or `advertised.listeners`."""

    name: str
    host: str
    """Empty for every interface."""
    port: int


class BrokerConfig:
    """The settings of one broker; built by `BrokerConfig.of`, not changed after."""

    __slots__ = ("_plain_topic", "_values", "layers", "release", "warnings")

    def __init__(
        self,
        release: str,
        layers: Mapping[Source, Mapping[str, str]],
        warnings: tuple[str, ...],
    ) -> None:
        """Check and hold texts by source, the strongest source first."""
        self.release = release
        self.warnings = warnings
        self.layers = layers
        self._values: dict[str, Value] = {}
        self._plain_topic: TopicConfig | None = None
        self._check()

    @staticmethod
    def of(
        mapping: Mapping[str, str], *, release: str = NEWEST_RELEASE
    ) -> BrokerConfig:
        """Return the settings of `mapping` over the defaults of `release`.

        `.warnings` names the unknown keys. Raises ConfigError for a wrong value, also
        where two settings contradict each other.
        """
        warnings = tuple(
            f"unknown setting {key}" for key in mapping if not _is_known(key)
        )
        layers = {Source.STATIC_BROKER_CONFIG: _with_both_ids(mapping, release)}
        return BrokerConfig(release, layers, warnings)

    def with_dynamic(
        self, *, own: Mapping[str, str], cluster: Mapping[str, str]
    ) -> BrokerConfig:
        """Return these settings under what was changed while running (KIP-226).

        `own` is set for this broker, `cluster` for all; an unknown key may be a
        plug-in's. Raises ConfigError for a wrong value and a key that only a restart
        may change.
        """
        for key in own:
            _check_dynamic(key, own[key], self.release)
        for key in cluster:
            _check_dynamic(key, cluster[key], self.release)
        layers = {
            Source.DYNAMIC_BROKER_CONFIG: dict(own),
            Source.DYNAMIC_DEFAULT_BROKER_CONFIG: dict(cluster),
            Source.STATIC_BROKER_CONFIG: self.layers[Source.STATIC_BROKER_CONFIG],
        }
        return BrokerConfig(self.release, layers, self.warnings)

    def usable(self, changes: Mapping[str, str]) -> dict[str, str]:
        """Return those changes made while running that this release takes."""
        return {key: text for key, text in changes.items() if self._takes(key, text)}

    def _takes(self, key: str, text: str) -> bool:
        setting = broker_settings().get(key)
        try:
            _check_dynamic(key, text, self.release)
            if setting is not None:
                setting.parse(text, self.release)
        except ConfigError:
            return False
        return True

    def check_changes(self, changes: Mapping[str, str], *, of_all: bool) -> None:
        """Raise ConfigError for what cannot be set, for all brokers or for this one."""
        for key, text in changes.items():
            config_rules.check_listener_prefix(key, text)
            _check_dynamic(key, text, self.release)
            if of_all:
                config_rules.check_shared(key, text, self.release)

    def check_steps_from(self, now: BrokerConfig) -> None:
        """Raise ConfigError where threads are more than doubled, or halved."""
        config_rules.check_threads(now, self)

    def __getitem__(self, key: str) -> Value:
        """Return the value of `key`, of the type its setting has.

        Raises KeyError for a key that no release knows.
        """
        values = self._values
        if key not in values:
            values[key] = self._resolve(key)
        return values[key]

    def integer(self, key: str) -> int:
        """Return a setting that is always a whole number."""
        value = self[key]
        return value if isinstance(value, int) else _mistyped(key, "a whole number")

    def optional_integer(self, key: str) -> int | None:
        """Return a whole number, None where it is not set."""
        return None if self[key] is None else self.integer(key)

    def number(self, key: str) -> float:
        """Return a setting of type double."""
        value = self[key]
        if isinstance(value, (int, float)):
            return float(value)
        return _mistyped(key, "a number")

    def flag(self, key: str) -> bool:
        """Return a boolean setting."""
        value = self[key]
        return value if isinstance(value, bool) else _mistyped(key, "a boolean")

    def text(self, key: str) -> str:
        """Return a setting as text; "" where it is not set."""
        return value_text(self[key]) or ""

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list setting; empty where it is not set."""
        value = self[key]
        return words_in(value) if isinstance(value, str) else _words(value)

    def given(self, key: str) -> str | None:
        """Return the text someone set for `key`, None where the default holds."""
        for texts in self.layers.values():
            if key in texts:
                return texts[key]
        return None

    def synonyms(self, key: str) -> tuple[Synonym, ...]:
        """Return where `key`, or a name of the same meaning, has a value."""
        return broker_synonyms_of(self, key)

    def entries(self) -> list[ConfigEntry]:
        """Return every setting that the release tells of, by name."""
        return broker_entries(self)

    @property
    def plain_topic(self) -> TopicConfig:
        """The settings of a topic that has none of its own."""
        if self._plain_topic is None:
            self._plain_topic = TopicConfig(self, {})
        return self._plain_topic

    @property
    def broker_id(self) -> int:
        """Number of this broker: `node.id`, else `broker.id`; -1 if none is given."""
        key = "node.id" if self.given("node.id") is not None else "broker.id"
        return self.integer(key)

    @property
    def log_dirs(self) -> tuple[str, ...]:
        """Data folders: `log.dirs`, or `log.dir` where that is not set."""
        return self.words("log.dirs") or self.words("log.dir")

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Where to listen for clients: `listeners`, or `host.name` and `port`.

        What `controller.listener.names` has is left out: there is no quorum to join.
        """
        if self.given("listeners") is not None:
            controllers = self.words("controller.listener.names")
            found = _listeners("listeners", self.words("listeners"))
            return tuple(each for each in found if each.name not in controllers)
        return (Listener("PLAINTEXT", self.text("host.name"), self.integer("port")),)

    @property
    def advertised_listeners(self) -> tuple[Listener, ...]:
        """What clients are told to connect to; `listeners` where it is not set."""
        if self.given("advertised.listeners") is not None:
            texts = self.words("advertised.listeners")
            return _listeners("advertised.listeners", texts)
        host = self.text("advertised.host.name")
        port = self.optional_integer("advertised.port")
        return tuple(
            Listener(each.name, host or each.host, port or each.port)
            for each in self.listeners
        )

    def _resolve(self, key: str) -> Value:
        setting = broker_settings().get(key)
        text = self.given(key)
        if setting is None:
            if text is None:
                raise KeyError(key)
            return text
        if text is None:
            return setting.default(self.release)
        return setting.parse(text, self.release)

    def _check(self) -> None:
        for texts in self.layers.values():
            for key in texts:
                self[key]
        for refuse_contradiction in config_rules.RULES:
            refuse_contradiction(self)


class TopicConfig:
    """The settings of one topic over those of the broker; never changed."""

    __slots__ = ("_entries", "_values", "broker", "overrides")

    def __init__(self, broker: BrokerConfig, overrides: Mapping[str, str]) -> None:
        """Hold checked overrides; `topic_config` is the way to make one."""
        self.broker = broker
        self.overrides = overrides
        self._values: dict[str, Value] = {}
        self._entries: list[ConfigEntry] | None = None

    def __getitem__(self, key: str) -> Value:
        """Return the value in force; KeyError for what is no topic setting."""
        values = self._values
        if key not in values:
            values[key] = self._resolve(topic_settings()[key])
        return values[key]

    def integer(self, key: str) -> int:
        """Return a whole number."""
        value = self[key]
        return value if isinstance(value, int) else _mistyped(key, "a whole number")

    def number(self, key: str) -> float:
        """Return a setting of type double."""
        value = self[key]
        return value if isinstance(value, float) else _mistyped(key, "a number")

    def flag(self, key: str) -> bool:
        """Return a boolean setting."""
        value = self[key]
        return value if isinstance(value, bool) else _mistyped(key, "a boolean")

    def text(self, key: str) -> str:
        """Return a setting as text; "" where it is not set."""
        return value_text(self[key]) or ""

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list setting; empty where it is not set."""
        return _words(self[key])

    @property
    def segment_bytes(self) -> int:
        """Size at which a segment ends; the internal setting lets it be tiny (4.1)."""
        tiny = self["internal.segment.bytes"]
        return tiny if isinstance(tiny, int) else self.integer("segment.bytes")

    @property
    def timestamp_before_max_ms(self) -> int:
        """How far a record's timestamp may lie behind the broker's clock."""
        return self._timestamp_limit("message.timestamp.before.max.ms")

    @property
    def timestamp_after_max_ms(self) -> int:
        """How far a record's timestamp may lie ahead of the broker's clock."""
        return self._timestamp_limit("message.timestamp.after.max.ms")

    def _timestamp_limit(self, key: str) -> int:
        """Return `key`, or the older setting for both directions (KIP-937)."""
        older = self.integer("message.timestamp.difference.max.ms")
        if not topic_settings()[key].is_known_in(self.broker.release):
            return older
        limit = self.integer(key)
        return older if limit == UNLIMITED else limit

    def entries(self) -> list[ConfigEntry]:
        """Return every setting that the release tells of, by name; do not change it."""
        if self._entries is None:
            plain = self.broker.plain_topic.entries() if self.overrides else ()
            self._entries = topic_entries(self, plain)
        return self._entries

    def _resolve(self, setting: Setting) -> Value:
        release = self.broker.release
        text = self.overrides.get(setting.name)
        if text is not None:
            return setting.parse(text, release)
        broker = self.broker
        given = [n for n in setting.synonyms if broker.given(n) is not None]
        for name in given or setting.synonyms:
            value = broker[name]
            if value is not None:
                return _in_topic_units(name, value)
        return setting.default(release)


def topic_config(broker: BrokerConfig, overrides: Mapping[str, str]) -> TopicConfig:
    """Return a topic's settings: `overrides` over the broker's.

    Raises ConfigError as `check_topic_overrides` does.
    """
    check_topic_overrides(overrides, release=broker.release)
    return TopicConfig(broker, overrides)


def check_topic_overrides(
    overrides: Mapping[str, str | None], *, release: str = NEWEST_RELEASE
) -> None:
    """Raise ConfigError for the first key or value that a topic may not have.

    A key that only other releases know is refused too, as they refuse it.
    """
    values: dict[str, Value] = {}
    for key, text in overrides.items():
        setting = topic_settings().get(key)
        if setting is None or not setting.is_known_in(release):
            raise ConfigError(key, text, f"Unknown topic config name: {key}")
        if text is None:
            raise ConfigError(key, text, "a value is needed")
        values[key] = setting.parse(text, release)
    low = values.get("min.compaction.lag.ms", 0)
    high = values.get("max.compaction.lag.ms", low)
    assert isinstance(low, int)
    assert isinstance(high, int)
    if low > high:
        key = "max.compaction.lag.ms"
        raise ConfigError(key, overrides[key], f"below min.compaction.lag.ms, {low}")


_PREFIXES = ("listener.name.", "rsm.config.", "rlmm.config.", "config.providers.")
"""Keys of one listener (KIP-103) and of plug-ins, which check them themselves."""


ONE_ID_SINCE = (3, 1)
"""First release in which `broker.id` and `node.id` are two names of one number."""


def _with_both_ids(mapping: Mapping[str, str], release: str) -> dict[str, str]:
    ids = {key: mapping[key] for key in ("broker.id", "node.id") if key in mapping}
    if len(ids) != 1 or minor_release(release) < ONE_ID_SINCE:
        return dict(mapping)
    (number,) = ids.values()
    return {**mapping, "broker.id": number, "node.id": number}


def _is_known(key: str) -> bool:
    return key in broker_settings() or key.startswith(_PREFIXES)


def _check_dynamic(key: str, text: str, release: str) -> None:
    setting = broker_settings().get(key)
    if setting is not None and setting.is_read_only_in(release):
        reason = f"Cannot update these configs dynamically: {key}"
        raise ConfigError(key, text, reason)


def _listeners(key: str, texts: tuple[str, ...]) -> tuple[Listener, ...]:
    return tuple(
        Listener(*parts) for parts in (config_rules.listener(key, t) for t in texts)
    )


_UNITS_MS = {"hours": 3_600_000, "minutes": 60_000}


def _in_topic_units(name: str, value: Value) -> Value:
    """Return a broker's value in the milliseconds of the topic setting."""
    unit = _UNITS_MS.get(name.rpartition(".")[2])
    if unit is not None and isinstance(value, int):
        return value * unit if value >= 0 else -1
    if name.startswith("log.retention.") and isinstance(value, int):
        return max(value, -1)
    return value


def _words(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _mistyped(key: str, expected: str) -> NoReturn:
    raise TypeError(f"{key} is not {expected}")
