"""A small broker that coordinates classic groups: right, or wrong in one known way.

It keeps members and offsets in memory, and what cases about groups need of the rest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import trio
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.delete_groups import (
    DeletableGroupResult,
    DeleteGroupsResponse,
)
from logion.protocol.messages.describe_groups import (
    DescribedGroup,
    DescribedGroupMember,
    DescribeGroupsResponse,
)
from logion.protocol.messages.find_coordinator import FindCoordinatorResponse
from logion.protocol.messages.heartbeat import HeartbeatResponse
from logion.protocol.messages.join_group import (
    JoinGroupResponse,
    JoinGroupResponseMember,
)
from logion.protocol.messages.leave_group import LeaveGroupResponse, MemberResponse
from logion.protocol.messages.offset_commit import (
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)
from logion.protocol.messages.offset_fetch import (
    OffsetFetchResponse,
    OffsetFetchResponsePartition,
    OffsetFetchResponseTopic,
)
from logion.protocol.messages.sync_group import SyncGroupResponse

from tests.logion.client.small_broker import SPOKEN, SmallBroker, serving

GROUPS_SPOKEN = {
    "FindCoordinator": (0, 2),
    "JoinGroup": (2, 5),
    "SyncGroup": (1, 3),
    "Heartbeat": (1, 3),
    "LeaveGroup": (1, 3),
    "OffsetCommit": (2, 7),
    "OffsetFetch": (1, 5),
    "DescribeGroups": (0, 4),
    "DeleteGroups": (0, 1),
}


@dataclass
class SmallMember:
    """A member, and what it told and was assigned."""

    member_id: str
    instance_id: str | None
    protocols: dict[str, bytes]
    rebalance_s: float
    assignment: bytes = b""


@dataclass
class SmallGroup:
    """A group: who is in it, and how far its rebalance is."""

    members: dict[str, SmallMember] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    fenced: dict[str, str] = field(default_factory=dict)
    """Instance by the member id that it had before."""
    state: str = "Empty"
    generation: int = 0
    leader: str = ""
    protocol_type: str = ""
    protocol: str = ""
    turn: trio.Event = field(default_factory=trio.Event)
    """Set when a phase of the rebalance ends."""
    offsets: dict[tuple[str, int], Any] = field(default_factory=dict)

    def next_phase(self, state: str) -> None:
        """Go on, and wake those who wait."""
        self.state = state
        self.turn.set()
        self.turn = trio.Event()

    def common(self, *more: dict[str, bytes]) -> list[str]:
        """Return the protocols that all members, and `more`, can follow."""
        all_told = [*(it.protocols for it in self.members.values()), *more]
        return [name for name in all_told[0] if all(name in it for it in all_told)]


class SmallGroupBroker(SmallBroker):
    """The small broker, with groups."""

    def __init__(self, fault: str = "") -> None:
        super().__init__(fault, spoken={**SPOKEN, **GROUPS_SPOKEN})
        self.groups: dict[str, SmallGroup] = {}
        self.numbers = count()

    def handlers(self) -> dict[str, Callable[[Any], Awaitable[Any]]]:
        return super().handlers() | {
            "FindCoordinator": self.find_coordinator,
            "JoinGroup": self.join,
            "SyncGroup": self.sync,
            "Heartbeat": self.heartbeat,
            "LeaveGroup": self.leave,
            "OffsetCommit": self.commit,
            "OffsetFetch": self.fetch_offsets,
            "DescribeGroups": self.describe,
            "DeleteGroups": self.delete,
        }

    async def find_coordinator(self, request: Any) -> FindCoordinatorResponse:
        del request
        return FindCoordinatorResponse(node_id=0, host="127.0.0.1", port=self.port)

    def group(self, name: str) -> SmallGroup:
        return self.groups.setdefault(name, SmallGroup())

    # --- members ---------------------------------------------------------------------

    async def join(self, request: Any) -> JoinGroupResponse:
        group = self.group(request.group_id)
        try:
            member = self.admitted(group, request)
        except ApiError as failure:
            member_id = request.member_id
            if failure.error is Error.MEMBER_ID_REQUIRED:
                member_id = self.new_id()
                group.pending.add(member_id)
            return refused(failure.error, member_id)
        if not self.is_rebalancing(group, member, request):
            return self.joined_by(group, member)
        group.protocol_type = request.protocol_type
        group.members[member.member_id] = member
        group.joined.add(member.member_id)
        if group.state != "PreparingRebalance":
            group.next_phase("PreparingRebalance")
        await self.gather(group)
        return self.joined_by(group, member)

    def new_id(self) -> str:
        return f"member-{next(self.numbers)}"

    def admitted(self, group: SmallGroup, request: Any) -> SmallMember:
        """Return who asks to join; ApiError if it may not."""
        protocols = {it.name: it.metadata for it in request.protocols}
        fits = group.protocol_type in ("", request.protocol_type)
        if (
            not (fits and group.common(protocols))
            and self.fault != "takes-any-protocol"
        ):
            raise ApiError(Error.INCONSISTENT_GROUP_PROTOCOL)
        member_id, instance_id = request.member_id, request.group_instance_id
        if member_id in group.fenced:
            raise ApiError(Error.FENCED_INSTANCE_ID)
        if not member_id:
            member_id = self.new_member(group, instance_id)
        elif member_id not in group.members and member_id not in group.pending:
            raise ApiError(Error.UNKNOWN_MEMBER_ID)
        group.pending.discard(member_id)
        rebalance_s = request.rebalance_timeout_ms / 1000
        return SmallMember(member_id, instance_id, protocols, rebalance_s)

    def new_member(self, group: SmallGroup, instance_id: str | None) -> str:
        if instance_id is None and self.fault != "joins-without-id":
            raise ApiError(Error.MEMBER_ID_REQUIRED)
        member_id = self.new_id()
        for old in list(group.members.values()):
            if instance_id is not None and old.instance_id == instance_id:
                del group.members[old.member_id]
                group.fenced[old.member_id] = instance_id
                old.member_id = member_id
                group.members[member_id] = old
        return member_id

    def is_rebalancing(
        self, group: SmallGroup, member: SmallMember, request: Any
    ) -> bool:
        """Tell whether a join makes the group gather."""
        known = group.members.get(member.member_id)
        is_same = known is not None and known.protocols == member.protocols
        is_settled = group.state in ("Stable", "CompletingRebalance")
        is_leader = group.leader == request.member_id and group.state == "Stable"
        return not (is_same and is_settled and not is_leader)

    async def gather(self, group: SmallGroup) -> None:
        """Wait until all members have joined; the last one, or time, ends the wait."""
        is_early = self.fault == "answers-joins-at-once"
        if is_early or set(group.members) <= group.joined:
            self.complete(group)
            return
        turn = group.turn
        limit_s = max(it.rebalance_s for it in group.members.values())
        if self.fault == "waits-forever":
            limit_s = 3_600
        with trio.move_on_after(limit_s):
            await turn.wait()
        if not turn.is_set():
            group.members = {it: group.members[it] for it in group.joined}
            self.complete(group)

    def complete(self, group: SmallGroup) -> None:
        if not (self.fault == "reuses-generations" and group.generation):
            group.generation += 1
        if group.leader not in group.members:
            group.leader = min(group.joined)
        group.protocol = (group.common() or ["range"])[0]
        group.joined.clear()
        group.next_phase("CompletingRebalance")

    def joined_by(self, group: SmallGroup, member: SmallMember) -> JoinGroupResponse:
        is_leader = member.member_id == group.leader or self.fault == "has-two-leaders"
        members = tuple(
            JoinGroupResponseMember(
                member_id=it.member_id,
                group_instance_id=it.instance_id,
                metadata=it.protocols.get(group.protocol, b""),
            )
            for it in group.members.values()
        )
        return JoinGroupResponse(
            error_code=0,
            generation_id=group.generation,
            protocol_name=group.protocol,
            leader=member.member_id if is_leader else group.leader,
            member_id=member.member_id,
            members=members if is_leader else (),
        )

    def check(self, request: Any, generation: int) -> SmallGroup:
        """Return the group of a member; ApiError if it is none of it."""
        group = self.group(request.group_id)
        is_fenced = request.member_id in group.fenced
        if is_fenced and self.fault != "forgets-to-fence":
            raise ApiError(Error.FENCED_INSTANCE_ID)
        if not is_fenced and request.member_id not in group.members:
            raise ApiError(Error.UNKNOWN_MEMBER_ID)
        is_stale = generation != group.generation
        if is_stale and self.fault != "takes-any-generation":
            raise ApiError(Error.ILLEGAL_GENERATION)
        return group

    async def sync(self, request: Any) -> SyncGroupResponse:
        try:
            group = self.check(request, request.generation_id)
            await self.assign(group, request)
        except ApiError as failure:
            return SyncGroupResponse(error_code=failure.error, assignment=b"")
        member = group.members.get(request.member_id)
        assignment = member.assignment if member else b""
        return SyncGroupResponse(error_code=0, assignment=assignment)

    async def assign(self, group: SmallGroup, request: Any) -> None:
        """Take the leader's assignments; let others wait for them."""
        if group.state == "Stable":
            return
        if request.member_id == group.leader and group.state != "PreparingRebalance":
            told = {it.member_id: it.assignment for it in request.assignments}
            parts = [told.get(it, b"") for it in group.members]
            if self.fault == "mixes-assignments":
                parts.reverse()
            for member, part in zip(group.members.values(), parts, strict=True):
                member.assignment = part
            group.next_phase("Stable")
        elif self.fault != "syncs-at-once":
            if group.state == "CompletingRebalance":
                await group.turn.wait()
            if group.state == "PreparingRebalance":
                raise ApiError(Error.REBALANCE_IN_PROGRESS)

    async def heartbeat(self, request: Any) -> HeartbeatResponse:
        try:
            group = self.check(request, request.generation_id)
        except ApiError as failure:
            return HeartbeatResponse(error_code=failure.error)
        is_told = group.state == "PreparingRebalance"
        if is_told and self.fault != "rebalances-quietly":
            return HeartbeatResponse(error_code=Error.REBALANCE_IN_PROGRESS)
        return HeartbeatResponse(error_code=0)

    async def leave(self, request: Any) -> LeaveGroupResponse:
        group = self.group(request.group_id)
        rows = []
        for it in request.members:
            error = Error.NONE
            if it.member_id in group.fenced:
                error = Error.FENCED_INSTANCE_ID
            elif it.member_id not in group.members:
                error = Error.UNKNOWN_MEMBER_ID
            elif self.fault != "keeps-who-leaves":
                await self.remove(group, it.member_id)
            row = MemberResponse(
                member_id=it.member_id,
                group_instance_id=it.group_instance_id,
                error_code=error,
            )
            rows.append(row)
        return LeaveGroupResponse(error_code=0, members=tuple(rows))

    async def remove(self, group: SmallGroup, member_id: str) -> None:
        del group.members[member_id]
        if not group.members:
            group.next_phase("Empty")
        elif group.joined and set(group.members) <= group.joined:
            self.complete(group)
        else:
            group.next_phase("PreparingRebalance")

    # --- offsets ---------------------------------------------------------------------

    async def commit(self, request: Any) -> OffsetCommitResponse:
        error = self.commit_error(request)
        group = self.group(request.group_id)
        if self.fault == "shares-offsets":
            group = self.group("")
        for topic in request.topics if not error else ():
            for it in topic.partitions:
                group.offsets[topic.name, it.partition_index] = it
        topics = tuple(
            OffsetCommitResponseTopic(
                name=topic.name,
                partitions=tuple(
                    OffsetCommitResponsePartition(
                        partition_index=it.partition_index, error_code=error
                    )
                    for it in topic.partitions
                ),
            )
            for topic in request.topics
        )
        return OffsetCommitResponse(topics=topics)

    def commit_error(self, request: Any) -> Error:
        """Return why a commit is refused."""
        group = self.group(request.group_id)
        generation = request.generation_id_or_member_epoch
        is_simple = generation < 0 and not request.member_id
        if is_simple and (not group.members or self.fault == "lets-anybody-commit"):
            return Error.NONE
        try:
            self.check(request, generation)
        except ApiError as failure:
            return failure.error
        is_unsynced = group.state == "CompletingRebalance"
        if is_unsynced and self.fault != "commits-before-assigning":
            return Error.REBALANCE_IN_PROGRESS
        return Error.NONE

    async def fetch_offsets(self, request: Any) -> OffsetFetchResponse:
        is_shared = self.fault == "shares-offsets"
        offsets = self.group("" if is_shared else request.group_id).offsets
        topics = tuple(
            OffsetFetchResponseTopic(
                name=topic.name,
                partitions=tuple(
                    told_offset(index, offsets.get((topic.name, index)))
                    for index in topic.partition_indexes
                ),
            )
            for topic in request.topics
        )
        return OffsetFetchResponse(topics=topics)

    # --- what is told of groups ------------------------------------------------------

    async def describe(self, request: Any) -> DescribeGroupsResponse:
        return DescribeGroupsResponse(
            groups=tuple(self.told(name) for name in request.groups)
        )

    def told(self, name: str) -> DescribedGroup:
        group = self.groups.get(name, SmallGroup(state="Dead"))
        members = tuple(
            DescribedGroupMember(
                member_id=it.member_id,
                group_instance_id=it.instance_id,
                client_id="",
                client_host="",
                member_metadata=b"",
                member_assignment=it.assignment,
            )
            for it in group.members.values()
        )
        return DescribedGroup(
            error_code=0,
            group_id=name,
            group_state=group.state,
            protocol_type="",
            protocol_data=group.protocol,
            members=members,
        )

    async def delete(self, request: Any) -> DeleteGroupsResponse:
        results = []
        for name in request.groups_names:
            error = Error.NONE
            if name not in self.groups:
                error = Error.GROUP_ID_NOT_FOUND
            elif self.groups[name].members and self.fault != "deletes-with-members":
                error = Error.NON_EMPTY_GROUP
            else:
                del self.groups[name]
            results.append(DeletableGroupResult(group_id=name, error_code=error))
        return DeleteGroupsResponse(throttle_time_ms=0, results=tuple(results))


def refused(error: Error, member_id: str) -> JoinGroupResponse:
    return JoinGroupResponse(
        error_code=error, protocol_name="", leader="", member_id=member_id, members=()
    )


def told_offset(index: int, committed: Any) -> OffsetFetchResponsePartition:
    return OffsetFetchResponsePartition(
        partition_index=index,
        committed_offset=committed.committed_offset if committed else -1,
        metadata=committed.committed_metadata if committed else "",
        error_code=0,
    )


@asynccontextmanager
async def running_groups(fault: str = "") -> AsyncIterator[SmallBroker]:
    """Yield a broker with groups that listens on a free port until the end."""
    async with serving(SmallGroupBroker(fault)) as broker:
        yield broker
