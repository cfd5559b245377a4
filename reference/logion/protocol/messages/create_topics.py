"""TODO."""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    BOOL,
    INT8,
    INT16,
    INT32,
    STRING,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class CreatableReplicaAssignment:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    broker_ids: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class CreatableTopicConfig:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    value: str | None = wire(STRING, nullable="0+")
    """TODO."""


@struct
class CreatableTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    num_partitions: int = wire(INT32)
    """TODO."""
    replication_factor: int = wire(INT16)
    """TODO."""
    assignments: tuple[CreatableReplicaAssignment, ...] = wire(
        array(CreatableReplicaAssignment)
    )
    """TODO."""
    configs: tuple[CreatableTopicConfig, ...] = wire(array(CreatableTopicConfig))
    """TODO."""


@request(api=19, versions="0-7", flexible="5+")
class CreateTopicsRequest:
    """TODO."""

    topics: tuple[CreatableTopic, ...] = wire(array(CreatableTopic))
    """TODO."""
    timeout_ms: int = wire(INT32, default=60000)
    """How long the broker may wait for completion before it answers, in ms."""
    validate_only: bool = wire(BOOL, "1+", default=False)
    """Whether to check the request and change nothing."""


@struct
class CreatableTopicConfigs:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    value: str | None = wire(STRING, nullable="0+")
    """TODO."""
    read_only: bool = wire(BOOL)
    """TODO."""
    config_source: int = wire(INT8, default=-1, ignorable=True)
    """TODO."""
    is_sensitive: bool = wire(BOOL)
    """TODO."""


@struct
class CreatableTopicResult:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    topic_id: Uuid = wire(UUID, "7+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(
        STRING, "1+", nullable="1+", default="", ignorable=True
    )
    """The error in words; null if there is none."""
    topic_config_error_code: int = wire(INT16, "5+", tag=0, default=0, ignorable=True)
    """TODO."""
    num_partitions: int = wire(INT32, "5+", default=-1, ignorable=True)
    """TODO."""
    replication_factor: int = wire(INT16, "5+", default=-1, ignorable=True)
    """TODO."""
    configs: tuple[CreatableTopicConfigs, ...] | None = wire(
        array(CreatableTopicConfigs), "5+", nullable="5+", default=(), ignorable=True
    )
    """TODO."""


@response(api=19, versions="0-7", flexible="5+")
class CreateTopicsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "2+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[CreatableTopicResult, ...] = wire(array(CreatableTopicResult))
    """TODO."""
