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
class FeatureUpdateKey:
    """TODO."""

    feature: str = wire(STRING)
    """TODO."""
    max_version_level: int = wire(INT16)
    """TODO."""
    allow_downgrade: bool = wire(BOOL, "0", default=False)
    """TODO."""
    upgrade_type: int = wire(INT8, "1+", default=1)
    """TODO."""


@request(api=57, versions="0-2", flexible="0+")
class UpdateFeaturesRequest:
    """TODO."""

    timeout_ms: int = wire(INT32, default=60000)
    """How long the broker may wait for completion before it answers, in ms."""
    feature_updates: tuple[FeatureUpdateKey, ...] = wire(array(FeatureUpdateKey))
    """TODO."""
    validate_only: bool = wire(BOOL, "1+", default=False)
    """Whether to check the request and change nothing."""


@struct
class UpdatableFeatureResult:
    """TODO."""

    feature: str = wire(STRING)
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""


@response(api=57, versions="0-2", flexible="0+")
class UpdateFeaturesResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    results: tuple[UpdatableFeatureResult, ...] = wire(
        array(UpdatableFeatureResult), "0-1", default=(), ignorable=True
    )
    """TODO."""
