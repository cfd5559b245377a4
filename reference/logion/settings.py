"""What one setting is: its type, its rule, its default by release.

`config_table` holds the facts; this reads a text as the type the table names and
refuses what the rule of the release does not allow. Rules: `range` (lowest, highest;
None is open), `range or -1`, `in` (choices), `in any case`, `subset` (a list of
choices), `one of the list`, `filled`, `release` (a Kafka release or one of its
internal versions), `replicas` (throttled replicas, `partition:broker` pairs or `*`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from logion import config_table
from logion.config_table import Era, Rule

NEWEST_RELEASE = "4.3"
"""The release whose defaults hold when none is named."""

Value = bool | int | float | str | tuple[str, ...] | None
"""A setting's value as its type says; a list is a tuple of texts."""


class ConfigError(Exception):
    """A setting has a value that its rule refuses, or is not known where it stands."""

    def __init__(self, key: str, value: str | None, reason: str) -> None:
        """Keep the three parts; the text joins them as Kafka's does."""
        super().__init__(f"Invalid value {value} for configuration {key}: {reason}")
        self.key = key
        self.value = value
        self.reason = reason


READ_ONLY_SINCE = {"advertised.listeners": "4.0"}
"""Settings that a running broker took once, and the first release that does not."""


class Setting(NamedTuple):
    """One row of the table."""

    name: str
    type: str
    """boolean, int, short, long, double, string, list, class or password."""
    importance: str
    update: str
    """Of a broker setting: read-only, cluster-wide or per-broker (KIP-226)."""
    synonyms: tuple[str, ...]
    """Of a topic setting: the broker settings that stand for it, strongest first."""
    first: str
    last: str
    """Releases that have it; "" for one that still does."""
    internal: bool
    eras: tuple[Era, ...]

    def era(self, release: str) -> Era:
        """Return default and rule as they are in `release`, or nearest to it."""
        minor = minor_release(release)
        found = self.eras[0]
        for era in self.eras[1:]:
            if minor_release(era[0]) <= minor:
                found = era
        return found

    def default(self, release: str) -> Value:
        """Return the value in force when nobody sets one."""
        value = self.era(release)[1]
        if self.type == "list" and isinstance(value, str):
            return _words(value)
        return value

    def is_known_in(self, release: str) -> bool:
        """Return whether `release` has this setting."""
        minor = minor_release(release)
        ended = self.last and minor_release(self.last) < minor
        return minor_release(self.first) <= minor and not ended

    def is_read_only_in(self, release: str) -> bool:
        """Return whether only a restart changes this broker setting in `release`."""
        since = READ_ONLY_SINCE.get(self.name)
        ended = since is not None and minor_release(since) <= minor_release(release)
        return ended or self.update == "read-only"

    def parse(self, text: str, release: str) -> Value:
        """Return `text` as this setting's type.

        Raises ConfigError where it is not of the type or breaks the rule of `release`.
        """
        value = self._typed(text)
        rule = self.era(release)[2]
        reason = _RULES[str(rule[0])](value, rule[1:]) if rule else None
        if reason is not None:
            raise ConfigError(self.name, text, reason)
        return value

    def _typed(self, text: str) -> Value:
        read, wanted = _TYPES[self.type]
        try:
            return read(text.strip())
        except ValueError:
            raise ConfigError(self.name, text, wanted) from None


@cache
def minor_release(release: str) -> tuple[int, ...]:
    """Return the numbers that order releases: three of 0.x.y, two since 1.0.

    Raises ValueError for a text that is no release.
    """
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", release)
    if found is None:
        raise ValueError(f"{release!r} is not a Kafka release such as 0.10.0 or 2.8")
    numbers = tuple(int(part or 0) for part in found.groups())
    return numbers if numbers[0] == 0 else numbers[:2]


@cache
def broker_settings() -> Mapping[str, Setting]:
    """Return every broker setting of every release by name."""
    return {
        name: Setting(name, type_, weight, update, (), first, last, internal, eras)
        for name, type_, weight, update, first, last, internal, eras in (
            config_table.BROKER
        )
    }


@cache
def topic_settings() -> Mapping[str, Setting]:
    """Return every topic setting of every release by name."""
    return {
        name: Setting(name, type_, weight, "", synonyms, first, last, internal, eras)
        for name, type_, weight, synonyms, first, last, internal, eras in (
            config_table.TOPIC
        )
    }


@cache
def broker_synonyms() -> Mapping[str, tuple[str, ...]]:
    """Return, for broker settings of one meaning in several units, all their names.

    The strongest comes first: `log.retention.ms` before minutes before hours.
    """
    groups = [s.synonyms for s in topic_settings().values() if len(s.synonyms) > 1]
    return {name: group for group in groups for name in group}


def value_text(value: Value) -> str | None:
    """Return a value as settings files and DescribeConfigs write it."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case tuple():
            return ",".join(value)
        case float():
            return str(value).replace("e+", "E")
        case _:
            return str(value)


def texts_of(given: Mapping[str, Value] | None) -> dict[str, str]:
    """Return settings that a program gives, each written as in a settings file."""
    return {key: value_text(it) or "" for key, it in (given or {}).items()}


def documentation(name: str) -> str | None:
    """Return in one line what a broker or topic setting does; None if unknown."""
    from logion import config_docs

    return config_docs.BROKER.get(name) or config_docs.TOPIC.get(name)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"\s*,\s*", text)) if text else ()


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


def _integer(bits: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if re.fullmatch(r"[+-]?\d+", text, re.ASCII) is None:
            raise ValueError(text)
        number = int(text)
        if not -(1 << bits - 1) <= number < 1 << bits - 1:
            raise ValueError(text)
        return number

    return read


_TYPES: Mapping[str, tuple[Callable[[str], Value], str]] = {
    "boolean": (_boolean, "Expected value to be either true or false"),
    "short": (_integer(16), "Not a number of type SHORT"),
    "int": (_integer(32), "Not a number of type INT"),
    "long": (_integer(64), "Not a number of type LONG"),
    "double": (float, "Not a number of type DOUBLE"),
    "string": (str, ""),
    "class": (str, ""),
    "password": (str, ""),
    "list": (_words, ""),
}


def _range(value: Value, bounds: Rule) -> str | None:
    low, high = bounds
    assert isinstance(value, (int, float))
    if isinstance(low, (int, float)) and value < low:
        return f"Value must be at least {low}"
    if isinstance(high, (int, float)) and value > high:
        return f"Value must be no more than {high}"
    return None


def _range_or_unset(value: Value, bounds: Rule) -> str | None:
    return None if value == -1 else _range(value, bounds)


def _in(value: Value, choices: Rule) -> str | None:
    if value in choices:
        return None
    return f"String must be one of: {', '.join(map(str, choices))}"


def _in_any_case(value: Value, choices: Rule) -> str | None:
    if str(value).upper() in choices:
        return None
    names = ", ".join(map(str, choices))
    return f"String must be one of (case insensitive): {names}"


def _subset(value: Value, choices: Rule) -> str | None:
    assert isinstance(value, tuple)
    refused = [word for word in value if word not in choices]
    return _in(refused[0], choices) if refused else None


def _one_of_the_list(value: Value, choices: Rule) -> str | None:
    return _in(value_text(value), choices)


def _filled(value: Value, _: Rule) -> str | None:
    return None if value else "must not be empty"


def _release(value: Value, _: Rule) -> str | None:
    found = re.fullmatch(r"(\d+\.\d+(?:\.\d+)?(?:\.\d+)?)(-IV\d+)?", str(value))
    if found and (0, 8, 0) <= minor_release(found[1]) <= minor_release(NEWEST_RELEASE):
        return None
    return f"Version `{value}` is not a valid version"


def _replicas(value: Value, _: Rule) -> str | None:
    assert isinstance(value, tuple)
    if value in {("*",), ("none",)}:
        return None
    if all(re.fullmatch(r"[0-9]+:[0-9]+", pair) for pair in value):
        return None
    return (
        "must be the literal '*' or a list of replicas in the form"
        " [partitionId]:[brokerId],[partitionId]:[brokerId],..."
    )


_RULES: Mapping[str, Callable[[Value, Rule], str | None]] = {
    "range": _range,
    "range or -1": _range_or_unset,
    "in": _in,
    "in any case": _in_any_case,
    "subset": _subset,
    "one of the list": _one_of_the_list,
    "filled": _filled,
    "release": _release,
    "replicas": _replicas,
}
