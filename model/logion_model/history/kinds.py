"""The kinds of anomalies, and what is said of each.

An *index* is the place of a value among the known offsets of its key, so that offsets
which nobody may see (control records, aborted transactions) leave no gaps.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from logion_model.history.operations import Value


class Kind(StrEnum):
    """What can be wrong with a history."""

    INCONSISTENT_OFFSETS = "inconsistent-offsets"
    DUPLICATE = "duplicate"
    LOST_WRITE = "lost-write"
    UNSEEN = "unseen"
    G1A = "G1a"
    PRECOMMITTED_READ = "precommitted-read"
    POLL_SKIP = "poll-skip"
    NONMONOTONIC_POLL = "nonmonotonic-poll"
    INT_POLL_SKIP = "int-poll-skip"
    INT_NONMONOTONIC_POLL = "int-nonmonotonic-poll"
    NONMONOTONIC_SEND = "nonmonotonic-send"
    INT_SEND_SKIP = "int-send-skip"
    INT_NONMONOTONIC_SEND = "int-nonmonotonic-send"
    G0 = "G0"
    G0_PROCESS = "G0-process"
    G0_REALTIME = "G0-realtime"
    G1C = "G1c"
    G1C_PROCESS = "G1c-process"
    G1C_REALTIME = "G1c-realtime"


MEANING = {
    Kind.INCONSISTENT_OFFSETS: "one offset of a key was seen with several values",
    Kind.DUPLICATE: "one value was seen at several offsets of its key",
    Kind.LOST_WRITE: "a value that was certainly written, below one that was polled,"
    " was never polled",
    Kind.UNSEEN: "an acknowledged value was never polled: lost, or only late",
    Kind.G1A: "a poll returned a value whose writer certainly failed",
    Kind.PRECOMMITTED_READ: "an operation polled a value that it sent itself",
    Kind.POLL_SKIP: "two polls in a row of one process leave out a known value",
    Kind.NONMONOTONIC_POLL: "the second of two polls in a row starts at or before the"
    " end of the first",
    Kind.INT_POLL_SKIP: "polls of one operation leave out a known value",
    Kind.INT_NONMONOTONIC_POLL: "polls of one operation repeat or go back",
    Kind.NONMONOTONIC_SEND: "two sends in a row of one process landed in reverse order",
    Kind.INT_SEND_SKIP: "between two sends of one operation others landed",
    Kind.INT_NONMONOTONIC_SEND: "two sends of one operation landed in reverse order",
    Kind.G0: "operations wrote before each other, in a circle",
    Kind.G0_PROCESS: "the same, with the order of a process",
    Kind.G0_REALTIME: "the same, with the order of time",
    Kind.G1C: "operations saw or wrote before each other, in a circle",
    Kind.G1C_PROCESS: "the same, with the order of a process",
    Kind.G1C_REALTIME: "the same, with the order of time",
}
"""What each kind is, in a sentence; docs/history.md has the definitions."""


class Edge(NamedTuple):
    """One operation came before another, and why."""

    source: int
    target: int
    relation: str
    """`ww`, `wr`, `process` or `realtime`."""
    key: str = ""
    values: tuple[Value, ...] = ()
    """Of `ww` the two values in their order, of `wr` the value that was polled."""

    def __str__(self) -> str:
        """Return what the first operation did to the second."""
        match self.relation:
            case "ww":
                before, after = self.values
                return f"ww: its {before!r} stands before {after!r} of {self.key} by"
            case "wr":
                return f"wr: its {self.values[0]!r} of {self.key} was polled by"
            case "process":
                return "process: then the same process began"
        return "realtime: it had ended before the beginning of"


class Anomaly(NamedTuple):
    """One finding, and the few operations that prove it."""

    kind: Kind
    what: str
    """What was found, in a sentence."""
    operations: tuple[int, ...]
    """Indexes of the operations, in the order in which they are to be read."""
    is_tolerated: bool = False
    """Whether Kafka as it is documented may do so."""
    key: str = ""
    values: tuple[Value, ...] = ()
    """What it is about, if it is about a key."""
    cycle: tuple[Edge, ...] = ()
    """The circle, if it is one: each edge ends where the next begins."""
