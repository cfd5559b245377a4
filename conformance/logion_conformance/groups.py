"""Classic groups as cases meet them: a group of the case's own, and its members.

Nothing is done behind a case's back: a member sends what it is told to send, and keeps
the id and the generation it was given. It has a connection of its own, since an answer
to JoinGroup or SyncGroup waits for other members, and the broker answers the requests
of one connection in order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

import pytest
import trio
from logion.client.cluster import raise_for
from logion.client.connection import Address, Connection
from logion.protocol.codec import encode
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.consumer_protocol import ConsumerProtocolSubscription
from logion.protocol.messages.delete_groups import (
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)
from logion.protocol.messages.describe_groups import (
    DescribedGroup,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
)
from logion.protocol.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorResponse,
)
from logion.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from logion.protocol.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
    JoinGroupResponse,
)
from logion.protocol.messages.leave_group import LeaveGroupResponse
from logion.protocol.messages.offset_commit import OffsetCommitResponse
from logion.protocol.messages.offset_fetch import OffsetFetchResponse
from logion.protocol.messages.sync_group import (
    SyncGroupRequest,
    SyncGroupRequestAssignment,
    SyncGroupResponse,
)

from logion_conformance.expect import Broken, expect_success, shown
from logion_conformance.group_requests import (
    Commit,
    Fetched,
    Offsets,
    commit_request,
    coordinators,
    fetch_offsets_request,
    find_request,
    leave_request,
    left,
    offsets_by_group,
)
from logion_conformance.material import Topic
from logion_conformance.subject import Subject

Result = TypeVar("Result")
Answer = TypeVar("Answer")

CONSUMER = "consumer"
"""The protocol type of consumers; others are opaque to a broker in the same way."""

SESSION_MS = 10_000
"""Session and rebalance time-out of members, where the broker allows it."""

MEMBERS_MAX = 10
"""No case has a group of more members."""

Protocols = Mapping[str, bytes]
"""What a member tells for each protocol it can follow, the one it prefers first."""


def subscription(*topics: str, user_data: bytes | None = None) -> bytes:
    """Return what a consumer tells with a protocol: ConsumerProtocolSubscription v0.

    Apache Kafka reads it, and leaves a join of consumers unanswered if it cannot.
    """
    told = ConsumerProtocolSubscription(topics=topics, user_data=user_data)
    return b"".join((b"\0\0", encode(told, 0)))


RANGE: Protocols = {"range": subscription("t")}

OFFSETS_TOPIC = "__consumer_offsets"
"""There wherever there is a coordinator."""

NOT_AT_WORK = {
    Error.COORDINATOR_LOAD_IN_PROGRESS,
    Error.COORDINATOR_NOT_AVAILABLE,
    Error.NOT_COORDINATOR,
}
"""What a coordinator answers that has not begun yet."""

POLL_S = 0.02


class Group:
    """A group of the case's own, and the broker that coordinates it."""

    def __init__(
        self, broker: Subject, name: str, address: Address, connection: Connection
    ) -> None:
        """Speak of the group `name` through `connection` to its coordinator, there."""
        self.broker = broker
        self.name = name
        self.connection = connection
        self._address = address

    async def member(
        self, protocols: Protocols = RANGE, *, instance_id: str | None = None
    ) -> Member:
        """Return somebody who may join, on a connection of its own."""
        connection = await self.broker.connect_to(self._address)
        return Member(self, connection, protocols, instance_id)

    async def stable(
        self, count: int = 1, protocols: Protocols = RANGE
    ) -> list[Member]:
        """Return `count` members of a Stable group, the leader first.

        The assignment of each is its place in the list: b"0", b"1", ...
        """
        members = [await self.member(protocols) for _ in range(count)]
        await self.rebalance(members)
        await self.sync(members)
        return members

    async def rebalance(self, members: Sequence[Member]) -> list[JoinGroupResponse]:
        """Return what members are told who join one generation, the first as leader."""
        first, others = members[0], members[1:]
        alone = await first.enter()
        if not others:
            return [alone]
        await first.sync({first.member_id: b""})
        async with trio.open_nursery() as nursery:
            later = [start(nursery, member.enter) for member in others]
            await self.until_members(len(members))
            return [await first.enter(), *[await it.get() for it in later]]

    async def sync(self, members: Sequence[Member]) -> list[SyncGroupResponse]:
        """Return what members are told who sync, the first with the assignments."""
        parts = {each.member_id: b"%d" % at for at, each in enumerate(members)}
        leader = partial(members[0].sync, parts)
        answers = await together(leader, *[each.sync for each in members[1:]])
        for answer in answers:
            expect_success(answer.error_code, "the error code of SyncGroup")
        return answers

    async def answers(self) -> None:
        """Nothing once the coordinator is at work; a retriable ApiError before."""
        error = await self._trouble()
        if error in NOT_AT_WORK:
            raise ApiError(error, "the coordinator is not at work yet")

    async def _trouble(self) -> Error:
        if self.broker.advertises("DescribeGroups"):
            return Error.of((await self.describe()).error_code)
        offsets = await self.offsets({Topic(OFFSETS_TOPIC): (0,)})  # as 0.8.2 has to be
        (fetched,) = offsets.partitions.values()
        return Error.of(fetched.error_code)

    async def remove(self) -> None:
        """Send the members away and delete the group, where the broker can."""
        if not self.broker.advertises("DescribeGroups"):
            return  # before 0.9: nobody is a member
        version = self.broker.version("LeaveGroup")
        for member in (await self.describe()).members:
            request = leave_request(version, self.name, member.member_id)
            await self.connection.call(request, LeaveGroupResponse)
        if self.broker.advertises("DeleteGroups"):
            await self.delete()

    async def delete(self) -> int:
        """Return the error code of DeleteGroups for the group."""
        request = DeleteGroupsRequest(groups_names=(self.name,))
        answer = await self.connection.call(request, DeleteGroupsResponse)
        (result,) = answer.results
        return result.error_code

    # --- what is told of it ---------------------------------------------------------

    async def describe(self) -> DescribedGroup:
        """Return what the coordinator tells of the group; UNSUPPORTED if it cannot."""
        self.broker.need("DescribeGroups")
        request = DescribeGroupsRequest(groups=(self.name,))
        answer = await self.connection.call(request, DescribeGroupsResponse)
        (described,) = answer.groups
        return described

    async def until_members(self, count: int) -> DescribedGroup:
        """Return what is told of the group once it has so many members."""
        return await self._until(
            lambda it: len(it.members) == count, f"{count} of them"
        )

    async def until_state(self, state: str) -> DescribedGroup:
        """Return what is told of the group once it is in that state."""
        return await self._until(lambda it: it.group_state == state, state)

    async def _until(
        self, is_reached: Callable[[DescribedGroup], bool], wanted: str
    ) -> DescribedGroup:
        limit = trio.current_time() + self.broker.cluster.options.timeout_s
        while not is_reached(described := await self.describe()):
            if trio.current_time() > limit:
                raise Broken("the group", expected=wanted, came=shown(described))
            await trio.sleep(POLL_S)
        return described

    # --- offsets ----------------------------------------------------------------------

    async def commit(
        self, topic: Topic, offset: int, *, partition: int = 0, **more: Any
    ) -> int:
        """Return the error code for one partition of a commit by nobody in a group.

        `more` are fields of the partition (see `Commit`).
        """
        commits = {partition: Commit(offset, **more)}
        return (await self.commit_all(topic, commits))[partition]

    async def commit_all(
        self, topic: Topic, commits: Mapping[int, Commit], **more: Any
    ) -> dict[int, int]:
        """Return error codes by partition; `more` are fields of the request."""
        return await commit_through(
            self.connection, self.broker, self.name, topic, commits, **more
        )

    async def committed(self, topic: Topic, *, partition: int = 0) -> Fetched:
        """Return what OffsetFetch says of one partition of a topic."""
        offsets = await self.offsets({topic: (partition,)})
        expect_success(offsets.error_code, "the error code of the group's offsets")
        (fetched,) = offsets.partitions.values()
        return fetched

    async def offsets(
        self, wanted: Mapping[Topic, tuple[int, ...]] | None, **more: Any
    ) -> Offsets:
        """Return what OffsetFetch says of the group: of partitions, or of all."""
        version = self.broker.version("OffsetFetch")
        request = fetch_offsets_request(version, {self.name: wanted}, **more)
        answer = await self.connection.call(request, OffsetFetchResponse)
        return offsets_by_group(version, self.name, answer)[self.name]


def need_room(broker: Subject, error_code: int, key: str = "group.max.size") -> None:
    """Go on unless a group is full that may have few members; UNSUPPORTED if so."""
    size = broker.number(key, MEMBERS_MAX)
    if error_code == Error.GROUP_MAX_SIZE_REACHED and size < MEMBERS_MAX:
        pytest.skip(f"the group is full: the broker's {key} is {size}")


def session_ms(broker: Subject) -> int:
    """Return the session time-out of members: within what the broker allows."""
    shortest = broker.number("group.min.session.timeout.ms", SESSION_MS)
    longest = broker.number("group.max.session.timeout.ms", SESSION_MS)
    return min(max(SESSION_MS, shortest), longest)


class Member:
    """Somebody in a group, or about to join it."""

    def __init__(
        self,
        group: Group,
        connection: Connection,
        protocols: Protocols,
        instance_id: str | None,
    ) -> None:
        """Speak for a member that has not joined yet."""
        self.group = group
        self.connection = connection
        self.protocols = protocols
        self.instance_id = instance_id
        self.member_id = ""
        self.generation = -1
        self.protocol_type: str | None = None
        self.protocol_name: str | None = None

    @property
    def identity(self) -> dict[str, Any]:
        """The fields by which a member says who it is, for further requests."""
        static = {"group_instance_id": self.instance_id} if self.instance_id else {}
        return {"group_id": self.group.name, "member_id": self.member_id, **static}

    async def join(self, **changes: Any) -> JoinGroupResponse:
        """Return the answer to one JoinGroup; id and generation are kept if given.

        `changes` are fields of the request that are not as usual.
        """
        fields = {
            **self.identity,
            "session_timeout_ms": session_ms(self.group.broker),
            "rebalance_timeout_ms": SESSION_MS,
            "protocol_type": CONSUMER,
            "protocols": protocols_told(self.protocols),
            **changes,
        }
        came = await self.ask(JoinGroupRequest(**fields), JoinGroupResponse)
        need_room(self.group.broker, came.error_code)
        if came.error_code in (Error.NONE, Error.MEMBER_ID_REQUIRED):
            self.member_id = came.member_id
        if came.error_code == Error.NONE:
            self.generation = came.generation_id
            self.protocol_type = fields["protocol_type"]
            self.protocol_name = came.protocol_name
        return came

    async def enter(self, **changes: Any) -> JoinGroupResponse:
        """Return the answer to a join that succeeds, in two steps if an id is required.

        An id that nobody joined with yet may be forgotten: Apache Kafka does so with
        empty groups whenever a topic is deleted. Then it is asked for again.
        """
        came = await self.join(**changes)
        while came.error_code == Error.MEMBER_ID_REQUIRED:
            came = await self.join(**changes)
            if came.error_code == Error.UNKNOWN_MEMBER_ID:
                self.member_id = ""
                came = await self.join(**changes)
        expect_success(came.error_code, "the error code of JoinGroup")
        return came

    async def sync(
        self, assignments: Mapping[str, bytes] | None = None, **changes: Any
    ) -> SyncGroupResponse:
        """Return the answer to SyncGroup, with assignments by member id if any."""
        rows = tuple(
            SyncGroupRequestAssignment(member_id=member_id, assignment=assignment)
            for member_id, assignment in (assignments or {}).items()
        )
        fields = {
            **self.identity,
            "generation_id": self.generation,
            "protocol_type": self.protocol_type,
            "protocol_name": self.protocol_name,
            "assignments": rows,
            **changes,
        }
        return await self.ask(SyncGroupRequest(**fields), SyncGroupResponse)

    async def heartbeat(self, **changes: Any) -> int:
        """Return the error code of Heartbeat."""
        fields = {**self.identity, "generation_id": self.generation, **changes}
        answer = await self.ask(HeartbeatRequest(**fields), HeartbeatResponse)
        return answer.error_code

    async def until_rebalance(self) -> None:
        """See that heartbeats tell of a rebalance, at once or soon."""
        limit = trio.current_time() + self.group.broker.cluster.options.timeout_s
        while (code := await self.heartbeat()) != Error.REBALANCE_IN_PROGRESS:
            if trio.current_time() > limit:
                wanted = shown(Error.REBALANCE_IN_PROGRESS)
                raise Broken("the heartbeats", expected=wanted, came=shown(code))
            await trio.sleep(POLL_S)

    async def leave(self) -> int:
        """Return the error code of leaving, the member's own or the whole request's."""
        version = self.group.broker.version("LeaveGroup")
        request = leave_request(
            version, self.group.name, self.member_id, self.instance_id
        )
        return left(await self.ask(request, LeaveGroupResponse))

    async def commit(self, topic: Topic, offset: int, **changes: Any) -> int:
        """Return the error code of a commit by the member, for partition 0."""
        fields = {
            **self.identity,
            "generation_id_or_member_epoch": self.generation,
            **changes,
        }
        del fields["group_id"]
        codes = await commit_through(
            self.connection,
            self.group.broker,
            self.group.name,
            topic,
            {0: Commit(offset)},
            **fields,
        )
        return codes[0]

    async def ask(self, request: Any, answer: type[Answer]) -> Answer:
        """Return the coordinator's answer on the member's connection."""
        return await self.connection.call(request, answer)


def protocols_told(protocols: Protocols) -> tuple[JoinGroupRequestProtocol, ...]:
    """Return the part of JoinGroup that says which protocols a member can follow."""
    return tuple(
        JoinGroupRequestProtocol(name=name, metadata=metadata)
        for name, metadata in protocols.items()
    )


async def commit_through(
    connection: Connection,
    broker: Subject,
    group: str,
    topic: Topic,
    commits: Mapping[int, Commit],
    **more: Any,
) -> dict[int, int]:
    """Return the error codes of a commit by partition."""
    version = broker.version("OffsetCommit")
    request = commit_request(version, group, topic, commits, **more)
    answer = await connection.call(request, OffsetCommitResponse)
    (part,) = answer.topics
    return {it.partition_index: it.error_code for it in part.partitions}


def anyhow_unless_stable(broker: Subject) -> tuple[Error, ...]:
    """Return what any heartbeat may be answered while a group is not Stable.

    Brokers before 0.11 do not look at member and generation then.
    """
    is_old = not broker.advertises("Heartbeat", 1)
    return (Error.REBALANCE_IN_PROGRESS,) if is_old else ()


# --- coordinators and time -----------------------------------------------------------


async def new_group(broker: Subject) -> Group:
    """Return a group nobody has heard of; after the case it is gone, if that can be."""
    group = await group_named(broker, broker.name_of_its_own())
    broker.afterwards(group.remove)
    return group


async def group_named(broker: Subject, name: str) -> Group:
    """Return a group, on a new connection to its coordinator, once that is at work."""
    node = await find_coordinator(broker, name)
    address = Address(node.host, node.port)
    group = Group(broker, name, address, await broker.connect_to(address))
    await broker.cluster.retry(group.answers)
    return group


async def find_coordinator(broker: Subject, group: str) -> Coordinator:
    """Return the coordinator of a group, waiting for one that begins."""

    async def ask() -> Coordinator:
        version = broker.version("FindCoordinator")
        request = find_request(version, group)
        answer = await broker.ask(request, FindCoordinatorResponse)
        (found,) = coordinators(version, answer)
        raise_for(found.error_code, found.error_message)
        return found

    return await broker.cluster.retry(ask)


class Later(Generic[Result]):
    """What an act under way will return."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._done = trio.Event()
        self._values: list[Result] = []

    @property
    def is_done(self) -> bool:
        """Whether it has returned."""
        return self._done.is_set()

    async def get(self) -> Result:
        """Return what it returns, once it has."""
        await self._done.wait()
        return self._values[0]

    async def run(self, act: Callable[[], Awaitable[Result]]) -> None:
        """Keep what the act returns."""
        self._values.append(await act())
        self._done.set()


def start(nursery: trio.Nursery, act: Callable[[], Awaitable[Result]]) -> Later[Result]:
    """Return what `act`, which begins now, will return."""
    later: Later[Result] = Later()
    nursery.start_soon(later.run, act)
    return later


async def together(*acts: Callable[[], Awaitable[Result]]) -> list[Result]:
    """Return what some acts return that are under way at the same time."""
    async with trio.open_nursery() as nursery:
        running = [start(nursery, act) for act in acts]
    return [await later.get() for later in running]
