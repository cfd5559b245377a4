from __future__ import annotations

import pytest
from logion.log.state import LogState, check_own, read_marker
from logion.protocol.errors import ApiError, Error
from logion.records.batch import Batch, parse_batch
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, write_batch


def data_batch(offset: int, *, producer_id: int = 7, epoch: int = 0) -> bytes:
    options = BatchOptions(
        leader_epoch=epoch,
        producer_id=producer_id,
        producer_epoch=0 if producer_id >= 0 else -1,
        base_sequence=0 if producer_id >= 0 else -1,
        is_transactional=producer_id >= 0,
    )
    return write_batch([Record(offset, 1000)], options)


def marker(
    offset: int,
    kind: ControlType,
    *,
    producer_id: int = 7,
    coordinator_epoch: int = 2,
    producer_epoch: int = 0,
) -> bytes:
    return write_end_transaction_marker(
        EndTransactionMarker(kind, coordinator_epoch),
        offset=offset,
        timestamp=1000,
        leader_epoch=0,
        producer_id=producer_id,
        producer_epoch=producer_epoch,
    )


def take(state: LogState, data: bytes) -> object:
    return state.take(data, parse_batch(data))


def header(data: bytes) -> Batch:
    return parse_batch(data)


def test_epochs_are_learnt_from_batches() -> None:
    state = LogState()
    for offset, epoch in ((0, 1), (1, 1), (2, 4)):
        take(state, data_batch(offset, producer_id=-1, epoch=epoch))
    assert state.epochs == ((1, 0), (4, 2))
    assert state.producers == {}


def test_a_marker_is_read_from_its_batch() -> None:
    data = marker(9, ControlType.COMMIT)
    assert read_marker(data, header(data)) == (9, True, 2)
    data = marker(9, ControlType.ABORT)
    assert read_marker(data, header(data)) == (9, False, 2)


def test_a_control_record_of_another_kind_is_no_marker() -> None:
    options = BatchOptions(producer_id=7, producer_epoch=0, is_control=True)
    data = write_batch([Record(0, 0, bytes((0, 0, 0, 2)), b"")], options)
    assert read_marker(data, header(data)) is None
    assert take(LogState(), data) is None


def test_an_abort_names_the_last_stable_offset_after_it() -> None:
    state = LogState()
    take(state, data_batch(0, producer_id=7))
    take(state, data_batch(1, producer_id=8))
    assert take(state, marker(2, ControlType.ABORT, producer_id=8)) == (8, 1, 2, 0)
    assert take(state, marker(3, ControlType.ABORT, producer_id=7)) == (7, 0, 3, 4)


def test_a_commit_aborts_nothing() -> None:
    state = LogState()
    take(state, data_batch(0))
    assert take(state, marker(1, ControlType.COMMIT)) is None
    assert take(state, marker(2, ControlType.ABORT)) is None, "nothing was open"


def test_a_transaction_is_open_to_readers_until_its_marker_is_committed() -> None:
    state = LogState()
    assert state.first_unstable_offset(0) is None
    take(state, data_batch(5))
    assert state.first_unstable_offset(100) == 5
    take(state, marker(6, ControlType.COMMIT))
    assert state.first_unstable_offset(6) == 5
    assert state.first_unstable_offset(7) is None
    assert state.completed == []


def test_markers_are_checked_before_they_are_appended() -> None:
    state = LogState()
    first = marker(0, ControlType.COMMIT, coordinator_epoch=2)
    take(state, first)
    for epoch in (2, 3):
        later = marker(1, ControlType.COMMIT, coordinator_epoch=epoch)
        check_own(state.producers, later, [header(later)])
    stale = marker(1, ControlType.COMMIT, coordinator_epoch=1)
    with pytest.raises(ApiError) as raised:
        check_own(state.producers, stale, [header(stale)])
    assert raised.value.error is Error.TRANSACTION_COORDINATOR_FENCED


def test_what_a_group_commits_in_a_transaction_has_no_sequences_but_an_epoch() -> None:
    state = LogState()
    take(state, data_batch(0))
    again = data_batch(1)
    check_own(state.producers, again, [header(again)])
    take(state, marker(1, ControlType.ABORT, producer_epoch=5))
    with pytest.raises(ApiError) as raised:
        check_own(state.producers, again, [header(again)])
    assert raised.value.error is Error.INVALID_PRODUCER_EPOCH
