"""What is told of groups, and how they are deleted."""

from __future__ import annotations

import trio
from logion.protocol.errors import Error
from logion.protocol.messages.delete_groups import (
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)
from logion.protocol.messages.describe_groups import (
    DescribedGroup,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
)
from logion.protocol.messages.list_groups import ListGroupsRequest, ListGroupsResponse

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_in
from logion_conformance.groups import Group, new_group, start, subscription
from logion_conformance.subject import Subject

GUIDE = "Kafka protocol guide, DescribeGroups"

DESCRIBE = {"DescribeGroups": "0+", "JoinGroup": "0+", "SyncGroup": "0+"}

UNASKED = -0x8000_0000
"""Authorized operations where they were not asked for."""

UNSYNCED = ("CompletingRebalance", "AwaitingSync")
"""The state between join and sync; before 2.0 it has another name."""


@case(
    "groups.describe.unknown",
    level=MUST,
    cites=f"{GUIDE}; KIP-1043: error 69 GROUP_ID_NOT_FOUND from version 6 on",
    apis={"DescribeGroups": "0+"},
)
async def test_a_group_that_is_not_there_is_dead(broker: Subject, version: int) -> None:
    """A group nobody has heard of has state Dead and no members: without an error
    before version 6, from then on with GROUP_ID_NOT_FOUND and a text."""
    group = await new_group(broker)
    came = await group.describe()
    expect_error(
        came.error_code, Error.GROUP_ID_NOT_FOUND if version >= 6 else Error.NONE
    )
    expect("the group", came.group_id, group.name)
    told = (came.group_state, came.protocol_type, came.protocol_data, came.members)
    expect("what is told", told, ("Dead", "", "", ()))
    expect("whether there is a text", bool(came.error_message), version >= 6)


def told_of(came: DescribedGroup) -> tuple[str, str, str]:
    """Return state, protocol type and protocol of a group."""
    return came.group_state, came.protocol_type, came.protocol_data


@case("groups.describe.stable", level=MUST, cites=GUIDE, apis=DESCRIBE)
async def test_a_stable_group_is_told_with_what_its_members_have(
    broker: Subject, version: int
) -> None:
    """Of a Stable group the protocol is told, and of each member its ids, where it is,
    its metadata for the protocol, and its assignment."""
    group = await new_group(broker)
    both = {"range": subscription("a"), "other": subscription("b")}
    members = await group.stable(2, both)
    came = await group.describe()
    expect_error(came.error_code, Error.NONE)
    expect("the group", told_of(came), ("Stable", "consumer", "range"))
    wanted = {
        (member.member_id, subscription("a"), b"%d" % at)
        for at, member in enumerate(members)
    }
    told = {
        (it.member_id, it.member_metadata, it.member_assignment) for it in came.members
    }
    expect("members, metadata, assignments", told, wanted)
    for member in came.members:
        expect("the client id", member.client_id, broker.cluster.options.client_id)
        expect("where it is", member.client_host[:1], "/")
    expect("operations", came.authorized_operations, UNASKED)
    expect("the version asked in", broker.version("DescribeGroups"), version)


@case("groups.describe.rebalancing", level=MUST, cites=GUIDE, apis=DESCRIBE)
async def test_a_rebalancing_group_is_told_without_a_protocol(
    broker: Subject, version: int
) -> None:
    """While a group rebalances its members are told without their metadata:
    PreparingRebalance while they join, CompletingRebalance until the leader syncs."""
    group = await new_group(broker)
    (first,) = await group.stable()
    second = await group.member()
    async with trio.open_nursery() as nursery:
        later = start(nursery, second.enter)
        came = await group.until_members(2)
        expect("while they join", told_of(came), ("PreparingRebalance", "consumer", ""))
        expect_untold(came)
        await first.enter()
        await later.get()
    came = await group.describe()
    expect_in("until the sync", came.group_state, UNSYNCED)
    expect("type and protocol", told_of(came)[1:], ("consumer", ""))
    expect_untold(came)
    expect("the version asked in", broker.version("DescribeGroups"), version)


def expect_untold(came: DescribedGroup) -> None:
    """Nothing if the metadata of a group's two members is empty."""
    expect("metadata", [it.member_metadata for it in came.members], [b""] * 2)


@case(
    "groups.describe.empty",
    level=MUST,
    cites="KAFKA-2720 (0.10.1): the state Empty",
    apis={
        "DescribeGroups": "0+",
        "JoinGroup": "1+",  # of 0.10.1
        "SyncGroup": "0+",
        "LeaveGroup": "0+",
        "OffsetCommit": "2+",
    },
)
async def test_a_group_without_members_is_empty(broker: Subject, version: int) -> None:
    """A group that has only offsets is Empty and of no type; one whose members have
    left is Empty and keeps its type."""
    topic = await broker.topic()
    group = await new_group(broker)
    await group.commit(topic, 1)
    came = await group.describe()
    expect("with offsets", told_of(came), ("Empty", "", ""))
    (member,) = await group.stable()
    await member.leave()
    came = await group.describe()
    expect("left by all", told_of(came), ("Empty", "consumer", ""))
    expect("the members", came.members, ())
    expect("the version asked in", broker.version("DescribeGroups"), version)


@case("groups.describe.several", level=MUST, cites=GUIDE, apis=DESCRIBE)
async def test_several_groups_are_described_at_once(
    broker: Subject, version: int
) -> None:
    """Each group asked for is told, also one that is not there."""
    one, two = await new_group(broker), await new_group(broker)
    await two.stable()
    names = (broker.name_of_its_own(), two.name, one.name)
    request = DescribeGroupsRequest(groups=names)
    came = await one.connection.call(request, DescribeGroupsResponse)
    told = {it.group_id: it.group_state for it in came.groups}
    wanted = dict(zip(names, ("Dead", "Stable", "Dead"), strict=True))
    expect("states by group", told, wanted)
    expect("the version asked in", broker.version("DescribeGroups"), version)


@case(
    "groups.describe.operations",
    level=MUST,
    cites="KIP-430: authorized operations",
    apis={**DESCRIBE, "DescribeGroups": "3+"},
)
async def test_operations_are_told_if_they_are_asked_for(
    broker: Subject, version: int
) -> None:
    """Without an authorizer everything one can do with a group is allowed: at least to
    read, delete and describe it."""
    group = await new_group(broker)
    await group.stable()
    request = DescribeGroupsRequest(
        groups=(group.name,), include_authorized_operations=True
    )
    answer = await group.connection.call(request, DescribeGroupsResponse)
    (came,) = answer.groups
    least = sum(1 << operation for operation in (3, 6, 8))
    expect("operations", came.authorized_operations & least, least)
    expect("the version asked in", broker.version("DescribeGroups"), version)


# --- the list ------------------------------------------------------------------------

LIST = {"ListGroups": "0+", "JoinGroup": "0+", "SyncGroup": "0+"}


async def listed(
    groups: dict[str, Group], **filters: tuple[str, ...]
) -> dict[str, tuple[str, str, str]]:
    """Return what ListGroups tells of some groups, by the letters they have here."""
    names = {group.name: letter for letter, group in groups.items()}
    connection = next(iter(groups.values())).connection
    came = await connection.call(ListGroupsRequest(**filters), ListGroupsResponse)
    expect_error(came.error_code, Error.NONE)
    return {
        names[it.group_id]: (it.protocol_type, it.group_state, it.group_type)
        for it in came.groups
        if it.group_id in names
    }


@case("groups.list", level=MUST, cites="Kafka protocol guide, ListGroups", apis=LIST)
async def test_groups_are_listed_with_their_protocol_type(
    broker: Subject, version: int
) -> None:
    """The groups of a coordinator are listed: the type of their protocol, from version
    4 on their state, from version 5 on their own type."""
    groups = {"a": await new_group(broker), "b": await new_group(broker)}
    expect("before", await listed(groups), {})
    await groups["a"].stable()
    told = (
        "consumer",
        "Stable" if version >= 4 else "",
        "classic" if version >= 5 else "",
    )
    came = await listed(groups)
    expect(
        "the list",
        {it: (*row[:2], row[2].lower()) for it, row in came.items()},
        {"a": told},
    )


@case(
    "groups.list.states",
    level=MUST,
    cites="KIP-518: ListGroups by state",
    apis={**LIST, "ListGroups": "4+", "OffsetCommit": "2+"},
)
async def test_groups_are_listed_by_state(broker: Subject, version: int) -> None:
    """Only groups in one of the states asked for are listed; a state that does not
    exist is that of none."""
    topic = await broker.topic()
    groups = {"a": await new_group(broker), "b": await new_group(broker)}
    await groups["a"].stable()
    await groups["b"].commit(topic, 1)
    for states, wanted in {
        ("Stable",): "a",
        ("Empty",): "b",
        ("Empty", "Stable"): "ab",
        ("PreparingRebalance",): "",
        ("NoSuchState",): "",
        (): "ab",
    }.items():
        came = await listed(groups, states_filter=states)
        expect(f"groups in {states}", "".join(sorted(came)), wanted)
    expect("the version asked in", broker.version("ListGroups"), version)


@case(
    "groups.list.types",
    level=MUST,
    cites="KIP-848: ListGroups by type",
    apis={**LIST, "ListGroups": "5+"},
)
async def test_groups_are_listed_by_type(broker: Subject, version: int) -> None:
    """Groups of this protocol are classic, in capitals or not; they are no others."""
    groups = {"a": await new_group(broker)}
    await groups["a"].stable()
    for type_, wanted in {"classic": "a", "Classic": "a", "consumer": ""}.items():
        came = await listed(groups, types_filter=(type_,))
        expect(f"groups of type {type_}", "".join(came), wanted)
    expect("the version asked in", broker.version("ListGroups"), version)


# --- deletion ------------------------------------------------------------------------

DELETE = {
    "DeleteGroups": "0+",
    "JoinGroup": "0+",
    "SyncGroup": "0+",
    "LeaveGroup": "0+",
    "OffsetCommit": "2+",
    "OffsetFetch": "1+",
}
KIP_229 = "KIP-229: DeleteGroups"


@case("groups.delete", level=MUST, cites=KIP_229, apis=DELETE)
async def test_a_group_is_deleted_with_its_offsets(
    broker: Subject, version: int
) -> None:
    """A group without members can be deleted: its offsets are gone, and so is it."""
    topic = await broker.topic()
    group = await new_group(broker)
    (member,) = await group.stable()
    await member.commit(topic, 1)
    await member.leave()
    expect_error(await group.delete(), Error.NONE)
    expect("the offset", (await group.committed(topic)).committed_offset, -1)
    expect("the state", (await group.describe()).group_state, "Dead")
    expect_error(await group.delete(), Error.GROUP_ID_NOT_FOUND)
    expect("the version asked in", broker.version("DeleteGroups"), version)


@case(
    "groups.delete.members",
    level=MUST,
    cites=f"{KIP_229}; error 68 NON_EMPTY_GROUP",
    apis={**DELETE, "Heartbeat": "0+"},
)
async def test_a_group_with_members_is_not_deleted(
    broker: Subject, version: int
) -> None:
    """A group that has members stays as it is, offsets and all."""
    topic = await broker.topic()
    group = await new_group(broker)
    (member,) = await group.stable()
    await member.commit(topic, 1)
    expect_error(await group.delete(), Error.NON_EMPTY_GROUP)
    expect_error(await member.heartbeat(), Error.NONE)
    expect("the offset", (await group.committed(topic)).committed_offset, 1)
    expect("the version asked in", broker.version("DeleteGroups"), version)


@case(
    "groups.delete.several",
    level=MUST,
    cites=f"{KIP_229}; error 69 GROUP_ID_NOT_FOUND",
    apis=DELETE,
)
async def test_each_group_is_deleted_for_itself(broker: Subject, version: int) -> None:
    """Of several groups each has its own result."""
    topic = await broker.topic()
    one, two = await new_group(broker), await new_group(broker)
    await one.commit(topic, 1)
    await two.stable()
    nobody = broker.name_of_its_own()
    request = DeleteGroupsRequest(groups_names=(nobody, one.name, two.name))
    came = await one.connection.call(request, DeleteGroupsResponse)
    wanted = {
        nobody: Error.GROUP_ID_NOT_FOUND,
        one.name: Error.NONE,
        two.name: Error.NON_EMPTY_GROUP,
    }
    expect("codes", {it.group_id: it.error_code for it in came.results}, wanted)
    expect("the version asked in", broker.version("DeleteGroups"), version)


@case(
    "groups.delete.joinable-again",
    level=SHOULD,
    cites=f"{KIP_229}: a new group of the name begins at generation 1",
    apis=DELETE,
)
async def test_a_deleted_group_begins_anew(broker: Subject, version: int) -> None:
    """Who joins a group after its deletion is in generation 1 of a new one."""
    group = await new_group(broker)
    (member,) = await group.stable()
    await member.leave()
    expect_error(await group.delete(), Error.NONE)
    (again,) = await group.stable()
    expect("the generation", again.generation, 1)
    expect("the version asked in", broker.version("DeleteGroups"), version)
