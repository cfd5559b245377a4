"""Transactional producers as cases meet them.

Nothing is done behind a case's back: a producer sends what it is told to send, and
keeps the id and the epoch it was given. Only where a broker says that it is not ready
yet, or still ends the transaction before, is it asked again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from logion.client.cluster import raise_for
from logion.client.connection import Address, Connection
from logion.protocol import schema
from logion.protocol.errors import Error
from logion.protocol.messages.add_offsets_to_txn import (
    AddOffsetsToTxnRequest,
    AddOffsetsToTxnResponse,
)
from logion.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from logion.protocol.messages.describe_transactions import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    TransactionState,
)
from logion.protocol.messages.end_txn import EndTxnRequest, EndTxnResponse
from logion.protocol.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorResponse,
)
from logion.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from logion.protocol.messages.produce import PartitionProduceResponse, ProduceResponse
from logion.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
    TxnOffsetCommitResponse,
)

from logion_conformance.group_requests import TRANSACTION, coordinators, find_request
from logion_conformance.groups import Group
from logion_conformance.material import Topic, produce_request
from logion_conformance.subject import Subject

Answer = TypeVar("Answer")

NOT_READY = (
    Error.COORDINATOR_NOT_AVAILABLE,
    Error.COORDINATOR_LOAD_IN_PROGRESS,
    Error.NOT_COORDINATOR,
    Error.CONCURRENT_TRANSACTIONS,
)
"""What a coordinator says that will do what it is asked for a little later."""

TIMEOUT_MS = 60_000
"""Timeout of transactions, where the broker allows it: longer than any case."""


def timeout_ms_of(broker: Subject) -> int:
    """Return the timeout of transactions: within what the broker allows."""
    return min(TIMEOUT_MS, broker.number("transaction.max.timeout.ms", TIMEOUT_MS))


@dataclass(frozen=True, slots=True)
class TransactionalProducer:
    """A producer with a transactional id, and the connection to its coordinator."""

    broker: Subject
    connection: Connection
    id: str
    producer_id: int = -1
    epoch: int = -1

    def at(self, epoch: int) -> TransactionalProducer:
        """Return the same producer as it was, or will be, with another epoch."""
        return replace(self, epoch=epoch)

    async def again(self) -> TransactionalProducer:
        """Return the same producer with a new connection, after its broker was away."""
        return replace(self, connection=await coordinator_of(self.broker, self.id))

    async def init(
        self, *, timeout_ms: int | None = None, knows: bool = False
    ) -> InitProducerIdResponse:
        """Return the answer to InitProducerId; `knows` tells id and epoch."""
        if timeout_ms is None:
            timeout_ms = timeout_ms_of(self.broker)
        request = InitProducerIdRequest(
            transactional_id=self.id,
            transaction_timeout_ms=timeout_ms,
            producer_id=self.producer_id if knows else -1,
            producer_epoch=self.epoch if knows else -1,
        )
        return await self.connection.call(request, InitProducerIdResponse)

    async def begun(self) -> TransactionalProducer:
        """Return the producer with an id and an epoch."""
        answer = await self._until_ready(self.init)
        raise_for(answer.error_code)
        return replace(
            self, producer_id=answer.producer_id, epoch=answer.producer_epoch
        )

    async def add(self, topic: Topic, *partitions: int) -> list[int]:
        """Add partitions to the transaction; return the error code of each."""

        async def ask() -> AddPartitionsToTxnResponse:
            wanted = AddPartitionsToTxnTopic(name=topic.name, partitions=partitions)
            request = AddPartitionsToTxnRequest(
                v3_and_below_transactional_id=self.id,
                v3_and_below_producer_id=self.producer_id,
                v3_and_below_producer_epoch=self.epoch,
                v3_and_below_topics=(wanted,),
            )
            return await self.connection.call(request, AddPartitionsToTxnResponse)

        answer = await self._until_ready(ask)
        return [code for _, code in _added(answer)]

    async def verify(self, topic: Topic, partition: int, *, adds: bool = False) -> int:
        """Ask as a broker does whether a partition is there, or have it added; return
        the error code."""
        wanted = AddPartitionsToTxnTopic(name=topic.name, partitions=(partition,))
        transaction = AddPartitionsToTxnTransaction(
            transactional_id=self.id,
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            verify_only=not adds,
            topics=(wanted,),
        )
        request = AddPartitionsToTxnRequest(transactions=(transaction,))
        answer = await self.connection.call(request, AddPartitionsToTxnResponse)
        (result,) = answer.results_by_transaction
        return result.topic_results[0].results_by_partition[0].partition_error_code

    async def add_offsets(self, group: str) -> int:
        """Add the offsets of a group to the transaction; return the error code."""

        async def ask() -> AddOffsetsToTxnResponse:
            request = AddOffsetsToTxnRequest(
                transactional_id=self.id,
                producer_id=self.producer_id,
                producer_epoch=self.epoch,
                group_id=group,
            )
            return await self.connection.call(request, AddOffsetsToTxnResponse)

        return (await self._until_ready(ask)).error_code

    async def end(self, *, commit: bool) -> EndTxnResponse:
        """Return the answer to EndTxn, once nothing else is being ended."""

        async def ask() -> EndTxnResponse:
            request = EndTxnRequest(
                transactional_id=self.id,
                producer_id=self.producer_id,
                producer_epoch=self.epoch,
                committed=commit,
            )
            return await self.connection.call(request, EndTxnResponse)

        return await self._until_ready(ask)

    async def produce(
        self, topic: Topic, *values: bytes, sequence: int = 0, partition: int = 0
    ) -> PartitionProduceResponse:
        """Return what the leader says of a batch in the transaction, once it could ask
        the coordinator."""
        records = self.broker.batch(
            *values,
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            base_sequence=sequence,
            is_transactional=True,
        )
        request = schema.replace(
            produce_request(topic, records, partition=partition),
            transactional_id=self.id,
        )

        async def ask() -> PartitionProduceResponse:
            answer = await self.broker.ask_leader(
                topic, request, ProduceResponse, partition=partition
            )
            (told,) = answer.responses[0].partition_responses
            if told.error_code == Error.NOT_ENOUGH_REPLICAS:
                raise_for(told.error_code)
            return told

        return await self.broker.cluster.retry(ask)

    async def commit_offsets(
        self, group: Group, topic: Topic, offset: int, **fields: Any
    ) -> int:
        """Commit an offset of partition 0 in the transaction; return the error code.

        `fields` say for which member.
        """
        partition = TxnOffsetCommitRequestPartition(
            partition_index=0, committed_offset=offset, committed_metadata="m"
        )
        wanted = TxnOffsetCommitRequestTopic(name=topic.name, partitions=(partition,))
        request = TxnOffsetCommitRequest(
            transactional_id=self.id,
            group_id=group.name,
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            topics=(wanted,),
            **fields,
        )
        answer = await group.connection.call(request, TxnOffsetCommitResponse)
        return answer.topics[0].partitions[0].error_code

    async def described(self) -> TransactionState:
        """Return what the coordinator says of the transactional id."""
        request = DescribeTransactionsRequest(transactional_ids=(self.id,))
        answer = await self.connection.call(request, DescribeTransactionsResponse)
        return answer.transaction_states[0]

    async def _until_ready(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the first answer that is not one of NOT_READY."""

        async def attempt() -> Answer:
            answer = await ask()
            for code in _codes(answer):
                if code in NOT_READY:
                    raise_for(code)
            return answer

        return await self.broker.cluster.retry(attempt)


def _added(answer: AddPartitionsToTxnResponse) -> list[tuple[int, int]]:
    """Return partition and error code of each result."""
    return [
        (it.partition_index, it.partition_error_code)
        for topic in answer.results_by_topic_v3_and_below
        for it in topic.results_by_partition
    ]


def _codes(answer: Any) -> list[int]:
    if isinstance(answer, AddPartitionsToTxnResponse):
        return [code for _, code in _added(answer)]
    return [answer.error_code]


async def new_transactional_id(broker: Subject) -> TransactionalProducer:
    """Return a transactional id of the case's own that no producer has yet."""
    name = broker.name_of_its_own()
    return TransactionalProducer(broker, await coordinator_of(broker, name), name)


async def coordinator_of(broker: Subject, transactional_id: str) -> Connection:
    """Return a new connection to the coordinator of a transactional id."""

    async def ask() -> Coordinator:
        version = broker.version("FindCoordinator")
        request = find_request(version, transactional_id, key_type=TRANSACTION)
        answer = await broker.ask(request, FindCoordinatorResponse)
        (found,) = coordinators(version, answer)
        raise_for(found.error_code, found.error_message)
        return found

    node = await broker.cluster.retry(ask)
    return await broker.connect_to(Address(node.host, node.port))


async def new_transactional_producer(broker: Subject) -> TransactionalProducer:
    """Return a producer with a transactional id of its own, and its first epoch."""
    return await (await new_transactional_id(broker)).begun()
