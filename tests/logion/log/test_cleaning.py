"""What is to be cleaned, and which segments become one."""

from __future__ import annotations

from dataclasses import replace

from logion.log.cleaning import (
    CleaningBounds,
    Dirty,
    SegmentToClean,
    dirty_part,
    grouped,
)
from logion.log.settings import CompactionSettings, LogSettings

SEGMENTS = [
    SegmentToClean(base, base + 10, 100, newest_ms=base + 9, oldest_ms=base + 1)
    for base in (0, 10, 20, 30)
]
SETTINGS = LogSettings(segment_bytes=250)


def part(first: int = 0, stable: int = 40, now_ms: int = 100, **rules: float) -> Dirty:
    compaction = CompactionSettings(**rules)  # type: ignore[arg-type]
    bounds = CleaningBounds(first, stable, now_ms)
    return dirty_part(SEGMENTS, replace(SETTINGS, compaction=compaction), bounds)


def test_all_but_the_active_segment_may_be_cleaned() -> None:
    assert part() == Dirty(0, 30, 0, 300, is_overdue=False)
    assert part(first=20) == Dirty(20, 30, 200, 100, is_overdue=False)
    assert part(first=30).ratio == 0.0


def test_a_segment_that_is_not_stable_to_its_end_is_left() -> None:
    assert part(stable=29).end == 20
    assert part(stable=5).end == 0
    assert part(stable=5).ratio == 0.0


def test_a_young_segment_holds_up_what_follows() -> None:
    assert part(now_ms=29, min_lag_ms=10).end == 20
    assert part(now_ms=39, min_lag_ms=10).end == 30


def test_a_log_is_due_above_its_ratio_or_when_a_record_is_too_old() -> None:
    assert not part(first=20).is_due(1 / 3)
    assert part(first=20).is_due(0.33)
    assert part(first=20, max_lag_ms=78).is_due(0.9)
    assert not part(first=20, max_lag_ms=79).is_due(0.9)
    assert not part(first=30, max_lag_ms=1).is_due(0.9)


def test_neighbours_are_grouped_up_to_the_size_of_a_segment() -> None:
    sizes = [[it.base_offset for it in group] for group in grouped(SEGMENTS, SETTINGS)]
    assert sizes == [[0, 10], [20, 30]]
    indexes = [it._replace(index_size=6) for it in SEGMENTS]
    small = replace(SETTINGS, segment_index_bytes=11)
    assert len(grouped(indexes, small)) == 4


def test_no_offset_gets_too_far_from_where_its_segment_begins() -> None:
    far = SEGMENTS[1]._replace(end_offset=2**31 + 1)
    assert len(grouped([SEGMENTS[0], far], SETTINGS)) == 2
    assert len(grouped([SEGMENTS[0], far._replace(size=0)], SETTINGS)) == 1
