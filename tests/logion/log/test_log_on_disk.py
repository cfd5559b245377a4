"""When a log syncs, and what it does when the disk fails."""

from __future__ import annotations

import errno

import pytest
from logion.log.loading import Known
from logion.log.log import Log
from logion.log.settings import LogSettings
from logion.protocol.errors import ApiError, Error
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

from tests.logion.log.building import (
    append,
    fill,
    open_log,
    refused,
    values_of,
)


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


def test_closing_an_idle_log_syncs_nothing(disk: MemoryDisk, log: Log) -> None:
    append(log, b"a")
    log.close().run()
    again = open_log(disk)
    plan = again.close()
    assert (plan.files, plan.folders) == ((), ())
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
