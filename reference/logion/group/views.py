"""What can be told of groups: for descriptions, lists, and whoever looks in."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from logion.cluster.image import ClusterImage
from logion.group.cell import GroupCell
from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.consumer.changes import by_topic
from logion.group.consumer.state import ConsumerGroup
from logion.group.consumer.state import Member as ConsumerMember
from logion.group.consumer.subscriptions import names_of
from logion.group.coordinator import GroupCoordinator
from logion.group.offsets import CommittedOffset
from logion.names import TopicPartition
from logion.protocol.embedded import CONSUMER, partitions_in, topics_in
from logion.protocol.errors import ProtocolError

CLASSIC = "classic"
"""The type of groups whose members divide the work themselves."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member, for whoever looks."""

    id: str
    instance_id: str | None
    client_id: str
    client_host: str
    topics: tuple[str, ...]
    """What it subscribes to; empty if that cannot be told."""
    assigned: tuple[TopicPartition, ...]
    """What it reads; empty if that cannot be told."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group, for whoever looks."""

    id: str
    type: str
    """`classic` or `consumer`."""
    state: str
    """As Kafka spells it: `Stable`."""
    protocol_type: str
    """What kind of members it has, such as `consumer`; empty if it has had none."""
    protocol: str
    """How the work is divided; empty if it is not."""
    generation: int
    """Of a classic group its generation, else the group's epoch."""
    leader: str
    """Id of the member that divides the work; empty if none does."""
    members: tuple[MemberView, ...]
    offsets: Mapping[TopicPartition, CommittedOffset]
    """How far it has read."""


def group_views(
    groups: GroupCoordinator, names: Container[str] | None = None
) -> tuple[GroupView, ...]:
    """Return the groups that this broker coordinates, or those of `names`, by name."""
    cells = [it for _, it in groups.cells() if names is None or it.id in names]
    found = [_view(cell, groups.image) for cell in cells]
    return tuple(sorted(found, key=lambda it: it.id))


def _view(cell: GroupCell, image: ClusterImage) -> GroupView:
    group = cell.classic
    if cell.consumer is not None:
        return _view_of_consumer_group(cell, cell.consumer, image)
    return GroupView(
        cell.id,
        CLASSIC,
        group.state.value,
        group.protocol_type or "",
        group.protocol or "",
        group.generation,
        group.leader or "",
        tuple(_member(group, it) for it in group.members.values()),
        dict(cell.offsets),
    )


def _view_of_consumer_group(
    cell: GroupCell, group: ConsumerGroup, image: ClusterImage
) -> GroupView:
    return GroupView(
        cell.id,
        CONSUMER,
        group.state.value,
        CONSUMER,
        "",
        group.epoch,
        "",
        tuple(_consumer_member(group, it, image) for it in group.members.values()),
        dict(cell.offsets),
    )


def _consumer_member(
    group: ConsumerGroup, member: ConsumerMember, image: ClusterImage
) -> MemberView:
    return MemberView(
        member.member_id,
        member.instance_id,
        member.client_id,
        member.client_host,
        tuple(sorted(names_of(group, member))),
        tuple(
            TopicPartition(image.topics_by_id[topic_id].name, it)
            for topic_id, partitions in by_topic(member.assigned).items()
            if topic_id in image.topics_by_id
            for it in partitions
        ),
    )


def _member(group: ClassicGroup, member: Member) -> MemberView:
    topics: tuple[str, ...] = ()
    assigned: tuple[TopicPartition, ...] = ()
    if group.protocol_type == CONSUMER:
        topics = _topics(group, member)
        assigned = _assigned(member)
    return MemberView(
        member.id,
        member.instance_id,
        member.client_id,
        member.client_host,
        topics,
        assigned,
    )


def _topics(group: ClassicGroup, member: Member) -> tuple[str, ...]:
    """Return what a member subscribes to, by what it sent first or was chosen."""
    chosen = group.protocol if group.state is not State.PREPARING else None
    name = chosen or member.protocols[0][0]
    try:
        return topics_in(member.metadata(name))
    except (ProtocolError, StopIteration):
        return ()


def _assigned(member: Member) -> tuple[TopicPartition, ...]:
    try:
        return partitions_in(member.assignment)
    except ProtocolError:
        return ()
