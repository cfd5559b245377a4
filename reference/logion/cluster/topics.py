"""Topics as requests ask for them: what is allowed, and which nodes it writes.

Every decision is pure: the image and the request in, operations on the tree out, or
`ApiError` with the code that Kafka answers and a text for the client.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from logion.cluster import znodes
from logion.cluster.assignment import Start, assign_replicas
from logion.cluster.image import ClusterImage, PartitionInfo, TopicInfo
from logion.config import ConfigError, check_topic_overrides
from logion.coordination.tree import Create, Delete, Operation, SetData
from logion.names import (
    BrokerId,
    ControllerEpoch,
    LeaderEpoch,
    PartitionEpoch,
    Uuid,
)
from logion.protocol.errors import ApiError, Error
from logion.settings import minor_release

NAME_SIZE_MAX = 249
"""Longest name of a topic: its folder's name must still fit a file system."""

COLLISION_SINCE = (0, 9, 0)
"""First release that refuses a name too like another's."""

PARTITIONS_MAX = 10_000
"""Partitions that one request may make; Kafka's controllers have the same limit."""

Assignment = Mapping[int, Sequence[int]]
"""The replicas asked for, by partition."""


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic that someone asks for (CreateTopics)."""

    name: str
    partition_count: int = -1
    """-1: `num.partitions` of the broker (KIP-464)."""
    replication_factor: int = -1
    """-1: `default.replication.factor` of the broker."""
    assignment: Assignment = field(default_factory=dict)
    """Empty: the broker chooses; else the two numbers above must be -1."""
    configs: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TopicDefaults:
    """What a topic gets that does not say otherwise."""

    release: str
    partition_count: int = 1
    replication_factor: int = 1


def check_topic_name(name: str) -> None:
    """Raise INVALID_TOPIC_EXCEPTION unless the name is legal.

    Letters, digits, `.`, `_` and `-`, up to 249 of them, but not `.` or `..`.
    """
    reason = _name_fault(name)
    if reason is not None:
        raise ApiError(Error.INVALID_TOPIC_EXCEPTION, f"topic name {name!r} {reason}")


def _name_fault(name: str) -> str | None:
    if not name:
        return "is empty"
    if name in {".", ".."}:
        return "is '.' or '..'"
    if len(name) > NAME_SIZE_MAX:
        return f"has {len(name)} characters, at most {NAME_SIZE_MAX} are allowed"
    if re.fullmatch(r"[a-zA-Z0-9._-]+", name) is None:
        return "has other characters than ASCII letters, digits, '.', '_' and '-'"
    return None


def check_no_collision(image: ClusterImage, name: str) -> None:
    """Raise INVALID_TOPIC_EXCEPTION if names differ in `.` and `_` only.

    Metrics write one for the other, so such topics could not be told apart there.
    """
    if "." not in name and "_" not in name:
        return
    written = name.replace(".", "_")
    for other in image.topics:
        if other != name and other.replace(".", "_") == written:
            text = f"topic {name!r} collides with existing topic {other!r}"
            raise ApiError(Error.INVALID_TOPIC_EXCEPTION, text)


def plan_topic(
    image: ClusterImage,
    new: NewTopic,
    *,
    topic_id: Uuid,
    start: Start,
    defaults: TopicDefaults,
) -> TopicInfo:
    """Return the topic that `new` would become: replicas, ISR and leaders.

    Raises ApiError: INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_REQUEST,
    INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT or
    INVALID_CONFIG.
    """
    _check_new(image, new, defaults.release)
    _check_overrides(new, defaults.release)
    replicas = (
        _check_assignment(image, new)
        if new.assignment
        else _assigned(image, new, start, defaults)
    )
    partitions = {
        index: _first_state(image, index, brokers)
        for index, brokers in sorted(replicas.items())
    }
    return TopicInfo(new.name, topic_id, partitions)


def _check_new(image: ClusterImage, new: NewTopic, release: str) -> None:
    check_topic_name(new.name)
    if new.name in image.topics:
        text = f"topic {new.name!r} already exists"
        raise ApiError(Error.TOPIC_ALREADY_EXISTS, text)
    if minor_release(release) >= COLLISION_SINCE:
        check_no_collision(image, new.name)
    if new.assignment and (new.partition_count, new.replication_factor) != (-1, -1):
        text = "give either an assignment, or numbers of partitions and replicas"
        raise ApiError(Error.INVALID_REQUEST, text)


def _check_overrides(new: NewTopic, release: str) -> None:
    try:
        check_topic_overrides(new.configs, release=release)
    except ConfigError as error:
        raise ApiError(Error.INVALID_CONFIG, str(error)) from None


def _assigned(
    image: ClusterImage, new: NewTopic, start: Start, defaults: TopicDefaults
) -> Mapping[int, tuple[BrokerId, ...]]:
    count, factor = new.partition_count, new.replication_factor
    count = defaults.partition_count if count == -1 else count
    factor = defaults.replication_factor if factor == -1 else factor
    if count < 1:
        text = f"{count} partitions asked for, at least 1 is needed"
        raise ApiError(Error.INVALID_PARTITIONS, text)
    if not 1 <= factor <= len(image.brokers):
        text = f"replication factor {factor}, brokers alive: {len(image.brokers)}"
        raise ApiError(Error.INVALID_REPLICATION_FACTOR, text)
    return assign_replicas(_racks(image), range(count), factor, start)


def _racks(image: ClusterImage) -> dict[BrokerId, str | None]:
    return {broker.id: broker.rack for broker in image.brokers.values()}


def _check_assignment(
    image: ClusterImage, new: NewTopic
) -> Mapping[int, tuple[BrokerId, ...]]:
    if sorted(new.assignment) != list(range(len(new.assignment))):
        raise _unassignable("partitions must be numbered 0, 1, 2, ... without a gap")
    return check_replicas(image, new.assignment, None)


def check_replicas(
    image: ClusterImage, assignment: Assignment, factor: int | None
) -> Mapping[int, tuple[BrokerId, ...]]:
    """Return the assignment if each partition can be made so, all alike.

    Raises ApiError INVALID_REPLICA_ASSIGNMENT; `factor` is how many replicas each has,
    None: as many as the first.
    """
    for partition, replicas in assignment.items():
        factor = len(replicas) if factor is None else factor
        if not replicas:
            raise _unassignable(f"partition {partition} has no replicas")
        if len(set(replicas)) < len(replicas):
            raise _unassignable(f"partition {partition} names a broker twice")
        if len(replicas) != factor:
            raise _unassignable(
                f"partition {partition} has {len(replicas)} replicas, expected {factor}"
            )
        unknown = sorted(set(replicas) - set(image.brokers))
        if unknown:
            raise _unassignable(f"brokers not alive: {unknown}")
    return {index: tuple(map(BrokerId, ids)) for index, ids in assignment.items()}


def _unassignable(text: str) -> ApiError:
    return ApiError(Error.INVALID_REPLICA_ASSIGNMENT, text)


def _first_state(
    image: ClusterImage, partition: int, replicas: tuple[BrokerId, ...]
) -> PartitionInfo:
    """Return the partition as it begins: every live replica is in sync."""
    alive = tuple(broker for broker in replicas if broker in image.brokers)
    return PartitionInfo(
        partition,
        replicas,
        isr=alive,
        leader=alive[0],
        leader_epoch=LeaderEpoch(0),
        controller_epoch=image.controller_epoch,
        partition_epoch=PartitionEpoch(0),
    )


def create_topic(
    topic: TopicInfo, configs: Mapping[str, str], release: str
) -> list[Operation]:
    """Return the operations that make a planned topic: settings, replicas, states."""
    return [
        Create(
            znodes.config_path("topics", topic.name), znodes.write_config(dict(configs))
        ),
        Create(znodes.topic_path(topic.name), znodes.write_topic(topic, release)),
        Create(f"{znodes.topic_path(topic.name)}/partitions", None),
        *_create_states(topic.name, topic.partitions),
    ]


def _create_states(
    topic: str, partitions: Mapping[int, PartitionInfo]
) -> list[Operation]:
    operations: list[Operation] = []
    for index, partition in partitions.items():
        operations += (
            Create(znodes.partition_path(topic, index), None),
            Create(znodes.state_path(topic, index), znodes.write_state(partition)),
        )
    return operations


def delete_topic(image: ClusterImage, name: str) -> list[Operation]:
    """Return the operations that remove a topic with all that belongs to it.

    Raises ApiError UNKNOWN_TOPIC_OR_PARTITION.
    """
    topic = _existing(image, name)
    operations: list[Operation] = []
    for index, partition in topic.partitions.items():
        if partition.partition_epoch >= 0:
            operations.append(Delete(znodes.state_path(name, index)))
            operations.append(Delete(znodes.partition_path(name, index)))
    if operations:
        operations.append(Delete(f"{znodes.topic_path(name)}/partitions"))
    operations.append(Delete(znodes.topic_path(name)))
    if name in image.topic_configs:
        operations.append(Delete(znodes.config_path("topics", name)))
    if name in image.deleting:
        operations.append(Delete(f"{znodes.DELETE_TOPICS}/{name}"))
    return operations


def _existing(image: ClusterImage, name: str) -> TopicInfo:
    topic = image.topics.get(name)
    if topic is None:
        text = f"there is no topic {name!r}"
        raise ApiError(Error.UNKNOWN_TOPIC_OR_PARTITION, text)
    return topic


def create_partitions(
    image: ClusterImage,
    name: str,
    count: int,
    assignment: Sequence[Sequence[int]] | None,
    release: str,
) -> list[Operation]:
    """Return the operations that give a topic `count` partitions in all.

    `assignment` has the replicas of each new partition, None lets the broker choose.
    Raises ApiError: UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS,
    INVALID_REPLICA_ASSIGNMENT or INVALID_REPLICATION_FACTOR.
    """
    topic = _existing(image, name)
    have = len(topic.partitions)
    if count <= have:
        text = f"topic {name!r} has {have} partitions, {count} is no increase"
        raise ApiError(Error.INVALID_PARTITIONS, text)
    factor = len(topic.partitions[0].replicas)
    if assignment is None:
        replicas = _more_replicas(image, topic, range(have, count), factor)
    elif len(assignment) != count - have:
        raise _unassignable(
            f"{count - have} partitions are new, {len(assignment)} are assigned"
        )
    else:
        asked = dict(enumerate(assignment, have))
        replicas = check_replicas(image, asked, factor)
    added = {index: _first_state(image, index, ids) for index, ids in replicas.items()}
    grown = topic._replace(partitions={**topic.partitions, **added})
    write = SetData(znodes.topic_path(name), znodes.write_topic(grown, release))
    return [write, *_create_states(name, added)]


def _more_replicas(
    image: ClusterImage, topic: TopicInfo, partitions: range, factor: int
) -> Mapping[int, tuple[BrokerId, ...]]:
    """Return replicas that carry on the round of the first partition."""
    if factor > len(image.brokers):
        text = f"replication factor {factor}, brokers alive: {len(image.brokers)}"
        raise ApiError(Error.INVALID_REPLICATION_FACTOR, text)
    brokers = sorted(image.brokers)
    first = topic.partitions[0].replicas[0]
    at = brokers.index(first) if first in image.brokers else 0
    return assign_replicas(_racks(image), partitions, factor, Start(at, at))


def adopted_topic(
    name: str,
    partitions: Sequence[int],
    *,
    topic_id: Uuid,
    broker: BrokerId,
    controller_epoch: ControllerEpoch,
) -> TopicInfo:
    """Return a topic whose partitions were found in the folders of one broker.

    Numbers that are missing below the highest exist too, empty.
    """
    states = {
        index: PartitionInfo(
            index,
            (broker,),
            isr=(broker,),
            leader=broker,
            leader_epoch=LeaderEpoch(0),
            controller_epoch=controller_epoch,
            partition_epoch=PartitionEpoch(0),
        )
        for index in range(max(partitions) + 1)
    }
    return TopicInfo(name, topic_id, states)
