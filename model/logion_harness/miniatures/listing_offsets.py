"""Offsets by time, and where the epochs of leaders end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logion.log.epochs import EpochEnd
from logion.protocol.errors import Error
from logion.replica.offsets import NEWEST_TIMESTAMP, NOTHING

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import swapped, tells, unsaid

LOG = "logion.log.log:Log"


def starts_later(find: Callable[..., Any]) -> Callable[..., Any]:
    """Begin every log at offset 1."""

    def wrong(partition: Any, timestamp: int, *, read_committed: bool) -> Any:
        found = find(partition, timestamp, read_committed=read_committed)
        return found._replace(offset=1) if timestamp == -2 else found

    return wrong


def nothing_newest(find: Callable[..., Any]) -> Callable[..., Any]:
    """Find the record with the newest time only at the end of a log."""

    def wrong(partition: Any, timestamp: int, *, read_committed: bool) -> Any:
        found = find(partition, timestamp, read_committed=read_committed)
        is_last = found.offset == partition.high_watermark - 1
        is_asked = timestamp == NEWEST_TIMESTAMP
        return NOTHING if is_asked and not is_last else found

    return wrong


def at_its_batch(find: Callable[..., Any]) -> Callable[..., Any]:
    """Find the batch that has the record of a time, not the record."""

    def wrong(segment: Any, *given: Any) -> Any:
        found = find(segment, *given)
        if found is None:
            return None
        return found._replace(offset=segment.find(found.offset).base_offset)

    return wrong


def one_early(find: Callable[..., Any]) -> Callable[..., Any]:
    """Look for records that are newer than a time, not as new."""
    return lambda self, timestamp: find(self, timestamp + 1)


def one_short(end: Callable[..., EpochEnd]) -> Callable[..., EpochEnd]:
    """End epochs at their last record, not behind it."""

    def wrong(self: Any, epoch: int) -> EpochEnd:
        found = end(self, epoch)
        return found._replace(end_offset=max(0, found.end_offset - 1))

    return wrong


def none_unknown(end: Callable[..., EpochEnd]) -> Callable[..., EpochEnd]:
    """Take an epoch that has not been for the present one."""
    return lambda self, epoch: end(self, min(epoch, self.latest_epoch))


MINIATURES = (
    Miniature(
        "starts-at-one",
        "says that logs start at offset 1",
        ("offsets.ends",),
        swapped("logion.broker.handlers.list_offsets:find_offset", starts_later),
    ),
    Miniature(
        "lists-one-old-offset",
        "lists one offset in version 0, however many were asked for",
        ("offsets.v0",),
        tells("ListOffsets", "topics.partitions.old_style_offsets", lambda it: it[:1]),
        release="0.10.0",
    ),
    Miniature(
        "times-are-off-by-one",
        "finds the first record that is newer than a time, not the first as new",
        ("offsets.by-time",),
        swapped(f"{LOG}.offset_for_timestamp", one_early),
    ),
    Miniature(
        "times-find-batches",
        "finds the first record of the batch that has the record of a time",
        ("records.any.times",),
        swapped("logion.log.segments:_first_in", at_its_batch),
    ),
    Miniature(
        "newest-is-last",
        "finds the record with the newest time only where it is the last one",
        ("offsets.max-timestamp",),
        swapped("logion.broker.handlers.list_offsets:find_offset", nothing_newest),
    ),
    Miniature(
        "lists-unknown-partitions",
        "has an offset for a partition that is not there",
        ("offsets.partition.unknown",),
        unsaid("ListOffsets", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ),
    Miniature(
        "ends-epochs-early",
        "ends an epoch at its last record, not behind it",
        ("epochs.current",),
        swapped(f"{LOG}.end_of_epoch", one_short),
    ),
    Miniature(
        "knows-the-future",
        "has an end for an epoch that has not been",
        ("epochs.unknown",),
        swapped(f"{LOG}.end_of_epoch", none_unknown),
    ),
    Miniature(
        "ends-epochs-of-nothing",
        "has an end for an epoch of a partition that is not there",
        ("epochs.partition.unknown",),
        unsaid("OffsetForLeaderEpoch", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ),
)
