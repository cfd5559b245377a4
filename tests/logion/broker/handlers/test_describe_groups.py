from __future__ import annotations

import pytest
from logion.broker.permissions import GROUP_OPERATIONS, NOT_ASKED
from logion.group.classic.state import State
from logion.protocol.errors import Error
from logion.protocol.messages.describe_groups import DescribeGroupsRequest

from tests.logion.broker.running import running
from tests.logion.group.members import members, subscription, together


async def test_a_stable_group_tells_what_its_members_read() -> None:
    async with running() as broker, members(broker) as (a,):
        await together(broker, a)
        answer = await a.ask(DescribeGroupsRequest(groups=("g",)))
        (group,) = answer.groups
        assert (group.error_code, group.group_state) == (0, "Stable")
        assert (group.protocol_type, group.protocol_data) == ("consumer", "range")
        (member,) = group.members
        assert (member.member_id, member.client_host) == (a.id, "/127.0.0.1")
        assert member.member_metadata == subscription("t")
        assert member.member_assignment == a.id.encode()


@pytest.mark.parametrize(
    ("release", "name"), [("0.11.0", "AwaitingSync"), ("1.1", "CompletingRebalance")]
)
async def test_until_it_is_stable_only_its_members_are_told(
    release: str, name: str
) -> None:
    async with running(release=release) as broker, members(broker) as (a,):
        await a.join()
        answer = await a.ask(DescribeGroupsRequest(groups=("g",)))
        (group,) = answer.groups
        assert (group.group_state, group.protocol_data) == (name, "")
        (member,) = group.members
        assert (member.member_metadata, member.member_assignment) == (b"", b"")


@pytest.mark.parametrize("version", range(7))
async def test_a_group_that_is_not_there_is_dead_and_from_v6_on_not_found(
    version: int,
) -> None:
    async with running() as broker, members(broker) as (a,):
        answer = await a.ask(DescribeGroupsRequest(groups=("nobody",)), version)
        (group,) = answer.groups
        not_found = version >= 6
        assert group.group_state == "Dead"
        assert group.error_code == (Error.GROUP_ID_NOT_FOUND if not_found else 0)
        assert group.error_message == (
            "there is no group 'nobody'" if not_found else None
        )


async def test_what_the_client_may_do_is_told_if_it_asks() -> None:
    async with running() as broker, members(broker) as (a,):
        await together(broker, a)
        for asked, told in ((True, GROUP_OPERATIONS), (False, NOT_ASKED)):
            request = DescribeGroupsRequest(
                groups=("g",), include_authorized_operations=asked
            )
            answer = await a.ask(request, 5)
            assert answer.groups[0].authorized_operations == told


async def test_while_groups_are_loaded_nothing_is_told() -> None:
    async with running() as broker, members(broker) as (a,):
        broker.state.groups.shards.of("g").is_loaded = False
        answer = await a.ask(DescribeGroupsRequest(groups=("g",)), 5)
        (group,) = answer.groups
        assert group.error_code == Error.COORDINATOR_LOAD_IN_PROGRESS
        assert group.group_state == ""


async def test_until_0_10_0_a_group_of_offsets_alone_is_none() -> None:
    async with running(release="0.10.0") as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(5)
        answer = await a.ask(DescribeGroupsRequest(groups=("g",)))
        assert answer.groups[0].group_state == State.DEAD.value
