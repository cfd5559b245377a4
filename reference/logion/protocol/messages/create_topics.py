"""CreateTopics (API 19): create topics (KIP-4).

v0   0.10.1  the first form
v1   0.10.2  may only check; error messages
v2   0.11.0  throttle time (KIP-124)
v3   2.0     quotas: the answer first, the pause after it (KIP-219)
v4   2.4     -1 partitions or replicas: the broker's default (KIP-464)
v5   2.4     flexible; the answer describes the topic (KIP-525)
v6   2.7     THROTTLING_QUOTA_EXCEEDED may be answered (KIP-599)
v7   2.8     the answer names the topic's id (KIP-516)
"""

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
    """Where the replicas of one partition go."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    broker_ids: tuple[int, ...] = wire(array(INT32))
    """Brokers that get a replica, the preferred leader first."""


@struct
class CreatableTopicConfig:
    """A setting of the topic."""

    name: str = wire(STRING)
    """Its key, such as `retention.ms`."""
    value: str | None = wire(STRING, nullable="0+")
    """Its value; null is refused."""


@struct
class CreatableTopic:
    """A topic to create."""

    name: str = wire(STRING)
    """Name of the topic."""
    num_partitions: int = wire(INT32)
    """Number of partitions; -1: the broker's default, or `assignments` say."""
    replication_factor: int = wire(INT16)
    """Number of replicas of each partition; -1: the broker's default, or `assignments`
    say.
    """
    assignments: tuple[CreatableReplicaAssignment, ...] = wire(
        array(CreatableReplicaAssignment)
    )
    """Brokers of each partition; empty: the controller chooses."""
    configs: tuple[CreatableTopicConfig, ...] = wire(array(CreatableTopicConfig))
    """Settings that differ from the broker's."""


@request(api=19, versions="0-7", flexible="5+")
class CreateTopicsRequest:
    """Create these topics."""

    topics: tuple[CreatableTopic, ...] = wire(array(CreatableTopic))
    """The topics."""
    timeout_ms: int = wire(INT32, default=60000)
    """How long to wait until brokers know the topics, in ms."""
    validate_only: bool = wire(BOOL, "1+", default=False)
    """Whether to check the request and change nothing."""


@struct
class CreatableTopicConfigs:
    """A setting of the new topic."""

    name: str = wire(STRING)
    """Its key, such as `retention.ms`."""
    value: str | None = wire(STRING, nullable="0+")
    """Its value; null if it is secret."""
    read_only: bool = wire(BOOL)
    """Whether it cannot be changed."""
    config_source: int = wire(INT8, default=-1, ignorable=True)
    """Where the value is from, by code as in DescribeConfigs; -1 unknown."""
    is_sensitive: bool = wire(BOOL)
    """Whether it is secret, such as a password."""


@struct
class CreatableTopicResult:
    """Result for one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "7+", default=ZERO_UUID, ignorable=True)
    """Id of the new topic; zero with an error."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(
        STRING, "1+", nullable="1+", default="", ignorable=True
    )
    """The error in words; null if there is none."""
    topic_config_error_code: int = wire(INT16, "5+", tag=0, default=0, ignorable=True)
    """Why `configs` are null, if they are; 0 if they are not."""
    num_partitions: int = wire(INT32, "5+", default=-1, ignorable=True)
    """Number of partitions; -1 with an error or without permission."""
    replication_factor: int = wire(INT16, "5+", default=-1, ignorable=True)
    """Number of replicas; -1 with an error or without permission."""
    configs: tuple[CreatableTopicConfigs, ...] | None = wire(
        array(CreatableTopicConfigs), "5+", nullable="5+", default=(), ignorable=True
    )
    """All settings of the topic; null if the caller may not see them."""


@response(api=19, versions="0-7", flexible="5+")
class CreateTopicsResponse:
    """Which topics were created."""

    throttle_time_ms: int = wire(INT32, "2+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[CreatableTopicResult, ...] = wire(array(CreatableTopicResult))
    """The result of each topic."""
