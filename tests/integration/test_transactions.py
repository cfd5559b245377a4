"""Transactions with every client that has them: what readers of committed records see.

`transact` commits, aborts and is fenced; `relay` copies a topic in transactions that
also commit how far it has read.
"""

from __future__ import annotations

import base64
import os
from typing import Any, NamedTuple

import pytest

from tests.integration.brokers import Brokers
from tests.integration.clients_table import TRANSACTIONAL, Client
from tests.integration.corpus import Record
from tests.integration.programs import Programs, Step

RELEASES = ("0.11.0", "2.8", "3.9", "4.3")
"""Without, and with each part of, KIP-447 and KIP-890."""


class Case(NamedTuple):
    """A client with a broker."""

    client: Client
    release: str

    def __str__(self) -> str:
        return f"{self.client.name}-{self.release}"


ALL = os.environ.get("LOGION_TRANSACTIONS") == "all"
"""Each client with brokers of all releases, rather than with the newest it speaks to
and with one more by turns."""


def cases() -> list[Case]:
    """Return the clients with their brokers."""
    found: list[Case] = []
    for number, client in enumerate(TRANSACTIONAL):
        spoken = [it for it in RELEASES if client.speaks_to(it)]
        older = spoken[number % (len(spoken) - 1)]
        chosen = spoken if ALL else [older, spoken[-1]]
        found += [Case(client, release) for release in chosen]
    return found


RELAYED = [it for it in cases() if it.client.relays_to(it.release)]


def numbered(*numbers: int) -> list[Record]:
    """Return records whose values are numbers."""
    return [Record(None, b"%d" % it) for it in numbers]


def numbers_in(records: list[dict[str, Any]]) -> list[int]:
    """Return the numbers that consumed records hold."""
    return [int(base64.b64decode(it["value"])) for it in records]


@pytest.mark.parametrize("case", cases(), ids=str)
def test_readers_see_what_was_committed_and_zombies_are_fenced(
    case: Case, running_brokers: Brokers, programs: Programs
) -> None:
    bootstrap, release = running_brokers.of(case.release), case.release
    client, topic = programs.of(case.client), f"transactions-{case.client.name}"
    steps = [
        Step(numbered(0, 1), commit=True),
        Step(numbered(2, 3), commit=False),
        Step(numbered(4), commit=True),
    ]
    fenced = client.transact(
        bootstrap, topic, steps, release=release, rivalled=numbered(9)
    )
    assert fenced, "the older of two producers could commit"
    committed = client.consume(
        bootstrap, topic, 3, release=release, isolation="read_committed"
    )
    assert numbers_in(committed) == [0, 1, 4]
    every = client.consume(bootstrap, topic, 6, release=release)
    assert numbers_in(every) == [0, 1, 2, 3, 4, 9]


@pytest.mark.parametrize("case", RELAYED, ids=str)
def test_what_is_read_processed_and_written_is_there_once(
    case: Case, running_brokers: Brokers, programs: Programs
) -> None:
    bootstrap, release = running_brokers.of(case.release), case.release
    client, topic = programs.of(case.client), f"relayed-{case.client.name}"
    client.produce(bootstrap, topic, numbered(*range(50)), release=release)
    to = f"{topic}-to"
    assert client.relay(bootstrap, topic, to, 50, release=release) == 50
    client.produce(bootstrap, topic, numbered(*range(50, 60)), release=release)
    assert client.relay(bootstrap, topic, to, 10, release=release) == 10
    copied = client.consume(
        bootstrap, to, 60, release=release, isolation="read_committed"
    )
    assert numbers_in(copied) == list(range(60))
