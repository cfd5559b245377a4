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


@request(api=74, versions="0-1", flexible="0+")
class ListConfigResourcesRequest:
    """TODO."""

    resource_types: tuple[int, ...] = wire(array(INT8), "1+", default=())
    """TODO."""


@struct
class ConfigResource:
    """TODO."""

    resource_name: str = wire(STRING)
    """TODO."""
    resource_type: int = wire(INT8, "1+", default=16, ignorable=True)
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32
    group.
    """


@response(api=74, versions="0-1", flexible="0+")
class ListConfigResourcesResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    config_resources: tuple[ConfigResource, ...] = wire(array(ConfigResource))
    """TODO."""
