"""What tests of transactions share: producers that speak plain requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import trio.testing
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
)
from logion.protocol.messages.describe_transactions import DescribeTransactionsRequest
from logion.protocol.messages.end_txn import EndTxnRequest
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.messages.init_producer_id import InitProducerIdRequest
from logion.transaction.state import Claim, State, Transaction

from tests.logion.broker.running import Running

T0 = TopicPartition("t", 0)
T1 = TopicPartition("t", 1)

SMALL = {"transaction.state.log.num.partitions": "3"}
"""Few partitions: a broker for a test is ready sooner."""

OLD_END = 4
"""Version of EndTxn with which the epoch stays."""

NEW_END = 5
"""Version of EndTxn that takes an epoch (KIP-890)."""


@dataclass(slots=True)
class TransactionalProducer:
    """A producer with a transactional id, as a program that sends what a test says."""

    broker: Running
    id: str = "tx"
    producer_id: int = -1
    epoch: int = -1
    timeout_ms: int = 1000

    @property
    def claim(self) -> Claim:
        """Return whose transactions its requests are about."""
        return Claim(self.id, self.producer_id, self.epoch)

    async def init(self, version: int = 5, *, knows: bool = False) -> Error:
        """Get an id and an epoch; return the error. `knows` says those it has."""
        has = {"producer_id": self.producer_id, "producer_epoch": self.epoch}
        request = InitProducerIdRequest(
            transactional_id=self.id,
            transaction_timeout_ms=self.timeout_ms,
            **(has if knows else {}),
        )
        answer = await self.broker.ask(request, version)
        if answer.error_code == Error.NONE:
            self.producer_id, self.epoch = answer.producer_id, answer.producer_epoch
        return Error(answer.error_code)

    async def add(self, *partitions: TopicPartition, version: int = 3) -> Error:
        """Add partitions; return the error of the first one."""
        request = AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=self.id,
            v3_and_below_producer_id=self.producer_id,
            v3_and_below_producer_epoch=self.epoch,
            v3_and_below_topics=tuple(
                AddPartitionsToTxnTopic(name=it.topic, partitions=(it.partition,))
                for it in partitions
            ),
        )
        answer = await self.broker.ask(request, version)
        topic = answer.results_by_topic_v3_and_below[0]
        return Error(topic.results_by_partition[0].partition_error_code)

    async def end(self, *, commit: bool, version: int = OLD_END) -> Error:
        """End the transaction, take the epoch that is given, and return the error."""
        answer = await self.broker.ask(
            EndTxnRequest(
                transactional_id=self.id,
                producer_id=self.producer_id,
                producer_epoch=self.epoch,
                committed=commit,
            ),
            version,
        )
        if version >= NEW_END and answer.error_code == Error.NONE:
            self.producer_id, self.epoch = answer.producer_id, answer.producer_epoch
        return Error(answer.error_code)

    async def described(self) -> Any:
        """Return what DescribeTransactions says of its id."""
        request = DescribeTransactionsRequest(transactional_ids=(self.id,))
        answer = await self.broker.ask(request)
        return answer.transaction_states[0]


async def producer(broker: Running, name: str = "tx") -> TransactionalProducer:
    """Return a producer that has an id and an epoch."""
    return await producer_of(broker, 5, name)


async def producer_of(
    broker: Running, version: int, name: str = "tx"
) -> TransactionalProducer:
    """Return one that got them by InitProducerId `version`."""
    await with_coordinator(broker)
    found = TransactionalProducer(broker, name)
    assert await found.init(version) is Error.NONE
    return found


async def with_coordinator(broker: Running) -> None:
    """Have a topic `t` of two partitions, and `__transaction_state`."""
    if "t" not in broker.state.cluster.image.topics:
        await broker.create("t", partitions=2)
    answer = await broker.ask(FindCoordinatorRequest(key="tx", key_type=1), 1)
    assert answer.error_code == Error.NONE


def transaction_of(broker: Running, name: str = "tx") -> Transaction:
    """Return what the coordinator knows of an id."""
    found = broker.state.transactions.find(name)
    assert found is not None
    return found


async def settle(broker: Running, state: State, name: str = "tx") -> Transaction:
    """Return an id's transaction once it is in `state`."""
    for _ in range(100):
        if transaction_of(broker, name).state is state:
            break
        await trio.testing.wait_all_tasks_blocked()
    found = transaction_of(broker, name)
    assert found.state is state
    return found
