"""A log that is compacted, for tests of how that is done."""

from __future__ import annotations

from logion.log.cleaner import LogCleaner
from logion.log.compaction import Cleaned
from logion.log.manager import BrokerIdentity, LogManager
from logion.log.offset_map import MapLimits
from logion.log.settings import LogSettings
from logion.names import TopicPartition
from logion.records.batch import parse_batches
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, write_batch
from logion.records.validation import ProduceRules
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

from tests.logion.log.building import records_of

NAME = TopicPartition("t", 0)
DAY_MS = 24 * 3600 * 1000
COMPACTED = LogSettings(
    segment_bytes=400,
    index_interval_bytes=100,
    is_delete=False,
    rules=ProduceRules(is_compacted=True),
    file_delete_delay_ms=0,
)


class World:
    """A log that is compacted, on a disk that can crash."""

    def __init__(
        self, settings: LogSettings = COMPACTED, disk: MemoryDisk | None = None
    ) -> None:
        self.clock = FakeClock()
        self.settings = settings
        self.disk = disk or MemoryDisk(self.clock)
        self.logs = LogManager(
            self.disk, self.clock, settings_of=lambda _: self.settings
        )
        self.logs.open(["data"], BrokerIdentity(0))
        self.cleaner = LogCleaner(self.logs, MapLimits())
        self.log = self.logs.create(NAME)

    def put(self, *pairs: tuple[bytes | None, bytes | None], **options: object) -> None:
        """Append one batch."""
        records = [
            Record(number, self.clock.time_ms(), key, value)
            for number, (key, value) in enumerate(pairs)
        ]
        made = BatchOptions(**options)  # type: ignore[arg-type]
        version = {0: 1, 1: 2, 2: 9}[made.magic]
        data = bytearray(write_batch(records, made))
        self.log.append_as_leader(data, leader_epoch=0, produce_version=version)

    def end(self, kind: ControlType, *, producer: int = 7, epoch: int = 0) -> None:
        """End a producer's transaction."""
        marker = write_end_transaction_marker(
            EndTransactionMarker(kind, 0),
            offset=0,
            timestamp=self.clock.time_ms(),
            leader_epoch=0,
            producer_id=producer,
            producer_epoch=epoch,
        )
        self.log.append_as_leader(bytearray(marker), leader_epoch=0)

    def clean(self, *, rolls: bool = True) -> list[Cleaned]:
        """Clean the log now."""
        self.logs.high_watermarks[NAME] = self.log.end_offset
        return self.cleaner.clean_now(rolls=rolls)

    @property
    def found(self) -> list[tuple[int, bytes | None, bytes | None]]:
        """Return offset, key and value of every record but markers."""
        return [(it.offset, it.key, it.value) for it in records_of(self.log)]

    @property
    def offsets(self) -> list[int]:
        return [it.offset for it in records_of(self.log)]

    def shape(self) -> list[tuple[int, int, int | None]]:
        """Return first and last offset and count of every batch."""
        return [
            (it.base_offset, it.last_offset, it.count)
            for segment in self.log.segments
            for it in parse_batches(segment.slice(0, segment.size).read())
        ]

    def reopened(self) -> World:
        """Return the log as it is after a clean stop."""
        self.logs.close()
        return World(self.settings, self.disk)
