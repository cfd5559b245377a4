"""Metadata and its younger relatives: which brokers and topics there are."""

from __future__ import annotations

import pytest
from logion.client.admin import BROKER, describe_configs
from logion.client.picture import Picture, seen
from logion.names import ZERO_UUID, Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_cluster import (
    DescribeClusterRequest,
    DescribeClusterResponse,
)
from logion.protocol.messages.describe_topic_partitions import (
    Cursor,
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    TopicRequest,
)
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_in,
    expect_success,
    expect_that,
)
from logion_conformance.subject import Subject


async def ask(
    broker: Subject, *names: str, every: bool = False, create: bool = False
) -> MetadataResponse:
    """Return the Metadata of topics; of `every` topic if asked so."""
    topics = tuple(MetadataRequestTopic(name=name) for name in names)
    version = broker.version("Metadata")
    wanted = None if every and version >= 1 else topics
    request = MetadataRequest(topics=wanted)
    if version >= 4:
        request = MetadataRequest(topics=wanted, allow_auto_topic_creation=create)
    return await broker.ask(request, MetadataResponse)


@case(
    "metadata.all",
    level=MUST,
    cites="MetadataRequest.Topics: all for null; in version 0 for no topic",
    apis={"Metadata": "0+"},
)
async def test_all_topics_can_be_asked_for(broker: Subject, version: int) -> None:
    """Null topics (in version 0: none) stand for all topics there are."""
    topic = await broker.topic()
    came = await ask(broker, every=True)
    names = [each.name for each in came.topics]
    expect_in("the new topic", topic.name, names)
    expect("the version of Metadata", broker.version("Metadata"), version)


@case(
    "metadata.none",
    level=MUST,
    cites="MetadataRequest.Topics: an empty list for none, from version 1",
    apis={"Metadata": "1+"},
)
async def test_no_topic_can_be_asked_for(broker: Subject, version: int) -> None:
    """No topics (from version 1) stand for no topic: the brokers alone are told."""
    await broker.topic()
    came = await ask(broker)
    expect("the topics", came.topics, ())
    expect_that("the brokers", holds=bool(came.brokers), expected="some", came=())
    expect("the version of Metadata", broker.version("Metadata"), version)


@case(
    "metadata.topic",
    level=MUST,
    cites="MetadataResponse: partitions, leaders, replicas, ISR",
    apis={"Metadata": "0+", "CreateTopics": "0+"},
)
async def test_each_partition_is_described(broker: Subject, version: int) -> None:
    """A topic has partitions 0 to n-1; the leader of each is a known broker, and one
    of its in-sync replicas."""
    topic = await broker.topic(partitions=3)
    came = await ask(broker, topic.name)
    (described,) = came.topics
    expect_success(described.error_code)
    rows = sorted(described.partitions, key=lambda row: row.partition_index)
    expect("the partitions", [row.partition_index for row in rows], [0, 1, 2])
    known = {each.node_id for each in came.brokers}
    for row in rows:
        expect_success(row.error_code)
        expect_in("the leader", row.leader_id, known)
        expect_in("the leader, in the ISR", row.leader_id, row.isr_nodes)
        outside = set(row.isr_nodes) - set(row.replica_nodes)
        expect("in-sync brokers without a replica", outside, set())
    if version >= 1:
        expect("internal topics", [t.name for t in came.topics if t.is_internal], [])
        expect_in("the controller", came.controller_id, known)


@case(
    "metadata.topic.unknown",
    level=MUST,
    cites="KAFKA-5291; error 3; MetadataRequest.AllowAutoTopicCreation",
    apis={"Metadata": "4+"},
)
async def test_an_unknown_topic_is_not_made_unless_asked_for(
    broker: Subject, version: int
) -> None:
    """Without allow_auto_topic_creation an unknown topic is an error and stays so."""
    name = broker.new_name()
    for _ in range(2):
        came = await ask(broker, name)
        expect_error(came.topics[0].error_code, Error.UNKNOWN_TOPIC_OR_PARTITION)
    expect("the version of Metadata", broker.version("Metadata"), version)


@case(
    "metadata.topic.created",
    level=MUST,
    cites="Kafka documentation, auto.create.topics.enable",
    apis={"Metadata": "0+", "DescribeConfigs": "0+"},
)
async def test_an_unknown_topic_is_made_if_asked_for(
    broker: Subject, version: int
) -> None:
    """Where auto.create.topics.enable is true, asking for a topic that is not there
    creates it: at first it may have no leader, soon it has."""
    node_id = next(iter(broker.cluster.picture.nodes))
    settings = await describe_configs(broker.cluster, BROKER, str(node_id))
    may_create = settings.get("auto.create.topics.enable")
    if may_create is None:
        pytest.skip("the broker does not say what its auto.create.topics.enable is")
    if may_create == "true":
        broker.need_default_replicas()
    name = broker.new_name()
    came = await ask(broker, name, create=True)
    first = came.topics[0].error_code
    if may_create != "true":
        expect_error(first, Error.UNKNOWN_TOPIC_OR_PARTITION)
        return
    expect_error(
        first,
        Error.NONE,
        Error.LEADER_NOT_AVAILABLE,
        Error.UNKNOWN_TOPIC_OR_PARTITION,
    )

    async def described() -> MetadataResponse:
        answer = await ask(broker, name, create=True)
        code = answer.topics[0].error_code
        if code:
            raise ApiError(Error.of(code))
        return answer

    came = await broker.cluster.retry(described)
    expect_that(
        "the partitions",
        holds=bool(came.topics[0].partitions),
        expected="one at least",
        came=came.topics[0].partitions,
    )
    expect("the version of Metadata", broker.version("Metadata"), version)


@case(
    "metadata.name.invalid",
    level=MUST,
    cites="error 17 INVALID_TOPIC_EXCEPTION",
    apis={"Metadata": "1+"},
)
async def test_a_name_that_cannot_be_is_not_created(broker: Subject) -> None:
    """Asking for a topic whose name is not allowed is INVALID_TOPIC_EXCEPTION."""
    came = await ask(broker, "not a name", create=True)
    expect_error(came.topics[0].error_code, Error.INVALID_TOPIC_EXCEPTION)


@case(
    "metadata.ids",
    level=MUST,
    cites="KIP-516: topic ids in Metadata",
    apis={"Metadata": "12+", "CreateTopics": "0+"},
)
async def test_a_topic_is_found_by_its_id(broker: Subject, version: int) -> None:
    """A topic has an id that is not zero; asked for by id, it comes with its name."""
    topic = await broker.topic()
    by_name = (await ask(broker, topic.name)).topics[0]
    expect_that(
        "the id",
        holds=by_name.topic_id != ZERO_UUID,
        expected="another than zero",
        came=by_name.topic_id,
    )
    wanted = MetadataRequestTopic(topic_id=by_name.topic_id, name=None)
    request = MetadataRequest(topics=(wanted,), allow_auto_topic_creation=False)
    by_id = (await broker.ask(request, MetadataResponse)).topics[0]
    expect_success(by_id.error_code)
    expect("the name found by id", by_id.name, topic.name)
    expect("the version of Metadata", broker.version("Metadata"), version)


@case(
    "metadata.ids.unknown",
    level=MUST,
    cites="KIP-516: error 100 UNKNOWN_TOPIC_ID",
    apis={"Metadata": "12+"},
)
async def test_an_unknown_id_is_no_topic(broker: Subject) -> None:
    """An id no topic has is UNKNOWN_TOPIC_ID."""
    missing = MetadataRequestTopic(topic_id=Uuid(b"logion: no topic"), name=None)
    request = MetadataRequest(topics=(missing,), allow_auto_topic_creation=False)
    came = await broker.ask(request, MetadataResponse)
    expect_error(came.topics[0].error_code, Error.UNKNOWN_TOPIC_ID)


@case(
    "cluster.described",
    level=MUST,
    cites="KIP-700: DescribeCluster",
    apis={"DescribeCluster": "0+", "Metadata": "2+"},
)
async def test_the_cluster_is_described_as_metadata_has_it(
    broker: Subject, version: int
) -> None:
    """DescribeCluster and Metadata name the same cluster, brokers and addresses."""
    came = await broker.ask(
        DescribeClusterRequest(include_cluster_authorized_operations=False),
        DescribeClusterResponse,
    )
    expect_success(came.error_code)
    metadata = await ask(broker)
    expect("the cluster's id", came.cluster_id, metadata.cluster_id)
    brokers = {(each.broker_id, each.host, each.port) for each in came.brokers}
    expected = {tuple(node) for node in seen(Picture(), metadata).nodes.values()}
    expect("the brokers", brokers, expected)
    expect("the version asked in", broker.version("DescribeCluster"), version)


@case(
    "topic-partitions.described",
    level=MUST,
    cites="KIP-966: DescribeTopicPartitions",
    apis={"DescribeTopicPartitions": "0+", "CreateTopics": "0+"},
)
async def test_topics_are_described_in_pages(broker: Subject) -> None:
    """A limit cuts the answer short, and the cursor says where the next one begins."""
    broker.need_number("max.request.partition.size.limit", 2)
    topic = await broker.topic(partitions=3)
    found: list[int] = []
    cursor: Cursor | None = None
    for _ in range(2):
        request = DescribeTopicPartitionsRequest(
            topics=(TopicRequest(name=topic.name),),
            response_partition_limit=2,
            cursor=cursor,
        )
        came = await broker.ask(request, DescribeTopicPartitionsResponse)
        (described,) = came.topics
        expect_success(described.error_code)
        found += [row.partition_index for row in described.partitions]
        cursor = came.next_cursor
    expect("the partitions of both pages", found, [0, 1, 2])
    expect("the cursor of the last page", cursor, None)


@case(
    "topic-partitions.unknown",
    level=SHOULD,
    cites="KIP-966; error 3 UNKNOWN_TOPIC_OR_PARTITION",
    apis={"DescribeTopicPartitions": "0+"},
)
async def test_an_unknown_topic_has_no_partitions(broker: Subject) -> None:
    """A topic that is not there is UNKNOWN_TOPIC_OR_PARTITION."""
    request = DescribeTopicPartitionsRequest(
        topics=(TopicRequest(name=broker.new_name()),)
    )
    came = await broker.ask(request, DescribeTopicPartitionsResponse)
    expect_error(came.topics[0].error_code, Error.UNKNOWN_TOPIC_OR_PARTITION)
