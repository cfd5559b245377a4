"""IncrementalAlterConfigs (API 44): change single settings of a resource (KIP-339).

v0   2.3     the first form
v1   2.4     flexible
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


@struct
class AlterableConfig:
    """A change of one setting."""

    name: str = wire(STRING)
    """Its key, such as `retention.ms`."""
    config_operation: int = wire(INT8)
    """0 set, 1 delete (back to the default), 2 append to a list, 3 subtract from a
    list.
    """
    value: str | None = wire(STRING, nullable="0+")
    """The value, or what to append or subtract; null to delete."""


@struct
class AlterConfigsResource:
    """A resource and its changes."""

    resource_type: int = wire(INT8)
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32
    group.
    """
    resource_name: str = wire(STRING)
    """Name of the topic or group, number of the broker; empty: all brokers."""
    configs: tuple[AlterableConfig, ...] = wire(array(AlterableConfig))
    """The changes."""


@request(api=44, versions="0-1", flexible="1+")
class IncrementalAlterConfigsRequest:
    """Change settings of these resources."""

    resources: tuple[AlterConfigsResource, ...] = wire(array(AlterConfigsResource))
    """The resources and their changes."""
    validate_only: bool = wire(BOOL)
    """Whether to check the request and change nothing."""


@struct
class AlterConfigsResourceResponse:
    """Result for one resource."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    resource_type: int = wire(INT8)
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32
    group.
    """
    resource_name: str = wire(STRING)
    """Name of the topic or group, number of the broker."""


@response(api=44, versions="0-1", flexible="1+")
class IncrementalAlterConfigsResponse:
    """Which resources were changed."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    responses: tuple[AlterConfigsResourceResponse, ...] = wire(
        array(AlterConfigsResourceResponse)
    )
    """The result of each resource."""
