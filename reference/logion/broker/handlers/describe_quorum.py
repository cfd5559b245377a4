"""DescribeQuorum (API 55): the leader of the controllers, how far each is (KIP-595).

v1   when a replica fetched last, and when it had caught up (KIP-836)
v2   directories of replicas, addresses of nodes (KIP-853)

This broker is its own controller: the one voter, which leads. What its log would be is
the store of the cluster, and its end the transaction that registered this broker.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.quorum import METADATA_TOPIC
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.describe_quorum import (
    DescribeQuorumRequest,
    DescribeQuorumRequestTopicData,
    DescribeQuorumResponse,
    DescribeQuorumResponsePartitionData,
    DescribeQuorumResponseTopicData,
    Listener,
    Node,
    ReplicaState,
)

VERSION_WITH_NODES = 2


async def handle(
    broker: BrokerState, context: Context, request: DescribeQuorumRequest
) -> DescribeQuorumResponse:
    """Return the state of the quorum; of any other partition, that it is not here."""
    if not _is_quorum(request):
        return _answer(tuple(map(_unknown, request.topics)))
    topic = DescribeQuorumResponseTopicData(
        topic_name=METADATA_TOPIC, partitions=(_quorum(broker),)
    )
    return _answer(
        (topic,), (_node(broker),) if context.version >= VERSION_WITH_NODES else ()
    )


def _is_quorum(request: DescribeQuorumRequest) -> bool:
    """Tell whether just the quorum's one partition is asked for."""
    asked = [
        (topic.topic_name, it.partition_index)
        for topic in request.topics
        for it in topic.partitions
    ]
    return asked == [(METADATA_TOPIC, 0)]


def _answer(
    topics: tuple[DescribeQuorumResponseTopicData, ...], nodes: tuple[Node, ...] = ()
) -> DescribeQuorumResponse:
    return DescribeQuorumResponse(
        error_code=Error.NONE, error_message="", topics=topics, nodes=nodes
    )


def _quorum(broker: BrokerState) -> DescribeQuorumResponsePartitionData:
    image, now_ms = broker.cluster.image, broker.clock.time_ms()
    end_offset = image.brokers[broker.id].epoch
    voter = ReplicaState(
        replica_id=broker.id,
        log_end_offset=end_offset,
        last_fetch_timestamp=now_ms,
        last_caught_up_timestamp=now_ms,
    )
    return DescribeQuorumResponsePartitionData(
        partition_index=0,
        error_code=Error.NONE,
        error_message="",
        leader_id=broker.id,
        leader_epoch=image.controller_epoch,
        high_watermark=end_offset,
        current_voters=(voter,),
        observers=(),
    )


def _node(broker: BrokerState) -> Node:
    endpoints = broker.cluster.image.brokers[broker.id].endpoints
    return Node(
        node_id=broker.id,
        listeners=tuple(
            Listener(name=it.listener, host=it.host, port=it.port) for it in endpoints
        ),
    )


def _unknown(topic: DescribeQuorumRequestTopicData) -> DescribeQuorumResponseTopicData:
    refused = (
        DescribeQuorumResponsePartitionData(
            partition_index=it.partition_index,
            error_code=Error.UNKNOWN_TOPIC_OR_PARTITION,
            error_message=f"the quorum is {METADATA_TOPIC}-0 and nothing else",
            leader_id=0,
            leader_epoch=0,
            high_watermark=0,
            current_voters=(),
            observers=(),
        )
        for it in topic.partitions
    )
    return DescribeQuorumResponseTopicData(
        topic_name=topic.topic_name, partitions=tuple(refused)
    )
