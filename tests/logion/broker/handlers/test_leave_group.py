from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.leave_group import LeaveGroupRequest, MemberIdentity

from tests.logion.broker.running import running
from tests.logion.group.members import members, together


@pytest.mark.parametrize("version", range(3))
async def test_one_member_leaves(version: int) -> None:
    async with running() as broker, members(broker) as (a,):
        await together(broker, a)
        request = LeaveGroupRequest(group_id="g", member_id=a.id)
        assert (await a.ask(request, version)).error_code == Error.NONE
        again = await a.ask(request, version)
        assert again.error_code == Error.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize("version", range(3, 6))
async def test_several_leave_each_with_an_error_of_its_own(version: int) -> None:
    async with running() as broker, members(broker) as (a,):
        await together(broker, a)
        who = [MemberIdentity(member_id=it) for it in (a.id, "z")]
        request = LeaveGroupRequest(group_id="g", members=tuple(who))
        answer = await a.ask(request, version)
        assert answer.error_code == Error.NONE
        told = [(it.member_id, it.error_code) for it in answer.members]
        assert told == [(a.id, 0), ("z", Error.UNKNOWN_MEMBER_ID)]


async def test_nobody_leaves_a_group_that_is_not_there() -> None:
    async with running() as broker, members(broker) as (a,):
        who = (MemberIdentity(member_id="z"),)
        answer = await a.ask(LeaveGroupRequest(group_id="g", members=who), 5)
        assert answer.error_code == Error.NONE
        assert answer.members[0].error_code == Error.UNKNOWN_MEMBER_ID
        unnamed = await a.ask(LeaveGroupRequest(group_id="", members=who), 5)
        assert unnamed.error_code == Error.INVALID_GROUP_ID
