"""Consumer groups on a broker: served, stored, loaded, timed, migrated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from logion.group.classic.state import State
from logion.group.consumer.state import ConsumerGroup, GroupState
from logion.group.consumer.state import Member as ConsumerMember
from logion.group.views import group_views
from logion.names import TopicPartition
from logion.protocol.embedded import assignment_bytes
from logion.protocol.errors import Error
from logion.protocol.messages.consumer_group_describe import (
    ConsumerGroupDescribeRequest,
    DescribedGroup,
)
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
)
from logion.protocol.messages.delete_groups import DeleteGroupsRequest
from logion.protocol.messages.describe_groups import DescribeGroupsRequest
from logion.protocol.messages.list_groups import ListGroupsRequest
from logion.testing.clock import FakeClock

from tests.logion.broker.running import Running, World, running
from tests.logion.group.members import Member, members, state_of, together

QUICK = {"group.consumer.assignment.interval.ms": "0"}


async def beat(
    member: Member, member_id: str, epoch: int, version: int = 1, **fields: Any
) -> ConsumerGroupHeartbeatResponse:
    first = {
        "rebalance_timeout_ms": 60_000,
        "subscribed_topic_names": ("t",),
        "topic_partitions": (),
    }
    request = ConsumerGroupHeartbeatRequest(
        group_id=member.group,
        member_id=member_id,
        member_epoch=epoch,
        **({**first, **fields} if epoch == 0 else fields),
    )
    answer: ConsumerGroupHeartbeatResponse = await member.ask(request, version)
    return answer


def count_of(answer: ConsumerGroupHeartbeatResponse) -> int:
    """Return how many partitions an answer tells of."""
    assert answer.assignment is not None
    return sum(len(it.partitions) for it in answer.assignment.topic_partitions)


def group_of(broker: Running) -> ConsumerGroup:
    _, cell = broker.state.groups.find("g")
    assert cell is not None
    assert cell.consumer is not None
    return cell.consumer


async def described(member: Member, version: int = 1) -> DescribedGroup:
    request = ConsumerGroupDescribeRequest(
        group_ids=(member.group,), include_authorized_operations=True
    )
    (group,) = (await member.ask(request, version)).groups
    assert isinstance(group, DescribedGroup)
    return group


async def test_a_member_joins_commits_is_described_and_leaves() -> None:
    async with running(QUICK) as broker, members(broker) as (a,):
        await broker.create("t", 3)
        joined = await beat(a, "m", 0)
        assert (joined.error_code, count_of(joined)) == (Error.NONE, 3)
        a.id, a.generation = "m", joined.member_epoch
        assert await a.commit(4, version=9) == Error.NONE
        a.generation += 1
        assert await a.commit(5, version=9) == Error.STALE_MEMBER_EPOCH
        found = await described(a, 0)
        assert (found.group_state, len(found.members)) == ("Stable", 1)
        (view,) = group_views(broker.state.groups)
        assert (view.type, view.members[0].topics) == ("consumer", ("t",))
        assert view.members[0].assigned == tuple(
            TopicPartition("t", i) for i in range(3)
        )
        listed = await a.ask(
            ListGroupsRequest(states_filter=("STABLE",), types_filter=("Consumer",)), 5
        )
        assert [it.group_type for it in listed.groups] == ["consumer"]
        classic = await a.ask(DescribeGroupsRequest(groups=("g",)), 6)
        assert classic.groups[0].error_code == Error.GROUP_ID_NOT_FOUND
        delete = DeleteGroupsRequest(groups_names=("g",))
        answer = await a.ask(delete)
        assert answer.results[0].error_code == Error.NON_EMPTY_GROUP
        assert (await beat(a, "m", -1)).member_epoch == -1
        assert group_of(broker).state is GroupState.EMPTY
        answer = await a.ask(delete)
        assert answer.results[0].error_code == Error.NONE
        assert (await described(a)).error_code == Error.GROUP_ID_NOT_FOUND


async def test_a_client_of_version_0_is_given_an_id() -> None:
    async with running(QUICK) as broker, members(broker) as (a,):
        joined = await beat(a, "", 0, version=0)
        assert joined.member_id is not None
        assert len(joined.member_id) == 22
        assert (await beat(a, "", 0)).error_code == Error.INVALID_REQUEST


@pytest.mark.parametrize("release", ["4.0", "4.1", "4.3"])
async def test_a_group_goes_on_after_a_restart(release: str) -> None:
    world = World()
    async with running(QUICK, release=release, world=world) as broker:
        await broker.create("t", 4)
        async with members(broker) as (a,):
            await beat(a, "m", 0)
            await beat(a, "n", 0, subscribed_topic_names=(), subscribed_topic_regex="t")
            before = group_of(broker)
    async with (
        running(QUICK, release=release, world=world) as broker,
        members(broker) as (a,),
    ):
        after = group_of(broker)
        assert after.members == before.members
        assert (after.epoch, after.targets) == (before.epoch, before.targets)
        epoch = after.members["m"].epoch
        assert (await beat(a, "m", epoch)).error_code == Error.NONE


async def test_a_silent_member_is_out_when_its_session_ends() -> None:
    async with running(QUICK) as broker, members(broker) as (a,):
        await broker.create("t")
        epoch = (await beat(a, "m", 0)).member_epoch
        assert isinstance(broker.clock, FakeClock)
        broker.clock.advance(45_000)
        broker.state.groups.on_time()
        assert group_of(broker).members == {}
        assert (await beat(a, "m", epoch)).error_code == Error.UNKNOWN_MEMBER_ID


async def test_a_group_of_another_protocol_or_none_is_not_found() -> None:
    settings = {"group.consumer.migration.policy": "disabled"}
    async with running(settings) as broker, members(broker) as (a,):
        await broker.create("t")
        assert (await beat(a, "m", 3)).error_code == Error.GROUP_ID_NOT_FOUND
        await together(broker, a)
        for epoch in (0, 3, -1):
            answer = await beat(a, "m", epoch)
            assert answer.error_code == Error.GROUP_ID_NOT_FOUND
        assert (await described(a)).error_code == Error.GROUP_ID_NOT_FOUND
        assert state_of(broker, "g") is State.STABLE


async def test_a_classic_group_takes_new_members_and_is_classic_again_after_them() -> (
    None
):
    async with running(QUICK) as broker, members(broker, 2) as (a, b):
        await broker.create("t", 4)
        await a.join()
        work = [TopicPartition("t", it) for it in range(4)]
        await a.sync({a.id: assignment_bytes(work)})
        joined = await beat(b, "m", 0)
        assert joined.error_code == Error.NONE
        assert set(group_of(broker).members) == {a.id, "m"}
        assert await a.heartbeat() == Error.REBALANCE_IN_PROGRESS
        assert (await a.join()).error_code == Error.NONE
        assert (await a.sync()).error_code == Error.NONE
        assert await a.heartbeat() == Error.NONE
        answer = await beat(b, "m", joined.member_epoch)
        assert answer.error_code == Error.NONE
        assert (await beat(b, "m", -1)).error_code == Error.NONE
        _, cell = broker.state.groups.find("g")
        assert cell is not None
        assert cell.consumer is None
        assert list(cell.classic.members) == [a.id]
        assert (await a.join()).error_code == Error.NONE
        await a.leave()


async def test_an_empty_group_takes_members_of_either_protocol() -> None:
    async with running(QUICK) as broker, members(broker) as (a,):
        await broker.create("t")
        await beat(a, "m", 0)
        await beat(a, "m", -1)
        await together(broker, a)
        assert state_of(broker, "g") is State.STABLE
        await a.leave()
        assert (await beat(a, "m", 0)).error_code == Error.NONE
        assert set(group_of(broker).members) == {"m"}


async def test_the_protocol_can_be_switched_off() -> None:
    settings = {"group.coordinator.rebalance.protocols": "classic"}
    async with running(settings) as broker, members(broker) as (a,):
        assert (await beat(a, "m", 0)).error_code == Error.UNSUPPORTED_VERSION
        assert (await described(a)).error_code == Error.UNSUPPORTED_VERSION


async def test_no_record_is_needed_to_say_that_a_member_lives() -> None:
    async with running(QUICK) as broker, members(broker) as (a,):
        await broker.create("t")
        epoch = (await beat(a, "m", 0)).member_epoch
        shard = broker.state.groups.shards.of("g")
        end_offset = shard.partition.log.end_offset
        await beat(a, "m", epoch)
        assert shard.partition.log.end_offset == end_offset


async def test_a_pattern_that_nobody_can_read_is_told_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running(QUICK) as broker, members(broker) as (a,):
        await broker.create("t")
        joined = await beat(a, "m", 0)
        _, cell = broker.state.groups.find("g")
        assert cell is not None
        odd = ConsumerMember("odd", topic_pattern=r"\p{Greek}")
        group = group_of(broker)
        cell.consumer = replace(group, members={**group.members, "odd": odd})
        await beat(a, "m", joined.member_epoch)
    assert r"group g: INVALID_REGULAR_EXPRESSION" in caplog.text
    assert r"\p{Greek}" in caplog.text
