"""What the tests of the log share: a log in memory, and batches to put into it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from logion.log.appended import Appended
from logion.log.directory import LogDirectory
from logion.log.loading import Known
from logion.log.log import Log
from logion.log.settings import LogSettings
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.records.batch import scan_batches
from logion.records.record import BatchOptions, Record, read_records, write_batch
from logion.testing.clock import NEW_YEAR_2024_MS, FakeClock
from logion.testing.disk import MemoryDisk

NAME = TopicPartition("t", 0)
FOLDER = "data/t-0"
SMALL = LogSettings(segment_bytes=1000, index_interval_bytes=200)
"""Segments of a few batches, with some index entries."""


def batch(
    *values: bytes,
    timestamp: int = NEW_YEAR_2024_MS,
    base_offset: int = 0,
    options: BatchOptions | None = None,
) -> bytes:
    """Return a batch with a record for each value."""
    numbered = enumerate(values, base_offset)
    records = [Record(offset, timestamp, b"k", value) for offset, value in numbered]
    return write_batch(records, options or BatchOptions())


def idempotent(
    sequence: int,
    *values: bytes,
    epoch: int = 0,
    transactional: bool = False,
    producer_id: int = 7,
) -> bytes:
    """Return a batch of one producer that begins with `sequence`."""
    options = BatchOptions(
        producer_id=producer_id,
        producer_epoch=epoch,
        base_sequence=sequence,
        is_transactional=transactional,
    )
    return batch(*(values or (b"v",)), options=options)


def open_log(
    disk: MemoryDisk,
    settings: LogSettings = SMALL,
    known: Known | None = None,
    clock: FakeClock | None = None,
) -> Log:
    """Open the log on `disk`, as after a clean stop unless `known` says otherwise."""
    disk.make_dir(FOLDER)
    disk.sync_dir("")
    directory = LogDirectory(disk, "data", clock or FakeClock())
    return Log(directory, NAME, settings, known or Known(is_clean=True))


def recovered(disk: MemoryDisk, recovery_point: int = 0) -> Log:
    """Open the log on `disk` as after a crash."""
    return open_log(disk, known=Known(recovery_point=recovery_point))


def append(log: Log, *values: bytes, epoch: int = 0) -> Appended:
    """Append a producer's batch with a record for each value."""
    return log.append_as_leader(batch(*values), leader_epoch=epoch, produce_version=9)


def produce(log: Log, data: bytes, *, epoch: int = 0) -> Appended:
    """Append a producer's batch."""
    return log.append_as_leader(data, leader_epoch=epoch, produce_version=9)


def fill(log: Log, count: int) -> None:
    """Append `count` batches of one record each."""
    for number in range(count):
        append(log, b"value %d" % number)


def refused(error: Error) -> pytest.RaisesExc[ApiError]:
    """Return a block that has to be refused with this error."""
    return pytest.raises(ApiError, match=error.name)


def records_of(log: Log, *, size_max: int = 300) -> list[Record]:
    """Return every record of the log, read as a consumer would."""
    found: list[Record] = []
    offset = log.start_offset
    while True:
        data = log.read(offset, size_max).read()
        whole = scan_batches(data).end
        records = [r for r in read_records(data[:whole]) if r.offset >= offset]
        if not records:
            return found
        found += records
        offset = records[-1].offset + 1


def values_of(log: Log) -> Sequence[bytes | None]:
    """Return the value of every record of the log."""
    return [record.value for record in records_of(log)]
