from __future__ import annotations

from logion.broker.features import METADATA_LEVELS, features, features_epoch
from logion.protocol.releases import release


def test_every_release_of_kraft_has_transactions_with_epochs() -> None:
    for played in METADATA_LEVELS:
        levels = {it.name: it.level for it in features(played)}
        assert levels["transaction.version"] == 2
        assert all(it.lowest <= it.level for it in features(played))


def test_the_newest_release_is_known() -> None:
    assert max(METADATA_LEVELS) == release("4.3")
    assert features(release("3.9")) == ()


def test_features_have_an_age_since_there_are_any() -> None:
    assert [features_epoch(release(it)) for it in ("2.6", "2.7", "4.3")] == [-1, 0, 0]
