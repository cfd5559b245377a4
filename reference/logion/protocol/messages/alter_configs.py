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


@struct
class AlterableConfig:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    value: str | None = wire(STRING, nullable="0+")
    """TODO."""


@struct
class AlterConfigsResource:
    """TODO."""

    resource_type: int = wire(INT8)
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32
    group.
    """
    resource_name: str = wire(STRING)
    """TODO."""
    configs: tuple[AlterableConfig, ...] = wire(array(AlterableConfig))
    """TODO."""


@request(api=33, versions="0-2", flexible="2+")
class AlterConfigsRequest:
    """TODO."""

    resources: tuple[AlterConfigsResource, ...] = wire(array(AlterConfigsResource))
    """TODO."""
    validate_only: bool = wire(BOOL)
    """Whether to check the request and change nothing."""


@struct
class AlterConfigsResourceResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    resource_type: int = wire(INT8)
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32
    group.
    """
    resource_name: str = wire(STRING)
    """TODO."""


@response(api=33, versions="0-2", flexible="2+")
class AlterConfigsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    responses: tuple[AlterConfigsResourceResponse, ...] = wire(
        array(AlterConfigsResourceResponse)
    )
    """TODO."""
