"""A segment's sparse indexes: offset to position, and time to offset.

Both are files of fixed-size, sorted entries without a checksum:

.index      int32 offset - base, int32 position of a batch that ends at or below it...
            8 bytes each: no record up to that offset starts behind that batch.
.timeindex  int64 timestamp, int32 offset - base: no record up to that offset has a
            larger timestamp. 12 bytes each.

New entries wait in memory and reach the file when some have gathered, at a roll and at
a clean close; after a crash both files are made anew from the segment. A running
Apache Kafka keeps its active index at full size, filled up with zeros, so what is read
ends before the first entry that does not grow.
"""

from __future__ import annotations

from struct import Struct

from logion.disk import File
from logion.log.files import Files

OFFSET_ENTRY = Struct(">ii")
"""An entry of `.index`: offset - base, position."""

TIME_ENTRY = Struct(">qi")
"""An entry of `.timeindex`: timestamp in ms, offset - base."""

PENDING_MAX = 512
"""Entries that wait in memory at most."""


class IndexFile:
    """Sorted pairs of integers, found by the first of the two."""

    __slots__ = ("_entry", "_files", "_pending", "_stored", "path")

    def __init__(self, files: Files, path: str, entry: Struct) -> None:
        """Continue the index at `path`, whose entries look like `entry`."""
        self._files = files
        self._entry = entry
        self.path = path
        self._pending: list[tuple[int, int]] = []
        size = files.size(path)
        self._stored = size // entry.size
        if self._stored and self._is_padded(files.open(path)):
            self._stored = self._used(files.open(path))

    def __len__(self) -> int:
        """Return the number of entries."""
        return self._stored + len(self._pending)

    def __getitem__(self, number: int) -> tuple[int, int]:
        """Return entry `number`, from 0."""
        if number >= self._stored:
            return self._pending[number - self._stored]
        return self._read(self._files.open(self.path), number)

    @property
    def size(self) -> int:
        """Return the bytes of all entries."""
        return len(self) * self._entry.size

    def is_full(self, size_max: int) -> bool:
        """Tell whether one more entry would make it longer than `size_max` bytes."""
        count = self._stored + len(self._pending)  # each append asks: no calls
        return (count + 1) * self._entry.size > size_max

    def last(self) -> tuple[int, int] | None:
        """Return the last entry, None if there is none."""
        return self[len(self) - 1] if len(self) else None

    def append(self, first: int, second: int) -> None:
        """Add an entry; `first` is larger than that of every entry so far."""
        self._pending.append((first, second))
        if len(self._pending) >= PENDING_MAX:
            self.flush()

    def floor(self, first: int) -> tuple[int, int] | None:
        """Return the last entry whose first number is at most `first`, None if none."""
        number = self._count_until(first, 0)
        return self[number - 1] if number else None

    def above(self, second: int) -> tuple[int, int] | None:
        """Return the first entry whose second number is over `second`, None if none."""
        number = self._count_until(second, 1)
        return self[number] if number < len(self) else None

    def keep_below(self, bound: int, *, column: int) -> None:
        """Drop the entries whose number in `column` (0 or 1) is at least `bound`."""
        kept = self._count_until(bound - 1, column)
        del self._pending[max(0, kept - self._stored) :]
        if kept < self._stored:
            self._stored = kept
            self._files.open(self.path).truncate(kept * self._entry.size)

    def clear(self) -> None:
        """Drop all entries; a file that is not there is made at the first flush."""
        self._pending.clear()
        self._stored = 0
        if self._files.size(self.path):
            self._files.open(self.path).truncate(0)

    def flush(self) -> None:
        """Write the entries that wait; the file is made if it is not there."""
        file = self._files.open(self.path, create=True)
        data = b"".join([self._entry.pack(*pair) for pair in self._pending])
        file.pwritev((data,), self._stored * self._entry.size)
        self._stored += len(self._pending)
        self._pending.clear()

    def trim(self) -> None:
        """Write what waits and cut off whatever follows the last entry."""
        self.flush()
        self._files.open(self.path).truncate(self._stored * self._entry.size)

    def _count_until(self, bound: int, column: int) -> int:
        """Return how many entries have at most `bound` in `column`."""
        low, high = 0, len(self)
        file = self._files.open(self.path) if self._stored else None
        while low < high:
            middle = (low + high) // 2
            if self._at(file, middle)[column] <= bound:
                low = middle + 1
            else:
                high = middle
        return low

    def _at(self, file: File | None, number: int) -> tuple[int, int]:
        if file is None or number >= self._stored:
            return self._pending[number - self._stored]
        return self._read(file, number)

    def _read(self, file: File, number: int) -> tuple[int, int]:
        size = self._entry.size
        first, second = self._entry.unpack(file.pread(size, number * size))
        return first, second

    def _is_padded(self, file: File) -> bool:
        """Tell whether the last entry is none: it does not grow."""
        if self._stored == 1:
            return self._read(file, 0)[0] <= 0
        return self._read(file, self._stored - 1) <= self._read(file, self._stored - 2)

    def _used(self, file: File) -> int:
        """Return how many entries there are in front of the zeros."""
        low, high = 0, self._stored
        while low < high:
            middle = (low + high) // 2
            if self._read(file, middle)[0] > 0:
                low = middle + 1
            else:
                high = middle
        return low
