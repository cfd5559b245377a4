"""What replicas of each release do."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from logion.names import LeaderEpoch
from logion.protocol.releases import RELEASES, release
from logion.replica.rules import is_newer, rules_of

SINCE = {
    "0.8.0": {"trusts_same_leader"},
    "0.11.0": {"trusts_same_leader", "asks_leader"},
    "2.0": {
        "asks_leader",
        "answers_name_epoch",
        "notes_epoch_at_once",
        "joins_at_epoch_start",
    },
    "2.1": {
        "asks_leader",
        "answers_name_epoch",
        "notes_epoch_at_once",
        "joins_at_epoch_start",
        "names_own_epoch",
    },
    "2.7": {
        "asks_leader",
        "answers_name_epoch",
        "notes_epoch_at_once",
        "joins_at_epoch_start",
        "names_own_epoch",
        "asks_by_fetch",
    },
}
"""KIP-101, KIP-279 with three faults mended, KIP-320, KIP-595."""


@pytest.mark.parametrize("name", RELEASES)
def test_each_release_has_the_rules_of_its_time(name: str) -> None:
    known = [it for it in SINCE if RELEASES.index(it) <= RELEASES.index(name)]
    rules = asdict(rules_of(release(name).number))
    assert {rule for rule, holds in rules.items() if holds} == SINCE[known[-1]]


def test_only_a_newer_epoch_changes_anything() -> None:
    told = [is_newer(LeaderEpoch(it), LeaderEpoch(4)) for it in (3, 4, 5)]
    assert told == [False, False, True]
