"""DeleteRecords, DescribeLogDirs, DescribeProducers: what a log holds, and loses."""

from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopic,
)
from logion.protocol.messages.describe_log_dirs import (
    DescribableLogDirTopic,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
)
from logion.protocol.messages.describe_producers import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    TopicRequest,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
)
from logion_conformance.material import EARLIEST, TIMEOUT_MS, Topic, values_in
from logion_conformance.subject import Subject

HIGH_WATERMARK = -1
"""The offset that asks DeleteRecords to delete all that may be read."""


async def delete_before(
    broker: Subject, topic: Topic, offset: int, *, partition: int = 0
) -> DeleteRecordsPartitionResult:
    """Return what the leader says of deleting what is before an offset."""
    part = DeleteRecordsPartition(partition_index=partition, offset=offset)
    request = DeleteRecordsRequest(
        topics=(DeleteRecordsTopic(name=topic.name, partitions=(part,)),),
        timeout_ms=TIMEOUT_MS,
    )
    came = await broker.ask_leader(topic, request, DeleteRecordsResponse)
    return came.topics[0].partitions[0]


async def with_five(broker: Subject) -> Topic:
    """Return a topic with five records."""
    topic = await broker.topic()
    for number in range(5):
        await broker.append(topic, b"%d" % number)
    return topic


@case(
    "deletion.before-offset",
    level=MUST,
    cites="KIP-107: DeleteRecords",
    apis={"DeleteRecords": "0+", "Fetch": "5+", "ListOffsets": "1+", "Produce": "3+"},
)
async def test_records_before_an_offset_are_deleted(
    broker: Subject, version: int
) -> None:
    """Afterwards the log starts there: older offsets are out of range, the earliest
    offset is that one, the rest is as it was."""
    topic = await with_five(broker)
    came = await delete_before(broker, topic, 3)
    expect_success(came.error_code)
    expect("the low watermark", came.low_watermark, 3)
    earliest = await broker.list_offset(topic, EARLIEST)
    expect("the earliest offset", earliest.offset, 3)
    gone = await broker.fetch(topic, 2)
    expect_error(gone.error_code, Error.OFFSET_OUT_OF_RANGE)
    kept = await broker.fetch(topic, 3)
    expect("the values kept", values_in(kept, 3), [b"3", b"4"])
    expect("the log start offset", kept.log_start_offset, 3)
    expect("the version asked in", broker.version("DeleteRecords"), version)


@case(
    "deletion.all",
    level=MUST,
    cites="KIP-107: offset -1 stands for the high watermark",
    apis={"DeleteRecords": "0+", "Produce": "3+"},
)
async def test_all_records_can_be_deleted(broker: Subject) -> None:
    """Offset -1 deletes all; offsets go on from there and are not used again."""
    topic = await with_five(broker)
    came = await delete_before(broker, topic, HIGH_WATERMARK)
    expect_success(came.error_code)
    expect("the low watermark", came.low_watermark, 5)
    expect("the next offset", await broker.append(topic, b"5"), 5)


@case(
    "deletion.out-of-range",
    level=MUST,
    cites="KIP-107; error 1 OFFSET_OUT_OF_RANGE",
    apis={"DeleteRecords": "0+", "Produce": "3+"},
)
async def test_records_that_are_not_there_cannot_be_deleted(broker: Subject) -> None:
    """An offset past the high watermark is out of range, and nothing is deleted; one
    before the start of the log deletes nothing and is fine."""
    topic = await with_five(broker)
    for offset in (6, -2):
        came = await delete_before(broker, topic, offset)
        what = f"the error code for offset {offset}"
        expect_error(came.error_code, Error.OFFSET_OUT_OF_RANGE, what=what)
    expect_success((await delete_before(broker, topic, 2)).error_code)
    lower = await delete_before(broker, topic, 1)
    expect_success(lower.error_code)
    expect("the low watermark", lower.low_watermark, 2)


@case(
    "deletion.partition.unknown",
    level=MUST,
    cites="error 3 UNKNOWN_TOPIC_OR_PARTITION",
    apis={"DeleteRecords": "0+"},
)
async def test_an_unknown_partition_has_nothing_to_delete(
    broker: Subject, version: int
) -> None:
    """A partition the topic lacks is UNKNOWN_TOPIC_OR_PARTITION."""
    topic = await broker.topic()
    part = DeleteRecordsPartition(partition_index=77, offset=0)
    request = DeleteRecordsRequest(
        topics=(DeleteRecordsTopic(name=topic.name, partitions=(part,)),),
        timeout_ms=TIMEOUT_MS,
    )
    came = await broker.ask_leader(topic, request, DeleteRecordsResponse)
    error = came.topics[0].partitions[0].error_code
    expect_error(error, Error.UNKNOWN_TOPIC_OR_PARTITION)
    expect("the version asked in", broker.version("DeleteRecords"), version)


@case(
    "log-dirs.described",
    level=MUST,
    cites="KIP-113: DescribeLogDirs",
    apis={"DescribeLogDirs": "0+", "Produce": "3+"},
)
async def test_a_log_has_a_folder_and_a_size(broker: Subject, version: int) -> None:
    """Each replica of a broker is in one log directory, with the bytes of its log."""
    topic = await broker.topic()
    records = broker.batch(bytes(1_000))
    expect_success((await broker.produce(topic, records)).error_code)
    wanted = DescribableLogDirTopic(topic=topic.name, partitions=(0,))
    request = DescribeLogDirsRequest(topics=(wanted,))
    came = await broker.ask_leader(topic, request, DescribeLogDirsResponse)
    expect_success(came.error_code)
    sizes = [
        row.partition_size
        for folder in came.results
        for described in folder.topics
        for row in described.partitions
        if (described.name, row.partition_index) == (topic.name, 0)
    ]
    expect("the bytes of the log, in each folder that has it", sizes, [len(records)])
    expect("the version asked in", broker.version("DescribeLogDirs"), version)


@case(
    "log-dirs.unknown",
    level=SHOULD,
    cites="KIP-113: what is not there is left out",
    apis={"DescribeLogDirs": "0+"},
)
async def test_a_log_that_is_not_there_is_left_out(broker: Subject) -> None:
    """A topic without a replica here is in none of the answer's directories.

    Kafka 2.6 to 2.8 names the topics that are there, but none of their partitions.
    """
    wanted = DescribableLogDirTopic(topic=broker.new_name(), partitions=(0,))
    request = DescribeLogDirsRequest(topics=(wanted,))
    came = await broker.ask(request, DescribeLogDirsResponse)
    topics = [each for folder in came.results for each in folder.topics]
    named = [each.name for each in topics if each.name == wanted.topic]
    expect("the topic that is not there", named, [])
    described = [(each.name, row) for each in topics for row in each.partitions]
    expect("the partitions", described, [])


@case(
    "producers.described",
    level=MUST,
    cites="KIP-664: DescribeProducers",
    apis={"DescribeProducers": "0+", "InitProducerId": "0+", "Produce": "3+"},
)
async def test_the_producers_of_a_partition_are_described(broker: Subject) -> None:
    """A producer that has written is listed with its epoch and its last sequence."""
    topic = await broker.topic()
    given = await broker.producer_id()
    records = broker.batch(
        b"a",
        b"b",
        producer_id=given.producer_id,
        producer_epoch=given.producer_epoch,
        base_sequence=0,
    )
    expect_success((await broker.produce(topic, records)).error_code)
    asked = TopicRequest(name=topic.name, partition_indexes=(0, 77))
    came = await broker.ask_leader(
        topic, DescribeProducersRequest(topics=(asked,)), DescribeProducersResponse
    )
    rows = {row.partition_index: row for row in came.topics[0].partitions}
    expect_success(rows[0].error_code)
    expect_error(rows[77].error_code, Error.UNKNOWN_TOPIC_OR_PARTITION)
    (state,) = rows[0].active_producers
    expect("the producer id", state.producer_id, given.producer_id)
    expect("epoch and sequence", (state.producer_epoch, state.last_sequence), (0, 1))
    expect("the open transaction", state.current_txn_start_offset, -1)


@case(
    "producers.none",
    level=SHOULD,
    cites="KIP-664: DescribeProducers",
    apis={"DescribeProducers": "0+", "Produce": "3+"},
)
async def test_plain_producers_leave_no_trace(broker: Subject) -> None:
    """Who writes without a producer id is not listed."""
    topic = await broker.topic()
    await broker.append(topic, b"x")
    asked = TopicRequest(name=topic.name, partition_indexes=(0,))
    came = await broker.ask_leader(
        topic, DescribeProducersRequest(topics=(asked,)), DescribeProducersResponse
    )
    row = came.topics[0].partitions[0]
    expect_success(row.error_code)
    expect("the producers", row.active_producers, ())
