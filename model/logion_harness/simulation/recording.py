"""What clients do and see, in the schema of histories (docs/history.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from logion.client.consumer import Received
from logion.names import TopicPartition
from logion.protocol.errors import ApiError
from logion_model.history.operations import FAIL, OK, POLL, SEND, TXN, UNKNOWN
from logion_model.history.reading import INVOKE

from logion_harness.simulation.trace import Trace


@dataclass(slots=True)
class Recorder:
    """A history that grows; each of its events is in the trace as well."""

    trace: Trace
    events: list[dict[str, Any]] = field(default_factory=list)

    def note(self, process: str, kind: str, f: str, value: object) -> None:
        """Add an event."""
        event = {"process": process, "type": kind, "f": f, "value": value}
        self.events.append(event)
        self.trace.note(" ".join(map(str, event.values())))

    def choose(self, process: str, f: str, keys: Sequence[str]) -> None:
        """Note that a consumer chose what it reads."""
        self.note(process, INVOKE, f, list(keys))
        self.note(process, OK, f, list(keys))

    @contextmanager
    def sending(
        self, process: str, key: str, values: Sequence[str]
    ) -> Iterator[list[Any]]:
        """Note that records are sent; the offsets that are put in the list if it works.

        An ApiError leaves it unknown whether they were.
        """
        f = SEND if len(values) == 1 else TXN
        self.note(process, INVOKE, f, [[SEND, key, value] for value in values])
        offsets: list[int | None] = []
        try:
            yield offsets
        except ApiError:
            self.note(process, UNKNOWN, f, None)
            raise
        pairs = zip(offsets, values, strict=True)
        self.note(process, OK, f, [[SEND, key, list(pair)] for pair in pairs])

    @contextmanager
    def polling(self, process: str) -> Iterator[list[Received]]:
        """Note that a consumer polls; what is put in the list is what it got.

        An ApiError is noted as a poll that failed.
        """
        self.note(process, INVOKE, POLL, [[POLL]])
        received: list[Received] = []
        try:
            yield received
        except ApiError:
            self.note(process, FAIL, POLL, None)
            raise
        self.note(process, OK, POLL, [[POLL, _by_key(received)]])


def key_of(partition: TopicPartition) -> str:
    """Return what a partition is called in a history."""
    return f"{partition.topic}-{partition.partition}"


def _by_key(received: Sequence[Received]) -> Mapping[str, list[list[Any]]]:
    records: dict[str, list[list[Any]]] = {}
    for partition, record in received:
        value = (record.value or b"").decode()
        records.setdefault(key_of(partition), []).append([record.offset, value])
    return records
