"""Our settings beside those of Apache Kafka, field by field.

`facts/` holds what real brokers answered (`observe`); ours is given the same settings
and asked the same questions.
"""

from __future__ import annotations

import json
import random
from functools import cache
from typing import Any

import pytest
import trio
from logion.broker.broker import open_broker
from logion.broker.listener import bind
from logion.client.connection import Address, Options, connect
from logion.clock import SystemClock
from logion.config import BrokerConfig
from logion.testing.ram import RamDisk

from tests.settings.asking import Client, Facts, Row, asked
from tests.settings.differences import ROWS
from tests.settings.observe import FACTS

RELEASES = ("0.11.0.3", "1.1.1", "2.8.2", "3.9.1")

ROWS_OF = (
    "topic",
    "broker",
    "topic, changed",
    "broker, changed",
    "all brokers",
)


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


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {row[0]: row for row in rows}


def without(known: frozenset[str], rows: list[Row]) -> dict[str, Row]:
    """Return rows by name but for those that are known to differ."""
    return {name: row for name, row in by_name(rows).items() if name not in known}


@pytest.mark.parametrize("part", ROWS_OF)
@pytest.mark.parametrize("release", RELEASES)
def test_every_field_of_every_setting_is_as_apache_kafka_tells_it(
    release: str, part: str
) -> None:
    expected: Any = theirs(release).get(part)
    if expected is None:
        pytest.skip("that release has none")
    known = ROWS.get((release, part), frozenset())
    assert without(known, ours(release)[part]) == without(known, expected)


def test_what_differs_on_purpose_does_differ() -> None:
    """A difference that is gone is removed from the list, and from the deviations."""
    found = {key: it for key, it in ROWS.items() if key[0] in RELEASES}
    for (release, part), names in found.items():
        mine, other = by_name(ours(release)[part]), by_name(theirs(release)[part])
        same = [name for name in names if mine.get(name) == other.get(name)]
        assert same == [], (release, part)
