from __future__ import annotations

import pytest
from logion.log.retention import Bounds, SegmentFacts, count_expired
from logion.log.settings import LogSettings

# Three segments of 100 bytes, one hour apart, ending at offsets 10, 20 and 30.
HOUR = 3_600_000
SEGMENTS = [SegmentFacts(10 * n, 100, n * HOUR) for n in (1, 2, 3)]
KEEP_ALL = LogSettings(retention_ms=-1, retention_bytes=-1)


def count(
    settings: LogSettings, *, start: int = 0, committed: int = 30, now_ms: int = 0
) -> int:
    return count_expired(SEGMENTS, settings, Bounds(start, committed, now_ms))


def test_without_limits_everything_stays() -> None:
    assert count(KEEP_ALL, now_ms=10**15) == 0


@pytest.mark.parametrize(
    ("hours", "before", "after"), [(3, 0, 1), (4, 1, 2), (5, 2, 3)]
)
def test_a_segment_goes_when_its_newest_record_is_too_old(
    hours: int, before: int, after: int
) -> None:
    settings = LogSettings(retention_ms=2 * HOUR)
    assert count(settings, now_ms=hours * HOUR) == before
    assert count(settings, now_ms=hours * HOUR + 1) == after


def test_nothing_is_kept_longer_than_no_time() -> None:
    settings = LogSettings(retention_ms=0)
    assert count(settings, now_ms=HOUR) == 0
    assert count(settings, now_ms=HOUR + 1) == 1


def test_an_old_segment_stays_behind_a_young_one() -> None:
    segments = [SegmentFacts(10, 100, 5 * HOUR), SegmentFacts(20, 100, 0)]
    bounds = Bounds(0, 20, 6 * HOUR)
    assert count_expired(segments, LogSettings(retention_ms=2 * HOUR), bounds) == 0


@pytest.mark.parametrize(
    ("limit", "expected"), [(300, 0), (201, 0), (200, 1), (101, 1), (100, 2), (0, 3)]
)
def test_size_takes_a_segment_only_if_the_excess_is_as_large(
    limit: int, expected: int
) -> None:
    assert count(LogSettings(retention_ms=-1, retention_bytes=limit)) == expected


def test_an_excess_of_a_byte_takes_a_segment_of_one_and_no_empty_one() -> None:
    segments = [SegmentFacts(1, 1, 0), SegmentFacts(1, 0, 0)]
    settings = LogSettings(retention_ms=-1, retention_bytes=0)
    assert count_expired(segments, settings, Bounds(0, 1, 0)) == 1


@pytest.mark.parametrize(("start", "expected"), [(9, 0), (10, 1), (29, 2), (30, 3)])
def test_segments_below_the_log_start_offset_go(start: int, expected: int) -> None:
    assert count(KEEP_ALL, start=start) == expected


def test_uncommitted_segments_stay() -> None:
    settings = LogSettings(retention_ms=1, retention_bytes=0)
    assert count(settings, committed=29, start=30, now_ms=10**15) == 2


def test_a_log_that_is_only_compacted_keeps_old_and_many_segments() -> None:
    settings = LogSettings(retention_ms=1, retention_bytes=0, is_delete=False)
    assert count(settings, now_ms=10**15) == 0
    assert count(settings, start=10) == 1
