"""Who may commit and read the offsets of a consumer group."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.group.consumer.committing import check_commit, check_fetch
from logion.group.consumer.state import ConsumerGroup, Member, Settings
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


def test_a_member_commits_with_its_epoch() -> None:
    assert commit_error(GROUP, "a", 5, T0, T1, T2) is Error.NONE
    assert commit_error(GROUP, "b", 5, T0) is Error.UNKNOWN_MEMBER_ID


def test_who_is_no_member_commits_to_an_empty_group_only() -> None:
    assert commit_error(ConsumerGroup("g"), "", -1, T0) is Error.NONE
    assert commit_error(GROUP, "", -1, T0) is Error.UNKNOWN_MEMBER_ID


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


def test_a_member_reads_offsets_with_its_epoch_and_others_without() -> None:
    check_fetch(GROUP, None, -1)
    check_fetch(GROUP, "a", 5)
    with pytest.raises(ApiError) as caught:
        check_fetch(GROUP, "a", 4)
    assert caught.value.error is Error.STALE_MEMBER_EPOCH
    with pytest.raises(ApiError) as caught:
        check_fetch(CLASSIC_GROUP, "a", 4)
    assert caught.value.error is Error.ILLEGAL_GENERATION
    for stranger in ("b", None):
        with pytest.raises(ApiError) as caught:
            check_fetch(GROUP, stranger, 5)
        assert caught.value.error is Error.UNKNOWN_MEMBER_ID
