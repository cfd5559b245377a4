"""A consumer that is a member of a group: it reads what falls to it, and commits.

    async with open_group_consumer(cluster, "group", ["topic"]) as consumer:
        for received in await consumer.poll():
            print(received.partition, received.record.value)
        await consumer.commit()

It speaks the classic protocol (JoinGroup, SyncGroup, Heartbeat). A task sends the
heartbeats; `poll` joins again when the group divides its work anew. The coordinator has
a connection of its own, so that a JoinGroup that waits holds nothing else up.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import trio

from logion.client.assignors import ASSIGNORS
from logion.client.cluster import Cluster, raise_for
from logion.client.connection import Connection, connect
from logion.client.consumer import Consumer, ConsumerOptions, Received
from logion.client.versions import api_key_of
from logion.names import TopicPartition
from logion.protocol.apis import LEAVE_GROUP, OFFSET_FETCH
from logion.protocol.embedded import (
    CONSUMER,
    assignment_bytes,
    partitions_in,
    subscription_bytes,
    topics_in,
)
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from logion.protocol.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
    JoinGroupResponse,
)
from logion.protocol.messages.leave_group import (
    LeaveGroupRequest,
    LeaveGroupResponse,
    MemberIdentity,
)
from logion.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
)
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
)
from logion.protocol.messages.sync_group import (
    SyncGroupRequest,
    SyncGroupRequestAssignment,
    SyncGroupResponse,
)

Answer = TypeVar("Answer")


NEWEST_BY_NAME = 9
"""Offsets are committed and fetched by topic name up to this version."""

FIRST_WITH_LEAVERS, FIRST_WITH_GROUPS = 3, 8
"""Versions of LeaveGroup and OffsetFetch that have a new form."""

REJOIN = {
    Error.REBALANCE_IN_PROGRESS,
    Error.ILLEGAL_GENERATION,
    Error.UNKNOWN_MEMBER_ID,
}
"""What tells a member to join again."""


@dataclass(frozen=True, slots=True)
class GroupOptions:
    """How a member takes part."""

    session_timeout_ms: int = 10_000
    """It is given up if nothing is heard from it for so long."""
    rebalance_timeout_ms: int = 60_000
    """How long it may take to join again."""
    heartbeat_ms: int = 3_000
    """How often it says that it lives."""
    instance_id: str | None = None
    """Makes it a static member (KIP-345)."""
    assignors: tuple[str, ...] = ("range",)
    """How it would have the work divided, the way liked best first: of ASSIGNORS."""
    from_start: bool = True
    """Where nothing is committed: read from the start, else from the end."""
    reading: ConsumerOptions = ConsumerOptions()  # noqa: RUF009 - frozen
    """How it reads what falls to it."""


class GroupConsumer:
    """One member of a group; `open_group_consumer` makes it."""

    def __init__(
        self,
        cluster: Cluster,
        group_id: str,
        topics: Sequence[str],
        options: GroupOptions,
    ) -> None:
        """Belong to no generation yet."""
        self.member_id = ""
        self.generation = -1
        """Of the group, as far as this member knows; -1 if it is in none."""
        self._cluster = cluster
        self._group_id = group_id
        self._topics = tuple(topics)
        self._options = options
        self._consumer = Consumer(cluster, options.reading)
        self._coordinator: Connection | None = None
        self._must_join = True

    @property
    def positions(self) -> Mapping[TopicPartition, int]:
        """Return what falls to this member, and the offset it reads next of each."""
        return self._consumer.positions

    async def poll(self) -> list[Received]:
        """Return records that follow, of the partitions that fall to this member.

        May return none. Joins first if the group divides its work anew. Raises ApiError
        for what joining again does not mend.
        """
        while self._must_join:
            await self._cluster.retry(self._join, self._topics)
        if not self.positions:
            await trio.sleep(self._options.reading.max_wait_ms / 1000)
            return []
        return await self._consumer.poll()

    async def commit(self) -> None:
        """Commit the positions: what `poll` has returned counts as read.

        Raises ApiError; with one of REJOIN nothing was committed, and `poll` joins.
        """
        topics: dict[str, list[OffsetCommitRequestPartition]] = {}
        for partition, offset in self.positions.items():
            row = OffsetCommitRequestPartition(
                partition_index=partition.partition,
                committed_offset=offset,
                committed_metadata="",
            )
            topics.setdefault(partition.topic, []).append(row)
        request = OffsetCommitRequest(
            group_id=self._group_id,
            generation_id_or_member_epoch=self.generation,
            member_id=self.member_id,
            group_instance_id=self._options.instance_id,
            topics=tuple(
                OffsetCommitRequestTopic(name=name, partitions=tuple(rows))
                for name, rows in topics.items()
            ),
        )
        answer = await self._ask(request, OffsetCommitResponse, newest=NEWEST_BY_NAME)
        for topic in answer.topics:
            for it in topic.partitions:
                self._check(it.error_code)

    async def heartbeats(self) -> None:
        """Say from time to time that this member lives, until cancelled."""
        while True:
            await trio.sleep(self._options.heartbeat_ms / 1000)
            if not self._must_join:
                with suppress(ApiError):  # `poll` finds out what is wrong
                    await self._heartbeat()

    async def _heartbeat(self) -> None:
        request = HeartbeatRequest(
            group_id=self._group_id,
            generation_id=self.generation,
            member_id=self.member_id,
            group_instance_id=self._options.instance_id,
        )
        answer = await self._ask(request, HeartbeatResponse)
        self._check(answer.error_code)

    async def leave(self) -> None:
        """Leave the group, so that the others need not wait; a static member stays."""
        if self.member_id and self._options.instance_id is None:
            with suppress(ApiError):
                coordinator = await self._find()
                version = coordinator.versions.newest(LEAVE_GROUP)
                request = leave_request(self._group_id, self.member_id, version)
                await coordinator.call(request, LeaveGroupResponse, version=version)
        if self._coordinator is not None:
            await self._coordinator.aclose()

    def _check(self, error_code: int) -> None:
        """Raise what an answer says; note what it says of this member's place."""
        error = Error.of(error_code)
        if error in REJOIN:
            self._must_join = True
            if error is Error.UNKNOWN_MEMBER_ID:
                self.member_id = ""
        if error in (Error.NOT_COORDINATOR, Error.COORDINATOR_NOT_AVAILABLE):
            self._coordinator = None
        raise_for(error_code)

    # Finding the coordinator

    async def _ask(
        self,
        request: Any,
        answer: type[Answer],
        *,
        newest: int | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """Return the coordinator's answer to a request of at most version `newest`."""
        coordinator = await self._find()
        version = None
        if newest is not None:
            version = min(coordinator.versions.newest(api_key_of(request)), newest)
        return await coordinator.call(
            request, answer, version=version, timeout_s=timeout_s
        )

    async def _find(self) -> Connection:
        known = self._coordinator
        if known is None or not known.is_open:
            find = partial(self._cluster.coordinator, self._group_id)
            address = await self._cluster.retry(find)
            self._coordinator = known = await connect(address, self._cluster.options)
        return known

    # Joining

    async def _join(self) -> None:
        """Take part in the next generation, and take up what falls to this member."""
        try:
            joined = await self._ask_to_join()
            if joined.error_code == Error.MEMBER_ID_REQUIRED:
                self.member_id = joined.member_id
                joined = await self._ask_to_join()
            self._check(joined.error_code)
            self.member_id, self.generation = joined.member_id, joined.generation_id
            own = await self._sync(joined)
        except ApiError as failure:
            if failure.error in REJOIN:
                return  # `poll` begins again
            raise
        self._consumer.assign(await self._committed(own))
        self._must_join = False

    async def _ask_to_join(self) -> JoinGroupResponse:
        options = self._options
        metadata = subscription_bytes(self._topics)
        request = JoinGroupRequest(
            group_id=self._group_id,
            session_timeout_ms=options.session_timeout_ms,
            rebalance_timeout_ms=options.rebalance_timeout_ms,
            member_id=self.member_id,
            group_instance_id=options.instance_id,
            protocol_type=CONSUMER,
            protocols=tuple(
                JoinGroupRequestProtocol(name=it, metadata=metadata)
                for it in options.assignors
            ),
        )
        wait_s = self._cluster.options.timeout_s + options.rebalance_timeout_ms / 1000
        return await self._ask(request, JoinGroupResponse, timeout_s=wait_s)

    async def _sync(self, joined: JoinGroupResponse) -> list[TopicPartition]:
        """Return what falls to this member; the leader divides the work before."""
        parts: tuple[SyncGroupRequestAssignment, ...] = ()
        if joined.leader == self.member_id and not joined.skip_assignment:
            parts = await self._divide(joined)
        request = SyncGroupRequest(
            group_id=self._group_id,
            generation_id=self.generation,
            member_id=self.member_id,
            group_instance_id=self._options.instance_id,
            protocol_type=CONSUMER,
            protocol_name=joined.protocol_name,
            assignments=parts,
        )
        wait_s = self._options.rebalance_timeout_ms / 1000
        answer = await self._ask(request, SyncGroupResponse, timeout_s=wait_s)
        self._check(answer.error_code)
        return list(partitions_in(answer.assignment))

    async def _divide(
        self, joined: JoinGroupResponse
    ) -> tuple[SyncGroupRequestAssignment, ...]:
        subscriptions = {it.member_id: topics_in(it.metadata) for it in joined.members}
        topics = {it for topics in subscriptions.values() for it in topics}
        picture = await self._cluster.refresh(sorted(topics))
        counts: dict[str, int] = {}
        for partition in picture.leaders:
            counts[partition.topic] = counts.get(partition.topic, 0) + 1
        division = ASSIGNORS[joined.protocol_name or ""](subscriptions, counts)
        return tuple(
            SyncGroupRequestAssignment(member_id=it, assignment=assignment_bytes(own))
            for it, own in division.items()
        )

    async def _committed(
        self, own: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Return where to read on, of each partition."""
        if not own:
            return {}
        coordinator = await self._find()
        version = min(coordinator.versions.newest(OFFSET_FETCH), NEWEST_BY_NAME)
        request = offsets_request(self._group_id, own, version)
        answer = await coordinator.call(request, OffsetFetchResponse, version=version)
        found = answer.groups[0] if version >= FIRST_WITH_GROUPS else answer
        self._check(found.error_code)
        positions = {}
        for topic in found.topics:
            for it in topic.partitions:
                self._check(it.error_code)
                partition = TopicPartition(topic.name, it.partition_index)
                positions[partition] = it.committed_offset
        return {
            it: offset if offset >= 0 else await self._begin(it)
            for it, offset in positions.items()
        }

    async def _begin(self, partition: TopicPartition) -> int:
        if self._options.from_start:
            return await self._consumer.earliest(partition)
        return await self._consumer.latest(partition)


@asynccontextmanager
async def open_group_consumer(
    cluster: Cluster,
    group_id: str,
    topics: Sequence[str],
    options: GroupOptions | None = None,
) -> AsyncIterator[GroupConsumer]:
    """Give a member of a group that reads `topics`; it leaves at the end."""
    consumer = GroupConsumer(cluster, group_id, topics, options or GroupOptions())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(consumer.heartbeats)
        try:
            yield consumer
        finally:
            nursery.cancel_scope.cancel()
            with trio.CancelScope(shield=True):
                await consumer.leave()


def leave_request(group_id: str, member_id: str, version: int) -> LeaveGroupRequest:
    """Return the request in the form of its version."""
    if version < FIRST_WITH_LEAVERS:
        return LeaveGroupRequest(group_id=group_id, member_id=member_id)
    leaver = MemberIdentity(member_id=member_id)
    return LeaveGroupRequest(group_id=group_id, members=(leaver,))


def offsets_request(
    group_id: str, partitions: Sequence[TopicPartition], version: int
) -> OffsetFetchRequest:
    """Return the request in the form of its version."""
    topics: dict[str, list[int]] = {}
    for partition in partitions:
        topics.setdefault(partition.topic, []).append(partition.partition)
    if version < FIRST_WITH_GROUPS:
        rows = tuple(
            OffsetFetchRequestTopic(name=name, partition_indexes=tuple(indexes))
            for name, indexes in topics.items()
        )
        return OffsetFetchRequest(group_id=group_id, topics=rows)
    group = OffsetFetchRequestGroup(
        group_id=group_id,
        topics=tuple(
            OffsetFetchRequestTopics(name=name, partition_indexes=tuple(indexes))
            for name, indexes in topics.items()
        ),
    )
    return OffsetFetchRequest(groups=(group,))
