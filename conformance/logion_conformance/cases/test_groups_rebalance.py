"""Rebalances: what begins one, how generations are counted, and how members leave."""

from __future__ import annotations

import trio
from logion.protocol.errors import Error
from logion.protocol.messages.leave_group import (
    LeaveGroupRequest,
    LeaveGroupResponse,
    MemberIdentity,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error
from logion_conformance.group_requests import leave_request
from logion_conformance.groups import (
    anyhow_unless_stable,
    new_group,
    start,
    subscription,
)
from logion_conformance.subject import Subject

JOIN = {"JoinGroup": "0+", "SyncGroup": "0+", "Heartbeat": "0+"}
LEAVE = {"LeaveGroup": "0+", "JoinGroup": "0+", "SyncGroup": "0+", "Heartbeat": "0+"}

REJOIN = "Apache Kafka: which joins of a Stable group begin a rebalance"


@case(
    "groups.generations",
    level=MUST,
    cites="Kafka protocol guide, JoinGroup: the generation",
    apis=JOIN,
)
async def test_generations_count_from_one_without_gaps(
    broker: Subject, version: int
) -> None:
    """Each completed join phase makes the next generation: 1, 2, 3, and so on, however
    many join it."""
    group = await new_group(broker)
    (first,) = await group.stable()
    for expected in (2, 3, 4):
        await first.enter()
        expect("the generation", first.generation, expected)
        await group.sync([first])
    second = await group.member()
    async with trio.open_nursery() as nursery:
        later = start(nursery, second.enter)
        await first.until_rebalance()
        await first.enter()
        expect("the newcomer's", (await later.get()).generation_id, 5)
    expect("the generation", first.generation, 5)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case("groups.rejoin.follower-same", level=SHOULD, cites=REJOIN, apis=JOIN)
async def test_a_follower_that_joins_again_unchanged_changes_nothing(
    broker: Subject, version: int
) -> None:
    """A follower of a Stable group that joins with what it told before is answered at
    once with the generation there is; the others are not disturbed."""
    group = await new_group(broker)
    leader, follower = await group.stable(2)
    came = await follower.join()
    expect_error(came.error_code, Error.NONE)
    expect("the generation", came.generation_id, leader.generation)
    expect("leader and members", (came.leader, came.members), (leader.member_id, ()))
    expect_error(await leader.heartbeat(), Error.NONE)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case("groups.rejoin.follower-changed", level=MUST, cites=REJOIN, apis=JOIN)
async def test_a_follower_with_other_metadata_begins_a_rebalance(
    broker: Subject, version: int
) -> None:
    """A member that tells something new makes the group gather again; the leader is
    told what is new."""
    group = await new_group(broker)
    leader, follower = await group.stable(2)
    follower.protocols = {"range": subscription("t", "new")}
    async with trio.open_nursery() as nursery:
        later = start(nursery, follower.join)
        await leader.until_rebalance()
        first = await leader.enter()
        came = await later.get()
    expect("the generations", (first.generation_id, came.generation_id), (3, 3))
    told = {it.member_id: it.metadata for it in first.members}
    expect("the metadata", told[follower.member_id], subscription("t", "new"))
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case("groups.rejoin.leader", level=MUST, cites=REJOIN, apis=JOIN)
async def test_a_leader_that_joins_again_begins_a_rebalance(
    broker: Subject, version: int
) -> None:
    """The leader may join again, unchanged, to have the group assigned anew."""
    group = await new_group(broker)
    leader, follower = await group.stable(2)
    async with trio.open_nursery() as nursery:
        later = start(nursery, leader.join)
        await follower.until_rebalance()
        expect("whether it is answered before", later.is_done, expected=False)
        await follower.enter()
        came = await later.get()
    expect("the generations", (came.generation_id, follower.generation), (3, 3))
    expect("the leader", came.leader, leader.member_id)
    expect("how many members are told", len(came.members), 2)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case("groups.rejoin.unsynced", level=SHOULD, cites=REJOIN, apis=JOIN)
async def test_a_join_whose_answer_was_lost_can_be_repeated(
    broker: Subject, version: int
) -> None:
    """Who joins again, unchanged, before the leader has synced is answered at once
    with the same generation; the leader with the members."""
    group = await new_group(broker)
    leader, follower = [await group.member() for _ in range(2)]
    await group.rebalance([leader, follower])
    for member, count in ((leader, 2), (follower, 0)):
        came = await member.join()
        expect_error(came.error_code, Error.NONE)
        expect("the generation", came.generation_id, 2)
        expect("how many members are told", len(came.members), count)
    await group.sync([leader, follower])
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


# --- leaving -------------------------------------------------------------------------


@case(
    "groups.leave.rebalance",
    level=MUST,
    cites="Kafka protocol guide, LeaveGroup: the others rebalance at once",
    apis=LEAVE,
)
async def test_the_others_hear_at_once_that_a_member_has_left(
    broker: Subject, version: int
) -> None:
    """After a member has left, heartbeats of the others say so, it is unknown, and the
    next generation is without it, with a leader of those that are left."""
    group = await new_group(broker)
    leader, follower = await group.stable(2)
    expect_error(await leader.leave(), Error.NONE)
    code = await leader.heartbeat()
    expect_error(code, Error.UNKNOWN_MEMBER_ID, *anyhow_unless_stable(broker))
    expect_error(await follower.heartbeat(), Error.REBALANCE_IN_PROGRESS)
    came = await follower.enter()
    expect("the generation", came.generation_id, 3)
    expect("the leader", came.leader, follower.member_id)
    expect("the members", [it.member_id for it in came.members], [follower.member_id])
    expect("the version of LeaveGroup", broker.version("LeaveGroup"), version)


@case(
    "groups.leave.joining",
    level=MUST,
    cites="Kafka protocol guide, LeaveGroup",
    apis=LEAVE,
)
async def test_a_join_is_completed_when_the_member_awaited_leaves(
    broker: Subject, version: int
) -> None:
    """Those who have joined wait for one more member; if it leaves, they go on."""
    group = await new_group(broker)
    (first,) = await group.stable()
    second = await group.member()
    async with trio.open_nursery() as nursery:
        later = start(nursery, second.enter)
        await first.until_rebalance()
        expect_error(await first.leave(), Error.NONE)
        came = await later.get()
    expect("the generation", came.generation_id, 2)
    expect("the leader", came.leader, second.member_id)
    expect("the version of LeaveGroup", broker.version("LeaveGroup"), version)


@case(
    "groups.leave.stranger",
    level=MUST,
    cites="error 25 UNKNOWN_MEMBER_ID",
    apis=LEAVE,
)
async def test_a_stranger_cannot_leave(broker: Subject, version: int) -> None:
    """To leave a group that one is no member of, or that is not there, is
    UNKNOWN_MEMBER_ID; so is to leave twice."""
    group = await new_group(broker)
    (member,) = await group.stable()
    stranger = await group.member()
    stranger.member_id = "nobody"
    expect_error(await stranger.leave(), Error.UNKNOWN_MEMBER_ID)
    expect_error(await member.heartbeat(), Error.NONE)
    expect_error(await member.leave(), Error.NONE)
    expect_error(await member.leave(), Error.UNKNOWN_MEMBER_ID)
    stranger.group = await new_group(broker)
    expect_error(await stranger.leave(), Error.UNKNOWN_MEMBER_ID)
    expect("the version of LeaveGroup", broker.version("LeaveGroup"), version)


@case(
    "groups.leave.last",
    level=MUST,
    cites="KAFKA-2720 (0.10.1): a group without members is Empty and may begin again",
    apis=LEAVE,
)
async def test_a_group_begins_again_after_the_last_has_left(
    broker: Subject, version: int
) -> None:
    """When the last member has left, others may join, with other protocols too."""
    group = await new_group(broker)
    (member,) = await group.stable()
    expect_error(await member.leave(), Error.NONE)
    expect("the members", (await group.describe()).members, ())
    newcomer = await group.member({"new": b""})
    came = await newcomer.enter(protocol_type="connect")
    expect("the protocol", came.protocol_name, "new")
    expect("the leader", came.leader, newcomer.member_id)
    expect("the version of LeaveGroup", broker.version("LeaveGroup"), version)


@case(
    "groups.leave.several",
    level=MUST,
    cites="KIP-345: LeaveGroup of several members",
    apis={"LeaveGroup": "3+", "JoinGroup": "0+", "SyncGroup": "0+"},
)
async def test_several_members_leave_at_once(broker: Subject, version: int) -> None:
    """From version 3 on one request removes several members and tells for each how it
    went, in the order asked; the whole succeeds."""
    group = await new_group(broker)
    one, two, stays = await group.stable(3)
    names = (one.member_id, "nobody", two.member_id)
    identities = tuple(MemberIdentity(member_id=name) for name in names)
    request = LeaveGroupRequest(group_id=group.name, members=identities)
    came = await stays.ask(request, LeaveGroupResponse)
    expect_error(came.error_code, Error.NONE)
    expect(
        "members and codes",
        [(it.member_id, it.error_code) for it in came.members],
        [(one.member_id, 0), ("nobody", Error.UNKNOWN_MEMBER_ID), (two.member_id, 0)],
    )
    left = [it.member_id for it in (await group.describe()).members]
    expect("who is left", left, [stays.member_id])
    expect("the version of LeaveGroup", broker.version("LeaveGroup"), version)


@case(
    "groups.leave.pending",
    level=SHOULD,
    cites="KIP-394; Apache Kafka: an id nobody joined with is given back by leaving",
    apis={"LeaveGroup": "0+", "JoinGroup": "4+", "SyncGroup": "0+"},
)
async def test_an_id_can_be_given_back_unused(broker: Subject, version: int) -> None:
    """Who was given an id and leaves before joining cannot join with it any more."""
    group = await new_group(broker)
    (first,) = await group.stable()
    pending = await group.member()
    expect_error((await pending.join()).error_code, Error.MEMBER_ID_REQUIRED)
    request = leave_request(version, group.name, pending.member_id)
    came = await first.ask(request, LeaveGroupResponse)
    expect_error(came.error_code, Error.NONE)
    expect_error((await pending.join()).error_code, Error.UNKNOWN_MEMBER_ID)
