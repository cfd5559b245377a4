"""DeleteRecords: raise the log start offset."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)

from tests.logion.broker.running import (
    World,
    batch,
    running,
    values_of,
)


def request(offset: int, topic: str = "t", partition: int = 0) -> DeleteRecordsRequest:
    """Return a request to delete the records below `offset`."""
    row = DeleteRecordsPartition(partition_index=partition, offset=offset)
    return DeleteRecordsRequest(
        topics=(DeleteRecordsTopic(name=topic, partitions=(row,)),), timeout_ms=1000
    )


@pytest.mark.parametrize("version", range(3))
async def test_every_version_deletes_below_an_offset_for_good(version: int) -> None:
    world = World()
    async with running(world=world, release="3.9") as broker:
        await broker.create("t")
        for value in (b"0", b"1", b"2"):
            await broker.produce("t", batch(value))
        answer = await broker.ask(request(2), version)
        (found,) = answer.topics[0].partitions
        assert (found.error_code, found.low_watermark) == (Error.NONE, 2)
        lower = (await broker.ask(request(1))).topics[0].partitions[0]
        assert (lower.error_code, lower.low_watermark) == (Error.NONE, 2)
    async with running(world=world, release="3.9") as broker:
        (gone,) = await broker.fetch("t", 1)
        assert gone.error_code == Error.OFFSET_OUT_OF_RANGE
        (kept,) = await broker.fetch("t", 2)
        assert values_of(kept.records) == [b"2"]


async def test_minus_one_deletes_everything_that_is_committed() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0", b"1"))
        answer = await broker.ask(request(-1))
        assert answer.topics[0].partitions[0].low_watermark == 2


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (request(3), Error.OFFSET_OUT_OF_RANGE),
        (request(-2), Error.OFFSET_OUT_OF_RANGE),
        (request(0, "nope"), Error.UNKNOWN_TOPIC_OR_PARTITION),
        (request(0, partition=9), Error.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
async def test_what_is_not_committed_cannot_be_deleted(
    asked: DeleteRecordsRequest, error: Error
) -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0", b"1"))
        (found,) = (await broker.ask(asked)).topics[0].partitions
        assert (found.error_code, found.low_watermark) == (error, -1)
        assert broker.partition("t").log.start_offset == 0


async def test_records_of_internal_topics_stay() -> None:
    async with running() as broker:
        await broker.create("__consumer_offsets")
        answer = await broker.ask(request(0, "__consumer_offsets"))
        (found,) = answer.topics[0].partitions
        assert found.error_code == Error.INVALID_TOPIC_EXCEPTION
