"""What a log holds, and loses: deletion, folders, its producers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from logion.broker.context import Context
from logion.protocol.errors import Error
from logion.protocol.messages.describe_log_dirs import (
    DescribeLogDirsPartition,
    DescribeLogDirsTopic,
)
from logion.protocol.messages.describe_producers import ProducerState
from logion.records.batch import parse_batches
from logion.records.record import BatchOptions, read_records, write_batch

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    answering,
    changed,
    hears,
    swapped,
    tells,
    unsaid,
)

PARTITION = "logion.replica.partition:Partition"
RECORDS = "topic_data.partition_data.records"

SIZE_MAX = 2**20


def nothing_deleted(_: Any) -> Callable[..., int]:
    """Say that records are deleted, and keep them."""
    return lambda self, offset: self.high_watermark if offset < 0 else offset


def begun_anew(delete: Callable[..., int]) -> Callable[..., int]:
    """Count from 0 again once everything is deleted."""

    def wrong(self: Any, offset: int) -> int:
        start = delete(self, offset)
        if start == self.log.end_offset:
            self.log.restart_at(0)
        return start

    return wrong


def as_far_as_possible(delete: Callable[..., int]) -> Callable[..., int]:
    """Delete what there is below an offset, though that is out of range."""
    return lambda self, offset: delete(self, min(offset, self.high_watermark))


def with_unknown(request: Any, answer: Any, _: Context) -> Any:
    """Put what was asked for and is not there into every folder, with no bytes."""
    empty = tuple(
        DescribeLogDirsTopic(
            name=topic.topic,
            partitions=tuple(
                DescribeLogDirsPartition(
                    partition_index=index,
                    partition_size=0,
                    offset_lag=0,
                    is_future_key=False,
                )
                for index in topic.partitions
            ),
        )
        for topic in request.topics or ()
    )

    def told(topics: Sequence[Any]) -> Any:
        names = {it.name for it in topics}
        return (*topics, *(it for it in empty if it.name not in names))

    return changed(answer, ("results", "topics"), told)


def with_nobody(producers: tuple[Any, ...]) -> tuple[Any, ...]:
    """List a producer without an id where there is none."""
    nobody = ProducerState(
        producer_id=-1,
        producer_epoch=-1,
        last_sequence=-1,
        last_timestamp=-1,
        coordinator_epoch=-1,
        current_txn_start_offset=-1,
    )
    return producers or (nobody,)


def backwards(records: Any) -> Any:
    """Turn the records of a plain batch of three or more around."""
    if records is None:
        return None
    data = bytes(records)
    batches = parse_batches(data)
    if len(batches) != 1 or (batches[0].count or 0) < 3 or batches[0].producer_id >= 0:
        return records
    found = list(read_records(data, size_max=SIZE_MAX))
    turned = [it._replace(offset=at) for at, it in enumerate(reversed(found))]
    return write_batch(turned, BatchOptions(codec=batches[0].codec))


MINIATURES = (
    Miniature(
        "puts-new-records-first",
        "turns the records of a batch around",
        ("order.records",),
        hears("Produce", RECORDS, backwards),
    ),
    Miniature(
        "deletes-nothing",
        "keeps the records that it says are deleted",
        ("deletion.before-offset",),
        swapped(f"{PARTITION}.delete_before", nothing_deleted),
    ),
    Miniature(
        "reuses-offsets-after-deletion",
        "counts from 0 again once all records are deleted",
        ("deletion.all",),
        swapped(f"{PARTITION}.delete_before", begun_anew),
    ),
    Miniature(
        "deletes-as-far-as-possible",
        "deletes all there is where more is to be deleted",
        ("deletion.out-of-range",),
        swapped(f"{PARTITION}.delete_before", as_far_as_possible),
    ),
    Miniature(
        "deletes-from-unknown-partitions",
        "says that records of a partition are deleted which is not there",
        ("deletion.partition.unknown",),
        unsaid("DeleteRecords", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ),
    Miniature(
        "has-logs-without-bytes",
        "says that every log has no bytes",
        ("log-dirs.described",),
        tells("DescribeLogDirs", "results.topics.partitions.partition_size", always(0)),
    ),
    Miniature(
        "has-logs-of-nothing",
        "has a log without bytes for any topic that it is asked for",
        ("log-dirs.unknown",),
        answering("DescribeLogDirs", with_unknown),
    ),
    Miniature(
        "moves-no-log",
        "moves no log, not even where it lies",
        ("folders.moved",),
        unsaid("AlterReplicaLogDirs", Error.NONE, Error.REPLICA_NOT_AVAILABLE),
    ),
    Miniature(
        "moves-logs-nowhere",
        "says that a log moves to a folder that is not there",
        ("folders.refused",),
        unsaid("AlterReplicaLogDirs", Error.LOG_DIR_NOT_FOUND),
    ),
    Miniature(
        "miscounts-sequences",
        "tells the last sequence but one of a producer",
        ("producers.described",),
        tells(
            "DescribeProducers",
            "topics.partitions.active_producers.last_sequence",
            lambda sequence: sequence - 1,
        ),
    ),
    Miniature(
        "describes-nobody",
        "lists a producer where nobody with an id has written",
        ("producers.none",),
        tells("DescribeProducers", "topics.partitions.active_producers", with_nobody),
    ),
)
