"""What a history is made of: operations of clients, in the order in which they began.

A *key* is one partition, an order of its own: `orders-0`. A *value* stands for a record
and is sent to its key once in a history, so that a value that is polled tells which
operation wrote it. A *process* does one thing after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

OK, FAIL, UNKNOWN = "ok", "fail", "unknown"
"""How operations end: done; certainly without effect; nobody knows."""

SEND, POLL, TXN = "send", "poll", "txn"
ASSIGN, SUBSCRIBE = "assign", "subscribe"

Value: TypeAlias = int | str
Process: TypeAlias = int | str

Records: TypeAlias = Mapping[str, Sequence[tuple[int, Value]]]
"""What one poll returned: of each key offsets and values, in the order they came."""


class Send(NamedTuple):
    """One record that an operation sent."""

    key: str
    value: Value
    offset: int | None
    """None if the client was not told."""


class Operation(NamedTuple):
    """One thing that a process did: a send, a poll, a transaction, an assignment."""

    process: Process
    f: str
    outcome: str
    invoked: int
    """Line of the history on which it begins."""
    completed: int | None
    """Line on which it ends, or None if the history ends first."""
    sends: tuple[Send, ...] = ()
    polls: tuple[Records, ...] = ()
    """One for each poll that was asked for, empty where nothing came back."""
    rebalanced: frozenset[str] = frozenset()
    """Keys that were taken away or given while it went on."""

    @property
    def is_about_records(self) -> bool:
        """Tell whether it sends or polls, rather than says what shall be polled."""
        return self.f not in (ASSIGN, SUBSCRIBE)


@dataclass(slots=True)
class History:
    """Operations, ordered by the lines on which they begin."""

    operations: list[Operation] = field(default_factory=list)
    writers: dict[str, dict[Value, int]] = field(default_factory=dict)
    """Key, to value, to the index of the operation that sent it."""
