"""The segments of one log, oldest first: finding offsets and times in them.

`end_offset` is where the log ends. The last segment is the active one; there is always
at least one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from logion.disk import FileSlice
from logion.log.aborted import Aborted, aborted_since
from logion.log.cleaning import SegmentToClean
from logion.log.directory import LogDirectory
from logion.log.recent import RecentAppends
from logion.log.retention import SegmentFacts
from logion.log.segment import DELETED, SNAPSHOT, SWAP, TXN_INDEX, Segment, file_stem
from logion.log.settings import LogSettings
from logion.names import NO_TIMESTAMP, Buffer
from logion.records.batch import Batch
from logion.records.record import read_batch


class Found(NamedTuple):
    """A record found by time."""

    offset: int
    timestamp: int
    leader_epoch: int
    """Term in which it was written, -1 if that is not known."""


class Segments:
    """The segments of the log in one folder."""

    __slots__ = ("_all", "_bases", "_directory", "_path", "_recent", "end_offset")

    def __init__(
        self,
        directory: LogDirectory,
        path: str,
        opened: Sequence[Segment],
        end_offset: int,
    ) -> None:
        """Hold `opened`, which are in the folder `path` and end at `end_offset`."""
        self._directory = directory
        self._path = path
        self._all = list(opened)
        self._bases = [segment.base_offset for segment in opened]
        self._recent = RecentAppends()
        self.end_offset = end_offset

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._all)

    def __getitem__(self, number: int) -> Segment:
        """Return one, from 0; -1 is the active one."""
        return self._all[number]

    def __iter__(self) -> Iterator[Segment]:
        """Yield them, oldest first."""
        return iter(self._all)

    @property
    def active(self) -> Segment:
        """Return the one that grows."""
        return self._all[-1]

    def number_of(self, offset: int) -> int:
        """Return the number of the segment whose range has `offset`."""
        return max(0, bisect_right(self._bases, offset) - 1)

    def end_of(self, number: int) -> int:
        """Return the offset where a segment's range ends."""
        is_last = number == len(self._all) - 1
        return self.end_offset if is_last else self._bases[number + 1]

    # Changing

    def append(
        self, data: Buffer, batches: Sequence[Batch], settings: LogSettings
    ) -> None:
        """Write `data`, which `batches` describe, to the active segment."""
        segment = self._all[-1]
        position = segment.size
        segment.append(data, batches, settings)
        self._recent.add(self.end_offset, position, batches[0].size)
        self.end_offset = batches[-1].last_offset + 1

    def add(self, base_offset: int) -> Segment:
        """Make a new active segment that begins at `base_offset`, and return it."""
        path = f"{self._path}/{file_stem(base_offset)}"
        segment = Segment(self._directory.files, path, base_offset, 0)
        segment.create(self._directory.clock.time_ms())
        self._all.append(segment)
        self._bases.append(base_offset)
        self._recent.clear()
        return segment

    def drop(self, number: int, delay_ms: int) -> None:
        """Take a segment out; its files are renamed now and removed some time later."""
        segment = self._all.pop(number)
        self._bases.pop(number)
        disk = self._directory.disk
        snapshot = f"{segment.path}{SNAPSHOT}"
        for path in [*segment.paths(), *([snapshot] if disk.exists(snapshot) else [])]:
            self._directory.files.forget(path)
            disk.rename(path, f"{path}{DELETED}")
            self._directory.discard(f"{path}{DELETED}", delay_ms)

    def replace(
        self, sources: Sequence[Segment], cleaned: Segment, delay_ms: int
    ) -> None:
        """Put `cleaned` in the place of neighbours from which it was made.

        Its files, synced, end in `.cleaned` and begin where the first of `sources`
        does. A crash leaves the log as it was, or with `.swap` files: the next opening
        then finishes this. Of sources that it cannot tell to be such, since nothing of
        them was kept, none may be gone before an older one is: a record that was
        deleted would come back without its tombstone.
        """
        disk = self._directory.disk
        last = cleaned.last_header()
        end = last.last_offset + 1 if last else cleaned.base_offset
        cleaned.rename(SWAP)
        disk.sync_dir(self._path)
        number = self._all.index(sources[0])
        for source in sources[1:]:
            self.drop(number + 1, delay_ms)
            if source.size and source.base_offset >= end:
                disk.sync_dir(self._path)
        disk.sync_dir(self._path)
        cleaned.rename("")
        disk.sync_dir(self._path)
        self._all[number] = cleaned

    def cut(self, offset: int, delay_ms: int) -> None:
        """Drop everything from the batch with `offset` on.

        Where compaction has left a gap, the log ends at `offset` all the same, as long
        as a segment begins there.
        """
        while len(self._all) > 1 and self._bases[-1] > offset:
            self.drop(-1, delay_ms)
        segment = self._all[-1]
        segment.activate()
        header = segment.find(offset)
        if header is not None:
            segment.cut(header.position)
        last = segment.last_header()
        self.end_offset = last.last_offset + 1 if last else segment.base_offset
        self._recent.clear()

    # As retention and the cleaner see them

    def facts(self, *, by_file: bool) -> list[SegmentFacts]:
        """Return what retention looks at; an empty active segment is not deleted."""
        return [
            SegmentFacts(
                self.end_of(number),
                segment.size,
                self.time_of(segment, by_file=by_file),
            )
            for number, segment in enumerate(self._all)
            if segment.size or segment is not self._all[-1]
        ]

    def to_clean(self) -> list[SegmentToClean]:
        """Return what the cleaner looks at."""
        return [
            SegmentToClean(
                *(segment.base_offset, self.end_of(number), segment.size),
                *(self.time_of(segment, by_file=False), segment.oldest_ms),
                index_size=max(segment.offsets.size, segment.times.size),
            )
            for number, segment in enumerate(self._all)
        ]

    # Finding

    def read(
        self, offset: int, size_max: int, end_offset: int, *, at_least_one: bool
    ) -> FileSlice:
        """Return the bytes from the batch with `offset` on, below `end_offset`."""
        number = self.number_of(offset)
        while offset < end_offset and number < len(self._all):
            found = self._find(number, offset)
            if found is not None:
                position, size = found
                available = self._end_position(number, end_offset) - position
                if at_least_one:
                    size_max = max(size_max, size)
                size = max(0, min(size_max, available))
                return self._all[number].slice(position, size)
            number += 1
        return self._all[-1].slice(0, 0)

    def _find(self, number: int, offset: int) -> tuple[int, int] | None:
        """Return position and size of the first batch of a segment up to `offset`."""
        is_active = number == len(self._all) - 1
        recent = self._recent.find(offset) if is_active else None
        if recent is not None:
            return recent
        header = self._all[number].find(offset)
        return None if header is None else (header.position, header.size)

    def _end_position(self, number: int, end_offset: int) -> int:
        """Return where the records below `end_offset` end in a segment."""
        if end_offset >= self.end_of(number):
            return self._all[number].size
        found = self._find(number, end_offset)
        return self._all[number].size if found is None else found[0]

    def bound(self, offset: int, size: int, end_offset: int) -> int:
        """Return an offset past all records of a read of `size` bytes, as `read` with
        the same `offset` and `end_offset` returns them."""
        number = self.number_of(offset)
        while (found := self._find(number, offset)) is None:
            number += 1
        segment = self._all[number]
        above = segment.offsets.above(found[0] + size - 1)
        if above is None:
            return min(self.end_of(number), end_offset)
        return min(segment.base_offset + above[0], end_offset)

    def aborted(self, start_offset: int, end_offset: int) -> list[Aborted]:
        """Return the aborted transactions with an offset in [start, end).

        What ends after one that left nothing open below the end begins behind it.
        """
        found: list[Aborted] = []
        for segment in self._all[self.number_of(start_offset) :]:
            if not segment.has_aborted:
                continue
            path = segment.path_of(TXN_INDEX)
            for entry in aborted_since(self._directory.files, path, start_offset):
                if entry.first_offset < end_offset:
                    found.append(entry)
                if entry.last_stable_offset >= end_offset:
                    return found
        return found

    def newest_timestamp(self) -> int:
        """Return the largest timestamp of all, -1 if there is none."""
        return max(segment.newest[0] for segment in self._all)

    def first_since(self, timestamp: int, start_offset: int) -> Found | None:
        """Return the first record from `start_offset` on as new as `timestamp`."""
        for segment in self._all:
            if segment.newest[0] >= timestamp:
                found = _first_in(segment, timestamp, start_offset)
                if found is not None:
                    return found
        return None

    def time_of(self, segment: Segment, *, by_file: bool) -> int:
        """Return how new a segment is, in ms: by its records, else by its file."""
        newest = NO_TIMESTAMP if by_file else segment.newest[0]
        return segment.modified_ms if newest == NO_TIMESTAMP else newest


def _first_in(segment: Segment, timestamp: int, start_offset: int) -> Found | None:
    for header in segment.headers(segment.position_after(timestamp)):
        if header.max_timestamp < timestamp or header.last_offset < start_offset:
            continue
        for entry in segment.entries(header.position, size_max=header.size):
            for record in read_batch(entry.buffer, entry.batch):
                if record.timestamp >= timestamp and record.offset >= start_offset:
                    epoch = entry.batch.leader_epoch
                    return Found(record.offset, record.timestamp, epoch)
    return None
