"""Joining a classic group: who leads, which protocol is chosen, and who is refused."""

from __future__ import annotations

import re

import trio
from logion.protocol.errors import Error
from logion.protocol.messages.join_group import JoinGroupResponse

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_in, expect_that
from logion_conformance.groups import Protocols, new_group, start, subscription
from logion_conformance.subject import Subject

KIP_62 = "KIP-62: JoinGroup and SyncGroup"
KIP_394 = "KIP-394: a member id is required before a member joins"

MEMBERS = {"JoinGroup": "0+", "SyncGroup": "0+", "Heartbeat": "0+"}
"""What the life of a member needs."""

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def expect_nothing_joined(came: JoinGroupResponse, error: Error, version: int) -> None:
    """Nothing if a join is refused with an error and tells nothing of the group.

    Brokers before 2.2 say 0 where others say that there is no generation.
    """
    expect_error(came.error_code, error)
    expect_in("the generation", came.generation_id, (-1,) if version > 3 else (-1, 0))
    name = None if version >= 7 else ""
    expect("protocol, leader, members", told(came), (name, "", ()))


def told(came: JoinGroupResponse) -> tuple[object, ...]:
    """Return what an answer tells of the group."""
    return came.protocol_name, came.leader, came.members


@case(
    "groups.join.first-member-leads",
    level=MUST,
    cites="Kafka protocol guide, JoinGroup: leader and members",
    apis=MEMBERS,
)
async def test_the_first_member_leads_and_sees_the_members(
    broker: Subject, version: int
) -> None:
    """A member alone leads generation 1 and is told of itself, with its metadata."""
    member = await (await new_group(broker)).member()
    came = await member.enter()
    expect("the generation", came.generation_id, 1)
    expect("the leader", came.leader, came.member_id)
    expect("the protocol", came.protocol_name, "range")
    seen = [(it.member_id, it.metadata) for it in came.members]
    expect("the members", seen, [(came.member_id, subscription("t"))])
    if version >= 7:
        expect("the protocol type", came.protocol_type, "consumer")


@case(
    "groups.join.member-id",
    level=SHOULD,
    cites="Apache Kafka: a member id is the client id, a hyphen and a UUID",
    apis=MEMBERS,
)
async def test_a_member_id_begins_with_the_client_id(
    broker: Subject, version: int
) -> None:
    """The coordinator makes member ids of the client id and a UUID."""
    member = await (await new_group(broker)).member()
    came = await member.enter()
    pattern = f"{broker.cluster.options.client_id}-{UUID}"
    expect_that(
        "the member id",
        holds=re.fullmatch(pattern, came.member_id) is not None,
        expected=pattern,
        came=came.member_id,
    )
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.join.id-required",
    level=MUST,
    cites=f"{KIP_394}; error 79 MEMBER_ID_REQUIRED",
    apis={"JoinGroup": "4+", "SyncGroup": "0+"},
)
async def test_a_member_is_given_its_id_before_it_joins(
    broker: Subject, version: int
) -> None:
    """From version 4 on the first join is refused with the id to join with; who has
    only that id is no member yet, and disturbs nobody."""
    group = await new_group(broker)
    (first,) = await group.stable()
    member = await group.member()
    came = await member.join()
    expect_nothing_joined(came, Error.MEMBER_ID_REQUIRED, version)
    expect_that(
        "the member id",
        holds=bool(came.member_id),
        expected="one to join with",
        came=came.member_id,
    )
    expect_error(await member.heartbeat(), Error.UNKNOWN_MEMBER_ID)
    expect_error(await first.heartbeat(), Error.NONE)
    async with trio.open_nursery() as nursery:
        later = start(nursery, member.join)
        await first.until_rebalance()
        await first.enter()
        joined = await later.get()
    expect_error(joined.error_code, Error.NONE)
    expect("the member id", joined.member_id, came.member_id)


@case(
    "groups.join.id-at-once",
    level=MUST,
    cites=f"{KIP_394}: versions below 4 join at once",
    apis={"JoinGroup": "0-3"},
)
async def test_old_versions_join_without_an_id(broker: Subject, version: int) -> None:
    """Before version 4 a member joins with its first request."""
    member = await (await new_group(broker)).member()
    came = await member.join()
    expect_error(came.error_code, Error.NONE)
    expect("the generation", came.generation_id, 1)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.join.leader-alone-sees-members",
    level=MUST,
    cites="Kafka protocol guide, JoinGroup: members are told to the leader",
    apis=MEMBERS,
)
async def test_only_the_leader_is_told_of_the_members(
    broker: Subject, version: int
) -> None:
    """All who join a generation are told the same leader, generation and protocol;
    only the leader is told of the members."""
    group = await new_group(broker)
    members = [await group.member() for _ in range(3)]
    first, *others = await group.rebalance(members)
    ids = {member.member_id for member in members}
    expect("how many ids are distinct", len(ids), 3)
    expect("the leader", first.leader, members[0].member_id)
    expect("the members", {it.member_id for it in first.members}, ids)
    for came in others:
        expect("what others are told", came.members, ())
        expect("the leader", came.leader, first.leader)
        expect("the generation", came.generation_id, first.generation_id)
        expect("the protocol", came.protocol_name, first.protocol_name)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.join.pending-until-all",
    level=MUST,
    cites=f"{KIP_62}: the join phase lasts until every known member has joined",
    apis=MEMBERS,
)
async def test_a_join_waits_for_the_members_there_are(
    broker: Subject, version: int
) -> None:
    """A second member's join is answered once the first has joined again."""
    group = await new_group(broker)
    (first,) = await group.stable()
    second = await group.member()
    async with trio.open_nursery() as nursery:
        later = start(nursery, second.enter)
        await first.until_rebalance()
        expect("whether it is answered before", later.is_done, expected=False)
        await first.enter()
        came = await later.get()
    expect("the generation", came.generation_id, 2)
    expect("the leader", came.leader, first.member_id)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


async def protocol_chosen(broker: Subject, *preferred: str) -> str | None:
    """Return the protocol of a group whose members can follow what is in the words.

    A letter is a protocol; the first of a word is what the member prefers.
    """
    group = await new_group(broker)
    members = [await group.member(protocols(letters)) for letters in preferred]
    return (await group.rebalance(members))[0].protocol_name


def protocols(letters: str) -> Protocols:
    """Return protocols named by a letter each."""
    return {letter: subscription(letter) for letter in letters}


@case(
    "groups.join.protocol.common",
    level=MUST,
    cites="Kafka protocol guide, JoinGroup: a protocol that all members can follow",
    apis=MEMBERS,
)
async def test_the_protocol_is_one_that_all_can_follow(
    broker: Subject, version: int
) -> None:
    """Of several protocols the one that every member knows is chosen, even if none
    prefers it, and the leader is told the metadata for it."""
    group = await new_group(broker)
    members = [await group.member(protocols(letters)) for letters in ("ac", "bc")]
    first = (await group.rebalance(members))[0]
    expect("the protocol", first.protocol_name, "c")
    expect("metadata", {it.metadata for it in first.members}, {subscription("c")})
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.join.protocol.majority",
    level=SHOULD,
    cites="Apache Kafka: each member votes for the first protocol that all know",
    apis=MEMBERS,
)
async def test_the_protocol_most_members_prefer_is_chosen(broker: Subject) -> None:
    """Among the protocols that all know, most members' favourite wins."""
    chosen = await protocol_chosen(broker, "ab", "ba", "xba"[1:])
    expect("the protocol", chosen, "b")
    expect("of one", await protocol_chosen(broker, "ba"), "b")


@case(
    "groups.join.inconsistent",
    level=MUST,
    cites="error 23 INCONSISTENT_GROUP_PROTOCOL",
    apis=MEMBERS,
)
async def test_who_has_no_protocol_in_common_is_refused(
    broker: Subject, version: int
) -> None:
    """A member without a protocol all can follow, or of another protocol type, does
    not join; the group goes on undisturbed."""
    group = await new_group(broker)
    (first,) = await group.stable()
    stranger = await group.member({"other": subscription("t")})
    came = await stranger.join()
    expect_nothing_joined(came, Error.INCONSISTENT_GROUP_PROTOCOL, version)
    came = await (await group.member()).join(protocol_type="connect")
    expect_nothing_joined(came, Error.INCONSISTENT_GROUP_PROTOCOL, version)
    expect_error(await first.heartbeat(), Error.NONE)


@case(
    "groups.join.no-protocols",
    level=MUST,
    cites="KAFKA-6005; error 23 INCONSISTENT_GROUP_PROTOCOL",
    apis={"JoinGroup": "4+"},  # of 2.2
)
async def test_a_member_names_its_type_and_a_protocol(
    broker: Subject, version: int
) -> None:
    """Who names no protocol, or no type of protocol, begins no group."""
    group = await new_group(broker)
    for changes in ({"protocols": ()}, {"protocol_type": ""}):
        came = await (await group.member()).join(**changes)
        expect_nothing_joined(came, Error.INCONSISTENT_GROUP_PROTOCOL, version)


@case(
    "groups.join.session-timeout",
    level=MUST,
    cites="group.min.session.timeout.ms; error 26 INVALID_SESSION_TIMEOUT",
    apis={"JoinGroup": "0+"},
)
async def test_session_timeouts_have_bounds(broker: Subject, version: int) -> None:
    """A session time-out outside of the broker's bounds is refused."""
    broker.need_bound("group.max.session.timeout.ms")
    group = await new_group(broker)
    for timeout_ms in (0, 2_147_483_647):
        came = await (await group.member()).join(session_timeout_ms=timeout_ms)
        expect_nothing_joined(came, Error.INVALID_SESSION_TIMEOUT, version)


@case(
    "groups.join.invalid-group",
    level=MUST,
    cites="error 24 INVALID_GROUP_ID",
    apis={"JoinGroup": "0+"},
)
async def test_a_group_to_join_has_a_name(broker: Subject, version: int) -> None:
    """Nobody joins the group with the empty name."""
    member = await (await new_group(broker)).member()
    came = await member.join(group_id="")
    expect_nothing_joined(came, Error.INVALID_GROUP_ID, version)


@case(
    "groups.join.unknown-member",
    level=MUST,
    cites="error 25 UNKNOWN_MEMBER_ID",
    apis=MEMBERS,
)
async def test_who_claims_an_id_it_was_not_given_is_refused(
    broker: Subject, version: int
) -> None:
    """A member id that the coordinator has not given is unknown, in a group that is
    not there as in one that is; the answer repeats the id."""
    group = await new_group(broker)
    stranger = await group.member()
    for is_there in (False, True):
        if is_there:
            await group.stable()
        came = await stranger.join(member_id="nobody")
        expect_nothing_joined(came, Error.UNKNOWN_MEMBER_ID, version)
        expect("the member id", came.member_id, "nobody")


@case(
    "groups.join.two-groups",
    level=MUST,
    cites="Kafka documentation, Consumers: groups are apart",
    apis=MEMBERS,
)
async def test_two_groups_know_nothing_of_each_other(
    broker: Subject, version: int
) -> None:
    """Two groups have members, generations and assignments of their own; a member of
    one is a stranger to the other."""
    one, two = await new_group(broker), await new_group(broker)
    a, b = await one.stable(2)
    (c,) = await two.stable()
    expect("generations", (a.generation, b.generation, c.generation), (2, 2, 1))
    expect_error(await c.heartbeat(group_id=one.name), Error.UNKNOWN_MEMBER_ID)
    expect_error(await c.heartbeat(), Error.NONE)
    expect("members", len((await one.describe()).members), 2)
    expect("members", len((await two.describe()).members), 1)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)
