from __future__ import annotations

import pytest
from logion.broker.group_settings import coordinator_settings
from logion.config import BrokerConfig
from logion.protocol.releases import release


@pytest.mark.parametrize(
    ("name", "versions"),
    [
        ("0.8.2", (0, 0, 0)),
        ("0.9.0", (1, 1, 0)),
        ("0.10.0", (1, 1, 0)),
        ("0.10.1", (1, 1, 1)),
        ("2.0", (1, 1, 1)),
        ("2.1", (1, 3, 2)),
        ("2.3", (1, 3, 3)),
        ("4.3", (1, 3, 3)),
    ],
)
def test_each_release_writes_its_own_records(
    name: str, versions: tuple[int, int, int]
) -> None:
    settings = coordinator_settings(BrokerConfig.of({}, release=name), release(name))
    assert settings.versions == versions


def test_settings_go_by_kafkas_names() -> None:
    given = {
        "group.min.session.timeout.ms": "1",
        "group.max.session.timeout.ms": "2",
        "group.initial.rebalance.delay.ms": "3",
        "group.max.size": "4",
        "offset.metadata.max.bytes": "5",
        "offsets.retention.minutes": "6",
        "offsets.commit.timeout.ms": "7",
        "offsets.load.buffer.size": "8",
    }
    settings = coordinator_settings(BrokerConfig.of(given), release("4.3"))
    rules = settings.rules
    assert (rules.session_timeout_min_ms, rules.session_timeout_max_ms) == (1, 2)
    assert (rules.initial_delay_ms, rules.size_max) == (3, 4)
    assert (settings.metadata_size_max, settings.retention_ms) == (5, 6 * 60_000)
    assert (settings.commit_timeout_ms, settings.load_size) == (7, 8)


def test_before_0_11_an_empty_group_does_not_wait_for_more() -> None:
    old = coordinator_settings(BrokerConfig.of({}, release="0.10.2"), release("0.10.2"))
    assert old.rules.initial_delay_ms == 0
