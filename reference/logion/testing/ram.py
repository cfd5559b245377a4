"""A disk in memory, for a broker whose data need not outlive it.

It is quick, and forgets nothing until the end: syncing does nothing. Where crashes and
failures are to be tried, take `logion.testing.disk.MemoryDisk`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import NoReturn

from logion.clock import Clock
from logion.names import Buffer

SPACE = 2**40
"""Bytes such a disk claims to have."""


class RamFile:
    """A file of a `RamDisk`."""

    __slots__ = ("_clock", "_data", "modified_ms")

    def __init__(self, clock: Clock) -> None:
        """Begin empty."""
        self._clock = clock
        self._data = bytearray()
        self.modified_ms = clock.time_ms()
        """When it was last written: milliseconds since 1970-01-01 UTC."""

    def pread(self, size: int, position: int) -> bytes:
        """Return `size` bytes from `position` on, fewer where the file ends."""
        return bytes(self._data[position : position + size])

    def pwritev(self, buffers: Sequence[Buffer], position: int) -> None:
        """Write all of `buffers` one after the other from `position` on."""
        data = b"".join(buffers)
        if position > len(self._data):
            self.truncate(position)
        self._data[position : position + len(data)] = data
        self.modified_ms = self._clock.time_ms()

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, or lengthen it with zeros."""
        del self._data[size:]
        self._data.extend(bytes(size - len(self._data)))
        self.modified_ms = self._clock.time_ms()

    def size(self) -> int:
        """Return how many bytes the file has."""
        return len(self._data)

    def begin_sync(self, position: int, size: int) -> None:
        """Do nothing: memory has no platter."""

    def sync(self) -> None:
        """Do nothing: memory has no platter."""

    def fileno(self) -> None:
        """Return None: no descriptor stands for memory."""


class RamLock:
    """A directory of a disk in memory that is ours as long as the lock is held."""

    __slots__ = ("_locks", "_path")

    def __init__(self, locks: set[str], path: str) -> None:
        """Hold `path` in `locks`."""
        self._locks = locks
        self._path = path
        locks.add(path)

    def release(self) -> None:
        """Let somebody else have it."""
        self._locks.discard(self._path)


class RamDisk:
    """A `logion.disk.Disk` in memory."""

    def __init__(self, clock: Clock) -> None:
        """Begin empty; `clock` gives the files their times of modification."""
        self._clock = clock
        self._files: dict[str, RamFile] = {}
        self._names: dict[str, set[str]] = {"": set()}
        self._locks: set[str] = set()

    def open(self, path: str, *, create: bool = False) -> RamFile:
        """Open for reading and writing; FileNotFoundError unless it may be created."""
        found = self._files.get(path)
        if found is None:
            if not create:
                _missing(path)
            found = self._files[path] = RamFile(self._clock)
            self._add(path)
        return found

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or directory at `path`."""
        return path in self._files or path in self._names

    def is_dir(self, path: str) -> bool:
        """Tell whether there is a directory at `path`."""
        return path in self._names

    def size(self, path: str) -> int:
        """Return how many bytes the file has."""
        return self.open(path).size()

    def modified_ms(self, path: str) -> int:
        """Return when the file was last written: milliseconds since 1970-01-01 UTC."""
        return self.open(path).modified_ms

    def set_modified_ms(self, path: str, modified_ms: int) -> None:
        """Let the file look as if it had been written last at this time."""
        self.open(path).modified_ms = modified_ms

    def listdir(self, path: str) -> list[str]:
        """Return the names in a directory, in no particular order."""
        return list(self._names_in(path))

    def space(self, path: str) -> tuple[int, int]:  # noqa: ARG002 - one disk, one size
        """Return the bytes of the disk, and how many are free: as many as one likes."""
        return SPACE, SPACE

    def make_dir(self, path: str) -> None:
        """Make a directory and those above it; one that exists is left as it is."""
        if path not in self._names:
            self.make_dir(_parent(path))
            self._names[path] = set()
            self._add(path)

    def rename(self, old: str, new: str) -> None:
        """Give a file or directory another path; a file that is there is replaced."""
        if old in self._names:
            self.make_dir(new)
            for name in self.listdir(old):
                self.rename(f"{old}/{name}", f"{new}/{name}")
            del self._names[old]
        else:
            self._files[new] = self.open(old)
            del self._files[old]
            self._add(new)
        self._forget(old)

    def remove(self, path: str) -> None:
        """Remove a file; whoever has it open can still read it."""
        self.open(path)
        del self._files[path]
        self._forget(path)

    def remove_tree(self, path: str) -> None:
        """Remove a directory and all in it."""
        self._drop(path)
        self._forget(path)

    def sync_dir(self, path: str) -> None:
        """Do nothing: memory has no platter."""

    def lock(self, path: str) -> RamLock:
        """Lock the file, making it if need be; BlockingIOError if another holds it."""
        self.open(path, create=True)
        if path in self._locks:
            raise BlockingIOError(errno.EAGAIN, f"{path} is locked by another")
        return RamLock(self._locks, path)

    def _drop(self, path: str) -> None:
        """Remove what is in a directory, whose names need not be kept meanwhile."""
        for name in self._names_in(path):
            below = f"{path}/{name}"
            if below in self._names:
                self._drop(below)
            else:
                del self._files[below]
        del self._names[path]

    def _names_in(self, path: str) -> set[str]:
        names = self._names.get(path)
        if names is None:
            _missing(path)
        return names

    def _add(self, path: str) -> None:
        parent, _, name = path.rpartition("/")
        self._names_in(parent).add(name)

    def _forget(self, path: str) -> None:
        parent, _, name = path.rpartition("/")
        self._names_in(parent).discard(name)


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _missing(path: str) -> NoReturn:
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
