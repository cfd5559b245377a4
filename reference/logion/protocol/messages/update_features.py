"""UpdateFeatures (API 57): raise or lower the cluster's feature levels (KIP-584).

v0   2.7     the first form
v1   3.3     kinds of upgrade; may only check (KIP-778)
v2   4.0     all or nothing: no result per feature (KIP-1022)
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
class FeatureUpdateKey:
    """A feature and its new level."""

    feature: str = wire(STRING)
    """Name of the feature, such as `metadata.version`."""
    max_version_level: int = wire(INT16)
    """Level it shall have; below 1: the feature is removed."""
    allow_downgrade: bool = wire(BOOL, "0", default=False)
    """Whether the level may fall."""
    upgrade_type: int = wire(INT8, "1+", default=1)
    """1 upgrade only; 2 downgrade if no data is lost; 3 downgrade in any case."""


@request(api=57, versions="0-2", flexible="0+")
class UpdateFeaturesRequest:
    """Change these features."""

    timeout_ms: int = wire(INT32, default=60000)
    """How long to wait for the change, in ms."""
    feature_updates: tuple[FeatureUpdateKey, ...] = wire(array(FeatureUpdateKey))
    """The features and their new levels."""
    validate_only: bool = wire(BOOL, "1+", default=False)
    """Whether to check the request and change nothing."""


@struct
class UpdatableFeatureResult:
    """Result for one feature."""

    feature: str = wire(STRING)
    """Name of the feature."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""


@response(api=57, versions="0-2", flexible="0+")
class UpdateFeaturesResponse:
    """Whether the features were changed."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    results: tuple[UpdatableFeatureResult, ...] = wire(
        array(UpdatableFeatureResult), "0-1", default=(), ignorable=True
    )
    """The result of each feature."""
