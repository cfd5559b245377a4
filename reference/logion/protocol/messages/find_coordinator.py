"""FindCoordinator (API 10): which broker coordinates a group or a transactional id.

v0   0.8.2   the first form
v1   0.11.0  transactional ids too; throttle time, error message (KIP-98)
v2   2.0     quotas: the answer first, the pause after it (KIP-219)
v3   2.4     flexible
v4   3.0     several keys in one request (KIP-699)
v5   3.8     TRANSACTION_ABORTABLE may be answered (KIP-890)
v6   3.9     partitions of share groups (KIP-932)
"""

from __future__ import annotations

from logion.protocol.schema import (
    INT8,
    INT16,
    INT32,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@request(api=10, versions="0-6", flexible="3+")
class FindCoordinatorRequest:
    """Find the coordinators of these keys."""

    key: str = wire(STRING, "0-3", default="")
    """The group or transactional id; from v4 on see `coordinator_keys`."""
    key_type: int = wire(INT8, "1+", default=0)
    """What the keys are: 0 groups, 1 transactional ids, 2 partitions of share groups.
    """
    coordinator_keys: tuple[str, ...] = wire(array(STRING), "4+", default=())
    """The group ids or transactional ids; a share group's are
    `group:topicId:partition`.
    """


@struct
class Coordinator:
    """The coordinator of one key."""

    key: str = wire(STRING)
    """The key it coordinates."""
    node_id: int = wire(INT32)
    """Broker that coordinates; -1 with an error."""
    host: str = wire(STRING)
    """Name or address to connect to; empty with an error."""
    port: int = wire(INT32)
    """TCP port to connect to; -1 with an error."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", ignorable=True)
    """The error in words; null or empty if there is none."""


@response(api=10, versions="0-6", flexible="3+")
class FindCoordinatorResponse:
    """The coordinators."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "0-3", default=0)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(
        STRING, "1-3", nullable="1-3", default="", ignorable=True
    )
    """The error in words; null or empty if there is none."""
    node_id: int = wire(INT32, "0-3", default=0)
    """Broker that coordinates; -1 with an error."""
    host: str = wire(STRING, "0-3", default="")
    """Name or address to connect to; empty with an error."""
    port: int = wire(INT32, "0-3", default=0)
    """TCP port to connect to; -1 with an error."""
    coordinators: tuple[Coordinator, ...] = wire(array(Coordinator), "4+", default=())
    """One answer per key, from v4 on."""
