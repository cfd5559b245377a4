"""What one setting is: its type, its rule, its default by release.

`settings.jsonl` holds the facts, a setting of 0.8.0 to 4.3 a line; this reads a text as
the type that the table names and refuses what the rule of the release does not allow.
A line says: `of` what it is (broker, topic, group, metrics of clients), `name`, `doc`
(what it is for), `synonyms` (broker settings that stand for it, strongest first),
`bounds` (broker settings that it is not below, and not above), `since` and `until`
(releases that have it), and its history in `eras`: from a release on, `type`,
`default`, `rule`, `update` (how a broker's may change while it runs) and `hidden`
(Kafka does not tell of it); what an era does not say is as in the one before.

Rules: `range` (lowest, highest; null is open), `range or -1`, `in` (choices), `in any
case`, `subset` (a list of choices), `one of the list`, `filled`, `release` (a Kafka
release or one of its internal versions), `replicas` (throttled replicas,
`partition:broker` pairs or `*`).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).with_name("settings.jsonl")

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


class WrongValueError(ConfigError):
    """A value is not of the setting's type, or its own rule refuses it."""


class OutOfBoundsError(ConfigError):
    """A value would be right, beside other settings."""


Rule = tuple[str | int | float | None, ...]
"""Name of a rule, and its bounds or choices."""

DYNAMIC_SINCE = (1, 1)
"""First release in which a running broker takes settings (KIP-226)."""


class Era(NamedTuple):
    """What a setting is from one release on, until its next era."""

    since: tuple[int, ...]
    type: str
    """boolean, int, short, long, double, string, list, class or password."""
    default: str | int | float | bool | None
    rule: Rule | None
    update: str
    """Of a broker setting: read-only, cluster-wide or per-broker (KIP-226)."""
    hidden: bool
    """Whether Kafka keeps it internal, and does not tell of it."""


class Setting(NamedTuple):
    """One row of the table."""

    name: str
    doc: str
    """What it is for, in one line."""
    synonyms: tuple[str, ...]
    """The broker settings that stand for it, strongest first."""
    bounds: tuple[str | None, str | None]
    """Of a group's setting: the broker settings that it is not below, and not above."""
    first: str
    last: str
    """Releases that have it; "" for one that still does."""
    eras: tuple[Era, ...]

    def era(self, release: str) -> Era:
        """Return what it is in `release`, or nearest to it."""
        minor = minor_release(release)
        found = self.eras[0]
        for era in self.eras[1:]:
            if era.since <= minor:
                found = era
        return found

    def default(self, release: str) -> Value:
        """Return the value in force when nobody sets one."""
        era = self.era(release)
        if era.type == "list" and isinstance(era.default, str):
            return words_in(era.default)
        return era.default

    def is_known_in(self, release: str) -> bool:
        """Return whether `release` has this setting."""
        minor = minor_release(release)
        ended = self.last and minor_release(self.last) < minor
        return minor_release(self.first) <= minor and not ended

    def is_read_only_in(self, release: str) -> bool:
        """Return whether only a restart changes this broker setting in `release`."""
        is_fixed = minor_release(release) < DYNAMIC_SINCE
        return is_fixed or self.era(release).update == "read-only"

    def is_shown_in(self, release: str) -> bool:
        """Return whether `release` tells of it."""
        return self.is_known_in(release) and not self.era(release).hidden

    def parse(self, text: str, release: str) -> Value:
        """Return `text` as this setting's type.

        Raises ConfigError where it is not of the type or breaks the rule of `release`.
        """
        era = self.era(release)
        value = self._typed(text, era.type)
        rule = era.rule
        reason = _RULES[str(rule[0])](value, rule[1:]) if rule else None
        if reason is not None:
            raise WrongValueError(self.name, text, reason)
        return value

    def _typed(self, text: str, type_: str) -> Value:
        read, wanted = _TYPES[type_]
        try:
            return read(text.strip())
        except ValueError:
            raise WrongValueError(self.name, text, wanted) from None


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


def broker_settings() -> Mapping[str, Setting]:
    """Return every broker setting of every release by name."""
    return _table()["broker"]


def topic_settings() -> Mapping[str, Setting]:
    """Return every topic setting of every release by name."""
    return _table()["topic"]


def group_settings() -> Mapping[str, Setting]:
    """Return every setting of a group of every release by name (KIP-848)."""
    return _table()["group"]


def metrics_settings() -> Mapping[str, Setting]:
    """Return every setting of a subscription to metrics of clients (KIP-714)."""
    return _table()["metrics"]


class _Rows(Mapping[str, Setting]):
    """Settings by name, each read when it is asked for: a start needs few of them."""

    def __init__(self) -> None:
        self.lines: dict[str, str] = {}
        self._read: dict[str, Setting] = {}

    def __getitem__(self, name: str) -> Setting:
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = _setting(json.loads(self.lines[name]))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, name: object) -> bool:
        return name in self.lines


_LINE = re.compile(r'{"of": "(\w+)", "name": "([^"]+)", .+}')


@cache
def _table() -> Mapping[str, _Rows]:
    """Return the settings by what they are of; the file is read once."""
    found: defaultdict[str, _Rows] = defaultdict(_Rows)
    for line in _LINE.finditer(TABLE.read_text()):
        found[line[1]].lines[line[2]] = line[0]
    return found


def _setting(row: Mapping[str, Any]) -> Setting:
    return Setting(
        name=row["name"],
        doc=row["doc"],
        synonyms=tuple(row.get("synonyms", ())),
        bounds=tuple(row.get("bounds", (None, None))),
        first=row["since"],
        last=row.get("until", ""),
        eras=tuple(_eras(row["eras"])),
    )


def _eras(rows: list[dict[str, Any]]) -> Iterator[Era]:
    """Yield each era whole: with what it does not say as in the one before."""
    whole: dict[str, Any] = {
        "default": None,
        "rule": None,
        "update": "",
        "hidden": False,
    }
    for row in rows:
        whole = whole | row
        rule = whole["rule"]
        yield Era(
            minor_release(row["from"]),
            whole["type"],
            whole["default"],
            None if rule is None else tuple(rule),
            whole["update"],
            whole["hidden"],
        )


@cache
def broker_synonyms() -> Mapping[str, tuple[str, ...]]:
    """Return, for broker settings of one meaning in several units, all their names.

    The strongest comes first: `log.retention.ms` before minutes before hours.
    """
    groups = [s.synonyms for s in topic_settings().values() if len(s.synonyms) > 1]
    return {name: group for group in groups for name in group}


_OF_ONE_LISTENER = re.compile(r"listener\.name\.[^.]*\.(.+)")


def base_name(key: str) -> str:
    """Return the name of a setting without the listener that it is for (KIP-103)."""
    of_listener = _OF_ONE_LISTENER.fullmatch(key)
    return of_listener[1] if of_listener else key


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


def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a list as it is written, with commas between them."""
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
    "list": (words_in, ""),
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
