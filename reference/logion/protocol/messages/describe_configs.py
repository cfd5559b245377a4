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
class DescribeConfigsResource:
    """TODO."""

    resource_type: int = wire(INT8)
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32
    group.
    """
    resource_name: str = wire(STRING)
    """TODO."""
    configuration_keys: tuple[str, ...] | None = wire(array(STRING), nullable="0+")
    """TODO."""


@request(api=32, versions="0-4", flexible="4+")
class DescribeConfigsRequest:
    """TODO."""

    resources: tuple[DescribeConfigsResource, ...] = wire(
        array(DescribeConfigsResource)
    )
    """TODO."""
    include_synonyms: bool = wire(BOOL, "1+", default=False)
    """TODO."""
    include_documentation: bool = wire(BOOL, "3+", default=False)
    """TODO."""


@struct
class DescribeConfigsSynonym:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    value: str | None = wire(STRING, nullable="0+")
    """TODO."""
    source: int = wire(INT8)
    """TODO."""


@struct
class DescribeConfigsResourceResult:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    value: str | None = wire(STRING, nullable="0+")
    """TODO."""
    read_only: bool = wire(BOOL)
    """TODO."""
    is_default: bool = wire(BOOL, "0", default=False)
    """TODO."""
    config_source: int = wire(INT8, "1+", default=-1, ignorable=True)
    """TODO."""
    is_sensitive: bool = wire(BOOL)
    """TODO."""
    synonyms: tuple[DescribeConfigsSynonym, ...] = wire(
        array(DescribeConfigsSynonym), "1+", default=(), ignorable=True
    )
    """TODO."""
    config_type: int = wire(INT8, "3+", default=0, ignorable=True)
    """TODO."""
    documentation: str | None = wire(
        STRING, "3+", nullable="3+", default="", ignorable=True
    )
    """TODO."""


@struct
class DescribeConfigsResult:
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
    configs: tuple[DescribeConfigsResourceResult, ...] = wire(
        array(DescribeConfigsResourceResult)
    )
    """TODO."""


@response(api=32, versions="0-4", flexible="4+")
class DescribeConfigsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[DescribeConfigsResult, ...] = wire(array(DescribeConfigsResult))
    """TODO."""
