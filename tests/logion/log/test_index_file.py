from __future__ import annotations

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.disk import read_file, write_file
from logion.log.files import Files
from logion.log.index_file import OFFSET_ENTRY, PENDING_MAX, TIME_ENTRY, IndexFile
from logion.testing.disk import MemoryDisk


def index(files: Files | None = None) -> IndexFile:
    return IndexFile(files or Files(MemoryDisk()), "a.index", OFFSET_ENTRY)


def filled(count: int) -> IndexFile:
    """Return an index with the entries (2, 20), (4, 40), ..."""
    found = index()
    for number in range(1, count + 1):
        found.append(2 * number, 20 * number)
    return found


def test_entries_are_eight_and_twelve_bytes() -> None:
    files = Files(MemoryDisk())
    offsets = IndexFile(files, "a.index", OFFSET_ENTRY)
    offsets.append(2, 168)
    offsets.flush()
    times = IndexFile(files, "a.timeindex", TIME_ENTRY)
    times.append(1000, 3)
    times.flush()
    assert read_file(files.disk, "a.index").hex() == "00000002000000a8"
    assert read_file(files.disk, "a.timeindex").hex() == "00000000000003e800000003"


@pytest.mark.parametrize("count", [0, 1, 7, PENDING_MAX, 2 * PENDING_MAX + 1])
def test_the_last_entry_at_or_below_is_found(count: int) -> None:
    found = filled(count)
    assert found.floor(1) is None
    for first in range(2, 2 * count + 3, max(1, count // 20)):
        number = min(first // 2, count)
        assert found.floor(first) == ((2 * number, 20 * number) if number else None)


def test_the_first_entry_above_is_found() -> None:
    found = filled(3)
    assert found.above(0) == (2, 20)
    assert found.above(20) == (4, 40)
    assert found.above(60) is None


@given(st.integers(0, 3 * PENDING_MAX), st.integers(0, 6 * PENDING_MAX))
def test_a_cut_keeps_what_is_below(count: int, bound: int) -> None:
    found = filled(count)
    found.keep_below(bound, column=0)
    kept = [entry for entry in range(2, 2 * count + 1, 2) if entry < bound]
    assert len(found) == len(kept)
    assert found.last() == ((kept[-1], 10 * kept[-1]) if kept else None)


@given(st.sets(st.integers(1, 10**6)), st.integers(0, 10**6), st.booleans())
def test_lookups_agree_with_a_sorted_list(
    entries: set[int], wanted: int, flushed: bool
) -> None:
    found, ordered = index(), sorted(entries)
    for entry in ordered:
        found.append(entry, entry)
    if flushed:
        found.flush()
    below = bisect_right(ordered, wanted)
    expected = (ordered[below - 1],) * 2 if below else None
    assert found.floor(wanted) == expected


def test_an_index_goes_on_where_it_was_left() -> None:
    files = Files(MemoryDisk())
    first = index(files)
    first.append(2, 20)
    first.trim()
    second = index(files)
    second.append(4, 40)
    assert [second[0], second[1]] == [(2, 20), (4, 40)]


@pytest.mark.parametrize("used", [0, 1, 2, 5])
def test_zeros_behind_the_last_entry_are_no_entries(used: int) -> None:
    files = Files(MemoryDisk())
    data = b"".join(OFFSET_ENTRY.pack(n, 10 * n) for n in range(1, used + 1))
    write_file(files.disk, "a.index", data.ljust(800, b"\0"))
    found = index(files)
    assert len(found) == used
    found.append(100, 1000)
    found.trim()
    assert read_file(files.disk, "a.index") == data + OFFSET_ENTRY.pack(100, 1000)


def test_a_single_zero_entry_is_none() -> None:
    files = Files(MemoryDisk())
    write_file(files.disk, "a.index", bytes(8))
    assert len(index(files)) == 0


def test_few_entries_wait_in_memory() -> None:
    found = filled(10 * PENDING_MAX + 3)
    assert len(found._pending) == 3


def test_an_index_is_full_when_one_more_entry_does_not_fit() -> None:
    found = filled(3)
    assert not found.is_full(32)
    assert found.is_full(31)


def test_a_cleared_index_is_an_empty_file() -> None:
    found = filled(PENDING_MAX + 1)
    found.clear()
    assert len(found) == 0
    assert found.floor(99) is None
    assert found._files.size("a.index") == 0
