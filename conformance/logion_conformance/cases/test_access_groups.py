"""What somebody without rights is told of groups.

Judged on a broker of the suite's own: see `guarding`.
"""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.delete_groups import (
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)
from logion.protocol.messages.describe_groups import (
    DescribeGroupsRequest,
    DescribeGroupsResponse,
)
from logion.protocol.messages.find_coordinator import FindCoordinatorResponse
from logion.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from logion.protocol.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
    JoinGroupResponse,
)
from logion.protocol.messages.leave_group import LeaveGroupResponse
from logion.protocol.messages.list_groups import ListGroupsRequest, ListGroupsResponse
from logion.protocol.messages.offset_commit import OffsetCommitResponse
from logion.protocol.messages.offset_delete import OffsetDeleteResponse
from logion.protocol.messages.offset_fetch import OffsetFetchResponse
from logion.protocol.messages.sync_group import SyncGroupRequest, SyncGroupResponse

from logion_conformance.access import (
    GROUP,
    READ,
    Rule,
    allow,
    expect_refused,
    expect_topic_refused,
)
from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_error
from logion_conformance.group_requests import (
    Commit,
    commit_request,
    delete_offsets_request,
    fetch_offsets_request,
    find_request,
    leave_request,
    offsets_by_group,
)
from logion_conformance.groups import new_group, subscription
from logion_conformance.subject import Subject
from logion_conformance.waiting import eventually

REFUSED = Error.GROUP_AUTHORIZATION_FAILED

CITES = "KIP-11; error 30 GROUP_AUTHORIZATION_FAILED"

EACH = pytest.mark.usefixtures("version")


@case(
    "access.groups.coordinator", level=MUST, cites=CITES, apis={"FindCoordinator": "0+"}
)
async def test_who_may_not_describe_finds_no_coordinator(
    stranger: Subject, version: int
) -> None:
    """FindCoordinator for a group without the right to describe it:
    GROUP_AUTHORIZATION_FAILED."""
    request = find_request(version, stranger.name_of_its_own())
    await expect_refused(stranger, request, FindCoordinatorResponse, REFUSED)


@EACH
@case("access.groups.joined", level=MUST, cites=CITES, apis={"JoinGroup": "0+"})
async def test_who_may_not_read_joins_no_group(stranger: Subject) -> None:
    """JoinGroup without the right to read: GROUP_AUTHORIZATION_FAILED."""
    protocol = JoinGroupRequestProtocol(name="range", metadata=subscription("a"))
    request = JoinGroupRequest(
        group_id=stranger.name_of_its_own(),
        session_timeout_ms=10_000,
        rebalance_timeout_ms=10_000,
        member_id="",
        protocol_type="consumer",
        protocols=(protocol,),
    )
    await expect_refused(stranger, request, JoinGroupResponse, REFUSED)


@EACH
@case("access.groups.synced", level=MUST, cites=CITES, apis={"SyncGroup": "0+"})
async def test_who_may_not_read_gets_no_assignment(stranger: Subject) -> None:
    """SyncGroup without the right to read: GROUP_AUTHORIZATION_FAILED, whoever the
    member says it is."""
    request = SyncGroupRequest(
        group_id=stranger.name_of_its_own(),
        generation_id=1,
        member_id="m",
        protocol_type="consumer",
        protocol_name="range",
        assignments=(),
    )
    await expect_refused(stranger, request, SyncGroupResponse, REFUSED)


@EACH
@case("access.groups.heartbeat", level=MUST, cites=CITES, apis={"Heartbeat": "0+"})
async def test_who_may_not_read_is_no_member(stranger: Subject) -> None:
    """Heartbeat without the right to read: GROUP_AUTHORIZATION_FAILED."""
    request = HeartbeatRequest(
        group_id=stranger.name_of_its_own(), generation_id=1, member_id="m"
    )
    await expect_refused(stranger, request, HeartbeatResponse, REFUSED)


@case("access.groups.left", level=MUST, cites=CITES, apis={"LeaveGroup": "0+"})
async def test_who_may_not_read_sends_nobody_away(
    stranger: Subject, version: int
) -> None:
    """LeaveGroup without the right to read: GROUP_AUTHORIZATION_FAILED."""
    request = leave_request(version, stranger.name_of_its_own(), "m")
    await expect_refused(stranger, request, LeaveGroupResponse, REFUSED)


@EACH
@case("access.groups.described", level=MUST, cites=CITES, apis={"DescribeGroups": "0+"})
async def test_who_may_not_describe_sees_no_members(
    broker: Subject, stranger: Subject
) -> None:
    """DescribeGroups without the right to: GROUP_AUTHORIZATION_FAILED, no members."""
    group = await new_group(broker)
    request = DescribeGroupsRequest(groups=(group.name,))
    await expect_refused(stranger, request, DescribeGroupsResponse, REFUSED)


@EACH
@case(
    "access.groups.listed",
    level=MUST,
    cites="KIP-11, KIP-231; ListGroups without Describe on the cluster",
    apis={"ListGroups": "3+", "OffsetCommit": "2+"},
)
async def test_who_may_not_describe_sees_no_groups(
    broker: Subject, stranger: Subject
) -> None:
    """A group that may not be described is left out of the list, without an error."""
    group = await new_group(broker)
    await group.commit(await broker.topic(), 1)
    name = group.name
    for who, seen in ((broker, [name]), (stranger, [])):
        came = await who.ask(ListGroupsRequest(), ListGroupsResponse)
        expect_error(came.error_code, Error.NONE)
        found = [it.group_id for it in came.groups if it.group_id == name]
        expect("groups of the name", found, seen)


@EACH
@case("access.groups.deleted", level=MUST, cites=CITES, apis={"DeleteGroups": "0+"})
async def test_who_may_not_delete_deletes_no_group(stranger: Subject) -> None:
    """DeleteGroups without the right to: GROUP_AUTHORIZATION_FAILED, whether or not
    there is such a group."""
    request = DeleteGroupsRequest(groups_names=(stranger.name_of_its_own(),))
    await expect_refused(stranger, request, DeleteGroupsResponse, REFUSED)


@case("access.offsets.committed", level=MUST, cites=CITES, apis={"OffsetCommit": "0+"})
async def test_who_may_not_read_a_group_commits_nothing(
    broker: Subject, stranger: Subject, version: int
) -> None:
    """OffsetCommit without the right to read the group: GROUP_AUTHORIZATION_FAILED."""
    topic = await broker.topic()
    request = commit_request(version, broker.name_of_its_own(), topic, {0: Commit(1)})
    await expect_refused(stranger, request, OffsetCommitResponse, REFUSED)


@case(
    "access.offsets.committed.topic",
    level=MUST,
    cites="KIP-11; error 29 TOPIC_AUTHORIZATION_FAILED",
    apis={"OffsetCommit": "2+", "CreateAcls": "0+"},
)
async def test_who_may_not_read_a_topic_commits_nothing_for_it(
    broker: Subject, stranger: Subject, version: int
) -> None:
    """With the right to read the group alone, not the topic: its partitions are
    TOPIC_AUTHORIZATION_FAILED."""
    topic, name = await broker.topic(), broker.name_of_its_own()
    await allow(broker, Rule(name, READ, kind=GROUP))
    request = commit_request(version, name, topic, {0: Commit(1)})

    async def refused() -> None:
        await expect_topic_refused(stranger, request, OffsetCommitResponse)

    await eventually(broker, refused)


@case("access.offsets.fetched", level=MUST, cites=CITES, apis={"OffsetFetch": "0+"})
async def test_who_may_not_describe_a_group_sees_no_offsets(
    broker: Subject, stranger: Subject, version: int
) -> None:
    """OffsetFetch without the right to describe the group: GROUP_AUTHORIZATION_FAILED,
    of the group from version 2 on and of each partition before."""
    topic, name = await broker.topic(), broker.name_of_its_own()
    request = fetch_offsets_request(version, {name: {topic: (0,)}})
    came = await stranger.ask(request, OffsetFetchResponse)
    told = offsets_by_group(version, name, came)[name]
    codes = [told.error_code, *(it.error_code for it in told.partitions.values())]
    expect("the error codes", {*filter(None, codes)}, {int(REFUSED)})


@EACH
@case("access.offsets.deleted", level=MUST, cites=CITES, apis={"OffsetDelete": "0+"})
async def test_who_may_not_delete_forgets_no_offsets(
    broker: Subject, stranger: Subject
) -> None:
    """OffsetDelete without the right to delete from the group:
    GROUP_AUTHORIZATION_FAILED."""
    topic, name = await broker.topic(), broker.name_of_its_own()
    request = delete_offsets_request(name, (topic.name, 0))
    await expect_refused(stranger, request, OffsetDeleteResponse, REFUSED)
