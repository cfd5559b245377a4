from __future__ import annotations

from pathlib import Path

import pytest
from logion.cli.dump_index import dump_index, dump_time_index
from logion.log.index_file import OFFSET_ENTRY, TIME_ENTRY
from logion.records.record import Record, write_batch

from tests.logion.cli.running import write

BASE = 100
STEM = f"{BASE:020d}"
BATCHES = [
    write_batch([Record(BASE + i, 1000 + i, None, b"v")]) for i in range(0, 40, 10)
]
SIZE = len(BATCHES[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A partition whose segment has offsets 100, 110, 120, 130 at times 1000, ..."""
    write(tmp_path / f"{STEM}.log", *BATCHES)
    return tmp_path


def offsets(folder: Path, *entries: tuple[int, int], tail: bytes = b"") -> list[str]:
    packed = [OFFSET_ENTRY.pack(*entry) for entry in entries]
    return [
        str(each) for each in dump_index(write(folder / f"{STEM}.index", *packed, tail))
    ]


def times(folder: Path, *entries: tuple[int, int], tail: bytes = b"") -> list[str]:
    packed = [TIME_ENTRY.pack(*entry) for entry in entries]
    path = write(folder / f"{STEM}.timeindex", *packed, tail)
    return [str(each) for each in dump_time_index(path)]


def test_offsets_are_shown_absolute(folder: Path) -> None:
    assert offsets(folder, (10, SIZE), (20, 2 * SIZE)) == [
        f"offset: 110 position: {SIZE}",
        f"offset: 120 position: {2 * SIZE}",
    ]


def test_times_are_shown_with_absolute_offsets(folder: Path) -> None:
    assert times(folder, (1000, 0), (1020, 20)) == [
        "timestamp: 1000 offset: 100",
        "timestamp: 1020 offset: 120",
    ]


def test_zeros_at_the_end_are_padding(folder: Path) -> None:
    assert offsets(folder, (10, SIZE), tail=bytes(24))[1:] == ["(24 bytes of padding)"]
    assert offsets(folder, tail=bytes(20)) == ["(20 bytes of padding)"]
    assert times(folder, (1000, 0), tail=bytes(36))[1:] == ["(36 bytes of padding)"]


def test_an_empty_index_is_well(folder: Path) -> None:
    assert offsets(folder) == times(folder) == []


def test_entries_that_do_not_grow_are_damage(folder: Path) -> None:
    _, damage = offsets(folder, (10, SIZE), (10, 2 * SIZE))
    assert damage.startswith(f"DAMAGED at byte 8: entry (10, {2 * SIZE}) after (10, ")
    _, damage = times(folder, (1010, 10), (1020, 0))
    assert damage.startswith("DAMAGED at byte 12: entry (1020, 0) after (1010, 10)")


def test_half_an_entry_is_damage(folder: Path) -> None:
    _, damage = offsets(folder, (10, SIZE), tail=b"\0\0\1")
    assert damage == "DAMAGED at byte 8: 3 bytes of an entry of 8"


def test_a_position_where_no_batch_begins_is_damage(folder: Path) -> None:
    _, damage = offsets(folder, (10, SIZE + 1))
    assert (
        damage
        == f"DAMAGED at byte 0: no batch begins at byte {SIZE + 1} of the segment"
    )


def test_a_position_behind_the_offset_is_damage(folder: Path) -> None:
    _, damage = offsets(folder, (10, 2 * SIZE))
    assert damage.endswith(f"the batch at byte {2 * SIZE} begins at offset 120")


def test_a_record_newer_than_its_entry_is_damage(folder: Path) -> None:
    _, damage = times(folder, (1005, 20))
    assert damage == (
        "DAMAGED at byte 0: up to offset 120 there is a record as new as 1020"
    )


def test_a_time_behind_the_end_of_the_segment_is_damage(folder: Path) -> None:
    _, damage = times(folder, (1030, 31))
    assert damage.endswith("offset 131, but the last of the segment is 130")


def test_an_entry_of_an_empty_segment_is_damage(folder: Path) -> None:
    write(folder / f"{STEM}.log", b"")
    _, damage = times(folder, (1000, 0))
    assert damage.endswith("but the last of the segment is none")


def test_without_its_segment_an_index_is_shown_all_the_same(tmp_path: Path) -> None:
    assert offsets(tmp_path, (10, 7)) == [
        "(no segment beside it to compare with)",
        "offset: 110 position: 7",
    ]


def test_a_damaged_segment_is_compared_as_far_as_it_goes(folder: Path) -> None:
    write(folder / f"{STEM}.log", BATCHES[0], BATCHES[1][:20])
    _, damage = offsets(folder, (10, SIZE))
    assert "no batch begins" in damage
