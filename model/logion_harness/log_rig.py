"""The reference's log on a disk that can crash, and what of it the model knows.

`Rig` drives one log through its manager, as a broker does; `view` is the abstraction
function: what a reader of the log can observe, and nothing of how it is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from contextlib import suppress
from typing import NamedTuple

from logion.log.cleaner import LogCleaner
from logion.log.log import Log
from logion.log.manager import BrokerIdentity, LogManager
from logion.log.offset_map import MapLimits
from logion.log.settings import LogSettings
from logion.names import TopicPartition
from logion.protocol.errors import ApiError
from logion.records.batch import parse_batches
from logion.records.record import BatchOptions, read_batch, write_batch
from logion.records.record import Record as StoredRecord
from logion.records.validation import ProduceRules
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk
from logion_model import log as model

NAME = TopicPartition("topic", 0)
FOLDER = "data"
IDENTITY = BrokerIdentity(broker_id=0)
PRODUCE_VERSION = 9

UNKNOWN = LogSettings()
"""What a log is opened with: a broker knows its topics' settings later."""

SMALL = LogSettings(
    segment_bytes=300,
    segment_index_bytes=64,
    index_interval_bytes=0,
    retention_ms=-1,
    retention_bytes=600,
    file_delete_delay_ms=0,
    rules=ProduceRules(is_compacted=True),
)
"""Settings with which a dozen records fill, roll, index and expire segments."""

KEYS = 3
"""How many keys the records have."""


def key_of(value: Hashable) -> bytes:
    """Return the key of the record with this value."""
    assert isinstance(value, bytes)
    return b"%d" % (sum(value) % KEYS)


class View(NamedTuple):
    """What can be observed of a log."""

    start_offset: int
    end_offset: int
    records: tuple[model.Record, ...]
    """Those a consumer would read from the log start offset to the log end offset."""
    epochs: tuple[tuple[int, int], ...]
    """For each epoch among the records, where OffsetForLeaderEpoch says it ends."""


def view(log: Log) -> View:
    """Return what can be observed of the reference's log."""
    records = tuple(_read(log))
    ends = tuple(
        (epoch, log.end_of_epoch(epoch).end_offset)
        for epoch in sorted({record.epoch for record in records})
    )
    return View(log.start_offset, log.end_offset, records, ends)


def view_of_model(log: model.Log) -> View:
    """Return what may be observed of a log in this state of the model."""
    records = model.records(log)
    ends = tuple(
        (epoch, model.end_offset_for_epoch(log, epoch))
        for epoch in sorted({record.epoch for record in records})
    )
    return View(log.start_offset, log.end_offset, records, ends)


def _read(log: Log) -> list[model.Record]:
    """Return the records that a consumer reads, fetch by fetch."""
    found: list[model.Record] = []
    offset = log.start_offset
    while offset < log.end_offset:
        data = log.read(offset, 1_000_000).read()
        batches = parse_batches(data)
        for batch in batches:
            found += (
                model.Record(record.offset, batch.leader_epoch, record.value)
                for record in read_batch(data, batch)
                if record.offset >= log.start_offset
            )
        if not batches:
            break  # a hole: the view lacks what the model has
        offset = batches[-1].last_offset + 1
    return found


class Rig:
    """One log of one broker, whose disk can crash."""

    def __init__(self, settings: LogSettings = SMALL) -> None:
        """Start a log manager on an empty disk and make a log."""
        self._settings = settings
        self._clock = FakeClock()
        self.disk = MemoryDisk(self._clock)
        self._manager = self._opened()
        self._manager.create(NAME)
        self.log.flush()
        self.checkpoint()  # before that a power cut may leave a hole

    @property
    def log(self) -> Log:
        """Return the log; another object after each restart."""
        return self._manager.logs[NAME]

    def _opened(self) -> LogManager:
        known = [UNKNOWN]
        manager = LogManager(self.disk, self._clock, settings_of=lambda _: known[-1])
        manager.open([FOLDER], IDENTITY)
        manager.sign(IDENTITY)
        known.append(self._settings)
        manager.reconfigure(NAME.topic)
        return manager

    def append(self, epoch: int, values: tuple[bytes, ...]) -> None:
        """Append a producer's batch, as the leader of this epoch."""
        batch = _batch(0, -1, values)
        self.log.append_as_leader(
            batch, leader_epoch=epoch, produce_version=PRODUCE_VERSION
        )

    def replicate(self, epoch: int, values: tuple[bytes, ...]) -> None:
        """Append a batch as a follower gets it: with its offset and leader epoch."""
        self.log.append_as_follower(_batch(self.log.end_offset, epoch, values))

    def expire(self) -> None:
        """Apply retention, every record being committed."""
        self.log.delete_old_segments(self.log.end_offset)

    def compact(self, *, rolls: bool) -> None:
        """Clean the log up to its active segment, every record being committed."""
        self._manager.high_watermarks[NAME] = self.log.end_offset
        LogCleaner(self._manager, MapLimits()).clean_now(rolls=rolls)

    def checkpoint(self) -> None:
        """Write the checkpoints of the log directory."""
        self._manager.write_checkpoints()

    def restart(self) -> None:
        """Stop cleanly and start again."""
        self._manager.close()
        self._manager = self._opened()

    def crash(self, keep: Collection[int], torn: int | None) -> None:
        """Crash the disk, keeping some unsynced operations, and start again."""
        self.disk = self.disk.crash(keep, torn=torn)
        self._manager = self._opened()

    def fail(self, *, after: int) -> None:
        """Let the disk fail after so many operations; only a crash helps."""
        self.disk.fail(after=after, count=1_000_000)

    def append_on_failing_disk(
        self, epoch: int, values: tuple[bytes, ...], *, after: int
    ) -> None:
        """Append while the disk fails after so many operations."""
        self.fail(after=after)
        with suppress(ApiError):
            self.append(epoch, values)


def _batch(base_offset: int, epoch: int, values: tuple[bytes, ...]) -> bytearray:
    records = [
        StoredRecord(offset=offset, timestamp=0, key=key_of(value), value=value)
        for offset, value in enumerate(values, base_offset)
    ]
    return bytearray(write_batch(records, BatchOptions(leader_epoch=epoch)))
