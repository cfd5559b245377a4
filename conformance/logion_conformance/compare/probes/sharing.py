"""Share groups and streams groups, where their features are off."""

from __future__ import annotations

from typing import Any

from logion.protocol.messages import (
    alter_share_group_offsets as altering,
)
from logion.protocol.messages import (
    delete_share_group_state as deleting,
)
from logion.protocol.messages import (
    describe_share_group_offsets as describing,
)
from logion.protocol.messages import (
    initialize_share_group_state as initializing,
)
from logion.protocol.messages import (
    read_share_group_state as reading,
)
from logion.protocol.messages import (
    read_share_group_state_summary as summing,
)
from logion.protocol.messages import (
    share_acknowledge as acknowledging,
)
from logion.protocol.messages import (
    share_fetch as fetching,
)
from logion.protocol.messages import (
    write_share_group_state as writing,
)
from logion.protocol.messages.delete_share_group_offsets import (
    DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsRequestTopic,
)
from logion.protocol.messages.share_group_describe import ShareGroupDescribeRequest
from logion.protocol.messages.share_group_heartbeat import ShareGroupHeartbeatRequest
from logion.protocol.messages.streams_group_describe import StreamsGroupDescribeRequest
from logion.protocol.messages.streams_group_heartbeat import (
    StreamsGroupHeartbeatRequest,
)

from logion_conformance.compare.probe import Build, Ground, asking

MEMBER = "AAAAAAAAAAAAAAAAAAAAAQ"


def fetch(it: Ground, *, member: str | None = MEMBER, epoch: int = 0) -> Any:
    """Return the request for records of a partition."""
    partition = fetching.FetchPartition(partition_index=0, acknowledgement_batches=())
    topic = fetching.FetchTopic(topic_id=it.standing.topic_id, partitions=(partition,))
    return fetching.ShareFetchRequest(
        group_id=it.name,
        member_id=member,
        share_session_epoch=epoch,
        max_wait_ms=10,
        min_bytes=0,
        topics=(topic,),
        forgotten_topics_data=(),
    )


def acknowledge(it: Ground, *, member: str | None = MEMBER) -> Any:
    """Return the request that says what became of records."""
    partition = acknowledging.AcknowledgePartition(
        partition_index=0, acknowledgement_batches=()
    )
    topic = acknowledging.AcknowledgeTopic(
        topic_id=it.standing.topic_id, partitions=(partition,)
    )
    return acknowledging.ShareAcknowledgeRequest(
        group_id=it.name, member_id=member, share_session_epoch=1, topics=(topic,)
    )


def beat(it: Ground, *, group_id: str | None = None) -> Any:
    """Return the heartbeat of a member that joins."""
    return ShareGroupHeartbeatRequest(
        group_id=it.name if group_id is None else group_id,
        member_id=MEMBER,
        member_epoch=0,
        subscribed_topic_names=(it.standing.name,),
    )


def streams_beat(it: Ground, *, group_id: str | None = None) -> Any:
    """Return the heartbeat of a member of a streams group that leaves."""
    return StreamsGroupHeartbeatRequest(
        group_id=it.name if group_id is None else group_id,
        member_id=MEMBER,
        member_epoch=-1,
        endpoint_information_epoch=0,
        rebalance_timeout_ms=-1,
        active_tasks=None,
        standby_tasks=None,
        warmup_tasks=None,
        client_tags=None,
        task_offsets=None,
        task_end_offsets=None,
        shutdown_application=False,
    )


def initialize(it: Ground) -> Any:
    """Return the request that begins the state of a partition."""
    row = initializing.PartitionData(partition=0, state_epoch=1, start_offset=0)
    topic = initializing.InitializeStateData(
        topic_id=it.standing.topic_id, partitions=(row,)
    )
    return initializing.InitializeShareGroupStateRequest(
        group_id=it.name, topics=(topic,)
    )


def read(it: Ground) -> Any:
    """Return the request for the state of a partition."""
    row = reading.PartitionData(partition=0, leader_epoch=0)
    topic = reading.ReadStateData(topic_id=it.standing.topic_id, partitions=(row,))
    return reading.ReadShareGroupStateRequest(group_id=it.name, topics=(topic,))


def write(it: Ground) -> Any:
    """Return the request that changes the state of a partition."""
    row = writing.PartitionData(
        partition=0, state_epoch=1, leader_epoch=0, start_offset=0, state_batches=()
    )
    topic = writing.WriteStateData(topic_id=it.standing.topic_id, partitions=(row,))
    return writing.WriteShareGroupStateRequest(group_id=it.name, topics=(topic,))


def forget(it: Ground) -> Any:
    """Return the request that forgets the state of a partition."""
    row = deleting.PartitionData(partition=0)
    topic = deleting.DeleteStateData(topic_id=it.standing.topic_id, partitions=(row,))
    return deleting.DeleteShareGroupStateRequest(group_id=it.name, topics=(topic,))


def sum_up(it: Ground) -> Any:
    """Return the request for the summary of a partition's state."""
    row = summing.PartitionData(partition=0, leader_epoch=0)
    topic = summing.ReadStateSummaryData(
        topic_id=it.standing.topic_id, partitions=(row,)
    )
    return summing.ReadShareGroupStateSummaryRequest(group_id=it.name, topics=(topic,))


def offsets(it: Ground, *names: str, is_all: bool = False) -> Any:
    """Return the request for offsets of groups: of a partition, or of all."""
    topic = describing.DescribeShareGroupOffsetsRequestTopic(
        topic_name=it.standing.name, partitions=(0,)
    )
    return describing.DescribeShareGroupOffsetsRequest(
        groups=tuple(
            describing.DescribeShareGroupOffsetsRequestGroup(
                group_id=name, topics=None if is_all else (topic,)
            )
            for name in names
        )
    )


def alter_offsets(it: Ground) -> Any:
    """Return the request that moves a group."""
    row = altering.AlterShareGroupOffsetsRequestPartition(
        partition_index=0, start_offset=0
    )
    topic = altering.AlterShareGroupOffsetsRequestTopic(
        topic_name=it.standing.name, partitions=(row,)
    )
    return altering.AlterShareGroupOffsetsRequest(group_id=it.name, topics=(topic,))


def delete_offsets(it: Ground) -> Any:
    """Return the request that forgets a topic's offsets."""
    topic = DeleteShareGroupOffsetsRequestTopic(topic_name=it.standing.name)
    return DeleteShareGroupOffsetsRequest(group_id=it.name, topics=(topic,))


def describe(*names: str) -> Any:
    """Return the request that describes share groups."""
    return ShareGroupDescribeRequest(
        group_ids=names, include_authorized_operations=False
    )


def describe_streams(*names: str) -> Any:
    """Return the request that describes streams groups."""
    return StreamsGroupDescribeRequest(
        group_ids=names, include_authorized_operations=False
    )


WAYS: dict[str, dict[str, Build]] = {
    "ShareGroupHeartbeat": {
        "off": beat,
        "off-without-a-name": lambda it: beat(it, group_id=""),
    },
    "ShareGroupDescribe": {
        "off": lambda it: describe(it.name, ""),
        "off-twice": lambda it: describe(it.name, it.name),
        "off-none": lambda it: describe(),
    },
    "ShareFetch": {
        "off": fetch,
        "off-without-a-member": lambda it: fetch(it, member=None),
        "off-at-the-end": lambda it: fetch(it, epoch=-1),
    },
    "ShareAcknowledge": {
        "off": acknowledge,
        "off-without-a-member": lambda it: acknowledge(it, member=None),
    },
    "StreamsGroupHeartbeat": {
        "off": streams_beat,
        "off-without-a-name": lambda it: streams_beat(it, group_id=""),
    },
    "StreamsGroupDescribe": {
        "off": lambda it: describe_streams(it.name, ""),
        "off-none": lambda it: describe_streams(),
    },
    "InitializeShareGroupState": {"off": initialize},
    "ReadShareGroupState": {"off": read},
    "WriteShareGroupState": {"off": write},
    "DeleteShareGroupState": {"off": forget},
    "ReadShareGroupStateSummary": {"off": sum_up},
    "DescribeShareGroupOffsets": {
        "off": lambda it: offsets(it, it.name, ""),
        "off-all": lambda it: offsets(it, it.name, is_all=True),
        "off-none": offsets,
    },
    "AlterShareGroupOffsets": {"off": alter_offsets},
    "DeleteShareGroupOffsets": {"off": delete_offsets},
}

PROBES = tuple(probe for api, ways in WAYS.items() for probe in asking(api, ways))
