"""CreatePartitions (API 37): give topics more partitions (KIP-195).

v0   1.0     the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.5     flexible
v3   2.7     THROTTLING_QUOTA_EXCEEDED may be answered (KIP-599)
"""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
    INT16,
    INT32,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class CreatePartitionsAssignment:
    """Where the replicas of one new partition go."""

    broker_ids: tuple[int, ...] = wire(array(INT32))
    """Brokers that get a replica, the preferred leader first."""


@struct
class CreatePartitionsTopic:
    """A topic to extend."""

    name: str = wire(STRING)
    """Name of the topic."""
    count: int = wire(INT32)
    """Number of partitions it shall have in the end; fewer than it has is refused."""
    assignments: tuple[CreatePartitionsAssignment, ...] | None = wire(
        array(CreatePartitionsAssignment), nullable="0+"
    )
    """Brokers of each new partition; null: the controller chooses."""


@request(api=37, versions="0-3", flexible="2+")
class CreatePartitionsRequest:
    """Extend these topics."""

    topics: tuple[CreatePartitionsTopic, ...] = wire(array(CreatePartitionsTopic))
    """The topics."""
    timeout_ms: int = wire(INT32)
    """How long to wait until brokers know the partitions, in ms."""
    validate_only: bool = wire(BOOL)
    """Whether to check the request and change nothing."""


@struct
class CreatePartitionsTopicResult:
    """Result for one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@response(api=37, versions="0-3", flexible="2+")
class CreatePartitionsResponse:
    """Which topics were extended."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[CreatePartitionsTopicResult, ...] = wire(
        array(CreatePartitionsTopicResult)
    )
    """The result of each topic."""
