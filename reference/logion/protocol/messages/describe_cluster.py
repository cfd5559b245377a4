"""DescribeCluster (API 60): id, controller and nodes of the cluster (KIP-700).

v0   2.8     the first form
v1   3.7     the controllers may be asked for (KIP-919)
v2   4.0     fenced brokers (KIP-1073)
"""

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
    """Describe the cluster."""

    include_cluster_authorized_operations: bool = wire(BOOL)
    """Whether to say what the caller may do with the cluster."""
    endpoint_type: int = wire(INT8, "1+", default=1)
    """Whose addresses to list: 1 brokers, 2 controllers."""
    include_fenced_brokers: bool = wire(BOOL, "2+", default=False)
    """Whether to list brokers that are registered but fenced."""


@struct
class DescribeClusterBroker:
    """A node and its address."""

    broker_id: int = wire(INT32)
    """Number of the node."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(INT32)
    """TCP port to connect to."""
    rack: str | None = wire(STRING, nullable="0+", default=None)
    """The broker's `broker.rack`; null if it has none."""
    is_fenced: bool = wire(BOOL, "2+", default=False)
    """Whether the broker is fenced: registered, but not serving."""


@response(api=60, versions="0-2", flexible="0+")
class DescribeClusterResponse:
    """The cluster."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    endpoint_type: int = wire(INT8, "1+", default=1)
    """Whose addresses are listed: 1 brokers, 2 controllers."""
    cluster_id: str = wire(STRING)
    """Id of the cluster."""
    controller_id: int = wire(INT32, default=-1)
    """Node that is the controller; -1 if unknown."""
    brokers: tuple[DescribeClusterBroker, ...] = wire(array(DescribeClusterBroker))
    """The nodes."""
    cluster_authorized_operations: int = wire(INT32, default=-0x8000_0000)
    """Bit field of what the caller may do with the cluster: bit n for operation code n
    as in DescribeAcls; the smallest int32 if not asked for.
    """
