"""A producer of transactions, as clients of Kafka write one (KIP-98, KIP-890).

From 4.0 on a partition joins the transaction with what is written to it, and each end
gives the producer another epoch: a request that arrives late belongs to an epoch that
is over. Before, it may pass for one of the next transaction: there a call that was
given up is not made again, and its ApiError ends the producer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from logion.client.batching import Identity
from logion.client.cluster import COORDINATOR_VERSION_WITH_KEYS, Cluster, raise_for
from logion.client.connection import Address, Connection
from logion.clock import Clock
from logion.names import ZERO_UUID, ProducerEpoch, ProducerId, TopicPartition
from logion.protocol.apis import FIND_COORDINATOR
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.add_offsets_to_txn import (
    AddOffsetsToTxnRequest,
    AddOffsetsToTxnResponse,
)
from logion.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnTopic,
)
from logion.protocol.messages.end_txn import EndTxnRequest, EndTxnResponse
from logion.protocol.messages.find_coordinator import (
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)
from logion.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from logion.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
)
from logion.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
    TxnOffsetCommitResponse,
)
from logion.records.record import BatchOptions, Record, write_batch

END_TXN = 26

GROUP_KEY, TRANSACTION_KEY = 0, 1
"""What a coordinator is looked up for."""

NEWEST_OF_CLIENTS = 3
"""AddPartitionsToTxn: later versions are for brokers."""

FIRST_WITH_EPOCHS = 5
"""EndTxn: from here on it gives another epoch (KIP-890)."""

ALL_ACKS = -1
TIMEOUT_MS = 30_000
GIVEN_UP = {Error.NETWORK_EXCEPTION, Error.REQUEST_TIMED_OUT}
"""Nobody knows whether the request was served, or will be."""

Result = TypeVar("Result")


class TransactionalProducer:
    """Writes records and offsets that count together, or not at all."""

    def __init__(self, cluster: Cluster, name: str, clock: Clock) -> None:
        """Be the producer of the transactional id `name`; `begin` comes first."""
        self.identity = Identity()
        self._cluster = cluster
        self._name = name
        self._clock = clock
        self._has_epochs = False
        self._sequences: dict[TopicPartition, int] = defaultdict(int)

    async def begin(self) -> None:
        """Take an id and an epoch: whoever had the name before is fenced."""

        async def ask() -> InitProducerIdResponse:
            connection = await coordinator(self._cluster, self._name, TRANSACTION_KEY)
            newest = connection.versions.newest(END_TXN)
            self._has_epochs = newest >= FIRST_WITH_EPOCHS
            request = InitProducerIdRequest(
                transactional_id=self._name, transaction_timeout_ms=TIMEOUT_MS
            )
            answer = await connection.call(request, InitProducerIdResponse)
            raise_for(answer.error_code)
            return answer

        answer = await self._cluster.retry(ask)
        self._take(answer.producer_id, answer.producer_epoch)

    def _take(self, producer_id: int, epoch: int) -> None:
        found = Identity(ProducerId(producer_id), ProducerEpoch(epoch))
        if found != self.identity:
            self._sequences.clear()
        self.identity = found

    async def write(self, partition: TopicPartition, value: bytes) -> int | None:
        """Write a record in the transaction; return its offset if it is told."""
        if not self._has_epochs:
            await self._add(partition)
        records = self._batch(partition, value)

        async def ask() -> int:
            leader = await self._cluster.leader_connection(partition)
            request = self._produce_request(partition, records)
            answer = await leader.call(request, ProduceResponse)
            (told,) = answer.responses[0].partition_responses
            raise_for(told.error_code, told.error_message)
            return told.base_offset

        offset = await self._retry(ask)
        self._sequences[partition] += 1
        return offset if offset >= 0 else None

    def _batch(self, partition: TopicPartition, value: bytes) -> bytes:
        options = BatchOptions(
            producer_id=self.identity.producer_id,
            producer_epoch=self.identity.producer_epoch,
            base_sequence=self._sequences[partition],
            is_transactional=True,
        )
        record = Record(0, self._clock.time_ms(), None, value)
        return write_batch((record,), options)

    def _produce_request(self, name: TopicPartition, records: bytes) -> ProduceRequest:
        data = PartitionProduceData(index=name.partition, records=records)
        ids = self._cluster.picture.topic_ids
        topic = TopicProduceData(
            name=name.topic,
            topic_id=ids.get(name.topic, ZERO_UUID),
            partition_data=(data,),
        )
        return ProduceRequest(
            transactional_id=self._name,
            acks=ALL_ACKS,
            timeout_ms=TIMEOUT_MS,
            topic_data=(topic,),
        )

    async def _add(self, name: TopicPartition) -> None:
        topic = AddPartitionsToTxnTopic(name=name.topic, partitions=(name.partition,))

        async def ask() -> None:
            connection = await coordinator(self._cluster, self._name, TRANSACTION_KEY)
            request = AddPartitionsToTxnRequest(
                v3_and_below_transactional_id=self._name,
                v3_and_below_producer_id=self.identity.producer_id,
                v3_and_below_producer_epoch=self.identity.producer_epoch,
                v3_and_below_topics=(topic,),
            )
            answer = await connection.call(
                request, AddPartitionsToTxnResponse, version=NEWEST_OF_CLIENTS
            )
            (told,) = answer.results_by_topic_v3_and_below[0].results_by_partition
            raise_for(told.partition_error_code)

        await self._retry(ask)

    async def commit_offset(
        self, group: str, partition: TopicPartition, offset: int
    ) -> None:
        """Commit an offset of a group that has no members, if the transaction does."""
        if not self._has_epochs:
            await self._add_offsets(group)
        request = TxnOffsetCommitRequest(
            transactional_id=self._name,
            group_id=group,
            producer_id=self.identity.producer_id,
            producer_epoch=self.identity.producer_epoch,
            topics=(_offset_row(partition, offset),),
        )

        async def ask() -> None:
            connection = await coordinator(self._cluster, group, GROUP_KEY)
            answer = await connection.call(request, TxnOffsetCommitResponse)
            raise_for(answer.topics[0].partitions[0].error_code)

        await self._retry(ask)

    async def _add_offsets(self, group: str) -> None:
        request = AddOffsetsToTxnRequest(
            transactional_id=self._name,
            producer_id=self.identity.producer_id,
            producer_epoch=self.identity.producer_epoch,
            group_id=group,
        )

        async def ask() -> None:
            connection = await coordinator(self._cluster, self._name, TRANSACTION_KEY)
            answer = await connection.call(request, AddOffsetsToTxnResponse)
            raise_for(answer.error_code)

        await self._retry(ask)

    async def end(self, *, is_commit: bool) -> None:
        """Commit or abort; a producer of 4.0 or later goes on with another epoch."""
        request = EndTxnRequest(
            transactional_id=self._name,
            producer_id=self.identity.producer_id,
            producer_epoch=self.identity.producer_epoch,
            committed=is_commit,
        )

        async def ask() -> EndTxnResponse:
            connection = await coordinator(self._cluster, self._name, TRANSACTION_KEY)
            answer = await connection.call(request, EndTxnResponse)
            raise_for(answer.error_code)
            return answer

        answer = await self._retry(ask)
        if self._has_epochs:
            self._take(answer.producer_id, answer.producer_epoch)

    async def _retry(self, ask: Callable[[], Awaitable[Result]]) -> Result:
        """Ask until it works; once only, where nobody could tell a late request."""

        async def attempt() -> Result:
            try:
                return await ask()
            except ApiError as failure:
                if failure.error in GIVEN_UP and not self._has_epochs:
                    raise ApiError(Error.INVALID_TXN_STATE, str(failure)) from failure
                raise

        return await self._cluster.retry(attempt)


async def coordinator(cluster: Cluster, key: str, kind: int) -> Connection:
    """Return a connection to the coordinator of a group or a transactional id."""
    broker = await cluster.any_connection()
    version = broker.versions.newest(FIND_COORDINATOR)
    has_keys = version >= COORDINATOR_VERSION_WITH_KEYS
    request = FindCoordinatorRequest(
        key="" if has_keys else key,
        key_type=kind,
        coordinator_keys=(key,) if has_keys else (),
    )
    answer = await broker.call(request, FindCoordinatorResponse, version=version)
    found: Any = answer.coordinators[0] if has_keys else answer
    raise_for(found.error_code, found.error_message)
    return await cluster.connection(Address(found.host, found.port))


def _offset_row(name: TopicPartition, offset: int) -> TxnOffsetCommitRequestTopic:
    row = TxnOffsetCommitRequestPartition(
        partition_index=name.partition, committed_offset=offset, committed_metadata=""
    )
    return TxnOffsetCommitRequestTopic(name=name.topic, partitions=(row,))
