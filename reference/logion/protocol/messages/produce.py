"""TODO."""

from __future__ import annotations

from typing import Any

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    RECORDS,
    STRING,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class PartitionProduceData:
    """TODO."""

    index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    records: Any = wire(RECORDS, nullable="0+")
    """TODO."""


@struct
class TopicProduceData:
    """TODO."""

    name: str = wire(STRING, "0-12", default="", ignorable=True)
    """TODO."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_data: tuple[PartitionProduceData, ...] = wire(array(PartitionProduceData))
    """TODO."""


@request(api=0, versions="0-13", flexible="9+")
class ProduceRequest:
    """TODO."""

    transactional_id: str | None = wire(STRING, "3+", nullable="3+", default=None)
    """Name of the transactional producer, `transactional.id`."""
    acks: int = wire(INT16)
    """TODO."""
    timeout_ms: int = wire(INT32)
    """How long the broker may wait for completion before it answers, in ms."""
    topic_data: tuple[TopicProduceData, ...] = wire(array(TopicProduceData))
    """TODO."""


@struct
class BatchIndexAndErrorMessage:
    """TODO."""

    batch_index: int = wire(INT32)
    """TODO."""
    batch_index_error_message: str | None = wire(STRING, nullable="0+", default=None)
    """TODO."""


@struct
class LeaderIdAndEpoch:
    """TODO."""

    leader_id: int = wire(INT32, default=-1)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32, default=-1)
    """Number of the leader's term; it grows with every election."""


@struct
class PartitionProduceResponse:
    """TODO."""

    index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    base_offset: int = wire(INT64)
    """TODO."""
    log_append_time_ms: int = wire(INT64, "2+", default=-1, ignorable=True)
    """TODO."""
    log_start_offset: int = wire(INT64, "5+", default=-1, ignorable=True)
    """TODO."""
    record_errors: tuple[BatchIndexAndErrorMessage, ...] = wire(
        array(BatchIndexAndErrorMessage), "8+", default=(), ignorable=True
    )
    """TODO."""
    error_message: str | None = wire(
        STRING, "8+", nullable="8+", default=None, ignorable=True
    )
    """The error in words; null if there is none."""
    current_leader: LeaderIdAndEpoch = wire(
        LeaderIdAndEpoch, "10+", tag=0, default=LeaderIdAndEpoch()
    )
    """TODO."""


@struct
class TopicProduceResponse:
    """TODO."""

    name: str = wire(STRING, "0-12", default="", ignorable=True)
    """TODO."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_responses: tuple[PartitionProduceResponse, ...] = wire(
        array(PartitionProduceResponse)
    )
    """TODO."""


@struct
class NodeEndpoint:
    """TODO."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(INT32)
    """TCP port to connect to."""
    rack: str | None = wire(STRING, nullable="0+", default=None)
    """The broker's `broker.rack`; null if it has none."""


@response(api=0, versions="0-13", flexible="9+")
class ProduceResponse:
    """TODO."""

    responses: tuple[TopicProduceResponse, ...] = wire(array(TopicProduceResponse))
    """TODO."""
    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "10+", tag=0, default=()
    )
    """Where to reach the leaders that this response names (KIP-951)."""
