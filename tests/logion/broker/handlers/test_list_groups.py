from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.list_groups import ListGroupsRequest

from tests.logion.broker.running import running
from tests.logion.group.members import members, together


@pytest.mark.parametrize("version", range(6))
async def test_every_group_is_listed(version: int) -> None:
    async with (
        running() as broker,
        members(broker) as (a,),
        members(broker, 1, "h") as (b,),
    ):
        await broker.create("t")
        await together(broker, a)
        await b.commit(5)
        answer = await a.ask(ListGroupsRequest(), version)
        told = {it.group_id: it.protocol_type for it in answer.groups}
        assert told == {"g": "consumer", "h": ""}
        states = {it.group_id: it.group_state for it in answer.groups}
        known = {"g": "Stable", "h": "Empty"}
        assert states == (known if version >= 4 else dict.fromkeys(known, ""))


@pytest.mark.parametrize(
    ("states", "types", "listed"),
    [
        (("stable",), (), ["g"]),
        (("EMPTY",), (), ["h"]),
        (("Dead",), (), []),
        ((), ("classic",), ["g", "h"]),
        ((), ("consumer",), []),
        (("Stable", "Empty"), ("Classic",), ["g", "h"]),
    ],
)
async def test_states_and_types_choose(
    states: tuple[str, ...], types: tuple[str, ...], listed: list[str]
) -> None:
    async with (
        running() as broker,
        members(broker) as (a,),
        members(broker, 1, "h") as (b,),
    ):
        await broker.create("t")
        await together(broker, a)
        await b.commit(5)
        request = ListGroupsRequest(states_filter=states, types_filter=types)
        answer = await a.ask(request, 5)
        assert sorted(it.group_id for it in answer.groups) == listed


@pytest.mark.parametrize(("release", "listed"), [("3.7", []), ("3.8", ["g"])])
async def test_since_3_8_states_are_named_in_any_case(
    release: str, listed: list[str]
) -> None:
    async with running(release=release) as broker, members(broker) as (a,):
        await broker.create("t")
        await together(broker, a)
        answer = await a.ask(ListGroupsRequest(states_filter=("stable",)), 4)
        assert [it.group_id for it in answer.groups] == listed


async def test_what_is_not_loaded_yet_is_said() -> None:
    async with running() as broker, members(broker) as (a,):
        broker.state.groups.shards.of("g").is_loaded = False
        answer = await a.ask(ListGroupsRequest())
        assert answer.error_code == Error.COORDINATOR_LOAD_IN_PROGRESS
