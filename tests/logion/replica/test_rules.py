"""What replicas of each release do."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from logion.names import LeaderEpoch
from logion.protocol.releases import RELEASES, release
from logion.replica.rules import is_newer, rules_of

NEW = {
    "0.8.0": {"trusts_same_leader"},
    "0.9.0": {"is_late_by_its_offset"},
    "0.10.2": {"counts_last_fetch"},
    "0.11.0": {"asks_leader"},
    "2.0": {"answers_name_epoch", "notes_epoch_at_once", "joins_at_epoch_start"},
    "2.1": {"names_own_epoch", "stays_with_whole_log"},
    "2.7": {"asks_by_fetch"},
}
"""Which rules each release was the first to have."""

GONE = {"2.0": {"trusts_same_leader"}}
"""Which one no more."""


@pytest.mark.parametrize("name", RELEASES)
def test_each_release_has_the_rules_of_its_time(name: str) -> None:
    expected = set[str]()
    for earlier in RELEASES[: RELEASES.index(name) + 1]:
        expected = (expected | NEW.get(earlier, set())) - GONE.get(earlier, set())
    rules = asdict(rules_of(release(name).number))
    assert {rule for rule, holds in rules.items() if holds} == expected


def test_only_a_newer_epoch_changes_anything() -> None:
    told = [is_newer(LeaderEpoch(it), LeaderEpoch(4)) for it in (3, 4, 5)]
    assert told == [False, False, True]
