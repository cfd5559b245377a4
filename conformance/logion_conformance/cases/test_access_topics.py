"""What somebody without rights is told of topics: nothing, not even that they exist.

Judged on a broker of the suite's own: see `guarding`.
"""

from __future__ import annotations

import pytest
from logion.names import ZERO_UUID
from logion.protocol.errors import Error
from logion.protocol.messages.alter_configs import (
    AlterableConfig,
    AlterConfigsRequest,
    AlterConfigsResource,
    AlterConfigsResponse,
)
from logion.protocol.messages.create_partitions import (
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopic,
)
from logion.protocol.messages.create_topics import (
    CreatableTopic,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from logion.protocol.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopic,
)
from logion.protocol.messages.delete_topics import (
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResponse,
)
from logion.protocol.messages.describe_producers import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    TopicRequest,
)
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.list_offsets import ListOffsetsResponse
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
)
from logion.protocol.messages.offset_for_leader_epoch import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderEpochResponse,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from logion.protocol.messages.produce import ProduceResponse

from logion_conformance.access import expect_topic_refused, topic_refused
from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_error
from logion_conformance.material import (
    LATEST,
    TIMEOUT_MS,
    Topic,
    fetch_partition,
    fetch_request,
    offsets_request,
    produce_request,
)
from logion_conformance.subject import Subject

CITES = "KIP-11; error 29 TOPIC_AUTHORIZATION_FAILED"

EACH = pytest.mark.usefixtures("version")

TOPIC_RESOURCE = 2


@EACH
@case("access.produce", level=MUST, cites=CITES, apis={"Produce": "0+"})
async def test_who_may_not_write_appends_nothing(
    broker: Subject, stranger: Subject
) -> None:
    """TOPIC_AUTHORIZATION_FAILED without the right to write, and the topic is as it
    was."""
    topic = await broker.topic()
    request = produce_request(topic, broker.batch(b"x"))
    await expect_topic_refused(stranger, request, ProduceResponse)
    expect("the end offset", await broker.end_offset(topic), 0)


@EACH
@case("access.produce.unknown", level=MUST, cites=CITES, apis={"Produce": "0-12"})
async def test_who_may_not_write_does_not_learn_whether_there_is_a_topic(
    broker: Subject, stranger: Subject
) -> None:
    """A topic that is not there is refused like one that is."""
    request = produce_request(Topic(broker.name_of_its_own()), broker.batch(b"x"))
    await expect_topic_refused(stranger, request, ProduceResponse)


@EACH
@case("access.fetch", level=MUST, cites=CITES, apis={"Fetch": "0+"})
async def test_who_may_not_read_gets_no_records(
    broker: Subject, stranger: Subject
) -> None:
    """TOPIC_AUTHORIZATION_FAILED without the right to read, and no records."""
    topic = await broker.topic()
    await broker.append(topic, b"x")
    came = await stranger.ask(fetch_request(topic, fetch_partition(0)), FetchResponse)
    expect_error(came.error_code, Error.NONE, what="the error code of the whole fetch")
    (data,) = came.responses[0].partitions
    expect_error(data.error_code, *topic_refused(broker))
    expect("the bytes of records", len(data.records or b""), 0)


@EACH
@case("access.fetch.unknown", level=MUST, cites=CITES, apis={"Fetch": "0-12"})
async def test_who_may_not_read_does_not_learn_whether_there_is_a_topic(
    broker: Subject, stranger: Subject
) -> None:
    """A topic that is not there is refused like one that is."""
    request = fetch_request(Topic(broker.name_of_its_own()), fetch_partition(0))
    await expect_topic_refused(stranger, request, FetchResponse)


@EACH
@case("access.offsets", level=MUST, cites=CITES, apis={"ListOffsets": "0+"})
async def test_who_may_not_describe_gets_no_offsets(
    broker: Subject, stranger: Subject
) -> None:
    """ListOffsets without the right to describe: TOPIC_AUTHORIZATION_FAILED."""
    request = offsets_request(await broker.topic(), LATEST)
    await expect_topic_refused(stranger, request, ListOffsetsResponse)


@EACH
@case(
    "access.epochs",
    level=MUST,
    cites="KIP-320; error 29 TOPIC_AUTHORIZATION_FAILED",
    apis={"OffsetForLeaderEpoch": "3+"},
)
async def test_who_may_not_describe_gets_no_epochs(
    broker: Subject, stranger: Subject
) -> None:
    """OffsetForLeaderEpoch without the right to describe: TOPIC_AUTHORIZATION_FAILED,
    and no offset."""
    part = OffsetForLeaderPartition(partition=0, leader_epoch=0)
    topic = OffsetForLeaderTopic(topic=(await broker.topic()).name, partitions=(part,))
    request = OffsetForLeaderEpochRequest(topics=(topic,))
    await expect_topic_refused(stranger, request, OffsetForLeaderEpochResponse)


def metadata_of(*names: str) -> MetadataRequest:
    """Return the question about some topics."""
    return MetadataRequest(topics=tuple(MetadataRequestTopic(name=it) for it in names))


@EACH
@case("access.metadata", level=MUST, cites=CITES, apis={"Metadata": "0+"})
async def test_who_may_not_describe_sees_no_partitions(
    broker: Subject, stranger: Subject
) -> None:
    """Metadata of a topic without the right to describe it: TOPIC_AUTHORIZATION_FAILED,
    no partitions and no id."""
    topic = await broker.topic()
    came = await stranger.ask(metadata_of(topic.name), MetadataResponse)
    (told,) = came.topics
    expect_error(told.error_code, *topic_refused(broker))
    expect("the partitions", told.partitions, ())
    expect("the id", told.topic_id, ZERO_UUID)


@EACH
@case(
    "access.metadata.all",
    level=MUST,
    cites="KIP-11; KAFKA-3396 (0.10.1)",
    apis={"Metadata": "1+", "CreateTopics": "0+"},
)
async def test_who_may_not_describe_sees_no_topic_among_all(
    broker: Subject, stranger: Subject
) -> None:
    """Asked for all topics (null), a broker leaves out what may not be described."""
    topic = await broker.topic()
    names = [
        [it.name for it in came.topics if it.name == topic.name]
        for who in (broker, stranger)
        for came in [await who.ask(MetadataRequest(topics=None), MetadataResponse)]
    ]
    expect(
        "the topic, as who may describe it and who may not", names, [[topic.name], []]
    )


@case("access.metadata.unknown", level=MUST, cites=CITES, apis={"Metadata": "0+"})
async def test_a_topic_is_not_made_for_who_may_not_describe_it(
    broker: Subject, stranger: Subject, version: int
) -> None:
    """Metadata of a topic that is not there is refused like that of one that is, and
    makes none."""
    name = broker.name_of_its_own()
    for _ in range(2):  # one that had been made would be told of now
        await expect_topic_refused(stranger, metadata_of(name), MetadataResponse)
    if version >= 1:
        told = await broker.ask(MetadataRequest(topics=None), MetadataResponse)
        found = [it.name for it in told.topics if it.name == name]
        expect("topics of the name", found, [])


@case(
    "access.topics.created",
    level=MUST,
    cites="KIP-4, KIP-277: Create on the cluster, since 2.0 or on the topic",
    apis={"CreateTopics": "0+"},
)
async def test_who_may_not_create_makes_no_topic(
    broker: Subject, stranger: Subject, version: int
) -> None:
    """TOPIC_AUTHORIZATION_FAILED; CLUSTER_AUTHORIZATION_FAILED before version 3."""
    topic = CreatableTopic(
        name=broker.new_name(),
        num_partitions=1,
        replication_factor=1,
        assignments=(),
        configs=(),
    )
    request = CreateTopicsRequest(topics=(topic,), timeout_ms=TIMEOUT_MS)
    older = () if version >= 3 else (Error.CLUSTER_AUTHORIZATION_FAILED,)
    await expect_topic_refused(stranger, request, CreateTopicsResponse, *older)


@case("access.topics.deleted", level=MUST, cites=CITES, apis={"DeleteTopics": "0+"})
async def test_who_may_not_delete_deletes_no_topic(
    broker: Subject, stranger: Subject, version: int
) -> None:
    """TOPIC_AUTHORIZATION_FAILED, and the topic is still there."""
    topic = await broker.topic()
    by_state = (DeleteTopicState(name=topic.name, topic_id=ZERO_UUID),)
    request = DeleteTopicsRequest(
        topics=by_state if version >= 6 else (),
        topic_names=() if version >= 6 else (topic.name,),
        timeout_ms=TIMEOUT_MS,
    )
    await expect_topic_refused(stranger, request, DeleteTopicsResponse)
    expect("the end offset", await broker.end_offset(topic), 0)


@EACH
@case("access.records.deleted", level=MUST, cites=CITES, apis={"DeleteRecords": "0+"})
async def test_who_may_not_delete_deletes_no_records(
    broker: Subject, stranger: Subject
) -> None:
    """TOPIC_AUTHORIZATION_FAILED, and the records are still there."""
    topic = await broker.topic()
    await broker.append(topic, b"x")
    part = DeleteRecordsPartition(partition_index=0, offset=1)
    asked = DeleteRecordsTopic(name=topic.name, partitions=(part,))
    request = DeleteRecordsRequest(topics=(asked,), timeout_ms=TIMEOUT_MS)
    await expect_topic_refused(stranger, request, DeleteRecordsResponse)
    expect_error((await broker.fetch(topic, 0)).error_code, Error.NONE)


@EACH
@case(
    "access.partitions.created",
    level=MUST,
    cites=CITES,
    apis={"CreatePartitions": "0+"},
)
async def test_who_may_not_alter_adds_no_partitions(
    broker: Subject, stranger: Subject
) -> None:
    """CreatePartitions without the right to alter: TOPIC_AUTHORIZATION_FAILED."""
    topic = await broker.topic()
    asked = CreatePartitionsTopic(name=topic.name, count=2, assignments=None)
    request = CreatePartitionsRequest(
        topics=(asked,), timeout_ms=TIMEOUT_MS, validate_only=False
    )
    await expect_topic_refused(stranger, request, CreatePartitionsResponse)


@EACH
@case("access.configs", level=MUST, cites=CITES, apis={"DescribeConfigs": "0+"})
async def test_who_may_not_describe_sees_no_settings(
    broker: Subject, stranger: Subject
) -> None:
    """DescribeConfigs of a topic: TOPIC_AUTHORIZATION_FAILED, and no settings."""
    asked = DescribeConfigsResource(
        resource_type=TOPIC_RESOURCE,
        resource_name=(await broker.topic()).name,
        configuration_keys=None,
    )
    request = DescribeConfigsRequest(resources=(asked,))
    came = await stranger.ask(request, DescribeConfigsResponse)
    expect_error(came.results[0].error_code, *topic_refused(broker))
    expect("the settings", came.results[0].configs, ())


@EACH
@case("access.configs.altered", level=MUST, cites=CITES, apis={"AlterConfigs": "0+"})
async def test_who_may_not_alter_changes_no_settings(
    broker: Subject, stranger: Subject
) -> None:
    """AlterConfigs of a topic without the right to: TOPIC_AUTHORIZATION_FAILED."""
    asked = AlterConfigsResource(
        resource_type=TOPIC_RESOURCE,
        resource_name=(await broker.topic()).name,
        configs=(AlterableConfig(name="retention.ms", value="1000"),),
    )
    request = AlterConfigsRequest(resources=(asked,), validate_only=False)
    await expect_topic_refused(stranger, request, AlterConfigsResponse)


@EACH
@case(
    "access.producers",
    level=MUST,
    cites="KIP-664; error 29 TOPIC_AUTHORIZATION_FAILED",
    apis={"DescribeProducers": "0+"},
)
async def test_who_may_not_read_sees_no_producers(
    broker: Subject, stranger: Subject
) -> None:
    """DescribeProducers without the right to read: TOPIC_AUTHORIZATION_FAILED."""
    topic = TopicRequest(name=(await broker.topic()).name, partition_indexes=(0,))
    request = DescribeProducersRequest(topics=(topic,))
    await expect_topic_refused(stranger, request, DescribeProducersResponse)
