"""TODO."""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
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
class DeleteTopicState:
    """TODO."""

    name: str | None = wire(STRING, nullable="0+", default=None)
    """TODO."""
    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""


@request(api=20, versions="0-6", flexible="4+")
class DeleteTopicsRequest:
    """TODO."""

    topics: tuple[DeleteTopicState, ...] = wire(
        array(DeleteTopicState), "6+", default=()
    )
    """TODO."""
    topic_names: tuple[str, ...] = wire(
        array(STRING), "0-5", default=(), ignorable=True
    )
    """TODO."""
    timeout_ms: int = wire(INT32)
    """How long the broker may wait for completion before it answers, in ms."""


@struct
class DeletableTopicResult:
    """TODO."""

    name: str | None = wire(STRING, nullable="6+")
    """TODO."""
    topic_id: Uuid = wire(UUID, "6+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """The error in words; null if there is none."""


@response(api=20, versions="0-6", flexible="4+")
class DeleteTopicsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    responses: tuple[DeletableTopicResult, ...] = wire(array(DeletableTopicResult))
    """TODO."""
