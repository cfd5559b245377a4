"""TODO."""

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
    """TODO."""

    key: str = wire(STRING, "0-3", default="")
    """TODO."""
    key_type: int = wire(INT8, "1+", default=0)
    """TODO."""
    coordinator_keys: tuple[str, ...] = wire(array(STRING), "4+", default=())
    """TODO."""


@struct
class Coordinator:
    """TODO."""

    key: str = wire(STRING)
    """TODO."""
    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(INT32)
    """TCP port to connect to."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", ignorable=True)
    """The error in words; null if there is none."""


@response(api=10, versions="0-6", flexible="3+")
class FindCoordinatorResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "0-3", default=0)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(
        STRING, "1-3", nullable="1-3", default="", ignorable=True
    )
    """The error in words; null if there is none."""
    node_id: int = wire(INT32, "0-3", default=0)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING, "0-3", default="")
    """Name or address to connect to."""
    port: int = wire(INT32, "0-3", default=0)
    """TCP port to connect to."""
    coordinators: tuple[Coordinator, ...] = wire(array(Coordinator), "4+", default=())
    """TODO."""
