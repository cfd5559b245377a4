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


@request(api=29, versions="0-3", flexible="2+")
class DescribeAclsRequest:
    """TODO."""

    resource_type_filter: int = wire(INT8)
    """TODO."""
    resource_name_filter: str | None = wire(STRING, nullable="0+")
    """TODO."""
    pattern_type_filter: int = wire(INT8, "1+", default=3)
    """TODO."""
    principal_filter: str | None = wire(STRING, nullable="0+")
    """TODO."""
    host_filter: str | None = wire(STRING, nullable="0+")
    """TODO."""
    operation: int = wire(INT8)
    """TODO."""
    permission_type: int = wire(INT8)
    """TODO."""


@struct
class AclDescription:
    """TODO."""

    principal: str = wire(STRING)
    """TODO."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    operation: int = wire(INT8)
    """TODO."""
    permission_type: int = wire(INT8)
    """TODO."""


@struct
class DescribeAclsResource:
    """TODO."""

    resource_type: int = wire(INT8)
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32
    group.
    """
    resource_name: str = wire(STRING)
    """TODO."""
    pattern_type: int = wire(INT8, "1+", default=3)
    """TODO."""
    acls: tuple[AclDescription, ...] = wire(array(AclDescription))
    """TODO."""


@response(api=29, versions="0-3", flexible="2+")
class DescribeAclsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    resources: tuple[DescribeAclsResource, ...] = wire(array(DescribeAclsResource))
    """TODO."""
