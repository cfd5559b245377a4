"""What is told of settings: each with where its value is from, as DescribeConfigs does.

A value can stand at several places, under several names of one meaning; the strongest
is in force, and an entry lists them all. The order of strength is of places first, then
of names: what was set while running, for one broker and for all, what is in the file,
the default in the code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import dropwhile
from typing import NamedTuple, Protocol

from logion.settings import (
    Setting,
    Value,
    base_name,
    broker_settings,
    broker_synonyms,
    minor_release,
    topic_settings,
    value_text,
)


class Source(IntEnum):
    """Where a value came from, with DescribeConfigs' number (KIP-226)."""

    DYNAMIC_TOPIC_CONFIG = 1
    DYNAMIC_BROKER_CONFIG = 2
    DYNAMIC_DEFAULT_BROKER_CONFIG = 3
    STATIC_BROKER_CONFIG = 4
    DEFAULT_CONFIG = 5
    DYNAMIC_BROKER_LOGGER_CONFIG = 6
    DYNAMIC_CLIENT_METRICS_CONFIG = 7
    DYNAMIC_GROUP_CONFIG = 8


CONFIG_TYPES: Mapping[str, int] = {
    "boolean": 1,
    "string": 2,
    "int": 3,
    "short": 4,
    "long": 5,
    "double": 6,
    "list": 7,
    "class": 8,
    "password": 9,
}
"""DescribeConfigs' number of each type (KIP-569)."""


class Synonym(NamedTuple):
    """One place a value was looked for and found."""

    name: str
    value: str | None
    source: Source


class ConfigEntry(NamedTuple):
    """One setting as DescribeConfigs reports it."""

    name: str
    value: str | None
    """None for a password too: it is never told."""
    type: int
    source: Source
    is_read_only: bool
    is_sensitive: bool
    synonyms: tuple[Synonym, ...]
    """Where the value was found, the one in force first."""
    doc: str | None
    """What it is for; None where nobody knows."""


class Broker(Protocol):
    """What is read here of a broker's settings."""

    release: str
    """Release whose defaults hold."""
    layers: Mapping[Source, Mapping[str, str]]
    """What was given, by place, the strongest first."""

    def __getitem__(self, key: str) -> Value:
        """Return the value of `key`."""

    def given(self, key: str) -> str | None:
        """Return what someone set."""


class Topic(Protocol):
    """What is read here of a topic's settings."""

    @property
    def broker(self) -> Broker:
        """Return the settings of its broker."""

    overrides: Mapping[str, str]
    """What was given for this topic."""

    def __getitem__(self, key: str) -> Value:
        """Return the value of `key`."""


UNKNOWN_TYPE = 0
"""The type of what the release does not know."""

SOURCES_SINCE = (1, 1)
"""First release that says where a value is from, and names what it does not know."""

DYNAMIC = (Source.DYNAMIC_BROKER_CONFIG, Source.DYNAMIC_DEFAULT_BROKER_CONFIG)


def broker_entries(config: Broker) -> list[ConfigEntry]:
    """Return every setting that a broker of this release tells of, by name."""
    release = config.release
    shown = [it for it in broker_settings().values() if it.is_shown_in(release)]
    entries = [_broker_entry(config, it) for it in shown]
    if minor_release(release) >= SOURCES_SINCE:
        told = {it.name for it in shown}
        given = {key for texts in config.layers.values() for key in texts}
        entries += [_given_entry(config, key) for key in given - told]
    return sorted(entries)


def _broker_entry(config: Broker, setting: Setting) -> ConfigEntry:
    found = broker_synonyms_of(config, setting.name)
    return entry_of(
        setting,
        config.release,
        value=_value_told(config, setting),
        synonyms=found,
        is_read_only=setting.is_read_only_in(config.release),
    )


def _value_told(config: Broker, setting: Setting) -> Value:
    """Return the value in force.

    A change while running takes the place of all names of its meaning: these have
    their defaults again.
    """
    name = setting.name
    group = set(broker_synonyms().get(name, ()))
    changed = {key for it in DYNAMIC for key in config.layers.get(it, ())}
    is_hidden = name not in changed and not changed.isdisjoint(group)
    return setting.default(config.release) if is_hidden else config[name]


def _given_entry(config: Broker, name: str) -> ConfigEntry:
    """Return what is told of a setting that the release does not show.

    That of one listener is known by its base name; of any other no value is told.
    """
    base = broker_settings().get(base_name(name))
    is_known = base is not None and base.is_known_in(config.release)
    if base is not None and is_known:
        found = tuple(_found(config, (name, base.name)))
        told = base._replace(name=name)
        value = config.given(name)
        return entry_of(
            told, config.release, value=value, synonyms=found, is_read_only=True
        )
    synonyms = tuple(
        Synonym(name, None, source)
        for source, texts in config.layers.items()
        if name in texts
    )
    return ConfigEntry(
        name,
        None,
        UNKNOWN_TYPE,
        synonyms[0].source,
        is_read_only=True,
        is_sensitive=True,
        synonyms=synonyms,
        doc=None,
    )


def broker_synonyms_of(config: Broker, name: str) -> tuple[Synonym, ...]:
    """Return where `name` has a value, and what of its meaning is weaker than that."""
    found = list(_found(config, broker_synonyms().get(name, (name,))))
    return tuple(dropwhile(lambda it: it.name != name, found))


def _found(config: Broker, names: Sequence[str]) -> Iterator[Synonym]:
    """Yield each place where one of the names has a value, the strongest first."""
    known = broker_settings()
    for source, texts in config.layers.items():
        for name in names:
            if name in texts:
                yield Synonym(name, _told(config, known, name, texts[name]), source)
    for name in names:
        setting = known.get(name)
        default = None if setting is None else setting.default(config.release)
        if setting is not None and default is not None:
            yield Synonym(name, value_text(default), Source.DEFAULT_CONFIG)


def _told(
    config: Broker, known: Mapping[str, Setting], name: str, text: str
) -> str | None:
    """Return a text as it is told: a password is not."""
    setting = known.get(base_name(name))
    if setting is None:
        return text
    if setting.era(config.release).type == "password":
        return None
    if setting.name != name:  # of one listener: nobody has checked it
        return text
    return value_text(setting.parse(text, config.release))


def topic_entries(config: Topic, plain: Sequence[ConfigEntry]) -> list[ConfigEntry]:
    """Return every setting of a topic that its release tells of, by name.

    `plain` are those of a topic without settings of its own, if they are known.
    """
    release = config.broker.release
    known = {it.name: it for it in plain if it.name not in config.overrides}
    return [
        known.get(name) or _topic_entry(config, setting)
        for name, setting in topic_settings().items()
        if name in known or name in config.overrides or setting.is_shown_in(release)
    ]


def _topic_entry(config: Topic, setting: Setting) -> ConfigEntry:
    return entry_of(
        setting,
        config.broker.release,
        value=config[setting.name],
        synonyms=tuple(_topic_synonyms(config, setting)),
    )


def _topic_synonyms(config: Topic, setting: Setting) -> Iterator[Synonym]:
    text = config.overrides.get(setting.name)
    if text is not None:
        value = value_text(setting.parse(text, config.broker.release))
        yield Synonym(setting.name, value, Source.DYNAMIC_TOPIC_CONFIG)
    if minor_release(config.broker.release) < SOURCES_SINCE:
        return  # what the topic does not set is a default, whoever set it
    for name in setting.synonyms[:1]:
        yield from broker_synonyms_of(config.broker, name)


def entry_of(
    setting: Setting,
    release: str,
    *,
    value: Value,
    synonyms: tuple[Synonym, ...],
    is_read_only: bool = False,
) -> ConfigEntry:
    """Return what is told of a setting whose value was found at these places."""
    kind = setting.era(release).type
    is_sensitive = kind == "password"
    return ConfigEntry(
        setting.name,
        None if is_sensitive else value_text(value),
        CONFIG_TYPES[kind],
        synonyms[0].source if synonyms else Source.DEFAULT_CONFIG,
        is_read_only,
        is_sensitive,
        synonyms,
        setting.doc,
    )
