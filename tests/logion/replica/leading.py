"""What the tests of a partition share: one that broker 1 leads, in memory."""

from __future__ import annotations

from logion.log.directory import LogDirectory
from logion.log.loading import Known
from logion.log.log import Log
from logion.log.settings import LogSettings
from logion.names import ZERO_UUID, BrokerId, LeaderEpoch, TopicPartition
from logion.records.record import BatchOptions, Record, write_batch
from logion.replica.leader import on_elected
from logion.replica.partition import Partition
from logion.testing.clock import NEW_YEAR_2024_MS, FakeClock
from logion.testing.disk import MemoryDisk

NAME = TopicPartition("t", 0)
FOLDER = "data/t-0"


def partition(
    *isr: int, settings: LogSettings | None = None, disk: MemoryDisk | None = None
) -> Partition:
    """Return a partition of broker 1, alone in sync unless told; its term is 3."""
    disk = disk or MemoryDisk()
    disk.make_dir(FOLDER)
    directory = LogDirectory(disk, "data", FakeClock())
    log = Log(directory, NAME, settings or LogSettings(), Known(is_clean=True))
    leader = on_elected(
        BrokerId(1),
        LeaderEpoch(3),
        frozenset(map(BrokerId, isr or (1,))),
        end_offset=log.end_offset,
        high_watermark=0,
    )
    return Partition(NAME, ZERO_UUID, log, leader, replica_count=len(leader.isr))


def batch(
    *values: bytes,
    timestamp: int = NEW_YEAR_2024_MS,
    options: BatchOptions | None = None,
) -> memoryview:
    """Return a batch with a record for each value, as a request holds it."""
    records = [
        Record(offset, timestamp, b"k", value) for offset, value in enumerate(values)
    ]
    return memoryview(bytearray(write_batch(records, options or BatchOptions())))


def fill(led: Partition, *values: bytes) -> None:
    """Append a batch for each value."""
    for value in values:
        led.append(batch(value), version=9, acks=1)
