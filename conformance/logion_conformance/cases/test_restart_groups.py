"""What a broker still has after it was stopped, or killed: groups and their offsets."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_success
from logion_conformance.groups import Group, Member, group_named, new_group
from logion_conformance.provisioner import How, Provisioner
from logion_conformance.subject import Subject

OFFSETS = {"OffsetCommit": "1+", "OffsetFetch": "1+", "FindCoordinator": "0+"}
MEMBERS = {"JoinGroup": "0+", "SyncGroup": "0+", "Heartbeat": "0+"}

stopped_and_killed = pytest.mark.parametrize("how", ["stop", "kill"])


async def moved(group: Group, member: Member) -> Member:
    """Return a member as it was, on a connection to the coordinator after a restart."""
    new = await group.member(member.protocols)
    new.member_id, new.generation = member.member_id, member.generation
    return new


@case(
    "restart.committed",
    level=MUST,
    cites="Kafka documentation, Offset Tracking",
    apis=OFFSETS,
)
@stopped_and_killed
async def test_committed_offsets_are_kept(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """The last offset that was committed is fetched after a restart, its metadata
    too."""
    topic = await broker.topic()
    group = await new_group(broker)
    for offset in (3, 7):
        code = await group.commit(topic, offset, metadata=f"at {offset}")
        expect_success(code, "the error code of the commit")
    await provisioner.restart(how)
    await broker.again(topic)
    fetched = await (await group_named(broker, group.name)).committed(topic)
    expect("the offset", fetched.committed_offset, 7)
    expect("the metadata", fetched.metadata, "at 7")


@case(
    "restart.groups.members",
    level=SHOULD,
    cites="Apache Kafka: groups are read back from their topic, with their members",
    apis=MEMBERS,
)
@stopped_and_killed
async def test_members_outlive_their_coordinator(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """A Stable group is Stable after a restart: a member goes on with its id and its
    generation, and need not join again."""
    group = await new_group(broker)
    (member,) = await group.stable()
    await provisioner.restart(how)
    again = await moved(await group_named(broker, group.name), member)
    expect_success(await again.heartbeat(), "the error code of the heartbeat")
    expect_error(
        await again.heartbeat(generation_id=member.generation + 1),
        Error.ILLEGAL_GENERATION,
    )


@case(
    "restart.groups.silent-member",
    level=SHOULD,
    cites="Kafka documentation, session.timeout.ms",
    apis=MEMBERS,
)
async def test_a_member_that_does_not_come_back_is_removed(
    broker: Subject, provisioner: Provisioner
) -> None:
    """The sessions of members go on after a restart: who is silent is removed."""
    if not broker.advertises("DescribeGroups"):
        pytest.skip("the broker does not advertise DescribeGroups")
    group = await new_group(broker)
    member = await group.member()
    await member.enter(session_timeout_ms=provisioner.session_ms)
    await member.sync({member.member_id: b""})
    await provisioner.restart("kill")
    group = await group_named(broker, group.name)
    await group.until_members(0)
    again = await moved(group, member)
    expect_error(await again.heartbeat(), Error.UNKNOWN_MEMBER_ID)
