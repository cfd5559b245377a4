"""What clients do and see, in the schema of histories (docs/history.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import trio
from logion.client.consumer import Received
from logion.names import TopicPartition
from logion.protocol.errors import ApiError
from logion_model.history.operations import FAIL, OK, POLL, SEND, TXN, UNKNOWN
from logion_model.history.reading import INVOKE

from logion_harness.simulation.trace import Trace

Sends: TypeAlias = Sequence[tuple[str, str]]
"""Keys, and the values that are sent to them."""


class Acknowledged(NamedTuple):
    """A record that may be read from now on."""

    key: str
    offset: int
    at_s: float


class Polled(NamedTuple):
    """A poll of one key that came to an end."""

    process: str
    key: str
    position: int
    """Where it began to read."""
    began_s: float
    ended_s: float


class Failed(NamedTuple):
    """An operation whose outcome is unknown."""

    process: str
    began_s: float


class Open(NamedTuple):
    """A transaction of which nothing is known yet."""

    process: str
    sends: Sends
    f: str
    offsets: list[int | None]
    """Where each record is, as far as it was told."""
    asked: list[bool]
    """How it was asked to end: True to commit; empty before."""


@dataclass(slots=True)
class Recorder:
    """A history that grows; each of its events is in the trace as well."""

    trace: Trace
    events: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    polled: list[Polled] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)

    def note(self, process: str, kind: str, f: str, value: object) -> None:
        """Add an event."""
        event = {"process": process, "type": kind, "f": f, "value": value}
        self.trace.note(" ".join(str(it) for it in event.values() if it is not None))
        self.events.append({**event, "time_ms": round(trio.current_time() * 1000)})

    def choose(self, process: str, f: str, keys: Sequence[str]) -> None:
        """Note that a consumer chose what it reads."""
        self.note(process, INVOKE, f, list(keys))
        self.note(process, OK, f, list(keys))

    @contextmanager
    def sending(self, process: str, sends: Sends) -> Iterator[list[int | None]]:
        """Note that records are sent; the offsets are put in the list if it works.

        An ApiError leaves it unknown whether they were.
        """
        began_s, f = trio.current_time(), self._begin(process, sends)
        offsets: list[int | None] = []
        try:
            yield offsets
        except ApiError:
            self.failed.append(Failed(process, began_s))
            self.note(process, UNKNOWN, f, None)
            raise
        self._end(process, f, sends, offsets)

    def begin(self, process: str, sends: Sends) -> Open:
        """Note that a transaction begins; `settle` tells what became of it."""
        f = self._begin(process, sends)
        return Open(process, sends, f, [None] * len(sends), [])

    def settle(self, transaction: Open, *, is_committed: bool) -> None:
        """Note how a transaction ended, which may have been learnt much later."""
        process, sends, f, offsets, _ = transaction
        if is_committed:
            self._end(process, f, sends, offsets)
        else:
            self.note(process, FAIL, f, None)

    def _begin(self, process: str, sends: Sends) -> str:
        f = SEND if len(sends) == 1 else TXN
        self.note(process, INVOKE, f, [[SEND, key, value] for key, value in sends])
        return f

    def _end(
        self, process: str, f: str, sends: Sends, offsets: Sequence[int | None]
    ) -> None:
        now_s = trio.current_time()
        landed = list(zip(sends, offsets, strict=True))
        self.acknowledged += (
            Acknowledged(key, offset, now_s)
            for (key, _), offset in landed
            if offset is not None
        )
        told = [[SEND, key, [offset, value]] for (key, value), offset in landed]
        self.note(process, OK, f, told)

    @contextmanager
    def polling(
        self, process: str, positions: Mapping[TopicPartition, int]
    ) -> Iterator[list[Received]]:
        """Note that a consumer polls; what is put in the list is what it got.

        `positions` are those it will keep if it is assigned its partitions. An ApiError
        is noted as a poll that failed.
        """
        self.note(process, INVOKE, POLL, [[POLL]])
        began_s, began_at = trio.current_time(), dict(positions)
        received: list[Received] = []
        try:
            yield received
        except ApiError:
            self.note(process, FAIL, POLL, None)
            raise
        self.note(process, OK, POLL, [[POLL, _by_key(received)]])
        self.polled += (
            Polled(process, key_of(it), at, began_s, trio.current_time())
            for it, at in began_at.items()
        )


def key_of(partition: TopicPartition) -> str:
    """Return what a partition is called in a history."""
    return f"{partition.topic}-{partition.partition}"


def _by_key(received: Sequence[Received]) -> Mapping[str, list[list[Any]]]:
    records: dict[str, list[list[Any]]] = {}
    for partition, record in received:
        value = (record.value or b"").decode()
        records.setdefault(key_of(partition), []).append([record.offset, value])
    return records
