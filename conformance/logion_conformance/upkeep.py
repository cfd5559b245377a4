"""What a broker does with its logs in its own time: segments go, keys are compacted.

A broker that the suite starts is set to do so soon; any other says how often it does
(DescribeConfigs), and a case that would have to wait for longer is UNTESTABLE. Logs
whose segments have one batch each let few records show much.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import pytest
import trio
from logion.client.admin import BROKER, describe_configs
from logion.clock import SystemClock
from logion.records.record import BatchOptions, Record

from logion_conformance.case import untestable
from logion_conformance.expect import expect, expect_success
from logion_conformance.material import (
    EARLIEST,
    TIMESTAMP,
    Topic,
    batch_of,
    records_in,
)

if TYPE_CHECKING:  # a subject may go on with a broker of `defaults`, which needs UPKEEP
    from logion_conformance.subject import Subject

T = TypeVar("T")

RETENTION = "log.retention.check.interval.ms"
COMPACTION = "log.cleaner.backoff.ms"
CLEANER = "log.cleaner.enable"

UPKEEP: Mapping[str, str] = {
    RETENTION: "50",
    COMPACTION: "50",
    CLEANER: "true",
    "log.initial.task.delay.ms": "100",
}
"""Settings of a broker that looks after its logs soon; the last is known since 3.8."""

PATIENCE = 3
"""So many times as long as for an answer, usually 45 s, is waited for such a chore:
before 3.8 Apache Kafka begins 30 s after its start."""

LOOK_S = 0.02
"""Time between two looks at what a broker does in its own time."""

SEGMENT_MS = 1_000
"""Records that are further apart are in segments of their own: `segment.ms`."""

VALUE_SIZE = 600
"""Bytes of a value that fills more than half of a segment of SEGMENT_BYTES."""

SEGMENT_BYTES = 1_000
"""Before 0.10.1 the times of records mattered to no segment; sizes did."""


def now_ms() -> int:
    """Return the time, as records have it."""
    return SystemClock().time_ms()


def wait_s(broker: Subject) -> float:
    """Return how long a case waits for what a broker does with its logs."""
    return PATIENCE * broker.cluster.options.timeout_s


async def need_upkeep(broker: Subject, key: str) -> None:
    """Go on only with a broker that looks after its logs while a case waits.

    `key` is the setting that says how often: RETENTION or COMPACTION.
    """
    if key == COMPACTION and broker.setting(CLEANER) == "false":
        pytest.skip(f"the broker's {CLEANER} is false")
    told = broker.target.settings.get(key)
    if told is None and broker.advertises("DescribeConfigs"):
        node_id = next(iter(broker.cluster.picture.nodes))
        told = (await describe_configs(broker.cluster, BROKER, str(node_id))).get(key)
    if told is None:
        untestable(f"the broker does not say what its {key} is")
    if int(told) / 1000 > wait_s(broker):
        untestable(
            f"the broker's {key} is {told}; a case waits {wait_s(broker):g} s for that "
            "(--patience)"
        )


async def becoming(
    broker: Subject, read: Callable[[], Awaitable[T]], is_it: Callable[[T], bool]
) -> T:
    """Return what is read once it is so, or what it is when there is no more time."""
    came = await read()
    with trio.move_on_after(wait_s(broker)):
        while not is_it(came):
            await trio.sleep(LOOK_S)
            came = await read()
    return came


# --- segments of one batch each ------------------------------------------------------


async def segmented(broker: Subject, **configs: str) -> Topic:
    """Return a new topic in which each batch of `fill` has a segment of its own.

    `configs` are more of its settings.
    """
    if broker.advertises("CreateTopics"):
        return await broker.topic(1, segment_ms=str(SEGMENT_MS), **configs)
    return await broker.topic(1, segment_bytes=str(SEGMENT_BYTES), **configs)


def filling(
    broker: Subject, number: int, *, key: bytes | None, begin: int = TIMESTAMP
) -> bytes:
    """Return a batch of one record for the segment of that number, which it fills."""
    value = (b"%d" % number).ljust(VALUE_SIZE)
    record = Record(0, begin + 2 * number * SEGMENT_MS, key, value)
    return batch_of([record], BatchOptions(magic=broker.magic))


async def fill(
    broker: Subject,
    topic: Topic,
    numbers: Iterable[int],
    *,
    keys: Sequence[bytes | None] = (None,),
    begin: int = TIMESTAMP,
) -> None:
    """Append a record to each of some new segments; its offset is its number.

    Keys take turns.
    """
    for number in numbers:
        key = keys[number % len(keys)]
        records = filling(broker, number, key=key, begin=begin)
        came = await broker.produce(topic, records)
        expect_success(came.error_code, "the error code of a plain produce")
        expect(f"the base offset of record {number}", came.base_offset, number)


async def start_of(broker: Subject, topic: Topic) -> int:
    """Return the log start offset of partition 0."""
    came = await broker.list_offset(topic, EARLIEST)
    expect_success(came.error_code, "the error code of ListOffsets")
    return came.old_style_offsets[0] if came.old_style_offsets else came.offset


async def started_at(broker: Subject, topic: Topic, offset: int) -> None:
    """See that a log comes to start at an offset, in the broker's own time."""

    async def start() -> int:
        return await start_of(broker, topic)

    came = await becoming(broker, start, lambda found: found >= offset)
    expect("the log start offset", came, offset)


async def records_from(broker: Subject, topic: Topic, offset: int) -> list[Record]:
    """Return all records of partition 0 from an offset on: each answer may end with the
    segment it begins in."""
    found: list[Record] = []
    while True:
        data = await broker.fetch(topic, offset)
        expect_success(data.error_code, f"the error code of a fetch from {offset}")
        records = records_in(data, offset)
        if not records:
            return found
        found += records
        offset = records[-1].offset + 1
