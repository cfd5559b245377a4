"""TODO."""

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
    """TODO."""

    broker_ids: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class CreatePartitionsTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    count: int = wire(INT32)
    """TODO."""
    assignments: tuple[CreatePartitionsAssignment, ...] | None = wire(
        array(CreatePartitionsAssignment), nullable="0+"
    )
    """TODO."""


@request(api=37, versions="0-3", flexible="2+")
class CreatePartitionsRequest:
    """TODO."""

    topics: tuple[CreatePartitionsTopic, ...] = wire(array(CreatePartitionsTopic))
    """TODO."""
    timeout_ms: int = wire(INT32)
    """How long the broker may wait for completion before it answers, in ms."""
    validate_only: bool = wire(BOOL)
    """Whether to check the request and change nothing."""


@struct
class CreatePartitionsTopicResult:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@response(api=37, versions="0-3", flexible="2+")
class CreatePartitionsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[CreatePartitionsTopicResult, ...] = wire(
        array(CreatePartitionsTopicResult)
    )
    """TODO."""
