"""A segment: a stretch of the log in one `.log` file, with its two indexes.

Its files are named after the offset it begins at, in 20 digits. Only the last segment
of a log, the active one, grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logion.disk import File, FileSlice
from logion.log.aborted import Aborted, append_aborted
from logion.log.entries import Header, StoredBatch, headers, whole_entries
from logion.log.files import Files
from logion.log.index_file import OFFSET_ENTRY, TIME_ENTRY, IndexFile
from logion.log.settings import LogSettings
from logion.names import NO_TIMESTAMP, Buffer
from logion.records.batch import Batch

LOG, INDEX, TIME_INDEX, TXN_INDEX, SNAPSHOT = (
    ".log",
    ".index",
    ".timeindex",
    ".txnindex",
    ".snapshot",
)
SEGMENT_FILES = (LOG, INDEX, TIME_INDEX, TXN_INDEX)
"""What belongs to a segment; only the first is there in every release and always."""

DELETED, CLEANED, SWAP = ".deleted", ".cleaned", ".swap"
"""Ends of the names of files on their way out or in."""

RELATIVE_OFFSET_MAX = 2**31 - 1
"""How far an offset may be from where its segment begins."""


def file_stem(offset: int) -> str:
    """Return an offset as file names have it: 20 digits."""
    return f"{offset:020d}"


class Segment:
    """One stretch of a log, from `base_offset` up to where the next one begins."""

    __slots__ = (
        "_active_file",
        "_files",
        "_has_aborted",
        "_newest",
        "_offsets",
        "_times",
        "_unindexed",
        "base_offset",
        "created_ms",
        "ending",
        "first_timestamp",
        "path",
        "size",
    )

    def __init__(self, files: Files, path: str, base_offset: int, size: int) -> None:
        """Refer to the segment whose files are at `path` plus their suffixes."""
        self._files = files
        self.path = path
        self.ending = ""
        """What its files' names have behind all else: `.cleaned` or `.swap`."""
        self.base_offset = base_offset
        self.size = size
        """Bytes of whole entries; whatever the file has behind them is not served."""
        self.created_ms: int | None = None
        """When this process made it, None if it found it."""
        self.first_timestamp: int | None = None
        """Largest timestamp of its first append, None while it is not known."""
        self._newest: tuple[int, int] | None = None
        self._has_aborted: bool | None = None
        self._unindexed = 0
        self._offsets: IndexFile | None = None
        self._times: IndexFile | None = None
        self._active_file: File | None = None

    def __repr__(self) -> str:
        """Return where it begins and how large it is."""
        return f"Segment({self.base_offset}, {self.size} bytes)"

    @property
    def file(self) -> File:
        """Return the open `.log` file."""
        return self._active_file or self._files.open(self.path_of(LOG))

    def path_of(self, suffix: str) -> str:
        """Return the path of one of its files."""
        return f"{self.path}{suffix}{self.ending}"

    @property
    def offsets(self) -> IndexFile:
        """Return the index from offset to position."""
        if self._offsets is None:
            path = self.path_of(INDEX)
            self._offsets = IndexFile(self._files, path, OFFSET_ENTRY)
        return self._offsets

    @property
    def times(self) -> IndexFile:
        """Return the index from time to offset."""
        if self._times is None:
            path = self.path_of(TIME_INDEX)
            self._times = IndexFile(self._files, path, TIME_ENTRY)
        return self._times

    @property
    def newest(self) -> tuple[int, int]:
        """Return the largest timestamp in it (-1: none) and the offset that has it."""
        if self._newest is None:
            last = self.times.last()
            if last is None:
                self._newest = (NO_TIMESTAMP, self.base_offset)
            else:
                self._newest = (last[0], self.base_offset + last[1])
        return self._newest

    @property
    def has_aborted(self) -> bool:
        """Whether an aborted transaction has ended in it."""
        if self._has_aborted is None:
            self._has_aborted = self._files.size(self.path_of(TXN_INDEX)) > 0
        return self._has_aborted

    def add_aborted(self, transaction: Aborted) -> None:
        """Note that a transaction which ended in it was aborted."""
        append_aborted(self._files, self.path_of(TXN_INDEX), transaction)
        self._has_aborted = True

    @property
    def modified_ms(self) -> int:
        """Return when its file was last written."""
        return self._files.disk.modified_ms(self.path_of(LOG))

    @property
    def oldest_ms(self) -> int:
        """Return the largest timestamp of its first append, -1 if it has none."""
        if self.first_timestamp is None and self.size:
            first = next(self.headers(), None)
            self.first_timestamp = first.max_timestamp if first else NO_TIMESTAMP
        return NO_TIMESTAMP if self.first_timestamp is None else self.first_timestamp

    # Reading

    def find(self, offset: int) -> Header | None:
        """Return the first entry that ends at or after `offset`, None if none does."""
        start = self.offsets.floor(offset - self.base_offset)
        for header in headers(self.file, start[1] if start else 0, self.size):
            if header.last_offset >= offset:
                return header
        return None

    def headers(self, position: int = 0) -> Iterator[Header]:
        """Yield the headers of its entries, from the one at `position` on."""
        return headers(self.file, position, self.size)

    def entries(
        self, position: int = 0, *, size_max: int | None = None
    ) -> Iterator[StoredBatch]:
        """Yield its entries whole and checked, from `position` on, `size_max` bytes."""
        end = self.size if size_max is None else min(self.size, position + size_max)
        return whole_entries(self.file, position, end)

    def last_header(self) -> Header | None:
        """Return its last entry's header, None if it has none."""
        start, last = self.offsets.last(), None
        for last in self.headers(start[1] if start else 0):  # noqa: B007 - the last
            pass
        return last

    def slice(self, position: int, size: int) -> FileSlice:
        """Return its bytes from `position` on, for sending."""
        return FileSlice(self.file, position, size)

    def position_after(self, timestamp: int) -> int:
        """Return a position before which no record is as new as `timestamp`."""
        known = self.times.floor(timestamp - 1)
        if known is None:
            return 0
        start = self.offsets.floor(known[1])
        return start[1] if start else 0

    # Writing

    def create(self, now_ms: int) -> None:
        """Make its file, empty; its indexes get theirs when they are written."""
        self.activate()
        self.forget_indexes()
        self.created_ms = now_ms

    def activate(self) -> None:
        """Keep its file open: it is the one that grows."""
        self._active_file = self._files.disk.open(self.path_of(LOG), create=True)

    def append(
        self, data: Buffer, batches: Sequence[Batch], settings: LogSettings
    ) -> None:
        """Write `data`, which `batches` describe, behind what is there."""
        position = self.size
        self.file.pwritev((data,), position)
        if self.first_timestamp is None:
            self.first_timestamp = max(batch.max_timestamp for batch in batches)
        for batch in batches:
            self.note(batch, position + batch.position, settings)
        self.size = position + len(data)

    def note(self, batch: Batch, position: int, settings: LogSettings) -> None:
        """Take an entry that stands at `position` into the indexes, where it is due."""
        newest = self.newest
        if batch.max_timestamp > newest[0]:
            self._newest = newest = (batch.max_timestamp, batch.last_offset)
        if self._unindexed > settings.index_interval_bytes:
            self.offsets.append(batch.last_offset - self.base_offset, position)
            self._note_time()
            self._unindexed = 0
        self._unindexed += batch.size

    def _note_time(self) -> None:
        timestamp, offset = self.newest
        last = self.times.last()
        if timestamp > (last[0] if last else NO_TIMESTAMP):
            self.times.append(timestamp, offset - self.base_offset)

    def is_full_for(self, size: int, last_offset: int, settings: LogSettings) -> bool:
        """Tell whether `size` more bytes, up to `last_offset`, need a new segment."""
        return self.size > 0 and (
            self.size + size > settings.segment_bytes
            or last_offset - self.base_offset > RELATIVE_OFFSET_MAX
            or self.offsets.is_full(settings.segment_index_bytes)
            or self.times.is_full(settings.segment_index_bytes - TIME_ENTRY.size)
        )

    def age_ms(self, now_ms: int, timestamp: int) -> int:
        """Return how old it is when a record of `timestamp` comes.

        By its records' own time if they have one, else by when its file was made.
        """
        oldest_ms = self.oldest_ms
        if oldest_ms >= 0:
            return timestamp - oldest_ms
        return now_ms - (
            self.modified_ms if self.created_ms is None else self.created_ms
        )

    def seal(self) -> None:
        """Write its indexes to the last entry: it will not grow for now."""
        self._note_time()
        self.offsets.trim()
        self.times.trim()

    def retire(self) -> None:
        """Let its file be closed: another segment is the active one."""
        self._active_file = None

    def copy_in(
        self, pieces: Sequence[Buffer], batches: Sequence[Batch], settings: LogSettings
    ) -> None:
        """Write whole entries, which `batches` describe, behind what is there.

        The disk begins to write them too: the segment is synced before it is used.
        """
        position = self.size
        self.file.pwritev(pieces, position)
        for batch in batches:
            self.note(batch, self.size, settings)
            self.size += batch.size
        self.file.begin_sync(position, self.size - position)

    def rename(self, ending: str) -> None:
        """Let the names of its files end so; whatever has these names is replaced.

        Its indexes must have been written.
        """
        before, self.ending = [self.path_of(it) for it in SEGMENT_FILES], ending
        after = [self.path_of(it) for it in SEGMENT_FILES]
        for old, new in zip(before, after, strict=True):
            if self._files.disk.exists(old):
                self._files.forget(old)
                self._files.forget(new)
                self._files.disk.rename(old, new)
        self._active_file = self._offsets = self._times = None

    def discard(self) -> None:
        """Remove its files: they never became a part of the log."""
        for path in self.paths():
            self._files.forget(path)
            self._files.disk.remove(path)

    def cut(self, position: int) -> None:
        """Drop everything from `position` on; it must be the start of an entry.

        The cut is synced: a crash must not bring the old end back behind a new one.
        """
        end = next(headers(self.file, position, self.size), None)
        file = self.file
        file.truncate(position)
        file.sync()
        self.size = position
        self._newest = None
        self.offsets.keep_below(position, column=1)
        if end is not None:
            self.times.keep_below(end.base_offset - self.base_offset, column=1)
        self.resume()

    def resume(self) -> None:
        """Go on behind the last index entry: look at what stands there."""
        last = self.offsets.last()
        start = last[1] if last else 0
        newest = self.newest
        for header in self.headers(start):
            if header.max_timestamp > newest[0]:
                newest = (header.max_timestamp, header.last_offset)
        self._newest = newest
        self._unindexed = self.size - start

    def forget_indexes(self) -> None:
        """Empty both indexes, to be made anew."""
        self._newest = (NO_TIMESTAMP, self.base_offset)
        self._unindexed = 0
        self.offsets.clear()
        self.times.clear()

    def open_files(self) -> list[File]:
        """Return its files that exist, open: what to sync once it grows no more."""
        return [self._files.open(path) for path in self.paths()]

    def open_indexes(self) -> list[File]:
        """Return those of its files that say where records are, open."""
        log = self.path_of(LOG)
        return [self._files.open(path) for path in self.paths() if path != log]

    def paths(self) -> list[str]:
        """Return the paths of its files that exist."""
        found = map(self.path_of, SEGMENT_FILES)
        return [path for path in found if self._files.disk.exists(path)]
