"""ListConfigResources (API 74): what there are settings for (KIP-1000).

v0   3.7     the first form
v1   4.1     any kind of resource, where v0 lists client metrics only (KIP-1142)
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


@request(api=74, versions="0-1", flexible="0+")
class ListConfigResourcesRequest:
    """List the resources."""

    resource_types: tuple[int, ...] = wire(array(INT8), "1+", default=())
    """Kinds to list, by code as in DescribeConfigs; empty: all that are supported."""


@struct
class ConfigResource:
    """A resource that has settings."""

    resource_name: str = wire(STRING)
    """Name of the topic, group or subscription, number of the broker."""
    resource_type: int = wire(INT8, "1+", default=16, ignorable=True)
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32
    group.
    """


@response(api=74, versions="0-1", flexible="0+")
class ListConfigResourcesResponse:
    """The resources."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    config_resources: tuple[ConfigResource, ...] = wire(array(ConfigResource))
    """The resources."""
