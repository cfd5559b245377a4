"""UpdateFeatures (API 57): switch features of the whole cluster (KIP-584).

v1   may only check; kinds of upgrades (KIP-778)
v2   no results: all features change or none

What a release has is fixed: nothing changes, and a change that could be is refused with
FEATURE_UPDATE_FAILED. On ZooKeeper (until 3.9) there are no features.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import ApiError, Error
from logion.protocol.features import METADATA_VERSION, Feature, features_of, level_of
from logion.protocol.messages.update_features import (
    FeatureUpdateKey,
    UpdatableFeatureResult,
    UpdateFeaturesRequest,
    UpdateFeaturesResponse,
)
from logion.protocol.releases import release

KINDS = UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE = 1, 2, 3
"""Kinds of updates; one that goes down never goes up."""


async def handle(
    broker: BrokerState, context: Context, request: UpdateFeaturesRequest
) -> UpdateFeaturesResponse:
    """Refuse what would change; on ZooKeeper each feature has its own result."""
    if broker.release < release("4.0"):
        distinct = {it.feature: it for it in request.feature_updates}.values()
        return _answer(results=tuple(map(_refused_on_zookeeper, distinct)))
    for asked in request.feature_updates:
        try:
            _check(broker, asked)
        except ApiError as refusal:
            return _answer(refusal)
    return _answer(
        results=tuple(
            UpdatableFeatureResult(
                feature=it.feature, error_code=Error.NONE, error_message=None
            )
            for it in request.feature_updates
        )
    )


def _answer(
    refusal: ApiError | None = None, results: tuple[UpdatableFeatureResult, ...] = ()
) -> UpdateFeaturesResponse:
    return UpdateFeaturesResponse(
        throttle_time_ms=0,
        error_code=Error.NONE if refusal is None else refusal.error,
        error_message=None if refusal is None else refusal.message,
        results=results,
    )


def _refused_on_zookeeper(asked: FeatureUpdateKey) -> UpdatableFeatureResult:
    return UpdatableFeatureResult(
        feature=asked.feature,
        error_code=Error.INVALID_REQUEST,
        error_message=f"there is no feature {asked.feature!r}",
    )


def _check(broker: BrokerState, asked: FeatureUpdateKey) -> None:
    """Raise ApiError unless an update asks for what there is already."""
    feature = features_of(broker.release).get(asked.feature)
    level = asked.max_version_level
    if reason := _contradiction(feature, asked):
        text = f"{asked.feature!r} at level {level}: {reason}"
        raise ApiError(Error.INVALID_UPDATE_VERSION, text)
    now = level_of(broker.release, asked.feature)
    if level != now:
        text = f"{asked.feature} stays at level {now}: the release decides"
        raise ApiError(Error.FEATURE_UPDATE_FAILED, text)


def _contradiction(feature: Feature | None, asked: FeatureUpdateKey) -> str | None:
    """Return why a feature can never be updated in this way, None if it could be."""
    if feature is None:
        return "there is none"
    kind = SAFE_DOWNGRADE if asked.allow_downgrade else asked.upgrade_type
    level, now = asked.max_version_level, feature.level
    is_metadata = asked.feature == METADATA_VERSION
    reasons = {
        f"levels are {feature.low} to {feature.high}": (
            not feature.low <= level <= feature.high
        ),
        f"there is no kind of update {kind}": kind not in KINDS,
        f"that is no upgrade of {now}": level < now and kind == UPGRADE,
        f"that is no downgrade of {now}": level > now and kind != UPGRADE,
        f"what was written with {now} would be lost": level < now and is_metadata,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
