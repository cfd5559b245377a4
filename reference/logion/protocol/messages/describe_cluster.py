"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
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


@request(api=60, versions="0-2", flexible="0+")
class DescribeClusterRequest:
    """TODO."""

    include_cluster_authorized_operations: bool = wire(BOOL)
    """TODO."""
    endpoint_type: int = wire(INT8, "1+", default=1)
    """TODO."""
    include_fenced_brokers: bool = wire(BOOL, "2+", default=False)
    """TODO."""


@struct
class DescribeClusterBroker:
    """TODO."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(INT32)
    """TCP port to connect to."""
    rack: str | None = wire(STRING, nullable="0+", default=None)
    """The broker's `broker.rack`; null if it has none."""
    is_fenced: bool = wire(BOOL, "2+", default=False)
    """TODO."""


@response(api=60, versions="0-2", flexible="0+")
class DescribeClusterResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    endpoint_type: int = wire(INT8, "1+", default=1)
    """TODO."""
    cluster_id: str = wire(STRING)
    """Id of the cluster the sender believes in; null: do not compare."""
    controller_id: int = wire(INT32, default=-1)
    """TODO."""
    brokers: tuple[DescribeClusterBroker, ...] = wire(array(DescribeClusterBroker))
    """TODO."""
    cluster_authorized_operations: int = wire(INT32, default=-0x8000_0000)
    """TODO."""
