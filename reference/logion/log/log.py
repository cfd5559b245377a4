"""One partition's log: appends, reads, rolling, truncation, syncing.

Offsets grow by one from record to record. What was appended stays as it is until
retention, `delete_before` or a follower's truncation takes it away. Every failure of
the disk takes the log's directory offline (KAFKA_STORAGE_ERROR).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from logion.disk import File, FileSlice, replace_file, write_file
from logion.log import producers
from logion.log.aborted import Aborted, keep_aborted_below
from logion.log.appended import Appended
from logion.log.checkpoints import (
    LEADER_EPOCHS,
    PARTITION_METADATA,
    format_epochs,
)
from logion.log.cleaning import SegmentToClean
from logion.log.directory import LogDirectory
from logion.log.epochs import (
    EpochEnd,
    Epochs,
    end_of_epoch,
    latest_epoch,
    with_epoch,
    without_start,
)
from logion.log.flushing import FlushPlan
from logion.log.loading import Known, Loading
from logion.log.producer_snapshot import format_snapshot
from logion.log.retention import Bounds, count_expired
from logion.log.segment import SNAPSHOT, TXN_INDEX, Segment, file_stem
from logion.log.segments import Found, Segments
from logion.log.settings import LogSettings
from logion.log.stamping import stamped
from logion.log.state import check_own
from logion.names import NO_TIMESTAMP, Buffer, TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.records.batch import Batch, check_crc, scan_batches
from logion.records.validation import validate_produced

T = TypeVar("T")


class Log:
    """The log of one partition on this broker."""

    def __init__(
        self,
        directory: LogDirectory,
        name: TopicPartition,
        settings: LogSettings,
        known: Known,
    ) -> None:
        """Open the log in the folder `name` of `directory`; OSError if that fails."""
        self.directory = directory
        self.name = name
        self.path = f"{directory.path}/{known.folder or name}"
        self.settings = settings
        loaded = Loading(directory, self.path, settings, known).load()
        self._segments = Segments(
            directory, self.path, loaded.segments, loaded.end_offset
        )
        self._state = loaded.state
        self.start_offset = loaded.start_offset
        """First offset it serves: the log start offset."""
        self.recovery_point = loaded.end_offset
        """Everything below it is synced."""
        self.cleaned_end = known.cleaned_end
        """Where the cleaner goes on: what is below has no two records of one key."""
        self.uncleanable = ""
        """Why the cleaner leaves it alone, "" if it does not."""
        self.losses = 0
        """How often something was taken away: a cleaner that is at work gives up."""
        self.last_flush_ms = directory.clock.time_ms()
        self._synced_base = -1
        active = self._segments.active
        self._sealed_from = active.base_offset
        self._opened: tuple[int, int] | None = (active.base_offset, active.size)
        self._synced_epochs = loaded.state.epochs
        self.on_lowered: Callable[[], None] = _nobody_asks
        """Called when recovery point or log start offset moved back, or are to be
        relied on: a checkpoint that says otherwise would hide records after a crash."""

    def __repr__(self) -> str:
        """Return its name and what it holds."""
        return f"Log({self.name}, {self.start_offset}..{self.end_offset})"

    # What it knows

    @property
    def end_offset(self) -> int:
        """Return the offset the next record gets: the log end offset."""
        return self._segments.end_offset

    @property
    def size(self) -> int:
        """Return the bytes of all its segments."""
        return sum(it.size for it in self._segments)

    @property
    def segments(self) -> Sequence[Segment]:
        """Return its segments, oldest first; the last is the active one."""
        return list(self._segments)

    @property
    def epochs(self) -> Epochs:
        """Return its leader epochs with their start offsets, oldest first."""
        return self._state.epochs

    @property
    def latest_epoch(self) -> int:
        """Return the newest leader epoch in it, -1 if it knows none."""
        return latest_epoch(self._state.epochs)

    @property
    def producers(self) -> dict[int, producers.Producer]:
        """Return what it knows of producers, by id."""
        return self._state.producers

    def end_of_epoch(self, epoch: int) -> EpochEnd:
        """Return where a leader's term ended (OffsetForLeaderEpoch, KIP-101)."""
        return end_of_epoch(self._state.epochs, epoch, self.end_offset)

    def begin_epoch(self, epoch: int) -> None:
        """Note that a leader's term begins at the log end offset."""
        self._state.epochs = with_epoch(self._state.epochs, epoch, self.end_offset)

    def last_stable_offset(self, high_watermark: int) -> int:
        """Return the offset below which no transaction is open to readers (KIP-98)."""
        start = self._state.first_unstable_offset(high_watermark)
        return high_watermark if start is None else min(start, high_watermark)

    # Appending

    def append_as_leader(
        self,
        records: Buffer,
        *,
        leader_epoch: int,
        produce_version: int | None = None,
        transaction_version: int = 0,
    ) -> Appended:
        """Append a producer's records, or with no `produce_version` the broker's own.

        `records` is patched in place if it can be. A batch that was appended before is
        not appended again. `transaction_version` is the one of a marker. Raises
        ApiError and appends nothing: what `validate_produced`, `check_next` and
        `check_own` refuse, RECORD_LIST_TOO_LARGE, KAFKA_STORAGE_ERROR.
        """
        self.directory.check()
        now_ms = self.directory.clock.time_ms()
        if produce_version is None:
            prepared = stamped(records, self.end_offset, leader_epoch)
        else:
            prepared = validate_produced(
                records,
                self.settings.rules,
                produce_version=produce_version,
                now_ms=now_ms,
                base_offset=self.end_offset,
                leader_epoch=leader_epoch,
            )
        if not prepared.batches:
            return Appended(-1, self.end_offset - 1, -1, self.start_offset)
        if produce_version is None:
            check_own(
                *(self.producers, prepared.buffer, prepared.batches),
                transaction_version,
            )
        elif span := producers.appended_before(
            self.producers, prepared.batches[0], self.settings.unknown_producer
        ):
            time_ms = -1 if prepared.log_append_time < 0 else span.timestamp
            return Appended(
                *(span.base_offset, span.last_offset, time_ms, self.start_offset),
                is_duplicate=True,
            )
        if leader_epoch > self.latest_epoch:
            self.begin_epoch(leader_epoch)
        self._append(prepared.buffer, prepared.batches, now_ms)
        return Appended(
            prepared.base_offset,
            prepared.last_offset,
            prepared.log_append_time,
            self.start_offset,
        )

    def append_as_follower(self, records: Buffer) -> Appended:
        """Append what a leader sent, offsets and all; a cut batch at the end is left.

        Raises ApiError: CORRUPT_MESSAGE for bytes that are no sound batches or do not
        follow what is there, KAFKA_STORAGE_ERROR.
        """
        self.directory.check()
        scan = scan_batches(records)
        if scan.problem is not None and not scan.problem.missing:
            raise scan.problem
        expected = self.end_offset
        for batch in scan.batches:
            check_crc(records, batch)
            if batch.base_offset < expected:
                text = f"offset {batch.base_offset} where {expected} was expected"
                raise ApiError(Error.CORRUPT_MESSAGE, text)
            expected = batch.last_offset + 1
        if scan.batches:
            data = memoryview(records)[: scan.end]
            self._append(data, scan.batches, self.directory.clock.time_ms())
        base = scan.batches[0].base_offset if scan.batches else -1
        return Appended(base, expected - 1, NO_TIMESTAMP, self.start_offset)

    def _append(self, data: Buffer, batches: Sequence[Batch], now_ms: int) -> None:
        if len(data) > self.settings.segment_bytes:
            text = f"{len(data)} bytes; a segment has {self.settings.segment_bytes}"
            raise ApiError(Error.RECORD_LIST_TOO_LARGE, text)
        try:
            segment = self._segment_for(len(data), batches, now_ms)
            self._segments.append(data, batches, self.settings)
            for batch in batches:
                self._learn(segment, data, batch)
            if self.end_offset - self.recovery_point >= self.settings.flush_messages:
                self.flush()
        except OSError as error:
            raise self.directory.fail(error) from error

    def _learn(self, segment: Segment, data: Buffer, batch: Batch) -> None:
        aborted = self._state.take(data, batch)
        if aborted is not None:
            segment.add_aborted(aborted)

    # Rolling

    def _segment_for(self, size: int, batches: Sequence[Batch], now_ms: int) -> Segment:
        """Return the active segment, a new one if the old is full or too old."""
        active = self._segments.active
        newest = max([batch.max_timestamp for batch in batches])
        is_full = active.is_full_for(size, batches[-1].last_offset, self.settings)
        limit = self.settings.segment_ms - self.settings.segment_jitter_ms
        if is_full or (active.size and active.age_ms(now_ms, newest) > limit):
            return self.roll()
        return active

    def roll(self) -> Segment:
        """Begin a new segment at the log end offset; return it."""
        return self._guarded(self._roll)

    def _roll(self) -> Segment:
        active = self._segments.active
        if active.size == 0:
            return active
        active.seal()
        active.retire()
        self._write_snapshot()
        return self._segments.add(self.end_offset)

    # Reading

    def read(
        self,
        offset: int,
        size_max: int,
        *,
        end_offset: int | None = None,
        at_least_one: bool = True,
    ) -> FileSlice:
        """Return stored bytes from the batch with `offset` on, below `end_offset`.

        At most `size_max` bytes, which may end in the middle of a batch; one whole
        batch however large it is if `at_least_one`. Empty where there is nothing.
        Raises ApiError: OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR.
        """
        self.directory.check()
        if not self.start_offset <= offset <= self.end_offset:
            text = f"offset {offset} not in {self.start_offset}..{self.end_offset}"
            raise ApiError(Error.OFFSET_OUT_OF_RANGE, text)
        end_offset = self.end_offset if end_offset is None else end_offset
        try:
            return self._segments.read(
                offset, size_max, end_offset, at_least_one=at_least_one
            )
        except OSError as error:
            raise self.directory.fail(error) from error

    def bound(self, offset: int, size: int, end_offset: int) -> int:
        """Return an offset past what `read` returned, `size` bytes of it, and not far
        past that."""
        return self._guarded(lambda: self._segments.bound(offset, size, end_offset))

    def aborted(self, start_offset: int, end_offset: int) -> list[Aborted]:
        """Return the aborted transactions with an offset in [start, end)."""
        return self._guarded(lambda: self._segments.aborted(start_offset, end_offset))

    def offset_for_timestamp(self, timestamp: int) -> Found | None:
        """Return the first record at least as new as `timestamp`, None if none is.

        Raises ApiError if its batch cannot be read, or KAFKA_STORAGE_ERROR.
        """
        start = self.start_offset
        return self._guarded(lambda: self._segments.first_since(timestamp, start))

    def newest_record(self) -> Found | None:
        """Return the first record with the largest timestamp of all (KIP-734)."""
        newest = self._guarded(self._segments.newest_timestamp)
        return None if newest == NO_TIMESTAMP else self.offset_for_timestamp(newest)

    # Taking away

    def truncate_to(self, offset: int) -> None:
        """Drop every record from `offset` on; a batch that has it goes whole.

        Below the first segment the log becomes empty and goes on at `offset`.
        """
        if offset < self._segments[0].base_offset:
            self.restart_at(offset)
        elif offset < self.end_offset:
            self._guarded(lambda: self._truncate(offset))

    def _truncate(self, offset: int) -> None:
        self.losses += 1
        self.cleaned_end = min(self.cleaned_end, offset)
        self._lower_recovery_point(offset)
        self._segments.cut(offset, self.settings.file_delete_delay_ms)
        self._lower_recovery_point(self.end_offset)  # a whole batch went
        self._sealed_from = min(self._sealed_from, self._segments.active.base_offset)
        self._opened = None
        path = f"{self._segments.active.path}{TXN_INDEX}"
        keep_aborted_below(self.directory.files, path, self.end_offset)
        self._forget_above(self.end_offset)
        self._move_start(min(self.start_offset, self.end_offset))

    def restart_at(self, offset: int) -> None:
        """Drop all records; the log goes on, and begins, at `offset`."""
        self._guarded(lambda: self._restart_at(offset))

    def _restart_at(self, offset: int) -> None:
        self.losses += 1
        self.cleaned_end = min(self.cleaned_end, offset)
        self._lower_recovery_point(offset)
        for _ in range(len(self._segments)):
            self._segments.drop(-1, self.settings.file_delete_delay_ms)
        self._segments.add(offset)
        self._segments.end_offset = offset
        self._forget_above(-1)
        self._move_start(offset)

    def delete_before(self, offset: int) -> int:
        """Let the log start at `offset`, and return that; it never moves back.

        Raises ApiError: OFFSET_OUT_OF_RANGE past the log end offset.
        """
        self.directory.check()
        if offset > self.end_offset:
            text = f"offset {offset} is past the end, {self.end_offset}"
            raise ApiError(Error.OFFSET_OUT_OF_RANGE, text)
        if offset > self.start_offset:
            self.start_offset = offset
            self._state.epochs = without_start(self._state.epochs, offset)
        return self.start_offset

    def delete_old_segments(self, high_watermark: int) -> int:
        """Delete what retention does not keep; return how many segments that were."""
        return self._guarded(lambda: self._delete_old_segments(high_watermark))

    def _delete_old_segments(self, high_watermark: int) -> int:
        now_ms = self.directory.clock.time_ms()
        bounds = Bounds(self.start_offset, high_watermark, now_ms)
        facts = self._segments.facts(by_file=self.settings.ages_by_file_time)
        count = count_expired(facts, self.settings, bounds)
        if count == len(self._segments):
            self.roll()
        self.losses += count
        for _ in range(count):
            # A crash must not find a younger segment gone before an older one.
            self.directory.disk.sync_dir(self.path)
            self._segments.drop(0, self.settings.file_delete_delay_ms)
        self.delete_before(max(self.start_offset, self._segments[0].base_offset))
        return count

    def segments_to_clean(self) -> list[SegmentToClean]:
        """Return what the cleaner looks at: all segments, the active one last."""
        return self._guarded(self._segments.to_clean)

    def replace(self, sources: Sequence[Segment], cleaned: Segment) -> None:
        """Put what a cleaner has made of some neighbouring segments in their place."""
        delay_ms = self.settings.file_delete_delay_ms
        self._guarded(lambda: self._segments.replace(sources, cleaned, delay_ms))

    def _forget_above(self, end_offset: int) -> None:
        """Let epochs and producers be what they were at `end_offset`."""
        loading = Loading(self.directory, self.path, self.settings, Known())
        self._state = loading.state_at(self.segments, end_offset, self._state)
        self._write_epochs()
        self.directory.disk.sync_dir(self.path)

    def _move_start(self, offset: int) -> None:
        is_lower = offset < self.start_offset
        self.start_offset = offset
        if is_lower:
            self.on_lowered()

    def _lower_recovery_point(self, offset: int) -> None:
        if offset < self.recovery_point:
            self.recovery_point = offset
            self.on_lowered()

    # Syncing

    def flush_plan(self) -> FlushPlan:
        """Return what to sync so that nothing appended so far can be lost."""
        self._write_epochs()
        unsynced = self._segments.number_of(self.recovery_point)
        files = tuple(segment.file for segment in self.segments[unsynced:])
        sealed = self._segments.number_of(self._sealed_from)
        for segment in self.segments[sealed:-1]:
            files += tuple(segment.open_indexes())
        folders: tuple[str, ...] = ()
        if self._segments.active.base_offset != self._synced_base:
            folders = (self.path, self.directory.path)
            files += self._metadata_file()
        base_offset = self._segments.active.base_offset
        disk = self.directory.disk
        return FlushPlan(self.end_offset, base_offset, files, folders, disk)

    def flushed(self, plan: FlushPlan) -> None:
        """Note that `plan` was run."""
        self.recovery_point = max(self.recovery_point, plan.end_offset)
        self._synced_base = self._sealed_from = plan.base_offset
        self.last_flush_ms = self.directory.clock.time_ms()

    def _metadata_file(self) -> tuple[File, ...]:
        path = f"{self.path}/{PARTITION_METADATA}"
        disk = self.directory.disk
        return (disk.open(path),) if disk.exists(path) else ()

    def flush(self) -> None:
        """Return once nothing appended so far can be lost in a crash."""
        self._guarded(self._flush)

    def _flush(self) -> None:
        plan = self.flush_plan()
        plan.run()
        self.flushed(plan)

    @property
    def needs_flush(self) -> bool:
        """Whether a full segment waits to be synced, or time is up (`flush.ms`)."""
        idle_ms = self.directory.clock.time_ms() - self.last_flush_ms
        is_due = idle_ms >= self.settings.flush_ms
        is_rolled = self._segments.active.base_offset > self.recovery_point
        return is_rolled or (is_due and self.end_offset > self.recovery_point)

    def close(self) -> FlushPlan:
        """Leave the files as after a clean stop, once what is returned is synced."""
        return self._guarded(self._close)

    def _close(self) -> FlushPlan:
        active = self._segments.active
        disk = self.directory.disk
        plan = FlushPlan(self.end_offset, active.base_offset, (), (), disk)
        if (self.end_offset, self.epochs) != (self.recovery_point, self._synced_epochs):
            plan = self.flush_plan()
        active.seal()
        if (active.base_offset, active.size) != self._opened:
            plan = plan._replace(files=(*plan.files, *active.open_indexes()))
        self._write_snapshot()
        return plan

    def _guarded(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; a failing disk takes the directory offline."""
        self.directory.check()
        try:
            return work()
        except OSError as error:
            raise self.directory.fail(error) from error

    def forget_expired_producers(self) -> None:
        """Forget producers that have been idle too long."""
        now_ms = self.directory.clock.time_ms()
        self._state.forget_expired(now_ms, self.settings.producer_expiry_ms)

    def _write_snapshot(self) -> None:
        path = f"{self.path}/{file_stem(self.end_offset)}{SNAPSHOT}"
        data = format_snapshot(self._state.producers.values())
        write_file(self.directory.disk, path, data)

    def _write_epochs(self) -> None:
        if self._state.epochs != self._synced_epochs:
            path = f"{self.path}/{LEADER_EPOCHS}"
            replace_file(self.directory.disk, path, format_epochs(self._state.epochs))
            self._synced_epochs = self._state.epochs


def _nobody_asks() -> None:
    """Do nothing: there is no checkpoint to write."""
