"""Each fault of a small coordinator of groups is caught by a case named here."""

from __future__ import annotations

import pytest
from logion_conformance.cases import (
    test_groups_expiry,
    test_groups_join,
    test_groups_rebalance,
    test_groups_static,
    test_groups_sync,
    test_groups_told,
    test_offset_commits,
)

from tests.logion_conformance.small_groups import running_groups
from tests.logion_conformance.trying import CaseFunction, expect_caught, tried

CAUGHT: dict[str, CaseFunction] = {
    "has-two-leaders": test_groups_join.test_only_the_leader_is_told_of_the_members,
    "answers-joins-at-once": (
        test_groups_join.test_a_join_waits_for_the_members_there_are
    ),
    "joins-without-id": test_groups_join.test_a_member_is_given_its_id_before_it_joins,
    "takes-any-protocol": (
        test_groups_join.test_who_has_no_protocol_in_common_is_refused
    ),
    "reuses-generations": (
        test_groups_rebalance.test_generations_count_from_one_without_gaps
    ),
    "keeps-who-leaves": (
        test_groups_rebalance.test_the_others_hear_at_once_that_a_member_has_left
    ),
    "takes-any-generation": (
        test_groups_sync.test_the_last_generation_is_over_when_the_next_begins
    ),
    "mixes-assignments": (
        test_groups_sync.test_each_member_gets_what_the_leader_assigned_to_it
    ),
    "syncs-at-once": test_groups_sync.test_a_follower_waits_for_the_leader_to_sync,
    "rebalances-quietly": test_groups_sync.test_heartbeats_tell_of_a_rebalance,
    "forgets-to-fence": test_groups_static.test_the_one_that_was_replaced_is_fenced,
    "waits-forever": (
        test_groups_expiry.test_a_rebalance_goes_on_without_those_who_do_not_join
    ),
    "lets-anybody-commit": (
        test_offset_commits.test_a_group_with_members_takes_offsets_from_them_alone
    ),
    "commits-before-assigning": (
        test_offset_commits.test_nobody_commits_before_the_assignments_are_made
    ),
    "shares-offsets": test_offset_commits.test_groups_have_offsets_of_their_own,
    "deletes-with-members": test_groups_told.test_a_group_with_members_is_not_deleted,
}


@pytest.mark.parametrize("fault", CAUGHT)
async def test_a_coordinator_without_the_fault_passes_the_case(fault: str) -> None:
    async with running_groups() as broker:
        await tried(broker, CAUGHT[fault])


@pytest.mark.parametrize("fault", CAUGHT)
async def test_the_fault_is_caught_by_its_case(fault: str) -> None:
    async with running_groups(fault) as broker:
        await expect_caught(broker, CAUGHT[fault])
