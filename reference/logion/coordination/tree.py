"""ZooKeeper's tree of nodes, as a pure structure: nothing here reads, waits or draws.

A commit is a list of operations that all happen or none; it gets the next transaction
number (zxid) and returns what changed, for whoever watches. Sessions own ephemeral
nodes and take them along when they close. Rules and numbers are ZooKeeper 3.4's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple, TypeAlias, assert_never

ANY_VERSION = -1
"""Stands for "whatever the version is" in a delete, a set or a check."""

NO_SESSION = 0
"""Owner of a node that is not ephemeral."""


class Fault(IntEnum):
    """Why a commit is refused, with ZooKeeper's code."""

    BAD_ARGUMENTS = -8
    NO_NODE = -101
    BAD_VERSION = -103
    NO_CHILDREN_FOR_EPHEMERALS = -108
    NODE_EXISTS = -110
    NOT_EMPTY = -111
    SESSION_EXPIRED = -112


class CommitError(Exception):
    """A commit changed nothing; `index` is the operation that could not be done."""

    def __init__(self, fault: Fault, path: str, index: int = 0) -> None:
        """Say what is wrong with which node."""
        super().__init__(f"{fault.name}: {path}")
        self.fault = fault
        self.path = path
        self.index = index


class Create(NamedTuple):
    """Make a node; its parent must be there and not be ephemeral."""

    path: str
    data: bytes | None = b""
    is_ephemeral: bool = False
    """It goes when the session that commits goes."""
    is_sequential: bool = False
    """Ten digits are added to the path: how many children the parent has had."""


class Delete(NamedTuple):
    """Remove a node that has no children."""

    path: str
    version: int = ANY_VERSION


class SetData(NamedTuple):
    """Give a node other data; its version grows by one."""

    path: str
    data: bytes | None
    version: int = ANY_VERSION


class Check(NamedTuple):
    """Refuse the commit unless the node is there with this version."""

    path: str
    version: int = ANY_VERSION


Operation: TypeAlias = Create | Delete | SetData | Check


class Stat(NamedTuple):
    """What the tree knows of a node beside its data."""

    czxid: int
    """Transaction that made it."""
    mzxid: int
    """Transaction that last set its data."""
    pzxid: int
    """Transaction that last added or removed a child."""
    ctime_ms: int
    mtime_ms: int
    version: int
    """How often its data was set."""
    creates: int
    """How many children it has had; number of the next sequential one."""
    owner: int = NO_SESSION
    """Session of an ephemeral node."""


class Node(NamedTuple):
    """One node as it is at some moment."""

    data: bytes | None
    stat: Stat
    children: frozenset[str]

    @property
    def version(self) -> int:
        """How often its data was set."""
        return self.stat.version

    @property
    def cversion(self) -> int:
        """How often a child came or went: every create that is gone counts twice."""
        return 2 * self.stat.creates - len(self.children)


class Change(NamedTuple):
    """What a commit did to one node."""

    path: str
    before: Node | None
    after: Node | None
    """None: it is gone."""


class Committed(NamedTuple):
    """What a commit did."""

    zxid: int
    paths: tuple[str, ...]
    """The path of each operation, with the digits of sequential ones."""
    changes: tuple[Change, ...]
    """Each node that came, went or was set, and each parent whose children changed."""


@dataclass(slots=True)
class Tree:
    """A tree of nodes and the sessions that own its ephemeral ones."""

    nodes: dict[str, Node] = field(default_factory=lambda: {"/": _root()})
    zxid: int = 0
    sessions: dict[int, set[str]] = field(default_factory=dict)
    """Paths of the ephemeral nodes of each open session."""

    def node(self, path: str) -> Node:
        """Return the node at `path`; raises CommitError if there is none."""
        found = self.nodes.get(path)
        if found is None:
            raise CommitError(Fault.NO_NODE, path)
        return found

    def open_session(self, session: int) -> int:
        """Open a session, which may own ephemeral nodes; return the zxid."""
        assert session != NO_SESSION
        self.sessions.setdefault(session, set())
        self.zxid += 1
        return self.zxid

    def close_session(self, session: int, now_ms: int) -> Committed:
        """End a session and delete its ephemeral nodes, as one commit."""
        owned = sorted(self.sessions.get(session, ()), reverse=True)
        committed = self.commit(session, [Delete(path) for path in owned], now_ms)
        self.sessions.pop(session, None)
        return committed

    def close_sessions(self, now_ms: int) -> None:
        """End all sessions, the oldest first."""
        for session in sorted(self.sessions):
            self.close_session(session, now_ms)

    def lasting(self, now_ms: int) -> Tree:
        """Return the tree as it will be once its sessions end; this one stays."""
        owned = {session: set(paths) for session, paths in self.sessions.items()}
        copied = Tree(dict(self.nodes), self.zxid, owned)
        copied.close_sessions(now_ms)
        return copied

    def commit(
        self, session: int, operations: Sequence[Operation], now_ms: int
    ) -> Committed:
        """Do all operations or none.

        Raises CommitError, with its index, for an operation that cannot be done.
        """
        step = _Step(self, session, self.zxid + 1, now_ms)
        paths = []
        for index, operation in enumerate(operations):
            try:
                paths.append(step.do(operation))
            except CommitError as error:
                step.undo()
                raise CommitError(error.fault, error.path, index) from None
        self.zxid = step.zxid
        return Committed(step.zxid, tuple(paths), tuple(step.changes))

    def walk(self, path: str = "/") -> Iterator[tuple[str, Node]]:
        """Yield `path` and all below it, each parent before its children."""
        ahead = [path] if path in self.nodes else []
        while ahead:
            path = ahead.pop()
            node = self.nodes[path]
            yield path, node
            ahead += [join(path, it) for it in sorted(node.children, reverse=True)]


@dataclass(slots=True)
class _Step:
    """A commit under way: what it has changed so far can be undone."""

    tree: Tree
    session: int
    zxid: int
    now_ms: int
    changes: list[Change] = field(default_factory=list)

    def do(self, operation: Operation) -> str:
        match operation:
            case Create():
                return self._create(operation)
            case Delete(path, version):
                self._delete(path, version)
            case SetData(path, data, version):
                self._set(path, data, version)
            case Check(path, version):
                self._at_version(path, version)
            case _:
                assert_never(operation)
        return operation.path

    def undo(self) -> None:
        for change in reversed(self.changes):
            self._put(change.path, change.before)
        self.changes.clear()

    def _create(self, operation: Create) -> str:
        path = operation.path
        check_path(path, is_prefix=operation.is_sequential)
        parent_path, name = split(path)
        parent = self.tree.node(parent_path)
        if parent.stat.owner != NO_SESSION:
            raise CommitError(Fault.NO_CHILDREN_FOR_EPHEMERALS, path)
        if operation.is_sequential:
            name = f"{name}{parent.stat.creates:010d}"
            path = join(parent_path, name)
        if name in parent.children:
            raise CommitError(Fault.NODE_EXISTS, path)
        owner = self._owner() if operation.is_ephemeral else NO_SESSION
        stat = Stat(
            czxid=self.zxid,
            mzxid=self.zxid,
            pzxid=self.zxid,
            ctime_ms=self.now_ms,
            mtime_ms=self.now_ms,
            version=0,
            creates=0,
            owner=owner,
        )
        self._change(path, Node(operation.data, stat, frozenset()))
        self._change(parent_path, self._with_child(parent, name))
        return path

    def _with_child(self, parent: Node, name: str) -> Node:
        czxid, mzxid, _, ctime_ms, mtime_ms, version, creates, owner = parent.stat
        # written out: `_replace` takes most of a start's time in a tree with many nodes
        grown = Stat(
            *(czxid, mzxid, self.zxid, ctime_ms, mtime_ms),
            *(version, creates + 1, owner),
        )
        return Node(parent.data, grown, parent.children | {name})

    def _owner(self) -> int:
        if self.session not in self.tree.sessions:
            raise CommitError(Fault.SESSION_EXPIRED, f"session {self.session}")
        return self.session

    def _delete(self, path: str, version: int) -> None:
        if path == "/":
            raise CommitError(Fault.BAD_ARGUMENTS, path)
        if self._at_version(path, version).children:
            raise CommitError(Fault.NOT_EMPTY, path)
        self._change(path, None)
        parent_path, name = split(path)
        parent = self.tree.nodes[parent_path]
        stat = parent.stat._replace(pzxid=self.zxid)
        self._change(parent_path, Node(parent.data, stat, parent.children - {name}))

    def _set(self, path: str, data: bytes | None, version: int) -> None:
        node = self._at_version(path, version)
        stat = node.stat._replace(
            mzxid=self.zxid, mtime_ms=self.now_ms, version=node.version + 1
        )
        self._change(path, Node(data, stat, node.children))

    def _at_version(self, path: str, version: int) -> Node:
        node = self.tree.node(path)
        if version not in {ANY_VERSION, node.version}:
            raise CommitError(Fault.BAD_VERSION, path)
        return node

    def _change(self, path: str, after: Node | None) -> None:
        self.changes.append(Change(path, self.tree.nodes.get(path), after))
        self._put(path, after)

    def _put(self, path: str, node: Node | None) -> None:
        """Put the node there, and keep the lists of ephemeral nodes in step."""
        gone = self.tree.nodes.pop(path, None)
        if gone is not None and gone.stat.owner != NO_SESSION:
            self.tree.sessions[gone.stat.owner].discard(path)
        if node is not None:
            self.tree.nodes[path] = node
            if node.stat.owner != NO_SESSION:
                self.tree.sessions[node.stat.owner].add(path)


class EventType(IntEnum):
    """What a watch reports, with ZooKeeper's number."""

    CREATED = 1
    DELETED = 2
    DATA_CHANGED = 3
    CHILDREN_CHANGED = 4


class Event(NamedTuple):
    """What happened to a watched node."""

    type: EventType
    path: str


def events(changes: Iterable[Change]) -> Iterator[Event]:
    """Yield what watches report of these changes, in order."""
    for path, before, after in changes:
        if before is None:
            yield Event(EventType.CREATED, path)
        elif after is None:
            yield Event(EventType.DELETED, path)
        elif before.children != after.children:
            yield Event(EventType.CHILDREN_CHANGED, path)
        else:
            yield Event(EventType.DATA_CHANGED, path)


_OF_DATA = frozenset({EventType.CREATED, EventType.DELETED, EventType.DATA_CHANGED})
_OF_CHILDREN = frozenset({EventType.DELETED, EventType.CHILDREN_CHANGED})


@dataclass(slots=True)
class Watches:
    """Who waits for the next change of which node; each wait is good for one event."""

    of_data: dict[str, set[int]] = field(default_factory=dict)
    of_children: dict[str, set[int]] = field(default_factory=dict)

    def fire(self, happened: Iterable[Event]) -> list[tuple[int, Event]]:
        """Return which session is told what, and forget those watches."""
        told: list[tuple[int, Event]] = []
        for event in happened:
            sessions: set[int] = set()
            if event.type in _OF_DATA:
                sessions |= self.of_data.pop(event.path, set())
            if event.type in _OF_CHILDREN:
                sessions |= self.of_children.pop(event.path, set())
            told += [(session, event) for session in sorted(sessions)]
        return told

    def forget(self, session: int) -> None:
        """Drop every watch of a session that has ended."""
        for watched in (self.of_data, self.of_children):
            for sessions in watched.values():
                sessions.discard(session)


def check_path(path: str, *, is_prefix: bool = False) -> None:
    """Raise CommitError unless `path` is absolute, without empty, `.` and `..` parts.

    The last part of a prefix may be empty: digits will follow.
    """
    parts = path.split("/")[1:]
    if is_prefix and parts:
        parts[-1] += "0"
    is_good = path.startswith("/") and "\0" not in path
    if not is_good or any(part in {"", ".", ".."} for part in parts):
        raise CommitError(Fault.BAD_ARGUMENTS, path)


def split(path: str) -> tuple[str, str]:
    """Return the parent's path and the last name."""
    parent, _, name = path.rpartition("/")
    return parent or "/", name


def join(path: str, name: str) -> str:
    """Return the path of a child."""
    return f"/{name}" if path == "/" else f"{path}/{name}"


def _root() -> Node:
    stat = Stat(czxid=0, mzxid=0, pzxid=0, ctime_ms=0, mtime_ms=0, version=0, creates=0)
    return Node(b"", stat, frozenset())


Listener: TypeAlias = Callable[[Sequence[Change]], None]
"""Is told what a commit changed, after it is safe."""
