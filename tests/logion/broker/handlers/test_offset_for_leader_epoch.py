"""OffsetForLeaderEpoch: where a leader's term ends in this log."""

from __future__ import annotations

from typing import Any

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.offset_for_leader_epoch import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)

from tests.logion.broker.running import Running, batch, running


async def end_of(
    broker: Running,
    epoch: int,
    *,
    topic: str = "t",
    current: int = -1,
    version: int | None = None,
) -> Any:
    """Return what the leader says of the end of `epoch`."""
    row = OffsetForLeaderPartition(
        partition=0, current_leader_epoch=current, leader_epoch=epoch
    )
    wanted = OffsetForLeaderTopic(topic=topic, partitions=(row,))
    request = OffsetForLeaderEpochRequest(replica_id=-1, topics=(wanted,))
    answer = await broker.ask(request, version)
    return answer.topics[0].partitions[0]


@pytest.mark.parametrize("version", range(5))
async def test_the_current_epoch_ends_at_the_end_of_the_log(version: int) -> None:
    async with running(release="3.9") as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0", b"1"))
        found = await end_of(broker, 0, version=version)
    assert (found.error_code, found.end_offset) == (Error.NONE, 2)
    if version >= 1:
        assert found.leader_epoch == 0


@pytest.mark.parametrize("epoch", [-1, 5])
async def test_an_epoch_that_never_was_has_no_end(epoch: int) -> None:
    async with running() as broker:
        await broker.create("t")
        found = await end_of(broker, epoch)
    assert (found.error_code, found.leader_epoch, found.end_offset) == (0, -1, -1)


async def test_the_client_must_know_the_current_leader() -> None:
    async with running() as broker:
        await broker.create("t")
        ahead = await end_of(broker, 0, current=5)
        assert ahead.error_code == Error.UNKNOWN_LEADER_EPOCH
        unknown = await end_of(broker, 0, topic="nope")
        assert unknown.error_code == Error.UNKNOWN_TOPIC_OR_PARTITION
