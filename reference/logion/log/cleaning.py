"""Which part of a log is to be cleaned, and which segments become one.

Pure: it looks at plain facts about the segments, oldest first, the last of them the
active one. Cleaned is up to the first segment that must not be touched: the active one,
one that holds what is not committed or belongs to an open transaction, one that is not
synced, or one that is too young (`min.compaction.lag.ms`). The records above the first
dirty offset are looked at, and all below that end are written anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from logion.log.settings import LogSettings

RELATIVE_OFFSET_MAX = 2**31 - 1


class SegmentToClean(NamedTuple):
    """What a cleaner needs to know of a segment."""

    base_offset: int
    end_offset: int
    """Where the next one begins."""
    size: int
    newest_ms: int
    """Its largest timestamp, or when its file was written."""
    oldest_ms: int
    """The timestamp of its first batch, -1 if it has none."""
    index_size: int = 0
    """Bytes of the larger of its two indexes."""


class CleaningBounds(NamedTuple):
    """What of a log may be cleaned at all."""

    first_dirty: int
    """Everything below was cleaned before: the cleaner's checkpoint."""
    stable: int
    """Everything below is committed, decided and synced."""
    now_ms: int


class Dirty(NamedTuple):
    """The part of a log that is to be cleaned."""

    first_dirty: int
    end: int
    """Where the first segment begins that is not to be touched."""
    clean_size: int
    """Bytes below the first dirty offset."""
    size: int
    """Bytes from there to the end."""
    is_overdue: bool
    """A record in it is older than `max.compaction.lag.ms`."""

    @property
    def ratio(self) -> float:
        """Return the share of the bytes that is dirty, 0 if there are none."""
        total = self.clean_size + self.size
        return self.size / total if total else 0.0

    def is_due(self, min_dirty_ratio: float) -> bool:
        """Tell whether it is to be cleaned now."""
        return self.ratio > min_dirty_ratio or (self.is_overdue and self.size > 0)


def dirty_part(
    segments: Sequence[SegmentToClean], settings: LogSettings, bounds: CleaningBounds
) -> Dirty:
    """Return the part that may be cleaned; it is empty if it ends where it starts."""
    rules = settings.compaction
    full = segments[:-1]
    first = bounds.first_dirty
    open_end = segments[-1].base_offset
    if rules.min_lag_ms > 0:
        too_young = bounds.now_ms - rules.min_lag_ms
        dirty = (it for it in full if it.end_offset > first)
        open_end = next(
            (it.base_offset for it in dirty if it.newest_ms > too_young), open_end
        )
    limit = max(first, min(open_end, bounds.stable))
    whole = list(takewhile(lambda it: it.end_offset <= limit, full))
    end = segments[len(whole)].base_offset
    dirty_now = [it for it in whole if it.end_offset > first]
    overdue = bounds.now_ms - rules.max_lag_ms
    return Dirty(
        first,
        end,
        sum(it.size for it in whole if it.base_offset < first),
        sum(it.size for it in dirty_now),
        any(0 < it.oldest_ms < overdue for it in full if it.end_offset > first),
    )


def grouped(
    segments: Sequence[SegmentToClean], settings: LogSettings
) -> list[list[SegmentToClean]]:
    """Return the neighbours that become one segment each.

    Together they are no larger than `segment.bytes`, their indexes no larger than
    `segment.index.bytes`, and no offset is too far from where the first begins.
    """
    groups: list[list[SegmentToClean]] = []
    for segment in segments:
        if groups and _fits(groups[-1], segment, settings):
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def _fits(
    group: Sequence[SegmentToClean], more: SegmentToClean, settings: LogSettings
) -> bool:
    size = sum(it.size for it in group) + more.size
    index_size = sum(it.index_size for it in group) + more.index_size
    reach = more.end_offset - 1 - group[0].base_offset
    return (
        size <= settings.segment_bytes
        and index_size <= settings.segment_index_bytes
        and (more.size == 0 or reach <= RELATIVE_OFFSET_MAX)
    )
