"""DeleteShareGroupOffsets (API 92): forget topics of an empty share group (KIP-932).

v0   4.1     the only form so far
"""

from __future__ import annotations

from logion.names import Uuid
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
class DeleteShareGroupOffsetsRequestTopic:
    """A topic to forget."""

    topic_name: str = wire(STRING)
    """Name of the topic."""


@request(api=92, versions="0", flexible="0+")
class DeleteShareGroupOffsetsRequest:
    """Forget these topics."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[DeleteShareGroupOffsetsRequestTopic, ...] = wire(
        array(DeleteShareGroupOffsetsRequestTopic)
    )
    """The topics."""


@struct
class DeleteShareGroupOffsetsResponseTopic:
    """Result for one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@response(api=92, versions="0", flexible="0+")
class DeleteShareGroupOffsetsResponse:
    """Which topics were forgotten."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """Error of the whole group; 0 if none."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    responses: tuple[DeleteShareGroupOffsetsResponseTopic, ...] = wire(
        array(DeleteShareGroupOffsetsResponseTopic)
    )
    """The result of each topic."""
