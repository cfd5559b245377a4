"""A disk in memory that can crash and fail.

Like a real one it keeps what was written in a cache until somebody syncs: `crash` says
which of the unsynced operations reach the platter, and gives the disk that the machine
finds afterwards. `fail` makes a later operation raise, as a full or dying disk does.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeAlias

from logion.clock import Clock
from logion.names import Buffer
from logion.testing.clock import FakeClock
from logion.testing.ram import RamLock

SPACE = 2**40
"""Bytes such a disk claims to have."""


@dataclass(slots=True, eq=False)
class _Node:
    """A file or directory: what programs see, and what a crash would leave."""

    is_dir: bool
    modified_ms: int = 0
    data: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes were written to a file."""

    node: _Node
    position: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file was cut or lengthened."""

    node: _Node
    size: int


@dataclass(frozen=True, slots=True)
class Link:
    """A file or directory was made."""

    path: str
    node: _Node


@dataclass(frozen=True, slots=True)
class Rename:
    """A file or directory got another path."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Unlink:
    """A file or directory was removed."""

    path: str


Operation: TypeAlias = "Write | Truncate | Link | Rename | Unlink"
"""What a program did to the disk and may be lost until it is synced."""

_Names: TypeAlias = dict[str, _Node]


@dataclass(slots=True)
class _Fault:
    """An error that is waiting for its operation."""

    code: int
    after: int
    count: int


class MemoryFile:
    """A file of a `MemoryDisk`."""

    __slots__ = ("_disk", "_node")

    def __init__(self, disk: MemoryDisk, node: _Node) -> None:
        """Open `node` of `disk`."""
        self._disk = disk
        self._node = node

    def pread(self, size: int, position: int) -> bytes:
        """Return `size` bytes from `position` on, fewer where the file ends."""
        self._disk.operate()
        return bytes(self._node.data[position : position + size])

    def pwritev(self, buffers: Sequence[Buffer], position: int) -> None:
        """Write all of `buffers`; a failure leaves the first half of the bytes."""
        data = b"".join(buffers)
        try:
            self._disk.operate()
        except OSError:
            self._disk.do(Write(self._node, position, data[: len(data) // 2]))
            raise
        self._disk.do(Write(self._node, position, data))

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, or lengthen it with zeros."""
        self._disk.operate()
        self._disk.do(Truncate(self._node, size))

    def size(self) -> int:
        """Return how many bytes the file has."""
        return len(self._node.data)

    def begin_sync(self, position: int, size: int) -> None:
        """Do nothing: whether what is not synced survives is up to the test."""

    def sync(self) -> None:
        """Return once everything written so far survives a crash."""
        self._disk.operate()
        self._disk.settle_file(self._node)

    def fileno(self) -> None:
        """Return None: no descriptor stands for memory."""


class MemoryDisk:
    """A `logion.disk.Disk` whose crashes and failures a test decides."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Start empty; `clock` gives the files their times of modification."""
        self._clock = FakeClock() if clock is None else clock
        self._names: _Names = {}
        self._durable: _Names = {}
        self._locks: set[str] = set()
        self._faults: list[_Fault] = []
        self._guard = Lock()
        """Held by the thread that changes anything: syncs come from several."""
        self.unsynced: list[Operation] = []
        """What a crash may lose, oldest first."""
        self.operations = 0
        """How many operations there have been, reads included."""
        self.before_operation: Callable[[], None] = lambda: None
        """Called before each of them, so that a test may crash between any two."""

    # What a test does to the disk

    def crash(
        self, keep: Collection[int] = (), *, torn: int | None = None
    ) -> MemoryDisk:
        """Return the disk that the machine finds after a crash now.

        Of the unsynced operations those whose index is in `keep` have reached it; of
        the last one of these, if it is a write, only the first `torn` bytes.
        """
        survivors = [op for index, op in enumerate(self.unsynced) if index in keep]
        if torn is not None and survivors and isinstance(survivors[-1], Write):
            last = survivors[-1]
            survivors[-1] = Write(last.node, last.position, last.data[:torn])
        names = dict(self._durable)
        data: dict[_Node, bytearray] = {}
        for operation in survivors:
            _apply(operation, names, data)
        return self._after(names, data)

    def fail(self, code: int = errno.EIO, *, after: int = 0, count: int = 1) -> None:
        """Let `count` operations fail with `code`, once `after` more have worked."""
        self._faults.append(_Fault(code, after, count))

    def heal(self) -> None:
        """Forget the failures that were asked for."""
        self._faults.clear()

    # What the product does to the disk

    def open(self, path: str, *, create: bool = False) -> MemoryFile:
        """Open for reading and writing; FileNotFoundError unless it may be created."""
        self.operate()
        if create and path not in self._names:
            self._node(_parent(path))
            self.do(Link(path, _Node(is_dir=False, modified_ms=self._clock.time_ms())))
        return MemoryFile(self, self._node(path))

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or directory at `path`."""
        return path in self._names

    def is_dir(self, path: str) -> bool:
        """Tell whether there is a directory at `path`."""
        return path in self._names and self._names[path].is_dir

    def size(self, path: str) -> int:
        """Return how many bytes the file has."""
        return len(self._node(path).data)

    def modified_ms(self, path: str) -> int:
        """Return when the file was last written: milliseconds since 1970-01-01 UTC."""
        return self._node(path).modified_ms

    def set_modified_ms(self, path: str, modified_ms: int) -> None:
        """Let the file look as if it had been written last at this time."""
        self._node(path).modified_ms = modified_ms

    def listdir(self, path: str) -> list[str]:
        """Return the names in a directory, in no particular order."""
        self.operate()
        self._node(path)
        return [_name(other) for other in self._names if _parent(other) == path]

    def space(self, path: str) -> tuple[int, int]:  # noqa: ARG002 - one disk, one size
        """Return the bytes of the disk, and how many are free: as many as one likes."""
        return SPACE, SPACE

    def make_dir(self, path: str) -> None:
        """Make a directory and those above it; one that exists is left as it is."""
        self.operate()
        if path in self._names or path == "":
            return
        self.make_dir(_parent(path))
        self.do(Link(path, _Node(is_dir=True)))

    def rename(self, old: str, new: str) -> None:
        """Give a file or directory another path; a file that is there is replaced."""
        self.operate()
        self._node(old)
        self.do(Rename(old, new))

    def remove(self, path: str) -> None:
        """Remove a file; whoever has it open can still read it."""
        self.operate()
        self._node(path)
        self.do(Unlink(path))

    def remove_tree(self, path: str) -> None:
        """Remove a directory and all in it."""
        self.operate()
        self._node(path)
        self.do(Unlink(path))

    def sync_dir(self, path: str) -> None:
        """Return once the names in this directory survive a crash."""
        self.operate()
        path = "" if path == "." else path
        with self._guard:
            self._settle(
                {index for index, op in self._indexed() if _directory(op) == path}
            )

    def lock(self, path: str) -> RamLock:
        """Lock the file, making it if need be; BlockingIOError if another holds it."""
        self.open(path, create=True)
        if path in self._locks:
            raise BlockingIOError(errno.EAGAIN, f"{path} is locked by another")
        return RamLock(self._locks, path)

    # What its files need of it

    def operate(self) -> None:
        """Count an operation; raise if one that was to fail is due."""
        self.before_operation()
        with self._guard:
            self.operations += 1
            for fault in self._faults:
                if fault.after > 0:
                    fault.after -= 1
                elif fault.count > 0:
                    fault.count -= 1
                    raise OSError(fault.code, os.strerror(fault.code))

    def do(self, operation: Operation) -> None:
        """Let programs see `operation`; a crash may still lose it."""
        with self._guard:
            self.unsynced.append(operation)
            _apply_to_names(operation, self._names)
            if isinstance(operation, (Write, Truncate)):
                operation.node.modified_ms = self._clock.time_ms()
                _apply_to_data(operation, operation.node.data)

    def settle_file(self, node: _Node) -> None:
        """Let what was written to `node` survive every crash."""
        with self._guard:
            self._settle({index for index, op in self._indexed() if _changes(op, node)})

    def _indexed(self) -> list[tuple[int, Operation]]:
        return list(enumerate(self.unsynced))

    def _settle(self, indexes: set[int]) -> None:
        for index in sorted(indexes):
            operation = self.unsynced[index]
            _apply_to_names(operation, self._durable)
            if isinstance(operation, (Write, Truncate)):
                _apply_to_data(operation, operation.node.durable)
        self.unsynced = [op for index, op in self._indexed() if index not in indexes]

    def _after(self, names: _Names, data: dict[_Node, bytearray]) -> MemoryDisk:
        """Return a disk with copies of the files in `names`."""
        disk = MemoryDisk(self._clock)
        for path, node in names.items():
            if _parent(path) in names or _parent(path) == "":
                content = data.get(node, node.durable)
                disk._names[path] = _Node(
                    node.is_dir, node.modified_ms, content[:], content[:]
                )
        disk._durable = dict(disk._names)
        return disk

    def _node(self, path: str) -> _Node:
        if path == "":
            return _Node(is_dir=True)
        if path not in self._names:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return self._names[path]


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _directory(operation: Operation) -> str | None:
    """Return the directory whose names `operation` changes, if it changes any."""
    if isinstance(operation, (Link, Unlink)):
        return _parent(operation.path)
    return _parent(operation.new) if isinstance(operation, Rename) else None


def _changes(operation: Operation, node: _Node) -> bool:
    return isinstance(operation, (Write, Truncate)) and operation.node is node


def _apply(operation: Operation, names: _Names, data: dict[_Node, bytearray]) -> None:
    _apply_to_names(operation, names)
    if isinstance(operation, (Write, Truncate)):
        node = operation.node
        _apply_to_data(operation, data.setdefault(node, node.durable[:]))


def _apply_to_data(operation: Write | Truncate, data: bytearray) -> None:
    if isinstance(operation, Truncate):
        data.extend(bytes(max(0, operation.size - len(data))))
        del data[operation.size :]
    else:
        data.extend(bytes(max(0, operation.position - len(data))))
        data[operation.position : operation.position + len(operation.data)] = (
            operation.data
        )


def _apply_to_names(operation: Operation, names: _Names) -> None:
    """Change `names` as far as they know of what is renamed or removed."""
    match operation:
        case Link(path, node):
            names[path] = node
        case Rename(old, new):
            for path in _below(old, names):
                names[new + path[len(old) :]] = names.pop(path)
        case Unlink(path):
            for below in _below(path, names):
                del names[below]
        case Write() | Truncate():
            pass


def _below(path: str, names: _Names) -> list[str]:
    """Return `path` and what is below it."""
    return [name for name in names if name == path or name.startswith(f"{path}/")]
