from __future__ import annotations

from typing import Any

import pytest
from logion_model import producer_copies, read_committed, transactional_offsets
from logion_model.kernel import Spec, explore
from logion_model.read_committed import Entry, Kind
from logion_model.transactional_offsets import KIP_447, Member, is_present

OFFSETS = {rules.name: rules for rules in transactional_offsets.VARIANTS}
RECORD, COMMIT, ABORT = Kind.RECORD, Kind.COMMIT, Kind.ABORT
LOG = (Entry(0, RECORD), Entry(1, RECORD), Entry(0, COMMIT), Entry(1, ABORT))


def story(spec: Spec[Any], promise: str) -> list[str]:
    found = explore(spec, invariants=[promise]).violation
    assert found is not None
    return [str(step.action) for step in found.steps[1:]]


def test_a_transaction_is_open_until_its_marker() -> None:
    assert read_committed.is_open(LOG[:2], 1)
    assert not read_committed.is_open(LOG, 1)
    assert read_committed.first_unstable(LOG[:3]) == 1
    assert read_committed.first_unstable(LOG) is None
    assert read_committed.fate(LOG, 0) is COMMIT
    assert read_committed.fate(LOG[:3], 1) is None


def test_what_is_open_or_aborted_must_not_be_returned() -> None:
    only_committed, no_aborted = read_committed.INVARIANTS
    returned = read_committed.State(LOG, 4, seen=frozenset({1}))
    assert not no_aborted.holds(returned)
    assert not only_committed.holds(returned._replace(log=LOG[:2]))
    assert only_committed.holds(returned._replace(seen=frozenset({0})))


def test_a_high_watermark_that_is_read_twice_lets_an_open_record_through() -> None:
    spec = read_committed.specification(
        read_committed.KAFKA_9807, read_committed.Scope(4)
    )
    assert story(spec, "only-committed")[-4:] == [
        "look()",
        "advance_high_watermark()",
        "look_again()",
        "read()",
    ]


def test_a_follower_that_lost_its_log_trusts_the_leader_or_is_stuck() -> None:
    emptied = producer_copies.State(1, 2, 1, 1)
    assert producer_copies.takes_next(producer_copies.FOLLOWER, emptied)
    assert not producer_copies.takes_next(producer_copies.KAFKA_6003, emptied)
    assert producer_copies.takes_next(
        producer_copies.KAFKA_6003, producer_copies.State(0, 2, 0, 1)
    )


def test_only_a_member_of_this_generation_commits_offsets() -> None:
    state = transactional_offsets.State(2, 1, (Member(1), Member(2)))
    assert is_present(KIP_447, state, 1)
    assert not is_present(KIP_447, state, 0)
    assert is_present(OFFSETS["transactional-offsets-before-kip-447"], state, 0)


@pytest.mark.parametrize("name", list(OFFSETS)[1:])
def test_without_a_fence_a_zombie_processes_again(name: str) -> None:
    scope = transactional_offsets.Scope(2, 2)
    spec = transactional_offsets.specification(OFFSETS[name], scope)
    assert "rebalance(1)" in story(spec, "processed-once")


def test_an_offset_that_goes_back_is_seen() -> None:
    processed_once, offsets_stay = transactional_offsets.INVARIANTS
    state = transactional_offsets.State(committed=1, processed=(0, 1))
    assert not offsets_stay.holds(state)
    assert offsets_stay.holds(state._replace(committed=2))
    assert not processed_once.holds(state._replace(processed=(0, 0)))


def test_a_follower_has_what_its_leader_had_and_all_that_is_deleted() -> None:
    state = producer_copies.State(leader_start=1, leader_end=3, follower_end=2)
    assert producer_copies.copies_fit(state)
    assert not producer_copies.copies_fit(state._replace(follower_end=4))
    assert not producer_copies.copies_fit(state._replace(leader_start=3))
