from __future__ import annotations

import pytest
from logion.disk import read_file
from logion.log.files import Files
from logion.log.segment import Segment, file_stem
from logion.log.settings import LogSettings
from logion.records.batch import parse_batches
from logion.testing.disk import MemoryDisk

from tests.logion.log.building import batch

EVERY = LogSettings(index_interval_bytes=0)
"""An index entry for every batch but the first."""


@pytest.fixture
def segment() -> Segment:
    files = Files(MemoryDisk())
    segment = Segment(files, file_stem(100), 100, 0)
    segment.create(now_ms=5000)
    return segment


def add(segment: Segment, offset: int, timestamp: int = 1000) -> int:
    """Append a batch of two records; return its size."""
    data = batch(b"a", b"b", base_offset=offset, timestamp=timestamp)
    segment.append(data, parse_batches(data), EVERY)
    return len(data)


def stored(segment: Segment, suffix: str) -> bytes:
    return read_file(segment._files.disk, f"{segment.path}{suffix}")


def test_files_are_named_after_the_base_offset(segment: Segment) -> None:
    assert segment._files.disk.listdir("") == ["00000000000000000100.log"]
    segment.seal()
    assert sorted(segment._files.disk.listdir("")) == [
        "00000000000000000100.index",
        "00000000000000000100.log",
        "00000000000000000100.timeindex",
    ]
    assert len(segment.paths()) == 3


def test_an_index_entry_is_last_offset_and_position_of_its_batch(
    segment: Segment,
) -> None:
    size = add(segment, 100)
    add(segment, 102)
    add(segment, 104)
    segment.seal()
    entries = [(3, size), (5, 2 * size)]
    expected = b"".join(a.to_bytes(4) + b.to_bytes(4) for a, b in entries)
    assert stored(segment, ".index") == expected


def test_the_time_index_ends_with_the_largest_timestamp(segment: Segment) -> None:
    for offset, timestamp in ((100, 7), (102, 9), (104, 3), (106, 8)):
        add(segment, offset, timestamp)
    segment.seal()
    assert stored(segment, ".timeindex") == (9).to_bytes(8) + (3).to_bytes(4)
    assert segment.newest == (9, 103)


def test_records_without_time_have_no_entry(segment: Segment) -> None:
    for offset in (100, 102, 104):
        add(segment, offset, timestamp=-1)
    segment.seal()
    assert stored(segment, ".timeindex") == b""
    assert segment.newest == (-1, 100)


def test_the_batch_with_an_offset_is_found(segment: Segment) -> None:
    for offset in range(100, 200, 2):
        add(segment, offset)
    for offset in range(100, 200):
        header = segment.find(offset)
        assert header is not None
        assert header.base_offset == offset // 2 * 2
    assert segment.find(200) is None
    last = segment.last_header()
    assert last is not None
    assert last.last_offset == 199


def test_an_empty_segment_has_no_last_batch(segment: Segment) -> None:
    assert segment.last_header() is None
    assert segment.find(100) is None


def test_a_cut_segment_goes_on_as_if_nothing_had_been_there(segment: Segment) -> None:
    for offset, timestamp in ((100, 7), (102, 5), (104, 9), (106, 8)):
        add(segment, offset, timestamp)
    header = segment.find(104)
    assert header is not None
    segment.cut(header.position)
    assert segment.newest == (7, 101)
    add(segment, 104, 6)
    add(segment, 106, 8)
    segment.seal()
    fresh = Segment(Files(MemoryDisk()), file_stem(100), 100, 0)
    fresh.create(now_ms=0)
    for offset, timestamp in ((100, 7), (102, 5), (104, 6), (106, 8)):
        add(fresh, offset, timestamp)
    fresh.seal()
    for suffix in (".log", ".index", ".timeindex"):
        assert stored(segment, suffix) == stored(fresh, suffix)


def test_age_counts_from_the_first_record(segment: Segment) -> None:
    add(segment, 100, 1000)
    add(segment, 102, 3000)
    assert segment.age_ms(now_ms=99_999, timestamp=4000) == 3000
    again = Segment(segment._files, segment.path, 100, segment.size)
    assert again.age_ms(now_ms=99_999, timestamp=4000) == 3000


def test_age_without_times_counts_from_when_the_file_was_made(
    segment: Segment,
) -> None:
    add(segment, 100, -1)
    assert segment.age_ms(now_ms=6000, timestamp=-1) == 1000
    again = Segment(segment._files, segment.path, 100, segment.size)
    written = again.modified_ms
    assert again.age_ms(now_ms=written + 5, timestamp=-1) == 5


def test_a_search_by_time_starts_in_front_of_what_it_looks_for(
    segment: Segment,
) -> None:
    for number in range(20):
        add(segment, 100 + 2 * number, 1000 + number)
    assert segment.position_after(0) == 0
    for number in range(20):
        header = segment.find(100 + 2 * number)
        assert header is not None
        assert segment.position_after(1000 + number) <= header.position
    assert segment.position_after(1019) > 0


def test_a_segment_shows_where_it_begins(segment: Segment) -> None:
    assert repr(segment) == "Segment(100, 0 bytes)"
