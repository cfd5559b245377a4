"""AlterConfigs (API 33): replace all settings of a resource (KIP-133).

What the request leaves out returns to its default; IncrementalAlterConfigs does not.

v0   0.11.0  the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.8     flexible
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
    """One setting."""

    name: str = wire(STRING)
    """Its key, such as `retention.ms`."""
    value: str | None = wire(STRING, nullable="0+")
    """Its value; null is refused."""


@struct
class AlterConfigsResource:
    """A resource and all settings it shall have."""

    resource_type: int = wire(INT8)
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32
    group.
    """
    resource_name: str = wire(STRING)
    """Name of the topic, number of the broker; empty: all brokers."""
    configs: tuple[AlterableConfig, ...] = wire(array(AlterableConfig))
    """Its settings."""


@request(api=33, versions="0-2", flexible="2+")
class AlterConfigsRequest:
    """Replace the settings of these resources."""

    resources: tuple[AlterConfigsResource, ...] = wire(array(AlterConfigsResource))
    """The resources and their new settings."""
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
    """Name of the topic, number of the broker."""


@response(api=33, versions="0-2", flexible="2+")
class AlterConfigsResponse:
    """Which resources were changed."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    responses: tuple[AlterConfigsResourceResponse, ...] = wire(
        array(AlterConfigsResourceResponse)
    )
    """The result of each resource."""
