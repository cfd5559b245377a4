"""Where groups are coordinated otherwise than by Apache Kafka: docs/deviations.md."""

from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
)
from logion.protocol.messages.consumer_group_describe import (
    ConsumerGroupDescribeRequest,
)
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.messages.init_producer_id import InitProducerIdRequest
from logion.protocol.messages.offset_fetch import OffsetFetchRequest

from tests.logion.broker.running import running
from tests.logion.group.members import members


async def test_the_first_to_ask_for_a_coordinator_is_told() -> None:
    async with running() as broker:
        assert "__consumer_offsets" not in broker.state.cluster.image.topics
        found = await broker.ask(FindCoordinatorRequest(key="g"), 3)
        assert (found.error_code, found.node_id) == (Error.NONE, 1)


async def test_a_group_that_no_node_can_be_called_after() -> None:
    async with running(release="3.9") as broker, members(broker) as (a,):
        await broker.create("t")
        a.group = "no/node"
        assert await a.commit(5, version=0) == Error.INVALID_GROUP_ID


async def test_the_offsets_of_no_groups_are_none() -> None:
    async with running(release="3.9") as broker:
        answer = await broker.ask(OffsetFetchRequest(groups=()), 8)
    assert answer.groups == ()


async def test_no_release_describes_a_group_without_a_name() -> None:
    request = ConsumerGroupDescribeRequest(
        group_ids=("",), include_authorized_operations=False
    )
    async with running(release="4.0") as broker:
        (group,) = (await broker.ask(request)).groups
    assert group.error_code == Error.INVALID_GROUP_ID


async def test_a_topic_without_partitions_is_not_added() -> None:
    async with running(release="4.3") as broker:
        await broker.create("t")
        await broker.ask(FindCoordinatorRequest(key="x", key_type=1), 3)
        new = InitProducerIdRequest(transactional_id="x", transaction_timeout_ms=1000)
        made = await broker.ask(new, 2)
        assert made.error_code == Error.NONE
        answer = await broker.ask(
            AddPartitionsToTxnRequest(
                v3_and_below_transactional_id="x",
                v3_and_below_producer_id=made.producer_id,
                v3_and_below_producer_epoch=made.producer_epoch,
                v3_and_below_topics=(AddPartitionsToTxnTopic(name="t", partitions=()),),
            ),
            3,
        )
    assert answer.results_by_topic_v3_and_below == ()
