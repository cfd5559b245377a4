from __future__ import annotations

import re

import pytest
from logion.protocol.errors import Error

from tests.logion.broker.running import running
from tests.logion.group.members import members, together

MEMBER_ID = r"[\w-]*-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


@pytest.mark.parametrize("version", range(10))
async def test_a_client_joins_in_every_version(version: int) -> None:
    async with running(release="3.9") as broker, members(broker) as (a,):
        joined = await a.join(version)
        assert (joined.error_code, joined.generation_id) == (0, 1)
        assert (joined.leader, joined.member_id) == (a.id, a.id)
        assert joined.protocol_name == "range"
        assert joined.protocol_type == ("consumer" if version >= 7 else None)
        assert re.fullmatch(MEMBER_ID, a.id)


async def test_a_static_member_is_called_after_its_instance() -> None:
    async with running() as broker, members(broker) as (a,):
        a.instance = "inst"
        await a.join()
        assert a.id.startswith("inst-")


async def test_before_v1_the_rebalance_may_take_a_session() -> None:
    async with running(release="3.9") as broker, members(broker) as (a,):
        await a.join(0, rebalance_timeout_ms=-1)
        _, cell = broker.state.groups.find("g")
        assert cell is not None
        assert cell.classic.rebalance_timeout_ms == 10_000


@pytest.mark.parametrize("version", [0, 6, 7, 9])
async def test_a_refusal_has_no_generation(version: int) -> None:
    async with running(release="3.9") as broker, members(broker) as (a,):
        refused = await a.join(version, session_timeout_ms=5)
        assert refused.error_code == Error.INVALID_SESSION_TIMEOUT
        assert (refused.generation_id, refused.leader) == (-1, "")
        assert refused.protocol_name == (None if version >= 7 else "")
        assert refused.members == ()


async def test_a_group_has_a_name() -> None:
    async with running() as broker, members(broker) as (a,):
        a.group = ""
        assert (await a.join()).error_code == Error.INVALID_GROUP_ID


async def test_a_member_of_no_group_is_unknown() -> None:
    async with running() as broker, members(broker) as (a,):
        a.id = "z"
        assert (await a.join()).error_code == Error.UNKNOWN_MEMBER_ID


async def test_a_static_leader_that_is_back_is_told_to_skip_the_assignment() -> None:
    async with running() as broker, members(broker, 2) as (a, b):
        a.instance = b.instance = "inst"
        await together(broker, a)
        assert (await b.join(9)).skip_assignment
        assert await a.heartbeat() == Error.FENCED_INSTANCE_ID
