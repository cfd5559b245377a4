"""The cleaning of one log, in short steps, beside everything else that is done to it.

First the keys of the dirty part are looked at, then neighbouring segments are written
anew with what stays of them, group by group, oldest first, and take their place. Until
then the new files end in `.cleaned`; readers see the old or the new segment, whole. The
active segment is never touched, so appends go on meanwhile; a log that loses records
(retention, truncation, deletion) is left as it is by then, to be cleaned another time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple, TypeAlias

from outcome import Outcome, capture

from logion.log.aborted import Aborted, format_aborted
from logion.log.cleaned_transactions import CleanedTransactions
from logion.log.cleaning import Dirty, SegmentToClean, grouped
from logion.log.entries import StoredBatch
from logion.log.filtering import DeleteRules, Filter, heads_of
from logion.log.flushing import FlushPlan
from logion.log.log import Log
from logion.log.offset_map import MapLimits, OffsetMap
from logion.log.segment import CLEANED, LOG, TXN_INDEX, Segment, file_stem
from logion.names import Buffer, TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.records.batch import Batch, parse_batch

Steps: TypeAlias = Generator[Callable[[], None] | None, None, None]
"""Each step is short. What it yields may take long, in a thread, and never raises; it
must be done before the next step."""

STEP_COST_MAX = 1.0
"""Work of about a millisecond: so many records and bytes that the shares make it up."""

RECORD_COST, BYTE_COST = 1 / 500, 1 / 1_000_000

WRITE_SIZE = 1024 * 1024
"""Bytes that are gathered before they are written."""


class Cleaned(NamedTuple):
    """What a cleaning has done to a log."""

    name: TopicPartition
    start_offset: int
    """First offset it had not cleaned before."""
    end_offset: int
    """Everything below is clean now."""
    size_before: int
    """Bytes of the segments that were written anew."""
    size_after: int


class Compaction:
    """The cleaning of one log."""

    def __init__(self, log: Log, dirty: Dirty, limits: MapLimits) -> None:
        """Prepare to clean what `dirty` says; nothing is done yet."""
        self._log = log
        self._dirty = dirty
        self._latest = OffsetMap(limits, dirty.first_dirty, dirty.end)
        self._losses = log.losses
        self._size_before = self._size_after = 0
        self._cost = 0.0
        self.result: Cleaned | None = None
        """What was done; None unless it came to its end."""

    def steps(self) -> Steps:
        """Clean the log; closing this early leaves the log as it is by then.

        Raises ApiError for bytes that are no records, which stay, and
        KAFKA_STORAGE_ERROR.
        """
        with closing(self._guarded()) as steps:
            for work in steps:
                yield work
                if self._log.losses != self._losses:
                    return

    def _guarded(self) -> Steps:
        try:
            yield from self._steps()
        except OSError as error:
            raise self._log.directory.fail(error) from error

    def _steps(self) -> Steps:
        yield from self._learn()
        yield from self._sync()
        end = self._latest.end_offset
        to_clean = [
            it for it in self._log.segments_to_clean()[:-1] if it.base_offset < end
        ]
        if not to_clean:
            return
        bounds = to_clean[0].base_offset, to_clean[-1].end_offset
        keeper = self._filter(self._log.aborted(*bounds))
        for group in grouped(to_clean, self._log.settings):
            yield from self._renew(self._sources(group), keeper)
        self._log.cleaned_end = end
        self.result = Cleaned(
            *(self._log.name, self._dirty.first_dirty, end),
            *(self._size_before, self._size_after),
        )

    def _sources(self, group: Sequence[SegmentToClean]) -> list[Segment]:
        wanted = {it.base_offset for it in group}
        return [it for it in self._log.segments if it.base_offset in wanted]

    def _filter(self, aborted: Sequence[Aborted]) -> Filter:
        rules = self._log.settings.compaction
        deletes = DeleteRules(
            self._log.directory.clock.time_ms(),
            rules.delete_retention_ms,
            self._newest_deletable_ms(),
            rules.has_delete_horizons,
        )
        transactions = CleanedTransactions(aborted)
        return Filter(self._latest, transactions, self._log.producers, deletes)

    def _newest_deletable_ms(self) -> int:
        """Return when a file was written at the latest whose tombstones may go.

        That is by `delete.retention.ms` before the last clean segment was.
        """
        first = self._dirty.first_dirty
        clean = [it for it in self._log.segments if it.base_offset < first]
        if not clean:
            return 0
        return clean[-1].modified_ms - self._log.settings.compaction.delete_retention_ms

    # Looking at the dirty part

    def _learn(self) -> Steps:
        """Fill the map; what does not fit is left for the next cleaning."""
        start, end = self._dirty.first_dirty, self._dirty.end
        log, latest = self._log, self._latest
        transactions = CleanedTransactions(log.aborted(start, end))
        for facts in log.segments_to_clean()[:-1]:
            if facts.end_offset <= start or facts.base_offset >= end:
                continue
            (segment,) = self._sources([facts])
            first = segment.find(start)
            for entry in self._entries(segment, first.position if first else 0):
                if not self._learn_batch(entry, transactions):
                    return
                latest.end_offset = max(latest.end_offset, entry.batch.last_offset + 1)
                if self._is_step_full(entry.batch):
                    yield None
            latest.end_offset = facts.end_offset

    def _learn_batch(
        self, entry: StoredBatch, transactions: CleanedTransactions
    ) -> bool:
        """Take in the keys of a batch; return whether they fit."""
        transactions.take(entry.buffer, entry.batch)
        if entry.batch.is_control or transactions.may_discard:
            return True
        if self._latest.put(heads_of(entry), self._dirty.first_dirty):
            return True
        if self._latest.end_offset <= self._dirty.first_dirty:
            text = (
                f"{self._log.name}: log.cleaner.dedupe.buffer.size has room for "
                f"{self._latest.entries_max} keys; the first dirty batch has more"
            )
            raise ApiError(Error.RECORD_LIST_TOO_LARGE, text)
        return False

    def _entries(self, segment: Segment, position: int = 0) -> Iterator[StoredBatch]:
        """Yield the entries of a segment; CORRUPT_MESSAGE unless all are sound."""
        for entry in segment.entries(position):
            yield entry
            position = entry.position + entry.batch.size
        if position != segment.size:
            text = f"{self._log.name}: no sound batch at byte {position} of {segment}"
            raise ApiError(Error.CORRUPT_MESSAGE, text)

    def _is_step_full(self, batch: Batch) -> bool:
        """Tell whether, with this batch, enough was done in this step."""
        self._cost += (batch.count or 1) * RECORD_COST + batch.size * BYTE_COST
        if self._cost < STEP_COST_MAX:
            return False
        self._cost = 0.0
        return True

    def _sync(self) -> Steps:
        """Have all that is cleaned synced, and let the checkpoints say so.

        Recovery takes a gap behind what was synced for damage.
        """
        plan = self._log.flush_plan()
        yield from _run(plan)
        self._log.flushed(plan)
        self._log.on_lowered()

    # Writing segments anew

    def _renew(self, sources: Sequence[Segment], keeper: Filter) -> Steps:
        """Put one segment in the place of `sources`, with what stays of them."""
        log, base_offset = self._log, sources[0].base_offset
        path = f"{log.path}/{file_stem(base_offset)}"
        cleaned = Segment(log.directory.files, path, base_offset, 0)
        cleaned.ending = CLEANED
        try:
            cleaned.create(log.directory.clock.time_ms())
            cleaned.file.truncate(0)
            for source in sources:
                keeper.begin(source.modified_ms)
                yield from self._copy(source, cleaned, keeper)
            yield from _run(self._finish(sources, cleaned, keeper))
            disk = log.directory.disk
            disk.set_modified_ms(cleaned.path_of(LOG), sources[-1].modified_ms)
            log.replace(sources, cleaned)
        finally:
            if cleaned.ending == CLEANED and log.directory.failure is None:
                cleaned.discard()

    def _copy(self, source: Segment, cleaned: Segment, keeper: Filter) -> Steps:
        pieces: list[Buffer] = []
        batches: list[Batch] = []
        size = 0
        for entry in self._entries(source):
            kept = keeper.keep(entry)
            if kept is not None:
                pieces.append(kept)
                batches.append(_header(entry, kept))
                size += len(kept)
            if size >= WRITE_SIZE:
                cleaned.copy_in(pieces, batches, self._log.settings)
                size = 0
                pieces.clear()
                batches.clear()
            if self._is_step_full(entry.batch):
                yield None
        cleaned.copy_in(pieces, batches, self._log.settings)
        self._size_before += source.size

    def _finish(
        self, sources: Sequence[Segment], cleaned: Segment, keeper: Filter
    ) -> FlushPlan:
        """Complete the files of a new segment; return how to sync them."""
        log = self._log
        cleaned.seal()
        kept = keeper.take_aborted()
        has_index = any(
            log.directory.disk.exists(it.path_of(TXN_INDEX)) for it in sources
        )
        if kept or has_index:
            path = cleaned.path_of(TXN_INDEX)
            file = log.directory.disk.open(path, create=True)
            file.truncate(0)
            file.pwritev((format_aborted(kept),), 0)
        self._size_after += cleaned.size
        files = tuple(cleaned.open_files())
        return FlushPlan(0, 0, files, (log.path,), log.directory.disk)


def _run(plan: FlushPlan) -> Steps:
    """Have a plan run; what goes wrong is raised here, not where it runs."""
    done: list[Outcome[None]] = []
    yield lambda: done.append(capture(plan.run))
    done[0].unwrap()


def _header(entry: StoredBatch, kept: Buffer) -> Batch:
    """Return the header of what stays of an entry; a whole one is a view of it."""
    return entry.batch if isinstance(kept, memoryview) else parse_batch(kept)
