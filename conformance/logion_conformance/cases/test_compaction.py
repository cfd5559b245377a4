"""Compaction: of each key the last record stays, at its offset.

A broker cleans its logs in its own time: see `upkeep`. The newest segment is left
alone, so the last record of a case closes the one before.
"""

from __future__ import annotations

from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_success
from logion_conformance.material import (
    MAX_TIMESTAMP,
    TIMESTAMP,
    Topic,
    batch_of,
)
from logion_conformance.subject import Subject
from logion_conformance.upkeep import (
    COMPACTION,
    RETENTION,
    SEGMENT_MS,
    VALUE_SIZE,
    becoming,
    fill,
    need_upkeep,
    now_ms,
    records_from,
    segmented,
    start_of,
    started_at,
)

COMPACTED = "Kafka documentation, Log Compaction"
RECORDS = {"Produce": "0+", "Fetch": "0+", "ListOffsets": "0+"}
TIMED = {"CreateTopics": "0+", "Produce": "3+", "Fetch": "4+", "ListOffsets": "1+"}

CLOSING = b"closing"
"""The key of records that only begin a new segment."""

A, B, C = b"a", b"b", b"c"
HOUR_MS = 3_600_000


async def compacted(broker: Subject, **configs: str) -> Topic:
    """Return a new compacted topic, whose segments have a batch each, on a broker that
    cleans it soon."""
    topic = await segmented(
        broker,
        cleanup_policy=configs.pop("cleanup_policy", "compact"),
        min_cleanable_dirty_ratio="0.01",
        **configs,
    )
    await need_upkeep(broker, COMPACTION)
    return topic


async def append(
    broker: Subject,
    topic: Topic,
    number: int,
    *pairs: tuple[bytes, bytes | None],
    codec: Codec = Codec.NONE,
) -> list[Record]:
    """Append a batch with these keys and values to a segment of its own; return its
    records, with their offsets. Values are filled up so far that a segment is full."""
    time = TIMESTAMP + 2 * number * SEGMENT_MS
    records = [
        Record(0, time + at, key, value and value.ljust(VALUE_SIZE))
        for at, (key, value) in enumerate(pairs)
    ]
    options = BatchOptions(magic=broker.magic, codec=codec)
    came = await broker.produce(topic, batch_of(records, options))
    expect_success(came.error_code, "the error code of a plain produce")
    base = came.base_offset
    return [it._replace(offset=base + at) for at, it in enumerate(records)]


async def left(
    broker: Subject, topic: Topic, offsets: list[int], *, start: int = 0
) -> list[Record]:
    """Return what is read of a log once it has just these offsets; Broken if it comes
    to have others."""

    async def read() -> list[Record]:
        return await records_from(broker, topic, start)

    def is_it(records: list[Record]) -> bool:
        return not {it.offset for it in records} - set(offsets)

    came = await becoming(broker, read, is_it)
    expect("the offsets left", [record.offset for record in came], offsets)
    return came


@case(
    "compaction.latest",
    level=MUST,
    cites=f"{COMPACTED}: at least the last value of each key is kept",
    apis=RECORDS,
)
async def test_the_last_record_of_each_key_stays(broker: Subject) -> None:
    """Earlier records of a key go, its last one stays, as do offsets and order. The log
    still starts and ends where it did; a fetch at an offset that is gone begins with
    the next one that is there."""
    topic = await compacted(broker)
    await fill(broker, topic, range(7), keys=(A, B, A, C, A, B, CLOSING))
    await left(broker, topic, [3, 4, 5, 6])
    expect("the log start offset", await start_of(broker, topic), 0)
    expect("the end offset", await broker.end_offset(topic), 7)
    found = [it.offset for it in await records_from(broker, topic, 4)]
    expect("the offsets from the middle on", found, [4, 5, 6])
    await fill(broker, topic, (7,), keys=(A,))


@case(
    "compaction.newest-segment",
    level=MUST,
    cites=f"{COMPACTED}: the head of the log is as it was written",
    apis=RECORDS,
)
async def test_the_newest_segment_is_left_alone(broker: Subject) -> None:
    """What is in the newest segment stays, and what is of the same keys before it goes
    only for what is older than that segment."""
    topic = await compacted(broker)
    await fill(broker, topic, range(4), keys=(A, A, B, A))
    await left(broker, topic, [1, 2, 3])


@case(
    "compaction.batches",
    level=MUST,
    cites=f"{COMPACTED}: offsets and contents of what is kept do not change",
    apis=TIMED,
)
async def test_what_is_left_of_a_batch_is_as_it_was(broker: Subject) -> None:
    """Of a batch, compressed or not, single records go; the others keep their offsets,
    timestamps and values."""
    topic = await compacted(broker)
    kept = []
    for number, codec in enumerate((Codec.NONE, Codec.GZIP)):
        mine = b"%d" % number
        pairs = ((A, b"1"), (mine, b"2"), (A, b"3"), (mine, b"4"), (C, b"5"))
        batch = await append(broker, topic, number, *pairs, codec=codec)
        kept += [batch[3]] if number == 0 else batch[2:]
    kept += await append(broker, topic, 2, (CLOSING, b"."))
    came = await left(broker, topic, [record.offset for record in kept])
    expect("the records left", came, kept)


@case(
    "compaction.tombstone",
    level=MUST,
    cites=f"{COMPACTED}: delete markers; delete.retention.ms",
    apis=RECORDS,
)
async def test_a_null_value_deletes_a_key(broker: Subject) -> None:
    """A record without a value, a tombstone, lets earlier ones of its key go. It stays
    itself for delete.retention.ms, so that readers see it."""
    topic = await compacted(broker)
    for number, pair in enumerate(((A, b"1"), (B, b"2"), (A, None), (CLOSING, b"."))):
        await append(broker, topic, number, pair)
    came = await left(broker, topic, [1, 2, 3])
    expect("the value of the tombstone", came[1].value, None)


@case(
    "compaction.tombstone.removed",
    level=MUST,
    cites=f"{COMPACTED}: delete.retention.ms; KIP-534",
    apis=TIMED,
)
async def test_a_tombstone_goes_after_its_time(broker: Subject) -> None:
    """A tombstone goes too, once delete.retention.ms has passed and the log is cleaned
    again."""
    topic = await compacted(broker, delete_retention_ms="0")
    for number, pair in enumerate(((A, b"1"), (A, None), (B, b"2"))):
        await append(broker, topic, number, pair)
    number = 3

    async def keys_left() -> list[bytes | None]:
        nonlocal number
        await append(broker, topic, number, (CLOSING, b"%d" % number))
        number += 1
        return [record.key for record in await records_from(broker, topic, 0)]

    came = await becoming(broker, keys_left, lambda keys: A not in keys)
    expect("the keys left, but for what closes segments", set(came), {B, CLOSING})


@case(
    "compaction.and-deletion",
    level=MUST,
    cites="KIP-71: cleanup.policy=compact,delete",
    apis=TIMED,
)
async def test_a_log_is_compacted_and_expires(broker: Subject) -> None:
    """With both policies old segments go, with the last records of their keys; of what
    stays, the last record of each key."""
    topic = await compacted(
        broker, cleanup_policy="compact,delete", retention_ms=str(HOUR_MS)
    )
    await need_upkeep(broker, RETENTION)
    keys = (A, B, B, C, B, CLOSING)
    await fill(broker, topic, range(2), keys=keys, begin=now_ms() - 2 * HOUR_MS)
    await started_at(broker, topic, 2)
    await fill(broker, topic, range(2, 6), keys=keys, begin=now_ms() - HOUR_MS // 2)
    await left(broker, topic, [3, 4, 5], start=2)


@case(
    "compaction.times",
    level=SHOULD,
    cites="KIP-79, KIP-734: offsets by time, in what is there",
    apis={**TIMED, "ListOffsets": "7+"},
)
async def test_times_find_what_is_left(broker: Subject) -> None:
    """A time finds the first record not older than it that is left, and the newest
    time the one that has it."""
    topic = await compacted(broker)
    await fill(broker, topic, range(5), keys=(A, B, A, B, CLOSING))
    times = [record.timestamp for record in await left(broker, topic, [2, 3, 4])]
    for time, found in (
        (0, (2, times[0])),
        (times[0], (2, times[0])),
        (times[0] + 1, (3, times[1])),
        (MAX_TIMESTAMP, (4, times[2])),
    ):
        came = await broker.list_offset(topic, time)
        expect(f"offset and time for {time}", (came.offset, came.timestamp), found)
