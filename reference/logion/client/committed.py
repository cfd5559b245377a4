"""Which records of a fetch an application gets to see (KIP-98).

Pure. Markers are never shown. A reader of committed records also drops those of aborted
transactions: the answer names the producers whose transactions were aborted and where
each began; such a producer's transactional batches are dropped until its ABORT marker.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop

from logion.names import Buffer
from logion.protocol.messages.fetch import AbortedTransaction, PartitionData
from logion.records.batch import Batch, scan_batches
from logion.records.record import Record, read_batch

READ_UNCOMMITTED = 0
READ_COMMITTED = 1

ABORT = 0
"""Type of a marker: the second int16 of its key."""


def records_of(
    data: PartitionData, position: int, isolation_level: int
) -> tuple[list[Record], int]:
    """Return the records of an answer from `position` on, and the position after it.

    A batch that the answer cuts off at its end is left for the next fetch.
    """
    buffer = data.records or b""
    batches = scan_batches(buffer).batches
    shown: Iterable[Batch] = (batch for batch in batches if not batch.is_control)
    if isolation_level == READ_COMMITTED:
        shown = committed(buffer, batches, data.aborted_transactions or ())
    records = [
        record
        for batch in shown
        for record in read_batch(buffer, batch)
        if record.offset >= position
    ]
    after = max((batch.last_offset + 1 for batch in batches), default=position)
    return records, max(position, after)


def committed(
    buffer: Buffer, batches: Iterable[Batch], aborted: Iterable[AbortedTransaction]
) -> list[Batch]:
    """Return the batches of no aborted transaction, without markers."""
    begins = [(each.first_offset, each.producer_id) for each in aborted]
    heapify(begins)
    aborting: set[int] = set()
    kept: list[Batch] = []
    for batch in batches:
        while begins and begins[0][0] <= batch.last_offset:
            aborting.add(heappop(begins)[1])
        if batch.is_control:
            if is_abort(buffer, batch):
                aborting.discard(batch.producer_id)
        elif not (batch.is_transactional and batch.producer_id in aborting):
            kept.append(batch)
    return kept


def is_abort(buffer: Buffer, batch: Batch) -> bool:
    """Whether a control batch is the marker of an aborted transaction."""
    key = read_batch(buffer, batch)[0].key or b""
    return int.from_bytes(key[2:4], "big") == ABORT and len(key) >= 4
