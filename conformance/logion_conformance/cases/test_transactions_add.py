"""AddPartitionsToTxn and AddOffsetsToTxn: what a transaction writes to."""

from __future__ import annotations

from logion.protocol.errors import Error

from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_error, expect_success
from logion_conformance.groups import new_group
from logion_conformance.subject import Subject
from logion_conformance.transactions import (
    new_transactional_id,
    new_transactional_producer,
)

KIP = "KIP-98"
NOT_ADDED = (Error.TRANSACTION_ABORTABLE, Error.INVALID_TXN_STATE)
ADD = {"AddPartitionsToTxn": "0-3", "InitProducerId": "0+", "FindCoordinator": "1+"}


@case(
    "transactions.add",
    level=MUST,
    cites=f"{KIP}: AddPartitionsToTxn",
    apis=ADD,
)
async def test_partitions_are_added_and_may_be_added_again(
    broker: Subject, version: int
) -> None:
    """Partitions may be added at once or one after the other, and twice."""
    topic = await broker.topic(3)
    producer = await new_transactional_producer(broker)
    expect("the answers", await producer.add(topic, 0, 1), [0, 0])
    expect("the answers", await producer.add(topic, 1, 2), [0, 0])
    expect("the answers", await producer.add(topic, 0), [0])
    expect("the version asked in", broker.version("AddPartitionsToTxn"), version)


@case(
    "transactions.add.missing",
    level=MUST,
    cites=f"{KIP}: error 55 OPERATION_NOT_ATTEMPTED beside the partition at fault",
    apis=ADD,
)
async def test_a_partition_that_is_missing_keeps_the_others_out(
    broker: Subject, version: int
) -> None:
    """One partition that does not exist is UNKNOWN_TOPIC_OR_PARTITION, and the others
    are not attempted."""
    topic = await broker.topic()
    producer = await new_transactional_producer(broker)
    codes = await producer.add(topic, 0, 7)
    wanted = {Error.OPERATION_NOT_ATTEMPTED, Error.UNKNOWN_TOPIC_OR_PARTITION}
    expect("the error codes", set(codes), wanted)
    expect("the answers", await producer.add(topic, 0), [0])
    expect("the version asked in", broker.version("AddPartitionsToTxn"), version)


@case(
    "transactions.add.fenced",
    level=MUST,
    cites=f"{KIP}; KIP-588: error 90 PRODUCER_FENCED from version 2 on",
    apis=ADD,
)
async def test_only_the_present_producer_adds(broker: Subject, version: int) -> None:
    """Another epoch is fenced; another producer id, and a transactional id that nobody
    has, are INVALID_PRODUCER_ID_MAPPING."""
    topic = await broker.topic()
    producer = await new_transactional_producer(broker)
    fenced = [Error.INVALID_PRODUCER_EPOCH]
    if version >= 2:
        fenced = [Error.PRODUCER_FENCED]
    for epoch in (producer.epoch - 1, producer.epoch + 1):
        (code,) = await producer.at(epoch).add(topic, 0)
        expect_error(code, *fenced)
    other = type(producer)(
        broker,
        producer.connection,
        producer.id,
        producer.producer_id + 1,
        producer.epoch,
    )
    unknown = await new_transactional_id(broker)
    for stranger in (other, unknown):
        (code,) = await stranger.add(topic, 0)
        expect_error(code, Error.INVALID_PRODUCER_ID_MAPPING)
    expect("the version asked in", broker.version("AddPartitionsToTxn"), version)


@case(
    "transactions.add-offsets",
    level=MUST,
    cites=f"{KIP}: AddOffsetsToTxn",
    apis={
        "AddOffsetsToTxn": "0+",
        "InitProducerId": "0+",
        "FindCoordinator": "1+",
        "EndTxn": "0-4",
        "JoinGroup": "0+",
        "OffsetFetch": "1+",
    },
)
async def test_the_offsets_of_a_group_are_added(broker: Subject, version: int) -> None:
    """The offsets of any group can be part of a transaction, by its present producer
    alone; that alone is enough to commit."""
    group = await new_group(broker)
    producer = await new_transactional_producer(broker)
    expect_success(await producer.add_offsets(group.name))
    code = await producer.at(producer.epoch + 1).add_offsets(group.name)
    fenced = Error.PRODUCER_FENCED if version >= 2 else Error.INVALID_PRODUCER_EPOCH
    expect_error(code, fenced)
    expect_success((await producer.end(commit=True)).error_code)
    expect("the version asked in", broker.version("AddOffsetsToTxn"), version)


@case(
    "transactions.verify",
    level=MUST,
    cites="KIP-890: brokers ask whether a transaction has a partition",
    apis={**ADD, "AddPartitionsToTxn": "4+"},
)
async def test_a_broker_is_told_what_a_transaction_has(
    broker: Subject, version: int
) -> None:
    """A partition that was not added is TRANSACTION_ABORTABLE, or INVALID_TXN_STATE of
    older brokers, and to ask adds nothing; whoever asks for more than that adds it."""
    topic = await broker.topic(2)
    one = await new_transactional_producer(broker)
    expect_error(await one.verify(topic, 0), *NOT_ADDED)
    expect_error(await one.verify(topic, 0, adds=True), Error.NONE)
    expect_error(await one.verify(topic, 0), Error.NONE)
    expect_error(await one.verify(topic, 1), *NOT_ADDED)
    later = one.at(one.epoch + 1)
    expect_error(await later.verify(topic, 0), Error.PRODUCER_FENCED)
    expect("the version asked in", broker.version("AddPartitionsToTxn"), version)
