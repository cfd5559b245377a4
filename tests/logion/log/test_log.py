from __future__ import annotations

import errno
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logion.log.flushing import FlushPlan
from logion.log.loading import Known
from logion.log.log import Log
from logion.log.settings import LogSettings
from logion.protocol.errors import ApiError, Error
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
    idempotent,
    open_log,
    produce,
    records_of,
    values_of,
)


@pytest.fixture
def disk() -> MemoryDisk:
    return MemoryDisk()


@pytest.fixture
def log(disk: MemoryDisk) -> Log:
    return open_log(disk)


def fill(log: Log, count: int) -> None:
    """Append `count` batches of one record each."""
    for number in range(count):
        append(log, b"value %d" % number)


def refused(error: Error):  # type: ignore[no-untyped-def]
    return pytest.raises(ApiError, match=error.name)


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
    log.close()
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
    log.close()
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


# Taking away


def test_a_cut_drops_records_epochs_and_producers(log: Log) -> None:
    for sequence in range(30):
        produce(log, idempotent(sequence), epoch=sequence // 10)
    log.truncate_to(15)
    assert log.end_offset == 15
    assert log.epochs == ((0, 0), (1, 10))
    assert log.producers[7].last_sequence == 14
    assert produce(log, idempotent(15), epoch=1).base_offset == 15
    assert [record.offset for record in records_of(log)] == list(range(16))


def test_a_batch_goes_whole(log: Log) -> None:
    append(log, b"a", b"b")
    append(log, b"c", b"d", b"e")
    log.truncate_to(3)
    assert log.end_offset == 2


def test_a_cut_below_the_first_segment_leaves_an_empty_log(log: Log) -> None:
    fill(log, 30)
    log.delete_before(25)
    log.delete_old_segments(30)
    log.truncate_to(3)
    assert (log.start_offset, log.end_offset) == (3, 3)
    assert append(log, b"a").base_offset == 3


def test_a_log_never_starts_past_its_end(log: Log) -> None:
    append(log, b"a", b"b")
    log.delete_before(1)
    log.truncate_to(1)
    assert (log.start_offset, log.end_offset) == (0, 0)


def test_where_cut_batches_were_is_forgotten(log: Log) -> None:
    append(log, b"a")
    append(log, b"b")
    log.truncate_to(0)
    append(log, b"a", b"b")
    assert parse_batches(log.read(1, 1).read())[0].base_offset == 0


def test_a_start_that_a_cut_has_lowered_is_written_down(log: Log) -> None:
    fill(log, 30)
    log.delete_before(20)
    seen: list[int] = []
    log.on_lowered = lambda: seen.append(log.start_offset)
    log.truncate_to(10)
    assert seen[-1] == log.start_offset == 10
    log.delete_before(10)
    log.delete_old_segments(10)
    log.restart_at(3)
    assert seen[-1] == log.start_offset == 3


def test_a_cut_past_the_end_changes_nothing(log: Log) -> None:
    fill(log, 3)
    log.truncate_to(3)
    log.truncate_to(99)
    assert log.end_offset == 3


def test_a_cut_below_the_recovery_point_is_announced_first(log: Log) -> None:
    fill(log, 30)
    log.flush()
    seen: list[tuple[int, int]] = []
    log.on_lowered = lambda: seen.append((log.recovery_point, log.end_offset))
    log.truncate_to(5)
    assert seen == [(5, 30)]


def test_a_log_restarts_empty_at_any_offset(log: Log) -> None:
    fill(log, 30)
    log.restart_at(100)
    assert (log.start_offset, log.end_offset, log.epochs) == (100, 100, ())
    assert append(log, b"a").base_offset == 100
    assert values_of(log) == [b"a"]
    log.restart_at(5)
    assert append(log, b"b").base_offset == 5


def test_deleted_records_are_not_served(log: Log) -> None:
    fill(log, 30)
    assert log.delete_before(7) == 7
    assert log.delete_before(3) == 7
    with refused(Error.OFFSET_OUT_OF_RANGE):
        log.read(6, 1000)
    with refused(Error.OFFSET_OUT_OF_RANGE):
        log.delete_before(31)
    assert records_of(log)[0].offset == 7


def test_segments_below_the_log_start_are_deleted(log: Log) -> None:
    fill(log, 40)
    bases = [segment.base_offset for segment in log.segments]
    log.delete_before(bases[2] + 1)
    assert log.delete_old_segments(40) == 2
    assert log.segments[0].base_offset == bases[2]
    assert log.start_offset == bases[2] + 1


def test_old_segments_are_deleted_the_active_one_too(disk: MemoryDisk) -> None:
    clock = FakeClock()
    log = open_log(disk, clock=clock)
    fill(log, 40)
    clock.advance(SMALL.retention_ms)
    assert log.delete_old_segments(40) == 0
    clock.advance(1)
    assert log.delete_old_segments(40) > 3
    assert (log.start_offset, log.end_offset, len(log.segments)) == (40, 40, 1)
    assert log.delete_old_segments(40) == 0, "an empty segment is not deleted"
    assert append(log, b"a").base_offset == 40


def test_deleted_files_are_renamed_and_removed_later(disk: MemoryDisk) -> None:
    clock = FakeClock()
    log = open_log(disk, clock=clock)
    fill(log, 20)
    log.delete_before(20)
    log.delete_old_segments(20)
    deleted = [n for n in disk.listdir("data/t-0") if n.endswith(".deleted")]
    assert "00000000000000000000.log.deleted" in deleted
    clock.advance(59_999)
    log.directory.empty_trash()
    assert set(deleted) <= set(disk.listdir("data/t-0"))
    clock.advance(1)
    log.directory.empty_trash()
    assert not set(deleted) & set(disk.listdir("data/t-0"))


def test_age_is_that_of_the_file_before_0_10_1(disk: MemoryDisk) -> None:
    clock = FakeClock()
    old = LogSettings(retention_ms=1000, ages_by_file_time=True)
    log = open_log(disk, old, clock=clock)
    disk._clock = clock
    produce(log, batch(b"a", timestamp=5))
    clock.advance(1000)
    assert log.delete_old_segments(1) == 0
    clock.advance(1)
    assert log.delete_old_segments(1) == 1


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
    log.close()
    assert open_log(disk).epochs == ((1, 0), (2, 1))
    assert open_log(disk, known=Known()).epochs == ((1, 0), (2, 1))


# Syncing


def test_nothing_is_synced_unless_asked_for(disk: MemoryDisk, log: Log) -> None:
    fill(log, 3)
    assert log.recovery_point == 0
    assert not log.needs_flush
    log.flush()
    assert log.recovery_point == 3


def test_flush_messages_syncs_every_so_many_records(disk: MemoryDisk) -> None:
    log = open_log(disk, LogSettings(flush_messages=3))
    append(log, b"a", b"b")
    assert log.recovery_point == 0
    append(log, b"c")
    assert log.recovery_point == 3


def test_flush_ms_is_due_in_time(disk: MemoryDisk) -> None:
    clock = FakeClock()
    log = open_log(disk, LogSettings(flush_ms=100), clock=clock)
    append(log, b"a")
    clock.advance(99)
    assert not log.needs_flush
    clock.advance(1)
    assert log.needs_flush
    log.flush()
    assert not log.needs_flush


def test_a_full_segment_waits_to_be_synced(log: Log) -> None:
    fill(log, 20)
    assert log.needs_flush
    plan = log.flush_plan()
    append(log, b"later")
    plan.run()
    log.flushed(plan)
    assert log.recovery_point == 20
    assert not log.needs_flush


def test_a_new_segment_is_synced_with_its_name(disk: MemoryDisk, log: Log) -> None:
    append(log, b"a")
    log.flush()
    log.roll()
    append(log, b"b")
    log.flush()
    assert values_of(open_log(disk.crash(), known=Known())) == [b"a", b"b"]


def test_closing_an_idle_log_syncs_nothing(
    disk: MemoryDisk, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(log, b"a")
    log.close()
    again = open_log(disk)
    monkeypatch.setattr(FlushPlan, "run", None)
    again.close()
    assert values_of(open_log(disk)) == [b"a"]


# A failing disk


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failed_append_takes_the_directory_offline(
    disk: MemoryDisk, log: Log, code: int
) -> None:
    fill(log, 3)
    disk.fail(code)
    with refused(Error.KAFKA_STORAGE_ERROR):
        append(log, b"lost")
    for use in (
        lambda: append(log, b"d"),
        lambda: log.read(0, 100),
        lambda: log.truncate_to(0),
        lambda: log.offset_for_timestamp(0),
        log.flush,
    ):
        with refused(Error.KAFKA_STORAGE_ERROR):
            use()
    assert log.end_offset == 3


def test_after_a_failed_append_every_earlier_record_is_recovered(
    disk: MemoryDisk,
) -> None:
    for after in range(40):
        disk = MemoryDisk()
        log, acknowledged = open_log(disk), 0
        disk.fail(errno.ENOSPC, after=after, count=10**6)
        for number in range(20):
            try:
                append(log, b"value %d" % number)
            except ApiError:
                break
            acknowledged += 1
        again = open_log(disk.crash(range(len(disk.unsynced))), known=Known())
        assert values_of(again) == [b"value %d" % n for n in range(acknowledged)]


@pytest.mark.parametrize("operation", range(6))
def test_whatever_fails_is_a_storage_error(operation: int) -> None:
    disk = MemoryDisk()
    log = open_log(disk)
    fill(log, 30)
    uses = (
        lambda: log.read(0, 100),
        lambda: log.truncate_to(3),
        lambda: log.restart_at(3),
        lambda: log.delete_old_segments(30),
        lambda: log.offset_for_timestamp(0),
        log.close,
    )
    log.settings = LogSettings(retention_ms=-1, retention_bytes=0)
    disk.fail(count=10**6)
    with refused(Error.KAFKA_STORAGE_ERROR):
        uses[operation]()


# All of it against a list


class Model:
    """A log, and the list of batches that it should be."""

    def __init__(self) -> None:
        self.disk = MemoryDisk()
        self.log = open_log(self.disk)
        self.batches: list[list[int]] = []
        self.start = 0

    @property
    def end(self) -> int:
        return self.batches[-1][-1] + 1 if self.batches else self.log.end_offset

    def append(self, count: int) -> None:
        offsets = list(range(self.end, self.end + count % 4 + 1))
        append(self.log, *(b"%d" % offset for offset in offsets))
        self.batches.append(offsets)

    def truncate(self, offset: int) -> None:
        if offset >= self.start:
            self.log.truncate_to(offset)
            self.batches = [one for one in self.batches if one[-1] < offset]
            self.start = min(self.start, self.end)

    def delete(self, offset: int) -> None:
        if offset <= self.end:
            self.start = self.log.delete_before(offset)
            self.log.delete_old_segments(self.end)

    def roll(self, _: int) -> None:
        self.log.roll()

    def reopen(self, _: int) -> None:
        self.log.close()
        known = Known(is_clean=True, start_offset=self.start)
        self.log = open_log(self.disk, known=known)

    def recover(self, _: int) -> None:
        self.disk = self.disk.crash(range(len(self.disk.unsynced)))
        self.log = open_log(self.disk, known=Known(start_offset=self.start))

    def check(self) -> None:
        expected = [o for one in self.batches for o in one if o >= self.start]
        found = records_of(self.log)
        assert [record.offset for record in found] == expected
        assert [record.value for record in found] == [b"%d" % o for o in expected]
        assert (self.log.start_offset, self.log.end_offset) == (self.start, self.end)
        for offset in expected:
            first = parse_batches(self.log.read(offset, 1).read())[0]
            assert first.base_offset <= offset <= first.last_offset


ACTIONS = (
    Model.append,
    Model.truncate,
    Model.delete,
    Model.roll,
    Model.reopen,
    Model.recover,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 30)), max_size=25))
def test_a_log_is_a_list_whatever_is_done_to_it(
    actions: list[tuple[Callable[[Model, int], None], int]],
) -> None:
    model = Model()
    for action, number in actions:
        action(model, number)
        model.check()
