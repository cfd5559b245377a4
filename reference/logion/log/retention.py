"""Which segments are too old, too many or below the log start offset.

Pure: it looks at plain facts about the segments, oldest first, and says how many of
them go. Whole segments go, oldest first, and only if all their records are committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from logion.log.settings import LogSettings


class SegmentFacts(NamedTuple):
    """What retention needs to know of a segment."""

    end_offset: int
    """Where the next one begins."""
    size: int
    time_ms: int
    """Its largest timestamp, or when its file was written."""


class Bounds(NamedTuple):
    """Where the log begins, and what may go at all."""

    log_start_offset: int
    high_watermark: int
    now_ms: int


def count_expired(
    segments: Sequence[SegmentFacts], settings: LogSettings, bounds: Bounds
) -> int:
    """Return how many of the oldest segments are to be deleted."""
    committed = [s for s in segments if s.end_offset <= bounds.high_watermark]
    counts = [_count_below_start(committed, bounds.log_start_offset)]
    if settings.is_delete:
        counts.append(_count_old(committed, settings.retention_ms, bounds.now_ms))
        excess = sum(s.size for s in segments) - settings.retention_bytes
        if settings.retention_bytes >= 0:
            counts.append(_count_excess(committed, excess))
    return max(counts)


def _count_below_start(segments: Sequence[SegmentFacts], start_offset: int) -> int:
    return sum(1 for _ in takewhile(lambda s: s.end_offset <= start_offset, segments))


def _count_old(segments: Sequence[SegmentFacts], retention_ms: int, now_ms: int) -> int:
    if retention_ms < 0:
        return 0
    return sum(
        1 for _ in takewhile(lambda s: now_ms - s.time_ms > retention_ms, segments)
    )


def _count_excess(segments: Sequence[SegmentFacts], excess: int) -> int:
    """Count segments as long as the excess is at least as large as the next one."""
    count = 0
    for segment in segments:
        if excess < segment.size or excess <= 0:
            break
        excess -= segment.size
        count += 1
    return count
