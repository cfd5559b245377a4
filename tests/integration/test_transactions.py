"""Transactions with every client that has them: what readers of committed records see.

`transact` commits, aborts and is fenced; `relay` copies a topic in transactions that
also commit how far it has read.
"""

from __future__ import annotations

import os
from typing import NamedTuple

import pytest

from tests.integration.brokers import Brokers
from tests.integration.clients_table import FURTHER_TRANSACTIONAL, TRANSACTIONAL, Client
from tests.integration.programs import Programs
from tests.integration.transactions import (
    commit_abort_and_be_fenced,
    read_process_and_write,
)

RELEASES = ("0.11.0", "1.1", "2.8", "3.9", "4.0", "4.3")
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
        if client in FURTHER_TRANSACTIONAL and not ALL:
            continue
        spoken = [it for it in RELEASES if client.speaks_to(it)]
        older = spoken[number % (len(spoken) - 1)]
        chosen = spoken if ALL else [older, spoken[-1]]
        found += [Case(client, release) for release in chosen]
    return found


RELAYED = [it for it in cases() if it.client.relays_to(it.release)]


@pytest.mark.parametrize("case", cases(), ids=str)
def test_readers_see_what_was_committed_and_zombies_are_fenced(
    case: Case, running_brokers: Brokers, programs: Programs
) -> None:
    bootstrap = running_brokers.of(case.release)
    commit_abort_and_be_fenced(programs.of(case.client), bootstrap, case.release)


@pytest.mark.parametrize("case", RELAYED, ids=str)
def test_what_is_read_processed_and_written_is_there_once(
    case: Case, running_brokers: Brokers, programs: Programs
) -> None:
    bootstrap = running_brokers.of(case.release)
    read_process_and_write(programs.of(case.client), bootstrap, case.release)
