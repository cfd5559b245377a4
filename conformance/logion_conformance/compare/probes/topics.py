"""Topics made, grown, emptied and deleted; producer ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logion.names import ZERO_UUID
from logion.protocol.messages.create_partitions import (
    CreatePartitionsAssignment,
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from logion.protocol.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from logion.protocol.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from logion.protocol.messages.delete_topics import (
    DeleteTopicsRequest,
    DeleteTopicState,
)
from logion.protocol.messages.init_producer_id import InitProducerIdRequest
from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic

from logion_conformance.compare.probe import Ground, Probe, Script, Until, asking
from logion_conformance.compare.probes.fetch import fetch
from logion_conformance.compare.probes.offsets import offsets
from logion_conformance.compare.probes.produce import NO_ID, UNKNOWN, produce
from logion_conformance.material import EARLIEST, Topic


def topic(
    name: str,
    partitions: int = 1,
    replicas: int = 1,
    *,
    placed: Mapping[int, tuple[int, ...]] | None = None,
    configs: Mapping[str, str | None] | None = None,
) -> CreatableTopic:
    """Return a topic to make."""
    return CreatableTopic(
        name=name,
        num_partitions=partitions,
        replication_factor=replicas,
        assignments=tuple(
            CreatableReplicaAssignment(partition_index=at, broker_ids=brokers)
            for at, brokers in (placed or {}).items()
        ),
        configs=tuple(
            CreatableTopicConfig(name=key, value=value)
            for key, value in (configs or {}).items()
        ),
    )


def create(*topics: CreatableTopic, **more: Any) -> CreateTopicsRequest:
    """Return the request that makes topics."""
    return CreateTopicsRequest(**{"topics": topics, "timeout_ms": 10_000, **more})


def known(*names: str) -> MetadataRequest:
    """Return the request about topics, which makes none."""
    return MetadataRequest(
        topics=tuple(MetadataRequestTopic(name=name) for name in names),
        allow_auto_topic_creation=False,
    )


def created(it: Ground) -> Script:
    """A topic is made, is there, and is not made twice."""
    if it.version_of("Metadata") < 4:
        yield create(topic(it.name, 2))
        return
    yield create(topic(it.name, 2))
    yield Until(known(it.name), lambda came: not came.topics[0].error_code)
    yield create(topic(it.name))


def created_with_settings(it: Ground) -> Script:
    """Settings of a new topic: right, unknown, wrong, null."""
    for number, configs in enumerate(
        (
            {"retention.ms": "1000"},
            {"cleanup.policy": "compact"},
            {"no.such.setting": "1"},
            {"retention.ms": "many"},
            {"retention.ms": None},
            {"cleanup.policy": "burn"},
            {"min.insync.replicas": "0"},
        )
    ):
        named = topic(f"{it.name}-{number}", configs=configs)  # type: ignore[arg-type]
        yield create(named)


def deleted(it: Ground) -> Script:
    """A topic is deleted, and is gone."""
    yield delete(it, it.own)
    if it.version_of("Metadata") >= 4:
        yield Until(known(it.name), lambda came: came.topics[0].error_code)
        yield delete(it, it.own)


def delete(it: Ground, *topics: Topic, **more: Any) -> DeleteTopicsRequest:
    """Return the request that deletes topics by name."""
    names = tuple(each.name for each in topics)
    if it.version < 6:
        rows: dict[str, Any] = {"topic_names": names}
    else:
        rows = {"topics": tuple(state(name) for name in names)}
    return DeleteTopicsRequest(**{"timeout_ms": 10_000, **rows, **more})


def state(name: str | None, topic_id: Any = ZERO_UUID) -> DeleteTopicState:
    """Return a topic to delete by name or id."""
    return DeleteTopicState(name=name, topic_id=topic_id)


def delete_states(*states: DeleteTopicState) -> DeleteTopicsRequest:
    """Return the request that deletes topics."""
    return DeleteTopicsRequest(topics=states, timeout_ms=10_000)


def grow(
    name: str, count: int, *placed: tuple[int, ...], **more: Any
) -> CreatePartitionsRequest:
    """Return the request for more partitions."""
    rows = tuple(CreatePartitionsAssignment(broker_ids=each) for each in placed)
    grown = CreatePartitionsTopic(name=name, count=count, assignments=rows or None)
    usual = {"topics": (grown,), "timeout_ms": 10_000, "validate_only": False}
    return CreatePartitionsRequest(**{**usual, **more})


def grown(it: Ground) -> Script:
    """A topic gets partitions, and then no fewer and no more of the same."""
    yield grow(it.own.name, 3)
    yield Until(known(it.own.name), lambda came: len(came.topics[0].partitions) == 3)
    yield grow(it.own.name, 3)
    yield grow(it.own.name, 2)


def trim(
    name: str, offset: int, partition: int = 0, **more: Any
) -> DeleteRecordsRequest:
    """Return the request that deletes the first records of a partition."""
    row = DeleteRecordsPartition(partition_index=partition, offset=offset)
    rows = (DeleteRecordsTopic(name=name, partitions=(row,)),)
    return DeleteRecordsRequest(**{"topics": rows, "timeout_ms": 10_000, **more})


def trimmed(it: Ground) -> Script:
    """Records go; the log begins later; what went is out of range."""
    yield produce(it)
    yield produce(it)
    for offset in (1, 3, 2, -1, 9, -2):
        yield trim(it.own.name, offset)
    yield offsets(it, EARLIEST, name=it.own.name)
    yield fetch(it, 0, topic=it.own)
    yield fetch(it, 4, topic=it.own)


def new_ids(it: Ground) -> Script:
    """Two producers get ids of their own."""
    yield new_id()
    yield new_id()


def new_id(**more: Any) -> InitProducerIdRequest:
    """Return the request for a producer id."""
    usual = {"transactional_id": None, "transaction_timeout_ms": 60_000}
    return InitProducerIdRequest(**{**usual, **more})


PROBES = (
    *asking(
        "CreateTopics",
        {
            "checked-only": lambda it: create(topic(it.name), validate_only=True),
            "none": lambda it: create(),
            "exists": lambda it: create(topic(it.standing.name)),
            "twice": lambda it: create(topic(it.name), topic(it.name)),
            "empty-name": lambda it: create(topic("")),
            "dot": lambda it: create(topic(".")),
            "bad-name": lambda it: create(topic("a b")),
            "long-name": lambda it: create(topic("x" * 250)),
            "no-partitions": lambda it: create(topic(it.name, 0)),
            "partitions-minus-2": lambda it: create(topic(it.name, -2)),
            "partitions-by-default": lambda it: create(topic(it.name, -1)),
            "no-replicas": lambda it: create(topic(it.name, 1, 0)),
            "replicas-by-default": lambda it: create(topic(it.name, 1, -1)),
            "replicas-minus-2": lambda it: create(topic(it.name, 1, -2)),
            "too-many-replicas": lambda it: create(topic(it.name, 1, 3)),
            "placed": lambda it: create(
                topic(it.name, -1, -1, placed={0: (it.broker,)})
            ),
            "placed-and-counted": lambda it: create(
                topic(it.name, 1, 1, placed={0: (it.broker,)})
            ),
            "placed-nowhere": lambda it: create(topic(it.name, -1, -1, placed={0: ()})),
            "placed-twice": lambda it: create(
                topic(it.name, -1, -1, placed={0: (it.broker, it.broker)})
            ),
            "placed-not-from-0": lambda it: create(
                topic(it.name, -1, -1, placed={1: (it.broker,)})
            ),
            "placed-with-a-gap": lambda it: create(
                topic(it.name, -1, -1, placed={0: (it.broker,), 2: (it.broker,)})
            ),
            "one-of-two": lambda it: create(topic(it.name), topic("a b")),
            "internal": lambda it: create(topic("__consumer_offsets")),
            "collides": lambda it: create(
                topic(it.standing.name.replace("-", "."), configs={"no.such": "x"})
            ),
        },
    ),
    Probe("CreateTopics", "created", created),
    Probe("CreateTopics", "with-settings", created_with_settings),
    *asking(
        "DeleteTopics",
        {
            "unknown": lambda it: delete(it, UNKNOWN),
            "none": delete,
            "empty-name": lambda it: delete(it, Topic("")),
            "bad-name": lambda it: delete(it, Topic("a b")),
            "unknown-twice": lambda it: delete(it, UNKNOWN, UNKNOWN),
        },
    ),
    *asking(
        "DeleteTopics",
        {
            "by-unknown-id": lambda it: delete_states(state(None, NO_ID)),
            "by-id-0": lambda it: delete_states(state(None)),
            "by-id-and-name": lambda it: delete_states(
                state(it.standing.name, it.standing.topic_id)
            ),
            "by-unknown-id-twice": lambda it: delete_states(
                state(None, NO_ID), state(None, NO_ID)
            ),
        },
        first=6,
    ),
    Probe("DeleteTopics", "deleted", deleted, needs_topic=True),
    *asking(
        "CreatePartitions",
        {
            "unknown": lambda it: grow(UNKNOWN.name, 3),
            "bad-name": lambda it: grow("a b", 3),
            "none": lambda it: grow("", 1, topics=()),
            "fewer": lambda it: grow(it.standing.name, 0),
            "negative": lambda it: grow(it.standing.name, -1),
            "as-many": lambda it: grow(it.standing.name, 1),
            "checked-only": lambda it: grow(it.standing.name, 2, validate_only=True),
            "placed-checked-only": lambda it: grow(
                it.standing.name, 2, (it.broker,), validate_only=True
            ),
            "placed-too-few": lambda it: grow(it.standing.name, 3, (it.broker,)),
            "placed-too-many": lambda it: grow(
                it.standing.name, 2, (it.broker,), (it.broker,)
            ),
            "placed-elsewhere": lambda it: grow(it.standing.name, 2, (77,)),
            "placed-nowhere": lambda it: grow(it.standing.name, 2, ()),
            "placed-twice": lambda it: grow(
                it.standing.name, 2, (it.broker, it.broker)
            ),
            "twice": lambda it: grow(
                "",
                1,
                topics=(
                    CreatePartitionsTopic(name="t", count=2, assignments=None),
                    CreatePartitionsTopic(name="t", count=3, assignments=None),
                ),
            ),
        },
    ),
    Probe("CreatePartitions", "grown", grown, needs_topic=True),
    *asking(
        "DeleteRecords",
        {
            "unknown": lambda it: trim(UNKNOWN.name, 0),
            "bad-name": lambda it: trim("a b", 0),
            "no-partition": lambda it: trim(it.standing.name, 0, 1),
            "partition-negative": lambda it: trim(it.standing.name, 0, -1),
            "nothing": lambda it: trim(it.standing.name, 0),
            "beyond-the-end": lambda it: trim(it.standing.name, 99),
            "none": lambda it: trim("", 0, topics=()),
            "internal": lambda it: trim("__consumer_offsets", 0),
        },
    ),
    Probe("DeleteRecords", "trimmed", trimmed, needs_topic=True),
    *asking(
        "InitProducerId",
        {
            "time-out-0": lambda it: new_id(transaction_timeout_ms=0),
            "time-out-negative": lambda it: new_id(transaction_timeout_ms=-1),
            "empty-transaction-id": lambda it: new_id(transactional_id=""),
            "id-without-epoch": lambda it: new_id(producer_id=5),
            "epoch-without-id": lambda it: new_id(producer_epoch=5),
            "id-and-epoch": lambda it: new_id(producer_id=5, producer_epoch=1),
        },
    ),
    Probe("InitProducerId", "two", new_ids),
)
