"""Topics: made, deleted, grown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from logion.broker.context import Context
from logion.names import Uuid
from logion.protocol.errors import Error
from logion.protocol.schema import replace

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    answering,
    changed,
    hears,
    instead,
    swapped,
    tells,
    unsaid,
)

CLUSTER = "logion.cluster.metadata:Cluster"

NAME_SIZE_MAX = 200


def refusing_long_names(_: Any, answer: Any, __: Context) -> Any:
    """Refuse names that are long, but not too long."""

    def told(topics: tuple[Any, ...]) -> tuple[Any, ...]:
        refused = Error.INVALID_TOPIC_EXCEPTION
        return tuple(
            replace(it, error_code=refused) if len(it.name) > NAME_SIZE_MAX else it
            for it in topics
        )

    return changed(answer, ("topics",), told)


def keeping_long_names(_: Any, answer: Any, __: Context) -> Any:
    """Say that a topic of a long name could not be deleted."""

    def told(topics: tuple[Any, ...]) -> tuple[Any, ...]:
        failed = Error.UNKNOWN_SERVER_ERROR
        return tuple(
            replace(it, error_code=failed) if len(it.name or "") > NAME_SIZE_MAX else it
            for it in topics
        )

    return changed(answer, ("responses",), told)


def refusing_defaults(request: Any, answer: Any, _: Context) -> Any:
    """Refuse topics that leave their number of partitions to the broker."""
    left = {
        it.name
        for it in request.topics
        if it.num_partitions == -1 and not it.assignments
    }

    def told(topics: tuple[Any, ...]) -> tuple[Any, ...]:
        refused = Error.INVALID_PARTITIONS
        return tuple(
            replace(it, error_code=refused) if it.name in left else it for it in topics
        )

    return changed(answer, ("topics",), told)


def kept(delete: Callable[..., Any]) -> Callable[..., Any]:
    """Say that a topic is deleted, and keep it."""

    async def wrong(self: Any, name: str, *more: Any) -> None:
        if name not in self.image.topics:
            await delete(self, name, *more)

    return wrong


def named_ids(plan: Callable[..., Any]) -> Callable[..., Any]:
    """Make a topic's id of its name, always the same."""

    def wrong(self: Any, image: Any, new: Any) -> Any:
        digest = hashlib.sha256(new.name.encode()).digest()[:16]
        return plan(self, image, new)._replace(id=Uuid(digest))

    return wrong


MINIATURES = (
    Miniature(
        "tells-one-partition",
        "says of every new topic that it has one partition",
        ("topics.created",),
        tells("CreateTopics", "topics.num_partitions", always(1)),
    ),
    Miniature(
        "makes-topics-twice",
        "says of a topic that is there already that it is made",
        ("topics.exists",),
        unsaid("CreateTopics", Error.TOPIC_ALREADY_EXISTS),
    ),
    Miniature(
        "takes-any-topic-name",
        "says of a topic that is made whose name cannot be",
        ("topics.names.invalid",),
        unsaid("CreateTopics", Error.INVALID_TOPIC_EXCEPTION),
    ),
    Miniature(
        "takes-no-long-names",
        "refuses a topic's name above 200 characters",
        ("topics.names.valid",),
        answering("CreateTopics", refusing_long_names),
    ),
    Miniature(
        "sees-no-collision",
        "makes topics whose metrics have the same name",
        ("topics.names.collide",),
        swapped("logion.cluster.topics:check_no_collision", instead(None)),
    ),
    Miniature(
        "makes-topics-without-replicas",
        "says of a topic that is made which has more replicas than there are brokers",
        ("topics.partitions.invalid",),
        unsaid("CreateTopics", Error.INVALID_REPLICATION_FACTOR),
    ),
    Miniature(
        "has-no-default-partitions",
        "refuses a topic that leaves the number of its partitions to the broker",
        ("topics.defaults",),
        answering("CreateTopics", refusing_defaults),
    ),
    Miniature(
        "takes-any-assignment",
        "says of a topic that is made whose assignment leaves a partition out",
        ("topics.assigned",),
        unsaid("CreateTopics", Error.INVALID_REPLICA_ASSIGNMENT),
    ),
    Miniature(
        "makes-topics-to-be-checked",
        "makes topics that were only to be checked",
        ("topics.validated",),
        hears("CreateTopics", "validate_only", always(value=False)),
    ),
    Miniature(
        "makes-topics-with-any-setting",
        "says of a topic that is made whose settings cannot be",
        ("topics.configs.invalid",),
        unsaid("CreateTopics", Error.INVALID_CONFIG),
    ),
    Miniature(
        "makes-topics-named-twice",
        "says of a topic that is made which a request names twice",
        ("topics.twice-in-one",),
        unsaid("CreateTopics", Error.INVALID_REQUEST),
    ),
    Miniature(
        "deletes-no-topic",
        "keeps topics that it says are deleted",
        ("topics.deleted",),
        swapped(f"{CLUSTER}.delete_topic", kept),
    ),
    Miniature(
        "deletes-no-long-names",
        "fails to delete a topic with a name above 200 characters",
        ("topics.deleted.longest-name",),
        answering("DeleteTopics", keeping_long_names),
    ),
    Miniature(
        "deletes-unknown-ids",
        "says of a topic that is deleted which is not there",
        ("topics.deleted.by-id",),
        unsaid("DeleteTopics", Error.UNKNOWN_TOPIC_ID),
    ),
    Miniature(
        "makes-ids-of-names",
        "gives a topic that is made again the id that it had",
        ("topics.recreated",),
        swapped(f"{CLUSTER}._plan", named_ids),
    ),
    Miniature(
        "adds-too-few-partitions",
        "adds one partition less than it was asked for",
        ("partitions.added",),
        hears("CreatePartitions", "topics.count", lambda count: count - 1),
    ),
    Miniature(
        "takes-partitions-away",
        "says of a topic that it has fewer partitions now than before",
        ("partitions.invalid",),
        unsaid("CreatePartitions", Error.INVALID_PARTITIONS),
    ),
    Miniature(
        "adds-partitions-to-be-checked",
        "adds partitions that were only to be checked",
        ("partitions.validated",),
        hears("CreatePartitions", "validate_only", always(value=False)),
    ),
)
