"""ApiVersions (API 18): what this broker answers, and in which versions (KIP-35).

v3   flexible; software name and version of the client, features (KIP-511, KIP-584)
v4   features whose lowest version is 0 (KIP-1022)
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.apis import API_VERSIONS
from logion.protocol.errors import Error
from logion.protocol.features import Feature, features_epoch, features_of
from logion.protocol.messages.api_versions import (
    ApiVersion,
    ApiVersionsRequest,
    ApiVersionsResponse,
    FinalizedFeatureKey,
    SupportedFeatureKey,
)
from logion.protocol.releases import release

VERSION_FROM_0 = 4
"""The first version that can tell a feature whose lowest level is 0 (KIP-1022)."""

SOFTWARE_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?")
"""What a client's software name and version have to look like (KIP-511)."""


async def handle(
    broker: BrokerState, context: Context, request: ApiVersionsRequest
) -> ApiVersionsResponse:
    """Return every API and version that is answered, lowest key first."""
    if context.version >= 3 and not _is_named(request):
        return ApiVersionsResponse(error_code=Error.INVALID_REQUEST, api_keys=())
    entries = broker.doorkeeper.served.items()
    features = features_of(broker.release)
    return ApiVersionsResponse(
        error_code=Error.NONE,
        api_keys=tuple(
            ApiVersion(api_key=key, min_version=low, max_version=high)
            for key, (low, high) in entries
        ),
        supported_features=_supported(features, context.version),
        finalized_features_epoch=features_epoch(broker.release),
        finalized_features=tuple(
            FinalizedFeatureKey(
                name=name, max_version_level=it.level, min_version_level=it.level
            )
            for name, it in features.items()
            if it.level
        ),
    )


def _supported(
    features: Mapping[str, Feature], version: int
) -> tuple[SupportedFeatureKey, ...]:
    """Return what the broker knows; before v4 nothing that begins at level 0."""
    return tuple(
        SupportedFeatureKey(name=name, min_version=it.low, max_version=it.high)
        for name, it in features.items()
        if it.low or version >= VERSION_FROM_0
    )


def unsupported_version(broker: BrokerState) -> ApiVersionsResponse:
    """Return the answer, always of version 0, to an ApiVersions of unknown version.

    Since 2.4 it names the versions of ApiVersions itself, so that the client can ask
    again (KIP-511).
    """
    low, high = broker.doorkeeper.served[API_VERSIONS]
    known = (ApiVersion(api_key=API_VERSIONS, min_version=low, max_version=high),)
    return ApiVersionsResponse(
        error_code=Error.UNSUPPORTED_VERSION,
        api_keys=known if broker.release >= release("2.4") else (),
    )


def _is_named(request: ApiVersionsRequest) -> bool:
    return all(
        SOFTWARE_NAME.fullmatch(name)
        for name in (request.client_software_name, request.client_software_version)
    )
