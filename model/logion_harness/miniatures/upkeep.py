"""What becomes of logs in time: segments that go, keys that are compacted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from logion.log.log import Log
from logion.log.retention import Bounds, SegmentFacts
from logion.log.settings import LogSettings

from logion_harness.miniatures.miniature import Defect, Miniature
from logion_harness.miniatures.seams import instead, swapped

EXPIRED = "logion.log.log:count_expired"
LOG = "logion.log.log:Log"
MAP = "logion.log.offset_map:OffsetMap"
FILTER = "logion.log.filtering:Filter"
CLEANER = "logion.log.cleaner:LogCleaner"

Count = Callable[[Sequence[SegmentFacts], LogSettings, Bounds], int]

LARGE = 1_000
"""Bytes of more than one segment of a case, of less than two."""


def limited(change: Callable[[LogSettings], LogSettings]) -> Defect:
    """Let retention go by other settings than the log's."""

    def by(count: Count) -> Count:
        return lambda segments, settings, bounds: count(
            segments, change(settings), bounds
        )

    return swapped(EXPIRED, by)


def smaller(settings: LogSettings) -> LogSettings:
    """Leave less of a large log than is to be left."""
    return replace(settings, retention_bytes=settings.retention_bytes - LARGE)


def all_or_nothing(count: Count) -> Count:
    """Let all segments go as soon as one is too old."""

    def wrong(
        segments: Sequence[SegmentFacts], settings: LogSettings, bounds: Bounds
    ) -> int:
        is_old = settings.is_delete and count(segments, settings, bounds)
        return len(segments) if is_old else count(segments, settings, bounds)

    return wrong


def begun_anew(append: Callable[..., Any]) -> Callable[..., Any]:
    """Count from 0 again once all records are gone."""

    def wrong(log: Log, *given: Any, **more: Any) -> Any:
        if log.end_offset and not log.size:
            log.restart_at(0)
        return append(log, *given, **more)

    return wrong


def record_by_record(delete: Callable[[Log, int], int]) -> Callable[[Log, int], int]:
    """Let single records go that are too old."""

    def wrong(log: Log, high_watermark: int) -> int:
        count = delete(log, high_watermark)
        oldest_ms = log.directory.clock.time_ms() - log.settings.retention_ms
        found = log.offset_for_timestamp(oldest_ms)
        if log.settings.is_delete and found is not None:
            log.delete_before(found.offset)
        return count

    return wrong


def where_files_begin(delete: Callable[[Log, int], int]) -> Callable[[Log, int], int]:
    """Let a log start where its first segment begins, whatever was deleted of it."""

    def wrong(log: Log, high_watermark: int) -> int:
        count = delete(log, high_watermark)
        log.start_offset = log.segments[0].base_offset
        return count

    return wrong


def never_both(is_compacted: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Clean no log that also expires."""
    return lambda cleaner: [
        it for it in is_compacted(cleaner) if not it.settings.is_delete
    ]


def one_later(put: Callable[..., bool]) -> Callable[..., bool]:
    """Look for the last record of a key behind it."""
    return lambda self, heads, start: put(
        self, [(*it[:3], it[3] + 1, *it[4:]) for it in heads], start
    )


def rolled_before(dirty: Callable[[Any, Log], Any]) -> Callable[[Any, Log], Any]:
    """Close the newest segment of a log so that it is cleaned with the others."""

    def wrong(cleaner: Any, log: Log) -> Any:
        log.roll()
        return dirty(cleaner, log)

    return wrong


def whole_or_nothing(kept: Callable[..., Any]) -> Callable[..., Any]:
    """Drop a batch if one of its records goes."""

    def wrong(self: Any, entry: Any) -> Any:
        found = kept(self, entry)
        is_whole = found is not None and len(found) == entry.batch.size
        return found if is_whole else None

    return wrong


def in_holes(find: Callable[..., Any]) -> Callable[..., Any]:
    """Find, in a compacted log, the offset before the record's."""

    def wrong(log: Log, timestamp: int) -> Any:
        found = find(log, timestamp)
        is_moved = found is not None and log.settings.is_compacted
        return found._replace(offset=found.offset - 1) if is_moved else found

    return wrong


MINIATURES = (
    Miniature(
        "lets-logs-grow",
        "never deletes a segment because of a log's size",
        ("retention.changed",),
        limited(lambda it: replace(it, retention_bytes=-1)),
    ),
    Miniature(
        "leaves-too-few-bytes",
        "deletes a segment although less is left than is to be kept",
        ("retention.bytes", "retention.deletion"),
        limited(smaller),
    ),
    Miniature(
        "counts-anew-when-all-is-old",
        "counts from 0 again once all records have become too old",
        ("retention.all",),
        swapped(f"{LOG}.append_as_leader", begun_anew),
    ),
    Miniature(
        "lets-all-go-at-once",
        "deletes all segments of a log as soon as one is too old",
        ("retention.time",),
        swapped(EXPIRED, all_or_nothing),
    ),
    Miniature(
        "lets-single-records-go",
        "hides old records of a segment that is not to be deleted yet",
        ("retention.whole-segments",),
        swapped(f"{LOG}.delete_old_segments", record_by_record),
    ),
    Miniature(
        "knows-no-eternity",
        "takes the age of -1, which is no limit, for one of 0",
        ("retention.unlimited",),
        limited(lambda it: replace(it, retention_ms=max(0, it.retention_ms))),
    ),
    Miniature(
        "lets-compacted-logs-expire",
        "deletes old segments of logs that are compacted alone",
        ("retention.compacted",),
        limited(lambda it: replace(it, is_delete=True)),
    ),
    Miniature(
        "starts-where-files-begin",
        "shows deleted records again that are in the file of others",
        ("retention.deletion",),
        swapped(f"{LOG}.delete_old_segments", where_files_begin),
    ),
    Miniature(
        "loses-the-last-of-a-key",
        "drops the last record of a key with the others when it cleans a log",
        ("compaction.latest",),
        swapped(f"{MAP}.put", one_later),
    ),
    Miniature(
        "cleans-what-is-new",
        "cleans the newest segment with the others",
        ("compaction.newest-segment",),
        swapped(f"{CLEANER}._dirty", rolled_before),
    ),
    Miniature(
        "cleans-by-batches",
        "drops a whole batch if one record of it goes",
        ("compaction.batches",),
        swapped(f"{FILTER}._kept_of_batch", whole_or_nothing),
    ),
    Miniature(
        "drops-tombstones-at-once",
        "drops a record without a value with the first cleaning",
        ("compaction.tombstone",),
        swapped(f"{FILTER}._drops_tombstones", instead(value=True)),
    ),
    Miniature(
        "keeps-tombstones",
        "keeps records without a value for ever",
        ("compaction.tombstone.removed",),
        swapped(f"{FILTER}._drops_tombstones", instead(value=False)),
    ),
    Miniature(
        "cleans-or-deletes",
        "cleans no log whose old segments go",
        ("compaction.and-deletion",),
        swapped(f"{CLEANER}._compacted_logs", never_both),
    ),
    Miniature(
        "finds-times-in-holes",
        "finds, in a compacted log, the offset before the record of a time",
        ("compaction.times",),
        swapped(f"{LOG}.offset_for_timestamp", in_holes),
    ),
)
