from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.delete_groups import DeleteGroupsRequest

from tests.logion.broker.running import running
from tests.logion.group.members import members, offsets_of, together


async def test_each_group_has_an_error_of_its_own() -> None:
    async with (
        running() as broker,
        members(broker) as (a,),
        members(broker, 1, "h") as (b,),
    ):
        await broker.create("t")
        await together(broker, a)
        await b.commit(5)
        names = ("g", "h", "nobody", "h")
        answer = await a.ask(DeleteGroupsRequest(groups_names=names))
        told = [(it.group_id, it.error_code) for it in answer.results]
        assert told == [
            ("g", Error.NON_EMPTY_GROUP),
            ("h", Error.NONE),
            ("nobody", Error.GROUP_ID_NOT_FOUND),
        ]
        assert offsets_of(broker, "h") == {}
