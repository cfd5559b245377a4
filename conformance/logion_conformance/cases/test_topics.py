"""CreateTopics, DeleteTopics, CreatePartitions: which topics there may be."""

from __future__ import annotations

import pytest
from logion.client.admin import delete_request
from logion.names import ZERO_UUID, TopicPartition, Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.create_partitions import (
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopic,
)
from logion.protocol.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from logion.protocol.messages.delete_topics import (
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)
from logion.protocol.schema import replace

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
    expect_that,
)
from logion_conformance.material import TIMEOUT_MS, Topic
from logion_conformance.subject import Subject

DOCUMENTATION = "Kafka documentation"


def plain(name: str, *, partitions: int = 1, copies: int = 1) -> CreatableTopic:
    """Return the wish for a topic without settings."""
    return CreatableTopic(
        name=name,
        num_partitions=partitions,
        replication_factor=copies,
        assignments=(),
        configs=(),
    )


async def create(
    broker: Subject, *topics: CreatableTopic, validate_only: bool = False
) -> list[CreatableTopicResult]:
    """Return what the controller says of topics to be made."""
    request = CreateTopicsRequest(
        topics=topics, timeout_ms=TIMEOUT_MS, validate_only=validate_only
    )
    came = await broker.ask_controller(request, CreateTopicsResponse)
    return list(came.topics)


async def error_of_creating(broker: Subject, topic: CreatableTopic) -> int:
    """Return the error code of making one topic."""
    (result,) = await create(broker, topic)
    return result.error_code


async def is_known(broker: Subject, name: str) -> bool:
    """Whether Metadata has the topic."""
    picture = await broker.cluster.refresh((name,))
    return name not in picture.errors


@case(
    "topics.created",
    level=MUST,
    cites="KIP-4: CreateTopics",
    apis={"CreateTopics": "0+", "Metadata": "4+"},
)
async def test_a_topic_is_made_as_asked_for(broker: Subject, version: int) -> None:
    """A new topic has the number of partitions that was asked for, each with a leader;
    from version 5 on the answer says so too, from 7 with the topic's id."""
    name = broker.new_name()
    (result,) = await create(broker, plain(name, partitions=3))
    expect_success(result.error_code)
    topic = await broker.ready(name, 3)
    partitions = broker.cluster.picture.partitions(name)
    expect(
        "the partitions", partitions, tuple(TopicPartition(name, n) for n in range(3))
    )
    if version >= 5:
        told = (result.num_partitions, result.replication_factor)
        expect("partitions and replicas of the answer", told, (3, 1))
    if version >= 7:
        expect("the id of the answer", result.topic_id, topic.topic_id)


@case(
    "topics.exists",
    level=MUST,
    cites="error 36 TOPIC_ALREADY_EXISTS",
    apis={"CreateTopics": "0+"},
)
async def test_a_topic_is_made_once(broker: Subject, version: int) -> None:
    """A second topic of the same name is TOPIC_ALREADY_EXISTS."""
    topic = await broker.topic()
    error = await error_of_creating(broker, plain(topic.name))
    expect_error(error, Error.TOPIC_ALREADY_EXISTS)
    expect("the version asked in", broker.version("CreateTopics"), version)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a b", "a\tb", "ä", "x" * 250, "a,b", "a:b"],
    ids=[
        "empty",
        "dot",
        "dots",
        "slash",
        "space",
        "tab",
        "letter",
        "250",
        "comma",
        "colon",
    ],
)
@case(
    "topics.names.invalid",
    level=MUST,
    cites="Apache Kafka, Topic.validate; error 17 INVALID_TOPIC_EXCEPTION",
    apis={"CreateTopics": "0+"},
)
async def test_a_name_has_rules(broker: Subject, name: str) -> None:
    """A name is 1 to 249 letters, digits, dots, hyphens and underscores, but not one
    or two dots alone."""
    error = await error_of_creating(broker, plain(name))
    expect_error(error, Error.INVALID_TOPIC_EXCEPTION)


@case(
    "topics.names.valid",
    level=MUST,
    cites="Apache Kafka, Topic.validate",
    apis={"CreateTopics": "0+"},
)
async def test_a_name_may_be_249_characters_long(broker: Subject) -> None:
    """The longest name, and one of every character that is allowed, are accepted."""
    name = broker.new_name(tail="-Az09.x-")
    expect_success(await error_of_creating(broker, plain(name)))
    longest = plain(broker.new_name(size=249))
    can_ask = broker.version("CreateTopics") >= 1  # deleting it fells Kafka 1.0 to 2.2
    (result,) = await create(broker, longest, validate_only=can_ask)
    expect_success(result.error_code)


@case(
    "topics.names.collide",
    level=MUST,
    cites="Apache Kafka, Topic.hasCollision: names that metrics cannot tell apart",
    apis={"CreateTopics": "0+"},
)
async def test_a_dot_and_an_underscore_collide(broker: Subject) -> None:
    """Two names that differ in a dot for an underscore only cannot both be."""
    name = broker.new_name(tail="-a.b")
    expect_success(await error_of_creating(broker, plain(name)))
    await broker.ready(name)
    error = await error_of_creating(broker, plain(name.replace(".", "_")))
    expect_error(error, Error.INVALID_TOPIC_EXCEPTION)


@case(
    "topics.partitions.invalid",
    level=MUST,
    cites="errors 37 INVALID_PARTITIONS, 38 INVALID_REPLICATION_FACTOR",
    apis={"CreateTopics": "0+"},
)
async def test_numbers_have_to_make_sense(broker: Subject, version: int) -> None:
    """No partitions, no replicas, or more replicas than brokers cannot be."""
    for topic, error in (
        (plain(broker.new_name(), partitions=0), Error.INVALID_PARTITIONS),
        (plain(broker.new_name(), partitions=-2), Error.INVALID_PARTITIONS),
        (plain(broker.new_name(), copies=0), Error.INVALID_REPLICATION_FACTOR),
        (plain(broker.new_name(), copies=1_000), Error.INVALID_REPLICATION_FACTOR),
    ):
        came = await error_of_creating(broker, topic)
        expect_error(came, error, what=f"the error code of {topic!r}")
    expect("the version asked in", broker.version("CreateTopics"), version)


@case(
    "topics.defaults",
    level=MUST,
    cites="KIP-464: -1 for the broker's num.partitions and default.replication.factor",
    apis={"CreateTopics": "4+"},
)
async def test_numbers_may_be_left_to_the_broker(broker: Subject, version: int) -> None:
    """From version 4 on -1 stands for the defaults of the broker."""
    broker.need_default_replicas()
    name = broker.new_name()
    (result,) = await create(broker, plain(name, partitions=-1, copies=-1))
    expect_success(result.error_code)
    await broker.ready(name)
    expect("the version asked in", broker.version("CreateTopics"), version)


@case(
    "topics.assigned",
    level=MUST,
    cites="CreateTopicsRequest.Assignments; error 39 INVALID_REPLICA_ASSIGNMENT",
    apis={"CreateTopics": "4+"},
)
async def test_replicas_may_be_assigned_by_hand(broker: Subject) -> None:
    """An assignment says which brokers hold each partition; partitions count from 0."""
    node_id = next(iter(broker.cluster.picture.nodes))
    name = broker.new_name()
    rows = [
        CreatableReplicaAssignment(partition_index=number, broker_ids=(node_id,))
        for number in (0, 1, 3)
    ]
    wish = plain(name, partitions=-1, copies=-1)
    error = await error_of_creating(broker, replace(wish, assignments=tuple(rows)))
    expect_error(error, Error.INVALID_REPLICA_ASSIGNMENT)
    error = await error_of_creating(broker, replace(wish, assignments=tuple(rows[:2])))
    expect_success(error)
    await broker.ready(name, 2)


@case(
    "topics.validated",
    level=MUST,
    cites="CreateTopicsRequest.validateOnly",
    apis={"CreateTopics": "1+", "Metadata": "4+"},
)
async def test_a_topic_may_be_checked_and_not_made(
    broker: Subject, version: int
) -> None:
    """With validate_only nothing is made; what is wrong is told all the same."""
    name = broker.new_name()
    (result,) = await create(broker, plain(name), validate_only=True)
    expect_success(result.error_code)
    expect("whether the topic is there", await is_known(broker, name), NO)
    (wrong,) = await create(broker, plain(name, partitions=0), validate_only=True)
    expect_error(wrong.error_code, Error.INVALID_PARTITIONS)
    expect("the version asked in", broker.version("CreateTopics"), version)


NO = False


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("no.such.setting", "1"),
        ("retention.ms", "soon"),
        ("cleanup.policy", "burn"),
        ("max.message.bytes", "-1"),
    ],
)
@case(
    "topics.configs.invalid",
    level=MUST,
    cites=f"{DOCUMENTATION}, Topic Configs; error 40 INVALID_CONFIG",
    apis={"CreateTopics": "4+"},
)
async def test_settings_have_to_be_right(broker: Subject, key: str, value: str) -> None:
    """An unknown setting, or a value it cannot have, is INVALID_CONFIG."""
    rows = (CreatableTopicConfig(name=key, value=value),)
    wish = replace(plain(broker.new_name()), configs=rows)
    expect_error(await error_of_creating(broker, wish), Error.INVALID_CONFIG)


@case(
    "topics.twice-in-one",
    level=MUST,
    cites="Apache Kafka: duplicate topics; error 42 INVALID_REQUEST",
    apis={"CreateTopics": "0+"},
)
async def test_a_request_names_a_topic_once(broker: Subject) -> None:
    """A topic named twice in one request is INVALID_REQUEST; others are made."""
    name, other = broker.new_name(), broker.new_name()
    results = await create(broker, plain(name), plain(name), plain(other))
    errors = {result.name: result.error_code for result in results}
    expected = {name: Error.INVALID_REQUEST, other: Error.NONE}
    expect("the error codes", errors, expected)


async def delete(broker: Subject, topic: Topic) -> int:
    """Return the error code of a topic that is to be deleted by its name."""
    version = broker.version("DeleteTopics")
    request = delete_request((topic.name,), version, TIMEOUT_MS)
    came = await broker.ask_controller(request, DeleteTopicsResponse)
    return came.responses[0].error_code


@case(
    "topics.deleted",
    level=MUST,
    cites="KIP-4: DeleteTopics",
    apis={"DeleteTopics": "0+", "CreateTopics": "0+", "Metadata": "4+"},
)
async def test_a_deleted_topic_is_gone(broker: Subject, version: int) -> None:
    """A deleted topic is in no Metadata, and cannot be deleted again."""
    await broker.need_deletion()
    topic = await broker.topic()
    await broker.append(topic, b"x")
    expect_success(await delete(broker, topic))
    await broker.until_gone(topic)
    again = await delete(broker, topic)
    expect_error(again, Error.UNKNOWN_TOPIC_OR_PARTITION)
    expect("the version asked in", broker.version("DeleteTopics"), version)


@pytest.mark.usefixtures("provisioner")
@case(
    "topics.deleted.longest-name",
    level=MUST,
    cites="Apache Kafka, Topic.validate: up to 249 characters; KIP-4: DeleteTopics",
    apis={"DeleteTopics": "0+", "CreateTopics": "0+", "Metadata": "4+"},
)
async def test_a_topic_of_the_longest_name_can_be_deleted(broker: Subject) -> None:
    """A topic whose name has 249 characters can be deleted; the broker goes on."""
    await broker.need_deletion()
    topic = await broker.made(broker.new_name(size=249))
    expect_success(await delete(broker, topic))
    await broker.until_gone(topic)
    await broker.topic()


@case(
    "topics.deleted.by-id",
    level=MUST,
    cites="KIP-516: DeleteTopics by topic id; error 100 UNKNOWN_TOPIC_ID",
    apis={"DeleteTopics": "6+", "CreateTopics": "7+", "Metadata": "4+"},
)
async def test_a_topic_may_be_deleted_by_its_id(broker: Subject) -> None:
    """An id deletes its topic; an id of none is UNKNOWN_TOPIC_ID."""
    await broker.need_deletion()
    topic = await broker.topic()
    for topic_id, error in (
        (Uuid(b"logion: no topic"), Error.UNKNOWN_TOPIC_ID),
        (topic.topic_id, Error.NONE),
    ):
        rows = (DeleteTopicState(name=None, topic_id=topic_id),)
        request = DeleteTopicsRequest(topics=rows, timeout_ms=TIMEOUT_MS)
        came = await broker.ask_controller(request, DeleteTopicsResponse)
        expect_error(came.responses[0].error_code, error)
    await broker.until_gone(topic)


@case(
    "topics.recreated",
    level=MUST,
    cites="KIP-516: a topic made again is another topic",
    apis={"CreateTopics": "7+", "DeleteTopics": "6+", "Fetch": "4+", "Produce": "3+"},
)
async def test_a_topic_made_again_is_a_new_one(broker: Subject) -> None:
    """After deletion the same name gives an empty topic with another id."""
    await broker.need_deletion()
    old = await broker.topic()
    await broker.append(old, b"of the old one")
    expect_success(await delete(broker, old))
    new = await broker.made_again(old)
    expect_that(
        "the new id",
        holds=new.topic_id not in (old.topic_id, ZERO_UUID),
        expected="another one",
        came=new.topic_id,
    )
    expect("the end offset", await broker.end_offset(new), 0)


async def grow(
    broker: Subject, name: str, count: int, *, validate_only: bool = False
) -> int:
    """Return the error code of giving a topic `count` partitions."""
    wish = CreatePartitionsTopic(name=name, count=count, assignments=None)
    request = CreatePartitionsRequest(
        topics=(wish,), timeout_ms=TIMEOUT_MS, validate_only=validate_only
    )
    came = await broker.ask_controller(request, CreatePartitionsResponse)
    return came.results[0].error_code


@case(
    "partitions.added",
    level=MUST,
    cites="KIP-195: CreatePartitions",
    apis={"CreatePartitions": "0+", "CreateTopics": "0+", "Produce": "3+"},
)
async def test_a_topic_grows_and_keeps_what_it_has(
    broker: Subject, version: int
) -> None:
    """New partitions come empty; the old one keeps its records."""
    topic = await broker.topic()
    await broker.append(topic, b"kept")
    expect_success(await grow(broker, topic.name, 3))
    grown: Topic = await broker.ready(topic.name, 3)
    expect("the end offset of partition 0", await broker.end_offset(grown), 1)
    expect(
        "the offset in the new one", await broker.append(grown, b"x", partition=2), 0
    )
    expect("the version asked in", broker.version("CreatePartitions"), version)


@case(
    "partitions.invalid",
    level=MUST,
    cites="KIP-195; errors 37 INVALID_PARTITIONS, 3 UNKNOWN_TOPIC_OR_PARTITION",
    apis={"CreatePartitions": "0+", "CreateTopics": "0+"},
)
async def test_a_topic_never_shrinks(broker: Subject, version: int) -> None:
    """Fewer partitions, or as many as there are, is INVALID_PARTITIONS; a topic that
    is not there cannot grow."""
    topic = await broker.topic(partitions=2)
    for count in (1, 2, 0, -1):
        error = await grow(broker, topic.name, count)
        expect_error(error, Error.INVALID_PARTITIONS, what=f"the error for {count}")
    error = await grow(broker, broker.new_name(), 2)
    expect_error(error, Error.UNKNOWN_TOPIC_OR_PARTITION)
    expect("the version asked in", broker.version("CreatePartitions"), version)


@case(
    "partitions.validated",
    level=SHOULD,
    cites="CreatePartitionsRequest.ValidateOnly",
    apis={"CreatePartitions": "0+", "CreateTopics": "0+"},
)
async def test_growth_may_be_checked_and_not_done(broker: Subject) -> None:
    """With validate_only the topic stays as it is."""
    topic = await broker.topic()
    expect_success(await grow(broker, topic.name, 3, validate_only=True))
    picture = await broker.cluster.refresh((topic.name,))
    expect("the number of partitions", len(picture.partitions(topic.name)), 1)
