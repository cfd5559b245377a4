"""What a log loses: by truncation, by DeleteRecords, by retention."""

from __future__ import annotations

from logion.log.log import Log
from logion.log.settings import LogSettings
from logion.protocol.errors import Error
from logion.records.batch import parse_batches
from logion.testing.clock import FakeClock
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
