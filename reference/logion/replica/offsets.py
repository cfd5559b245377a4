"""Which offset belongs to a time (ListOffsets): rules over one partition's log.

Some times stand for places: -1 the end, -2 the start, -3 the newest timestamp
(KIP-734), -4 the start on local disk (KIP-405), -5 the end of tiered storage
(KIP-1005), -6 the first not yet tiered (KIP-1023).
"""

from __future__ import annotations

from collections.abc import Mapping

from logion.log.segments import Found
from logion.replica.partition import Partition

LATEST = -1
EARLIEST = -2
NEWEST_TIMESTAMP = -3
EARLIEST_LOCAL = -4
LATEST_TIERED = -5
EARLIEST_PENDING_UPLOAD = -6

FIRST_VERSIONS: Mapping[int, int] = {
    LATEST: 0,
    EARLIEST: 0,
    NEWEST_TIMESTAMP: 7,
    EARLIEST_LOCAL: 8,
    LATEST_TIERED: 9,
    EARLIEST_PENDING_UPLOAD: 11,
}
"""Time that stands for a place, to the first version of ListOffsets that knows it."""

NOTHING = Found(-1, -1, -1)
"""No record is that new."""


def find_offset(partition: Partition, timestamp: int, *, read_committed: bool) -> Found:
    """Return the offset of a time, with timestamp and leader epoch; -1 for none.

    A record that the consumer may not read yet is not found. Raises
    KAFKA_STORAGE_ERROR.
    """
    end = partition.visible_end(read_committed=read_committed)
    log = partition.log
    match timestamp:
        case -1:
            return Found(end, -1, partition.leader.epoch)
        case -2 | -4:
            return Found(log.start_offset, -1, _epoch_at(partition, log.start_offset))
        case -5 | -6:
            return NOTHING  # nothing here is tiered
        case -3:
            found = log.newest_record()
        case _:
            found = log.offset_for_timestamp(timestamp)
    return found if found is not None and found.offset < end else NOTHING


def segment_offsets(
    partition: Partition, timestamp: int, count_max: int
) -> tuple[int, ...]:
    """Return where segments begin that are not newer than a time, newest first.

    At most `count_max` of them, none past the high watermark: what version 0 of
    ListOffsets answers. The end of the log counts as one more beginning, as of now.
    """
    log = partition.log
    starts = [
        (max(segment.base_offset, log.start_offset), segment.modified_ms)
        for segment in log.segments
    ]
    match timestamp:
        case -1:
            offsets = [log.end_offset, *(start for start, _ in reversed(starts))]
        case -2:
            offsets = [log.start_offset]
        case _:
            offsets = [
                start for start, written in reversed(starts) if written <= timestamp
            ]
    capped = (min(offset, partition.high_watermark) for offset in offsets)
    return tuple(dict.fromkeys(capped))[:count_max]


def _epoch_at(partition: Partition, offset: int) -> int:
    """Return the leader epoch of an offset, -1 if the log does not know it."""
    started = [epoch for epoch, start in partition.log.epochs if start <= offset]
    return started[-1] if started else -1
