from __future__ import annotations

import pytest
from logion.log.directory import LogDirectory
from logion.log.segment import Segment, file_stem
from logion.log.segments import Segments
from logion.log.settings import LogSettings
from logion.records.batch import parse_batches
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

from tests.logion.log.building import batch


@pytest.fixture
def segments() -> Segments:
    """Three segments: offsets 0 to 3, 4 to 7, 8 to 9."""
    disk = MemoryDisk()
    disk.make_dir("data/t-0")
    directory = LogDirectory(disk, "data", FakeClock())
    path = "data/t-0"
    first = Segment(directory.files, f"{path}/{file_stem(0)}", 0, 0)
    first.create(now_ms=0)
    segments = Segments(directory, path, [first], 0)
    for offset in range(0, 10, 2):
        if offset in (4, 8):
            segments.add(offset)
        data = batch(b"a", b"b", base_offset=offset, timestamp=offset)
        segments.append(data, parse_batches(data), LogSettings())
    return segments


def found(segments: Segments, offset: int, end_offset: int) -> list[int]:
    data = segments.read(offset, 10**6, end_offset, at_least_one=True).read()
    return [header.base_offset for header in parse_batches(data)]


def test_each_segment_ends_where_the_next_begins(segments: Segments) -> None:
    assert [segments.end_of(number) for number in range(len(segments))] == [4, 8, 10]
    assert [segments.number_of(offset) for offset in (0, 3, 4, 9, 99)] == [
        0,
        0,
        1,
        2,
        2,
    ]
    assert segments.active is segments[-1]
    assert [segment.base_offset for segment in segments] == [0, 4, 8]


def test_a_read_stays_in_one_segment(segments: Segments) -> None:
    assert found(segments, 0, 10) == [0, 2]
    assert found(segments, 7, 10) == [6]
    assert found(segments, 8, 10) == [8]
    assert found(segments, 2, 3) == []
    assert found(segments, 0, 2) == [0]


def test_an_offset_that_compaction_removed_is_answered_by_the_next(
    segments: Segments,
) -> None:
    segments.drop(1, 0)
    assert found(segments, 5, 10) == [8]


def test_a_cut_ends_the_log_with_the_batch_before(segments: Segments) -> None:
    segments.cut(7, 0)
    assert (len(segments), segments.end_offset) == (2, 6)
    segments.cut(4, 0)  # a segment begins there: it stays, so that the log ends there
    assert (len(segments), segments.end_offset) == (2, 4)


def test_dropped_files_are_renamed(segments: Segments) -> None:
    disk = segments._directory.disk
    segments[0].seal()
    segments.drop(0, 0)
    deleted = [n for n in disk.listdir("data/t-0") if n.endswith(".deleted")]
    assert len(deleted) == 3
    segments._directory.empty_trash()
    assert all("0000." not in name for name in disk.listdir("data/t-0"))


def test_the_first_record_as_new_may_be_in_any_segment(segments: Segments) -> None:
    assert segments.newest_timestamp() == 8
    for timestamp, offset in ((0, 0), (1, 2), (4, 4), (7, 8)):
        first = segments.first_since(timestamp, 0)
        assert first is not None
        assert first.offset == offset
    assert segments.first_since(9, 0) is None


def test_the_age_of_a_segment_is_its_records_or_its_files(segments: Segments) -> None:
    segment = segments[1]
    assert segments.time_of(segment, by_file=False) == 6
    assert segments.time_of(segment, by_file=True) == segment.modified_ms
