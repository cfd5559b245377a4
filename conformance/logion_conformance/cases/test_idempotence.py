"""Idempotent producers (KIP-98): a retry appends nothing, a gap is refused."""

from __future__ import annotations

from logion.protocol.errors import Error

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
    expect_that,
)
from logion_conformance.subject import Subject

KIP = "KIP-98"

SEQUENCE_MAX = 0x7FFF_FFFF


class Producer:
    """An idempotent producer of the case's own, with sequence numbers at will."""

    def __init__(self, broker: Subject, producer_id: int) -> None:
        """Append with this producer id."""
        self.broker = broker
        self.producer_id = producer_id

    def batch(self, sequence: int, *values: bytes, epoch: int = 0) -> bytes:
        """Return a batch whose first record has this sequence number."""
        return self.broker.batch(
            *values,
            producer_id=self.producer_id,
            producer_epoch=epoch,
            base_sequence=sequence,
        )


async def new_producer(broker: Subject) -> Producer:
    """Return a producer with a new id."""
    return Producer(broker, (await broker.producer_id()).producer_id)


@case(
    "idempotence.ids",
    level=MUST,
    cites=f"{KIP}: InitProducerId without a transactional id",
    apis={"InitProducerId": "0+"},
)
async def test_each_producer_gets_an_id_of_its_own(
    broker: Subject, version: int
) -> None:
    """Every InitProducerId without a transactional id yields a new id, of epoch 0."""
    answers = [await broker.producer_id() for _ in range(3)]
    ids = {came.producer_id for came in answers}
    expect("how many ids are distinct", len(ids), 3)
    expect_that("the ids", holds=min(ids) >= 0, expected="0 or more", came=ids)
    expect("the epochs", {came.producer_epoch for came in answers}, {0})
    expect("the version asked in", broker.version("InitProducerId"), version)


@case(
    "idempotence.duplicate",
    level=MUST,
    cites=f"{KIP}: a batch the broker has is acknowledged and not appended again",
    apis={"Produce": "3+", "InitProducerId": "0+"},
)
async def test_a_batch_sent_twice_is_appended_once(
    broker: Subject, version: int
) -> None:
    """The second time the answer is as the first: no error, and the first offset."""
    topic = await broker.topic()
    producer = await new_producer(broker)
    await broker.append(topic, b"of somebody else")
    first = await broker.produce(topic, producer.batch(0, b"a", b"b"))
    again = await broker.produce(topic, producer.batch(0, b"a", b"b"))
    for came in (first, again):
        expect_success(came.error_code)
        expect("the base offset", came.base_offset, 1)
    expect("the end offset", await broker.end_offset(topic), 3)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "idempotence.duplicate.of-five",
    level=MUST,
    cites="KAFKA-5494 (1.0): the last five batches of a producer are remembered",
    apis={"Produce": "5+", "InitProducerId": "0+"},
)
async def test_any_of_the_last_five_batches_is_recognised(broker: Subject) -> None:
    """With five requests in flight any of them may be retried: each is acknowledged
    with the offset it has."""
    topic = await broker.topic()
    producer = await new_producer(broker)
    batches = [producer.batch(number, b"%d" % number) for number in range(5)]
    for records in batches:
        expect_success((await broker.produce(topic, records)).error_code)
    for offset, records in enumerate(batches):
        came = await broker.produce(topic, records)
        expect_success(came.error_code)
        expect("the base offset of a retry", came.base_offset, offset)
    expect("the end offset", await broker.end_offset(topic), 5)


@case(
    "idempotence.duplicate.forgotten",
    level=MUST,
    cites=f"{KIP}: error 45 OUT_OF_ORDER_SEQUENCE_NUMBER, or 46 of older brokers",
    apis={"Produce": "5+", "InitProducerId": "0+"},
)
async def test_an_older_duplicate_is_not_appended_either(broker: Subject) -> None:
    """A batch older than those remembered is refused, not appended a second time."""
    topic = await broker.topic()
    producer = await new_producer(broker)
    for number in range(7):
        await broker.produce(topic, producer.batch(number, b"%d" % number))
    came = await broker.produce(topic, producer.batch(0, b"0"))
    expect_error(
        came.error_code,
        Error.OUT_OF_ORDER_SEQUENCE_NUMBER,
        Error.DUPLICATE_SEQUENCE_NUMBER,
    )
    expect("the end offset", await broker.end_offset(topic), 7)


@case(
    "idempotence.gap",
    level=MUST,
    cites=f"{KIP}: error 45 OUT_OF_ORDER_SEQUENCE_NUMBER",
    apis={"Produce": "3+", "InitProducerId": "0+"},
)
async def test_a_gap_in_the_sequence_is_refused(broker: Subject, version: int) -> None:
    """A batch that does not follow the producer's last one is refused; the one that
    does is then accepted."""
    topic = await broker.topic()
    producer = await new_producer(broker)
    expect_success((await broker.produce(topic, producer.batch(0, b"0"))).error_code)
    came = await broker.produce(topic, producer.batch(5, b"5"))
    expect_error(came.error_code, Error.OUT_OF_ORDER_SEQUENCE_NUMBER)
    came = await broker.produce(topic, producer.batch(1, b"1"))
    expect_success(came.error_code)
    expect("the base offset", came.base_offset, 1)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "idempotence.wrap",
    level=MUST,
    cites="Kafka documentation, Record Batch: base sequence; sequences wrap to 0",
    apis={"Produce": "5+", "InitProducerId": "3+"},  # any first sequence: KIP-360
)
async def test_sequences_start_over_after_the_largest(broker: Subject) -> None:
    """After sequence 2^31-1 comes 0, also within one batch."""
    topic = await broker.topic()
    producer = await new_producer(broker)
    for sequence, values in ((SEQUENCE_MAX - 1, 3), (1, 1)):
        records = producer.batch(sequence, *[b"x"] * values)
        expect_success((await broker.produce(topic, records)).error_code)
    expect("the end offset", await broker.end_offset(topic), 4)


@case(
    "idempotence.epoch.old",
    level=MUST,
    cites=f"{KIP}: error 47 INVALID_PRODUCER_EPOCH",
    apis={"Produce": "3+", "InitProducerId": "0+"},
)
async def test_an_older_epoch_of_a_producer_is_fenced(
    broker: Subject, version: int
) -> None:
    """Once a newer epoch of a producer has written, the older one is refused."""
    topic = await broker.topic()
    producer = await new_producer(broker)
    records = producer.batch(0, b"new", epoch=1)
    expect_success((await broker.produce(topic, records)).error_code)
    came = await broker.produce(topic, producer.batch(0, b"old", epoch=0))
    expect_error(came.error_code, Error.INVALID_PRODUCER_EPOCH)
    expect("the end offset", await broker.end_offset(topic), 1)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "idempotence.epoch.new",
    level=MUST,
    cites=f"{KIP}: a new epoch begins at sequence 0",
    apis={"Produce": "5+", "InitProducerId": "0+"},
)
async def test_a_new_epoch_counts_from_zero(broker: Subject) -> None:
    """The first batch of a newer epoch has sequence 0, any other is refused."""
    topic = await broker.topic()
    producer = await new_producer(broker)
    expect_success((await broker.produce(topic, producer.batch(0, b"0"))).error_code)
    came = await broker.produce(topic, producer.batch(1, b"1", epoch=1))
    expect_error(came.error_code, Error.OUT_OF_ORDER_SEQUENCE_NUMBER)
    came = await broker.produce(topic, producer.batch(0, b"0", epoch=1))
    expect_success(came.error_code)
    expect("the base offset", came.base_offset, 1)


@case(
    "idempotence.partitions",
    level=MUST,
    cites=f"{KIP}: sequences are those of a producer in a partition",
    apis={"Produce": "3+", "InitProducerId": "0+", "CreateTopics": "0+"},
)
async def test_a_producer_counts_in_each_partition(broker: Subject) -> None:
    """The same producer begins at sequence 0 in every partition."""
    topic = await broker.topic(partitions=2)
    producer = await new_producer(broker)
    for partition in (0, 1):
        for sequence in (0, 1):
            records = producer.batch(sequence, b"x")
            came = await broker.produce(topic, records, partition=partition)
            expect_success(came.error_code)
            expect("the base offset", came.base_offset, sequence)


@case(
    "idempotence.leader-acks",
    level=SHOULD,
    cites="Apache Kafka: brokers recognise duplicates whatever acks is",
    apis={"Produce": "3+", "InitProducerId": "0+"},
)
async def test_duplicates_are_recognised_with_acks_of_one(broker: Subject) -> None:
    """Only clients insist on acks=-1: the broker treats a duplicate alike with 1."""
    topic = await broker.topic()
    producer = await new_producer(broker)
    for _ in range(2):
        came = await broker.produce(topic, producer.batch(0, b"once"), acks=1)
        expect_success(came.error_code)
        expect("the base offset", came.base_offset, 0)
    expect("the end offset", await broker.end_offset(topic), 1)


@case(
    "idempotence.sequence.missing",
    level=MUST,
    cites="error 87 INVALID_RECORD; Apache Kafka, LogValidator",
    apis={"Produce": "8+", "InitProducerId": "0+"},
)
async def test_a_producer_id_needs_a_sequence(broker: Subject) -> None:
    """A batch with a producer id and without a sequence number is INVALID_RECORD."""
    topic = await broker.topic()
    producer = await new_producer(broker)
    came = await broker.produce(topic, producer.batch(-1, b"x"))
    expect_error(came.error_code, Error.INVALID_RECORD)
    expect("the end offset", await broker.end_offset(topic), 0)
