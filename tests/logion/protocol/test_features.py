"""Features of releases on KRaft, as ApiVersions tells them."""

from __future__ import annotations

import pytest
from logion.protocol.features import (
    TRANSACTION_VERSION,
    features_epoch,
    features_of,
    level_of,
)
from logion.protocol.releases import RELEASES, release


def levels(name: str) -> dict[str, int]:
    """Return the level of each feature that a release's cluster has."""
    return {key: it.level for key, it in features_of(release(name)).items() if it.level}


@pytest.mark.parametrize(
    ("name", "metadata", "has_leader_replicas"),
    [("4.0", 25, False), ("4.1", 27, True), ("4.2", 29, True), ("4.3", 30, True)],
)
def test_a_fresh_cluster_has_the_levels_of_apache_kafka(
    name: str, metadata: int, *, has_leader_replicas: bool
) -> None:
    expected = {
        "metadata.version": metadata,
        "group.version": 1,
        "transaction.version": 2,
    }
    if has_leader_replicas:
        expected["eligible.leader.replicas.version"] = 1
    assert levels(name) == expected


def test_before_kraft_there_are_none() -> None:
    assert features_of(release("3.9")) == {}


def test_a_level_is_one_that_the_release_knows() -> None:
    for name in RELEASES:
        for feature in features_of(release(str(name))).values():
            assert feature.low <= feature.level <= feature.high


@pytest.mark.parametrize(("name", "epoch"), [("2.6", -1), ("2.7", 0), ("4.3", 0)])
def test_features_never_change(name: str, epoch: int) -> None:
    assert features_epoch(release(name)) == epoch


@pytest.mark.parametrize(("name", "level"), [("0.8.2", 0), ("3.9", 0), ("4.0", 2)])
def test_transactions_have_epochs_from_the_release_on_that_has_their_feature(
    name: str, level: int
) -> None:
    assert level_of(release(name), TRANSACTION_VERSION) == level
