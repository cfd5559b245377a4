"""Giving the broker's own batches their place in a log: nobody has to judge them."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from logion.names import NO_TIMESTAMP, Buffer
from logion.records.batch import Batch, parse_batch, parse_batches, stamp
from logion.records.validation import Prepared


def stamped(records: Buffer, base_offset: int, leader_epoch: int) -> Prepared:
    """Return the broker's own batches with their place in the log.

    One that was written for its place is left as it is.
    """
    newest = parse_batch(records)
    batches = [newest]
    is_alone = newest.size == len(records)
    is_placed = newest.base_offset == base_offset
    if not (is_alone and is_placed and newest.leader_epoch == leader_epoch):
        records = memoryview(bytearray(records))
        batches = _placed(records, parse_batches(records), base_offset, leader_epoch)
        newest = max(batches, key=attrgetter("max_timestamp"))
    return Prepared(
        records,
        tuple(batches),
        base_offset,
        batches[-1].last_offset,
        NO_TIMESTAMP,
        newest.max_timestamp,
        newest.last_offset,
    )


def _placed(
    view: memoryview, batches: Sequence[Batch], offset: int, leader_epoch: int
) -> list[Batch]:
    """Return the batches as they are once each has its place in `view`."""
    placed: list[Batch] = []
    for batch in batches:
        placed.append(stamp(view, batch, base_offset=offset, leader_epoch=leader_epoch))
        offset = placed[-1].last_offset + 1
    return placed
