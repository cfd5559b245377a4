"""What a producer has in hand: records gathered per partition, numbered for retries.

Pure, no network: `add` gathers, `take` gives what may be sent next, at most one batch
per partition at a time, so that a retry cannot overtake (KIP-98: an idempotent producer
numbers its records per partition, and the broker refuses a gap).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from logion.names import (
    NO_PRODUCER_EPOCH,
    NO_PRODUCER_ID,
    NO_SEQUENCE,
    ProducerEpoch,
    ProducerId,
    TopicPartition,
)
from logion.records.record import Record

SEQUENCES = 1 << 31
"""Sequence numbers count from 0 and start over here."""


class Identity(NamedTuple):
    """Who an idempotent producer is, by InitProducerId."""

    producer_id: ProducerId = NO_PRODUCER_ID
    producer_epoch: ProducerEpoch = NO_PRODUCER_EPOCH

    @property
    def is_idempotent(self) -> bool:
        """Whether the broker has given it an id."""
        return self.producer_id != NO_PRODUCER_ID


def size_of(record: Record) -> int:
    """Return the bytes a record takes at least, for deciding when a batch is full."""
    headers = sum(len(name) + len(value or b"") for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers + 16


class Outgoing(NamedTuple):
    """One batch on its way: the same records and numbers at every attempt."""

    partition: TopicPartition
    records: tuple[Record, ...]
    """Their offsets count from 0, as a producer sends them."""
    base_sequence: int


@dataclass(slots=True)
class Gathered:
    """The records of one partition that wait to be sent."""

    records: list[Record] = field(default_factory=list)
    size: int = 0


class Gathering:
    """Records per partition, and the next sequence number of each."""

    def __init__(self, identity: Identity, *, batch_size_max: int) -> None:
        """Number records for `identity`; a batch ends before `batch_size_max` bytes."""
        self.identity = identity
        self._batch_size_max = batch_size_max
        self._gathered: dict[TopicPartition, Gathered] = defaultdict(Gathered)
        self._sequences: dict[TopicPartition, int] = defaultdict(int)

    def add(self, partition: TopicPartition, record: Record) -> bool:
        """Gather a record; return whether its partition now has a full batch."""
        gathered = self._gathered[partition]
        gathered.records.append(record)
        gathered.size += size_of(record)
        return gathered.size >= self._batch_size_max

    def take(self) -> list[Outgoing]:
        """Return one batch of each partition that has records, and let go of them."""
        return [self._take(partition) for partition in list(self._gathered)]

    def _take(self, partition: TopicPartition) -> Outgoing:
        gathered = self._gathered[partition]
        records = self._head(gathered.records)
        gathered.records = gathered.records[len(records) :]
        gathered.size -= sum(map(size_of, records))
        if not gathered.records:
            del self._gathered[partition]
        numbered = tuple(
            record._replace(offset=offset) for offset, record in enumerate(records)
        )
        return Outgoing(partition, numbered, self._number(partition, len(records)))

    def _head(self, records: list[Record]) -> tuple[Record, ...]:
        size = 0
        for count, record in enumerate(records):
            size += size_of(record)
            if size > self._batch_size_max and count:
                return tuple(records[:count])
        return tuple(records)

    def _number(self, partition: TopicPartition, count: int) -> int:
        if not self.identity.is_idempotent:
            return NO_SEQUENCE
        first = self._sequences[partition]
        self._sequences[partition] = (first + count) % SEQUENCES
        return first
