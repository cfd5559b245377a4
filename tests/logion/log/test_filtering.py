"""What a cleaner keeps of one batch, and what of its header stays as it was."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from logion.log.cleaned_transactions import CleanedTransactions
from logion.log.entries import StoredBatch
from logion.log.filtering import DeleteRules, Filter, heads_of
from logion.log.offset_map import MapLimits, OffsetMap
from logion.log.producers import Producer, Span
from logion.records.batch import Batch, parse_batches
from logion.records.codec import Codec
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, read_batch, write_batch

RULES = DeleteRules(now_ms=10_000, retention_ms=500, file_ms=100)
OPTIONS = BatchOptions(
    codec=Codec.GZIP, base_offset=2, last_offset=9, leader_epoch=4, producer_id=7,
    producer_epoch=2, base_sequence=11, is_transactional=True,
)  # fmt: skip


def stored(data: bytes) -> StoredBatch:
    (batch,) = parse_batches(data)
    return StoredBatch(batch.position, data, batch)


def record(offset: int, key: bytes, value: bytes | None = b"v") -> Record:
    return Record(offset, 1000 + offset, key, value)


def made(
    *known: Record,
    rules: DeleteRules = RULES,
    producers: Iterable[Producer] = (),
) -> Filter:
    """Return a filter for a log that has these records, some perhaps further on."""
    end = max((it.offset + 1 for it in known), default=0)
    latest = OffsetMap(MapLimits(), 0, end)
    latest.put([(0, 0, 0, it.offset, it.key, True) for it in known], 0)
    latest.end_offset = end
    by_id = {it.producer_id: it for it in producers}
    return Filter(latest, CleanedTransactions(()), by_id, rules)


def one(kept: object) -> tuple[Batch, list[Record]]:
    """Return the batch that was kept, and its records."""
    data = bytes(kept)  # type: ignore[call-overload]
    (batch,) = parse_batches(data)
    return batch, read_batch(data, batch)


def marker(epoch: int = 2, offset: int = 5) -> StoredBatch:
    commit = EndTransactionMarker(ControlType.COMMIT, 1)
    data = write_end_transaction_marker(
        commit, offset=offset, timestamp=3, leader_epoch=4,
        producer_id=7, producer_epoch=epoch,
    )  # fmt: skip
    return stored(data)


def test_a_record_of_the_newer_formats_is_known_by_its_bytes() -> None:
    records = [record(0, b"a"), record(1, b"b")]
    first, second = heads_of(stored(write_batch(records)))
    assert first[1] == second[0] > first[0] + 5


@pytest.mark.parametrize("append_time", [None, 77])
def test_a_tombstone_gets_a_horizon_and_all_else_stays_as_it_was(
    append_time: int | None,
) -> None:
    records = [record(3, b"a"), record(5, b"b", None), record(7, b"a")]
    options = OPTIONS._replace(log_append_time=append_time)
    before = stored(write_batch(records, options)).batch
    kept = made(*records).keep(stored(write_batch(records, options)))
    after, left = one(kept)
    assert [it.offset for it in left] == [5, 7]
    assert after.delete_horizon == 10_500
    same = (
        *("base_offset", "last_offset", "leader_epoch", "codec", "timestamp_type"),
        *("max_timestamp", "producer_id", "producer_epoch", "base_sequence"),
        *("is_transactional", "is_control", "magic"),
    )
    assert {it: getattr(after, it) for it in same} == {
        it: getattr(before, it) for it in same
    }


@pytest.mark.parametrize(("append_time", "newest"), [(None, 1006), (5555, 5555)])
def test_what_stays_of_a_batch_stays_byte_for_byte(
    append_time: int | None, newest: int
) -> None:
    records = [record(3, b"a"), record(4, b"b"), record(6, b"c"), record(8, b"d")]
    entry = stored(write_batch(records, OPTIONS._replace(log_append_time=append_time)))
    further = record(10, b"b"), record(11, b"d")
    after, left = one(made(*records, *further).keep(entry))
    assert [(it.offset, it.key, it.value) for it in left] == [
        (3, b"a", b"v"),
        (6, b"c", b"v"),
    ]
    assert after.max_timestamp == newest
    assert (after.base_offset, after.last_offset) == (2, 9)


@pytest.mark.parametrize("magic", [0, 1])
def test_an_old_set_spans_what_stays_and_loses_tombstones_by_its_file_s_age(
    magic: int,
) -> None:
    records = [record(3, b"a"), record(4, b"b"), record(5, b"c", None), record(6, b"d")]
    options = BatchOptions(magic=magic, codec=Codec.GZIP)
    entry = stored(write_batch(records, options))
    cleaner = made(*records, record(7, b"a"), record(8, b"d"))
    cleaner.begin(modified_ms=101)
    assert cleaner.keep(entry) == write_batch(records[1:3], options)
    for old in (100, 99):
        cleaner.begin(modified_ms=old)
        assert cleaner.keep(entry) == write_batch(records[1:2], options)


def test_tombstones_of_a_segment_nobody_has_begun_stay() -> None:
    records = [record(0, b"a", None)]
    entry = stored(write_batch(records, BatchOptions(magic=1)))
    assert one(made(*records).keep(entry))[1] == records


def test_a_marker_waits_for_its_horizon_once_its_transaction_is_gone() -> None:
    after, _ = one(made().keep(marker()))
    assert after.delete_horizon == 10_500
    again = stored(bytes(made().keep(marker()) or b""))
    assert made(rules=RULES._replace(now_ms=10_499)).keep(again) is not None
    assert made(rules=RULES._replace(now_ms=10_500)).keep(again) is None


def test_a_marker_of_a_transaction_that_is_there_stays_as_it_is() -> None:
    data = stored(write_batch([record(3, b"a")], OPTIONS))
    cleaner = made(record(3, b"a"))
    assert cleaner.keep(data) is not None
    kept = cleaner.keep(marker(offset=10))
    assert bytes(kept or b"") == marker(offset=10).buffer


@pytest.mark.parametrize("producer_id", [0, 7])
@pytest.mark.parametrize("last_offset", [0, 1, 2])
def test_the_last_batch_of_a_producer_is_emptied_and_no_other(
    producer_id: int, last_offset: int
) -> None:
    options = BatchOptions(producer_id=producer_id, producer_epoch=2, base_sequence=1)
    entry = stored(write_batch([record(last_offset, b"a")], options))
    span = Span(1, 1, last_offset, last_offset, 0)
    known = Producer(producer_id, 2, (span,))
    later = record(9, b"a")
    kept, _ = one(made(later, producers=[known]).keep(entry))
    assert (kept.count, kept.last_offset) == (0, last_offset)
    elsewhere = Producer(producer_id, 2, (span._replace(last_offset=9),))
    assert made(later, producers=[elsewhere]).keep(entry) is None


def test_of_a_producer_without_batches_the_marker_of_its_epoch_is_emptied() -> None:
    rules = RULES._replace(has_horizons=False)  # markers go by the age of their file
    producers = [Producer(7, 2)]

    def kept(entry: StoredBatch) -> object:
        cleaner = made(record(9, b"a"), rules=rules, producers=producers)
        cleaner.begin(modified_ms=100)
        return cleaner.keep(entry)

    assert one(kept(marker(epoch=2)))[0].count == 0
    assert kept(marker(epoch=1)) is None
    options = BatchOptions(producer_id=7, producer_epoch=2, base_sequence=0)
    assert kept(stored(write_batch([record(3, b"a")], options))) is None
