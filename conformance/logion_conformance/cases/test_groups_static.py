"""Static members (KIP-345): who comes back under its instance id keeps its place."""

from __future__ import annotations

import trio
from logion.protocol.errors import Error
from logion.protocol.messages.leave_group import LeaveGroupResponse

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_that
from logion_conformance.group_requests import leave_request
from logion_conformance.groups import Group, Member, new_group, start, subscription
from logion_conformance.subject import Subject

KIP = "KIP-345"

STATIC = {"JoinGroup": "5+", "SyncGroup": "3+", "Heartbeat": "3+"}


async def pair(broker: Subject) -> tuple[Group, Member, Member]:
    """Return a Stable group with its leader and a follower, both static."""
    group = await new_group(broker)
    leader = await group.member(instance_id="leader")
    follower = await group.member(instance_id="follower")
    await group.rebalance([leader, follower])
    await group.sync([leader, follower])
    return group, leader, follower


@case(
    "groups.static.join",
    level=MUST,
    cites=f"{KIP}: a static member joins at once; KIP-394 is about others",
    apis=STATIC,
)
async def test_a_static_member_joins_without_being_given_an_id_first(
    broker: Subject, version: int
) -> None:
    """A join with an instance id succeeds at once; the leader is told instance ids."""
    group = await new_group(broker)
    member = await group.member(instance_id="me")
    came = await member.join()
    expect_error(came.error_code, Error.NONE)
    seen = [(it.member_id, it.group_instance_id) for it in came.members]
    expect("the members", seen, [(came.member_id, "me")])
    described = (await group.until_members(1)).members
    if broker.version("DescribeGroups") >= 4:
        expect("the instance", [it.group_instance_id for it in described], ["me"])
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.static.replaced",
    level=MUST,
    cites=f"{KIP}: a static member that comes back causes no rebalance",
    apis=STATIC,
)
async def test_who_comes_back_keeps_its_assignment_and_disturbs_nobody(
    broker: Subject, version: int
) -> None:
    """A join with a known instance id and no member id gets a new member id, the
    generation there is and, by SyncGroup, the assignment of its predecessor."""
    group, leader, follower = await pair(broker)
    back = await group.member(instance_id="follower")
    came = await back.join()
    expect_error(came.error_code, Error.NONE)
    expect("the generation", came.generation_id, follower.generation)
    expect_that(
        "the member id",
        holds=came.member_id not in (follower.member_id, ""),
        expected="a new one",
        came=came.member_id,
    )
    expect("the members told", came.members, ())
    expect_error(await leader.heartbeat(), Error.NONE)
    expect_error(await back.heartbeat(), Error.NONE)
    expect("the assignment", (await back.sync()).assignment, b"1")
    ids = {it.member_id for it in (await group.describe()).members}
    expect("the members", ids, {leader.member_id, back.member_id})
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.static.fenced",
    level=MUST,
    cites=f"{KIP}: error 82 FENCED_INSTANCE_ID",
    apis={**STATIC, "LeaveGroup": "3+", "OffsetCommit": "7+"},
)
async def test_the_one_that_was_replaced_is_fenced(
    broker: Subject, version: int
) -> None:
    """Whatever a member says under the member id it had before another took over its
    instance id is FENCED_INSTANCE_ID, and has no effect."""
    topic = await broker.topic()
    group, _, follower = await pair(broker)
    back = await group.member(instance_id="follower")
    expect_error((await back.join()).error_code, Error.NONE)
    codes = [
        await follower.heartbeat(),
        (await follower.sync()).error_code,
        (await follower.join()).error_code,
        await follower.commit(topic, 7),
        await follower.leave(),
    ]
    for code in codes:
        expect_error(code, Error.FENCED_INSTANCE_ID)
    expect("what is committed", (await group.committed(topic)).committed_offset, -1)
    expect("how many members there are", len((await group.describe()).members), 2)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.static.leader-replaced",
    level=MUST,
    cites=f"{KIP}; KIP-814: the leader that comes back may skip the assignment",
    apis={**STATIC, "JoinGroup": "9+"},
)
async def test_a_leader_that_comes_back_is_told_to_skip_the_assignment(
    broker: Subject, version: int
) -> None:
    """From version 9 on the leader that comes back is told that it leads, who is in
    the group, and that there is nothing to assign."""
    group, _, follower = await pair(broker)
    back = await group.member(instance_id="leader")
    came = await back.join()
    expect("the leader", came.leader, came.member_id)
    expect("whether to skip", came.skip_assignment, expected=True)
    told = {it.member_id for it in came.members}
    expect("the members", told, {back.member_id, follower.member_id})
    expect("the assignment", (await back.sync()).assignment, b"0")
    expect_error(await follower.heartbeat(), Error.NONE)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.static.leader-replaced.untold",
    level=SHOULD,
    cites=f"{KIP}; KAFKA-13435: before version 9 it cannot be told to skip",
    apis={**STATIC, "JoinGroup": "5-8"},
)
async def test_a_leader_that_comes_back_is_not_told_that_it_leads(
    broker: Subject, version: int
) -> None:
    """Before version 9 the leader that comes back is told the member id of before as
    leader, and no members, so that it does not assign again."""
    group, leader, follower = await pair(broker)
    before = leader.member_id
    back = await group.member(instance_id="leader")
    came = await back.join()
    expect_error(came.error_code, Error.NONE)
    expect("leader and members", (came.leader, came.members), (before, ()))
    expect("the assignment", (await back.sync()).assignment, b"0")
    expect_error(await follower.heartbeat(), Error.NONE)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.static.other-protocol",
    level=MUST,
    cites=f"{KIP}: another protocol chosen makes the group rebalance",
    apis=STATIC,
)
async def test_who_comes_back_with_another_protocol_begins_a_rebalance(
    broker: Subject, version: int
) -> None:
    """If the protocol that all can follow is another one now, members join again."""
    group = await new_group(broker)
    both = {"range": subscription("t"), "sticky": subscription("t")}
    leader = await group.member(both, instance_id="leader")
    follower = await group.member(both, instance_id="follower")
    await group.rebalance([leader, follower])
    await group.sync([leader, follower])
    back = await group.member({"sticky": both["sticky"]}, instance_id="follower")
    async with trio.open_nursery() as nursery:
        later = start(nursery, back.join)
        await leader.until_rebalance()
        await leader.join()
        came = await later.get()
    expect_error(came.error_code, Error.NONE)
    expect("the protocol", came.protocol_name, "sticky")
    expect("the generation", came.generation_id, 3)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.static.leave",
    level=MUST,
    cites=f"{KIP}: LeaveGroup by instance id",
    apis={"LeaveGroup": "3+", **STATIC},
)
async def test_a_static_member_is_removed_by_its_instance_id(
    broker: Subject, version: int
) -> None:
    """An instance id suffices to remove a member; one that is not there is unknown,
    one with the id of another member FENCED_INSTANCE_ID."""
    group, leader, _ = await pair(broker)

    async def remove(member_id: str, instance_id: str) -> int:
        request = leave_request(version, group.name, member_id, instance_id)
        came = await leader.ask(request, LeaveGroupResponse)
        expect_error(came.error_code, Error.NONE)
        (result,) = came.members
        expect("the instance", result.group_instance_id, instance_id)
        return result.error_code

    expect_error(await remove("", "nobody"), Error.UNKNOWN_MEMBER_ID)
    expect_error(await remove("other", "follower"), Error.FENCED_INSTANCE_ID)
    expect_error(await leader.heartbeat(), Error.NONE)
    expect_error(await remove("", "follower"), Error.NONE)
    expect_error(await leader.heartbeat(), Error.REBALANCE_IN_PROGRESS)
    members = [it.member_id for it in (await group.describe()).members]
    expect("who is left", members, [leader.member_id])


@case(
    "groups.static.unknown",
    level=MUST,
    cites=f"{KIP}: errors 25 UNKNOWN_MEMBER_ID and 82 FENCED_INSTANCE_ID",
    apis=STATIC,
)
async def test_instance_and_member_id_belong_together(
    broker: Subject, version: int
) -> None:
    """A join with a member id and an instance id that the group does not have is of an
    unknown member; an instance with another's member id is fenced."""
    _, leader, follower = await pair(broker)
    came = await leader.join(group_instance_id="nobody")
    expect_error(came.error_code, Error.UNKNOWN_MEMBER_ID)
    code = await leader.heartbeat(group_instance_id="follower")
    expect_error(code, Error.FENCED_INSTANCE_ID)
    for member in (leader, follower):
        expect_error(await member.heartbeat(), Error.NONE)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)
