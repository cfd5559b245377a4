"""What ConsumerGroupDescribe tells of a group."""

from __future__ import annotations

from collections.abc import Iterable

from logion.cluster.image import ClusterImage
from logion.group.consumer.changes import by_topic
from logion.group.consumer.state import (
    ConsumerGroup,
    Member,
    Settings,
    TopicIdPartition,
)
from logion.group.consumer.target import assignor_of
from logion.protocol.errors import Error
from logion.protocol.messages import consumer_group_describe as wire
from logion.protocol.schema import replace

UNTOLD, CLASSIC_MEMBER, CONSUMER_MEMBER = -1, 0, 1
"""How a description tells which protocol a member speaks."""


def described(
    group: ConsumerGroup,
    image: ClusterImage,
    settings: Settings,
    *,
    tells_protocol: bool = True,
) -> wire.DescribedGroup:
    """Return the group with its members; topics that are gone are left out.

    `tells_protocol` says whether the version can tell which protocol a member speaks.
    """
    members = (_member(group, it, image) for it in group.members.values())
    if not tells_protocol:
        members = (replace(it, member_type=UNTOLD) for it in members)
    return wire.DescribedGroup(
        error_code=Error.NONE,
        group_id=group.group_id,
        group_state=group.state.value,
        group_epoch=group.epoch,
        assignment_epoch=group.target_epoch,
        assignor_name=assignor_of(group, settings),
        members=tuple(members),
    )


def _member(group: ConsumerGroup, member: Member, image: ClusterImage) -> wire.Member:
    return wire.Member(
        member_id=member.member_id,
        instance_id=member.instance_id,
        rack_id=member.rack_id,
        member_epoch=member.epoch,
        client_id=member.client_id,
        client_host=member.client_host,
        subscribed_topic_names=tuple(sorted(member.topic_names)),
        subscribed_topic_regex=member.topic_pattern,
        assignment=_assignment((*member.assigned, *member.revoking), image),
        target_assignment=_assignment(group.target_of(member.member_id), image),
        member_type=CONSUMER_MEMBER if member.classic is None else CLASSIC_MEMBER,
    )


def _assignment(
    partitions: Iterable[TopicIdPartition], image: ClusterImage
) -> wire.Assignment:
    topics = tuple(
        wire.TopicPartitions(
            topic_id=topic_id,
            topic_name=image.topics_by_id[topic_id].name,
            partitions=those,
        )
        for topic_id, those in by_topic(partitions).items()
        if topic_id in image.topics_by_id
    )
    return wire.Assignment(topic_partitions=topics)
