"""Members of groups, for tests: each has its own connection to a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import trio
import trio.lowlevel
from logion.client.connection import Connection, Options, connect
from logion.group.classic.state import State
from logion.names import TopicPartition
from logion.protocol.embedded import subscription_bytes
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.messages.heartbeat import HeartbeatRequest
from logion.protocol.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
)
from logion.protocol.messages.leave_group import LeaveGroupRequest, MemberIdentity
from logion.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestTopic,
)
from logion.protocol.messages.sync_group import (
    SyncGroupRequest,
    SyncGroupRequestAssignment,
)
from logion.protocol.releases import release as release_named

from tests.logion.broker.running import Running, ask

SESSION_MS = 10_000
REBALANCE_MS = 30_000

NEWEST_FETCH_BY_GROUP = 7
NEWEST_COMMIT_BY_NAME = 9


def subscription(*topics: str) -> bytes:
    """Return what a consumer sends as its metadata."""
    return subscription_bytes(topics)


@dataclass
class Member:
    """One client of a group."""

    client: Connection
    group: str = "g"
    id: str = ""
    generation: int = -1
    instance: str | None = None

    async def ask(self, request: Any, version: int | None = None) -> Any:
        """Return the answer to any request."""
        return await ask(self.client, request, version)

    async def join(self, version: int | None = None, **fields: Any) -> Any:
        """Join, or join again, with the id that the broker asks for."""
        answer = await self._join(version, fields)
        if answer.error_code == 79:  # MEMBER_ID_REQUIRED
            self.id = answer.member_id
            answer = await self._join(version, fields)
        if answer.error_code == 0:
            self.id, self.generation = answer.member_id, answer.generation_id
        return answer

    async def _join(self, version: int | None, fields: Mapping[str, Any]) -> Any:
        known = JoinGroupRequestProtocol(name="range", metadata=subscription("t"))
        chosen: dict[str, Any] = {
            "session_timeout_ms": SESSION_MS,
            "rebalance_timeout_ms": REBALANCE_MS,
            "protocol_type": "consumer",
            "protocols": (known,),
            "group_instance_id": self.instance,
            **fields,
        }
        request = JoinGroupRequest(group_id=self.group, member_id=self.id, **chosen)
        return await self.ask(request, version)

    async def sync(
        self, parts: Mapping[str, bytes] | None = None, protocol: str = "range"
    ) -> Any:
        """Ask for its work; the leader gives `parts`."""
        rows = tuple(
            SyncGroupRequestAssignment(member_id=key, assignment=data)
            for key, data in (parts or {}).items()
        )
        request = SyncGroupRequest(
            group_id=self.group,
            generation_id=self.generation,
            member_id=self.id,
            group_instance_id=self.instance,
            protocol_type="consumer",
            protocol_name=protocol,
            assignments=rows,
        )
        return await self.ask(request)

    async def heartbeat(self) -> int:
        """Say that it lives; return the error it is told."""
        request = HeartbeatRequest(
            group_id=self.group,
            generation_id=self.generation,
            member_id=self.id,
            group_instance_id=self.instance,
        )
        code: int = (await self.ask(request)).error_code
        return code

    async def leave(self) -> Any:
        """Leave."""
        who = MemberIdentity(member_id=self.id, group_instance_id=self.instance)
        request = LeaveGroupRequest(group_id=self.group, members=(who,))
        return await self.ask(request, 4)

    async def commit(
        self, offset: int, topic: str = "t", version: int | None = None, **fields: Any
    ) -> int:
        """Commit an offset of partition 0; return the error it is told."""
        row = OffsetCommitRequestPartition(
            partition_index=0, committed_offset=offset, committed_metadata="m"
        )
        rows = (OffsetCommitRequestTopic(name=topic, partitions=(row,)),)
        request = OffsetCommitRequest(
            group_id=self.group,
            generation_id_or_member_epoch=self.generation,
            member_id=self.id,
            group_instance_id=self.instance,
            topics=rows,
            **fields,
        )
        newest = min(self.client.versions.newest(8), NEWEST_COMMIT_BY_NAME)
        answer = await self.ask(request, newest if version is None else version)
        code: int = answer.topics[0].partitions[0].error_code
        return code

    async def committed(self, topic: str = "t", version: int | None = None) -> Any:
        """Return what is committed for partition 0."""
        rows = (OffsetFetchRequestTopic(name=topic, partition_indexes=(0,)),)
        newest = min(self.client.versions.newest(9), NEWEST_FETCH_BY_GROUP)
        chosen = newest if version is None else version
        request = OffsetFetchRequest(group_id=self.group, topics=rows)
        return (await self.ask(request, chosen)).topics[0].partitions[0]


@asynccontextmanager
async def members(
    broker: Running, count: int = 1, group: str = "g"
) -> AsyncIterator[list[Member]]:
    """Give clients of a broker whose `__consumer_offsets` is there."""
    played = release_named(str(broker.state.release))
    options = Options(
        timeout_s=10, negotiation_timeout_s=0.1, fallback=played, is_exact=True
    )
    opened = [await connect(broker.address, options) for _ in range(count)]
    try:
        find = FindCoordinatorRequest(key=group, coordinator_keys=())
        newest = min(opened[0].versions.newest(10), 3)
        assert (await ask(opened[0], find, newest)).error_code == 0
        yield [Member(it, group) for it in opened]
    finally:
        for it in opened:
            await it.aclose()


async def settle(broker: Running, group: str, state: State) -> None:
    """Return once a group is in a state."""
    with trio.fail_after(10):
        while state_of(broker, group) is not state:
            await trio.lowlevel.checkpoint()


def state_of(broker: Running, group: str) -> State:
    """Return the state of a group; Dead if it is not there."""
    _, cell = broker.state.groups.find(group)
    return State.DEAD if cell is None else cell.classic.state


def offsets_of(broker: Running, group: str) -> dict[TopicPartition, int]:
    """Return what a group has committed."""
    _, cell = broker.state.groups.find(group)
    return {} if cell is None else {it: o.offset for it, o in cell.offsets.items()}


async def together(broker: Running, *who: Member) -> None:
    """Let members join one generation and share the work."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(who[0].join)
        await settle_members(broker, who[0].group, 1)
        for it in who[1:]:
            nursery.start_soon(it.join)
        if len(who) > 1:
            await settle_members(broker, who[0].group, len(who))
            nursery.start_soon(who[0].join)
    parts = {it.id: it.id.encode() for it in who}
    async with trio.open_nursery() as nursery:
        for it in who:
            nursery.start_soon(it.sync, parts)


async def settle_members(broker: Running, group: str, count: int) -> None:
    """Return once a group has so many members."""
    with trio.fail_after(10):
        while True:
            _, cell = broker.state.groups.find(group)
            if cell is not None and len(cell.classic.members) >= count:
                return
            await trio.lowlevel.checkpoint()
