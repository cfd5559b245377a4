"""AddOffsetsToTxn (API 25): a transaction will commit offsets of a group (KIP-98).

v2   PRODUCER_FENCED (KIP-588)
v3   flexible

What is added is the partition of `__consumer_offsets` that the group belongs to.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.internal_topics import OFFSETS
from logion.broker.state import BrokerState
from logion.broker.transaction_requests import told_of
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.add_offsets_to_txn import (
    AddOffsetsToTxnRequest,
    AddOffsetsToTxnResponse,
)
from logion.replica.partitioning import partition_of
from logion.transaction.state import Claim

VERSION_WITH_FENCED = 2


async def handle(
    broker: BrokerState, context: Context, request: AddOffsetsToTxnRequest
) -> AddOffsetsToTxnResponse:
    """Add the partition of the group's offsets to the transaction."""
    claim = Claim(request.transactional_id, request.producer_id, request.producer_epoch)
    try:
        await broker.transactions.add(claim, [_partition(broker, request.group_id)])
    except ApiError as failure:
        error = told_of(failure, context, VERSION_WITH_FENCED)
        return AddOffsetsToTxnResponse(throttle_time_ms=0, error_code=error)
    return AddOffsetsToTxnResponse(throttle_time_ms=0, error_code=Error.NONE)


def _partition(broker: BrokerState, group_id: str) -> TopicPartition:
    """Return where a group's offsets are, or will be once somebody asks for them."""
    wanted = broker.cluster.config.integer("offsets.topic.num.partitions")
    count = broker.groups.shards.count or wanted
    return TopicPartition(OFFSETS, partition_of(group_id, count))
