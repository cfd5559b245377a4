"""`.index` and `.timeindex` in words, and held to the segment beside them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from logion.cli.dump_segment import Damage, Line, stored_batches
from logion.log.index_file import OFFSET_ENTRY, TIME_ENTRY
from logion.log.segment import LOG


class Entry(NamedTuple):
    """One entry of an index."""

    at: int
    """Where it stands in its file."""
    first: int
    second: int


class Stretch:
    """What an index is held to: the batches of its segment, in order."""

    def __init__(self, path: Path) -> None:
        """Read the segment at `path`, up to damage if it has any."""
        self.starts: dict[int, int] = {}
        """Position of each batch to its first offset."""
        self.lasts: list[int] = []
        """Last offset of each batch."""
        self.newest: list[int] = []
        """Largest timestamp up to each batch."""
        for stored in stored_batches(path):
            if not isinstance(stored, Damage):
                position, _, batch = stored
                self.starts[position] = batch.base_offset
                self.lasts.append(batch.last_offset)
                known = self.newest[-1] if self.newest else batch.max_timestamp
                self.newest.append(max(known, batch.max_timestamp))


Complaint = Callable[[Entry, int, Stretch], str | None]
"""Takes an entry, the offset its file begins at and the segment; returns what is wrong
with the entry, or None."""


def dump_index(path: Path) -> Iterator[Line]:
    """Yield the entries of an offset index: offset and position."""
    for line in _dump(path, OFFSET_ENTRY, _wrong_position):
        if isinstance(line, Entry):
            offset = _base_offset(path) + line.first
            yield f"offset: {offset} position: {line.second}"
        else:
            yield line


def dump_time_index(path: Path) -> Iterator[Line]:
    """Yield the entries of a time index: timestamp and offset."""
    for line in _dump(path, TIME_ENTRY, _wrong_timestamp):
        if isinstance(line, Entry):
            offset = _base_offset(path) + line.second
            yield f"timestamp: {line.first} offset: {offset}"
        else:
            yield line


def _dump(path: Path, layout: Struct, wrong: Complaint) -> Iterator[Entry | Line]:
    data = path.read_bytes()
    used, damage = _used(data, layout)
    segment = _segment_of(path)
    if segment is None:
        yield "(no segment beside it to compare with)"
    for entry in used:
        yield entry
        if segment and (found := wrong(entry, _base_offset(path), segment)):
            yield Damage(entry.at, found)
    padding = len(data) - len(used) * layout.size
    if damage is not None:
        yield damage
    elif padding:
        yield f"({padding} bytes of padding)"


def _used(data: bytes, layout: Struct) -> tuple[list[Entry], Damage | None]:
    """Return the entries in front of the padding, and what is wrong behind them."""
    whole = len(data) // layout.size * layout.size
    end = len(data.rstrip(b"\0"))
    entries: list[Entry] = []
    for number, (first, second) in enumerate(layout.iter_unpack(data[:whole])):
        at = number * layout.size
        if at >= end:
            return entries, None
        if entries and (first <= entries[-1].first or second < entries[-1].second):
            last = entries[-1]
            text = f"entry ({first}, {second}) after ({last.first}, {last.second})"
            return entries, Damage(at, f"{text}; both should grow")
        entries.append(Entry(at, first, second))
    if whole < end:
        text = f"{len(data) - whole} bytes of an entry of {layout.size}"
        return entries, Damage(whole, text)
    return entries, None


def _wrong_position(entry: Entry, base: int, segment: Stretch) -> str | None:
    start = segment.starts.get(entry.second)
    if start is None:
        return f"no batch begins at byte {entry.second} of the segment"
    if start > base + entry.first:
        return f"the batch at byte {entry.second} begins at offset {start}"
    return None


def _wrong_timestamp(entry: Entry, base: int, segment: Stretch) -> str | None:
    offset = base + entry.second
    count = bisect_right(segment.lasts, offset)
    if count and segment.newest[count - 1] > entry.first:
        found = segment.newest[count - 1]
        return f"up to offset {offset} there is a record as new as {found}"
    if not segment.lasts or offset > segment.lasts[-1]:
        last = segment.lasts[-1] if segment.lasts else "none"
        return f"offset {offset}, but the last of the segment is {last}"
    return None


def _base_offset(path: Path) -> int:
    """Return the offset a file begins at, by its name; 0 for another name."""
    stem = path.name.partition(".")[0]
    return int(stem) if stem.isdecimal() else 0


def _segment_of(path: Path) -> Stretch | None:
    """Return the segment beside an index; None if there is none."""
    segment = path.with_name(path.name.partition(".")[0] + LOG)
    return Stretch(segment) if segment.exists() else None
