from __future__ import annotations

from logion.log.loading import Known
from logion.log.log import Log
from logion.log.settings import LogSettings
from logion.protocol.errors import Error
from logion.records.batch import TimestampType, parse_batches
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.validation import ProduceRules
from logion.testing.clock import NEW_YEAR_2024_MS, FakeClock
from logion.testing.disk import MemoryDisk

from tests.logion.log.building import (
    SMALL,
    append,
    batch,
    fill,
    idempotent,
    open_log,
    produce,
    records_of,
    refused,
    values_of,
)

# Appending


def test_offsets_grow_by_one_from_record_to_record(log: Log) -> None:
    assert append(log, b"a", b"b", b"c")[:2] == (0, 2)
    assert append(log, b"d")[:2] == (3, 3)
    assert log.end_offset == 4
    assert [record.offset for record in records_of(log)] == [0, 1, 2, 3]
    assert values_of(log) == [b"a", b"b", b"c", b"d"]


def test_a_batch_is_stamped_in_the_buffer_it_came_in(log: Log) -> None:
    append(log, b"a")
    data = bytearray(batch(b"b"))
    log.append_as_leader(data, leader_epoch=3, produce_version=9)
    (header,) = parse_batches(data)
    assert (header.base_offset, header.leader_epoch) == (1, 3)
    assert log.read(1, 1000).read() == data


def test_the_log_says_when_it_appended_only_if_it_sets_the_time(
    disk: MemoryDisk,
) -> None:
    rules = ProduceRules(timestamp_type=TimestampType.LOG_APPEND_TIME)
    log = open_log(disk, LogSettings(rules=rules))
    assert append(log, b"a").log_append_time == NEW_YEAR_2024_MS
    log.settings = SMALL
    assert append(log, b"a").log_append_time == -1


def test_a_corrupt_batch_is_refused_and_nothing_is_appended(log: Log) -> None:
    data = bytearray(batch(b"abc"))
    data[-2] ^= 1
    with refused(Error.CORRUPT_MESSAGE):
        produce(log, data)
    assert log.end_offset == log.size == 0


def test_a_set_larger_than_a_segment_is_refused(log: Log) -> None:
    with refused(Error.RECORD_LIST_TOO_LARGE):
        append(log, bytes(1000))
    assert len(log.segments) == 1


def test_an_empty_set_is_appended_as_nothing(log: Log) -> None:
    append(log, b"a")
    appended = log.append_as_leader(b"", leader_epoch=0, produce_version=2)
    assert (appended.base_offset, log.end_offset) == (-1, 1)


def test_a_follower_keeps_the_leaders_bytes(log: Log) -> None:
    fill(log, 30)
    follower = open_log(MemoryDisk())
    while follower.end_offset < log.end_offset:
        follower.append_as_follower(log.read(follower.end_offset, 500).read())
    assert values_of(follower) == values_of(log)
    assert follower.epochs == log.epochs
    assert follower.read(0, 10**6).read() == log.read(0, 10**6).read()


def test_a_follower_refuses_what_does_not_follow(log: Log) -> None:
    follower = open_log(MemoryDisk())
    fill(log, 2)
    data = log.read(0, 10**6).read()
    follower.append_as_follower(data)
    with refused(Error.CORRUPT_MESSAGE):
        follower.append_as_follower(data)
    with refused(Error.CORRUPT_MESSAGE):
        follower.append_as_follower(bytes(100))
    assert follower.end_offset == 2


def test_a_followers_log_may_have_gaps_as_compaction_leaves_them(log: Log) -> None:
    log.append_as_follower(batch(b"a", base_offset=5))
    log.append_as_follower(batch(b"b", base_offset=9))
    assert [record.offset for record in records_of(log)] == [5, 9]
    assert log.end_offset == 10


# Producers


def test_a_repeated_batch_is_answered_with_its_first_offset(log: Log) -> None:
    for sequence in range(3):
        produce(log, idempotent(sequence))
    again = produce(log, idempotent(1))
    assert (again.base_offset, again.is_duplicate) == (1, True)
    assert log.end_offset == 3


def test_a_gap_in_sequences_is_refused(log: Log) -> None:
    produce(log, idempotent(0))
    with refused(Error.OUT_OF_ORDER_SEQUENCE_NUMBER):
        produce(log, idempotent(2))
    assert log.end_offset == 1


def test_a_fenced_producer_is_refused(log: Log) -> None:
    produce(log, idempotent(0, epoch=1))
    with refused(Error.INVALID_PRODUCER_EPOCH):
        produce(log, idempotent(1, epoch=0))


def test_producers_are_known_after_a_restart(disk: MemoryDisk, log: Log) -> None:
    for sequence in range(20):
        produce(log, idempotent(sequence))
    log.close().run()
    for again in (open_log(disk), open_log(disk, known=Known())):
        assert again.producers[7].last_sequence == 19
        assert produce(again, idempotent(19)).is_duplicate


def test_idle_producers_are_forgotten(disk: MemoryDisk) -> None:
    clock = FakeClock()
    log = open_log(disk, clock=clock)
    produce(log, idempotent(5))
    log.forget_expired_producers()
    assert log.producers
    clock.advance(SMALL.producer_expiry_ms)
    log.forget_expired_producers()
    assert log.producers == {}


# Transactions


def marker(log: Log, kind: ControlType, epoch: int = 0) -> None:
    """Append the marker that ends the transaction of producer 7."""
    data = write_end_transaction_marker(
        EndTransactionMarker(kind, epoch),
        offset=0,
        timestamp=NEW_YEAR_2024_MS,
        leader_epoch=0,
        producer_id=7,
        producer_epoch=0,
    )
    log.append_as_leader(data, leader_epoch=0)


def test_an_open_transaction_holds_the_last_stable_offset(log: Log) -> None:
    append(log, b"a")
    produce(log, idempotent(0, transactional=True))
    append(log, b"b")
    assert log.last_stable_offset(3) == 1
    assert log.last_stable_offset(0) == 0
    marker(log, ControlType.COMMIT)
    assert log.last_stable_offset(3) == 1, "the marker is not committed yet"
    assert log.last_stable_offset(4) == 4


def test_aborted_transactions_are_told_to_readers(disk: MemoryDisk, log: Log) -> None:
    produce(log, idempotent(0, transactional=True))
    marker(log, ControlType.ABORT)
    produce(log, idempotent(1, transactional=True))
    marker(log, ControlType.COMMIT)
    expected = [(7, 0, 1, 2)]
    assert log.aborted(0, 4) == expected
    assert log.aborted(2, 4) == []
    log.close().run()
    assert open_log(disk).aborted(0, 4) == expected
    assert open_log(disk, known=Known()).aborted(0, 4) == expected


def test_a_marker_of_a_fenced_coordinator_is_refused(log: Log) -> None:
    produce(log, idempotent(0, transactional=True))
    marker(log, ControlType.COMMIT, epoch=2)
    with refused(Error.TRANSACTION_COORDINATOR_FENCED):
        marker(log, ControlType.COMMIT, epoch=1)


def test_aborted_transactions_go_with_a_cut(log: Log) -> None:
    produce(log, idempotent(0, transactional=True))
    marker(log, ControlType.ABORT)
    log.truncate_to(1)
    assert log.aborted(0, 10) == []
    assert log.last_stable_offset(1) == 0, "the transaction is open again"


# Rolling


def test_a_segment_is_full_when_the_next_set_would_exceed_it(log: Log) -> None:
    fill(log, 40)
    assert len(log.segments) > 2
    assert all(segment.size <= 1000 for segment in log.segments)
    assert log.segments[0].size + 100 > 1000
    assert log.segments[1].path.endswith(f"{log.segments[1].base_offset:020d}")


def test_a_segment_is_full_when_its_index_is(disk: MemoryDisk) -> None:
    log = open_log(disk, LogSettings(index_interval_bytes=0, segment_index_bytes=40))
    fill(log, 20)
    assert len(log.segments) > 3
    assert all(len(segment.offsets) <= 5 for segment in log.segments)


def test_a_segment_ends_by_the_time_of_its_records(disk: MemoryDisk) -> None:
    log = open_log(disk, LogSettings(segment_ms=1000))
    for time_ms in (0, 1000):
        produce(log, batch(b"a", timestamp=NEW_YEAR_2024_MS + time_ms))
    assert len(log.segments) == 1
    produce(log, batch(b"a", timestamp=NEW_YEAR_2024_MS + 1001))
    assert len(log.segments) == 2


def test_a_segment_without_times_ends_by_the_clock(disk: MemoryDisk) -> None:
    clock = FakeClock()
    log = open_log(disk, LogSettings(segment_ms=1000), clock=clock)
    for wait_ms in (0, 1000, 1):
        assert len(log.segments) == 1
        clock.advance(wait_ms)
        produce(log, batch(b"a", timestamp=-1))
    assert len(log.segments) == 2


def test_jitter_ends_a_segment_earlier(disk: MemoryDisk) -> None:
    log = open_log(disk, LogSettings(segment_ms=1000, segment_jitter_ms=200))
    for time_ms in (0, 801):
        produce(log, batch(b"a", timestamp=NEW_YEAR_2024_MS + time_ms))
    assert len(log.segments) == 2


def test_offsets_too_far_from_the_base_need_a_new_segment(log: Log) -> None:
    log.append_as_follower(batch(b"a"))
    log.append_as_follower(batch(b"b", base_offset=2**31))
    assert [segment.base_offset for segment in log.segments] == [0, 1]
    assert [record.offset for record in records_of(log)] == [0, 2**31]


# Reading


def test_reads_are_cut_at_the_size_asked_for(log: Log) -> None:
    fill(log, 5)
    assert len(log.read(0, 150)) == 150
    assert len(log.read(0, 10, at_least_one=False)) == 10


def test_one_batch_is_given_whole_however_large(log: Log) -> None:
    append(log, bytes(500))
    fill(log, 3)
    (header,) = parse_batches(log.read(0, 10).read())
    assert header.last_offset == 0


def test_a_read_starts_at_the_batch_with_the_offset(log: Log) -> None:
    append(log, b"a", b"b", b"c")
    assert parse_batches(log.read(2, 1000).read())[0].base_offset == 0


def test_nothing_past_the_end_that_is_asked_for_is_given(log: Log) -> None:
    fill(log, 30)
    for end in range(31):
        data = log.read(0, 10**6, end_offset=end).read()
        assert all(header.last_offset < end for header in parse_batches(data))
    assert len(log.read(5, 1000, end_offset=5)) == 0
    assert len(log.read(5, 1000, end_offset=3)) == 0


def test_the_end_can_be_read_but_nothing_outside(log: Log) -> None:
    fill(log, 3)
    assert len(log.read(3, 1000)) == 0
    for offset in (-1, 4):
        with refused(Error.OFFSET_OUT_OF_RANGE):
            log.read(offset, 1000)


def test_a_slice_stays_readable_when_its_segment_is_deleted(log: Log) -> None:
    fill(log, 30)
    part = log.read(0, 10**6)
    before = part.read()
    log.delete_before(30)
    log.delete_old_segments(30)
    assert part.read() == before


# By time


def test_the_first_record_as_new_is_found(log: Log) -> None:
    for number in range(30):
        produce(log, batch(b"a", b"b", timestamp=1000 + 10 * (number // 2)))
    found = log.offset_for_timestamp(1045)
    assert found == (20, 1050, 0)
    assert log.offset_for_timestamp(0) == (0, 1000, 0)
    assert log.offset_for_timestamp(1140) == (56, 1140, 0)
    assert log.offset_for_timestamp(1141) is None


def test_time_may_go_back_and_forth(log: Log) -> None:
    times = [500, 900, 100, 700, 950, 20, 990, 10, 5] * 4
    for time_ms in times:
        produce(log, batch(b"a", timestamp=time_ms))
    for wanted in range(0, 1000, 7):
        expected = next((i for i, t in enumerate(times) if t >= wanted), None)
        found = log.offset_for_timestamp(wanted)
        assert (found and found.offset) == expected


def test_the_newest_record_is_found(log: Log) -> None:
    assert log.newest_record() is None
    for time_ms in (5, 9, 3, 9):
        produce(log, batch(b"a", timestamp=time_ms))
    assert log.newest_record() == (1, 9, 0)


def test_records_below_the_log_start_are_not_found(log: Log) -> None:
    for time_ms in (5, 9, 3, 7):
        produce(log, batch(b"a", timestamp=time_ms))
    log.delete_before(2)
    assert log.offset_for_timestamp(0) == (2, 3, 0)
    assert log.offset_for_timestamp(8) is None


# Epochs


def test_each_leaders_term_is_remembered(log: Log) -> None:
    append(log, b"a", epoch=1)
    append(log, b"b", epoch=1)
    append(log, b"c", epoch=4)
    assert (log.latest_epoch, log.epochs) == (4, ((1, 0), (4, 2)))
    assert log.end_of_epoch(1) == (1, 2)
    assert log.end_of_epoch(4) == (4, 3)


def test_a_term_begins_before_its_first_record(disk: MemoryDisk, log: Log) -> None:
    append(log, b"a", epoch=1)
    log.begin_epoch(2)
    assert log.end_of_epoch(2) == (2, 1)
    log.close().run()
    assert open_log(disk).epochs == ((1, 0), (2, 1))
    assert open_log(disk, known=Known()).epochs == ((1, 0), (2, 1))
