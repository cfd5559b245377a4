from __future__ import annotations

from logion.log.aborted import (
    Aborted,
    aborted_since,
    append_aborted,
    format_aborted,
    keep_aborted_below,
    parse_aborted,
    read_aborted,
)
from logion.log.files import Files
from logion.testing.disk import MemoryDisk

# Written by Apache Kafka 3.9.1: producer 5 aborted offsets 3 to 5.
GOLDEN = bytes.fromhex(
    "00000000000000000005000000000000000300000000000000050000000000000006"
)
FIRST = Aborted(producer_id=5, first_offset=3, last_offset=5, last_stable_offset=6)
SECOND = Aborted(producer_id=6, first_offset=4, last_offset=9, last_stable_offset=10)


def test_an_entry_of_kafka_is_read_and_written_back() -> None:
    assert parse_aborted(GOLDEN) == [FIRST]
    assert format_aborted([FIRST]) == GOLDEN
    assert format_aborted([FIRST, FIRST]) == GOLDEN + GOLDEN


def test_a_cut_entry_is_left_out() -> None:
    assert parse_aborted(GOLDEN + GOLDEN[:33]) == [FIRST]


def test_entries_are_added_and_dropped_from_the_end() -> None:
    files = Files(MemoryDisk())
    assert read_aborted(files, "a") == []
    append_aborted(files, "a", FIRST)
    append_aborted(files, "a", SECOND)
    assert read_aborted(files, "a") == [FIRST, SECOND]
    keep_aborted_below(files, "a", 9)
    assert read_aborted(files, "a") == [FIRST]


def test_dropping_from_no_file_makes_none() -> None:
    files = Files(MemoryDisk())
    keep_aborted_below(files, "a", 0)
    assert not files.disk.exists("a")


def test_those_that_ended_since_an_offset_are_found_among_many() -> None:
    files = Files(MemoryDisk())
    many = [Aborted(5, it, it + 1, it + 2) for it in range(0, 1000, 2)]
    for entry in many:
        append_aborted(files, "a", entry)
    for offset in (0, 1, 2, 499, 500, 501, 999, 1000):
        since = [it for it in many if it.last_offset >= offset]
        assert list(aborted_since(files, "a", offset)) == since
