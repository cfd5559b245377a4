"""Produce: where records end up, and what a broker refuses to append."""

from __future__ import annotations

import pytest
import trio
from logion.names import ZERO_UUID, TopicPartition, Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
)
from logion.records.codec import Codec

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
    expect_that,
)
from logion_conformance.material import (
    TIMEOUT_MS,
    Topic,
    produce_request,
    records_in,
    values_in,
)
from logion_conformance.subject import Subject

DOCUMENTATION = "Kafka documentation"

UNKNOWN_ID = Uuid(b"logion: no topic")


@case(
    "produce.offsets.consecutive",
    level=MUST,
    cites=f"{DOCUMENTATION}, Topics and Logs: a sequential id for each record",
    apis={"Produce": "0+"},
)
async def test_offsets_are_consecutive(broker: Subject, version: int) -> None:
    """A new partition begins at offset 0, and each record gets the next offset."""
    topic = await broker.topic()
    first = await broker.append(topic, b"0")
    second = await broker.append(topic, b"1", b"2", b"3")
    third = await broker.append(topic, b"4", b"5")
    expect("the base offsets", [first, second, third], [0, 1, 4])
    expect("the end offset", await broker.end_offset(topic), 6)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "produce.acks.each",
    level=MUST,
    cites=f"{DOCUMENTATION}, acks; ProduceRequest.Acks",
    apis={"Produce": "0+", "Fetch": "0+"},
)
async def test_acks_of_one_and_of_all_are_acknowledged(broker: Subject) -> None:
    """Acks of 1 (the leader) and of -1 (the whole ISR) are answered with the offset."""
    topic = await broker.topic()
    leader = await broker.produce(topic, broker.batch(b"leader"), acks=1)
    everyone = await broker.produce(topic, broker.batch(b"all"), acks=-1)
    for came, offset in ((leader, 0), (everyone, 1)):
        expect_success(came.error_code)
        expect("the base offset", came.base_offset, offset)


@case(
    "produce.acks.none",
    level=MUST,
    cites="ProduceRequest.Acks: 0 for no acknowledgements",
    apis={"Produce": "0+", "Fetch": "0+", "Metadata": "1+"},
)
async def test_acks_of_zero_get_no_answer(broker: Subject, version: int) -> None:
    """With acks=0 the broker appends and says nothing: the next answer on the
    connection is that of the next request."""
    topic = await broker.topic()
    at = TopicPartition(topic.name, 0)
    leader = await broker.cluster.leader_connection(at)
    request = produce_request(topic, broker.batch(b"quiet"), acks=0)
    await leader.tell(request, version=version)
    await leader.call(MetadataRequest(topics=()), MetadataResponse)
    expect("the end offset", await broker.end_offset(topic), 1)
    expect("the values", values_in(await broker.fetch(topic)), [b"quiet"])


@case(
    "produce.acks.none-failed",
    level=SHOULD,
    cites="Apache Kafka, KafkaApis: a failed produce with acks=0 ends the connection",
    apis={"Produce": "0+"},
)
async def test_a_failure_with_acks_of_zero_ends_the_connection(
    broker: Subject,
) -> None:
    """There is no answer to put an error in: the broker closes the connection."""
    await broker.topic()
    connection = await broker.connect()
    missing = Topic(broker.new_name(), UNKNOWN_ID)
    await connection.tell(produce_request(missing, broker.batch(b"x"), acks=0))
    answer = await broker.next_frame(connection)
    expect("the answer to a failed produce with acks=0", answer, None)


@case(
    "produce.acks.invalid-value",
    level=MUST,
    cites="ProduceRequest.Acks; error 21 INVALID_REQUIRED_ACKS (0.9.0)",
    apis={"Produce": "1+"},
)
async def test_other_acks_are_refused(broker: Subject, version: int) -> None:
    """Acks other than -1, 0 and 1 are INVALID_REQUIRED_ACKS; nothing is appended."""
    topic = await broker.topic()
    for acks in (2, -2):
        came = await broker.produce(topic, broker.batch(b"x"), acks=acks)
        expect_error(came.error_code, Error.INVALID_REQUIRED_ACKS)
    expect("the end offset", await broker.end_offset(topic), 0)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "produce.topic.unknown",
    level=MUST,
    cites="errors 3 UNKNOWN_TOPIC_OR_PARTITION, 100 UNKNOWN_TOPIC_ID (KIP-516)",
    apis={"Produce": "0+"},
)
async def test_an_unknown_topic_is_not_made_by_producing(
    broker: Subject, version: int
) -> None:
    """A produce to a topic that is not there is refused, and does not create it."""
    name = broker.new_name()
    request = produce_request(Topic(name, UNKNOWN_ID), broker.batch(b"x"))
    came = await broker.ask(request, ProduceResponse)
    expected = Error.UNKNOWN_TOPIC_OR_PARTITION
    if version >= 13:
        expected = Error.UNKNOWN_TOPIC_ID
    expect_error(came.responses[0].partition_responses[0].error_code, expected)


@case(
    "produce.partition.unknown",
    level=MUST,
    cites="error 3 UNKNOWN_TOPIC_OR_PARTITION",
    apis={"Produce": "0+"},
)
async def test_an_unknown_partition_is_refused_alone(broker: Subject) -> None:
    """A partition the topic does not have is refused; the others are served."""
    topic = await broker.topic()
    rows = tuple(
        PartitionProduceData(index=index, records=broker.batch(b"x"))
        for index in (0, 77)
    )
    part = TopicProduceData(
        name=topic.name, topic_id=topic.topic_id, partition_data=rows
    )
    request = ProduceRequest(acks=-1, timeout_ms=TIMEOUT_MS, topic_data=(part,))
    came = await broker.ask_leader(topic, request, ProduceResponse)
    errors = {
        each.index: each.error_code for each in came.responses[0].partition_responses
    }
    expected = {0: Error.NONE, 77: Error.UNKNOWN_TOPIC_OR_PARTITION}
    expect("the error codes by partition", errors, expected)


@case(
    "produce.partitions.independent",
    level=MUST,
    cites=f"{DOCUMENTATION}, Topics and Logs: offsets are those of a partition",
    apis={"Produce": "0+", "CreateTopics": "0+"},
)
async def test_each_partition_counts_for_itself(broker: Subject) -> None:
    """Each partition has offsets of its own, from 0."""
    topic = await broker.topic(partitions=3)
    for partition in range(3):
        for offset in range(2):
            came = await broker.append(topic, b"x", partition=partition)
            expect(f"the base offset in partition {partition}", came, offset)


@case(
    "produce.log-append-time",
    level=MUST,
    cites="KIP-32: message.timestamp.type=LogAppendTime",
    apis={"Produce": "2+", "Fetch": "2+", "CreateTopics": "0+"},
)
async def test_the_append_time_replaces_the_producers(
    broker: Subject, version: int
) -> None:
    """On a LogAppendTime topic the answer says when records were appended, and that is
    their timestamp from then on."""
    topic = await broker.topic(message_timestamp_type="LogAppendTime")
    came = await broker.produce(topic, broker.batch(b"a", b"b"))
    expect_success(came.error_code)
    expect_that(
        "the append time",
        holds=came.log_append_time_ms > 1_700_000_000_000,
        expected="the broker's clock in ms",
        came=came.log_append_time_ms,
    )
    times = {record.timestamp for record in records_in(await broker.fetch(topic))}
    expect("the timestamps read back", times, {came.log_append_time_ms})
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "produce.create-time",
    level=MUST,
    cites="KIP-32: log_append_time is -1 where the producer's time is kept",
    apis={"Produce": "2+"},
)
async def test_the_producers_time_is_kept_by_default(
    broker: Subject, version: int
) -> None:
    """On a topic with the default CreateTime the answer has no append time."""
    topic = await broker.topic()
    came = await broker.produce(topic, broker.batch(b"a"))
    expect_success(came.error_code)
    expect("the append time", came.log_append_time_ms, -1)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "produce.log-start-offset",
    level=MUST,
    cites="ProduceResponse.LogStartOffset (KIP-107)",
    apis={"Produce": "5+"},
)
async def test_the_answer_says_where_the_log_starts(
    broker: Subject, version: int
) -> None:
    """From version 5 on the answer carries the log start offset: 0 in a new log."""
    topic = await broker.topic()
    came = await broker.produce(topic, broker.batch(b"a"))
    expect("the log start offset", came.log_start_offset, 0)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "produce.size.too-large",
    level=MUST,
    cites=f"{DOCUMENTATION}, max.message.bytes; error 10 MESSAGE_TOO_LARGE",
    apis={"Produce": "0+", "CreateTopics": "0+"},
)
async def test_a_batch_above_the_limit_is_refused(
    broker: Subject, version: int
) -> None:
    """A batch larger than the topic's max.message.bytes is MESSAGE_TOO_LARGE, and
    nothing of it is appended; one below is fine."""
    topic = await broker.topic(max_message_bytes="1000")
    came = await broker.produce(topic, broker.batch(bytes(2_000)))
    expect_error(came.error_code, Error.MESSAGE_TOO_LARGE)
    expect("the end offset", await broker.end_offset(topic), 0)
    expect("the next base offset", await broker.append(topic, bytes(500)), 0)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "produce.size.limit",
    level=MUST,
    cites=f"{DOCUMENTATION}, max.message.bytes: of a batch, as it is compressed",
    apis={"Produce": "3+", "CreateTopics": "0+", "Fetch": "4+"},
)
async def test_a_batch_may_be_as_large_as_the_limit(broker: Subject) -> None:
    """A batch of exactly max.message.bytes is appended, one of a byte more is not. What
    counts is its size as it is sent, not that of what is compressed in it."""
    fits, more = broker.batch(bytes(1_000)), broker.batch(bytes(1_001))
    topic = await broker.topic(max_message_bytes=str(len(fits)))
    refused = await broker.produce(topic, more)
    expect_error(refused.error_code, Error.MESSAGE_TOO_LARGE)
    expect_success((await broker.produce(topic, fits)).error_code)
    packed = broker.batch(bytes(5_000), codec=Codec.GZIP)
    came = await broker.produce(topic, packed)
    expect_success(came.error_code, "the error code of compressed records")
    expect("the base offset", came.base_offset, 1)


@case(
    "produce.replicas.too-few",
    level=MUST,
    cites=f"{DOCUMENTATION}, min.insync.replicas; error 19 NOT_ENOUGH_REPLICAS",
    apis={"Produce": "1+", "ListOffsets": "0+"},
)
async def test_too_few_replicas_take_nothing_for_all(broker: Subject) -> None:
    """Where fewer replicas than min.insync.replicas are in sync, acks of -1 is
    NOT_ENOUGH_REPLICAS and nothing is appended; acks of 1 is fine. Since 3.7 (Produce
    10) no more are asked for than the partition has."""
    if broker.advertises("Produce", 10):
        pytest.skip("no more are asked for than there are; see produce.replicas.all")
    topic = await broker.topic(1, min_insync_replicas="2")
    refused = await broker.produce(topic, broker.batch(b"x"))
    expect_error(refused.error_code, Error.NOT_ENOUGH_REPLICAS)
    expect("the end offset", await broker.end_offset(topic), 0)
    came = await broker.produce(topic, broker.batch(b"x"), acks=1)
    expect_success(came.error_code, "the error code with acks of 1")


@case(
    "produce.replicas.all",
    level=SHOULD,
    cites="KAFKA-15583: no more replicas are asked for than there are",
    apis={"Produce": "10+", "CreateTopics": "0+"},
)
async def test_all_replicas_are_enough(broker: Subject) -> None:
    """Where min.insync.replicas is more than the replicas of a partition, all of them
    in sync are enough for acks of -1."""
    topic = await broker.topic(1, min_insync_replicas="2")
    expect("the base offset", await broker.append(topic, b"x"), 0)


@case(
    "produce.concurrent",
    level=MUST,
    cites=f"{DOCUMENTATION}, Guarantees",
    apis={"Produce": "0+", "Fetch": "0+"},
)
async def test_producers_side_by_side_share_no_offset(broker: Subject) -> None:
    """Four connections that append at once get offsets that are dense and distinct."""
    topic = await broker.topic()
    at = TopicPartition(topic.name, 0)
    await broker.cluster.leader_connection(at)
    offsets: list[int] = []

    async def append_some() -> None:
        connection = await broker.connect_to_leader(topic)
        request = produce_request(topic, broker.batch(b"x"))
        for _ in range(5):
            came = await connection.call(request, ProduceResponse)
            offsets.append(came.responses[0].partition_responses[0].base_offset)

    async with trio.open_nursery() as nursery:
        for _ in range(4):
            nursery.start_soon(append_some)
    expect("the base offsets, in order", sorted(offsets), list(range(20)))


@case(
    "produce.topic-id.zero",
    level=SHOULD,
    cites="KIP-516; ProduceRequest.TopicId (version 13)",
    apis={"Produce": "13+"},
)
async def test_the_zero_id_names_no_topic(broker: Subject) -> None:
    """A produce to the zero topic id is UNKNOWN_TOPIC_ID."""
    request = produce_request(Topic("", ZERO_UUID), broker.batch(b"x"))
    came = await broker.ask(request, ProduceResponse)
    error = came.responses[0].partition_responses[0].error_code
    expect_error(error, Error.UNKNOWN_TOPIC_ID)
