"""Which offset belongs to a time (ListOffsets): rules over one partition's log.

Some times stand for places: -1 the end, -2 the start, -3 the newest timestamp
(KIP-734), -4 the start on local disk (KIP-405), -5 the end of tiered storage
(KIP-1005), -6 the first not yet tiered (KIP-1023).
"""

from __future__ import annotations

from collections.abc import Mapping

from logion.log.epochs import epoch_at
from logion.log.segments import Found
from logion.names import NO_LEADER_EPOCH, NO_TIMESTAMP
from logion.replica.partition import Partition

LATEST = -1
EARLIEST = -2
NEWEST_TIMESTAMP = -3
EARLIEST_LOCAL = -4
LATEST_TIERED = -5
EARLIEST_PENDING_UPLOAD = -6

LONG_AGO = -7
"""A time before 1970 that stands for nothing: the first record is newer."""

FIRST_VERSIONS: Mapping[int, int] = {
    LATEST: 0,
    EARLIEST: 0,
    NEWEST_TIMESTAMP: 7,
    EARLIEST_LOCAL: 8,
    LATEST_TIERED: 9,
    EARLIEST_PENDING_UPLOAD: 11,
}
"""Time that stands for a place, to the first version of ListOffsets that knows it."""

NOTHING = Found(-1, NO_TIMESTAMP, NO_LEADER_EPOCH)
"""No record is that new."""


def find_offset(partition: Partition, timestamp: int, *, read_committed: bool) -> Found:
    """Return the offset of a time, with timestamp and leader epoch; -1 for none.

    A record that the consumer may not read yet is not found. Raises
    KAFKA_STORAGE_ERROR.
    """
    end = partition.visible_end(read_committed=read_committed)
    log = partition.log
    if timestamp == LATEST:
        return Found(end, NO_TIMESTAMP, partition.leader.epoch)
    if timestamp in (EARLIEST, EARLIEST_LOCAL):
        start = log.start_offset
        return Found(start, NO_TIMESTAMP, epoch_at(log.epochs, start))
    if timestamp in (LATEST_TIERED, EARLIEST_PENDING_UPLOAD):
        return NOTHING  # nothing here is tiered
    if timestamp == NEWEST_TIMESTAMP:
        found = log.newest_record()
    else:
        found = log.offset_for_timestamp(timestamp)
    return found if found is not None and found.offset < end else NOTHING


def segment_offsets(
    partition: Partition, timestamp: int, count_max: int, *, now_ms: int
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
    if timestamp == LATEST:
        offsets = [log.end_offset, *(start for start, _ in reversed(starts))]
    elif timestamp in (EARLIEST, EARLIEST_LOCAL):
        offsets = [log.start_offset]
    else:
        starts.append((log.end_offset, now_ms))
        offsets = [start for start, written in reversed(starts) if written <= timestamp]
    capped = (min(offset, partition.high_watermark) for offset in offsets)
    return tuple(dict.fromkeys(capped))[:count_max]
