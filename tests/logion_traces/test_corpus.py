"""What real clients and Apache Kafka said to each other, put to logion."""

from __future__ import annotations

from pathlib import Path

import pytest
from logion.testing.broker import Broker
from logion_traces.format import Trace, read_trace
from logion_traces.replayer import replay

CORPUS = Path(__file__).parents[2] / "traces" / "corpus"
FILES = sorted(CORPUS.glob("apache-*/*.jsonl"))
SIZE_MAX = 200_000


def trace_of(file: Path) -> Trace:
    """Return a trace of the corpus."""
    with file.open(encoding="utf-8") as lines:
        return read_trace(lines)


def test_the_corpus_is_there() -> None:
    assert FILES


@pytest.mark.parametrize(
    "file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}"
)
async def test_logion_answers_a_recorded_client_as_apache_kafka_did(file: Path) -> None:
    trace = trace_of(file)
    async with Broker(release=trace.header.broker_version) as broker:
        host, port = broker.bootstrap.split(":")
        outcomes = await replay(trace, host, int(port))
    assert outcomes
    different = {
        f"#{outcome.exchange.number} {outcome.exchange.name}": outcome.differences
        for outcome in outcomes
        if outcome.differences
    }
    assert different == {}


@pytest.mark.parametrize(
    "file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}"
)
def test_a_trace_is_small_and_names_no_place_of_the_machine_that_made_it(
    file: Path,
) -> None:
    assert file.stat().st_size < SIZE_MAX
    trace = trace_of(file)
    assert trace.header.broker == "Apache Kafka"
    assert file.parent.name == f"apache-{trace.header.broker_version}"
    assert file.stem == f"{trace.header.client}-{trace.header.client_version}"
    assert "{bootstrap}" in trace.header.command
    for data in (trace.header.command.encode(), *(f.data for f in trace.frames)):
        assert b" /" not in data
        assert str(Path.home()).encode() not in data
