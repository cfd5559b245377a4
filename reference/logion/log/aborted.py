"""`.txnindex`: the aborted transactions that ended in a segment (KIP-98).

34 bytes each: version int16 0, producer id int64, first offset int64, last offset (of
the marker) int64, last stable offset right after it int64. A reader of committed
records is told of those that overlap with what it got.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from struct import Struct
from typing import NamedTuple

from logion.disk import File
from logion.log.files import Files

VERSION = 0
_ENTRY = Struct(">hqqqq")

READ_AT_ONCE = 64
"""Entries read at a time: readers want few."""


class Aborted(NamedTuple):
    """A transaction whose records nobody should see."""

    producer_id: int
    first_offset: int
    last_offset: int
    """Offset of its marker."""
    last_stable_offset: int
    """Offset below which no transaction was open once it had ended."""


def format_aborted(transactions: Iterable[Aborted]) -> bytes:
    """Return the bytes of entries."""
    return b"".join([_ENTRY.pack(VERSION, *entry) for entry in transactions])


def parse_aborted(data: bytes) -> list[Aborted]:
    """Return the whole entries of a file; one that was cut short is left out."""
    whole = data[: len(data) // _ENTRY.size * _ENTRY.size]
    return [Aborted(*fields) for _, *fields in _ENTRY.iter_unpack(whole)]


def read_aborted(files: Files, path: str) -> list[Aborted]:
    """Return the entries of the file at `path`; none if there is no file."""
    size = files.size(path)
    return parse_aborted(files.open(path).pread(size, 0)) if size else []


def append_aborted(files: Files, path: str, transaction: Aborted) -> None:
    """Add an entry to the file at `path`, which is made if need be."""
    file = files.open(path, create=True)
    file.pwritev((format_aborted([transaction]),), file.size())


def keep_aborted_below(files: Files, path: str, offset: int) -> None:
    """Drop the entries of transactions that ended at `offset` or later."""
    kept = [entry for entry in read_aborted(files, path) if entry.last_offset < offset]
    if files.size(path):
        files.open(path).truncate(len(kept) * _ENTRY.size)


def aborted_since(files: Files, path: str, offset: int) -> Iterator[Aborted]:
    """Yield the transactions in the file at `path` that ended at `offset` or later."""
    file = files.open(path)
    count = file.size() // _ENTRY.size
    first = bisect_left(
        range(count), offset, key=lambda number: _read(file, number, 1)[0].last_offset
    )
    for number in range(first, count, READ_AT_ONCE):
        yield from _read(file, number, min(READ_AT_ONCE, count - number))


def _read(file: File, number: int, count: int) -> list[Aborted]:
    size = _ENTRY.size
    return parse_aborted(file.pread(count * size, number * size))
