"""What is to be cleaned, and which segments become one."""

from __future__ import annotations

from collections.abc import Sequence
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


def part(
    first: int = 0,
    stable: int = 40,
    now_ms: int = 100,
    segments: Sequence[SegmentToClean] = SEGMENTS,
    **rules: float,
) -> Dirty:
    compaction = CompactionSettings(**rules)  # type: ignore[arg-type]
    bounds = CleaningBounds(first, stable, now_ms)
    return dirty_part(segments, replace(SETTINGS, compaction=compaction), bounds)


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


def test_what_is_clean_already_holds_up_nothing_however_young() -> None:
    segments = [SEGMENTS[0]._replace(newest_ms=99), *SEGMENTS[1:]]
    assert part(segments=segments, min_lag_ms=10).end == 0
    assert part(first=10, segments=segments, min_lag_ms=10).end == 30


def test_without_a_lag_even_what_is_dated_later_than_now_is_cleaned() -> None:
    segments = [it._replace(newest_ms=101) for it in SEGMENTS]
    assert part(segments=segments, min_lag_ms=0).end == 30
    assert part(segments=segments, min_lag_ms=1).end == 0


def test_what_has_no_time_or_the_first_of_1970_is_never_overdue() -> None:
    for oldest, is_overdue in ((-1, False), (0, False), (1, True)):
        segments = [it._replace(oldest_ms=oldest) for it in SEGMENTS]
        assert part(segments=segments, max_lag_ms=98).is_overdue is is_overdue


def test_a_single_byte_that_is_overdue_makes_a_log_due_and_nothing_does_not() -> None:
    assert Dirty(0, 10, 99, 1, is_overdue=True).is_due(0.5)
    assert not Dirty(0, 10, 99, 1, is_overdue=False).is_due(0.5)
    assert not Dirty(0, 10, 99, 0, is_overdue=True).is_due(0.5)


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


def test_a_group_may_be_just_as_large_as_a_segment_and_its_index() -> None:
    indexed = [it._replace(index_size=6) for it in SEGMENTS]
    for size, index_size, groups in ((200, 12, 2), (199, 12, 4), (200, 11, 4)):
        limits = replace(SETTINGS, segment_bytes=size, segment_index_bytes=index_size)
        assert len(grouped(indexed, limits)) == groups


def test_the_last_offset_may_be_as_far_away_as_an_index_can_say() -> None:
    first = SEGMENTS[1]
    for end, groups in ((10 + 2**31, 1), (10 + 2**31 + 1, 2)):
        assert len(grouped([first, first._replace(end_offset=end)], SETTINGS)) == groups


def test_no_offset_gets_too_far_from_where_its_segment_begins() -> None:
    far = SEGMENTS[1]._replace(end_offset=2**31 + 1)
    assert len(grouped([SEGMENTS[0], far], SETTINGS)) == 2
    assert len(grouped([SEGMENTS[0], far._replace(size=0)], SETTINGS)) == 1
