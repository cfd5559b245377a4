"""ListOffsets and OffsetForLeaderEpoch: where a log begins, ends, and was when."""

from __future__ import annotations

from typing import Any

from logion.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from logion.protocol.messages.offset_for_leader_epoch import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)

from logion_conformance.compare.probe import Ground, Probe, Script, asking
from logion_conformance.compare.probes.produce import UNKNOWN, produce
from logion_conformance.material import EARLIEST, LATEST, TIMESTAMP


def offsets(
    it: Ground,
    timestamp: int = LATEST,
    *,
    name: str = "",
    partition: int = 0,
    epoch: int = -1,
    count: int = 1,
    **more: Any,
) -> ListOffsetsRequest:
    """Return the request for one partition; `more` are fields of the request."""
    asked = part(it, timestamp, partition, epoch, count)
    topic = ListOffsetsTopic(name=name or it.standing.name, partitions=(asked,))
    return ListOffsetsRequest(**{"replica_id": -1, "topics": (topic,), **more})


def part(
    it: Ground, timestamp: int, partition: int = 0, epoch: int = -1, count: int = 1
) -> ListOffsetsPartition:
    """Return what is asked of one partition."""
    only = {"max_num_offsets": count} if it.version == 0 else {}
    return ListOffsetsPartition(
        partition_index=partition,
        timestamp=timestamp,
        current_leader_epoch=epoch,
        **only,
    )


def several(it: Ground, *parts: ListOffsetsPartition) -> ListOffsetsRequest:
    """Return the request for several partitions of the standing topic."""
    topic = ListOffsetsTopic(name=it.standing.name, partitions=parts)
    return ListOffsetsRequest(replica_id=-1, topics=(topic,))


def of_an_empty_log(it: Ground) -> Script:
    """An empty log has a beginning and an end, and nothing between."""
    for timestamp in (LATEST, EARLIEST, -3, 0, TIMESTAMP):
        yield offsets(it, timestamp, name=it.own.name)


def of_a_growing_log(it: Ground) -> Script:
    """Offsets follow what is written."""
    yield produce(it)
    for timestamp in (LATEST, EARLIEST, -3, TIMESTAMP):
        yield offsets(it, timestamp, name=it.own.name, count=9)


def epochs(
    it: Ground,
    epoch: int = 0,
    *,
    name: str = "",
    partition: int = 0,
    current: int = -1,
    **more: Any,
) -> OffsetForLeaderEpochRequest:
    """Return the request for the end of one epoch."""
    asked = OffsetForLeaderPartition(
        partition=partition, leader_epoch=epoch, current_leader_epoch=current
    )
    topic = OffsetForLeaderTopic(topic=name or it.standing.name, partitions=(asked,))
    return OffsetForLeaderEpochRequest(topics=(topic,), **more)


PROBES = (
    *asking(
        "ListOffsets",
        {
            "latest": offsets,
            "earliest": lambda it: offsets(it, EARLIEST),
            "max-timestamp": lambda it: offsets(it, -3),
            "earliest-local": lambda it: offsets(it, -4),
            "latest-tiered": lambda it: offsets(it, -5),
            "earliest-pending": lambda it: offsets(it, -6),
            "time-minus-7": lambda it: offsets(it, -7),
            "time-0": lambda it: offsets(it, 0),
            "time-of-records": lambda it: offsets(it, TIMESTAMP),
            "time-after-records": lambda it: offsets(it, TIMESTAMP + 1),
            "time-before-records": lambda it: offsets(it, TIMESTAMP - 1),
            "no-topic": lambda it: offsets(it, name=UNKNOWN.name),
            "no-topic-by-time": lambda it: offsets(it, 5, name=UNKNOWN.name),
            "bad-name": lambda it: offsets(it, name="a b"),
            "no-partition": lambda it: offsets(it, partition=1),
            "partition-negative": lambda it: offsets(it, partition=-1),
            "no-topics": lambda it: offsets(it, topics=()),
            "no-partitions": several,
            "two-partitions": lambda it: several(
                it, part(it, LATEST), part(it, EARLIEST, 1)
            ),
            "partition-twice": lambda it: several(
                it, part(it, LATEST), part(it, EARLIEST)
            ),
            "partition-twice-the-same": lambda it: several(
                it, part(it, LATEST), part(it, LATEST)
            ),
            "epoch-0": lambda it: offsets(it, epoch=0),
            "epoch-newer": lambda it: offsets(it, epoch=5),
            "epoch-minus-2": lambda it: offsets(it, epoch=-2),
            "epoch-newer-earliest": lambda it: offsets(it, EARLIEST, epoch=5),
            "read-committed": lambda it: offsets(it, isolation_level=1),
            "isolation-2": lambda it: offsets(it, isolation_level=2),
            "debugger": lambda it: offsets(it, replica_id=-2),
            "replica-7": lambda it: offsets(it, replica_id=7),
            "replica-minus-3": lambda it: offsets(it, replica_id=-3),
            "time-out-negative": lambda it: offsets(it, timeout_ms=-1),
        },
    ),
    *asking(
        "ListOffsets",
        {
            "several-latest": lambda it: offsets(it, LATEST, count=5),
            "several-earliest": lambda it: offsets(it, EARLIEST, count=5),
            "several-by-time": lambda it: offsets(it, TIMESTAMP, count=5),
            "several-far-future": lambda it: offsets(it, 1 << 61, count=5),
            "count-0": lambda it: offsets(it, LATEST, count=0),
            "count-negative": lambda it: offsets(it, LATEST, count=-1),
        },
        last=0,
    ),
    Probe("ListOffsets", "of-an-empty-log", of_an_empty_log, needs_topic=True),
    Probe("ListOffsets", "of-a-growing-log", of_a_growing_log, needs_topic=True),
    *asking(
        "OffsetForLeaderEpoch",
        {
            "epoch-0": epochs,
            "epoch-newer": lambda it: epochs(it, 5),
            "epoch-minus-1": lambda it: epochs(it, -1),
            "epoch-minus-2": lambda it: epochs(it, -2),
            "current-0": lambda it: epochs(it, current=0),
            "current-newer": lambda it: epochs(it, current=5),
            "no-topic": lambda it: epochs(it, name=UNKNOWN.name),
            "bad-name": lambda it: epochs(it, name="a b"),
            "no-partition": lambda it: epochs(it, partition=1),
            "partition-negative": lambda it: epochs(it, partition=-1),
            "consumer": lambda it: epochs(it, replica_id=-1),
            "debugger": lambda it: epochs(it, replica_id=-2),
            "replica-7": lambda it: epochs(it, replica_id=7),
            "no-topics": lambda it: OffsetForLeaderEpochRequest(topics=()),
        },
    ),
)
