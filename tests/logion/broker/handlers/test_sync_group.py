from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.sync_group import SyncGroupRequest

from tests.logion.broker.running import running
from tests.logion.group.members import members, together


async def test_from_v5_on_a_member_says_what_it_believes() -> None:
    async with running() as broker, members(broker) as (a,):
        await together(broker, a)
        request = SyncGroupRequest(
            group_id="", generation_id=1, member_id=a.id, assignments=()
        )
        refused = await a.ask(request, 5)
        assert refused.error_code == Error.INCONSISTENT_GROUP_PROTOCOL
        assert (await a.ask(request, 4)).error_code == Error.INVALID_GROUP_ID


async def test_a_member_of_no_group_is_unknown() -> None:
    async with running() as broker, members(broker) as (a,):
        a.id = "z"
        refused = await a.sync()
        assert refused.error_code == Error.UNKNOWN_MEMBER_ID
        assert (refused.assignment, refused.protocol_name) == (b"", None)
