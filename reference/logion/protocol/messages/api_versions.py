"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
    INT16,
    INT32,
    INT64,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@request(api=18, versions="0-4", flexible="3+")
class ApiVersionsRequest:
    """TODO."""

    client_software_name: str = wire(STRING, "3+", default="", ignorable=True)
    """TODO."""
    client_software_version: str = wire(STRING, "3+", default="", ignorable=True)
    """TODO."""


@struct
class ApiVersion:
    """TODO."""

    api_key: int = wire(INT16)
    """TODO."""
    min_version: int = wire(INT16)
    """TODO."""
    max_version: int = wire(INT16)
    """TODO."""


@struct
class SupportedFeatureKey:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    min_version: int = wire(INT16)
    """TODO."""
    max_version: int = wire(INT16)
    """TODO."""


@struct
class FinalizedFeatureKey:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    max_version_level: int = wire(INT16)
    """TODO."""
    min_version_level: int = wire(INT16)
    """TODO."""


@response(api=18, versions="0-4", flexible="3+")
class ApiVersionsResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    api_keys: tuple[ApiVersion, ...] = wire(array(ApiVersion))
    """TODO."""
    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    supported_features: tuple[SupportedFeatureKey, ...] = wire(
        array(SupportedFeatureKey), "3+", tag=0, default=(), ignorable=True
    )
    """TODO."""
    finalized_features_epoch: int = wire(INT64, "3+", tag=1, default=-1, ignorable=True)
    """TODO."""
    finalized_features: tuple[FinalizedFeatureKey, ...] = wire(
        array(FinalizedFeatureKey), "3+", tag=2, default=(), ignorable=True
    )
    """TODO."""
    zk_migration_ready: bool = wire(BOOL, "3+", tag=3, default=False, ignorable=True)
    """TODO."""
