"""Metadata and what else describes the cluster and its topics."""

from __future__ import annotations

from typing import Any

from logion.names import ZERO_UUID, Uuid
from logion.protocol.messages.describe_cluster import DescribeClusterRequest
from logion.protocol.messages.describe_log_dirs import (
    DescribableLogDirTopic,
    DescribeLogDirsRequest,
)
from logion.protocol.messages.describe_producers import (
    DescribeProducersRequest,
)
from logion.protocol.messages.describe_producers import (
    TopicRequest as ProducersTopic,
)
from logion.protocol.messages.describe_topic_partitions import (
    Cursor,
    DescribeTopicPartitionsRequest,
    TopicRequest,
)
from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic

from logion_conformance.compare.probe import Ground, Probe, Script, Until, asking
from logion_conformance.compare.probes.produce import NO_ID, UNKNOWN


def metadata(it: Ground, *names: str, **more: Any) -> MetadataRequest:
    """Return the request about topics by name, that makes none if it can say so."""
    return of(it, *(MetadataRequestTopic(name=name) for name in names), **more)


def of(it: Ground, *topics: MetadataRequestTopic, **more: Any) -> MetadataRequest:
    """Return the request about topics."""
    usual = {"allow_auto_topic_creation": it.version < 4}
    return MetadataRequest(**{**usual, "topics": topics, **more})


def by_id(topic_id: Uuid, name: str | None = None) -> MetadataRequestTopic:
    """Return a topic by its id."""
    return MetadataRequestTopic(topic_id=topic_id, name=name)


def made_by_asking(it: Ground) -> Script:
    """Who asks for a topic that does not exist may have it made."""
    yield metadata(it, it.name, allow_auto_topic_creation=True)
    yield Until(
        metadata(it, it.name, allow_auto_topic_creation=True),
        lambda came: not came.topics[0].error_code,
    )


def made_alike(it: Ground) -> Script:
    """A topic whose name differs from another's in `.` and `_` alone."""
    first, second = f"{it.name}.a", f"{it.name}_a"
    yield Until(
        metadata(it, first, allow_auto_topic_creation=True),
        lambda came: not came.topics[0].error_code,
    )
    yield metadata(it, second, allow_auto_topic_creation=True)


def producers(name: str, *partitions: int) -> DescribeProducersRequest:
    """Return the request about the producers of a topic."""
    topic = ProducersTopic(name=name, partition_indexes=partitions)
    return DescribeProducersRequest(topics=(topic,))


def dirs(*topics: tuple[str, tuple[int, ...]]) -> DescribeLogDirsRequest:
    """Return the request about where some partitions lie."""
    wanted = tuple(DescribableLogDirTopic(topic=a, partitions=b) for a, b in topics)
    return DescribeLogDirsRequest(topics=wanted)


def partitions(*names: str, **more: Any) -> DescribeTopicPartitionsRequest:
    """Return the request about the partitions of topics."""
    return DescribeTopicPartitionsRequest(
        topics=tuple(TopicRequest(name=name) for name in names), **more
    )


PROBES = (
    *asking(
        "Metadata",
        {
            "one-topic": lambda it: metadata(it, it.standing.name),
            "no-topics": metadata,
            "all-topics": lambda it: metadata(it, topics=None),
            "topic-twice": lambda it: metadata(it, it.standing.name, it.standing.name),
            "operations": lambda it: metadata(
                it, it.standing.name, include_topic_authorized_operations=True
            ),
            "operations-of-the-cluster": lambda it: metadata(
                it, it.standing.name, include_cluster_authorized_operations=True
            ),
            "bad-name": lambda it: metadata(it, "a b"),
            "dots": lambda it: metadata(it, ".."),
            "empty-name": lambda it: metadata(it, ""),
            "long-name": lambda it: metadata(it, "x" * 250),
        },
    ),
    *asking(
        "Metadata",
        {
            "unknown": lambda it: metadata(it, UNKNOWN.name),
            "unknown-and-known": lambda it: metadata(
                it, UNKNOWN.name, it.standing.name
            ),
            "unknown-twice": lambda it: metadata(it, UNKNOWN.name, UNKNOWN.name),
            "bad-name-may-be-made": lambda it: metadata(
                it, "a b", allow_auto_topic_creation=True
            ),
            "all-may-be-made": lambda it: metadata(
                it, topics=None, allow_auto_topic_creation=True
            ),
        },
        first=4,
    ),
    *asking(
        "Metadata",
        {
            "by-id": lambda it: of(it, by_id(it.standing.topic_id)),
            "by-unknown-id": lambda it: of(it, by_id(NO_ID)),
            "by-id-0": lambda it: of(it, by_id(ZERO_UUID)),
            "by-id-and-name": lambda it: of(
                it, by_id(it.standing.topic_id, it.standing.name)
            ),
            "by-unknown-id-and-name": lambda it: of(it, by_id(NO_ID, it.standing.name)),
            "by-id-of-another": lambda it: of(
                it, by_id(it.standing.topic_id, UNKNOWN.name)
            ),
            "by-id-twice": lambda it: of(
                it, by_id(it.standing.topic_id), by_id(it.standing.topic_id)
            ),
            "by-id-and-by-name": lambda it: of(
                it,
                by_id(it.standing.topic_id),
                MetadataRequestTopic(name=it.standing.name),
            ),
        },
        first=10,
    ),
    Probe("Metadata", "made-by-asking", made_by_asking),
    Probe("Metadata", "made-alike", made_alike),
    *asking(
        "Metadata",
        {
            "one-of-three-cannot-be-made": lambda it: metadata(
                it, it.name, "a b", f"{it.name}-2", allow_auto_topic_creation=True
            )
        },
    ),
    *asking(
        "DescribeCluster",
        {
            "plain": lambda it: cluster(),
            "operations": lambda it: cluster(
                include_cluster_authorized_operations=True
            ),
            "controllers": lambda it: cluster(endpoint_type=2),
            "endpoint-0": lambda it: cluster(endpoint_type=0),
            "endpoint-3": lambda it: cluster(endpoint_type=3),
            "fenced": lambda it: cluster(include_fenced_brokers=True),
        },
    ),
    *asking(
        "DescribeLogDirs",
        {
            "one": lambda it: dirs((it.standing.name, (0,))),
            "all": lambda it: DescribeLogDirsRequest(topics=None),
            "none": lambda it: dirs(),
            "no-topic": lambda it: dirs((UNKNOWN.name, (0,))),
            "no-partition": lambda it: dirs((it.standing.name, (1,))),
            "no-partitions": lambda it: dirs((it.standing.name, ())),
            "partition-negative": lambda it: dirs((it.standing.name, (-1,))),
            "partition-twice": lambda it: dirs((it.standing.name, (0, 0))),
            "topic-twice": lambda it: dirs(
                (it.standing.name, (0,)), (it.standing.name, (0,))
            ),
        },
    ),
    *asking(
        "DescribeProducers",
        {
            "none": lambda it: producers(it.standing.name, 0),
            "no-topic": lambda it: producers(UNKNOWN.name, 0),
            "bad-name": lambda it: producers("a b", 0),
            "no-partition": lambda it: producers(it.standing.name, 1),
            "partition-negative": lambda it: producers(it.standing.name, -1),
            "no-partitions": lambda it: producers(it.standing.name),
            "no-topics": lambda it: DescribeProducersRequest(topics=()),
            "partition-twice": lambda it: producers(it.standing.name, 0, 0),
        },
    ),
    *asking(
        "DescribeTopicPartitions",
        {
            "one": lambda it: partitions(it.standing.name),
            "unknown": lambda it: partitions(UNKNOWN.name),
            "unknown-and-known": lambda it: partitions(UNKNOWN.name, it.standing.name),
            "bad-name": lambda it: partitions("a b"),
            "empty-name": lambda it: partitions(""),
            "twice": lambda it: partitions(it.standing.name, it.standing.name),
            "limit-0": lambda it: partitions(
                it.standing.name, response_partition_limit=0
            ),
            "limit-negative": lambda it: partitions(
                it.standing.name, response_partition_limit=-1
            ),
            "limit-1": lambda it: partitions(
                it.standing.name, UNKNOWN.name, response_partition_limit=1
            ),
            "cursor": lambda it: partitions(
                it.standing.name,
                cursor=Cursor(topic_name=it.standing.name, partition_index=0),
            ),
            "cursor-beyond": lambda it: partitions(
                it.standing.name,
                cursor=Cursor(topic_name=it.standing.name, partition_index=9),
            ),
            "cursor-negative": lambda it: partitions(
                it.standing.name,
                cursor=Cursor(topic_name=it.standing.name, partition_index=-1),
            ),
            "cursor-of-another": lambda it: partitions(
                it.standing.name, cursor=Cursor(topic_name="zzz", partition_index=0)
            ),
        },
    ),
)


def cluster(**more: Any) -> DescribeClusterRequest:
    """Return the request about the cluster."""
    usual = {"include_cluster_authorized_operations": False}
    return DescribeClusterRequest(**{**usual, **more})
