"""Files, as an argument: nothing else in the product touches the file system's data.

`SystemDisk` is the machine's; `logion.testing.disk.MemoryDisk` lives in memory, loses
what was not synced when it crashes, and fails when told to. Everything is synchronous:
appends and reads go to the page cache; what may block for long (`sync`) is safe to
call from another thread. Paths are `/`-separated strings. Failures are `OSError`.
"""

# Paths are strings: no object per call where it counts.
# ruff: noqa: PTH103, PTH105, PTH108, PTH112, PTH116, PTH208

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from logion.names import Buffer

BUFFERS_MAX = 1024
"""Buffers that one system call takes: the kernel's IOV_MAX."""


class File(Protocol):
    """An open file; it is closed when nobody refers to it any more.

    So a slice that is still on its way to a socket keeps its file readable, though the
    log has closed, renamed or removed it since.
    """

    def pread(self, size: int, position: int) -> bytes:
        """Return `size` bytes from `position` on, fewer where the file ends."""
        ...

    def pwritev(self, buffers: Sequence[Buffer], position: int) -> None:
        """Write all of `buffers` one after the other from `position` on."""
        ...

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, or lengthen it with zeros."""
        ...

    def size(self) -> int:
        """Return how many bytes the file has."""
        ...

    def begin_sync(self, position: int, size: int) -> None:
        """Let bytes that were written be on their way to the disk; do not wait.

        A later `sync` has less to wait for. Until then a crash may lose them.
        """
        ...

    def sync(self) -> None:
        """Return once everything written so far survives a crash of the machine."""
        ...

    def fileno(self) -> int | None:
        """Return the descriptor that `os.sendfile` can read, if there is one."""
        ...


class Lock(Protocol):
    """A directory that is ours as long as the lock is held."""

    def release(self) -> None:
        """Let somebody else have it."""
        ...


class Disk(Protocol):
    """A tree of files."""

    def open(self, path: str, *, create: bool = False) -> File:
        """Open for reading and writing; FileNotFoundError unless it may be created."""
        ...

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or directory at `path`."""
        ...

    def is_dir(self, path: str) -> bool:
        """Tell whether there is a directory at `path`."""
        ...

    def size(self, path: str) -> int:
        """Return how many bytes the file has."""
        ...

    def modified_ms(self, path: str) -> int:
        """Return when the file was last written: milliseconds since 1970-01-01 UTC."""
        ...

    def set_modified_ms(self, path: str, modified_ms: int) -> None:
        """Let the file look as if it had been written last at this time."""
        ...

    def listdir(self, path: str) -> list[str]:
        """Return the names in a directory, in no particular order."""
        ...

    def space(self, path: str) -> tuple[int, int]:
        """Return the bytes of the disk that `path` is on, and how many are free."""
        ...

    def make_dir(self, path: str) -> None:
        """Make a directory and those above it; one that exists is left as it is."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Give a file or directory another path; a file that is there is replaced."""
        ...

    def remove(self, path: str) -> None:
        """Remove a file; whoever has it open can still read it."""
        ...

    def remove_tree(self, path: str) -> None:
        """Remove a directory and all in it."""
        ...

    def sync_dir(self, path: str) -> None:
        """Return once the names in this directory survive a crash of the machine."""
        ...

    def lock(self, path: str) -> Lock:
        """Lock the file, making it if need be; BlockingIOError if another holds it."""
        ...


class FileSlice:
    """A part of a file: bytes to send that never need to become bytes in between."""

    __slots__ = ("_file", "_size", "position")

    def __init__(self, file: File, position: int, size: int) -> None:
        """Name `size` bytes of `file` from `position` on."""
        self._file = file
        self.position = position
        self._size = size

    def __len__(self) -> int:
        """Return the number of bytes."""
        return self._size

    def __repr__(self) -> str:
        """Return the range of bytes, for error texts."""
        return f"FileSlice({self.position}..{self.position + self._size})"

    def read(self) -> bytes:
        """Return the bytes; fewer if the file has been cut since."""
        return self._file.pread(self._size, self.position)

    def fileno(self) -> int | None:
        """Return the descriptor that `os.sendfile` can read, if there is one."""
        return self._file.fileno()


class SystemFile:
    """A file of the machine."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        """Take over an open descriptor."""
        self._descriptor = descriptor

    def __del__(self) -> None:
        """Close the descriptor: the last reference is gone."""
        with suppress(OSError):
            os.close(self._descriptor)

    def pread(self, size: int, position: int) -> bytes:
        """Return `size` bytes from `position` on, fewer where the file ends."""
        data = os.pread(self._descriptor, size, position)
        while len(data) < size:
            more = os.pread(self._descriptor, size - len(data), position + len(data))
            if not more:
                break
            data += more
        return data

    def pwritev(self, buffers: Sequence[Buffer], position: int) -> None:
        """Write all of `buffers` one after the other from `position` on."""
        if len(buffers) > BUFFERS_MAX:
            buffers = [b"".join(buffers)]
        written = os.pwritev(self._descriptor, buffers, position)
        if written != sum(map(len, buffers)):
            self._write_rest(memoryview(b"".join(buffers)), position, written)

    def _write_rest(self, data: memoryview, position: int, written: int) -> None:
        """Go on after a write that took only a part: the next one says why."""
        while written < len(data):
            written += os.pwrite(self._descriptor, data[written:], position + written)

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, or lengthen it with zeros."""
        os.ftruncate(self._descriptor, size)

    def size(self) -> int:
        """Return how many bytes the file has."""
        return os.fstat(self._descriptor).st_size

    def begin_sync(self, position: int, size: int) -> None:
        """Let bytes that were written be on their way to the disk; do not wait."""
        if hasattr(os, "posix_fadvise"):
            # Linux begins to write what it is told nobody needs in memory; what is
            # not written yet, which is all of it, stays there all the same
            os.posix_fadvise(self._descriptor, position, size, os.POSIX_FADV_DONTNEED)

    def sync(self) -> None:
        """Return once everything written so far survives a crash of the machine."""
        os.fsync(self._descriptor)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor


class SystemLock:
    """A lock file of the machine."""

    __slots__ = ("_descriptor",)

    def __init__(self, path: str) -> None:
        """Lock the file at `path`; BlockingIOError if another holds it.

        Two kinds of lock are taken: `lockf` is the one Apache Kafka takes, but a
        process does not exclude itself with it; `flock` does.
        """
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise BlockingIOError(error.errno, f"{path} is locked by another") from None

    def release(self) -> None:
        """Let somebody else have it."""
        os.close(self._descriptor)


class SystemDisk:
    """The machine's own file system."""

    __slots__ = ()

    def open(self, path: str, *, create: bool = False) -> SystemFile:
        """Open for reading and writing; FileNotFoundError unless it may be created."""
        flags = os.O_RDWR | os.O_CREAT if create else os.O_RDWR
        return SystemFile(os.open(path, flags, 0o644))

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or directory at `path`."""
        return os.access(path, os.F_OK)

    def is_dir(self, path: str) -> bool:
        """Tell whether there is a directory at `path`."""
        return os.path.isdir(path)

    def size(self, path: str) -> int:
        """Return how many bytes the file has."""
        return os.stat(path).st_size

    def modified_ms(self, path: str) -> int:
        """Return when the file was last written: milliseconds since 1970-01-01 UTC."""
        return os.stat(path).st_mtime_ns // 1_000_000

    def set_modified_ms(self, path: str, modified_ms: int) -> None:
        """Let the file look as if it had been written last at this time."""
        os.utime(path, ns=(modified_ms * 1_000_000,) * 2)

    def listdir(self, path: str) -> list[str]:
        """Return the names in a directory, in no particular order."""
        return os.listdir(path)

    def space(self, path: str) -> tuple[int, int]:
        """Return the bytes of the disk that `path` is on, and how many are free."""
        found = os.statvfs(path)
        return found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize

    def make_dir(self, path: str) -> None:
        """Make a directory and those above it; one that exists is left as it is."""
        os.makedirs(path, exist_ok=True)

    def rename(self, old: str, new: str) -> None:
        """Give a file or directory another path; a file that is there is replaced."""
        os.replace(old, new)

    def remove(self, path: str) -> None:
        """Remove a file; whoever has it open can still read it."""
        os.unlink(path)

    def remove_tree(self, path: str) -> None:
        """Remove a directory and all in it."""
        import shutil  # slow to import, and a broker starts without it

        shutil.rmtree(path)

    def sync_dir(self, path: str) -> None:
        """Return once the names in this directory survive a crash of the machine."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def lock(self, path: str) -> SystemLock:
        """Lock the file, making it if need be; BlockingIOError if another holds it."""
        return SystemLock(path)


def read_file(disk: Disk, path: str) -> bytes:
    """Return all bytes of a small file."""
    file = disk.open(path)
    return file.pread(file.size(), 0)


def write_file(disk: Disk, path: str, data: bytes) -> None:
    """Put `data` in the place of the file: a reader sees the old or the new bytes.

    They survive a crash of the machine once somebody syncs the file and its directory.
    """
    file = disk.open(f"{path}.tmp", create=True)
    file.truncate(0)
    file.pwritev((data,), 0)
    disk.rename(f"{path}.tmp", path)


def replace_file(disk: Disk, path: str, data: bytes) -> None:
    """Put `data` in the place of the file; a crash leaves the old or the new bytes."""
    file = disk.open(f"{path}.tmp", create=True)
    file.truncate(0)
    file.pwritev((data,), 0)
    file.sync()
    disk.rename(f"{path}.tmp", path)
    disk.sync_dir(path.rpartition("/")[0] or ".")
