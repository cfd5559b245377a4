"""Our settings beside those of Apache Kafka, field by field.

`facts/` holds what real brokers answered (`observe`); ours is given the same settings
and asked the same questions.
"""

from __future__ import annotations

import json
import random
from functools import cache

import pytest
import trio
from logion.broker.broker import open_broker
from logion.broker.listener import bind
from logion.client.connection import Address, Options, connect
from logion.clock import SystemClock
from logion.config import BrokerConfig
from logion.testing.ram import RamDisk

from tests.settings.asking import Client, Facts, Row, asked
from tests.settings.differences import ROWS, UNKNOWN_SERVER_ERROR, is_known
from tests.settings.observe import FACTS

RELEASES = ("0.11.0.3", "1.1.1", "2.8.2", "3.9.1", "4.0.0", "4.3.0")

ROWS_OF = (
    "topic",
    "broker",
    "topic, changed",
    "broker, changed",
    "all brokers",
    "group",
    "group, changed",
    "metrics",
    "metrics, changed",
)
"""Parts of the answers that are lists of settings."""


@cache
def theirs(release: str) -> Facts:
    facts: Facts = json.loads((FACTS / f"{release}.json").read_text())
    return facts


@cache
def ours(release: str) -> Facts:
    """Return what a broker of ours says that was given what theirs was given."""
    return json.loads(json.dumps(trio.run(_ask, release)))  # type: ignore[no-any-return]


async def _ask(release: str) -> Facts:
    config = BrokerConfig.of(theirs(release)["given"], release=release)
    clock, chance = SystemClock(), random.Random(1)
    bound = (bind("PLAINTEXT", "127.0.0.1", 0),)
    opening = open_broker(config, clock, RamDisk(clock), chance, bound=bound)
    async with opening as broker:
        address = Address(*broker.addresses[0])
        async with await connect(address, Options()) as connection:
            return await asked(Client(connection, release, "0"))


def tells_loggers(release: str) -> bool:
    """4.0 fails if it is not told how to log."""
    code: int = theirs(release)["loggers"][0]
    return code != UNKNOWN_SERVER_ERROR


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {row[0]: row for row in rows}


def without(known: frozenset[str], rows: list[Row]) -> dict[str, Row]:
    """Return rows by name but for those that are known to differ."""
    return {name: row for name, row in by_name(rows).items() if name not in known}


@pytest.mark.parametrize(
    ("release", "part"),
    [(it, part) for it in RELEASES for part in ROWS_OF if part in theirs(it)],
)
def test_every_field_of_every_setting_is_as_apache_kafka_tells_it(
    release: str, part: str
) -> None:
    known = ROWS.get((release, part), frozenset())
    mine, expected = ours(release)[part], theirs(release)[part]
    assert without(known, mine) == without(known, expected)


@pytest.mark.parametrize("release", RELEASES)
def test_a_change_is_refused_with_apache_kafkas_error(release: str) -> None:
    expected = {
        label: code
        for label, (code, _) in theirs(release)["refused"].items()
        if not is_known(release, label, code)
    }
    mine = {label: code for label, (code, _) in ours(release)["refused"].items()}
    assert {label: mine[label] for label in expected} == expected


@pytest.mark.parametrize("release", RELEASES)
def test_a_refusal_says_why_and_names_the_setting(release: str) -> None:
    for label, (code, message) in ours(release)["refused"].items():
        assert (code == 0) == (message is None), label


@pytest.mark.parametrize("release", RELEASES)
def test_what_has_no_settings_is_refused_with_apache_kafkas_error(release: str) -> None:
    mine, expected = ours(release)["not described"], theirs(release)["not described"]
    assert {key: (it[0], it[2]) for key, it in mine.items()} == {
        key: (it[0], it[2]) for key, it in expected.items()
    }


@pytest.mark.parametrize("release", RELEASES)
def test_what_has_settings_is_listed_as_apache_kafka_lists_it(release: str) -> None:
    for part in ("listed", "listed, changed"):
        assert ours(release).get(part) == theirs(release).get(part)


@pytest.mark.parametrize("release", [it for it in RELEASES if tells_loggers(it)])
def test_loggers_are_told_as_apache_kafka_tells_them(release: str) -> None:
    code, rows = theirs(release)["loggers"]
    told, mine = ours(release)["loggers"]
    level = 1  # what is logged is everybody's own choice
    assert told == code
    assert [it[:level] + it[level + 1 :] for it in mine] == [
        it[:level] + it[level + 1 :] for it in rows
    ]


def test_what_differs_on_purpose_does_differ() -> None:
    """A difference that is gone is removed from the list, and from the deviations."""
    for (release, part), names in ROWS.items():
        mine, other = by_name(ours(release)[part]), by_name(theirs(release)[part])
        same = [name for name in names if mine.get(name) == other.get(name)]
        assert same == [], (release, part)
