"""Which batches a cleaner may discard because of the transactions they belong to."""

from __future__ import annotations

from logion.log.aborted import Aborted
from logion.log.cleaned_transactions import CleanedTransactions
from logion.records.batch import parse_batch
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, write_batch
from logion.records.rewriting import emptied

from tests.logion.log.building import batch

FIRST, SECOND = Aborted(7, 10, 19, 20), Aborted(7, 30, 39, 40)
OTHER = Aborted(6, 12, 21, 22)


def may_go(state: CleanedTransactions, data: bytes) -> bool:
    """Return whether a batch may be discarded, once it was taken in."""
    state.take(data, parse_batch(data))
    return state.may_discard


def written(offset: int, producer_id: int = 7, *, transactional: bool = True) -> bytes:
    """Return a batch of two records."""
    options = BatchOptions(producer_id=producer_id, is_transactional=transactional)
    return batch(b"v", b"v", base_offset=offset, options=options)


def marker(
    offset: int, kind: ControlType = ControlType.ABORT, producer_id: int = 7
) -> bytes:
    """Return the end of a producer's transaction."""
    return write_end_transaction_marker(
        EndTransactionMarker(kind, 0), offset=offset, timestamp=1, leader_epoch=0,
        producer_id=producer_id, producer_epoch=0,
    )  # fmt: skip


def test_only_records_of_an_aborted_transaction_may_go() -> None:
    state = CleanedTransactions([FIRST])
    assert state.may_discard is False
    assert may_go(state, written(10)) is True
    assert may_go(state, written(12, producer_id=6)) is False
    assert may_go(state, written(14)) is True


def test_a_transaction_begins_with_its_first_record_and_not_before() -> None:
    assert not may_go(CleanedTransactions([FIRST]), written(8))
    assert may_go(CleanedTransactions([FIRST]), written(9))


def test_records_that_are_in_no_transaction_stay_beside_one_of_their_producer() -> None:
    state = CleanedTransactions([FIRST])
    assert may_go(state, written(10))
    assert may_go(state, written(12, transactional=False)) is False


def test_transactions_begin_in_order_of_their_offsets_however_they_are_told() -> None:
    for told in ([FIRST, OTHER], [OTHER, FIRST]):
        state = CleanedTransactions(told)
        assert may_go(state, written(10))
        assert may_go(state, written(12, producer_id=6))


def test_a_marker_waits_for_the_records_of_its_transaction() -> None:
    state = CleanedTransactions([FIRST])
    assert may_go(state, written(10))
    assert may_go(state, marker(19)) is False
    assert state.kept == [FIRST]


def test_a_marker_may_go_once_no_batch_of_its_transaction_is_left() -> None:
    state = CleanedTransactions([FIRST])
    assert may_go(state, marker(19)) is True
    assert state.kept == []


def test_a_marker_ends_its_transaction_for_what_its_producer_writes_next() -> None:
    state = CleanedTransactions([FIRST])
    assert may_go(state, written(10))
    assert not may_go(state, marker(19))
    assert not may_go(state, written(20))
    assert not may_go(state, marker(24, ControlType.COMMIT))
    assert may_go(state, marker(26, ControlType.COMMIT))


def test_each_aborted_transaction_of_a_producer_is_kept_with_its_own_marker() -> None:
    state = CleanedTransactions([SECOND, FIRST])
    assert may_go(state, written(10))
    assert not may_go(state, marker(19))
    assert may_go(state, written(30))
    assert not may_go(state, marker(39))
    assert state.kept == [FIRST, SECOND]


def test_the_first_of_two_that_are_begun_at_once_is_met_first() -> None:
    state = CleanedTransactions([FIRST, SECOND])
    assert may_go(state, written(40))
    may_go(state, marker(42))
    assert state.kept == [FIRST]


def test_a_transaction_that_was_committed_is_not_kept_among_the_aborted() -> None:
    state = CleanedTransactions([])
    assert not may_go(state, written(10))
    assert not may_go(state, marker(19, ControlType.COMMIT))
    assert state.kept == []
    state = CleanedTransactions([FIRST])
    may_go(state, written(10))
    may_go(state, marker(19, ControlType.COMMIT))
    assert state.kept == []


def test_a_transaction_nobody_says_was_aborted_is_not_kept() -> None:
    state = CleanedTransactions([])
    may_go(state, written(10))
    assert not may_go(state, marker(19))
    assert state.kept == []


def test_a_marker_ends_the_transaction_of_its_own_producer_alone() -> None:
    state = CleanedTransactions([FIRST, OTHER])
    assert may_go(state, written(10))
    assert may_go(state, written(12, producer_id=6))
    assert not may_go(state, marker(19))
    assert may_go(state, written(20, producer_id=6))
    assert not may_go(state, marker(21, producer_id=6))
    assert state.kept == [FIRST, OTHER]


def test_markers_that_were_emptied_before_may_go_and_end_nothing() -> None:
    state = CleanedTransactions([FIRST])
    may_go(state, written(10))
    data = marker(11)
    assert may_go(state, emptied(data, parse_batch(data))) is True
    assert may_go(state, written(12))


def test_control_records_that_end_no_transaction_stay_and_end_nothing() -> None:
    state = CleanedTransactions([FIRST])
    may_go(state, written(10))
    options = BatchOptions(producer_id=7, is_transactional=True, is_control=True)
    data = write_batch([Record(11, key=b"\0\0\0\2", value=b"")], options)
    assert may_go(state, data) is False
    assert may_go(state, written(12))
