"""Clients of today and of then against brokers that answer as old releases did.

`make test` has each client with each release, and each codec with each release; `make
verify` each client with each release and each codec.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.effort import usually
from tests.integration import corpus
from tests.integration.brokers import Brokers
from tests.integration.clients_table import CLIENTS, Client, client_named
from tests.integration.exchange import (
    assert_offsets,
    assert_same,
    expected,
    has_headers,
)
from tests.integration.programs import Programs

RELEASES = ("0.8.2", "0.10.0", "2.8")


class Case(NamedTuple):
    """A client, the release it speaks to, and a codec that both have."""

    client: Client
    release: str
    codec: str

    def __str__(self) -> str:
        return f"{self.client.name}-{self.release}-{self.codec}"


CASES = [
    Case(client, release, codec)
    for release in RELEASES
    for client in CLIENTS
    if client.speaks_to(release)
    for codec in client.codecs_for(release)
]


def is_usual(case: Case) -> bool:
    """Whether the codec is the one of the client and the release by turns."""
    codecs = case.client.codecs_for(case.release)
    turn = CLIENTS.index(case.client) + RELEASES.index(case.release)
    return codecs.index(case.codec) == turn % len(codecs)


def test_the_usual_cases_have_each_client_and_each_codec_with_each_release() -> None:
    found = [it for it in CASES if is_usual(it)]
    assert {it[:2] for it in found} == {it[:2] for it in CASES}
    assert {it[1:] for it in found} == {it[1:] for it in CASES}


@pytest.mark.parametrize("case", usually(CASES, is_usual), ids=str)
def test_a_client_reads_back_what_it_produced_to_a_broker_of_an_old_release(
    case: Case, running_brokers: Brokers, programs: Programs
) -> None:
    bootstrap = running_brokers.of(case.release)
    program = programs.of(case.client)
    headers = has_headers(case.release, case.client)
    records = corpus.records_for(case.client, headers=headers)
    topic = f"old-{case}"
    offsets = program.produce(
        bootstrap, topic, records, release=case.release, codec=case.codec
    )
    assert_offsets(offsets, len(records))
    wanted = expected(records, case.client, case.release)
    got = program.consume(bootstrap, topic, len(records), release=case.release)
    assert_same(got, wanted)


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4"])
def test_a_client_without_the_old_format_reads_what_a_broker_of_0_10_stores(
    codec: str, running_brokers: Brokers, programs: Programs
) -> None:
    bootstrap = running_brokers.of("0.10.0")
    writer = client_named("java-0.10.0.1")
    records = corpus.records_for(writer, headers=False)
    topic = f"for-aiokafka-{codec}"
    programs.of(writer).produce(
        bootstrap, topic, records, release="0.10.0", codec=codec
    )
    reader = programs.of(client_named("aiokafka"))
    got = reader.consume(bootstrap, topic, len(records), release="0.10.0")
    assert_same(got, expected(records, writer, "0.10.0"))
