"""Who may commit and read the offsets of a consumer group."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.group.consumer.committing import check_commit, check_fetch
from logion.group.consumer.state import (
    ConsumerGroup,
    Member,
    Settings,
    TopicIdPartition,
)
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.group_records import ClassicMemberMetadata

from tests.logion.group.consumer.grouping import parts

T0, T1, T2 = sorted(parts(t=(0, 1, 2)))
MEMBER = Member("a", epoch=5, previous_epoch=4, assigned={T0: 3}, revoking={T1: 5})
GROUP = ConsumerGroup("g", members={"a": MEMBER})
CLASSIC = replace(
    MEMBER,
    classic=ClassicMemberMetadata(session_timeout_ms=1, supported_protocols=()),
)
CLASSIC_GROUP = ConsumerGroup("g", members={"a": CLASSIC})
NEW, OLD = Settings(), Settings(has_assignment_epochs=False)


def commit_error(
    group: ConsumerGroup,
    member_id: str,
    epoch: int,
    *partitions: object,
    version: int = 9,
    settings: Settings = NEW,
) -> Error:
    try:
        check_commit(group, member_id, epoch, version, frozenset(partitions), settings)
    except ApiError as problem:
        return problem.error
    return Error.NONE


OLD_VERSION = (
    "OffsetCommit version 9 or above must be used by members using the consumer group"
    " protocol"
)
OTHER_EPOCH = "Member a: epoch {} where 5 is expected."


@pytest.mark.parametrize(
    ("epoch", "partition", "version", "text"),
    [
        (5, T0, 8, OLD_VERSION),
        (6, T0, 9, OTHER_EPOCH.format(6)),
        (4, T2, 9, "Member a: partition 2 is not assigned to the member."),
        (2, T0, 9, "Member a: epoch 2 is older than the assignment, 3."),
    ],
)
def test_who_may_not_commit_is_told_why(
    epoch: int, partition: TopicIdPartition, version: int, text: str
) -> None:
    with pytest.raises(ApiError) as caught:
        check_commit(GROUP, "a", epoch, version, frozenset({partition}), NEW)
    assert caught.value.message == text


def test_of_several_partitions_that_may_not_be_committed_the_first_is_named() -> None:
    with pytest.raises(ApiError, match="epoch 2 is older than the assignment, 3"):
        check_commit(GROUP, "a", 2, 9, frozenset({T0, T1, T2}), NEW)


def test_a_member_commits_with_its_epoch() -> None:
    assert commit_error(GROUP, "a", 5, T0, T1, T2) is Error.NONE
    assert commit_error(GROUP, "b", 5, T0) is Error.UNKNOWN_MEMBER_ID


def test_who_is_no_member_commits_to_an_empty_group_only() -> None:
    assert commit_error(ConsumerGroup("g"), "", -1, T0) is Error.NONE
    assert commit_error(GROUP, "", -1, T0) is Error.UNKNOWN_MEMBER_ID
    assert commit_error(ConsumerGroup("g"), "a", 0, T0) is Error.UNKNOWN_MEMBER_ID


def test_a_new_member_needs_a_version_that_knows_epochs() -> None:
    assert commit_error(GROUP, "a", 5, version=8) is Error.UNSUPPORTED_VERSION
    assert commit_error(CLASSIC_GROUP, "a", 5, version=8) is Error.NONE


@pytest.mark.parametrize(
    ("group", "stale"),
    [(GROUP, Error.STALE_MEMBER_EPOCH), (CLASSIC_GROUP, Error.ILLEGAL_GENERATION)],
)
def test_an_older_epoch_will_do_for_what_one_has_had_since(
    group: ConsumerGroup, stale: Error
) -> None:
    assert commit_error(group, "a", 3, T0) is Error.NONE
    assert commit_error(group, "a", 2, T0) is stale
    assert commit_error(group, "a", 3, T0, T1) is stale
    assert commit_error(group, "a", 4, T2) is stale
    assert commit_error(group, "a", 6, T0) is stale
    assert commit_error(group, "a", 4, T0, settings=OLD) is stale


def test_what_is_being_given_up_may_be_committed_as_what_one_has() -> None:
    member = replace(MEMBER, assigned={}, revoking={T1: 3})
    group = ConsumerGroup("g", members={"a": member})
    assert commit_error(group, "a", 3, T1) is Error.NONE
    assert commit_error(group, "a", 2, T1) is Error.STALE_MEMBER_EPOCH


def test_a_member_reads_offsets_with_its_epoch_and_others_without() -> None:
    check_fetch(GROUP, None, -1)
    check_fetch(GROUP, "a", 5)
    with pytest.raises(ApiError) as caught:
        check_fetch(GROUP, "a", 4)
    assert caught.value.error is Error.STALE_MEMBER_EPOCH
    assert caught.value.message == OTHER_EPOCH.format(4)
    with pytest.raises(ApiError) as caught:
        check_fetch(CLASSIC_GROUP, "a", 4)
    assert caught.value.error is Error.ILLEGAL_GENERATION
    for stranger, epoch in (("b", 5), (None, 5), (None, 0), ("b", -1)):
        with pytest.raises(ApiError) as caught:
            check_fetch(GROUP, stranger, epoch)
        assert caught.value.error is Error.UNKNOWN_MEMBER_ID
