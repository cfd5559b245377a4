"""Giving the broker's own batches their place in a log: nobody has to judge them."""

from __future__ import annotations

from logion.names import NO_TIMESTAMP, Buffer
from logion.records.batch import Batch, parse_batches, stamp
from logion.records.validation import Prepared


def stamped(records: Buffer, base_offset: int, leader_epoch: int) -> Prepared:
    """Return the broker's own batches with their place in the log."""
    view = memoryview(records)
    if view.readonly:
        view = memoryview(bytearray(view))
    placed: list[Batch] = []
    offset = base_offset
    for batch in parse_batches(view):
        placed.append(stamp(view, batch, base_offset=offset, leader_epoch=leader_epoch))
        offset = placed[-1].last_offset + 1
    newest = placed[0]
    if len(placed) > 1:
        newest = max(placed, key=lambda batch: batch.max_timestamp)
    return Prepared(
        view,
        tuple(placed),
        base_offset,
        offset - 1,
        NO_TIMESTAMP,
        newest.max_timestamp,
        newest.last_offset,
    )
