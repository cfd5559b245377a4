"""ListOffsets: the offset of a timestamp, of the start, of the end."""

from __future__ import annotations

from typing import Any

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from logion.testing.clock import NEW_YEAR_2024_MS

from tests.logion.broker.running import Running, batch, running

NOW = NEW_YEAR_2024_MS
LATEST, EARLIEST, NEWEST, EARLIEST_LOCAL, TIERED, PENDING = range(-1, -7, -1)


async def find(
    broker: Running,
    timestamp: int,
    version: int | None = None,
    *,
    topic: str = "t",
    times: int = 1,
    **fields: int,
) -> Any:
    """Return the answer for partition 0; `times` says how often it is asked for."""
    row = ListOffsetsPartition(partition_index=0, timestamp=timestamp, **fields)
    wanted = ListOffsetsTopic(name=topic, partitions=(row,) * times)
    request = ListOffsetsRequest(replica_id=-1, topics=(wanted,))
    answer = await broker.ask(request, version)
    return answer.topics[0].partitions[-1]


async def fill(broker: Running) -> None:
    """Make a topic whose records 0 to 3 are a minute apart, 2 before 1."""
    await broker.create("t")
    for minute in (0, 2, 1, 3):
        await broker.produce("t", batch(b"v", timestamp=NOW + minute * 60_000))


@pytest.mark.parametrize("version", range(1, 11))
async def test_every_version_finds_start_end_and_times(version: int) -> None:
    async with running(release="4.1") as broker:
        await fill(broker)
        found = {
            timestamp: await find(broker, timestamp, version)
            for timestamp in (
                EARLIEST,
                LATEST,
                NOW,
                NOW + 1,
                NOW + 60_000,
                NOW + 180_001,
            )
        }
    offsets = {timestamp: (it.offset, it.timestamp) for timestamp, it in found.items()}
    assert offsets == {
        EARLIEST: (0, -1),
        LATEST: (4, -1),
        NOW: (0, NOW),
        NOW + 1: (1, NOW + 120_000),
        NOW + 60_000: (1, NOW + 120_000),
        NOW + 180_001: (-1, -1),
    }
    assert all(it.error_code == Error.NONE for it in found.values())
    if version >= 4:
        assert found[NOW].leader_epoch == found[LATEST].leader_epoch == 0


async def test_version_0_lists_where_segments_begin_newest_first() -> None:
    async with running(release="3.9") as broker:
        await broker.create("t", configs={"segment.bytes": "100"})
        for _ in range(3):
            await broker.produce("t", batch(b"v"))
        every = await find(broker, LATEST, 0, max_num_offsets=9)
        two = await find(broker, LATEST, 0, max_num_offsets=2)
        first = await find(broker, EARLIEST, 0, max_num_offsets=9)
        none = await find(broker, LATEST, 0, max_num_offsets=0)
        twice = await find(broker, LATEST, 0, times=2, max_num_offsets=1)
    assert every.old_style_offsets == (3, 2, 1, 0)
    assert two.old_style_offsets == (3, 2)
    assert first.old_style_offsets == (0,)
    assert none.old_style_offsets == ()
    assert (twice.error_code, twice.old_style_offsets) == (Error.NONE, (3,))


@pytest.mark.parametrize(
    ("timestamp", "first", "offset"),
    [(NEWEST, 7, 3), (EARLIEST_LOCAL, 8, 0), (TIERED, 9, -1), (PENDING, 11, -1)],
)
async def test_a_time_that_stands_for_a_place_came_with_a_version(
    timestamp: int, first: int, offset: int
) -> None:
    async with running() as broker:
        await fill(broker)
        before = await find(broker, timestamp, first - 1)
        assert before.error_code == Error.UNSUPPORTED_VERSION
        found = await find(broker, timestamp, first)
        assert (found.error_code, found.offset) == (Error.NONE, offset)


@pytest.mark.parametrize(("release", "version"), [("3.9", 0), ("3.9", 9), ("4.3", 10)])
@pytest.mark.parametrize("timestamp", [-7, -1000])
async def test_since_3_9_a_negative_time_has_a_meaning(
    release: str, version: int, timestamp: int
) -> None:
    async with running(release=release) as broker:
        await fill(broker)
        for topic in ("t", "nope"):
            found = await find(broker, timestamp, version, topic=topic)
            assert found.error_code == Error.UNSUPPORTED_VERSION


@pytest.mark.parametrize(
    ("release", "timestamp", "timed"),
    [
        ("0.11.0", NEWEST, True),
        ("2.8", NEWEST, True),
        ("2.8", -7, True),
        ("3.7", TIERED, True),
        ("3.7", -7, True),
        ("3.7", EARLIEST_LOCAL, False),
    ],
)
async def test_before_a_time_without_a_meaning_finds_the_first_record(
    release: str, timestamp: int, *, timed: bool
) -> None:
    async with running(release=release) as broker:
        await fill(broker)
        listed = await find(broker, timestamp, 0, max_num_offsets=1)
        assert listed.old_style_offsets == (() if timed else (0,))
        found = await find(broker, timestamp, 1)
        assert (found.error_code, found.offset) == (Error.NONE, 0)
        assert (found.timestamp >= 0) == timed


async def test_a_partition_must_be_led_here_and_named_once() -> None:
    async with running() as broker:
        await fill(broker)
        missing = await find(broker, LATEST, topic="nope")
        assert missing.error_code == Error.UNKNOWN_TOPIC_OR_PARTITION
        twice = await find(broker, LATEST, times=2)
        assert twice.error_code == Error.INVALID_REQUEST
        ahead = await find(broker, LATEST, current_leader_epoch=5)
        assert ahead.error_code == Error.UNKNOWN_LEADER_EPOCH


@pytest.mark.parametrize("timestamp", [0, NOW, NEWEST])
async def test_an_empty_partition_has_no_record_of_any_time(timestamp: int) -> None:
    async with running() as broker:
        await broker.create("t")
        found = await find(broker, timestamp)
        assert (found.error_code, found.offset, found.timestamp) == (0, -1, -1)


async def test_an_unknown_isolation_level_fails_the_whole_request() -> None:
    row = ListOffsetsPartition(partition_index=0, timestamp=LATEST)
    topics = (ListOffsetsTopic(name="t", partitions=(row,)),)
    request = ListOffsetsRequest(replica_id=-1, isolation_level=2, topics=topics)
    async with running() as broker:
        await fill(broker)
        (topic,) = (await broker.ask(request)).topics
    assert topic.partitions[0].error_code == Error.UNKNOWN_SERVER_ERROR
