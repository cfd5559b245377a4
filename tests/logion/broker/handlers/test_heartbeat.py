from __future__ import annotations

from logion.protocol.errors import Error

from tests.logion.broker.running import running
from tests.logion.group.members import members, together


async def test_a_member_hears_that_all_is_well() -> None:
    async with running() as broker, members(broker) as (a,):
        assert await a.heartbeat() == Error.UNKNOWN_MEMBER_ID
        await together(broker, a)
        assert await a.heartbeat() == Error.NONE


async def test_a_group_has_a_name() -> None:
    async with running() as broker, members(broker) as (a,):
        a.group = ""
        assert await a.heartbeat() == Error.INVALID_GROUP_ID
