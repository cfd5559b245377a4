"""Consumer groups (KIP-848) as cases meet them: a group of the case's own.

Nothing is done behind a case's back: a member sends what it is told to send, and keeps
the id, the epoch and the assignment it was given.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import uuid4

import trio
from logion.client.connection import Address, Connection
from logion.names import Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.consumer_group_describe import (
    ConsumerGroupDescribeRequest,
    ConsumerGroupDescribeResponse,
)
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
    TopicPartitions,
)
from logion.protocol.messages.delete_groups import (
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)
from logion.protocol.messages.list_groups import ListGroupsRequest, ListGroupsResponse
from logion.protocol.messages.offset_commit import OffsetCommitResponse
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
)

from logion_conformance.group_requests import Commit, commit_request
from logion_conformance.groups import find_coordinator, need_room
from logion_conformance.material import Topic
from logion_conformance.subject import Subject

OWN_ID_VERSION = 1
"""From this version of ConsumerGroupHeartbeat on a member makes up its id."""

REBALANCE_MS = 10_000

PAUSE_S = 0.1

Partitions = frozenset[tuple[Uuid, int]]

Answer = TypeVar("Answer")


class ConsumerGroup:
    """A group of the case's own, a topic for it, and who coordinates it."""

    def __init__(
        self, broker: Subject, name: str, connection: Connection, topic: Topic
    ) -> None:
        """Speak of the group `name` through `connection` to its coordinator."""
        self.broker = broker
        self.name = name
        self.connection = connection
        self.topic = topic
        self.members: list[Member] = []

    def member(self, **usual: Any) -> Member:
        """Return somebody who may join; `usual` are fields of its first heartbeat."""
        self.members.append(Member(self, usual))
        return self.members[-1]

    def partitions(self, *numbers: int) -> Partitions:
        """Return these partitions of the group's topic."""
        return frozenset((self.topic.topic_id, it) for it in numbers)

    async def describe(self) -> ConsumerGroupDescribeResponse:
        """Return the answer to ConsumerGroupDescribe."""
        request = ConsumerGroupDescribeRequest(
            group_ids=(self.name,), include_authorized_operations=False
        )
        return await self.ask(request, ConsumerGroupDescribeResponse)

    async def answers(self) -> None:
        """Nothing once the coordinator is at work; a retriable ApiError before."""
        (told,) = (await self.describe()).groups
        error = Error.of(told.error_code)
        if error.retriable:
            raise ApiError(error, "the coordinator is not at work yet")

    async def listed(self, type_: str) -> tuple[str, str, str] | None:
        """Return type, protocol and state as ListGroups tells them, None if it does
        not tell of the group among those of this type."""
        request = ListGroupsRequest(states_filter=(), types_filter=(type_,))
        answer = await self.ask(request, ListGroupsResponse)
        for it in answer.groups:
            if it.group_id == self.name:
                return it.group_type, it.protocol_type, it.group_state
        return None

    async def delete(self) -> int:
        """Return the error code of DeleteGroups for the group."""
        request = DeleteGroupsRequest(groups_names=(self.name,))
        (result,) = (await self.ask(request, DeleteGroupsResponse)).results
        return result.error_code

    async def remove(self) -> None:
        """Send the members away and delete the group."""
        for member in self.members:
            if member.id:
                await member.leave()
        await self.delete()

    async def pause(self) -> None:
        """Let the coordinator do what it does by itself."""
        await trio.sleep(PAUSE_S)

    async def ask(self, request: Any, answer: type[Answer]) -> Answer:
        """Return the coordinator's answer."""
        return await self.connection.call(request, answer)


class Member:
    """Somebody in a group, or about to join it."""

    def __init__(self, group: ConsumerGroup, usual: dict[str, Any]) -> None:
        """Speak for a member that has not joined yet."""
        self.group = group
        self.usual = usual
        own = group.broker.version("ConsumerGroupHeartbeat") >= OWN_ID_VERSION
        self.id = str(uuid4()) if own else ""
        self.epoch = 0
        self.has: Partitions = frozenset()
        """What it was last told that it may own."""

    async def join(self, **fields: Any) -> ConsumerGroupHeartbeatResponse:
        """Return the answer to the heartbeat that joins, or joins again."""
        first = {
            "rebalance_timeout_ms": REBALANCE_MS,
            "subscribed_topic_names": (self.group.topic.name,),
            "topic_partitions": (),
        }
        return await self.beat(0, **{**first, **self.usual, **fields})

    async def beat(
        self, epoch: int | None = None, **fields: Any
    ) -> ConsumerGroupHeartbeatResponse:
        """Return the answer to a heartbeat; what it gives is kept."""
        known = {k: v for k, v in self.usual.items() if k == "instance_id"}
        said = {
            "group_id": self.group.name,
            "member_id": self.id,
            "member_epoch": self.epoch if epoch is None else epoch,
            **known,
            **fields,
        }
        came = await self.group.ask(
            ConsumerGroupHeartbeatRequest(**said), ConsumerGroupHeartbeatResponse
        )
        need_room(self.group.broker, came.error_code, "group.consumer.max.size")
        if came.error_code == Error.NONE and came.member_epoch > 0:
            self.id, self.epoch = came.member_id or self.id, came.member_epoch
        if came.assignment is not None:
            self.has = pairs_of(came.assignment)
        return came

    async def report(self) -> ConsumerGroupHeartbeatResponse:
        """Return the answer to a heartbeat that says what the member owns."""
        topic_id = self.group.topic.topic_id
        mine = tuple(sorted(number for _, number in self.has))
        owned = (TopicPartitions(topic_id=topic_id, partitions=mine),) if mine else ()
        return await self.beat(topic_partitions=owned)

    async def leave(self, epoch: int = -1) -> ConsumerGroupHeartbeatResponse:
        """Return the answer to the heartbeat that leaves."""
        return await self.beat(epoch)

    async def commit(
        self, offset: int, *, epoch: int | None = None, member_id: str | None = None
    ) -> int:
        """Return the error code of a commit for partition 0."""
        request = commit_request(
            self.group.broker.version("OffsetCommit"),
            self.group.name,
            self.group.topic,
            {0: Commit(offset)},
            member_id=self.id if member_id is None else member_id,
            generation_id_or_member_epoch=self.epoch if epoch is None else epoch,
        )
        answer = await self.group.ask(request, OffsetCommitResponse)
        ((partition,),) = [it.partitions for it in answer.topics]
        return partition.error_code

    async def committed(self, *, epoch: int | None = None) -> tuple[int, int | None]:
        """Return the group's error code, and the offset of partition 0 if there is one.

        The member says who it is, which OffsetFetch can from version 9 on.
        """
        topic = self.group.topic
        by_id = self.group.broker.version("OffsetFetch") >= 10
        wanted = OffsetFetchRequestTopics(
            name="" if by_id else topic.name,
            topic_id=topic.topic_id,
            partition_indexes=(0,),
        )
        group = OffsetFetchRequestGroup(
            group_id=self.group.name,
            member_id=self.id,
            member_epoch=self.epoch if epoch is None else epoch,
            topics=(wanted,),
        )
        request = OffsetFetchRequest(groups=(group,))
        (came,) = (await self.group.ask(request, OffsetFetchResponse)).groups
        offsets = [p.committed_offset for it in came.topics for p in it.partitions]
        return came.error_code, offsets[0] if offsets else None


def pairs_of(assignment: Any) -> Partitions:
    """Return the partitions of an assignment, of a heartbeat or of a description."""
    return frozenset(
        (it.topic_id, partition)
        for it in assignment.topic_partitions
        for partition in it.partitions
    )


async def new_consumer_group(broker: Subject, partitions: int = 2) -> ConsumerGroup:
    """Return a group nobody has heard of, and a topic; both are gone after the case."""
    topic = await broker.topic(partitions)
    name = broker.name_of_its_own()
    node = await find_coordinator(broker, name)
    connection = await broker.connect_to(Address(node.host, node.port))
    group = ConsumerGroup(broker, name, connection, topic)
    await broker.cluster.retry(group.answers)
    broker.afterwards(group.remove)
    return group
