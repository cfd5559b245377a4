"""A transactional producer for tests of the broker, a request at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import trio
import trio.testing
from logion.broker.internal_topics import OFFSETS, TRANSACTIONS
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.add_offsets_to_txn import AddOffsetsToTxnRequest
from logion.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
)
from logion.protocol.messages.end_txn import EndTxnRequest
from logion.protocol.messages.init_producer_id import InitProducerIdRequest
from logion.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)
from logion.protocol.schema import replace
from logion.records.record import BatchOptions

from tests.logion.broker.running import Running, batch, produce_request

CLASSIC_ADD = 3
"""The last AddPartitionsToTxn that clients send."""

NEWEST_PRODUCE_BY_NAME = 12


@dataclass
class Transacting:
    """One transactional producer."""

    broker: Running
    id: str = "it"
    producer_id: int = -1
    epoch: int = -1
    sequences: dict[str, int] = field(default_factory=dict)

    def newest(self, api_key: int) -> int:
        """Return the newest version of an API."""
        return self.broker.client.versions.newest(api_key)

    async def begin(self) -> Transacting:
        """Make the topics that are needed, and get a producer id."""
        for topic in (OFFSETS, TRANSACTIONS):
            if topic not in self.broker.state.cluster.image.topics:
                await self.broker.create(topic)
        request = InitProducerIdRequest(
            transactional_id=self.id, transaction_timeout_ms=60_000
        )
        answer = await self.broker.ask(request)
        while answer.error_code == Error.CONCURRENT_TRANSACTIONS:
            answer = await self.broker.ask(request)
        assert answer.error_code == Error.NONE, Error.of(answer.error_code)
        self.producer_id, self.epoch = answer.producer_id, answer.producer_epoch
        self.sequences.clear()
        return self

    async def add(self, topic: str, *partitions: int) -> list[int]:
        """Add partitions to the transaction, as older clients do."""
        request = AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=self.id,
            v3_and_below_producer_id=self.producer_id,
            v3_and_below_producer_epoch=self.epoch,
            v3_and_below_topics=(
                AddPartitionsToTxnTopic(name=topic, partitions=partitions or (0,)),
            ),
        )
        answer = await self.broker.ask(request, min(self.newest(24), CLASSIC_ADD))
        return [
            it.partition_error_code
            for topic in answer.results_by_topic_v3_and_below
            for it in topic.results_by_partition
        ]

    async def add_group(self, group_id: str = "g") -> int:
        """Add the offsets of a group to the transaction."""
        request = AddOffsetsToTxnRequest(
            transactional_id=self.id,
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            group_id=group_id,
        )
        answer = await self.broker.ask(request)
        error: int = answer.error_code
        return error

    def records(self, topic: str, *values: bytes) -> bytes:
        """Return the next batch of the transaction in a topic."""
        options = BatchOptions(
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            base_sequence=self.sequences.get(topic, 0),
            is_transactional=True,
        )
        return batch(*values, options=options)

    async def produce(
        self, topic: str, *values: bytes, version: int | None = None
    ) -> Any:
        """Write to partition 0 in the transaction; return the partition's answer."""
        values = values or (b"v",)
        request = replace(
            produce_request(topic, self.records(topic, *values), acks=-1),
            transactional_id=self.id,
        )
        newest = min(self.newest(0), NEWEST_PRODUCE_BY_NAME)
        answer = await self.broker.ask(request, newest if version is None else version)
        (told,) = answer.responses[0].partition_responses
        if told.error_code == Error.NONE:
            self.sequences[topic] = self.sequences.get(topic, 0) + len(values)
        return told

    async def commit_offsets(
        self,
        offsets: Mapping[TopicPartition, int],
        version: int | None = None,
        **fields: Any,
    ) -> dict[TopicPartition, int]:
        """Commit offsets of group g in the transaction; return each one's error."""
        rows = (
            TxnOffsetCommitRequestTopic(
                name=name.topic,
                partitions=(
                    TxnOffsetCommitRequestPartition(
                        partition_index=name.partition,
                        committed_offset=offset,
                        committed_metadata="m",
                    ),
                ),
            )
            for name, offset in offsets.items()
        )
        chosen: dict[str, Any] = {
            "transactional_id": self.id,
            "group_id": "g",
            "producer_id": self.producer_id,
            "producer_epoch": self.epoch,
            "topics": tuple(rows),
        }
        request = TxnOffsetCommitRequest(**chosen | fields)
        answer = await self.broker.ask(request, version)
        return {
            TopicPartition(topic.name, it.partition_index): it.error_code
            for topic in answer.topics
            for it in topic.partitions
        }

    async def end(self, *, is_commit: bool = True, version: int | None = None) -> int:
        """End the transaction, and wait until its markers are written."""
        request = EndTxnRequest(
            transactional_id=self.id,
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            committed=is_commit,
        )
        answer = await self.broker.ask(request, version)
        error: int = answer.error_code
        if answer.producer_id >= 0:
            is_new = answer.producer_epoch != self.epoch
            self.producer_id, self.epoch = answer.producer_id, answer.producer_epoch
            if is_new:
                self.sequences.clear()
        await trio.testing.wait_all_tasks_blocked()
        return error
