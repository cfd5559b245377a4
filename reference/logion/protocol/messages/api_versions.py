"""ApiVersions (API 18): which versions of which API the broker speaks (KIP-35).

A broker that lacks the version asked for answers in v0 with UNSUPPORTED_VERSION and its
range. The response header is v0 in every version: the client cannot know better yet.

v0   0.10.0  the first form
v1   0.11.0  throttle time (KIP-124)
v2   2.0     quotas: the answer first, the pause after it (KIP-219)
v3   2.4     flexible; name of the client's software (KIP-511); features (KIP-584)
v4   3.9     features whose lowest level is 0 are listed (KAFKA-17011)
"""

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
    """What does the broker speak?"""

    client_software_name: str = wire(STRING, "3+", default="", ignorable=True)
    """Name of the client library: letters, digits, `-` and `.`."""
    client_software_version: str = wire(STRING, "3+", default="", ignorable=True)
    """Its version, in the same alphabet."""


@struct
class ApiVersion:
    """The versions of one API."""

    api_key: int = wire(INT16)
    """Kafka's number of the API."""
    min_version: int = wire(INT16)
    """First version spoken."""
    max_version: int = wire(INT16)
    """Last version spoken."""


@struct
class SupportedFeatureKey:
    """Levels of one feature that this broker could use."""

    name: str = wire(STRING)
    """Name of the feature, such as `metadata.version`."""
    min_version: int = wire(INT16)
    """Lowest level."""
    max_version: int = wire(INT16)
    """Highest level."""


@struct
class FinalizedFeatureKey:
    """Levels of one feature that the cluster uses."""

    name: str = wire(STRING)
    """Name of the feature, such as `metadata.version`."""
    max_version_level: int = wire(INT16)
    """Highest level: the one in use."""
    min_version_level: int = wire(INT16)
    """Lowest level."""


@response(api=18, versions="0-4", flexible="3+")
class ApiVersionsResponse:
    """What the broker speaks."""

    error_code: int = wire(INT16)
    """UNSUPPORTED_VERSION if the version asked for is unknown, INVALID_REQUEST for an
    ill-formed software name; else 0.
    """
    api_keys: tuple[ApiVersion, ...] = wire(array(ApiVersion))
    """The APIs, with their ranges of versions."""
    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    supported_features: tuple[SupportedFeatureKey, ...] = wire(
        array(SupportedFeatureKey), "3+", tag=0, default=(), ignorable=True
    )
    """Features this broker could use, and their levels."""
    finalized_features_epoch: int = wire(INT64, "3+", tag=1, default=-1, ignorable=True)
    """Number of the finalized features, larger with every change; -1 if unknown."""
    finalized_features: tuple[FinalizedFeatureKey, ...] = wire(
        array(FinalizedFeatureKey), "3+", tag=2, default=(), ignorable=True
    )
    """Features the cluster has agreed on; valid only if the epoch is not -1."""
    zk_migration_ready: bool = wire(BOOL, "3+", tag=3, default=False, ignorable=True)
    """Whether a KRaft controller is ready to take over from ZooKeeper (KIP-866)."""
