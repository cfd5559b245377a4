"""Syncing and heartbeats: how assignments reach members, and news of a rebalance."""

from __future__ import annotations

import trio
from logion.protocol.errors import Error

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error
from logion_conformance.groups import (
    Member,
    anyhow_unless_stable,
    new_group,
    start,
    subscription,
)
from logion_conformance.subject import Subject

GUIDE = "Kafka protocol guide, SyncGroup"

SYNC = {"SyncGroup": "0+", "JoinGroup": "0+", "Heartbeat": "0+"}
HEARTBEAT = {"Heartbeat": "0+", "JoinGroup": "0+", "SyncGroup": "0+"}


async def joined(broker: Subject, count: int) -> list[Member]:
    """Return members of a group that waits for its leader, the first, to sync."""
    group = await new_group(broker)
    members = [await group.member() for _ in range(count)]
    await group.rebalance(members)
    return members


@case(
    "groups.sync.assignments",
    level=MUST,
    cites=f"{GUIDE}: the leader's assignments reach the members they are for",
    apis=SYNC,
)
async def test_each_member_gets_what_the_leader_assigned_to_it(
    broker: Subject, version: int
) -> None:
    """Every member of the generation is answered with its own assignment, byte for
    byte; whoever the leader left out with an empty one."""
    leader, one, left_out = await joined(broker, 3)
    parts = {leader.member_id: b"\0lead", one.member_id: b"\xff" * 3, "nobody": b"x"}
    async with trio.open_nursery() as nursery:
        others = [start(nursery, it.sync) for it in (one, left_out)]
        answers = [await leader.sync(parts), *[await it.get() for it in others]]
    for came in answers:
        expect_error(came.error_code, Error.NONE)
        if version >= 5:
            told = (came.protocol_type, came.protocol_name)
            expect("protocol type and name", told, ("consumer", "range"))
    expect(
        "assignments", [it.assignment for it in answers], [b"\0lead", b"\xff" * 3, b""]
    )


@case(
    "groups.sync.waits-for-leader",
    level=MUST,
    cites=f"{GUIDE}: followers wait for the leader",
    apis=SYNC,
)
async def test_a_follower_waits_for_the_leader_to_sync(
    broker: Subject, version: int
) -> None:
    """A follower's sync is answered when the leader has synced, not before."""
    leader, follower = await joined(broker, 2)
    async with trio.open_nursery() as nursery:
        later = start(nursery, follower.sync)
        await leader.group.describe()
        expect("whether it is answered before", later.is_done, expected=False)
        await leader.sync({follower.member_id: b"yours"})
        expect("the assignment", (await later.get()).assignment, b"yours")
    expect("the version of SyncGroup", broker.version("SyncGroup"), version)


@case(
    "groups.sync.again",
    level=SHOULD,
    cites="Apache Kafka: a Stable group answers a sync with what is assigned",
    apis=SYNC,
)
async def test_a_sync_in_a_stable_group_repeats_the_assignment(
    broker: Subject, version: int
) -> None:
    """Once all are assigned, a sync is answered at once with the same assignment; the
    leader cannot change it before the next generation."""
    group = await new_group(broker)
    leader, follower = await group.stable(2)
    again = await leader.sync({leader.member_id: b"new", follower.member_id: b"new"})
    expect("the leader's assignment", again.assignment, b"0")
    expect("the follower's", (await follower.sync()).assignment, b"1")
    expect("the version of SyncGroup", broker.version("SyncGroup"), version)


@case(
    "groups.sync.refused",
    level=MUST,
    cites="errors 22 ILLEGAL_GENERATION and 25 UNKNOWN_MEMBER_ID",
    apis=SYNC,
)
async def test_a_sync_of_another_generation_or_a_stranger_is_refused(
    broker: Subject, version: int
) -> None:
    """A wrong generation is ILLEGAL_GENERATION, a wrong member or group
    UNKNOWN_MEMBER_ID; neither is assigned anything, nothing changes for the group."""
    (member,) = await joined(broker, 1)
    wrong = {member.member_id: b"wrong"}
    came = await member.sync(wrong, generation_id=member.generation + 1)
    expect_error(came.error_code, Error.ILLEGAL_GENERATION)
    expect("the assignment", came.assignment, b"")
    for changes in ({"member_id": "nobody"}, {"group_id": broker.name_of_its_own()}):
        came = await member.sync(wrong, **changes)
        expect_error(came.error_code, Error.UNKNOWN_MEMBER_ID)
        expect("the assignment", came.assignment, b"")
    came = await member.sync({member.member_id: b"right"})
    expect("the assignment", came.assignment, b"right")
    expect("the version of SyncGroup", broker.version("SyncGroup"), version)


@case(
    "groups.sync.protocol",
    level=MUST,
    cites="KIP-559: error 23 INCONSISTENT_GROUP_PROTOCOL",
    apis={"SyncGroup": "5+", "JoinGroup": "0+"},
)
async def test_a_sync_names_the_protocol_that_was_chosen(
    broker: Subject, version: int
) -> None:
    """From version 5 on a sync says of which protocol it is, and has to be right."""
    (member,) = await joined(broker, 1)
    for changes in (
        {"protocol_type": "connect"},
        {"protocol_name": "roundrobin"},
        {"protocol_type": None, "protocol_name": None},
    ):
        came = await member.sync({member.member_id: b"x"}, **changes)
        expect_error(came.error_code, Error.INCONSISTENT_GROUP_PROTOCOL)
    came = await member.sync({member.member_id: b"right"})
    expect("the assignment", came.assignment, b"right")
    expect("the version of SyncGroup", broker.version("SyncGroup"), version)


@case(
    "groups.sync.rebalancing",
    level=MUST,
    cites="error 27 REBALANCE_IN_PROGRESS",
    apis=SYNC,
)
async def test_a_sync_while_members_join_says_so(broker: Subject, version: int) -> None:
    """Who syncs while a new generation gathers has to join it first."""
    group = await new_group(broker)
    (first,) = await group.stable()
    second = await group.member()
    async with trio.open_nursery() as nursery:
        later = start(nursery, second.enter)
        await first.until_rebalance()
        came = await first.sync({first.member_id: b"x"})
        expect_error(came.error_code, Error.REBALANCE_IN_PROGRESS)
        expect("the assignment", came.assignment, b"")
        await first.enter()
        await later.get()
    expect("the version of SyncGroup", broker.version("SyncGroup"), version)


@case(
    "groups.sync.interrupted",
    level=MUST,
    cites="error 27 REBALANCE_IN_PROGRESS",
    apis=SYNC,
)
async def test_who_waits_for_an_assignment_hears_of_a_new_rebalance(
    broker: Subject, version: int
) -> None:
    """A member that joins while followers wait for the leader's sync begins a new
    rebalance: they are answered REBALANCE_IN_PROGRESS."""
    leader, follower = await joined(broker, 2)
    newcomer = await leader.group.member()
    async with trio.open_nursery() as nursery:
        waiting = start(nursery, follower.sync)
        await leader.group.describe()
        later = start(nursery, newcomer.enter)
        came = await waiting.get()
        expect_error(came.error_code, Error.REBALANCE_IN_PROGRESS)
        rejoined = start(nursery, follower.enter)
        await leader.enter()
        generations = {(await it.get()).generation_id for it in (later, rejoined)}
    expect("the generations", generations, {leader.generation})
    expect("the version of SyncGroup", broker.version("SyncGroup"), version)


# --- heartbeats ----------------------------------------------------------------------


@case(
    "groups.heartbeat.stable",
    level=MUST,
    cites="Kafka protocol guide, Heartbeat; errors 22, 24 and 25",
    apis=HEARTBEAT,
)
async def test_a_heartbeat_is_of_a_member_and_its_generation(
    broker: Subject, version: int
) -> None:
    """A member's heartbeat succeeds; another generation is ILLEGAL_GENERATION, another
    member or group UNKNOWN_MEMBER_ID, even if the generation is wrong too."""
    group = await new_group(broker)
    (member,) = await group.stable()
    expect_error(await member.heartbeat(), Error.NONE)
    for generation in (0, member.generation + 1, -1):
        code = await member.heartbeat(generation_id=generation)
        expect_error(code, Error.ILLEGAL_GENERATION)
    for changes in (
        {"member_id": "nobody"},
        {"member_id": "nobody", "generation_id": 9},
        {"group_id": broker.name_of_its_own()},
    ):
        expect_error(await member.heartbeat(**changes), Error.UNKNOWN_MEMBER_ID)
    expect("the version of Heartbeat", broker.version("Heartbeat"), version)


@case(
    "groups.heartbeat.rebalancing",
    level=MUST,
    cites="error 27 REBALANCE_IN_PROGRESS",
    apis=HEARTBEAT,
)
async def test_heartbeats_tell_of_a_rebalance(broker: Subject, version: int) -> None:
    """While members gather for the next generation heartbeats of the last say so; a
    wrong generation is still told as that."""
    group = await new_group(broker)
    (first,) = await group.stable()
    second = await group.member({"range": subscription("other")})
    async with trio.open_nursery() as nursery:
        start(nursery, second.enter)
        await group.until_members(2)
        expect_error(await first.heartbeat(), Error.REBALANCE_IN_PROGRESS)
        code = await first.heartbeat(generation_id=first.generation + 1)
        expect_error(code, Error.ILLEGAL_GENERATION, *anyhow_unless_stable(broker))
        await first.enter()
    await group.sync([first, second])
    expect_error(await first.heartbeat(), Error.NONE)
    expect("the version of Heartbeat", broker.version("Heartbeat"), version)


@case(
    "groups.heartbeat.unsynced",
    level=SHOULD,
    cites="Apache Kafka: a member may send heartbeats once it has joined",
    apis=HEARTBEAT,
)
async def test_heartbeats_may_begin_before_the_sync(
    broker: Subject, version: int
) -> None:
    """Between join and sync a heartbeat of a member succeeds, or says that the
    rebalance is not over (brokers before 2.6); a stranger's does not succeed."""
    leader, follower = await joined(broker, 2)
    for member in (leader, follower):
        code = await member.heartbeat()
        expect_error(code, Error.NONE, Error.REBALANCE_IN_PROGRESS)
    code = await leader.heartbeat(member_id="nobody")
    expect_error(code, Error.UNKNOWN_MEMBER_ID, *anyhow_unless_stable(broker))
    expect("the version of Heartbeat", broker.version("Heartbeat"), version)


@case(
    "groups.heartbeat.old-generation",
    level=MUST,
    cites="error 22 ILLEGAL_GENERATION",
    apis=HEARTBEAT,
)
async def test_the_last_generation_is_over_when_the_next_begins(
    broker: Subject, version: int
) -> None:
    """After a rebalance heartbeats with the generation before are refused."""
    group = await new_group(broker)
    (first,) = await group.stable()
    before = first.generation
    await first.enter()
    await group.sync([first])
    expect("the generation", first.generation, before + 1)
    code = await first.heartbeat(generation_id=before)
    expect_error(code, Error.ILLEGAL_GENERATION)
    expect("the version of Heartbeat", broker.version("Heartbeat"), version)
