"""The embedded store: the tree in memory, every commit in a file before it counts.

The file is lines: eight hex digits (CRC-32 of the rest), a space, JSON. A line is
`["snapshot", zxid, nodes]`, `["open", session]`, `["close", session, time_ms]` or
`["commit", session, time_ms, operations]`. A line that is cut short or does not match
its checksum ends the journal if it is the last: it was never acknowledged. Sound lines
behind it mean damage, and such a file is left alone, unless the line has zeros: a crash
lost it before it was synced, and nothing behind it was synced either. Sessions live no
longer than the process, so opening the journal closes those that it still finds open.
"""

from __future__ import annotations

import json
import logging
from binascii import crc32
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from logion.clock import Clock
from logion.coordination.tree import (
    Change,
    Check,
    CommitError,
    Create,
    Delete,
    Listener,
    Node,
    Operation,
    SetData,
    Stat,
    Tree,
    split,
)
from logion.disk import Disk, File, read_file, replace_file

logger = logging.getLogger(__name__)

COMPACT_LINES = 1000
"""An older journal with more lines than this is rewritten as one snapshot."""

FIRST_SESSION = 1
"""What the first process that has a journal opens it with."""

Entry: TypeAlias = list[Any]
"""One line's JSON; only this module reads and writes it."""


class Journal:
    """A store that lives in one process and survives its end; see `open_journal`."""

    def __init__(self, tree: Tree, file: File, clock: Clock) -> None:
        """Take over a tree and the file whose whole content it came from."""
        self._tree = tree
        self._file = file
        self._size = file.size()
        self._clock = clock
        self._listeners: list[Listener] = []
        self._failure: OSError | None = None
        self._session = tree.zxid + 1
        tree.open_session(self._session)
        self._append(["open", self._session], sync=False)

    @property
    def session(self) -> int:
        """Number of this process's session."""
        return self._session

    async def commit(self, operations: Sequence[Operation]) -> tuple[str, ...]:
        """Do all operations or none, safely on disk; return the path of each.

        Raises CommitError. After an OSError nothing can be committed any more: what
        the file holds is not known.
        """
        self._raise_failure()
        now_ms = self._clock.time_ms()
        committed = self._tree.commit(self._session, operations, now_ms)
        written = [_written(operation) for operation in operations]
        is_lasting = not all(map(_is_ephemeral, operations))
        self._append(["commit", self._session, now_ms, written], sync=is_lasting)
        self._tell(committed.changes)
        return committed.paths

    async def node(self, path: str) -> Node:
        """Return one node; raises CommitError if there is none."""
        return self._tree.node(path)

    async def walk(self, path: str = "/") -> Iterable[tuple[str, Node]]:
        """Return `path` and all below it, each parent before its children."""
        return list(self._tree.walk(path))

    async def journal(self) -> bytes:
        """Return what the file would be, rewritten, once the sessions are over."""
        return _line(_snapshot(self._tree.lasting(self._clock.time_ms())))

    def subscribe(self, listener: Listener) -> None:
        """Have `listener` called with what each later commit changed."""
        self._listeners.append(listener)

    async def close(self) -> None:
        """End the session: its ephemeral nodes go."""
        self._raise_failure()
        now_ms = self._clock.time_ms()
        committed = self._tree.close_session(self._session, now_ms)
        self._append(["close", self._session, now_ms])
        self._tell(committed.changes)

    def _append(self, entry: Entry, *, sync: bool = True) -> None:
        line = _line(entry)
        try:
            self._file.pwritev([line], self._size)
            if sync:
                self._file.sync()
        except OSError as error:
            self._failure = error
            raise
        self._size += len(line)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise OSError(
                self._failure.errno, f"the journal failed before: {self._failure}"
            )

    def _tell(self, changes: Sequence[Change]) -> None:
        for listener in self._listeners:
            listener(changes)


def open_journal(disk: Disk, path: str, clock: Clock) -> Journal:
    """Return the store whose journal is the file at `path`, made if it is not there.

    A torn tail is cut off, and that is logged; a long journal is compacted; sessions of
    former processes are closed. Raises OSError as the disk does, and ValueError, naming
    the file, if it is no journal or damaged elsewhere: what it says must not get lost.
    """
    tree = Tree()
    data = read_file(disk, path) if disk.exists(path) else b""
    kept, lines = 0, 0
    for entry, end in _entries(data):
        try:
            _replay(tree, entry)
        except (ValueError, CommitError) as problem:
            raise ValueError(f"{path}, line {lines + 1}: {problem}") from problem
        kept, lines = end, lines + 1
    if kept < len(data):
        _check_torn(data, kept, path)
        lost = len(data) - kept
        logger.warning("%s: a torn end, %d bytes from %d on, is cut", path, lost, kept)
    tree.close_sessions(clock.time_ms())
    if lines > COMPACT_LINES:
        replace_file(disk, path, _line(_snapshot(tree)))
        return Journal(tree, disk.open(path), clock)
    file = disk.open(path, create=True)
    file.truncate(kept)
    if not data:
        disk.sync_dir(split(path)[0] if "/" in path else ".")
    return Journal(tree, file, clock)


def _check_torn(data: bytes, kept: int, path: str) -> None:
    """Raise ValueError unless a crash can have left what follows the sound lines."""
    bad, *others = data[kept:].split(b"\n")
    if not kept and not _is_begun(data):
        raise ValueError(f"{path} is no journal of logion, or its beginning is damaged")
    if b"\0" not in bad and any(map(_is_sound, others)):
        raise ValueError(
            f"{path} is damaged at byte {kept}: that line does not match its checksum, "
            "but sound lines follow"
        )


def _is_begun(data: bytes) -> bool:
    """Tell whether this is a new journal's first line, as far as it was written."""
    first = _line(["open", FIRST_SESSION])
    return all(it in {0, wanted} for it, wanted in zip(data, first, strict=False))


def _is_ephemeral(operation: Operation) -> bool:
    """Return whether nothing is left of it after a crash: no need to sync for it."""
    return isinstance(operation, Create) and operation.is_ephemeral


def _line(entry: Entry) -> bytes:
    text = json.dumps(entry, separators=(",", ":")).encode()
    return b"%08x %s\n" % (crc32(text), text)


def _entries(data: bytes) -> Iterator[tuple[Entry, int]]:
    """Yield each whole line's entry and where it ends, up to the first bad one."""
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        line = data[start:end]
        if not _is_sound(line):
            return
        start = end + 1
        yield json.loads(line.partition(b" ")[2]), start


def _is_sound(line: bytes) -> bool:
    checksum, _, text = line.partition(b" ")
    return checksum == b"%08x" % crc32(text)


def _replay(tree: Tree, entry: Entry) -> None:
    match entry:
        case ["commit", session, now_ms, operations]:
            tree.commit(session, [_read(operation) for operation in operations], now_ms)
        case ["open", session]:
            # The process before this one ended without a word: its session is over.
            tree.close_sessions(0)
            tree.open_session(session)
        case ["close", session, now_ms]:
            tree.close_session(session, now_ms)
        case ["snapshot", zxid, nodes]:
            _restore(tree, zxid, nodes)
        case _:
            raise ValueError(f"unknown line in the journal: {entry[:1]}")


def _text(data: bytes | None) -> str | None:
    """Return bytes as text that JSON can hold; any byte survives."""
    return None if data is None else data.decode("utf-8", "surrogateescape")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _written(operation: Operation) -> Entry:
    match operation:
        case Create(path, data, is_ephemeral, is_sequential):
            return ["create", path, _text(data), is_ephemeral, is_sequential]
        case SetData(path, data, version):
            return ["set", path, _text(data), version]
        case Delete(path, version):
            return ["delete", path, version]
        case Check(path, version):
            return ["check", path, version]


def _read(entry: Entry) -> Operation:
    match entry:
        case ["create", path, data, is_ephemeral, is_sequential]:
            return Create(path, _bytes(data), is_ephemeral, is_sequential)
        case ["set", path, data, version]:
            return SetData(path, _bytes(data), version)
        case ["delete", path, version]:
            return Delete(path, version)
        case ["check", path, version]:
            return Check(path, version)
        case _:
            raise ValueError(f"unknown operation in the journal: {entry[:1]}")


def _snapshot(tree: Tree) -> Entry:
    """Return all nodes; no session is open, so none of them is ephemeral."""
    assert not tree.sessions
    nodes = [[path, _text(node.data), *node.stat[:-1]] for path, node in tree.walk()]
    return ["snapshot", tree.zxid, nodes]


def _restore(tree: Tree, zxid: int, nodes: list[Entry]) -> None:
    children: dict[str, set[str]] = {path: set() for path, *_ in nodes}
    for path in children:
        if path != "/":
            parent, name = split(path)
            children[parent].add(name)
    tree.nodes = {
        path: Node(_bytes(data), Stat(*stat), frozenset(children[path]))
        for path, data, *stat in nodes
    }
    tree.zxid = zxid
