"""ListOffsets and OffsetForLeaderEpoch: offsets by time, and by the leader's term."""

from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopic,
)
from logion.records.batch import parse_batches
from logion.records.record import Record

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
    expect_that,
)
from logion_conformance.material import (
    EARLIEST,
    LATEST,
    MAX_TIMESTAMP,
    TIMESTAMP,
    Topic,
    batch_of,
)
from logion_conformance.subject import Subject

UNDEFINED = (-1, -1)
"""Epoch and end offset where there is none (KIP-101)."""


async def with_times(broker: Subject) -> Topic:
    """Return a topic with records of TIMESTAMP + 100, then + 300, then + 200."""
    topic = await broker.topic()
    for number, late in enumerate((100, 300, 200)):
        record = Record(0, TIMESTAMP + late, None, b"%d" % number)
        came = await broker.produce(topic, batch_of([record]))
        expect_success(came.error_code)
    return topic


@case(
    "offsets.ends",
    level=MUST,
    cites="ListOffsetsRequest.Timestamp: -2 earliest, -1 latest (KIP-79)",
    apis={"ListOffsets": "1+", "Produce": "0+"},
)
async def test_the_ends_of_a_log_can_be_asked_for(
    broker: Subject, version: int
) -> None:
    """The earliest is the log start offset, the latest that of the next record."""
    topic = await broker.topic()
    expect("the latest of an empty log", await broker.end_offset(topic), 0)
    await broker.append(topic, b"a", b"b", b"c")
    earliest = await broker.list_offset(topic, EARLIEST)
    latest = await broker.list_offset(topic, LATEST)
    for came, offset in ((earliest, 0), (latest, 3)):
        expect_success(came.error_code)
        expect("the offset", came.offset, offset)
        expect("the timestamp, which has none", came.timestamp, -1)
    expect("the version of ListOffsets", broker.version("ListOffsets"), version)


@case(
    "offsets.v0",
    level=MUST,
    cites="ListOffsets 0: a list of offsets, newest first",
    apis={"ListOffsets": "0", "Produce": "0+"},
)
async def test_the_oldest_version_lists_offsets(broker: Subject) -> None:
    """Version 0 answers with up to max_num_offsets offsets, from the latest down."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b", b"c")
    latest = await broker.list_offset(topic, LATEST, max_num_offsets=10)
    expect("the offsets from the latest", latest.old_style_offsets, (3, 0))
    one = await broker.list_offset(topic, LATEST, max_num_offsets=1)
    expect("one offset from the latest", one.old_style_offsets, (3,))
    earliest = await broker.list_offset(topic, EARLIEST, max_num_offsets=10)
    expect("the offsets from the earliest", earliest.old_style_offsets, (0,))


@case(
    "offsets.by-time",
    level=MUST,
    cites="KIP-79: the first record that is not older than the time",
    apis={"ListOffsets": "1+", "Produce": "3+"},
)
async def test_an_offset_is_found_by_time(broker: Subject, version: int) -> None:
    """A time finds the first record, in order of offsets, at or after it, and that
    record's own time; a time after all records finds nothing."""
    topic = await with_times(broker)
    expected = {
        0: (0, TIMESTAMP + 100),
        TIMESTAMP + 100: (0, TIMESTAMP + 100),
        TIMESTAMP + 101: (1, TIMESTAMP + 300),
        TIMESTAMP + 300: (1, TIMESTAMP + 300),
        TIMESTAMP + 301: (-1, -1),
    }
    for time, (offset, timestamp) in expected.items():
        came = await broker.list_offset(topic, time)
        expect_success(came.error_code)
        found = (came.offset, came.timestamp)
        expect(f"offset and time found for {time}", found, (offset, timestamp))
    expect("the version of ListOffsets", broker.version("ListOffsets"), version)


@case(
    "offsets.max-timestamp",
    level=MUST,
    cites="KIP-734: timestamp -3 finds the record with the largest timestamp",
    apis={"ListOffsets": "7+", "Produce": "3+"},
)
async def test_the_newest_time_can_be_asked_for(broker: Subject, version: int) -> None:
    """The record with the largest timestamp is found wherever it stands; an empty log
    has none."""
    topic = await with_times(broker)
    came = await broker.list_offset(topic, MAX_TIMESTAMP)
    expect_success(came.error_code)
    found = (came.offset, came.timestamp)
    expect("offset and time", found, (1, TIMESTAMP + 300))
    nothing = await broker.list_offset(await broker.topic(), MAX_TIMESTAMP)
    expect(
        "offset and time in an empty log",
        (nothing.offset, nothing.timestamp),
        UNDEFINED,
    )
    expect("the version of ListOffsets", broker.version("ListOffsets"), version)


@case(
    "offsets.partition.unknown",
    level=MUST,
    cites="error 3 UNKNOWN_TOPIC_OR_PARTITION",
    apis={"ListOffsets": "0+"},
)
async def test_offsets_of_an_unknown_partition(broker: Subject, version: int) -> None:
    """A partition the topic does not have is UNKNOWN_TOPIC_OR_PARTITION."""
    topic = await broker.topic()
    parts = (ListOffsetsPartition(partition_index=77, timestamp=LATEST),)
    request = ListOffsetsRequest(
        replica_id=-1, topics=(ListOffsetsTopic(name=topic.name, partitions=parts),)
    )
    came = await broker.ask_leader(topic, request, ListOffsetsResponse)
    error = came.topics[0].partitions[0].error_code
    expect_error(error, Error.UNKNOWN_TOPIC_OR_PARTITION)
    expect("the version of ListOffsets", broker.version("ListOffsets"), version)


@case(
    "offsets.leader-epoch",
    level=MUST,
    cites="KIP-320: ListOffsetsResponse.LeaderEpoch; error 75 UNKNOWN_LEADER_EPOCH",
    apis={"ListOffsets": "4+", "Produce": "3+"},
)
async def test_offsets_come_with_the_epoch_of_their_record(
    broker: Subject, version: int
) -> None:
    """An offset comes with the leader epoch of its record; a client that knows a newer
    epoch than the broker is refused."""
    topic = await with_times(broker)
    came = await broker.list_offset(topic, EARLIEST)
    expect_that(
        "the leader epoch",
        holds=came.leader_epoch >= 0,
        expected="0 or more",
        came=came.leader_epoch,
    )
    ahead = await broker.list_offset(topic, LATEST, current_leader_epoch=1_000)
    expect_error(ahead.error_code, Error.UNKNOWN_LEADER_EPOCH)
    expect("the version of ListOffsets", broker.version("ListOffsets"), version)


@case(
    "epochs.current",
    level=MUST,
    cites="KIP-101: the end offset of a leader epoch",
    apis={"OffsetForLeaderEpoch": "0+", "Fetch": "4+", "Produce": "3+"},
)
async def test_the_current_epoch_ends_where_the_log_ends(
    broker: Subject, version: int
) -> None:
    """The leader's present epoch ends at its log end offset."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b")
    epoch = parse_batches((await broker.fetch(topic)).records)[0].leader_epoch
    came = await broker.epoch_end(topic, epoch)
    expect_success(came.error_code)
    expect("the end offset", came.end_offset, 2)
    if version >= 1:
        expect("the leader epoch", came.leader_epoch, epoch)


@case(
    "epochs.unknown",
    level=MUST,
    cites="KIP-101: an epoch that has not been has no end",
    apis={"OffsetForLeaderEpoch": "0+", "Produce": "3+"},
)
async def test_a_future_epoch_has_no_end(broker: Subject, version: int) -> None:
    """An epoch newer than the leader's has end offset -1, and is no error."""
    topic = await broker.topic()
    await broker.append(topic, b"a")
    came = await broker.epoch_end(topic, 1_000)
    expect_success(came.error_code)
    expect("epoch and end offset", (came.leader_epoch, came.end_offset), UNDEFINED)
    expect("the version asked in", broker.version("OffsetForLeaderEpoch"), version)


@case(
    "epochs.fenced",
    level=MUST,
    cites="KIP-320: OffsetForLeaderEpochRequest.CurrentLeaderEpoch",
    apis={"OffsetForLeaderEpoch": "2+"},
)
async def test_a_client_ahead_of_the_leader_is_told_so(broker: Subject) -> None:
    """A client that knows a newer leader epoch than the broker is refused."""
    topic = await broker.topic()
    came = await broker.epoch_end(topic, 0, current=1_000)
    expect_error(came.error_code, Error.UNKNOWN_LEADER_EPOCH)


@case(
    "epochs.partition.unknown",
    level=SHOULD,
    cites="error 3 UNKNOWN_TOPIC_OR_PARTITION",
    apis={"OffsetForLeaderEpoch": "0+"},
)
async def test_the_epochs_of_an_unknown_partition(broker: Subject) -> None:
    """A partition the topic does not have is UNKNOWN_TOPIC_OR_PARTITION."""
    topic = await broker.topic()
    came = await broker.epoch_end(topic, 0, partition=77)
    expect_error(came.error_code, Error.UNKNOWN_TOPIC_OR_PARTITION)
