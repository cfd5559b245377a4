"""Record batches at the door: which ones a broker appends, and how they come back."""

from __future__ import annotations

import struct

import pytest
from logion.protocol.errors import Error
from logion.records.batch import check_crc, parse_batches
from logion.records.checksum import crc32c
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_success, expect_that
from logion_conformance.material import (
    TIMESTAMP,
    Topic,
    batch,
    batch_of,
    records_in,
    values_in,
)
from logion_conformance.subject import Subject

LAST_OFFSET_DELTA = 23
ATTRIBUTES = 21
COUNT = 57
CRC = 17
MAGIC = 16

INVALID = "error 87 INVALID_RECORD; Apache Kafka, LogValidator"
"""Brokers say so since 2.4, which is known by Produce version 8."""


def altered(records: bytes, position: int, layout: str, value: int) -> bytes:
    """Return a batch with one field of its header changed, and a right checksum."""
    changed = bytearray(records)
    struct.pack_into(layout, changed, position, value)
    struct.pack_into(">I", changed, CRC, crc32c(memoryview(changed)[ATTRIBUTES:]))
    return bytes(changed)


async def refused(
    broker: Subject, topic: Topic, records: bytes, *errors: Error
) -> None:
    """See that records are refused with one of `errors` and that none is appended."""
    came = await broker.produce(topic, records)
    expect_error(came.error_code, *errors)
    expect("the end offset", await broker.end_offset(topic), 0)


@case(
    "batches.crc.wrong",
    level=MUST,
    cites="Kafka documentation, Record Batch: crc; error 2 CORRUPT_MESSAGE",
    apis={"Produce": "0+"},
)
async def test_a_wrong_checksum_is_refused(broker: Subject, version: int) -> None:
    """Records that do not have the checksum they claim are CORRUPT_MESSAGE; nothing is
    appended."""
    topic = await broker.topic()
    damaged = bytearray(broker.batch(b"the quick brown fox"))
    damaged[-2] ^= 0x01
    await refused(broker, topic, bytes(damaged), Error.CORRUPT_MESSAGE)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "batches.magic.old",
    level=MUST,
    cites=f"KIP-98: Produce 3 and later carries magic 2; {INVALID}",
    apis={"Produce": "8+"},
)
async def test_old_message_sets_are_refused_in_new_requests(
    broker: Subject, version: int
) -> None:
    """From version 3 on Produce carries batches of magic 2 and nothing else."""
    topic = await broker.topic()
    old = batch(b"x", options=BatchOptions(magic=1))
    await refused(broker, topic, old, Error.INVALID_RECORD)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "batches.magic.unknown",
    level=MUST,
    cites="Kafka documentation, Record Batch: magic (current magic value is 2)",
    apis={"Produce": "8+"},
)
async def test_an_unknown_magic_is_refused(broker: Subject) -> None:
    """A batch of a format that does not exist is refused, nothing is appended."""
    topic = await broker.topic()
    records = altered(broker.batch(b"x"), MAGIC, ">b", 5)
    await refused(broker, topic, records, Error.CORRUPT_MESSAGE, Error.INVALID_RECORD)


@case(
    "batches.count.wrong",
    level=MUST,
    cites=INVALID,
    apis={"Produce": "8+"},
)
async def test_count_and_offsets_have_to_agree(broker: Subject) -> None:
    """A batch whose last offset delta is not its count less one is INVALID_RECORD."""
    topic = await broker.topic()
    records = altered(broker.batch(b"a", b"b"), LAST_OFFSET_DELTA, ">i", 7)
    await refused(broker, topic, records, Error.INVALID_RECORD)


@case(
    "batches.empty",
    level=SHOULD,
    cites=INVALID,
    apis={"Produce": "8+"},
)
async def test_an_empty_batch_is_refused(broker: Subject) -> None:
    """A batch of no records is what compaction leaves, not what a client may send."""
    topic = await broker.topic()
    options = BatchOptions(base_offset=0, last_offset=0)
    await refused(broker, topic, batch(options=options), Error.INVALID_RECORD)


@case(
    "batches.several",
    level=MUST,
    cites=f"KIP-98: one batch for each partition of a produce; {INVALID}",
    apis={"Produce": "8+"},
)
async def test_two_batches_for_one_partition_are_refused(broker: Subject) -> None:
    """From version 3 on a produce has exactly one batch for each partition."""
    topic = await broker.topic()
    await refused(broker, topic, broker.batch(b"a") * 2, Error.INVALID_RECORD)


@case(
    "batches.base-offset",
    level=SHOULD,
    cites=INVALID,
    apis={"Produce": "8+"},
)
async def test_a_batch_has_to_count_from_zero(broker: Subject) -> None:
    """The leader gives offsets: a client's batch with another base offset than 0 is
    INVALID_RECORD."""
    topic = await broker.topic()
    records = batch_of([Record(0, TIMESTAMP, None, b"x")], BatchOptions(base_offset=0))
    shifted = struct.pack(">q", 5) + records[8:]
    await refused(broker, topic, shifted, Error.INVALID_RECORD)


@case(
    "batches.control",
    level=MUST,
    cites=f"KIP-98: only coordinators write markers; {INVALID}",
    apis={"Produce": "8+"},
)
async def test_clients_may_not_write_markers(broker: Subject) -> None:
    """A control batch from a client is INVALID_RECORD."""
    topic = await broker.topic()
    await refused(
        broker, topic, broker.batch(b"x", is_control=True), Error.INVALID_RECORD
    )


@case(
    "batches.compacted.keyless",
    level=MUST,
    cites=f"Kafka documentation, Log Compaction: records need keys; {INVALID}",
    apis={"Produce": "8+", "CreateTopics": "0+"},
)
async def test_a_compacted_topic_needs_keys(broker: Subject) -> None:
    """A record without a key on a compacted topic is refused; an empty key is a key."""
    topic = await broker.topic(cleanup_policy="compact")
    await refused(broker, topic, broker.batch(b"x"), Error.INVALID_RECORD)
    came = await broker.produce(topic, batch_of([Record(0, TIMESTAMP, b"", b"x")]))
    expect_success(came.error_code, "the error code with an empty key")


@case(
    "batches.zstd.too-early",
    level=MUST,
    cites="KIP-110: zstd from Produce 7 on; error 76 UNSUPPORTED_COMPRESSION_TYPE",
    apis={"Produce": "3-6", "ApiVersions": "2+"},
)
async def test_zstd_needs_a_new_enough_produce(broker: Subject, version: int) -> None:
    """Below version 7 a producer cannot know whether zstd is understood: refused."""
    broker.need("Produce", 7)
    topic = await broker.topic()
    records = broker.batch(b"x", codec=Codec.ZSTD)
    await refused(broker, topic, records, Error.UNSUPPORTED_COMPRESSION_TYPE)
    expect("the version of Produce", broker.version("Produce"), version)


@pytest.mark.parametrize("codec", list(Codec), ids=lambda codec: codec.label)
@case(
    "batches.codecs",
    level=MUST,
    cites="Kafka documentation, compression.type; KIP-110",
    apis={"Produce": "7+", "Fetch": "10+"},
)
async def test_every_codec_comes_back_as_it_was_sent(
    broker: Subject, codec: Codec
) -> None:
    """A batch keeps its producer's codec, and its records their content."""
    topic = await broker.topic()
    values = [b"record %d " % number * 40 for number in range(50)]
    came = await broker.produce(topic, broker.batch(*values, codec=codec))
    expect_success(came.error_code)
    data = await broker.fetch(topic)
    stored = parse_batches(data.records)
    expect("the codecs stored", [each.codec for each in stored], [codec])
    expect("the values", values_in(data), values)


@case(
    "batches.codecs.old",
    level=MUST,
    cites="Kafka documentation, Message Sets: compression; 0.10.0 documentation",
    apis={"Produce": "0-2", "Fetch": "0+"},
)
async def test_compressed_message_sets_get_consecutive_offsets(
    broker: Subject, version: int
) -> None:
    """Records inside a compressed message set count like any others."""
    topic = await broker.topic()
    for codec in (Codec.GZIP, Codec.SNAPPY):
        came = await broker.produce(topic, broker.batch(b"a", b"b", codec=codec))
        expect_success(came.error_code)
    offsets = [record.offset for record in records_in(await broker.fetch(topic))]
    expect("the offsets", offsets, [0, 1, 2, 3])
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "batches.content.kept",
    level=MUST,
    cites="Kafka documentation, Record; KIP-82 (headers), KIP-32 (timestamps)",
    apis={"Produce": "3+", "Fetch": "4+"},
)
async def test_records_come_back_whole(broker: Subject, version: int) -> None:
    """Key, value, headers and timestamp come back as sent; null is not empty."""
    records = [
        Record(0, TIMESTAMP, b"key", b"value", (("h", b"1"), ("h", None), ("", b""))),
        Record(1, TIMESTAMP - 5_000, None, None),
        Record(2, TIMESTAMP + 7_000, b"", b""),
        Record(3, TIMESTAMP, bytes(range(256)), "\N{SNOWMAN}".encode()),
    ]
    topic = await broker.topic()
    came = await broker.produce(topic, batch_of(records))
    expect_success(came.error_code)
    expect("the records", records_in(await broker.fetch(topic)), records)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "batches.stored",
    level=MUST,
    cites="Kafka documentation, Record Batch",
    apis={"Fetch": "4+", "Produce": "3+"},
)
async def test_a_stored_batch_has_its_place_and_a_right_checksum(
    broker: Subject, version: int
) -> None:
    """A batch is read back with the offset it was given, its leader's epoch, a valid
    checksum and the records its producer sent, byte for byte."""
    topic = await broker.topic()
    await broker.append(topic, b"before")
    sent = broker.batch(b"a", b"b")
    expect_success((await broker.produce(topic, sent)).error_code)
    data = await broker.fetch(topic, 1)
    stored = parse_batches(data.records)[-1]
    check_crc(data.records, stored)
    expect("the offsets", (stored.base_offset, stored.last_offset), (1, 2))
    expect_that(
        "the leader epoch",
        holds=stored.leader_epoch >= 0,
        expected="0 or more",
        came=stored.leader_epoch,
    )
    kept = bytes(data.records)[stored.position + CRC : stored.end]
    expect("the bytes from the checksum on", kept, sent[CRC:])
    expect("the version of Fetch", broker.version("Fetch"), version)
