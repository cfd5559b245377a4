"""UpdateFeatures: switch features of the whole cluster."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.update_features import (
    FeatureUpdateKey,
    UpdateFeaturesRequest,
    UpdateFeaturesResponse,
)

from tests.logion.broker.running import Running, running

UNKNOWN, UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE, BEYOND = range(5)


async def update(
    broker: Running, *asked: tuple[str, int], kind: int = 1, version: int = 1
) -> UpdateFeaturesResponse:
    """Return the answer to updates of features to levels."""
    fields = {"upgrade_type": kind} if version else {}
    updates = tuple(
        FeatureUpdateKey(feature=name, max_version_level=level, **fields)
        for name, level in asked
    )
    request = UpdateFeaturesRequest(feature_updates=updates)
    answer: UpdateFeaturesResponse = await broker.ask(request, version)
    return answer


@pytest.mark.parametrize("version", range(3))
async def test_what_there_is_already_is_taken(version: int) -> None:
    async with running() as broker:
        answer = await update(broker, ("group.version", 1), version=version)
    assert answer.error_code == Error.NONE
    assert [it.error_code for it in answer.results] == [0] * (version < 2)


@pytest.mark.parametrize(
    ("name", "level", "kind", "error"),
    [
        ("nope", 1, 1, Error.INVALID_UPDATE_VERSION),
        ("nope", 0, 1, Error.INVALID_UPDATE_VERSION),
        ("", 1, 1, Error.INVALID_UPDATE_VERSION),
        ("metadata.version", 1, 1, Error.INVALID_UPDATE_VERSION),
        ("metadata.version", 9999, 1, Error.INVALID_UPDATE_VERSION),
        ("group.version", 0, 1, Error.INVALID_UPDATE_VERSION),
        ("group.version", 0, SAFE_DOWNGRADE, Error.FEATURE_UPDATE_FAILED),
        ("transaction.version", 1, UNSAFE_DOWNGRADE, Error.FEATURE_UPDATE_FAILED),
        ("share.version", 1, 1, Error.FEATURE_UPDATE_FAILED),
        ("kraft.version", 1, SAFE_DOWNGRADE, Error.INVALID_UPDATE_VERSION),
        ("metadata.version", 29, SAFE_DOWNGRADE, Error.INVALID_UPDATE_VERSION),
        ("metadata.version", 7, UNSAFE_DOWNGRADE, Error.INVALID_UPDATE_VERSION),
    ],
)
async def test_nothing_else_is(name: str, level: int, kind: int, error: Error) -> None:
    async with running() as broker:
        answer = await update(broker, ("group.version", 1), (name, level), kind=kind)
    assert (answer.error_code, answer.results) == (error, ())
    assert repr(name) in (answer.error_message or "") or name in str(answer)


@pytest.mark.parametrize("kind", [UNKNOWN, BEYOND])
@pytest.mark.parametrize("level", [1, 2])
async def test_there_are_three_kinds_of_updates(kind: int, level: int) -> None:
    async with running() as broker:
        answer = await update(broker, ("transaction.version", level), kind=kind)
    assert answer.error_code == Error.INVALID_UPDATE_VERSION


@pytest.mark.parametrize("version", range(2))
async def test_on_zookeeper_there_are_no_features(version: int) -> None:
    async with running(release="3.9") as broker:
        answer = await update(broker, ("nope", 1), ("nope", 2), version=version)
    assert answer.error_code == Error.NONE
    assert [it.error_code for it in answer.results] == [Error.INVALID_REQUEST]


async def test_until_kinds_came_a_flag_allowed_to_go_down() -> None:
    async with running() as broker:
        update = FeatureUpdateKey(
            feature="group.version", max_version_level=0, allow_downgrade=True
        )
        request = UpdateFeaturesRequest(feature_updates=(update,))
        answer = await broker.ask(request, 0)
    assert answer.error_code == Error.FEATURE_UPDATE_FAILED
