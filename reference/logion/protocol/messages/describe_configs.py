"""DescribeConfigs (API 32): settings of topics, brokers and others (KIP-133).

Codes, here and in the other APIs of settings:
resources  0 unknown, 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
sources    0 unknown, 1 topic, 2 broker (changed while running), 3 all brokers (changed
           while running), 4 server.properties, 5 built-in default, 6 broker logger,
           7 client metrics, 8 group
types      0 unknown, 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list,
           8 class, 9 password

v0   0.11.0  the first form
v1   1.1     source and synonyms in place of "is it the default" (KIP-226)
v2   2.0     quotas: the answer first, the pause after it (KIP-219)
v3   2.6     type and documentation (KIP-569)
v4   2.8     flexible
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
class DescribeConfigsResource:
    """A resource to describe."""

    resource_type: int = wire(INT8)
    """Kind of the resource, by code."""
    resource_name: str = wire(STRING)
    """Name of the topic or group, number of the broker; empty: what applies to all
    brokers.
    """
    configuration_keys: tuple[str, ...] | None = wire(array(STRING), nullable="0+")
    """Keys to describe; null: all of them."""


@request(api=32, versions="0-4", flexible="4+")
class DescribeConfigsRequest:
    """Describe the settings of these resources."""

    resources: tuple[DescribeConfigsResource, ...] = wire(
        array(DescribeConfigsResource)
    )
    """The resources."""
    include_synonyms: bool = wire(BOOL, "1+", default=False)
    """Whether to list where else a value could come from."""
    include_documentation: bool = wire(BOOL, "3+", default=False)
    """Whether to explain each setting."""


@struct
class DescribeConfigsSynonym:
    """A place that gives a setting a value."""

    name: str = wire(STRING)
    """Its key there: `log.retention.ms` of a broker gives `retention.ms` to topics."""
    value: str | None = wire(STRING, nullable="0+")
    """The value there; null if it is secret or has none."""
    source: int = wire(INT8)
    """The place, by code."""


@struct
class DescribeConfigsResourceResult:
    """One setting."""

    name: str = wire(STRING)
    """Its key, such as `retention.ms`."""
    value: str | None = wire(STRING, nullable="0+")
    """Its value; null if it is secret or has none."""
    read_only: bool = wire(BOOL)
    """Whether it cannot be changed while the broker runs."""
    is_default: bool = wire(BOOL, "0", default=False)
    """Whether nobody has set it."""
    config_source: int = wire(INT8, "1+", default=-1, ignorable=True)
    """Where the value is from, by code; -1 unknown."""
    is_sensitive: bool = wire(BOOL)
    """Whether it is secret, such as a password."""
    synonyms: tuple[DescribeConfigsSynonym, ...] = wire(
        array(DescribeConfigsSynonym), "1+", default=(), ignorable=True
    )
    """Every place that gives it a value, the one in force first; empty unless asked
    for.
    """
    config_type: int = wire(INT8, "3+", default=0, ignorable=True)
    """Type of the value, by code."""
    documentation: str | None = wire(
        STRING, "3+", nullable="3+", default="", ignorable=True
    )
    """What it is for; null unless asked for."""


@struct
class DescribeConfigsResult:
    """Settings of one resource."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    resource_type: int = wire(INT8)
    """Kind of the resource, by code."""
    resource_name: str = wire(STRING)
    """Name of the topic or group, number of the broker."""
    configs: tuple[DescribeConfigsResourceResult, ...] = wire(
        array(DescribeConfigsResourceResult)
    )
    """Its settings; empty with an error."""


@response(api=32, versions="0-4", flexible="4+")
class DescribeConfigsResponse:
    """The settings."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[DescribeConfigsResult, ...] = wire(array(DescribeConfigsResult))
    """The settings, by resource."""
