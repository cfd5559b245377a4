"""Every client, with every codec and acks mode it has, gets its own bytes back.

`make test` has each client with each of its codecs and with each acks mode; `make
verify` has each codec with each acks mode.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.effort import usually
from tests.integration import corpus
from tests.integration.brokers import NEWEST, Brokers
from tests.integration.clients_table import CLIENTS, Client
from tests.integration.exchange import assert_offsets, assert_same, expected
from tests.integration.programs import Programs

LAST_OF_THE_OLD_VERSIONS = "3.9"
"""4.0 no longer understands what clients before 0.11 say."""


class Case(NamedTuple):
    """One way to produce, and another client that reads the result."""

    writer: Client
    reader: Client
    codec: str
    acks: int
    idempotent: bool
    is_usual: bool
    """Whether `make test` has it: each codec, each acks mode, not all pairs of them."""

    def __str__(self) -> str:
        kind = "-idempotent" if self.idempotent else ""
        return f"{self.writer.name}-{self.codec}-acks={self.acks}{kind}"

    @property
    def release(self) -> str:
        """The newest broker that both speak to."""
        both = self.writer.speaks_to(NEWEST) and self.reader.speaks_to(NEWEST)
        return NEWEST if both else LAST_OF_THE_OLD_VERSIONS


def ways(client: Client) -> list[tuple[str, int, bool, bool]]:
    """Return each codec with each acks mode, and idempotently where it can.

    The last of each says whether it is a usual one.
    """
    modes = [(acks, False) for acks in client.acks]
    modes += [(-1, True)] if client.idempotent else []
    turn = CLIENTS.index(client)
    return [
        (codec, *mode, number == (turn + place) % len(modes))
        for place, codec in enumerate(client.codecs)
        for number, mode in enumerate(modes)
    ]


def cases() -> list[Case]:
    """Return all ways of all clients; the readers take turns, each with each codec."""
    found: list[Case] = []
    for number, writer in enumerate(CLIENTS):
        for turn, (codec, *how) in enumerate(ways(writer)):
            readers = [c for c in CLIENTS if c is not writer and codec in c.codecs]
            reader = readers[(number + 3 * turn) % len(readers)]
            found.append(Case(writer, reader, codec, *how))
    return found


def test_the_usual_cases_have_each_codec_and_each_acks_mode_of_each_client() -> None:
    found = [it for it in cases() if it.is_usual]
    codecs = {(it.writer.name, it.codec) for it in found}
    assert codecs == {(it.name, codec) for it in CLIENTS for codec in it.codecs}
    modes = {(it.writer.name, it.acks, it.idempotent) for it in found}
    assert modes == {(it.writer.name, it.acks, it.idempotent) for it in cases()}
    assert {it.reader for it in found} == set(CLIENTS)


@pytest.mark.parametrize("case", usually(cases(), lambda it: it.is_usual), ids=str)
def test_a_client_and_another_one_read_back_exactly_what_it_produced(
    case: Case, running_brokers: Brokers, programs: Programs
) -> None:
    bootstrap = running_brokers.of(case.release)
    writer, reader = programs.of(case.writer), programs.of(case.reader)
    headers = case.writer.headers and case.reader.headers
    records = corpus.records_for(case.writer, headers=headers)
    topic = str(case).replace("=", "")
    offsets = writer.produce(
        bootstrap,
        topic,
        records,
        release=case.release,
        codec=case.codec,
        acks=case.acks,
        idempotent=case.idempotent,
    )
    assert_offsets(offsets, len(records))
    wanted = expected(records, case.writer, case.release)
    for program in (writer, reader):
        got = program.consume(bootstrap, topic, len(records), release=case.release)
        assert_same(got, wanted)
