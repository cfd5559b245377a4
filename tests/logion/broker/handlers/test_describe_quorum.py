"""DescribeQuorum: the leader of the controllers, and how far each is."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.describe_quorum import (
    DescribeQuorumRequest,
    DescribeQuorumRequestPartitionData,
    DescribeQuorumRequestTopicData,
)

from tests.logion.broker.running import running

QUORUM = "__cluster_metadata"


def request(topic: str, *partitions: int) -> DescribeQuorumRequest:
    """Return a request for partitions of one topic."""
    asked = tuple(
        DescribeQuorumRequestPartitionData(partition_index=it) for it in partitions
    )
    topics = (DescribeQuorumRequestTopicData(topic_name=topic, partitions=asked),)
    return DescribeQuorumRequest(topics=topics)


@pytest.mark.parametrize("version", range(3))
async def test_the_broker_is_the_one_voter_and_leads(version: int) -> None:
    async with running() as broker:
        answer = await broker.ask(request(QUORUM, 0), version)
        now_ms = broker.clock.time_ms()
    assert answer.error_code == Error.NONE
    (found,) = answer.topics[0].partitions
    assert (found.error_code, found.leader_id, found.leader_epoch) == (0, 1, 1)
    (voter,) = found.current_voters
    assert (voter.replica_id, voter.log_end_offset) == (1, found.high_watermark)
    assert voter.last_fetch_timestamp == (now_ms if version else -1)
    if version == 2:
        (node,) = answer.nodes
        (listener,) = node.listeners
        assert (node.node_id, listener.host) == (1, "127.0.0.1")
        assert listener.port == broker.address.port


@pytest.mark.parametrize(
    ("topic", "partitions"), [("t", [0]), (QUORUM, [1]), (QUORUM, [0, 1])]
)
async def test_nothing_else_has_a_quorum(topic: str, partitions: list[int]) -> None:
    async with running() as broker:
        answer = await broker.ask(request(topic, *partitions))
    assert answer.error_code == Error.NONE
    codes = [it.error_code for it in answer.topics[0].partitions]
    assert codes == [Error.UNKNOWN_TOPIC_OR_PARTITION] * len(partitions)
    assert answer.nodes == ()


async def test_who_asks_for_nothing_hears_nothing() -> None:
    async with running() as broker:
        answer = await broker.ask(DescribeQuorumRequest(topics=()))
    assert (answer.error_code, answer.topics) == (Error.NONE, ())
