"""What is told of topics, partitions and brokers, and which topics are made unasked."""

from __future__ import annotations

from typing import Any

from logion.broker.context import Context
from logion.protocol.errors import Error

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    answering,
    changed,
    hears,
    tells,
    unsaid,
)


def none_of_all(request: Any, answer: Any, _: Context) -> Any:
    """Tell of no topic where all were asked for."""
    if request.topics is not None:
        return answer
    return changed(answer, ("topics",), always(()))


def without_names(request: Any, answer: Any, _: Context) -> Any:
    """Tell a topic that was asked for by its id without its name."""
    if not request.topics or request.topics[0].name is not None:
        return answer
    return changed(answer, ("topics", "name"), always(None))


MINIATURES = (
    Miniature(
        "hides-all-topics",
        "tells of no topic where all are asked for",
        ("metadata.all",),
        answering("Metadata", none_of_all),
    ),
    Miniature(
        "tells-all-unasked",
        "tells of all topics where none is asked for",
        ("metadata.none",),
        hears("Metadata", "topics", lambda topics: topics or None),
    ),
    Miniature(
        "leads-out-of-sync",
        "names no replica in sync, not even the leader",
        ("metadata.topic",),
        tells("Metadata", "topics.partitions.isr_nodes", always(())),
    ),
    Miniature(
        "makes-topics-unasked",
        "makes topics for clients that only look",
        ("metadata.topic.unknown",),
        hears("Metadata", "allow_auto_topic_creation", always(value=True)),
    ),
    Miniature(
        "makes-no-topics",
        "does not make the topics that clients ask for, though it says it would",
        ("metadata.topic.created",),
        hears("Metadata", "allow_auto_topic_creation", always(value=False)),
    ),
    Miniature(
        "judges-no-names",
        "says of a name that cannot be that there is no such topic yet",
        ("metadata.name.invalid",),
        unsaid(
            "Metadata",
            Error.INVALID_TOPIC_EXCEPTION,
            Error.UNKNOWN_TOPIC_OR_PARTITION,
        ),
    ),
    Miniature(
        "knows-ids-without-names",
        "tells no name for an id",
        ("metadata.ids",),
        answering("Metadata", without_names),
    ),
    Miniature(
        "mistakes-ids-for-names",
        "says of an unknown id what it says of an unknown name",
        ("metadata.ids.unknown",),
        unsaid("Metadata", Error.UNKNOWN_TOPIC_ID, Error.UNKNOWN_TOPIC_OR_PARTITION),
    ),
    Miniature(
        "has-two-names",
        "calls its cluster otherwise in DescribeCluster than in Metadata",
        ("cluster.described",),
        tells("DescribeCluster", "cluster_id", always("another")),
    ),
    Miniature(
        "gives-no-cursor",
        "does not say where the next page of partitions begins",
        ("topic-partitions.described",),
        tells("DescribeTopicPartitions", "next_cursor", always(None)),
    ),
    Miniature(
        "describes-unknown-topics",
        "has no error for a topic that is not there, just no partitions",
        ("topic-partitions.unknown",),
        unsaid("DescribeTopicPartitions", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ),
)
