"""What cases about groups send, and how they read what comes, whatever the version.

Nothing here asks a broker. Several versions of these APIs say the same thing in another
place: the key of FindCoordinator, the member of LeaveGroup, the groups of OffsetFetch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from logion.protocol.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
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
)
from logion.protocol.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)

from logion_conformance.material import Topic

GROUP = 0
TRANSACTION = 1
SHARE = 2
"""Kinds of coordinator in FindCoordinator."""

NO_GENERATION = -1
"""Generation of a commit by a consumer that is in no group."""

Place = tuple[str, int]
"""A topic's name and a partition."""

Fetched = OffsetFetchResponsePartition | OffsetFetchResponsePartitions
"""What OffsetFetch says of one partition."""


class Commit(NamedTuple):
    """What is committed for one partition."""

    offset: int
    metadata: str | None = ""
    leader_epoch: int = -1
    timestamp: int = -1
    """Of version 1 alone: when, in ms; -1 for the broker's own time."""


def find_request(
    version: int, *keys: str, key_type: int = GROUP
) -> FindCoordinatorRequest:
    """Return the request for the coordinators of keys: of one key before version 4."""
    if version >= 4:
        return FindCoordinatorRequest(key_type=key_type, coordinator_keys=keys)
    (key,) = keys
    return FindCoordinatorRequest(key=key, key_type=key_type)


def coordinators(version: int, answer: FindCoordinatorResponse) -> list[Coordinator]:
    """Return what an answer says, one for each key."""
    if version >= 4:
        return list(answer.coordinators)
    only = Coordinator(
        key="",
        node_id=answer.node_id,
        host=answer.host,
        port=answer.port,
        error_code=answer.error_code,
        error_message=answer.error_message,
    )
    return [only]


def leave_request(
    version: int, group: str, member_id: str, instance_id: str | None = None
) -> LeaveGroupRequest:
    """Return the request by which one member leaves."""
    if version < 3:
        return LeaveGroupRequest(group_id=group, member_id=member_id)
    member = MemberIdentity(member_id=member_id, group_instance_id=instance_id)
    return LeaveGroupRequest(group_id=group, members=(member,))


def left(answer: LeaveGroupResponse) -> int:
    """Return the error code for the one member that was to leave."""
    return answer.error_code or sum(it.error_code for it in answer.members)


def commit_request(
    version: int, group: str, topic: Topic, commits: Mapping[int, Commit], **more: Any
) -> OffsetCommitRequest:
    """Return the commit of some partitions of a topic; `more` are further fields."""
    partitions = tuple(
        OffsetCommitRequestPartition(
            partition_index=partition,
            committed_offset=commit.offset,
            committed_metadata=commit.metadata,
            committed_leader_epoch=commit.leader_epoch,
            commit_timestamp=commit.timestamp,
        )
        for partition, commit in commits.items()
    )
    name = topic.name if version < 10 else ""
    part = OffsetCommitRequestTopic(
        name=name, topic_id=topic.topic_id, partitions=partitions
    )
    return OffsetCommitRequest(group_id=group, topics=(part,), **more)


def fetch_offsets_request(
    version: int,
    groups: Mapping[str, Mapping[Topic, tuple[int, ...]] | None],
    *,
    is_stable: bool = False,
) -> OffsetFetchRequest:
    """Return the request for offsets by group, topic and partition; None for all.

    Before version 8 there can be one group only.
    """
    if version >= 8:
        rows = tuple(group_wanted(version, *it) for it in groups.items())
        return OffsetFetchRequest(groups=rows, require_stable=is_stable)
    ((group, wanted),) = groups.items()
    topics = None
    if wanted is not None:
        topics = tuple(
            OffsetFetchRequestTopic(name=topic.name, partition_indexes=partitions)
            for topic, partitions in wanted.items()
        )
    return OffsetFetchRequest(group_id=group, topics=topics, require_stable=is_stable)


def group_wanted(
    version: int, group: str, wanted: Mapping[Topic, tuple[int, ...]] | None
) -> OffsetFetchRequestGroup:
    """Return the part of OffsetFetch, from version 8 on, that is about one group."""
    topics = None
    if wanted is not None:
        topics = tuple(
            OffsetFetchRequestTopics(
                name=topic.name if version < 10 else "",
                topic_id=topic.topic_id,
                partition_indexes=partitions,
            )
            for topic, partitions in wanted.items()
        )
    return OffsetFetchRequestGroup(group_id=group, topics=topics)


class Offsets(NamedTuple):
    """What OffsetFetch says of one group."""

    error_code: int
    """Of the group: 0 before version 2, which has no such field."""
    partitions: Mapping[Place, Fetched]
    """By topic and partition; the topic as its id's digits from version 10 on."""


def offsets_by_group(
    version: int, group: str, answer: OffsetFetchResponse
) -> dict[str, Offsets]:
    """Return what an answer says, by group; `group` is who was asked for before v8."""
    if version < 8:
        return {group: Offsets(answer.error_code, by_place(answer.topics))}
    return {
        it.group_id: Offsets(it.error_code, by_place(it.topics)) for it in answer.groups
    }


def by_place(
    topics: Iterable[OffsetFetchResponseTopic | OffsetFetchResponseTopics],
) -> dict[Place, Fetched]:
    """Return the partitions of an OffsetFetch answer by topic and number."""
    return {
        (topic_named(topic), partition.partition_index): partition
        for topic in topics
        for partition in topic.partitions
    }


def topic_named(topic: OffsetFetchResponseTopic | OffsetFetchResponseTopics) -> str:
    """Return the name in an answer; the digits of the id where it has only that."""
    if isinstance(topic, OffsetFetchResponseTopic):
        return topic.name
    return topic.name or topic.topic_id.hex()


def delete_offsets_request(group: str, *places: Place) -> OffsetDeleteRequest:
    """Return the request to forget what a group has committed for some partitions."""
    topics = tuple(
        OffsetDeleteRequestTopic(
            name=name,
            partitions=(OffsetDeleteRequestPartition(partition_index=partition),),
        )
        for name, partition in places
    )
    return OffsetDeleteRequest(group_id=group, topics=topics)
