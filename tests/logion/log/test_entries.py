from __future__ import annotations

import pytest
from logion.disk import File
from logion.log.entries import ENTRY_CHUNK, HEADER_CHUNK, headers, whole_entries
from logion.records.record import BatchOptions
from logion.testing.disk import MemoryDisk

from tests.logion.log.building import batch


def file_of(data: bytes) -> File:
    file = MemoryDisk().open("a", create=True)
    file.pwritev((data,), 0)
    return file


def entries_of(sizes: list[int], magic: int = 2) -> bytes:
    options = BatchOptions(magic=magic)
    return b"".join(
        batch(bytes(size), base_offset=offset, timestamp=1000 + offset, options=options)
        for offset, size in enumerate(sizes)
    )


@pytest.mark.parametrize("magic", [0, 1, 2])
def test_headers_of_every_format_are_found(magic: int) -> None:
    sizes = [0, 10, HEADER_CHUNK, 3, 5 * HEADER_CHUNK, *range(200)]
    data = entries_of(sizes, magic)
    found = list(headers(file_of(data), 0, len(data)))
    assert [header.last_offset for header in found] == list(range(len(sizes)))
    assert found[-1].end == len(data)
    times = [header.max_timestamp for header in found]
    assert times == [1000 + i if magic else -1 for i in range(len(sizes))]


def test_walking_starts_where_it_is_told() -> None:
    data = entries_of([1, 2, 3])
    first, second, _ = headers(file_of(data), 0, len(data))
    assert next(headers(file_of(data), first.end, len(data))) == second


@pytest.mark.parametrize("magic", [0, 1, 2])
def test_a_cut_entry_is_none(magic: int) -> None:
    data = entries_of([10, 10], magic)
    (first, _) = headers(file_of(data), 0, len(data))
    for size in range(len(data)):
        found = list(headers(file_of(data[:size]), 0, size))
        assert found == ([first] if size >= first.end else [])


@pytest.mark.parametrize("data", [bytes(100), b"\xff" * 100, b"x" * 100])
def test_what_cannot_be_an_entry_ends_the_walk(data: bytes) -> None:
    assert list(headers(file_of(data), 0, len(data))) == []
    assert list(whole_entries(file_of(data), 0, len(data))) == []


def test_whole_entries_come_with_their_bytes() -> None:
    data = entries_of([ENTRY_CHUNK // 2, ENTRY_CHUNK // 2, 3 * ENTRY_CHUNK, 5, 6])
    found = list(whole_entries(file_of(data), 0, len(data)))
    assert [entry.batch.last_offset for entry in found] == [0, 1, 2, 3, 4]
    for position, buffer, header in found:
        stored = data[position : position + header.size]
        assert bytes(buffer[header.position : header.end]) == stored


def test_a_corrupt_entry_ends_the_walk() -> None:
    data = bytearray(entries_of([10, 10, 10]))
    data[-3] ^= 1
    assert len(list(whole_entries(file_of(data), 0, len(data)))) == 2


def test_an_entry_that_claims_more_than_there_is_ends_the_walk() -> None:
    data = bytearray(entries_of([10, 10]))
    data[8:12] = (2**31 - 1).to_bytes(4)
    assert list(whole_entries(file_of(data), 0, len(data))) == []
