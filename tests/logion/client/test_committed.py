from __future__ import annotations

from logion.client.committed import READ_COMMITTED, READ_UNCOMMITTED, records_of
from logion.protocol.messages.fetch import AbortedTransaction, PartitionData
from logion.records.record import BatchOptions, Record, write_batch

COMMIT, ABORT = b"\0\0\0\x01", b"\0\0\0\0"


def plain(offset: int) -> bytes:
    return write_batch([Record(offset, 0, None, b"plain")])


def written(offset: int, producer: int) -> bytes:
    options = BatchOptions(
        producer_id=producer, producer_epoch=0, base_sequence=0, is_transactional=True
    )
    return write_batch([Record(offset, 0, None, b"of %d" % producer)], options)


def marker(offset: int, producer: int, kind: bytes) -> bytes:
    options = BatchOptions(
        producer_id=producer, producer_epoch=0, is_transactional=True, is_control=True
    )
    return write_batch([Record(offset, 0, kind, bytes(6))], options)


def answer(records: bytes, *aborted: tuple[int, int]) -> PartitionData:
    rows = tuple(AbortedTransaction(producer_id=p, first_offset=o) for p, o in aborted)
    return PartitionData(
        partition_index=0,
        error_code=0,
        high_watermark=9,
        aborted_transactions=rows,
        records=records,
    )


def offsets(data: PartitionData, level: int, position: int = 0) -> list[int]:
    return [record.offset for record in records_of(data, position, level)[0]]


MIXED = b"".join(
    [
        plain(0),
        written(1, 7),
        written(2, 8),
        marker(3, 7, ABORT),
        marker(4, 8, COMMIT),
        written(5, 7),
        marker(6, 7, COMMIT),
    ]
)


def test_markers_are_shown_to_nobody() -> None:
    assert offsets(answer(MIXED), READ_UNCOMMITTED) == [0, 1, 2, 5]


def test_a_reader_of_committed_records_sees_none_of_an_aborted_transaction() -> None:
    assert offsets(answer(MIXED, (7, 1)), READ_COMMITTED) == [0, 2, 5]


def test_without_aborted_transactions_all_is_shown() -> None:
    assert offsets(answer(MIXED), READ_COMMITTED) == [0, 1, 2, 5]


def test_a_batch_that_begins_before_the_position_loses_its_head() -> None:
    two = write_batch([Record(0, 0, None, b"a"), Record(1, 0, None, b"b")])
    assert offsets(answer(two), READ_UNCOMMITTED, position=1) == [1]


def test_the_position_moves_past_markers_too() -> None:
    assert records_of(answer(MIXED), 0, READ_COMMITTED)[1] == 7


def test_a_batch_cut_short_is_left_for_the_next_fetch() -> None:
    records, position = records_of(answer(plain(0) + plain(1)[:-1]), 0, 0)
    assert ([record.offset for record in records], position) == ([0], 1)


def test_an_empty_answer_leaves_the_position() -> None:
    assert records_of(answer(b""), 5, READ_COMMITTED) == ([], 5)
