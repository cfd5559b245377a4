"""DeleteTopics (API 20): delete topics (KIP-4).

v0   0.10.1  the first form
v1   0.11.0  throttle time (KIP-124)
v2   2.0     quotas: the answer first, the pause after it (KIP-219)
v3   2.1     TOPIC_DELETION_DISABLED in place of INVALID_REQUEST (KIP-322)
v4   2.4     flexible
v5   2.7     error messages; THROTTLING_QUOTA_EXCEEDED may be answered (KIP-599)
v6   2.8     topics by id (KIP-516)
"""

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
    """A topic to delete."""

    name: str | None = wire(STRING, nullable="0+", default=None)
    """Name of the topic; null if the id is given."""
    topic_id: Uuid = wire(UUID)
    """Id of the topic; zero if the name is given."""


@request(api=20, versions="0-6", flexible="4+")
class DeleteTopicsRequest:
    """Delete these topics."""

    topics: tuple[DeleteTopicState, ...] = wire(
        array(DeleteTopicState), "6+", default=()
    )
    """The topics, by name or by id."""
    topic_names: tuple[str, ...] = wire(
        array(STRING), "0-5", default=(), ignorable=True
    )
    """Names of the topics, up to v5."""
    timeout_ms: int = wire(INT32)
    """How long to wait until the topics are gone, in ms."""


@struct
class DeletableTopicResult:
    """Result for one topic."""

    name: str | None = wire(STRING, nullable="6+")
    """Name of the topic; null if it is unknown or hidden from the caller."""
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
    """Which topics were deleted."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    responses: tuple[DeletableTopicResult, ...] = wire(array(DeletableTopicResult))
    """The result of each topic."""
