"""The broker's own records: what a coordinator keeps in a partition that it leads.

It writes down what becomes of a group or a transaction, and reads all of it back when
it begins to lead the partition.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import trio

from logion.names import Buffer
from logion.protocol.errors import ApiError, Error
from logion.records.batch import Batch, scan_batches
from logion.records.record import DEFAULTS, BatchOptions, Record, write_batch
from logion.replica.partition import ALL_ACKS, Partition

log = logging.getLogger(__name__)

KeyValue = tuple[bytes, bytes | None]
"""A record to be written; without a value it deletes what its key stands for."""


TURN_SIZE = 8192
"""Bytes of batches that are read before others get their turn: about a millisecond."""


def append_records(
    partition: Partition,
    records: Sequence[KeyValue],
    now_ms: int,
    options: BatchOptions = DEFAULTS,
) -> int:
    """Append records as one batch; return the offset below which they are committed.

    It has the format of the topic. Raises ApiError and appends nothing:
    MESSAGE_TOO_LARGE for more than the topic takes, and what `Partition.append` raises.
    """
    rules, start = partition.log.settings.rules, partition.log.end_offset
    options = placed_in(partition, options)
    batch = write_batch(
        [Record(at, now_ms, *record) for at, record in enumerate(records, start)],
        options,
    )
    if len(batch) > rules.message_size_max:
        text = f"{len(batch)} bytes; the topic takes {rules.message_size_max}"
        raise ApiError(Error.MESSAGE_TOO_LARGE, text)
    partition.append(batch, version=None, acks=ALL_ACKS)
    return partition.log.end_offset


def placed_in(partition: Partition, options: BatchOptions = DEFAULTS) -> BatchOptions:
    """Return options with the topic's format and the present leader epoch.

    They are the same object if they have both already.
    """
    magic, epoch = partition.log.settings.rules.magic, partition.leader.epoch
    if options.magic == magic and options.leader_epoch == epoch:
        return options
    return options._replace(magic=magic, leader_epoch=epoch)


async def read_batches(
    partition: Partition, take: Callable[[Buffer, Batch], None], size: int
) -> None:
    """Give each batch of a log to `take`; other tasks get their turn now and then.

    `size` bytes are read at a time. What cannot be read ends it, and is logged.
    """
    read_from = partition.log
    offset = read_from.start_offset
    try:
        while offset < read_from.end_offset:
            data = read_from.read(offset, size).read()
            scan = scan_batches(data)
            if not scan.batches:
                log.error("%s: cannot be read from %d on", partition.name, offset)
                break
            turn_end = TURN_SIZE
            for batch in scan.batches:
                take(data, batch)
                if batch.end >= turn_end:
                    turn_end = batch.end + TURN_SIZE
                    await trio.lowlevel.checkpoint()
            await trio.lowlevel.checkpoint()
            offset = scan.batches[-1].last_offset + 1
    except (ApiError, OSError) as problem:
        log.error("%s: its records cannot be loaded: %s", partition.name, problem)
