from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.log.producer_snapshot import (
    CorruptSnapshot,
    format_snapshot,
    parse_snapshot,
)
from logion.log.producers import SEQUENCE_LAST, Producer, Span

from tests.shared import needs_shared, shared

# Written by Apache Kafka 3.9.1 for one producer with one committed transaction.
GOLDEN = bytes.fromhex(
    "0001bf69ea8f00000001000000000000000500000000000400000000000000060000"
    "0000000001a20514cbb400000000ffffffffffffffff"
)


def test_a_snapshot_of_kafka_is_read_and_written_back() -> None:
    producers = parse_snapshot(GOLDEN)
    span = Span(4, 4, 6, 6, 0x1A20514CBB4)
    assert producers == {5: Producer(5, 0, (span,), 0x1A20514CBB4, 0, None)}
    assert format_snapshot(producers.values()) == GOLDEN


def test_no_producers_take_ten_bytes() -> None:
    assert len(format_snapshot([])) == 10
    assert parse_snapshot(format_snapshot([])) == {}


@pytest.mark.parametrize("size", range(len(GOLDEN)))
def test_a_cut_snapshot_is_refused(size: int) -> None:
    with pytest.raises(CorruptSnapshot):
        parse_snapshot(GOLDEN[:size])


@pytest.mark.parametrize("position", range(len(GOLDEN)))
def test_a_changed_bit_is_noticed(position: int) -> None:
    data = bytearray(GOLDEN)
    data[position] ^= 1
    with pytest.raises(CorruptSnapshot):
        parse_snapshot(bytes(data))


def test_a_count_that_does_not_fit_is_refused() -> None:
    from logion.records.checksum import crc32c

    body = bytes.fromhex("00000002")
    with pytest.raises(CorruptSnapshot, match="2 entries"):
        parse_snapshot(b"\0\1" + crc32c(body).to_bytes(4) + body)


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**15 - 1),
    st.integers(0, SEQUENCE_LAST),
    st.integers(0, 1000),
    st.one_of(st.none(), st.integers(0, 2**40)),
)
def test_a_producer_comes_back_with_its_last_batch(
    producer_id: int, epoch: int, sequence: int, delta: int, start: int | None
) -> None:
    span = Span(sequence, sequence + delta & SEQUENCE_LAST, 7, 7 + delta, 99)
    producer = Producer(producer_id, epoch, (span,), 99, 3, start)
    assert parse_snapshot(format_snapshot([producer])) == {producer_id: producer}


def test_a_producer_known_by_its_marker_alone_has_no_batch() -> None:
    producer = Producer(5, 2, (), 99, 3, None)
    assert parse_snapshot(format_snapshot([producer])) == {5: producer}


@needs_shared
def test_snapshots_of_every_release_are_written_back_byte_for_byte() -> None:
    files = list(shared("spec/quickstart/datadir").rglob("*.snapshot"))
    for file in files:
        data = file.read_bytes()
        assert format_snapshot(parse_snapshot(data).values()) == data
    assert len(files) > 30
